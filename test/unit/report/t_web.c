/*
 * The web page's server (report/http.h), spoken to over loopback; the clock is the test's.
 */
#include "report/http/http.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/log.h"
#include "harness/t.h"
#include "io/pipe.h"
#include "io/tcp.h"
#include "report/http/gate.h"
#include "report/http/page.h"
#include "report/http/web_command.h"
#include "unit/report/connection.h"
#include "unit/report/publish.h"

#define LOCAL "Host: localhost:8080\r\n"
#define PACKED "Accept-Encoding: gzip\r\n"
#define GET(path, fields) "GET " path " HTTP/1.1\r\n" LOCAL fields "\r\n"

static struct desk {
	struct arena arena;
	struct poller *poller;
	struct model *model;
	struct voice_pipe link;
	struct events events;
	struct sources sources;
	struct conf_report conf;
	struct http *http;
	struct connections *connections;
	struct clock clock;
	int listening;
	struct addr at;
} d;

static void ignore_log(void *context, enum log_level level, const char *line)
{
	(void)context;
	(void)level;
	(void)line;
}

static bool find_port(int fd)
{
	struct sockaddr_in name;
	socklen_t len = sizeof(name);

	if (getsockname(fd, (struct sockaddr *)&name, &len) != 0)
		return false;
	d.at.port = ntohs(name.sin_port);
	return true;
}

/* `conf` as the operator wrote it, but for the address. */
static bool desk_open_as(const struct conf_report *conf)
{
	static const struct conf_limits limits = {
		.sessions = 1000, .subscriptions = 100, .streams = 100};
	struct arena measure;

	memset(&d, 0, sizeof(d));
	log_set_sink(ignore_log, NULL);
	d.clock = (struct clock){.now = 100000, .epoch_ms = 1700000000000};
	d.conf = *conf;
	if (!addr_parse("127.0.0.1:0", 0, &d.at))
		return false;
	d.listening = tcp_listen(&d.at, false);
	arena_measure(&measure);
	(void)poller_open(&measure, HTTP_CONNECTIONS + 4);
	if (d.listening < 0 || !find_port(d.listening) || !arena_claim(&d.arena, measure.used))
		return false;
	d.conf.http = d.at;
	d.poller = poller_open(&d.arena, HTTP_CONNECTIONS + 4);
	d.model = model_open(&limits);
	d.events.ring.boot = 0xab;
	d.sources = (struct sources){.model = d.model, .events = &d.events, .link = &d.link};
	d.http = http_open(d.listening, d.poller, &d.sources, &d.conf);
	if (!d.http)
		return false;
	d.connections = http_connections(d.http);
	d.sources.figures[SERVICE_HTTP] = &d.connections->figures;
	return true;
}

static bool desk_open(void)
{
	return desk_open_as(&(struct conf_report){.metrics = true});
}

static void desk_close(void)
{
	http_close(d.http);
	model_close(d.model);
	ring_close(&d.events.ring);
	poller_close(d.poller);
	arena_release(&d.arena);
	close(d.listening);
	log_set_sink(NULL, NULL);
}

static void spin(void)
{
	for (int i = 0; i < 40; i++) {
		struct poller_event events[32];
		int count = poller_wait(d.poller, events, 32, 0);
		for (int k = 0; k < count; k++)
			connections_event(d.connections, &events[k], &d.clock);
		connections_serve(d.connections, &d.clock);
		if (count == 0 && i > 3)
			break;
	}
}

static int call_in(void)
{
	int fd = tcp_connect(&d.at);

	spin();
	return fd;
}

/* The whole answer to one request on a connection of its own. */
static const char *ask(const char *request)
{
	int fd = call_in();

	say(fd, request, strlen(request));
	const char *heard = hear(fd);
	close(fd);
	spin();
	return heard;
}

static bool ends(const char *heard, const char *tail)
{
	size_t len = strlen(heard), tail_len = strlen(tail);

	return len >= tail_len && strcmp(heard + len - tail_len, tail) == 0;
}

static bool begins(const char *heard, const char *front)
{
	return strncmp(heard, front, strlen(front)) == 0;
}

static void log_in(uint32_t client)
{
	struct record r = {.kind = RECORD_SESSION,
	                   .change = CHANGE_BEGIN,
	                   .session = {.client = client, .state = SESSION_CONNECTED}};

	text_copy(r.session.location, sizeof(r.session.location), "</script><b>\"x\"");
	model_take(d.model, &r, d.clock.now);
}

T_CASE(each_resource_is_served_with_its_type_and_the_end)
{
	static const struct {
		const char *request, *type, *holds;
	} rows[] = {
		{GET("/", PACKED), "text/html; charset=utf-8", "Content-Encoding: gzip\r\n"},
		{GET("/", ""), "text/html; charset=utf-8", "\r\n\r\n<!doctype html>"},
		{GET("/?anything", ""), "text/html; charset=utf-8", ""},
		{GET("/api/v2/snapshot", ""), "application/json", "\r\n\r\n{\"v\":2,"},
		{GET("/api/v2/snapshot", PACKED), "application/json", "Vary: Accept-Encoding\r\n"},
		{GET("/api/v2/snapshot?rows=tables,server", ""), "application/json",
	         ",\"server\":[],\"tables\":["},
		{GET("/api/v2/snapshot?rows=", ""), "application/json", ",\"server\":[]}"},
		{GET("/metrics", ""), "text/plain", "\nfreedmr_report_http_requests_total "},
		{"\r\nGET /metrics HTTP/1.0\nHost: 127.0.0.1\n\n", "text/plain", "\r\n\r\n#"},
	};
	char type[80];

	T_CHECK(desk_open());
	log_in(5);
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		const char *heard = ask(rows[i].request);
		snprintf(type, sizeof(type), "\r\nContent-Type: %s", rows[i].type);
		T_CHECK(begins(heard, "HTTP/1.1 200 OK\r\n"));
		T_CHECK(strstr(heard, type));
		T_CHECK(strstr(heard, rows[i].holds));
	}
	T_EQUAL(d.connections->figures.requests_total, ARRAY_LEN(rows));
	T_EQUAL(d.connections->figures.bad_requests_total, 0);
	T_EQUAL(d.connections->figures.connections, 0);
	desk_close();
}

T_CASE(every_answer_keeps_a_browser_from_more_than_it_is_asked)
{
	static const char *const requests[] = {GET("/", ""), GET("/nothing", ""),
	                                       GET("/api/v2/snapshot", ""), "nonsense\r\n\r\n"};
	static const char *const fields[] = {"\r\nContent-Security-Policy: default-src 'none'; ",
	                                     "frame-ancestors 'none'\r\n",
	                                     "\r\nX-Content-Type-Options: nosniff\r\n",
	                                     "\r\nReferrer-Policy: no-referrer\r\n",
	                                     "\r\nCache-Control: no-store\r\n",
	                                     "\r\nX-Frame-Options: DENY\r\n",
	                                     "\r\nConnection: close\r\n"};

	T_CHECK(desk_open());
	for (size_t i = 0; i < ARRAY_LEN(requests); i++) {
		const char *heard = ask(requests[i]);
		for (size_t k = 0; k < ARRAY_LEN(fields); k++)
			T_CHECK(strstr(heard, fields[k]));
		T_CHECK(!strstr(heard, "unsafe-inline"));
		T_CHECK(!strstr(heard, "Access-Control"));
	}
	desk_close();
}

T_CASE(the_page_is_whole_and_of_the_length_told)
{
	T_CHECK(desk_open());
	int fd = call_in();
	say(fd, GET("/", PACKED), strlen(GET("/", PACKED)));
	const char *heard = hear(fd);
	char length[60];
	snprintf(length, sizeof(length), "\r\nContent-Length: %u\r\n", (unsigned)page_len);
	T_CHECK(strstr(heard, length));
	const char *body = strstr(heard, "\r\n\r\n");
	T_CHECK(body && memcmp(body + 4, page_octets, page_len) == 0);
	T_CHECK(body && strcmp(body + 4 + page_len, "(end)") == 0);
	close(fd);
	desk_close();
}

T_CASE(hostile_text_stays_inside_its_quotes)
{
	T_CHECK(desk_open());
	log_in(5);
	const char *heard = ask(GET("/api/v2/snapshot", ""));
	T_CHECK(strstr(heard, "\\\"x\\\""));
	T_CHECK(strstr(heard, "Content-Type: application/json\r\n"));
	T_CHECK(ends(heard, "}\n(end)"));
	desk_close();
}

T_CASE(bad_requests_are_refused_counted_and_hung_up_on)
{
	static const struct {
		const char *request;
		int status;
	} rows[] = {
		{"nonsense\r\n\r\n", 400},
		{"GET / HTTP/2.0\r\n\r\n", 400},
		{"GET http://localhost/ HTTP/1.1\r\n\r\n", 400},
		{"GET / HTTP/1.1\r\nHost localhost\r\n\r\n", 400},
		{"GET / HTTP/1.1\r\nHost: a\r\n b\r\n\r\n", 400},
		{"GET / HTTP/1.1\r\nX: \001\r\n\r\n", 400},
		{"POST / HTTP/1.1\r\nContent-Length: 3\r\n\r\nabc", 405},
		{"OPTIONS / HTTP/1.1\r\n\r\n", 405},
		{GET("/nothing", ""), 404},
		{GET("/../etc/passwd", ""), 404},
		{GET("//", ""), 404},
		{GET("/api/v2/snapshot/", ""), 404},
		{"GET / HTTP/1.1\r\nHost: evil.example\r\n\r\n", 403},
		{"GET / HTTP/1.1\r\nHost: localhost.evil.example\r\n\r\n", 403},
		{"GET /metrics HTTP/1.1\r\nHost: evil.example:8080\r\n\r\n", 403},
		{"POST /api/v2/command HTTP/1.1\r\nHost: evil.example\r\n\r\n", 403},
	};
	char status[32];

	T_CHECK(desk_open());
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		const char *heard = ask(rows[i].request);
		snprintf(status, sizeof(status), "HTTP/1.1 %d ", rows[i].status);
		T_CHECK(begins(heard, status));
		T_CHECK(ends(heard, "\n(end)"));
		T_EQUAL(d.connections->figures.bad_requests_total, i + 1);
	}
	T_CHECK(strstr(ask("POST / HTTP/1.1\r\n\r\n"), "\r\nAllow: GET, HEAD\r\n"));
	T_EQUAL(d.connections->figures.connections, 0);
	desk_close();
}

T_CASE(a_head_gets_the_head_alone)
{
	T_CHECK(desk_open());
	const char *heard = ask("HEAD / HTTP/1.1\r\n" LOCAL "\r\n");
	T_CHECK(begins(heard, "HTTP/1.1 200 OK\r\n"));
	T_CHECK(ends(heard, "\r\n\r\n(end)"));
	heard = ask("HEAD /api/v2/events HTTP/1.1\r\n" LOCAL "\r\n");
	T_CHECK(strstr(heard, "Content-Type: text/event-stream\r\n"));
	T_CHECK(ends(heard, "\r\n\r\n(end)"));
	desk_close();
}

T_CASE(only_the_first_request_on_a_connection_is_answered)
{
	T_CHECK(desk_open());
	const char *heard = ask(GET("/nothing", "") GET("/metrics", ""));
	T_CHECK(begins(heard, "HTTP/1.1 404 "));
	T_CHECK(!strstr(heard, "200 OK"));
	T_EQUAL(d.connections->figures.requests_total, 1);
	desk_close();
}

T_CASE(a_request_may_come_octet_by_octet_but_not_for_ever)
{
	const char *request = GET("/metrics", "");

	T_CHECK(desk_open());
	int fd = call_in();
	for (const char *c = request; *c; c++) {
		T_TEXT(hear(fd), "");
		d.clock.now++;
		say(fd, c, 1);
	}
	T_CHECK(begins(hear(fd), "HTTP/1.1 200 OK\r\n"));
	close(fd);
	fd = call_in();
	for (int i = 0; i < 10; i++) { /* it is never silent for long */
		say(fd, "G", 1);
		d.clock.now += HTTP_HEAD_MS / 10;
	}
	T_CHECK(connections_next(d.connections) <= d.clock.now);
	spin();
	T_TEXT(hear(fd), "(end)");
	close(fd);
	desk_close();
}

T_CASE(a_head_that_is_too_long_is_refused_at_its_limit)
{
	char request[2 * HTTP_HEAD_MAX];
	struct text t = text_make(request, sizeof(request));

	T_CHECK(desk_open());
	text_put(&t, "GET /metrics HTTP/1.1\r\n" LOCAL "X: ");
	while (t.len < HTTP_HEAD_MAX - 4)
		text_char(&t, 'x');
	text_put(&t, "\r\n\r\n");
	T_EQUAL(t.len, HTTP_HEAD_MAX);
	T_CHECK(begins(ask(request), "HTTP/1.1 200 OK\r\n"));
	memcpy(request + HTTP_HEAD_MAX - 4, "xxxx", 4);
	text_put(&t, "\r\n\r\n");
	T_CHECK(begins(ask(request), "HTTP/1.1 431 "));
	T_EQUAL(d.connections->figures.connections, 0);
	desk_close();
}

T_CASE(metrics_are_there_only_when_they_are_on)
{
	T_CHECK(desk_open_as(&(struct conf_report){.metrics = false}));
	T_CHECK(begins(ask(GET("/metrics", "")), "HTTP/1.1 404 "));
	T_CHECK(begins(ask(GET("/", "")), "HTTP/1.1 200 "));
	desk_close();
}

T_CASE(who_knows_the_token_sees_who_does_not_is_asked)
{
	static const struct {
		const char *request;
		int status;
	} rows[] = {
		{GET("/api/v2/snapshot", ""), 401},
		{GET("/api/v2/snapshot", "Authorization: Bearer delta\r\n"), 200},
		{GET("/api/v2/snapshot", "Authorization: Bearer delt\r\n"), 401},
		{GET("/api/v2/snapshot", "Authorization: Bearer deltas\r\n"), 401},
		{GET("/api/v2/snapshot", "Authorization: Bearer \r\n"), 401},
		{GET("/api/v2/snapshot", "Authorization: Basic delta\r\n"), 401},
		{GET("/api/v2/snapshot", "Cookie: a=b; token=delta\r\n"), 200},
		{GET("/api/v2/snapshot", "Cookie: token=delta; token=x\r\n"), 200},
		{GET("/api/v2/snapshot", "Cookie: token=echo\r\n"), 401},
		{GET("/api/v2/snapshot", "Cookie: xtoken=delta\r\n"), 401},
		{GET("/api/v2/snapshot?token=delta", ""), 401},
		{GET("/api/v2/events", ""), 401},
		{GET("/metrics", ""), 401},
		{GET("/nothing", ""), 401},
		{GET("/", "Cookie: token=delta\r\n"), 200},
		{"GET / HTTP/1.1\r\nHost: dmr.example\r\nCookie: token=delta\r\n\r\n", 200},
	};
	char status[32];

	T_CHECK(desk_open_as(&(struct conf_report){
		.metrics = true, .http_token = "delta", .http_names = "dmr.example"}));
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		const char *heard = ask(rows[i].request);
		snprintf(status, sizeof(status), "HTTP/1.1 %d ", rows[i].status);
		T_CHECK(begins(heard, status));
		T_CHECK(rows[i].status == 200 || strstr(heard, "\r\nWWW-Authenticate: Bearer\r\n"));
		T_CHECK(!strstr(heard, "delta"));
	}
	const char *asked = ask(GET("/", ""));
	T_CHECK(begins(asked, "HTTP/1.1 401 "));
	T_CHECK(strstr(asked, "<form>"));
	const char *given = ask(GET("/?token=delta", ""));
	T_CHECK(begins(given, "HTTP/1.1 303 "));
	T_CHECK(strstr(given, "\r\nLocation: ./\r\n"));
	T_CHECK(strstr(given, "\r\nSet-Cookie: token=delta; Max-Age=31536000; HttpOnly; "
	                      "SameSite=Strict\r\n"));
	T_CHECK(begins(ask(GET("/?token=echo", "")), "HTTP/1.1 401 "));
	desk_close();
}

#define WITH(token, more) GET("/metrics", "Authorization: Bearer " token "\r\n" more)
#define ELSEWHERE "X-Forwarded-For: 198.51.100.9\r\n"

/* A token is not accepted under a name that anyone can point here: a hostile page could ask for it.
 */
T_CASE(a_host_that_is_not_ours_is_refused_whatever_it_knows)
{
	static const char anywhere[] = "GET / HTTP/1.1\r\nHost: evil.example\r\n";
	char request[200];

	T_CHECK(desk_open_as(&(struct conf_report){.http_token = "delta"}));
	d.conf.http.ip[15] = 9; /* not on loopback */
	snprintf(request, sizeof(request), "%sCookie: token=delta\r\n\r\n", anywhere);
	T_CHECK(begins(ask(request), "HTTP/1.1 403 "));
	snprintf(request, sizeof(request), "%s\r\n", anywhere);
	const char *heard = ask(request);
	T_CHECK(begins(heard, "HTTP/1.1 403 ") && strstr(heard, "http-names"));
	T_CHECK(!strstr(heard, "<form"));
	text_copy(d.conf.http_names, sizeof(d.conf.http_names), "a.example, Evil.Example");
	T_CHECK(begins(ask(request), "HTTP/1.1 401 "));
	desk_close();
}

T_CASE(wrong_tokens_are_limited_for_each_who_tries)
{
	static const char *const wrong[] = {WITH("a", ""), WITH("b", ""), WITH("c", ""),
	                                    WITH("d", ""), WITH("e", "")};

	T_CHECK(desk_open_as(&(struct conf_report){.metrics = true, .http_token = "delta"}));
	for (size_t i = 0; i < ARRAY_LEN(wrong); i++)
		for (int again = 0; again < 3; again++)
			T_CHECK(begins(ask(wrong[i]), "HTTP/1.1 401 "));
	const char *heard = ask(WITH("f", ""));
	T_CHECK(begins(heard, "HTTP/1.1 429 ") && strstr(heard, "\r\nRetry-After: 10\r\n"));
	T_CHECK(begins(ask(WITH("delta", "")), "HTTP/1.1 429 "));
	T_CHECK(begins(ask(WITH("e", "")), "HTTP/1.1 401 "));
	T_CHECK(begins(ask(WITH("delta", ELSEWHERE)), "HTTP/1.1 200 "));
	d.clock.now += 10 * TICK_SECOND;
	T_CHECK(begins(ask(WITH("delta", "")), "HTTP/1.1 200 "));
	T_CHECK(begins(ask(WITH("f", "")), "HTTP/1.1 401 "));
	text_copy(d.conf.http_token, sizeof(d.conf.http_token), "f");
	d.clock.now += 10 * TICK_SECOND;
	T_CHECK(begins(ask(WITH("f", "")), "HTTP/1.1 200 "));
	desk_close();
}

T_CASE(wrong_tokens_of_many_keep_out_nobody_who_was_right)
{
	char request[256];

	T_CHECK(desk_open_as(&(struct conf_report){.metrics = true, .http_token = "delta"}));
	T_CHECK(begins(ask(WITH("delta", "")), "HTTP/1.1 200 "));
	for (unsigned n = 0; n < 20 * GATE_PLACES; n++) {
		snprintf(request, sizeof(request),
		         GET("/metrics",
		             "Authorization: Bearer w%u\r\nX-Forwarded-For: 10.0.%u.%u\r\n"),
		         n, n / 5 >> 8, n / 5 & 255);
		(void)ask(request);
	}
	T_CHECK(begins(ask(WITH("delta", ELSEWHERE)), "HTTP/1.1 429 "));
	T_CHECK(begins(ask(WITH("delta", "")), "HTTP/1.1 200 "));
	for (unsigned n = 0; n < GATE_DEPTH; n++) { /* nor may that address try for ever */
		snprintf(request, sizeof(request), GET("/metrics", "Authorization: Bearer v%u\r\n"),
		         n);
		T_CHECK(begins(ask(request), "HTTP/1.1 401 "));
	}
	T_CHECK(begins(ask(WITH("delta", "")), "HTTP/1.1 429 "));
	desk_close();
}

T_CASE(the_question_for_the_token_is_a_page_in_two_languages)
{
	T_CHECK(desk_open_as(&(struct conf_report){.http_token = "delta"}));
	const char *heard = ask(GET("/", "Accept-Language: de-DE,de\r\n"));
	T_CHECK(strstr(heard, "lang=\"de\"") && strstr(heard, "Seite zeigen"));
	T_CHECK(strstr(ask(GET("/", "")), "lang=\"en\""));
	T_CHECK(strstr(ask(GET("/?token=x", "")), "<p role=\"alert\">The token is wrong."));
	T_CHECK(ends(ask(GET("/", "")), "</html>\n(end)"));
	desk_close();
}

T_CASE(who_is_not_on_the_list_is_turned_away_unheard)
{
	struct conf_report conf = {.metrics = true};

	T_CHECK(networks_parse("192.0.2.0/24", &conf.http_allow));
	T_CHECK(desk_open_as(&conf));
	T_CHECK(begins(ask(GET("/", "")), "HTTP/1.1 403 "));
	T_EQUAL(d.connections->figures.requests_total, 0);
	T_EQUAL(d.connections->figures.refused_total, 1);
	T_CHECK(networks_parse("192.0.2.0/24, 127.0.0.0/8", &d.conf.http_allow));
	T_CHECK(begins(ask(GET("/", "")), "HTTP/1.1 200 "));
	desk_close();
}

static void publish(const char *line)
{
	publish_log(&d.events, &d.clock, line);
}

T_CASE(events_come_as_they_are_published_and_go_on_after_a_break)
{
	T_CHECK(desk_open());
	publish("early");
	int fd = call_in();
	say(fd, GET("/api/v2/events", ""), strlen(GET("/api/v2/events", "")));
	const char *heard = hear(fd);
	T_CHECK(strstr(heard, "\r\n\r\nretry: 2000\n\nid: 00000000000000ab-1\ndata: {\"v\":2,"));
	T_CHECK(!strstr(heard, "early"));
	publish("one");
	spin();
	heard = hear(fd);
	T_CHECK(begins(heard, "id: 00000000000000ab-2\ndata: {\"v\":2,\"seq\":2,"));
	T_CHECK(ends(heard, "\"line\":\"one\"}\n\n"));
	d.clock.now += 10 * HTTP_HEAD_MS; /* silence is no fault of a follower */
	spin();
	publish("two");
	spin();
	char two[512];
	T_CHECK(text_copy(two, sizeof(two), hear(fd)));
	T_CHECK(begins(two, "id: 00000000000000ab-3\ndata: {\"v\":2,\"seq\":3,"));
	T_CHECK(ends(two, "\"line\":\"two\"}\n\n"));
	close(fd);
	d.clock.epoch_ms += 3600000; /* the clock was set */
	heard = ask(GET("/api/v2/events", "Last-Event-ID: 00000000000000ab-2\r\n"));
	T_CHECK(strstr(heard, "retry: 2000\n\nid: 00000000000000ab-3\n"));
	T_CHECK(ends(heard, two)); /* as it was said */
	T_CHECK(!strstr(heard, "resync"));
	desk_close();
}

T_CASE(who_missed_too_much_is_told_to_begin_anew)
{
	static const char *const ids[] = {
		"00000000000000ab-0",  "00000000000000ac-290", "00000000000000ab-999999",
		"00000000000000ab-1x", "00000000000000ab-",    "nonsense",
	};
	char request[200];

	T_CHECK(desk_open());
	for (unsigned i = 0; i < RING_LINES + 50; i++)
		publish("xxx");
	for (size_t i = 0; i < ARRAY_LEN(ids); i++) {
		snprintf(request, sizeof(request),
		         "GET /api/v2/events HTTP/1.1\r\n" LOCAL "Last-Event-ID: %s\r\n\r\n",
		         ids[i]);
		const char *heard = ask(request);
		T_CHECK(strstr(heard,
		               "\nevent: resync\nid: 00000000000000ab-306\ndata: {\"v\":2,"));
		T_CHECK(!strstr(heard, "xxx"));
	}
	desk_close();
}

T_CASE(a_slow_follower_is_dropped_others_miss_nothing)
{
	T_CHECK(desk_open());
	int slow = call_in(), quick = call_in();
	int small = 4096;
	(void)setsockopt(slow, SOL_SOCKET, SO_RCVBUF, &small, sizeof(small));
	say(slow, GET("/api/v2/events", ""), strlen(GET("/api/v2/events", "")));
	say(quick, GET("/api/v2/events", ""), strlen(GET("/api/v2/events", "")));
	(void)hear(quick);
	for (int i = 0; i < 5000 && d.connections->figures.connections == 2; i++) {
		publish_long(&d.events, &d.clock);
		spin();
		(void)hear(quick);
	}
	T_EQUAL(d.connections->figures.connections, 1);
	T_EQUAL(d.connections->figures.slow_total, 1);
	publish("xxxx");
	spin();
	T_CHECK(ends(hear(quick), "\"line\":\"xxxx\"}\n\n"));
	close(slow);
	close(quick);
	publish("one");
	publish("two"); /* only the answer to what is sent shows it */
	spin();
	spin();
	T_EQUAL(d.connections->figures.connections, 0);
	desk_close();
}

T_CASE(a_stuck_reader_of_a_long_answer_is_hung_up_on)
{
	T_CHECK(desk_open());
	for (uint32_t i = 1; i <= 1000; i++)
		log_in(i);
	int fd = call_in();
	int small = 4096;
	(void)setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &small, sizeof(small));
	say(fd, GET("/api/v2/snapshot", ""), strlen(GET("/api/v2/snapshot", "")));
	T_EQUAL(d.connections->figures.connections, 1);
	T_CHECK(begins(ask(GET("/metrics", "")), "HTTP/1.1 200 ")); /* others are served */
	d.clock.now += HTTP_HEAD_MS;
	spin();
	T_EQUAL(d.connections->figures.connections, 0);
	T_EQUAL(d.connections->figures.idle_total, 1);
	close(fd);
	desk_close();
}

T_CASE(only_so_many_may_follow_and_the_rest_is_still_served)
{
	int fds[HTTP_FOLLOWERS];

	T_CHECK(desk_open());
	for (size_t i = 0; i < HTTP_FOLLOWERS; i++) {
		fds[i] = call_in();
		say(fds[i], GET("/api/v2/events", ""), strlen(GET("/api/v2/events", "")));
	}
	const char *heard = ask(GET("/api/v2/events", ""));
	T_CHECK(begins(heard, "HTTP/1.1 503 "));
	T_CHECK(strstr(heard, "\r\nRetry-After: 30\r\n"));
	T_CHECK(begins(ask(GET("/", "")), "HTTP/1.1 200 "));
	close(fds[0]);
	spin();
	T_CHECK(begins(ask(GET("/api/v2/events", "")), "HTTP/1.1 200 "));
	for (size_t i = 1; i < HTTP_FOLLOWERS; i++)
		close(fds[i]);
	desk_close();
}

#define FOLLOW_AS(from) GET("/api/v2/events", "X-Forwarded-For: " from "\r\n")

T_CASE(no_viewer_takes_the_places_of_all_and_one_is_kept)
{
	static int fds[HTTP_FOLLOWERS];
	char request[160];
	size_t count = 0;

	T_CHECK(desk_open());
	for (; count < HTTP_FOLLOWERS_EACH; count++) {
		fds[count] = call_in();
		say(fds[count], FOLLOW_AS("192.0.2.1"), strlen(FOLLOW_AS("192.0.2.1")));
	}
	T_CHECK(begins(ask(FOLLOW_AS("192.0.2.1")), "HTTP/1.1 429 "));
	T_CHECK(begins(ask(FOLLOW_AS("10.0.0.1, 192.0.2.1")), "HTTP/1.1 429 "));
	for (; count < 2 * HTTP_FOLLOWERS_EACH; count++) {
		fds[count] = call_in();
		snprintf(request, sizeof(request), FOLLOW_AS("2001:db8::%zx"), count);
		say(fds[count], request, strlen(request));
	}
	T_CHECK(begins(ask(FOLLOW_AS("2001:db8::ffff")), "HTTP/1.1 429 "));
	for (; count < HTTP_FOLLOWERS - 1; count++) {
		fds[count] = call_in();
		snprintf(request, sizeof(request), FOLLOW_AS("198.51.100.%zu"), count);
		say(fds[count], request, strlen(request));
	}
	T_CHECK(begins(ask(FOLLOW_AS("203.0.113.5")), "HTTP/1.1 503 "));
	T_CHECK(begins(ask(GET("/api/v2/events", "")), "HTTP/1.1 200 "));
	while (count > 0)
		close(fds[--count]);
	desk_close();
}

T_CASE(idle_connections_give_way_to_who_asks)
{
	int fds[HTTP_CONNECTIONS + 20];

	T_CHECK(desk_open());
	for (size_t i = 0; i < ARRAY_LEN(fds); i++)
		fds[i] = call_in();
	T_EQUAL(d.connections->figures.connections, HTTP_CONNECTIONS);
	T_EQUAL(d.connections->figures.connections_high, HTTP_CONNECTIONS);
	T_EQUAL(d.connections->figures.idle_total, 20);
	T_CHECK(begins(ask(GET("/", "")), "HTTP/1.1 200 "));
	T_TEXT(hear(fds[0]), "(end)");
	d.clock.now += HTTP_HEAD_MS;
	spin();
	d.clock.now += CONNECTIONS_GOODBYE_MS;
	spin();
	T_EQUAL(d.connections->figures.connections, 0);
	for (size_t i = 0; i < ARRAY_LEN(fds); i++)
		close(fds[i]);
	desk_close();
}

T_CASE(who_hangs_up_in_the_middle_harms_nobody)
{
	T_CHECK(desk_open());
	for (uint32_t i = 1; i <= 1000; i++)
		log_in(i);
	static const char *const requests[] = {"GET", GET("/api/v2/snapshot", ""),
	                                       GET("/api/v2/events", ""), GET("/", "")};
	for (size_t i = 0; i < ARRAY_LEN(requests); i++) {
		int fd = call_in();
		(void)!send(fd, requests[i], strlen(requests[i]), MSG_NOSIGNAL);
		close(fd);
		spin();
	}
	T_CHECK(ends(ask(GET("/api/v2/snapshot", "")), "}\n(end)"));
	publish("xxxx");
	spin();
	d.clock.now += HTTP_HEAD_MS;
	spin();
	T_EQUAL(d.connections->figures.connections, 0);
	desk_close();
}

static bool is_offered(const char *line)
{
	return web_command_is_offered((struct http_text){line, strlen(line)});
}

/* Each verb alone, with arguments, and with each of its words at the end. */
T_CASE(the_page_orders_what_the_table_of_verbs_gives_it)
{
	const struct verb *v;
	size_t offered = 0;

	for (uint64_t i = 0; (v = verb_at(i)); i++) {
		char line[128];
		struct text t = text_make(line, sizeof(line));
		text_put(&t, v->name);
		T_CHECK(!is_offered(line));
		text_put(&t, " 2300101 2 91");
		T_CHECK(is_offered(line) == (v->page && !*v->page));
		T_CHECK(!v->page || v->fill);
		offered += v->page != NULL;
	}
	T_CHECK(offered > 0);
	T_CHECK(is_offered("peer uk stun") && is_offered("peer uk clear") &&
	        is_offered(" peer  uk stun "));
	T_CHECK(!is_offered("peer uk reset") && !is_offered("peer uk") &&
	        !is_offered("peer stun uk"));
	T_CHECK(!is_offered("peer uk stun|clear") && !is_offered("peer uk stu") &&
	        !is_offered("peer uk |"));
	T_CHECK(!is_offered("") && !is_offered(" ") &&
	        !web_command_is_offered((struct http_text){NULL, 0}));
	T_CHECK(!is_offered("kickx 1") && !is_offered("kic 1") && !is_offered("text kick 1"));
}

T_MAIN()
