/*
 * Heads of any octets: whatever is read lies within them, and the same with less behind it is not
 * yet read.
 *
 * Decoder: wire/http.c
 */
#include <assert.h>
#include <string.h>

#include "wire/http.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_within(struct http_text s, const uint8_t *data, size_t len)
{
	const char *begin = (const char *)data;

	assert(s.at >= begin && s.at + s.len <= begin + len);
}

static void write_answer(const struct http_request *r)
{
	char head[1024], field[64];
	struct text t = text_make(head, sizeof(head)), f = text_make(field, sizeof(field));
	bool page = http_accepts(r, "gzip");

	text_format(&f, "Content-Encoding: %s\r\n", page ? "gzip" : "identity");
	const struct http_answer a = {.status = page ? HTTP_OK : HTTP_NOT_FOUND,
	                              .type = "text/html",
	                              .length = page ? HTTP_LENGTH_UNKNOWN : 0,
	                              .field = field,
	                              .inlined = page ? "'self'" : NULL};
	http_head(&t, &a);
	assert(!t.cut && strstr(head, "\r\n\r\n") == head + t.len - 4);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct http_request r, shorter;
	const char *reason = NULL;

	enum parse answer = http_read(data, size, &r, &reason);
	assert(answer != PARSE_BAD || reason);
	if (answer != PARSE_OK)
		return 0;
	assert(r.len <= size && r.field_count <= HTTP_FIELDS_MAX);
	check_within(r.method, data, r.len);
	check_within(r.path, data, r.len);
	check_within(r.query, data, r.len);
	for (size_t i = 0; i < r.field_count; i++) {
		check_within(r.field[i].name, data, r.len);
		check_within(r.field[i].value, data, r.len);
	}
	struct http_text token = http_value(http_field(&r, "cookie"), ';', "token");
	if (token.at)
		check_within(token, data, r.len);
	write_answer(&r);
	enum parse again = http_read(data, r.len, &shorter, &reason);
	assert(again == PARSE_OK && shorter.len == r.len);
	again = http_read(data, r.len - 1, &shorter, &reason);
	assert(again == PARSE_IGNORE);
	return 0;
}
