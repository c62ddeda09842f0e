/*
 * Builds text in a caller's buffer, always terminated, never past its end. What does
 * not fit is cut, between two characters of UTF-8, and remembered in `cut`; from then
 * on nothing is added.
 */
#ifndef BASE_TEXT_H
#define BASE_TEXT_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

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
 * As printf, with what we use of it: %s %c %d %u %x %%, the lengths l, ll and z (so all of
 * inttypes.h), the flags - and 0, a width, a precision of strings; both may be '*', and are not
 * negative. The text ends before any other letter. What a libc's printf brings along is as large
 * as a room of ours.
 */
void text_format(struct text *t, const char *format, ...) PRINTF_LIKE(2, 3);
void text_vformat(struct text *t, const char *format, va_list args) PRINTF_LIKE(2, 0);
void text_hex(struct text *t, const void *bytes, size_t len);

/* RFC 4648 section 4. */
void text_base64(struct text *t, const void *bytes, size_t len);

/*
 * A JSON string with its quotes: control characters become escapes, each octet of bad UTF-8 U+FFFD.
 * When `cut` is set afterwards the string is not closed.
 */
void text_json(struct text *t, const char *s);

/*
 * Copies remote text for people: leading and trailing blanks and NULs go, valid UTF-8 stays,
 * Latin-1 bytes become UTF-8, control characters (also those that turn the direction of writing)
 * become '?'. `out` is always terminated; what does not fit is left away, whole characters only.
 */
void text_clean(char *out, size_t cap, const void *bytes, size_t len);

/* Copies a terminated string; false when it had to be cut. */
bool text_copy(char *out, size_t cap, const char *s);

/* Whole-string number within [min, max]; false otherwise, *out untouched. */
MUST_CHECK bool text_to_u64(const char *s, size_t len, uint64_t min, uint64_t max, uint64_t *out);

/* Case-blind ASCII comparison. */
bool text_same(const char *a, const char *b);

#endif
