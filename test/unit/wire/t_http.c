#include "wire/http.h"

#include <string.h>

#include "harness/t.h"

static struct http_request request;
static const char *reason;

static enum parse read_at_guard(const char *text, size_t len)
{
	reason = "";
	return http_read(t_guarded(text, len), len, &request, &reason);
}

static enum parse read_text(const char *text)
{
	return read_at_guard(text, strlen(text));
}

static bool is(struct http_text text, const char *s)
{
	return http_is(text, s);
}

#define BROWSER                                                                                    \
	"GET /api/v2/events?token=a%20b HTTP/1.1\r\n"                                              \
	"Host: [::1]:8080\r\n"                                                                     \
	"Accept: text/event-stream\r\n"                                                            \
	"Cookie: a=1; token=kilo-tango; b=2\r\n"                                                   \
	"last-event-id:\t 0011-7 \r\n"                                                             \
	"X-Empty:\r\n"                                                                             \
	"X-Latin: \xe9\t\xff\r\n"                                                                  \
	"\r\n"

T_CASE(a_request_of_a_browser_is_read)
{
	T_EQUAL(read_text(BROWSER "next"), PARSE_OK);
	T_CHECK(is(request.method, "GET"));
	T_CHECK(is(request.path, "/api/v2/events"));
	T_CHECK(is(request.query, "token=a%20b"));
	T_EQUAL(request.minor, 1);
	T_EQUAL(request.len, sizeof(BROWSER) - 1);
	T_EQUAL(request.field_count, 6);
	T_CHECK(is(http_field(&request, "host"), "[::1]:8080"));
	T_CHECK(is(http_field(&request, "Last-Event-ID"), "0011-7"));
	T_CHECK(is(http_field(&request, "x-empty"), ""));
	T_CHECK(http_field(&request, "x-empty").at != NULL);
	T_CHECK(http_field(&request, "x-absent").at == NULL);
	T_CHECK(is(http_value(http_field(&request, "cookie"), ';', "token"), "kilo-tango"));
	T_CHECK(http_value(http_field(&request, "cookie"), ';', "tok").at == NULL);
	T_CHECK(is(http_value(request.query, '&', "token"), "a%20b"));
}

T_CASE(every_prefix_of_a_request_is_waited_for)
{
	for (size_t len = 0; len < sizeof(BROWSER) - 1; len++)
		T_EQUAL(read_at_guard(BROWSER, len), PARSE_IGNORE);
}

T_CASE(any_octet_may_be_wrong)
{
	char text[sizeof(BROWSER)];

	for (size_t i = 0; i < sizeof(BROWSER) - 1; i++) {
		for (unsigned c = 0; c < 256; c++) {
			memcpy(text, BROWSER, sizeof(BROWSER));
			text[i] = (char)c;
			enum parse p = read_at_guard(text, sizeof(BROWSER) - 1);
			T_CHECK(p != PARSE_BAD || *reason);
			T_CHECK(p != PARSE_OK || request.len <= sizeof(BROWSER) - 1);
		}
	}
}

T_CASE(forms_that_are_allowed)
{
	T_EQUAL(read_text("\r\nGET / HTTP/1.0\r\n\r\n"), PARSE_OK);
	T_EQUAL(request.minor, 0);
	T_EQUAL(read_text("GET / HTTP/1.1\nHost: x\n\n"), PARSE_OK);
	T_CHECK(is(http_field(&request, "Host"), "x"));
	T_EQUAL(read_text("M-SEARCH /?a?b HTTP/1.1\r\n\r\n"), PARSE_OK);
	T_CHECK(is(request.path, "/") && is(request.query, "a?b"));
	T_EQUAL(read_text("GET /? HTTP/1.1\r\n\r\n"), PARSE_OK);
	T_CHECK(is(request.path, "/") && is(request.query, ""));
	T_CHECK(http_value(request.query, '&', "token").at == NULL);
}

T_CASE(what_is_no_request_is_refused_with_its_reason)
{
	static const struct {
		const char *text, *reason;
	} rows[] = {
		{"\r\n\r\nGET / HTTP/1.1\r\n\r\n", "method"},
		{" GET / HTTP/1.1\r\n\r\n", "method"},
		{"GET\r\n\r\n", "method"},
		{"G\x01T / HTTP/1.1\r\n\r\n", "method"},
		{"GET  / HTTP/1.1\r\n\r\n", "target"},
		{"GET /\r\n\r\n", "target"},
		{"GET http://x/ HTTP/1.1\r\n\r\n", "target"},
		{"GET * HTTP/1.1\r\n\r\n", "target"},
		{"GET /\xc3\xa4 HTTP/1.1\r\n\r\n", "target"},
		{"GET /\t HTTP/1.1\r\n\r\n", "target"},
		{"GET / HTTP/2.0\r\n\r\n", "version"},
		{"GET / HTTP/1.1 \r\n\r\n", "version"},
		{"GET / HTTP/1.1\r\n folded: x\r\n\r\n", "field name"},
		{"GET / HTTP/1.1\r\nHost : x\r\n\r\n", "field name"},
		{"GET / HTTP/1.1\r\nHost\r\n\r\n", "field name"},
		{"GET / HTTP/1.1\r\n: x\r\n\r\n", "field name"},
		{"GET / HTTP/1.1\r\nHost: a\rb\r\n\r\n", "field value"},
		{"GET / HTTP/1.1\r\nHost: a\x7f\r\n\r\n", "field value"},
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		T_EQUAL(read_text(rows[i].text), PARSE_BAD);
		T_TEXT(reason, rows[i].reason);
	}
}

T_CASE(sixty_four_fields_and_no_more)
{
	char buf[2000];
	struct text t = text_make(buf, sizeof(buf));

	text_put(&t, "GET / HTTP/1.1\r\n");
	for (int i = 0; i < 64; i++)
		text_format(&t, "f%d: %d\r\n", i, i);
	struct text more = t;
	text_put(&t, "\r\n");
	T_EQUAL(read_text(buf), PARSE_OK);
	T_CHECK(is(http_field(&request, "F63"), "63"));
	text_put(&more, "f64: 64\r\n\r\n");
	T_EQUAL(read_text(buf), PARSE_BAD);
	T_TEXT(reason, "too many fields");
}

T_CASE(outputs_are_written_only_when_read)
{
	T_EQUAL(read_text("GET /first HTTP/1.1\r\n\r\n"), PARSE_OK);
	struct http_request before = request;
	T_EQUAL(read_text("HEAD /second HTTP/1.1\r\nno field\r\n\r\n"), PARSE_BAD);
	T_EQUAL(read_text("HEAD /second HTTP/1.1\r\n"), PARSE_IGNORE);
	T_CHECK(memcmp(&before, &request, sizeof(request)) == 0);
}

T_CASE(a_head_is_written)
{
	char buf[1024];
	struct text t = text_make(buf, sizeof(buf));
	const struct http_answer page = {.status = HTTP_OK, .type = "text/html", .length = 12};

	http_head(&t, &page);
	T_CHECK(strncmp(buf, "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 12\r\n",
	                62) == 0);
	T_TEXT(buf + t.len - 4, "\r\n\r\n");
	T_CHECK(strstr(buf, "\r\nX-Content-Type-Options: nosniff\r\n"));
	T_CHECK(strstr(buf, "\r\nContent-Security-Policy: default-src 'none'; img-src data:; "));
	t = text_make(buf, sizeof(buf));
	const struct http_answer script = {
		.status = HTTP_OK, .type = "text/html", .inlined = "'sha256-a='"};
	http_head(&t, &script);
	T_CHECK(strstr(buf, "; script-src 'sha256-a='; style-src 'sha256-a='; img-src "));
	t = text_make(buf, sizeof(buf));
	const struct http_answer more = {.status = HTTP_METHOD_NOT_ALLOWED,
	                                 .type = "text/plain",
	                                 .length = HTTP_LENGTH_UNKNOWN,
	                                 .field = "Allow: GET, HEAD\r\n"};
	http_head(&t, &more);
	T_CHECK(strstr(buf, "HTTP/1.1 405 Method Not Allowed\r\n"));
	T_CHECK(!strstr(buf, "Content-Length"));
	T_CHECK(strstr(buf, "\r\nAllow: GET, HEAD\r\n"));
	T_CHECK(!t.cut);
	T_TEXT(http_status_name((enum http_status)299), "?");
}

T_CASE(codings_are_accepted_as_rfc_9110_says)
{
	static const struct {
		const char *fields;
		bool accepts;
	} cases[] = {
		{"", false},
		{"Accept-Encoding: gzip\r\n", true},
		{"accept-encoding: GZIP\r\n", true},
		{"Accept-Encoding: gzip, deflate, br\r\n", true},
		{"Accept-Encoding: br ,\tgzip ; q=0.001\r\n", true},
		{"Accept-Encoding: deflate, br\r\n", false},
		{"Accept-Encoding: gzip;q=0\r\n", false},
		{"Accept-Encoding: gzip;q=0.000, identity\r\n", false},
		{"Accept-Encoding: gzip; Q=0.\r\n", false},
		{"Accept-Encoding: gzip;q=1.0\r\n", true},
		{"Accept-Encoding: gzip;q=.5\r\n", false},
		{"Accept-Encoding: gzip;q=\r\n", false},
		{"Accept-Encoding: gzip;q=0.5x\r\n", false},
		{"Accept-Encoding: gzip;level=9;q=0\r\n", false},
		{"Accept-Encoding: gzip;a=1;b=2;q=0\r\n", false},
		{"Accept-Encoding: gzip;q=0.5000\r\n", false},
		{"Accept-Encoding: gzip;q=0.5/\r\n", false},
		{"Accept-Encoding: gzip;q=0.555\r\n", true},
		{"Accept-Encoding: gzip;q\r\n", true},
		{"Accept-Encoding: gzip, gzip;q=0\r\n", true},
		{"Accept-Encoding: *\r\n", true},
		{"Accept-Encoding: *;q=0\r\n", false},
		{"Accept-Encoding: *, gzip;q=0\r\n", false},
		{"Accept-Encoding: gzip;q=0, *\r\n", false},
		{"Accept-Encoding: gzip, *;q=0\r\n", true},
		{"Accept-Encoding: identity\r\n", false},
		{"Accept-Encoding: \r\n", false},
		{"Accept-Encoding: ,,;,gzipx, xgzip, g zip\r\n", false},
		{"Accept-Encoding: br\r\nAccept-Encoding: gzip\r\n", true},
		{"X-Accept-Encoding: gzip\r\n", false},
	};

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		char text[200];
		struct text t = text_make(text, sizeof(text));
		text_format(&t, "GET / HTTP/1.1\r\n%s\r\n", cases[i].fields);
		T_EQUAL(read_text(text), PARSE_OK);
		if (http_accepts(&request, "gzip") != cases[i].accepts)
			t_fail(__FILE__, __LINE__, "%s", cases[i].fields);
	}
}

/* The fields are all there is; what lies behind them is none. */
T_CASE(the_last_field_of_as_many_as_there_may_be_counts)
{
	char text[1000];
	struct text t = text_make(text, sizeof(text));

	text_put(&t, "GET / HTTP/1.1\r\n");
	for (unsigned i = 1; i < HTTP_FIELDS_MAX; i++)
		text_put(&t, "A: b\r\n");
	text_put(&t, "Accept-Encoding: gzip\r\n\r\n");
	T_EQUAL(read_text(text), PARSE_OK);
	T_EQUAL(request.field_count, HTTP_FIELDS_MAX);
	T_CHECK(http_accepts(&request, "gzip") && !http_accepts(&request, "br"));
}

T_MAIN()
