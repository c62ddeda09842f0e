#include "base/text.h"

#include <inttypes.h>
#include <limits.h>
#include <string.h>

/*
 * Length of the UTF-8 character at `s` and its code point; 0 for anything RFC 3629 forbids: a stray
 * or missing continuation octet, an overlong form, a surrogate, a number above U+10FFFF.
 */
static size_t utf8_take(const uint8_t *s, size_t left, uint32_t *point)
{
	static const struct {
		uint8_t mask, lead;
		uint32_t least;
	} forms[] = {
		{0x80, 0x00, 0}, {0xe0, 0xc0, 0x80}, {0xf0, 0xe0, 0x800}, {0xf8, 0xf0, 0x10000}};

	for (size_t more = 0; more < ARRAY_LEN(forms); more++) {
		if ((s[0] & forms[more].mask) != forms[more].lead)
			continue;
		if (more >= left)
			return 0;
		uint32_t v = s[0] & (uint8_t)~forms[more].mask;
		for (size_t i = 1; i <= more; i++) {
			if ((s[i] & 0xc0) != 0x80)
				return 0;
			v = v << 6 | (s[i] & 0x3f);
		}
		if (v < forms[more].least || v > 0x10ffff || (v >= 0xd800 && v <= 0xdfff))
			return 0;
		*point = v;
		return more + 1;
	}
	return 0;
}

/* C0, DEL, C1, line separators, and marks that reverse the direction of surrounding text. */
static bool is_control(uint32_t point)
{
	return point < 0x20 || (point >= 0x7f && point <= 0x9f) || point == 0x200e ||
	       point == 0x200f || (point >= 0x2028 && point <= 0x202e) ||
	       (point >= 0x2066 && point <= 0x2069);
}

/* How many of the first `len` octets to keep so that no character is split. */
static size_t whole_characters(const void *text, size_t len)
{
	const uint8_t *s = text;
	size_t lead = len; /* one past it, while looking */
	uint32_t point;

	while (lead > 0 && len - lead < 3 && (s[lead - 1] & 0xc0) == 0x80)
		lead--;
	if (lead > 0 && s[lead - 1] >= 0xc0 && !utf8_take(s + lead - 1, len - lead + 1, &point))
		return lead - 1;
	return len;
}

struct text text_make(char *buf, size_t cap)
{
	buf[0] = 0;
	return (struct text){.at = buf, .cap = cap};
}

/* The only place where text is added; `s` may be any octets. */
static void add(struct text *t, const void *s, size_t len)
{
	size_t room = t->cap - 1 - t->len;

	if (t->cut || len == 0)
		return;
	if (len > room) {
		t->cut = true;
		len = whole_characters(s, room);
	}
	memcpy(t->at + t->len, s, len);
	t->len += len;
	t->at[t->len] = 0;
}

void text_bytes(struct text *t, const char *s, size_t len)
{
	add(t, s, len);
}

void text_char(struct text *t, char c)
{
	add(t, &c, 1);
}

void text_put(struct text *t, const char *s)
{
	add(t, s, strlen(s));
}

/* The remaining format and arguments. */
struct format {
	const char *at;
	va_list args;
};

/* Flags, width, precision and length of a conversion. */
struct shape {
	bool left, zeros;
	int width;
	int most;  /* octets of a string */
	int longs; /* how many 'l' */
};

static void pad(struct text *t, char c, size_t width, size_t len)
{
	for (; len < width; len++)
		text_char(t, c);
}

/* Digits, or '*' for an argument. */
static int take_number(struct format *f)
{
	int n = 0;

	if (*f->at == '*') {
		f->at++;
		return va_arg(f->args, int);
	}
	for (; *f->at >= '0' && *f->at <= '9'; f->at++)
		n = 10 * n + (*f->at - '0');
	return n;
}

static struct shape take_shape(struct format *f)
{
	struct shape s = {.most = INT_MAX};

	for (; *f->at == '-' || *f->at == '0'; f->at++) {
		s.left |= *f->at == '-';
		s.zeros |= *f->at == '0';
	}
	s.width = take_number(f);
	if (*f->at == '.') {
		f->at++;
		s.most = take_number(f);
	}
	for (; *f->at == 'l' || *f->at == 'z'; f->at++)
		s.longs += *f->at == 'l' ||
		           sizeof(size_t) > sizeof(unsigned int); /* never: constant */
	return s;
}

static int64_t take_signed(struct format *f, int longs)
{
	if (longs == 0)
		return va_arg(f->args, int);
	return longs == 1 ? va_arg(f->args, long) : va_arg(f->args, long long);
}

static uint64_t take_unsigned(struct format *f, int longs)
{
	if (longs == 0)
		return va_arg(f->args, unsigned int);
	return longs == 1 ? va_arg(f->args, unsigned long) : va_arg(f->args, unsigned long long);
}

static void put_padded(struct text *t, const struct shape *s, const char *bytes, size_t len)
{
	size_t width = (size_t)s->width;

	pad(t, ' ', s->left ? 0 : width, len);
	add(t, bytes, len);
	pad(t, ' ', s->left ? width : 0, len);
}

static void put_integer(struct text *t, const struct shape *s, uint64_t value, unsigned base,
                        bool minus)
{
	char digits[32];
	size_t start = sizeof(digits);

	do {
		digits[--start] = "0123456789abcdef"[value % base];
		value /= base;
	} while (value > 0);
	while (s->zeros && start > 1 && sizeof(digits) - start + minus < (size_t)s->width)
		digits[--start] = '0';
	if (minus)
		digits[--start] = '-';
	put_padded(t, s, digits + start, sizeof(digits) - start);
}

/* One conversion; false if it is not supported. */
static bool put_argument(struct text *t, struct format *f)
{
	const struct shape s = take_shape(f);
	const char *string;
	int64_t number;
	char c = *f->at++;

	switch (c) {
	case '%':
		text_char(t, c);
		return true;
	case 'c':
		c = (char)va_arg(f->args, int);
		put_padded(t, &s, &c, 1);
		return true;
	case 's':
		string = va_arg(f->args, const char *);
		put_padded(t, &s, string, strnlen(string, (size_t)s.most));
		return true;
	case 'd':
		number = take_signed(f, s.longs);
		put_integer(t, &s, number < 0 ? 0 - (uint64_t)number : (uint64_t)number, 10,
		            number < 0);
		return true;
	case 'u':
		put_integer(t, &s, take_unsigned(f, s.longs), 10, false);
		return true;
	case 'x':
		put_integer(t, &s, take_unsigned(f, s.longs), 16, false);
		return true;
	}
	return false;
}

void text_vformat(struct text *t, const char *format, va_list args)
{
	struct format f = {.at = format};
	bool known = true;

	va_copy(f.args, args);
	while (known && *f.at) {
		size_t plain = strcspn(f.at, "%");
		add(t, f.at, plain);
		f.at += plain;
		if (*f.at == '%') {
			f.at++;
			known = put_argument(t, &f);
		}
	}
	va_end(f.args);
}

void text_format(struct text *t, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	text_vformat(t, format, args);
	va_end(args);
}

/* The two largest units. */
void text_duration(struct text *t, tick_t ms)
{
	long long s = ms < 0 ? 0 : ms / 1000;

	if (ms >= -TICK_LONG_AGO)
		text_char(t, '-');
	else if (s < 120)
		text_format(t, "%llds", s);
	else if (s < 2 * 3600)
		text_format(t, "%lldm%02llds", s / 60, s % 60);
	else if (s < 48 * 3600)
		text_format(t, "%lldh%02lldm", s / 3600, s / 60 % 60);
	else
		text_format(t, "%lldd%02lldh", s / 86400, s / 3600 % 24);
}

void text_hex(struct text *t, const void *bytes, size_t len)
{
	static const char digits[] = "0123456789abcdef";
	const uint8_t *b = bytes;

	for (size_t i = 0; i < len; i++) {
		text_char(t, digits[b[i] >> 4]);
		text_char(t, digits[b[i] & 15]);
	}
}

static const char base64[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

void text_base64(struct text *t, const void *bytes, size_t len)
{
	const uint8_t *b = bytes;

	for (size_t i = 0; i < len; i += 3) {
		uint32_t v = (uint32_t)b[i] << 16;
		v |= i + 1 < len ? (uint32_t)b[i + 1] << 8 : 0;
		v |= i + 2 < len ? b[i + 2] : 0;
		text_char(t, base64[v >> 18]);
		text_char(t, base64[v >> 12 & 63]);
		text_char(t, i + 1 < len ? base64[v >> 6 & 63] : '=');
		text_char(t, i + 2 < len ? base64[v & 63] : '=');
	}
}

bool text_from_base64(const char *s, size_t len, uint8_t *out, size_t *out_len)
{
	uint32_t v = 0;
	size_t digits = len, n = 0;

	for (int i = 0; i < 2 && digits > 0 && s[digits - 1] == '='; i++)
		digits--;
	for (size_t i = 0; i < digits; i++) {
		const char *digit = memchr(base64, s[i], sizeof(base64) - 1);
		if (!digit)
			return false;
		v = v << 6 | (uint32_t)(digit - base64);
		if (i % 4)
			out[n++] = (uint8_t)(v >> (6 - 2 * (i % 4)));
	}
	*out_len = n;
	return len % 4 == 0;
}

static void json_control(struct text *t, uint32_t point)
{
	if (point == '\n')
		text_put(t, "\\n");
	else if (point == '\t')
		text_put(t, "\\t");
	else
		text_format(t, "\\u%04x", (unsigned int)point);
}

void text_json(struct text *t, const char *s)
{
	const void *octets = s;
	const uint8_t *at = octets;
	size_t left = strlen(s);

	text_char(t, '"');
	while (left > 0) {
		uint32_t point = 0;
		size_t len = utf8_take(at, left, &point);
		if (len == 0)
			text_put(t, "\xef\xbf\xbd"); /* U+FFFD */
		else if (is_control(point))
			json_control(t, point);
		else if (point == '"' || point == '\\')
			text_format(t, "\\%c", (char)point);
		else
			add(t, at, len);
		at += len ? len : 1;
		left -= len ? len : 1;
	}
	text_char(t, '"');
}

static bool is_padding(uint8_t octet)
{
	return octet == 0 || octet == ' ' || octet == '\t';
}

/* An octet that is not UTF-8, read as Latin-1. */
static void put_latin1(struct text *t, uint8_t octet)
{
	const uint8_t utf8[2] = {(uint8_t)(0xc0 | octet >> 6), (uint8_t)(0x80 | (octet & 0x3f))};

	if (is_control(octet))
		text_char(t, '?');
	else
		add(t, utf8, sizeof(utf8));
}

void text_clean(char *out, size_t cap, const void *bytes, size_t len)
{
	const uint8_t *at = bytes;
	struct text t = text_make(out, cap);

	while (len > 0 && is_padding(at[0])) {
		at++;
		len--;
	}
	while (len > 0 && is_padding(at[len - 1]))
		len--;
	while (len > 0) {
		uint32_t point = 0;
		size_t taken = utf8_take(at, len, &point);
		if (taken == 0)
			put_latin1(&t, at[0]);
		else if (is_control(point))
			text_char(&t, '?');
		else
			add(&t, at, taken);
		at += taken ? taken : 1;
		len -= taken ? taken : 1;
	}
}

bool text_copy(char *out, size_t cap, const char *s)
{
	struct text t = text_make(out, cap);

	text_put(&t, s);
	return !t.cut;
}

bool text_to_u64(const char *s, size_t len, uint64_t min, uint64_t max, uint64_t *out)
{
	uint64_t value = 0;

	if (len == 0)
		return false;
	for (size_t i = 0; i < len; i++) {
		if (s[i] < '0' || s[i] > '9')
			return false;
		uint64_t digit = (uint64_t)(s[i] - '0');
		if (value > (UINT64_MAX - digit) / 10)
			return false;
		value = value * 10 + digit;
	}
	if (value < min || value > max)
		return false;
	*out = value;
	return true;
}

static char lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

bool text_same(const char *a, const char *b)
{
	while (*a && lower(*a) == lower(*b)) {
		a++;
		b++;
	}
	return lower(*a) == lower(*b);
}

/* The Gregorian date of a day since 1970, by eras of 400 years that begin in March. */
static void put_date(struct text *t, uint32_t day)
{
	uint32_t since = day + 719468, era = since / 146097, of_era = since % 146097;
	uint32_t year = (of_era - of_era / 1460 + of_era / 36524 - of_era / 146096) / 365;
	uint32_t of_year = of_era - (365 * year + year / 4 - year / 100);
	uint32_t month = (5 * of_year + 2) / 153; /* 0 = March */

	text_format(t, "%04" PRIu32 "-%02" PRIu32 "-%02" PRIu32, era * 400 + year + (month >= 10),
	            month < 10 ? month + 3 : month - 9, of_year - (153 * month + 2) / 5 + 1);
}

void text_utc(struct text *t, int64_t seconds)
{
	if (seconds < 0 || seconds >= INT64_C(253402300800)) {
		text_char(t, '-');
		return;
	}
	uint32_t of_day = (uint32_t)(seconds % 86400);
	put_date(t, (uint32_t)(seconds / 86400));
	text_format(t, "T%02" PRIu32 ":%02" PRIu32 ":%02" PRIu32 "Z", of_day / 3600,
	            of_day / 60 % 60, of_day % 60);
}
