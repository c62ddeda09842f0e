#include "report/legacy/legacy.h"

#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "conf/networks.h"
#include "report/legacy/systems.h"
#include "wire/legacy.h"
#include "wire/netstring.h"
#include "wire/parse.h"

#define REQUEST_MAX 16u
#define PIECE_MAX 4096u
#define FIRST_ROOM 65536u
#define MOST_ROOM (64u * 1024u * 1024u) /* far more than any model needs */

/* CONFIG, BRIDGES and "bridge updated", framed. */
struct picture {
	uint8_t *octets;
	size_t room, len;
};

struct follower {
	uint64_t picture;  /* being sent, or last sent; 0 = none yet */
	size_t sent;       /* of it */
	uint32_t on_air;   /* systems whose calls were sent */
	uint64_t position; /* in the ring */
	bool asked;        /* for a picture */
};

struct legacy {
	struct connections *connections;
	struct systems *systems;
	struct ring lines;
	const struct conf_report *conf;
	struct picture pictures[2];
	struct picture scratch; /* one message before it is framed */
	uint64_t number;        /* of the picture made last; 0 = none */
	uint64_t version;       /* of the systems it shows */
	tick_t made;
	bool somebody_new;
	struct follower followers[LEGACY_CALLERS];
};

static struct follower *follower_of(struct legacy *l, const struct connection *x)
{
	return &l->followers[connections_index(l->connections, x)];
}

static bool reads(const struct legacy *l, const struct follower *f, uint64_t number)
{
	return f->picture == number && number > 0 && f->sent < l->pictures[number % 2].len;
}

/* Making snapshots. */

static bool make_room(struct picture *p, size_t room)
{
	if (room <= p->room)
		return true;
	uint8_t *octets = room <= MOST_ROOM ? realloc(p->octets, room) : NULL;
	if (!octets)
		return false;
	p->octets = octets;
	p->room = room;
	return true;
}

static bool write_message(struct legacy *l, enum legacy_opcode opcode, struct wr *w,
                          const struct clock *clock)
{
	if (opcode == LEGACY_BRIDGES)
		return systems_bridges(l->systems, w, clock);
	systems_config(l->systems, w, clock);
	return true;
}

/* Appends a message to the snapshot, growing it as needed. */
static bool add_message(struct legacy *l, struct picture *p, enum legacy_opcode opcode,
                        const struct clock *clock)
{
	struct picture *s = &l->scratch;

	s->len = 0;
	for (size_t room = s->room ? s->room : FIRST_ROOM; s->len == 0; room *= 2) {
		if (!make_room(s, room))
			return false;
		struct wr w = wr_make(s->octets, s->room);
		if (!write_message(l, opcode, &w, clock))
			return false;
		s->len = wr_len(&w);
	}
	if (!make_room(p, p->len + s->len + LEGACY_EVENT_MAX))
		return false;
	struct wr w = wr_make(p->octets + p->len, p->room - p->len);
	netstring_write(&w, s->octets, s->len);
	p->len += wr_len(&w);
	return true;
}

static void add_updated(struct picture *p)
{
	struct wr w = wr_make(p->octets + p->len, p->room - p->len);

	netstring_write(&w, LEGACY_BRIDGE_UPDATED, strlen(LEGACY_BRIDGE_UPDATED));
	p->len += wr_len(&w);
}

/* Makes the next snapshot in place of the last but one, which nobody reads any more. */
static void draw(struct legacy *l, const struct clock *clock)
{
	struct picture *p = &l->pictures[(l->number + 1) % 2];

	p->len = 0;
	l->made = clock->now;
	if (!add_message(l, p, LEGACY_CONFIG, clock) || !add_message(l, p, LEGACY_BRIDGES, clock)) {
		log_error("out of memory: legacy dashboards are not updated");
		return;
	}
	add_updated(p);
	l->version = systems_version(l->systems);
	l->number++;
}

/* Is somebody still reading the previous snapshot? */
static bool is_held(const struct legacy *l)
{
	for (uint32_t i = 0; i < LEGACY_CALLERS; i++) {
		const struct connection *x = &l->connections->at[i];
		if (x->fd >= 0 && !x->leaving && reads(l, &l->followers[i], l->number - 1))
			return true;
	}
	return false;
}

static void give_up_readers(struct legacy *l)
{
	for (uint32_t i = 0; i < LEGACY_CALLERS; i++) {
		struct connection *x = &l->connections->at[i];
		if (x->fd < 0 || !reads(l, &l->followers[i], l->number - 1))
			continue;
		l->followers[i].sent = SIZE_MAX;
		x->leaving = true;
		l->connections->figures.slow_total++;
		log_warn("legacy dashboard dropped cause=slow");
	}
}

static tick_t due(const struct legacy *l)
{
	bool changed = systems_version(l->systems) != l->version;
	bool small = l->pictures[l->number % 2].len <= LEGACY_SMALL;

	if (l->connections->figures.connections == 0)
		return TICK_NEVER;
	if (l->number == 0 || (changed && l->somebody_new))
		return TICK_LONG_AGO;
	if (!changed && systems_unlisted(l->systems) > 0)
		return l->made + LEGACY_LATER_MS; /* a slot may have become free */
	if (!changed)
		return l->made + LEGACY_AT_LEAST_MS;
	return l->made + (small ? LEGACY_SOON_MS : LEGACY_LATER_MS);
}

void legacy_draw(struct legacy *l, const struct clock *clock)
{
	if (clock->now < due(l))
		return;
	if (is_held(l) && clock->now - l->made < LEGACY_LATER_MS)
		return;
	give_up_readers(l);
	draw(l, clock);
	l->somebody_new = false;
}

tick_t legacy_next(const struct legacy *l)
{
	tick_t next = due(l);

	if (next < l->made + LEGACY_LATER_MS && is_held(l))
		return l->made + LEGACY_LATER_MS;
	return next;
}

/* The protocol operations of connections.h. */

static bool admits(const void *owner, const struct addr *from)
{
	const struct legacy *l = owner;

	return networks_hold(&l->conf->legacy_allow, from);
}

static void begin(void *owner, struct connection *x, const struct clock *clock)
{
	struct legacy *l = owner;

	(void)clock;
	*follower_of(l, x) = (struct follower){.position = l->lines.last};
	l->somebody_new = true;
}

/* Reads a request. False if it is not part of the protocol. */
static bool hear(struct legacy *l, struct connection *x, struct follower *f)
{
	struct rd stream = rd_make(x->in, x->in_len), payload;
	enum parse answer;

	while ((answer = netstring_take(&stream, REQUEST_MAX, &payload)) == PARSE_OK) {
		uint8_t opcode = rd_u8(&payload);
		f->asked |= opcode == LEGACY_CONFIG_REQUEST || opcode == LEGACY_BRIDGES_REQUEST;
		l->connections->figures.requests_total++;
	}
	connection_forget(x, x->in_len - rd_left(&stream));
	return answer == PARSE_IGNORE;
}

static void tell_picture(struct legacy *l, struct follower *f, struct text *t)
{
	const struct picture *p = &l->pictures[f->picture % 2];
	size_t left = p->len - f->sent, room = t->cap - 1 - t->len;
	size_t len = left < room ? left : room;

	text_bytes(t, (const char *)p->octets + f->sent, len);
	f->sent += len;
}

static void tell_on_air(struct legacy *l, struct follower *f, struct text *t)
{
	uint8_t events[SYSTEMS_ON_AIR_MAX];
	struct wr w = wr_make(events, sizeof(events));

	if (!systems_on_air(l->systems, f->on_air, &w)) {
		f->on_air = UINT32_MAX;
		return;
	}
	text_bytes(t, (const char *)events, wr_len(&w));
	f->on_air++;
}

/* False if the next line is not yet published. One that is gone is skipped. */
static bool tell_line(struct legacy *l, struct follower *f, struct text *t)
{
	if (ring_behind(&l->lines, f->position) == 0)
		return false;
	const char *line = ring_line(&l->lines, ++f->position, FORM_TEXT);
	if (line)
		text_put(t, line);
	return true;
}

/* A new snapshot waits until the calls on air were sent, which belong to the last one. */
static bool make(void *owner, struct connection *x, const struct clock *clock, struct text *t)
{
	struct legacy *l = owner;
	struct follower *f = follower_of(l, x);

	(void)clock;
	if (!hear(l, x, f)) {
		l->connections->figures.bad_requests_total++;
		x->leaving = true;
		return false;
	}
	if (l->number == 0)
		return false;
	if (f->picture > 0 && f->sent < l->pictures[f->picture % 2].len) {
		tell_picture(l, f, t);
		return true;
	}
	if (f->picture > 0 && f->on_air != UINT32_MAX) {
		tell_on_air(l, f, t);
		return true;
	}
	if (f->picture != l->number || f->asked) {
		f->picture = l->number;
		f->sent = 0;
		f->asked = false;
		return true;
	}
	return tell_line(l, f, t);
}

static bool answers(const void *owner, const struct connection *x)
{
	(void)owner;
	(void)x;
	return false;
}

static bool follows(const void *owner, const struct connection *x, uint64_t *position)
{
	const struct legacy *l = owner;

	*position = l->followers[connections_index(l->connections, x)].position;
	return true;
}

static tick_t deadline(const void *owner, const struct connection *x)
{
	(void)owner;
	(void)x;
	return TICK_NEVER;
}

static const struct protocol protocol = {
	.service = SERVICE_LEGACY,
	.capacity = LEGACY_CALLERS,
	.in_max = 4 * REQUEST_MAX,
	.out_max = 2 * PIECE_MAX,
	.piece_max = PIECE_MAX,
	.idle_ms = LEGACY_IDLE_MS,
	.refusal = "",
	.admits = admits,
	.begin = begin,
	.make = make,
	.answers = answers,
	.follows = follows,
	.deadline = deadline,
};

struct legacy *legacy_open(int listening, struct poller *poller, const struct model *model,
                           const struct conf *conf)
{
	struct legacy *l = calloc(1, sizeof(*l));

	if (!l)
		return NULL;
	l->conf = &conf->report;
	l->made = TICK_LONG_AGO;
	l->systems = systems_open(conf, model, &l->lines);
	l->connections = connections_open(listening, poller, &l->lines, &protocol, l);
	if (l->systems && l->connections)
		return l;
	legacy_close(l);
	return NULL;
}

void legacy_close(struct legacy *l)
{
	if (l->connections)
		connections_close(l->connections);
	if (l->systems)
		systems_close(l->systems);
	free(l->pictures[0].octets);
	free(l->pictures[1].octets);
	free(l->scratch.octets);
	ring_close(&l->lines);
	free(l);
}

struct connections *legacy_connections(struct legacy *l)
{
	return l->connections;
}

void legacy_take(struct legacy *l, const struct record *r, const struct clock *clock)
{
	systems_take(l->systems, r, clock);
}
