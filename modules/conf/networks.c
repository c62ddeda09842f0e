#include "conf/networks.h"

#include <string.h>

#define V4_BITS 96 /* of the prefix that says it is IPv4 */

static bool same_bits(const uint8_t a[static 16], const uint8_t b[static 16], unsigned bits)
{
	unsigned rest = bits % 8;

	if (memcmp(a, b, bits / 8) != 0)
		return false;
	return rest == 0 || (a[bits / 8] ^ b[bits / 8]) >> (8 - rest) == 0;
}

bool networks_hold(const struct networks *list, const struct addr *a)
{
	for (unsigned i = 0; i < list->count; i++) {
		const struct network *n = &list->at[i];
		if (same_bits(n->addr.ip, a->ip, n->bits))
			return true;
	}
	return false;
}

/* No bits after the prefix may be set: 192.168.1.0/16 is probably a mistake. */
static bool is_clean(const struct network *n)
{
	for (unsigned bit = n->bits; bit < 128; bit++) {
		if (n->addr.ip[bit / 8] >> (7 - bit % 8) & 1)
			return false;
	}
	return true;
}

/* An address without port, which addr_parse alone does not accept. */
static bool parse_ip(const char *text, size_t len, struct addr *out)
{
	char buf[ADDR_TEXT_MAX];
	struct text t = text_make(buf, sizeof(buf));
	bool v6 = memchr(text, ':', len);

	text_put(&t, v6 ? "[" : "");
	text_bytes(&t, text, len);
	text_put(&t, v6 ? "]:1" : ":1");
	if (t.cut || memchr(text, '[', len) || memchr(text, '%', len) || !addr_parse(buf, 0, out))
		return false;
	out->port = 0;
	return true;
}

static bool parse_network(const char *text, size_t len, struct network *out)
{
	const char *slash = memchr(text, '/', len);
	size_t ip_len = slash ? (size_t)(slash - text) : len;
	uint64_t bits;

	if (!parse_ip(text, ip_len, &out->addr))
		return false;
	unsigned before = addr_is_v4(&out->addr) ? V4_BITS : 0;
	bits = 128 - before;
	if (slash && !text_to_u64(slash + 1, len - ip_len - 1, 0, bits, &bits))
		return false;
	out->bits = (uint8_t)(before + bits);
	return is_clean(out);
}

bool networks_same(const struct networks *a, const struct networks *b)
{
	uint8_t i = 0;

	while (i < a->count && i < b->count && a->at[i].bits == b->at[i].bits &&
	       addr_equal(&a->at[i].addr, &b->at[i].addr))
		i++;
	return i == a->count && i == b->count;
}

bool networks_parse(const char *text, struct networks *out)
{
	out->count = 0;
	text += strspn(text, " \t");
	while (*text) {
		size_t len = strcspn(text, " \t,");
		if (out->count == NETWORKS_MAX || !parse_network(text, len, &out->at[out->count]))
			return false;
		out->count++;
		text += len;
		text += strspn(text, " \t");
		if (*text && *text != ',')
			return false;
		if (*text == ',' && *(text += 1 + strspn(text + 1, " \t")) == 0)
			return false;
	}
	return true;
}

static void write_network(const struct network *n, struct text *t)
{
	struct addr with_port = n->addr;
	char text[ADDR_TEXT_MAX];
	unsigned before = addr_is_v4(&n->addr) ? V4_BITS : 0;

	with_port.port = 1;
	addr_format(&with_port, text);
	size_t len = strlen(text) - strlen(":1");
	if (before)
		text_bytes(t, text, len);
	else
		text_bytes(t, text + 1, len - 2); /* without the brackets */
	if (n->bits < 128)
		text_format(t, "/%u", n->bits - before);
}

void networks_write(const struct networks *list, struct text *t)
{
	for (unsigned i = 0; i < list->count; i++) {
		text_put(t, i ? ", " : "");
		write_network(&list->at[i], t);
	}
}
