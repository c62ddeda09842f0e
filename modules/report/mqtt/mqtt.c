#include "report/mqtt/mqtt.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/log.h"
#include "base/text.h"
#include "io/pipe.h"
#include "io/tcp.h"
#include "report/mqtt/discovery.h"
#include "report/event/events.h"
#include "report/event/snapshot.h"
#include "report/model/view.h"
#include "wire/mqtt.h"
#include "wire/parse.h"

#define TOPIC_MAX (CONF_TOPIC_MAX + 32u)
#define OUT_MAX (MQTT_STATE_MAX + TOPIC_MAX + 16u)
#define CLIENT_ID_MAX 24u
#define KEEP_ALIVE_S 60
#define MESSAGES_A_TURN 64

enum state {
	STATE_AWAY,       /* until `wait_until` */
	STATE_CONNECTING, /* waiting for the system */
	STATE_GREETING,   /* waiting for the broker to accept */
	STATE_ONLINE,
};

struct mqtt {
	const struct conf_report *conf;
	const struct conf *server;
	struct poller *poller;
	uint64_t tag;
	const struct sources *sources;
	struct mqtt_figures figures;
	char prefix[CONF_TOPIC_MAX];
	char client_id[CLIENT_ID_MAX];
	struct addr broker; /* port 0 = not known yet */

	enum state state;
	int fd;
	unsigned interest;
	bool complained;   /* logged, since this broker was last reached */
	uint32_t failures; /* in a row */
	uint32_t dice;
	tick_t wait_until;
	tick_t since; /* of the state */
	tick_t moved; /* when the broker last took octets while there were any */
	tick_t pinged;
	bool ping_out; /* an answer is awaited */

	uint64_t position;    /* number of the last event sent or passed over */
	const char *retained; /* topic of `last`, the newest event to be retained; NULL = none */
	bool retains;         /* the broker has it */
	bool said_online;
	bool discovering; /* sensors are being sent to Home Assistant */
	uint32_t discovered;
	bool changed;    /* what `state` shows */
	tick_t state_at; /* when it was last sent */
	size_t in_len, out_begin, out_end;
	uint8_t in[16 * MQTT_ANSWER_MAX];
	uint8_t out[OUT_MAX];
	char last[VIEW_LINE_MAX];
	char document[MQTT_STATE_MAX + VIEW_LINE_MAX];
};

struct mqtt *mqtt_open(const struct conf *conf, struct poller *poller, uint64_t tag,
                       const struct sources *sources)
{
	struct mqtt *m = calloc(1, sizeof(*m));

	if (!m)
		return NULL;
	m->conf = &conf->report;
	m->server = conf;
	m->poller = poller;
	m->tag = tag;
	m->sources = sources;
	m->fd = -1;
	m->changed = true;
	m->wait_until = m->state_at = TICK_LONG_AGO;
	if (conf->report.broker.host[0])
		m->wait_until =
			sources->began + MQTT_FIRST_WAIT_MS; /* its name is being resolved */
	else
		m->broker = conf->report.broker.address;
	m->position = sources->events->ring.last;
	m->dice = (uint32_t)sources->events->ring.boot; /* randomness only spreads reconnects */
	struct text prefix = text_make(m->prefix, sizeof(m->prefix));
	if (*conf->report.mqtt_topic)
		text_put(&prefix, conf->report.mqtt_topic);
	else
		text_format(&prefix, "dmr/%" PRIu32, conf->server.id);
	struct text id = text_make(m->client_id, sizeof(m->client_id));
	text_format(&id, "freedmr-%" PRIu32, conf->server.id);
	return m;
}

const struct mqtt_figures *mqtt_figures(const struct mqtt *m)
{
	return &m->figures;
}

static const char *topic(const struct mqtt *m, const char *what, char out[static TOPIC_MAX])
{
	struct text t = text_make(out, TOPIC_MAX);

	text_format(&t, "%s/%s", m->prefix, what);
	return out;
}

/* Connecting. */

static void enter(struct mqtt *m, enum state state, const struct clock *clock)
{
	m->state = state;
	m->since = clock->now;
	m->figures.online = state == STATE_ONLINE;
}

/* Half of it is random, so that servers do not all come back at once. */
static tick_t back_off(struct mqtt *m)
{
	tick_t wait = MQTT_FIRST_WAIT_MS;

	for (uint32_t i = 0; i < m->failures && wait < MQTT_LONGEST_WAIT_MS; i++)
		wait *= 2;
	if (wait > MQTT_LONGEST_WAIT_MS)
		wait = MQTT_LONGEST_WAIT_MS;
	m->dice = m->dice * 1664525u + 1013904223u;
	return wait / 2 + (tick_t)(m->dice >> 8) % (wait / 2 + 1);
}

/* Logged once until the broker is reached again or its address changes. */
static void complain(struct mqtt *m, const char *why)
{
	char at[ADDR_TEXT_MAX];

	if (!m->complained)
		log_warn("mqtt=down broker=%s reason=\"%s\"",
		         m->broker.port ? addr_format(&m->broker, at) : m->conf->mqtt, why);
	m->complained = true;
}

static void hang_up(struct mqtt *m, const char *why, const struct clock *clock)
{
	if (m->state == STATE_ONLINE && clock->now - m->since >= MQTT_LONGEST_WAIT_MS)
		m->failures = 0; /* that connection worked */
	complain(m, why);
	if (m->fd >= 0) {
		poller_drop(m->poller, m->fd);
		close(m->fd);
		m->fd = -1;
	}
	m->figures.failures_total++;
	m->wait_until = clock->now + back_off(m);
	m->failures++;
	enter(m, STATE_AWAY, clock);
}

static void set_interest(struct mqtt *m, const struct clock *clock)
{
	bool writes = m->state == STATE_CONNECTING || m->out_begin < m->out_end;
	unsigned interest = POLLER_READ | (writes ? POLLER_WRITE : 0);

	if (m->fd < 0 || interest == m->interest)
		return;
	m->interest = interest;
	if (poller_watch(m->poller, m->fd, interest, m->tag) != 0)
		hang_up(m, strerror(errno), clock);
}

static void call(struct mqtt *m, const struct clock *clock)
{
	if (m->broker.port == 0) {
		hang_up(m, "name not resolved yet", clock);
		return;
	}
	m->figures.calls_total++;
	m->in_len = m->out_begin = m->out_end = 0;
	m->interest = 0;
	m->fd = tcp_connect(&m->broker);
	if (m->fd < 0) {
		hang_up(m, strerror(errno), clock);
		return;
	}
	enter(m, STATE_CONNECTING, clock);
}

void mqtt_address(struct mqtt *m, const struct addr *to)
{
	if (addr_equal(&m->broker, to))
		return;
	m->broker = *to;
	m->complained = false;
	if (m->state == STATE_AWAY)
		m->wait_until = TICK_LONG_AGO;
}

/* Sending. `out` holds one packet at a time. */

static bool is_busy(const struct mqtt *m)
{
	return m->out_begin < m->out_end;
}

static void flush(struct mqtt *m, const struct clock *clock)
{
	if (!is_busy(m))
		return;
	ssize_t n = send(m->fd, m->out + m->out_begin, m->out_end - m->out_begin, MSG_NOSIGNAL);
	if (n < 0 && errno != EAGAIN && errno != EWOULDBLOCK && errno != EINTR) {
		hang_up(m, strerror(errno), clock);
		return;
	}
	if (n > 0) {
		m->out_begin += (size_t)n;
		m->moved = clock->now;
	}
	if (m->out_begin == m->out_end)
		m->out_begin = m->out_end = 0;
}

static struct wr packet(struct mqtt *m, const struct clock *clock)
{
	m->moved = clock->now;
	return wr_make(m->out, sizeof(m->out));
}

static void put(struct mqtt *m, const struct wr *w)
{
	m->out_begin = 0;
	m->out_end = wr_len(w);
}

static void publish_at(struct mqtt *m, const char *name, bool retain, const char *payload,
                       const struct clock *clock)
{
	size_t len = strlen(payload);
	struct wr w = packet(m, clock);

	mqtt_write_publish(&w, name, retain, len);
	wr_bytes(&w, payload, len);
	put(m, &w);
	m->figures.published_total++;
}

static void publish(struct mqtt *m, const char *what, bool retain, const char *payload,
                    const struct clock *clock)
{
	char name[TOPIC_MAX];

	publish_at(m, topic(m, what, name), retain, payload, clock);
}

static void greet(struct mqtt *m, const struct clock *clock)
{
	char status[TOPIC_MAX];
	const struct mqtt_connect c = {
		.client_id = m->client_id,
		.user = m->conf->mqtt_user,
		.password = m->conf->mqtt_password,
		.will_topic = topic(m, "status", status),
		.will = "offline",
		.keep_alive_s = KEEP_ALIVE_S,
	};
	struct wr w = packet(m, clock);

	mqtt_write_connect(&w, &c);
	put(m, &w);
	enter(m, STATE_GREETING, clock);
}

/* Publishing, most urgent first. */

/* Events that were replaced before they were sent. True: a message reports them. */
static bool tell_gap(struct mqtt *m, const struct clock *clock)
{
	const struct ring *ring = &m->sources->events->ring;
	uint64_t behind = ring_behind(ring, m->position);
	struct event gap = {.kind = EVENT_MISSED, .clock = *clock};
	char line[256];
	struct text t = text_make(line, sizeof(line));

	if (behind <= RING_LINES)
		return false;
	gap.missed.lost = behind - RING_LINES;
	m->position += gap.missed.lost;
	m->figures.lost_total += gap.missed.lost;
	gap.missed.total = m->figures.lost_total;
	event_json(&t, &gap, m->position, ring->boot);
	publish(m, event_info(gap.kind)->topic, false, line, clock);
	m->changed = true;
	return true;
}

/* The next event that is published on MQTT; NULL: there is none yet. */
static const struct event_info *next_event(struct mqtt *m)
{
	const struct event *e;

	while ((e = events_at(m->sources->events, m->position + 1))) {
		m->position++;
		if (event_info(e->kind)->topic)
			return event_info(e->kind);
	}
	return NULL;
}

static bool tell_event(struct mqtt *m, const struct clock *clock)
{
	const struct event_info *info = next_event(m);

	if (!info)
		return false;
	const char *line = events_line(m->sources->events, m->position, FORM_JSON);
	publish(m, info->topic, false, line, clock);
	m->changed |= info->changes_state;
	if (info->retained) {
		text_copy(m->last, sizeof(m->last), line);
		m->retained = info->retained;
		m->retains = false;
	}
	return true;
}

static bool tell_retained(struct mqtt *m, const struct clock *clock)
{
	if (m->retains || !m->retained)
		return false;
	m->retains = true;
	publish(m, m->retained, true, m->last, clock);
	return true;
}

/* Sections left out of the state: events have them, or a query of the server. */
static bool is_left_out(const char *section, bool subscriptions, bool sessions)
{
	static const char *const never[] = {"lastheard", "tables", "counters",
	                                    "slots",     "blocks", "happened"};

	for (size_t i = 0; i < ARRAY_LEN(never); i++)
		if (strcmp(section, never[i]) == 0)
			return true;
	return (!subscriptions && strcmp(section, "subscriptions") == 0) ||
	       (!sessions && strcmp(section, "sessions") == 0);
}

/* False: it would be longer than MQTT_STATE_MAX. */
static bool make_document(struct mqtt *m, bool subscriptions, bool sessions,
                          const struct clock *clock)
{
	struct row_cursor at = {.section = 0};
	struct text t = text_make(m->document, sizeof(m->document));
	bool more = true;

	while (more && t.len <= MQTT_STATE_MAX) {
		const char *section = snapshot_section(at.section);
		if (section && is_left_out(section, subscriptions, sessions)) {
			row_cursor_leave(&at);
			continue;
		}
		more = snapshot_next(&at, m->sources, clock, &t);
	}
	return !more && t.len <= MQTT_STATE_MAX;
}

/* Most MQTT tools print a message as one line. No text in JSON contains a newline. */
static void join_lines(char *s)
{
	for (; *s; s++)
		if (*s == '\n')
			*s = ' ';
}

static bool tell_state(struct mqtt *m, const struct clock *clock)
{
	if (!m->changed || clock->now - m->state_at < MQTT_STATE_MS)
		return false;
	m->changed = false;
	m->state_at = clock->now;
	if (!make_document(m, true, true, clock) && !make_document(m, false, true, clock) &&
	    !make_document(m, false, false, clock))
		return false;
	join_lines(m->document);
	publish(m, "state", true, m->document, clock);
	return true;
}

static bool tell_ping(struct mqtt *m, const struct clock *clock)
{
	if (m->ping_out || clock->now - m->pinged < MQTT_PING_MS)
		return false;
	struct wr w = packet(m, clock);
	mqtt_write_pingreq(&w);
	put(m, &w);
	m->pinged = clock->now;
	m->ping_out = true;
	return true;
}

static bool tell_discovery(struct mqtt *m, const struct clock *clock)
{
	char name[DISCOVERY_TOPIC_MAX], payload[DISCOVERY_MAX];
	struct text t = text_make(name, sizeof(name)), p = text_make(payload, sizeof(payload));

	if (!m->discovering)
		return false;
	m->discovering = discovery_message(m->server, m->discovered++, m->prefix, &t, &p);
	if (m->discovering && !t.cut && !p.cut)
		publish_at(m, name, true, payload, clock);
	return m->discovering;
}

/* False: there is nothing to send. */
static bool tell_next(struct mqtt *m, const struct clock *clock)
{
	if (!m->said_online) {
		m->said_online = true;
		publish(m, "status", true, "online", clock);
		return true;
	}
	return tell_discovery(m, clock) || tell_ping(m, clock) || tell_state(m, clock) ||
	       tell_retained(m, clock) || tell_gap(m, clock) || tell_event(m, clock);
}

/* Receiving. */

static void come_online(struct mqtt *m, const struct clock *clock)
{
	char at[ADDR_TEXT_MAX];

	enter(m, STATE_ONLINE, clock);
	log_info("mqtt=up broker=%s topic=%s", addr_format(&m->broker, at), m->prefix);
	m->complained = m->said_online = m->ping_out = m->retains = false;
	m->discovering = m->conf->mqtt_discovery;
	m->discovered = 0;
	m->changed = true;
	m->state_at = TICK_LONG_AGO;
	m->pinged = clock->now;
}

/* What is wrong with it; NULL: nothing. */
static const char *hear_answer(struct mqtt *m, const struct mqtt_answer *a,
                               const struct clock *clock)
{
	switch (a->kind) {
	case MQTT_CONNACK:
		if (m->state != STATE_GREETING)
			return "unexpected CONNACK";
		if (a->code != 0)
			return mqtt_refusal(a->code);
		come_online(m, clock);
		return NULL;
	case MQTT_PINGRESP:
		m->ping_out = false;
		return NULL;
	}
	return "?";
}

static void hear(struct mqtt *m, const struct clock *clock)
{
	struct mqtt_answer a;
	const char *wrong = NULL;
	ssize_t n = pipe_take(m->fd, m->in + m->in_len, sizeof(m->in) - m->in_len);

	if (n < 0) {
		hang_up(m, "the broker closed the connection", clock);
		return;
	}
	m->in_len += (size_t)n;
	struct rd stream = rd_make(m->in, m->in_len);
	while (!wrong && mqtt_take(&stream, &a, &wrong) == PARSE_OK)
		wrong = hear_answer(m, &a, clock);
	if (wrong) {
		hang_up(m, wrong, clock);
		return;
	}
	memmove(m->in, m->in + m->in_len - rd_left(&stream), rd_left(&stream));
	m->in_len = rd_left(&stream);
}

void mqtt_event(struct mqtt *m, const struct poller_event *e, const struct clock *clock)
{
	if (m->fd < 0)
		return;
	if (m->state == STATE_CONNECTING) {
		if (tcp_connected(m->fd) != 0)
			hang_up(m, strerror(errno), clock);
		else if (e->ready & POLLER_WRITE)
			greet(m, clock);
		return;
	}
	if (e->ready & (POLLER_READ | POLLER_END))
		hear(m, clock);
}

/* When the broker's next answer or read is overdue. */
static tick_t patience(const struct mqtt *m)
{
	tick_t until = TICK_NEVER;

	if (m->state == STATE_CONNECTING || m->state == STATE_GREETING)
		until = m->since + MQTT_SILENCE_MS;
	if (is_busy(m))
		until = tick_first(until, m->moved + MQTT_SILENCE_MS);
	if (m->state == STATE_ONLINE && m->ping_out)
		until = tick_first(until, m->pinged + MQTT_SILENCE_MS);
	return until;
}

static void count_behind(struct mqtt *m)
{
	uint64_t behind = ring_behind(&m->sources->events->ring, m->position);

	m->figures.behind = behind < RING_LINES ? (uint32_t)behind : RING_LINES;
	if (m->figures.behind > m->figures.behind_high)
		m->figures.behind_high = m->figures.behind;
}

void mqtt_serve(struct mqtt *m, const struct clock *clock)
{
	if (m->state == STATE_AWAY && clock->now >= m->wait_until)
		call(m, clock);
	if (m->state != STATE_AWAY && clock->now >= patience(m))
		hang_up(m, "no answer from the broker", clock);
	for (int i = 0; i < MESSAGES_A_TURN && m->fd >= 0; i++) {
		flush(m, clock);
		if (m->state != STATE_ONLINE || is_busy(m) || !tell_next(m, clock))
			break;
	}
	count_behind(m);
	set_interest(m, clock);
}

tick_t mqtt_next(const struct mqtt *m)
{
	if (m->state == STATE_AWAY)
		return m->wait_until;
	tick_t next = patience(m);
	if (m->state != STATE_ONLINE || is_busy(m))
		return next;
	if (ring_behind(&m->sources->events->ring, m->position) > 0 ||
	    (m->retained && !m->retains) || !m->said_online || m->discovering)
		return TICK_LONG_AGO;
	if (m->changed)
		next = tick_first(next, m->state_at + MQTT_STATE_MS);
	return tick_first(next, m->pinged + MQTT_PING_MS);
}

void mqtt_close(struct mqtt *m)
{
	static const struct clock any = {.now = 0};

	if (m->state == STATE_ONLINE && !is_busy(m)) {
		publish(m, "status", true, "offline", &any);
		flush(m, &any);
	}
	if (m->state == STATE_ONLINE && !is_busy(m)) {
		struct wr w = packet(m, &any);
		mqtt_write_disconnect(&w);
		put(m, &w);
		flush(m, &any);
	}
	if (m->fd >= 0) {
		poller_drop(m->poller, m->fd);
		close(m->fd);
	}
	free(m);
}
