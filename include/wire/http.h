/*
 * The part of HTTP/1.1 (RFC 9112) that a simple server needs: reads the head of a request in place,
 * without a copy, and writes the head of a response. A response's body ends by its length or with
 * the connection, and a connection carries one request.
 */
#ifndef WIRE_HTTP_H
#define WIRE_HTTP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/text.h"
#include "wire/parse.h"

#define HTTP_FIELDS_MAX 64u

/* A slice of the input, not terminated. */
struct http_text {
	const char *at;
	size_t len;
};

struct http_field {
	struct http_text name, value; /* the value without surrounding blanks */
};

struct http_request {
	struct http_text method;
	struct http_text path;  /* of the target, up to '?' */
	struct http_text query; /* after '?'; empty if absent */
	unsigned minor;         /* HTTP/1.minor */
	size_t field_count;
	struct http_field field[HTTP_FIELDS_MAX];
	size_t len; /* octets of the head */
};

/*
 * Reads the head at the start of `octets`. PARSE_IGNORE: not complete yet. Accepts lines ending
 * with LF alone and one leading empty line; refuses folded lines.
 */
MUST_CHECK enum parse http_read(const void *octets, size_t len, struct http_request *out,
                                const char **reason);

bool http_is(struct http_text text, const char *s);

/* The value of the first field of this name, ignoring case; at = NULL if none. */
struct http_text http_field(const struct http_request *r, const char *name);

/* The value of `name` in a list of name=value, as in a query ('&') or a cookie (';'); at = NULL. */
struct http_text http_value(struct http_text list, char separator, const char *name);

/* Does the client accept this coding (RFC 9110 section 12.5.3)? Only if it is listed. */
bool http_accepts(const struct http_request *r, const char *coding);

enum http_status {
	HTTP_OK = 200,
	HTTP_SEE_OTHER = 303,
	HTTP_BAD_REQUEST = 400,
	HTTP_UNAUTHORIZED = 401,
	HTTP_FORBIDDEN = 403,
	HTTP_NOT_FOUND = 404,
	HTTP_METHOD_NOT_ALLOWED = 405,
	HTTP_TOO_MANY = 429,
	HTTP_HEAD_TOO_LARGE = 431,
	HTTP_UNAVAILABLE = 503,
};

const char *http_status_name(enum http_status status);

#define HTTP_LENGTH_UNKNOWN SIZE_MAX

struct http_answer {
	enum http_status status;
	const char *type;    /* of the body */
	size_t length;       /* HTTP_LENGTH_UNKNOWN: the body ends with the connection */
	const char *field;   /* more fields, each ending in "\r\n"; NULL = none */
	const char *inlined; /* sources of script-src and style-src, for a page; NULL = none */
};

/* Writes the head, with fields that restrict what the browser may do. */
void http_head(struct text *t, const struct http_answer *a);

#endif
