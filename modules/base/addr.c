#include "base/addr.h"

#include <string.h>

#include "base/text.h"

static const uint8_t v4_prefix[12] = {[10] = 0xff, [11] = 0xff};

bool addr_same_ip(const struct addr *a, const struct addr *b)
{
	return memcmp(a->ip, b->ip, sizeof(a->ip)) == 0 && a->scope == b->scope;
}

bool addr_equal(const struct addr *a, const struct addr *b)
{
	return a->port == b->port && addr_same_ip(a, b);
}

bool addr_is_v4(const struct addr *a)
{
	return memcmp(a->ip, v4_prefix, sizeof(v4_prefix)) == 0;
}

size_t addr_site_octets(const struct addr *a)
{
	return addr_is_v4(a) ? sizeof(a->ip) : 8;
}

bool addr_same_site(const struct addr *a, const struct addr *b)
{
	return addr_is_v4(a) == addr_is_v4(b) && memcmp(a->ip, b->ip, addr_site_octets(a)) == 0;
}

bool addr_is_any(const struct addr *a)
{
	static const uint8_t zeros[16];

	if (addr_is_v4(a))
		return memcmp(a->ip + 12, zeros, 4) == 0;
	return memcmp(a->ip, zeros, sizeof(zeros)) == 0;
}

bool addr_is_loopback(const struct addr *a)
{
	static const uint8_t one[16] = {[15] = 1};

	if (addr_is_v4(a))
		return a->ip[12] == 127;
	return memcmp(a->ip, one, sizeof(one)) == 0;
}

struct addr addr_v4(const uint8_t ip[static 4], uint16_t port)
{
	struct addr a = {.port = port};

	memcpy(a.ip, v4_prefix, sizeof(v4_prefix));
	memcpy(a.ip + 12, ip, 4);
	return a;
}

/* Moves `at` past a number of at most `digits_max` digits in `base` and up to `max`. */
static bool take_number(const char **at, unsigned int base, int digits_max, uint32_t max,
                        uint32_t *out)
{
	uint64_t value = 0;
	int digits = 0;

	for (; digits < digits_max; digits++) {
		char c = (*at)[digits];
		unsigned int digit = base;
		if (c >= '0' && c <= '9')
			digit = (unsigned int)(c - '0');
		else if ((c | 0x20) >= 'a' && (c | 0x20) <= 'f')
			digit = (unsigned int)((c | 0x20) - 'a') + 10;
		if (digit >= base)
			break;
		value = value * base + digit;
	}
	if (digits == 0 || value > max)
		return false;
	*at += digits;
	*out = (uint32_t)value;
	return true;
}

static bool take_char(const char **at, char c)
{
	if (**at != c)
		return false;
	(*at)++;
	return true;
}

static bool take_v4(const char **at, uint8_t ip[static 4])
{
	for (size_t i = 0; i < 4; i++) {
		uint32_t octet;
		if (i > 0 && !take_char(at, '.'))
			return false;
		const char *start = *at;
		if (!take_number(at, 10, 3, 255, &octet))
			return false;
		if (*start == '0' && *at - start > 1) /* octal to some, decimal to others */
			return false;
		ip[i] = (uint8_t)octet;
	}
	return true;
}

/* One part of an IPv6 address: a group of four hex digits, or at the end four octets with dots. */
static bool take_part(const char **at, uint8_t ip[static 16], size_t *len)
{
	const char *start = *at;
	uint32_t group;

	if (!take_number(at, 16, 4, 0xffff, &group))
		return false;
	if (**at == '.') {
		*at = start;
		if (*len > 12 || !take_v4(at, ip + *len))
			return false;
		*len += 4;
		return **at == ']' || **at == '%';
	}
	ip[(*len)++] = (uint8_t)(group >> 8);
	ip[(*len)++] = (uint8_t)group;
	return true;
}

/* RFC 4291 section 2.2: eight groups; one "::" fills in the missing zeros. */
static bool take_v6(const char **at, uint8_t ip[static 16])
{
	size_t len = 0, gap = 16; /* 16: no "::" yet */

	memset(ip, 0, 16);
	while (len < 16) {
		if (gap == 16 && strncmp(*at, "::", 2) == 0) {
			*at += 2;
			gap = len;
			if (**at == ']' || **at == '%')
				break;
		} else if (len > 0 && !take_char(at, ':')) {
			break;
		}
		if (!take_part(at, ip, &len))
			return false;
	}
	if (gap == 16)
		return len == 16;
	memmove(ip + 16 - (len - gap), ip + gap, len - gap);
	memset(ip + gap, 0, 16 - len);
	return len < 16;
}

static bool take_port(const char **at, uint16_t default_port, uint16_t *port)
{
	uint32_t value = default_port;

	if (take_char(at, ':')) {
		if (!take_number(at, 10, 5, UINT16_MAX, &value))
			return false;
	} else if (default_port == 0) {
		return false;
	}
	*port = (uint16_t)value;
	return true;
}

bool addr_is_private(const struct addr *a)
{
	const uint8_t *v4 = a->ip + 12;

	if (addr_is_loopback(a) || addr_is_any(a))
		return true;
	if (!addr_is_v4(a))
		return (a->ip[0] & 0xfe) == 0xfc || (a->ip[0] == 0xfe && (a->ip[1] & 0xc0) == 0x80);
	return v4[0] == 10 || (v4[0] == 172 && (v4[1] & 0xf0) == 16) ||
	       (v4[0] == 192 && v4[1] == 168) || (v4[0] == 169 && v4[1] == 254) ||
	       (v4[0] == 100 && (v4[1] & 0xc0) == 64);
}

bool addr_parse(const char *text, uint16_t default_port, struct addr *out)
{
	struct addr a = {0};
	uint8_t ip[4];

	if (take_char(&text, '[')) {
		if (!take_v6(&text, a.ip))
			return false;
		if (take_char(&text, '%') && !take_number(&text, 10, 10, UINT32_MAX, &a.scope))
			return false;
		if (!take_char(&text, ']'))
			return false;
	} else {
		if (!take_v4(&text, ip))
			return false;
		a = addr_v4(ip, 0);
	}
	if (!take_port(&text, default_port, &a.port) || *text)
		return false;
	*out = a;
	return true;
}

/* RFC 5952: the longest run of two or more zero groups, the first if equal; start 8 = none. */
static void longest_zeros(const uint8_t ip[static 16], size_t *start, size_t *count)
{
	*start = 8;
	*count = 1;
	for (size_t i = 0; i < 8; i++) {
		size_t n = 0;
		while (i + n < 8 && ip[2 * (i + n)] == 0 && ip[2 * (i + n) + 1] == 0)
			n++;
		if (n > *count) {
			*start = i;
			*count = n;
		}
	}
}

static void format_v6(struct text *t, const struct addr *a)
{
	size_t zeros, count;

	longest_zeros(a->ip, &zeros, &count);
	for (size_t i = 0; i < 8;) {
		if (i == zeros) {
			text_put(t, "::");
			i += count;
			continue;
		}
		if (i > 0 && i != zeros + count)
			text_char(t, ':');
		text_format(t, "%x", (unsigned int)a->ip[2 * i] << 8 | a->ip[2 * i + 1]);
		i++;
	}
}

static void format_host(struct text *t, const struct addr *a)
{
	if (addr_is_v4(a))
		text_format(t, "%d.%d.%d.%d", a->ip[12], a->ip[13], a->ip[14], a->ip[15]);
	else
		format_v6(t, a);
	if (a->scope)
		text_format(t, "%%%lu", (unsigned long)a->scope);
}

const char *addr_format_host(const struct addr *a, char text[static ADDR_TEXT_MAX])
{
	struct text t = text_make(text, ADDR_TEXT_MAX);

	format_host(&t, a);
	return text;
}

const char *addr_format(const struct addr *a, char text[static ADDR_TEXT_MAX])
{
	struct text t = text_make(text, ADDR_TEXT_MAX);

	text_put(&t, addr_is_v4(a) ? "" : "[");
	format_host(&t, a);
	text_format(&t, "%s:%u", addr_is_v4(a) ? "" : "]", (unsigned int)a->port);
	return text;
}
