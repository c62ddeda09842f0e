/*
 * Builds NUL-terminated text in the caller's buffer, never past its end. Text that does not fit is
 * cut between UTF-8 characters and `cut` is set; nothing is added after that.
 */
#ifndef BASE_TEXT_H
#define BASE_TEXT_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/tick.h"
#include "base/util.h"

struct text {
	char *at;
	size_t cap; /* with the terminator; at least 1 */
	size_t len;
	bool cut;
};

struct text text_make(char *buf, size_t cap);
void text_char(struct text *t, char c);
void text_put(struct text *t, const char *s);
void text_bytes(struct text *t, const char *s, size_t len);

/*
 * Like printf, limited to what we use: %s %c %d %u %x %%, the lengths l, ll and z (so all of
 * inttypes.h), the flags - and 0, a width, a precision for strings; both may be '*' and are never
 * negative. Output stops at any other conversion. (The libc's printf would add as much code as one
 * of our rooms.)
 */
void text_format(struct text *t, const char *format, ...) PRINTF_LIKE(2, 3);
void text_vformat(struct text *t, const char *format, va_list args) PRINTF_LIKE(2, 0);
/* A duration for people: 59s, 59m56s, 3h05m, 2d05h; below 0 is 0, never is "-". */
void text_duration(struct text *t, tick_t ms);
/* Seconds since 1970, of the years up to 9999: 2026-11-29T17:20:54Z; else "-". */
void text_utc(struct text *t, int64_t seconds);

void text_hex(struct text *t, const void *bytes, size_t len);

/* RFC 4648 section 4. */
void text_base64(struct text *t, const void *bytes, size_t len);

/* Reads it back; `out` has room for three octets for each four characters. False: it is not. */
MUST_CHECK bool text_from_base64(const char *s, size_t len, uint8_t *out, size_t *out_len);

/*
 * A JSON string with its quotes: control characters become escapes, each octet of invalid UTF-8
 * becomes U+FFFD. If `cut` is set afterwards the string is not closed.
 */
void text_json(struct text *t, const char *s);

/*
 * Copies text from the network for display: leading and trailing blanks and NULs go, valid UTF-8
 * stays, Latin-1 bytes become UTF-8, control characters (also those that turn the direction of
 * writing) become '?'. `out` is always terminated; what does not fit is dropped, in whole
 * characters.
 */
void text_clean(char *out, size_t cap, const void *bytes, size_t len);

/* Copies a terminated string; false when it had to be cut. */
bool text_copy(char *out, size_t cap, const char *s);

/* Whole-string number within [min, max]; false otherwise, *out untouched. */
MUST_CHECK bool text_to_u64(const char *s, size_t len, uint64_t min, uint64_t max, uint64_t *out);

/* Case-insensitive ASCII comparison. */
bool text_same(const char *a, const char *b);

#endif
