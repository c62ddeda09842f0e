/*
 * Which broker the publisher (report/mqtt.h) calls, and when; the clock is the test's. What it
 * publishes is shown against a real broker.
 */
#include "report/mqtt/mqtt.h"

#include <arpa/inet.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/log.h"
#include "harness/t.h"
#include "io/tcp.h"

#define BEGAN 100000

static struct desk {
	struct arena arena;
	struct poller *poller;
	struct events events;
	struct sources sources;
	struct conf conf;
	struct mqtt *mqtt;
	const struct mqtt_figures *figures;
	struct clock clock;
	int listening;
	struct addr at;
	char told[256]; /* the last warning */
	int warnings;
} d;

static void keep_log(void *context, enum log_level level, const char *line)
{
	(void)context;
	if (level != LOG_WARN)
		return;
	d.warnings++;
	snprintf(d.told, sizeof(d.told), "%s", line);
}

static bool find_port(void)
{
	struct sockaddr_in name;
	socklen_t len = sizeof(name);

	if (getsockname(d.listening, (struct sockaddr *)&name, &len) != 0)
		return false;
	d.at.port = ntohs(name.sin_port);
	return true;
}

/* A broker listens; `host` is what we know of it. */
static bool desk_open(const char *host)
{
	struct arena measure;

	memset(&d, 0, sizeof(d));
	log_set_sink(keep_log, NULL);
	d.clock.now = BEGAN;
	if (!addr_parse("127.0.0.1:0", 0, &d.at))
		return false;
	d.listening = tcp_listen(&d.at, false);
	arena_measure(&measure);
	(void)poller_open(&measure, 4);
	if (d.listening < 0 || !find_port() || !arena_claim(&d.arena, measure.used))
		return false;
	d.poller = poller_open(&d.arena, 4);
	d.sources = (struct sources){.events = &d.events, .began = BEGAN};
	snprintf(d.conf.report.mqtt, sizeof(d.conf.report.mqtt), "%s", *host ? host : "numeric");
	snprintf(d.conf.report.broker.host, sizeof(d.conf.report.broker.host), "%s", host);
	d.conf.report.broker.address = d.at;
	d.mqtt = mqtt_open(&d.conf, d.poller, 1, &d.sources);
	d.figures = mqtt_figures(d.mqtt);
	return true;
}

static void desk_close(void)
{
	mqtt_close(d.mqtt);
	poller_close(d.poller);
	arena_release(&d.arena);
	close(d.listening);
	log_set_sink(NULL, NULL);
}

static void serve_at(tick_t now)
{
	d.clock.now = now;
	mqtt_serve(d.mqtt, &d.clock);
}

static bool was_called(void)
{
	struct pollfd fd = {.fd = d.listening, .events = POLLIN};

	return poll(&fd, 1, T_PATIENCE_MS) == 1;
}

T_CASE(an_address_is_called_at_once)
{
	T_CHECK(desk_open(""));
	T_CHECK(mqtt_next(d.mqtt) <= BEGAN);
	serve_at(BEGAN);
	T_EQUAL(d.figures->calls_total, 1);
	T_CHECK(was_called());
	desk_close();
}

T_CASE(a_name_is_awaited_and_then_complained_about_once)
{
	T_CHECK(desk_open("broker.local"));
	T_EQUAL(mqtt_next(d.mqtt), BEGAN + MQTT_FIRST_WAIT_MS);
	serve_at(BEGAN);
	T_EQUAL(d.warnings, 0);
	tick_t before = 0;
	for (int i = 1; i < 12; i++) {
		tick_t now = mqtt_next(d.mqtt), wait;
		serve_at(now);
		wait = mqtt_next(d.mqtt) - now;
		T_EQUAL(d.figures->failures_total, i);
		T_CHECK(wait >= MQTT_FIRST_WAIT_MS / 2 && wait <= MQTT_LONGEST_WAIT_MS);
		T_CHECK(i < 8 || wait >= MQTT_LONGEST_WAIT_MS / 2);
		T_CHECK(now > before);
		before = now;
	}
	T_EQUAL(d.figures->calls_total, 0);
	T_EQUAL(d.warnings, 1);
	T_CHECK(strstr(d.told, "mqtt=down broker=broker.local reason=\"name not resolved yet\""));
	desk_close();
}

T_CASE(a_name_that_is_found_is_called_at_once)
{
	T_CHECK(desk_open("broker.local"));
	serve_at(BEGAN + MQTT_FIRST_WAIT_MS);
	T_EQUAL(d.figures->failures_total, 1);
	mqtt_address(d.mqtt, &d.at);
	T_CHECK(mqtt_next(d.mqtt) <= d.clock.now);
	serve_at(d.clock.now);
	T_EQUAL(d.figures->calls_total, 1);
	T_CHECK(was_called());
	desk_close();
}

/* The same again is no news; another address is, and what is wrong with it is reported. */
T_CASE(only_another_address_cuts_the_wait_short)
{
	struct addr gone;
	T_CHECK(desk_open("broker.local"));
	gone = d.at;
	int was = d.listening;
	T_CHECK(addr_parse("127.0.0.1:0", 0, &d.at));
	d.listening = tcp_listen(&d.at, false);
	T_CHECK(d.listening >= 0 && find_port());
	close(was);
	serve_at(BEGAN + MQTT_FIRST_WAIT_MS);
	mqtt_address(d.mqtt, &gone);
	serve_at(d.clock.now);
	struct poller_event e;
	while (d.figures->failures_total < 2) {
		T_EQUAL(poller_wait(d.poller, &e, 1, T_PATIENCE_MS), 1);
		mqtt_event(d.mqtt, &e, &d.clock);
	}
	T_EQUAL(d.warnings, 2);
	T_CHECK(strstr(d.told, "mqtt=down broker=127.0.0.1:"));
	mqtt_address(d.mqtt, &gone);
	T_CHECK(mqtt_next(d.mqtt) > d.clock.now);
	mqtt_address(d.mqtt, &d.at);
	T_CHECK(mqtt_next(d.mqtt) <= d.clock.now);
	serve_at(d.clock.now);
	T_CHECK(was_called());
	desk_close();
}

T_CASE(a_connection_that_is_up_stays_where_it_is)
{
	struct addr elsewhere;
	T_CHECK(desk_open("broker.local"));
	mqtt_address(d.mqtt, &d.at);
	serve_at(BEGAN);
	T_CHECK(was_called());
	T_CHECK(addr_parse("192.0.2.1:1883", 0, &elsewhere));
	mqtt_address(d.mqtt, &elsewhere);
	serve_at(BEGAN + 1);
	T_EQUAL(d.figures->calls_total, 1);
	T_EQUAL(d.figures->failures_total, 0);
	desk_close();
}

T_MAIN()
