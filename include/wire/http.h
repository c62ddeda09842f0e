/*
 * HTTP/1.1 (RFC 9112), as much as a read-only server needs: the head of a request is read in
 * place, without a copy; the head of an answer is written. An answer's body ends with its length
 * or with the connection, and there is one request on a connection.
 */
#ifndef WIRE_HTTP_H
#define WIRE_HTTP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/text.h"
#include "wire/parse.h"

#define HTTP_FIELDS_MAX 64u

/* A piece of what was read; nothing ends it. */
struct http_text {
	const char *at;
	size_t len;
};

struct http_field {
	struct http_text name, value; /* the value without blanks around it */
};

struct http_request {
	struct http_text method;
	struct http_text path;  /* of the target, up to '?' */
	struct http_text query; /* what follows; empty when nothing does */
	unsigned minor;         /* HTTP/1.minor */
	size_t field_count;
	struct http_field field[HTTP_FIELDS_MAX];
	size_t len; /* octets of the head */
};

/*
 * Reads the head at the front of `octets`. PARSE_IGNORE: it is not complete yet. Lines may end with
 * LF alone and one empty line may come first; continued lines are refused.
 */
MUST_CHECK enum parse http_read(const void *octets, size_t len, struct http_request *out,
                                const char **reason);

bool http_is(struct http_text text, const char *s);

/* The value of the first field of this name, in any case; at = NULL when there is none. */
struct http_text http_field(const struct http_request *r, const char *name);

/* The value of `name` in a list of name=value, as in a query ('&') or a cookie (';'); at = NULL. */
struct http_text http_value(struct http_text list, char separator, const char *name);

enum http_status {
	HTTP_OK = 200,
	HTTP_SEE_OTHER = 303,
	HTTP_BAD_REQUEST = 400,
	HTTP_UNAUTHORIZED = 401,
	HTTP_FORBIDDEN = 403,
	HTTP_NOT_FOUND = 404,
	HTTP_METHOD_NOT_ALLOWED = 405,
	HTTP_HEAD_TOO_LARGE = 431,
	HTTP_UNAVAILABLE = 503,
};

const char *http_status_name(enum http_status status);

#define HTTP_LENGTH_UNKNOWN SIZE_MAX

struct http_answer {
	enum http_status status;
	const char *type;  /* of the body */
	size_t length;     /* HTTP_LENGTH_UNKNOWN: the body ends with the connection */
	const char *field; /* more fields, each ended by "\r\n"; NULL = none */
	const char *inlined; /* sources of script-src and style-src, for a page; NULL = none */
};

/* Writes the head, with the fields that keep a browser from doing more than it is asked to. */
void http_head(struct text *t, const struct http_answer *a);

#endif
