#include "wire/netstring.h"

#include <stdbool.h>

static void write_decimal(struct wr *w, size_t number)
{
	uint8_t digits[20]; /* of 64 bits */
	size_t at = sizeof(digits);

	do {
		digits[--at] = (uint8_t)('0' + number % 10);
		number /= 10;
	} while (number);
	wr_bytes(w, digits + at, sizeof(digits) - at);
}

void netstring_write(struct wr *w, const void *bytes, size_t len)
{
	write_decimal(w, len);
	wr_u8(w, ':');
	wr_bytes(w, bytes, len);
	wr_u8(w, ',');
}

/* The length up to its colon. PARSE_IGNORE: no colon yet. */
static enum parse take_length(struct rd *r, size_t max, size_t *out)
{
	size_t length = 0;
	bool begun = false;

	while (rd_more(r)) {
		uint8_t c = rd_u8(r);
		if (c == ':' && begun) {
			*out = length;
			return PARSE_OK;
		}
		bool leading_zero = begun && length == 0;
		if (c < '0' || c > '9' || leading_zero)
			return PARSE_BAD;
		length = 10 * length + (size_t)(c - '0');
		begun = true;
		if (length > max)
			return PARSE_BAD;
	}
	return PARSE_IGNORE;
}

enum parse netstring_take(struct rd *stream, size_t max, struct rd *payload)
{
	struct rd rest = *stream;
	size_t length = 0;
	enum parse answer = take_length(&rest, max, &length);

	if (answer != PARSE_OK)
		return answer;
	struct rd body = rd_sub(&rest, length);
	uint8_t comma = rd_u8(&rest);
	if (!rd_ok(&body) || !rd_ok(&rest))
		return PARSE_IGNORE;
	if (comma != ',')
		return PARSE_BAD;
	*payload = body;
	*stream = rest;
	return PARSE_OK;
}
