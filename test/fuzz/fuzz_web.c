/*
 * The web server as browsers, proxies and scanners find it over time: four connections over
 * loopback that bring requests in pieces, pause, listen or do not, and go; between them records and
 * replies of the voice process. Every answer begins with a status, and when everybody has gone
 * nothing is left. An input is a list of
 *
 *   what(1)  wait(1), in units of 64 ms  len(2)  octets(len)
 *
 * The low four bits of `what` choose from `acts`, the high four the connection, modulo 4. If
 * the input is odd in length, the server has a token; if it is a multiple of eight, strangers are
 * turned away, and everybody is one.
 *
 * Decoder: report/http report/connection/connections.c without connection_forget host_read_own
 */
#include <arpa/inet.h>
#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/log.h"
#include "base/util.h"
#include "io/pipe.h"
#include "io/tcp.h"
#include "report/event/refusals.h"
#include "report/http/help.h"
#include "report/http/http.h"
#include "report/persist/persist.h"
#include "fuzz/fuzz.h"

#define EVENT_HEAD 4u
#include "fuzz/events.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int fuzz_no_datagrams = 1;

#define PEOPLE 4u
#define EVENTS_MAX 32
#define HEARD_MAX 65536u
#define SECRET_LEN 32u

static struct {
	struct arena arena;
	struct poller *poller;
	struct model *model;
	struct voice_pipe link;
	struct events events;
	struct refusals refusals;
	struct happened happened;
	struct sources sources;
	struct conf conf;
	char *help;
	struct http *http;
	struct connections *connections;
	struct clock clock;
	int listening, commands[2];
	struct addr at;
	struct {
		int fd; /* -1 = none */
		bool answered;
	} person[PEOPLE];
	char salt[SECRET_LEN + 1], token[SECRET_LEN + 1]; /* last heard */
} d;

static void ignore_log(void *context, enum log_level level, const char *line)
{
	(void)context;
	(void)level;
	(void)line;
}

/* Once: what an input leaves unchanged. */
static void make_place(void)
{
	struct arena measure;

	log_set_sink(ignore_log, NULL);
	if (!addr_parse("127.0.0.1:0", 0, &d.at))
		abort();
	d.listening = tcp_listen(&d.at, false);
	struct sockaddr_in name;
	socklen_t len = sizeof(name);
	arena_measure(&measure);
	(void)poller_open(&measure, HTTP_CONNECTIONS + 4);
	if (d.listening < 0 || getsockname(d.listening, (struct sockaddr *)&name, &len) != 0 ||
	    !arena_claim(&d.arena, measure.used) || pipe_open(d.commands) != 0)
		abort();
	d.at.port = ntohs(name.sin_port);
	d.poller = poller_open(&d.arena, HTTP_CONNECTIONS + 4);
	d.conf.limits = (struct conf_limits){.sessions = 20, .subscriptions = 20, .streams = 20};
	d.help = help_open();
	text_copy(d.conf.server.state, sizeof(d.conf.server.state), "/dev/null/state");
	d.conf.report = (struct conf_report){.metrics = true,
	                                     .self_care = true,
	                                     .history_top = 10,
	                                     .last_heard = 10,
	                                     .http = d.at,
	                                     .http_names = "dmr.example",
	                                     .notice = "see http://dmr.example",
	                                     .admin_token = "echo"};
	for (unsigned i = 0; i < PEOPLE; i++)
		d.person[i].fd = -1;
}

static void take_record(const struct record *r)
{
	model_take(d.model, r, d.clock.now);
	refusals_take(&d.refusals, r);
	history_take(d.sources.history, r, &d.clock);
	enum event_kind kind = event_kind_of(r, NULL);
	if (kind != EVENT_NONE)
		events_publish(&d.events, kind, &d.clock)->record = *r;
	http_reply(d.http, r);
}

/* A server that has a row of each kind. */
static void open_server(size_t size)
{
	d.clock = (struct clock){.now = 100000, .epoch_ms = INT64_C(1700000000000)};
	text_copy(d.conf.report.http_token, sizeof(d.conf.report.http_token),
	          size & 1 ? "delta" : "");
	if (!networks_parse(size % 8 ? "" : "192.0.2.0/24", &d.conf.report.http_allow))
		abort();
	d.model = model_open(&d.conf.limits);
	d.link = (struct voice_pipe){.record_pipe = -1,
	                             .command_pipe = d.commands[1],
	                             .parent = -1,
	                             .asked_at = TICK_LONG_AGO};
	d.sources = (struct sources){.model = d.model,
	                             .events = &d.events,
	                             .link = &d.link,
	                             .refusals = &d.refusals,
	                             .happened = &d.happened,
	                             .help = d.help,
	                             .persist = persist_open(&d.conf, &d.clock),
	                             .history = history_open(&d.conf, &d.clock)};
	d.http = http_open(d.listening, d.poller, &d.sources, &d.conf.report);
	if (!d.model || !d.http || !d.sources.persist || !d.sources.history)
		abort();
	d.connections = http_connections(d.http);
	d.sources.figures[SERVICE_HTTP] = &d.connections->figures;
	memset(d.salt, '0', SECRET_LEN);
	memset(d.token, '0', SECRET_LEN);
	for (enum record_kind kind = 0; kind < RECORD_ROWS; kind++)
		take_record(&(struct record){.kind = kind, .change = CHANGE_SNAPSHOT});
}

static void spin(void)
{
	for (int i = 0; i < 8; i++) {
		struct poller_event events[EVENTS_MAX];
		int count = poller_wait(d.poller, events, EVENTS_MAX, 0);
		for (int k = 0; k < count; k++)
			connections_event(d.connections, &events[k], &d.clock);
		connections_serve(d.connections, &d.clock);
		if (count == 0 && i > 0)
			return;
	}
}

/* Lets time pass as the loop does. */
static void pass(tick_t ms)
{
	tick_t until = d.clock.now + ms;

	for (int i = 0; i < 100 && connections_next(d.connections) <= until; i++) {
		if (connections_next(d.connections) > d.clock.now)
			d.clock.now = connections_next(d.connections);
		spin();
	}
	d.clock.now = until;
	spin();
}

/* What an owner who signs in gets. */
static void keep_secret(const char *heard, const char *name, char out[static SECRET_LEN + 1])
{
	const char *at = strstr(heard, name);

	if (at && strlen(at) >= strlen(name) + SECRET_LEN)
		memcpy(out, at + strlen(name), SECRET_LEN);
}

/* So that no port is kept waiting for what may still come. */
static void reset(int fd)
{
	struct linger now = {.l_onoff = 1};

	(void)setsockopt(fd, SOL_SOCKET, SO_LINGER, &now, sizeof(now));
	close(fd);
}

static void leave(unsigned who, const char *octets, size_t len)
{
	(void)octets, (void)len;
	if (d.person[who].fd < 0)
		return;
	reset(d.person[who].fd);
	d.person[who].fd = -1;
	spin();
}

static void hear(unsigned who, const char *octets, size_t len)
{
	static char heard[HEARD_MAX];

	(void)octets, (void)len;
	if (d.person[who].fd < 0)
		return;
	ssize_t n = recv(d.person[who].fd, heard, sizeof(heard) - 1, MSG_DONTWAIT);
	if (n > 0) {
		heard[n] = 0;
		assert(d.person[who].answered || memcmp(heard, "HTTP/1.1 ", 9) == 0);
		d.person[who].answered = true;
		keep_secret(heard, "\"salt\":\"", d.salt);
		keep_secret(heard, "\"token\":\"", d.token);
		spin();
	}
}

static void say(unsigned who, const char *octets, size_t len)
{
	if (d.person[who].fd < 0) {
		d.person[who].fd = tcp_connect(&d.at);
		d.person[who].answered = false;
		spin();
	}
	if (len)
		(void)!send(d.person[who].fd, octets, len, MSG_NOSIGNAL | MSG_DONTWAIT);
	spin();
}

#define HOST "Host: localhost\r\n"
#define SAFE HOST "Origin: http://localhost\r\n"
#define GET(path) "GET " path " HTTP/1.1\r\n" HOST
#define POST(path) "POST " path " HTTP/1.1\r\n" SAFE

/* A request without its end; $ becomes the salt, @ the token; then further fields, of the input. */
static void request(unsigned who, const char *octets, size_t len)
{
	static const char *const begins[] = {
		GET("/"),
		GET("/") "Accept-Encoding: gzip\r\n",
		GET("/?token=delta"),
		GET("/api/v2/snapshot") "Cookie: token=delta\r\n",
		GET("/api/v2/snapshot?rows=sessions,tables&client=7"),
		GET("/api/v2/events"),
		GET("/api/v2/history?of=radios&period=all"),
		GET("/api/v2/lastheard") "Accept-Encoding: gzip\r\n",
		GET("/api/v2/why?id=7"),
		POST("/api/v2/command") "X-Freedmr-Token: echo\r\nX-Freedmr-Command: kick 7\r\n",
		POST("/api/v2/self/challenge"),
		POST("/api/v2/self/login") "X-Freedmr-Owner: 7 $ $$\r\n",
		POST("/api/v2/self/options") "X-Freedmr-Token: @\r\nX-Freedmr-Command: TS2=91\r\n",
		GET("/api/v2/access") "Authorization: Bearer delta\r\n",
		GET("/metrics"),
		"HEAD / HTTP/1.0\r\n",
	};
	char out[HTTP_HEAD_MAX];
	struct text t = text_make(out, sizeof(out));

	if (len == 0)
		return;
	for (const char *c = begins[(uint8_t)octets[0] % ARRAY_LEN(begins)]; *c; c++)
		if (*c == '$' || *c == '@')
			text_put(&t, *c == '$' ? d.salt : d.token);
		else
			text_char(&t, *c);
	text_bytes(&t, octets + 1, len - 1);
	text_put(&t, "\r\n\r\n");
	say(who, out, t.len);
}

/* No more to say, but to hear. */
static void finish(unsigned who, const char *octets, size_t len)
{
	(void)octets, (void)len;
	if (d.person[who].fd >= 0)
		(void)shutdown(d.person[who].fd, SHUT_WR);
	spin();
}

static void record(unsigned who, const char *octets, size_t len)
{
	struct record r;
	const char *reason;

	(void)who;
	if (record_parse((const uint8_t *)octets, len, &r, &reason) == PARSE_OK)
		take_record(&r);
	spin();
}

/* The voice process answers the next command. */
static void reply(unsigned who, const char *octets, size_t len)
{
	uint8_t bytes[COMMAND_LEN];
	struct command c;
	const char *reason;
	struct record r = {.kind = RECORD_REPLY, .reply = {.done = len > 0}};

	(void)who, (void)octets;
	if (pipe_take(d.commands[0], bytes, sizeof(bytes)) != COMMAND_LEN)
		return;
	if (command_parse(bytes, sizeof(bytes), &c, &reason) != PARSE_OK)
		abort();
	r.reply.number = c.number;
	take_record(&r);
	spin();
}

/* The operator has changed the configuration. */
static void reload(unsigned who, const char *octets, size_t len)
{
	(void)who, (void)octets, (void)len;
	connections_listen(d.connections, d.listening);
	if (!http_follow(d.http))
		abort();
}

/* More come than there is room for, and say nothing. */
static void crowd(unsigned who, const char *octets, size_t len)
{
	int fd[HTTP_CONNECTIONS + 1];

	(void)who, (void)octets, (void)len;
	for (size_t i = 0; i < ARRAY_LEN(fd); i++) {
		fd[i] = tcp_connect(&d.at);
		spin();
	}
	for (size_t i = 0; i < ARRAY_LEN(fd); i++)
		reset(fd[i]);
	spin();
}

/* 4 to 64 s. */
static void wait(unsigned who, const char *octets, size_t len)
{
	(void)who, (void)octets;
	pass((tick_t)(len % 16 + 1) * 4 * TICK_SECOND);
}

static void (*const acts[])(unsigned who, const char *octets, size_t len) = {
	request, say, hear, finish, leave, record, reply, wait, reload, crowd,
};

/* Everybody leaves, or has been left. */
static void close_server(void)
{
	uint8_t rest[COMMAND_LEN];

	for (unsigned i = 0; i < PEOPLE; i++) {
		hear(i, NULL, 0);
		leave(i, NULL, 0);
	}
	pass(HTTP_HEAD_MS);
	assert(d.connections->figures.connections == 0);
	while (pipe_take(d.commands[0], rest, sizeof(rest)) > 0)
		continue;
	http_close(d.http);
	persist_close(d.sources.persist, &d.clock);
	history_close(d.sources.history, &d.clock);
	model_close(d.model);
	ring_close(&d.events.ring);
	memset(&d.events, 0, sizeof(d.events));
	memset(&d.refusals, 0, sizeof(d.refusals));
	memset(&d.happened, 0, sizeof(d.happened));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct rd r = rd_make(data, size);

	if (!d.poller)
		make_place();
	open_server(size);
	while (rd_more(&r)) {
		uint8_t what = rd_u8(&r), wait_64ms = rd_u8(&r);
		size_t len = rd_u16(&r);
		len = len < rd_left(&r) ? len : rd_left(&r);
		const char *octets = (const char *)r.at;
		rd_skip(&r, len);
		pass((tick_t)wait_64ms * 64);
		acts[(what & 15u) % ARRAY_LEN(acts)](what >> 4 & 3, octets, len);
	}
	close_server();
	return 0;
}
