#include "wire/http.h"

#include <inttypes.h>
#include <string.h>

/* The rest of the input. */
struct head {
	const char *at, *end;
};

/* Takes a line without its end; false if it is incomplete. */
static bool take_line(struct head *h, struct http_text *line)
{
	const char *newline = memchr(h->at, '\n', (size_t)(h->end - h->at));

	if (!newline)
		return false;
	*line = (struct http_text){h->at, (size_t)(newline - h->at)};
	if (line->len > 0 && newline[-1] == '\r')
		line->len--;
	h->at = newline + 1;
	return true;
}

/* RFC 9110 section 5.6.2. */
static bool is_token(struct http_text s)
{
	static const char signs[] = "!#$%&'*+-.^_`|~";

	for (size_t i = 0; i < s.len; i++) {
		char c = s.at[i], lower = (char)(c | 0x20);
		bool good = (c >= '0' && c <= '9') || (lower >= 'a' && lower <= 'z') ||
		            memchr(signs, c, sizeof(signs) - 1);
		if (!good)
			return false;
	}
	return s.len > 0;
}

static bool is_visible(struct http_text s)
{
	for (size_t i = 0; i < s.len; i++) {
		if (s.at[i] <= ' ' || s.at[i] >= 0x7f)
			return false;
	}
	return s.len > 0;
}

/* RFC 9110 section 5.5: no control octets but the tabulator. */
static bool is_value(struct http_text s)
{
	for (size_t i = 0; i < s.len; i++) {
		unsigned char c = (unsigned char)s.at[i];
		if ((c < ' ' && c != '\t') || c == 0x7f)
			return false;
	}
	return true;
}

/* Splits `s` at the first `c`; false if there is none. */
static bool split(struct http_text s, char c, struct http_text *before, struct http_text *after)
{
	const char *at = s.len ? memchr(s.at, c, s.len) : NULL;

	if (!at)
		return false;
	*before = (struct http_text){s.at, (size_t)(at - s.at)};
	*after = (struct http_text){at + 1, s.len - before->len - 1};
	return true;
}

static struct http_text trim(struct http_text s)
{
	while (s.len > 0 && (*s.at == ' ' || *s.at == '\t')) {
		s.at++;
		s.len--;
	}
	while (s.len > 0 && (s.at[s.len - 1] == ' ' || s.at[s.len - 1] == '\t'))
		s.len--;
	return s;
}

static const char *read_request_line(struct http_text line, struct http_request *out)
{
	struct http_text target, version;

	if (!split(line, ' ', &out->method, &line) || !is_token(out->method))
		return "method";
	if (!split(line, ' ', &target, &version) || !is_visible(target) || *target.at != '/')
		return "target";
	if (!http_is(version, "HTTP/1.1") && !http_is(version, "HTTP/1.0"))
		return "version";
	out->minor = version.at[version.len - 1] == '1';
	out->path = target;
	out->query = (struct http_text){target.at + target.len, 0};
	(void)split(target, '?', &out->path, &out->query);
	return NULL;
}

static const char *read_field(struct http_text line, struct http_request *out)
{
	struct http_field *f = &out->field[out->field_count];

	if (out->field_count == HTTP_FIELDS_MAX)
		return "too many fields";
	if (!split(line, ':', &f->name, &f->value) || !is_token(f->name))
		return "field name";
	f->value = trim(f->value);
	if (!is_value(f->value))
		return "field value";
	out->field_count++;
	return NULL;
}

enum parse http_read(const void *octets, size_t len, struct http_request *out, const char **reason)
{
	struct head h = {octets, (const char *)octets + len};
	struct http_request r = {.field_count = 0};
	struct http_text line;

	if (len == 0 || !take_line(&h, &line) || (line.len == 0 && !take_line(&h, &line)))
		return PARSE_IGNORE;
	*reason = read_request_line(line, &r);
	while (!*reason) {
		if (!take_line(&h, &line))
			return PARSE_IGNORE;
		if (line.len == 0)
			break;
		*reason = read_field(line, &r);
	}
	if (*reason)
		return PARSE_BAD;
	r.len = len - (size_t)(h.end - h.at);
	*out = r;
	return PARSE_OK;
}

bool http_is(struct http_text text, const char *s)
{
	return text.len == strlen(s) && (text.len == 0 || memcmp(text.at, s, text.len) == 0);
}

/* Ignores case. Only letters, digits and '-' occur, so masking one bit is safe. */
static bool is_named(struct http_text text, const char *name)
{
	if (text.len != strlen(name))
		return false;
	for (size_t i = 0; i < text.len; i++) {
		if ((text.at[i] | 0x20) != (name[i] | 0x20))
			return false;
	}
	return true;
}

struct http_text http_field(const struct http_request *r, const char *name)
{
	for (size_t i = 0; i < r->field_count; i++) {
		if (is_named(r->field[i].name, name))
			return r->field[i].value;
	}
	return (struct http_text){NULL, 0};
}

struct http_text http_value(struct http_text list, char separator, const char *name)
{
	while (list.len > 0) {
		struct http_text item = list, rest = {NULL, 0}, key, value;
		(void)split(list, separator, &item, &rest);
		if (split(trim(item), '=', &key, &value) && http_is(key, name))
			return value;
		list = rest;
	}
	return (struct http_text){NULL, 0};
}

/* Is the weight after "q=" above zero? An invalid weight is zero. */
static bool is_weight(struct http_text q)
{
	bool more = false;

	if (q.len == 0 || q.len > 5 || (q.at[0] != '0' && q.at[0] != '1'))
		return false;
	for (size_t i = 0; i < q.len; i++) {
		if (i == 1 ? q.at[i] != '.' : q.at[i] < '0' || q.at[i] > '9')
			return false;
		more = more || (i != 1 && q.at[i] != '0');
	}
	return more;
}

/* One item of the list: "gzip", "gzip;q=0.5". */
static bool is_wanted(struct http_text parameters)
{
	struct http_text item, rest, name, value;

	while (parameters.len > 0) {
		item = parameters;
		rest = (struct http_text){NULL, 0};
		(void)split(parameters, ';', &item, &rest);
		if (split(trim(item), '=', &name, &value) && is_named(trim(name), "q"))
			return is_weight(trim(value));
		parameters = rest;
	}
	return true;
}

bool http_accepts(const struct http_request *r, const char *coding)
{
	bool named = false, wanted = false, any = false;

	for (size_t i = 0; i < r->field_count; i++) {
		struct http_text list = r->field[i].value, item, rest;
		for (; is_named(r->field[i].name, "accept-encoding") && list.len > 0; list = rest) {
			item = list;
			rest = (struct http_text){NULL, 0};
			(void)split(list, ',', &item, &rest);
			struct http_text name = item, parameters = {NULL, 0};
			(void)split(item, ';', &name, &parameters);
			if (http_is(trim(name), "*"))
				any = is_wanted(parameters);
			if (!is_named(trim(name), coding))
				continue;
			named = true;
			wanted = wanted || is_wanted(parameters);
		}
	}
	return named ? wanted : any;
}

const char *http_status_name(enum http_status status)
{
	switch (status) {
	case HTTP_OK:
		return "OK";
	case HTTP_SEE_OTHER:
		return "See Other";
	case HTTP_BAD_REQUEST:
		return "Bad Request";
	case HTTP_UNAUTHORIZED:
		return "Unauthorized";
	case HTTP_FORBIDDEN:
		return "Forbidden";
	case HTTP_NOT_FOUND:
		return "Not Found";
	case HTTP_METHOD_NOT_ALLOWED:
		return "Method Not Allowed";
	case HTTP_TOO_MANY:
		return "Too Many Requests";
	case HTTP_HEAD_TOO_LARGE:
		return "Request Header Fields Too Large";
	case HTTP_UNAVAILABLE:
		return "Service Unavailable";
	}
	return "?";
}

/*
 * The page may use its own contents and connect to us, nothing else. No framing, sniffing, caching
 * or referrer.
 */
void http_head(struct text *t, const struct http_answer *a)
{
	text_format(t, "HTTP/1.1 %d %s\r\nContent-Type: %s\r\n", (int)a->status,
	            http_status_name(a->status), a->type);
	if (a->length != HTTP_LENGTH_UNKNOWN)
		text_format(t, "Content-Length: %zu\r\n", a->length);
	text_put(t, a->field ? a->field : "");
	text_put(t, "Cache-Control: no-store\r\n"
	            "Content-Security-Policy: default-src 'none'; ");
	if (a->inlined)
		text_format(t, "script-src %s; style-src %s; ", a->inlined, a->inlined);
	text_put(t, "img-src data:; connect-src 'self'; form-action 'self'; base-uri 'none'; "
	            "frame-ancestors 'none'\r\n"
	            "Cross-Origin-Resource-Policy: same-origin\r\n"
	            "Referrer-Policy: no-referrer\r\n"
	            "X-Content-Type-Options: nosniff\r\n"
	            "X-Frame-Options: DENY\r\n"
	            "Connection: close\r\n\r\n");
}
