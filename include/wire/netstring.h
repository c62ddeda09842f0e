/*
 * Netstrings: the length in decimal, ':', that many octets, ','. No blanks, no leading zeros.
 */
#ifndef WIRE_NETSTRING_H
#define WIRE_NETSTRING_H

#include "base/cursor.h"
#include "wire/parse.h"

void netstring_write(struct wr *w, const void *bytes, size_t len);

/*
 * Takes the first netstring from a stream of octets: *payload then reads its contents.
 * PARSE_IGNORE: not complete yet; PARSE_BAD: malformed, or longer than `max`. In both cases nothing
 * is taken.
 */
MUST_CHECK enum parse netstring_take(struct rd *stream, size_t max, struct rd *payload);

#endif
