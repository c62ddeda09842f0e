/*
 * A core in a box: its configuration, arena, actions and a clock that stops unless it is
 * moved. What the tests of this room share.
 */
#ifndef UNIT_CORE_WORLD_H
#define UNIT_CORE_WORLD_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/cursor.h"
#include "base/util.h"
#include "conf/conf.h"
#include "conf/parse.h"
#include "core/core.h"
#include "wire/hbp.h"

#define WORLD_START ((tick_t)1000000)
#define WORLD_PASSPHRASE "correct horse"

struct world {
	struct conf conf;
	struct arena arena;
	struct core *core;
	struct actions actions;
	tick_t now;
	uint64_t wall_ns;
};

static inline void world_complain(void *context, const char *line)
{
	(void)context;
	fprintf(stderr, "%s\n", line);
}

/* Opens a core for a configuration text; ends the program when it cannot. */
static inline void world_open(struct world *w, const char *text, uint8_t seed)
{
	uint8_t bytes[CORE_SEED_LEN];
	struct arena measure;

	memset(bytes, seed, sizeof(bytes));
	memset(w, 0, sizeof(*w));
	w->now = WORLD_START;
	if (conf_parse(text, strlen(text), "world", &w->conf, world_complain, NULL) != 0)
		exit(1);
	arena_measure(&measure);
	core_open(&measure, &w->conf, bytes, w->now);
	actions_open(&w->actions, &measure, &w->conf.limits);
	if (!arena_claim(&w->arena, measure.used))
		exit(1);
	w->core = core_open(&w->arena, &w->conf, bytes, w->now);
	actions_open(&w->actions, &w->arena, &w->conf.limits);
}

static inline void world_close(struct world *w)
{
	arena_release(&w->arena);
	conf_release(&w->conf);
}

static inline void world_step(struct world *w, const struct event *event)
{
	struct event now = *event;

	now.wall_ns = w->wall_ns;
	core_step(w->core, w->now, &now, &w->actions);
}

/* The endpoint 10.0.HOST.1:port, which writes to our 192.0.2.1. */
static inline struct endpoint world_endpoint(uint8_t host, uint16_t port)
{
	uint8_t ip[4] = {10, 0, host, 1}, ours[4] = {192, 0, 2, 1};

	return (struct endpoint){.to = addr_v4(ip, port), .from = addr_v4(ours, 0)};
}

static inline void world_datagram(struct world *w, const struct endpoint *from, const void *bytes,
                                  size_t len)
{
	struct event event = {.kind = EVENT_DATAGRAM};

	event.datagram.bytes = bytes;
	event.datagram.len = len;
	event.datagram.from = *from;
	world_step(w, &event);
}

static inline void world_burst(struct world *w, const struct endpoint *from,
                               const struct hbp_burst *b)
{
	uint8_t bytes[HBP_BURST_LEN];
	struct wr out = wr_make(bytes, sizeof(bytes));

	hbp_write_burst(&out, b);
	world_datagram(w, from, bytes, wr_len(&out));
}

/* Frame n of a call of this radio on slot 2: header, then A..F for ever. */
static inline struct hbp_burst world_frame(uint32_t radio, uint32_t tg, uint32_t n)
{
	return (struct hbp_burst){.seq = (uint8_t)n,
	                          .src = radio,
	                          .dst = tg,
	                          .client = radio,
	                          .slot = 2,
	                          .class = n ? burst_of_position((n + 5) % 6) : BURST_VOICE_HEADER,
	                          .stream = 0x0a};
}

/* Asks for a snapshot and hands over its records. Leaves the actions empty. */
static inline void world_snapshot(struct world *w, void (*take)(void *to, const struct record *r),
                                  void *to)
{
	struct command command = {.kind = COMMAND_SNAPSHOT, .number = 1};
	struct event ask = {.kind = EVENT_COMMAND, .command = &command};
	struct event more = {.kind = EVENT_ROWS, .rows = 100};

	actions_empty(&w->actions);
	world_step(w, &ask);
	while (core_wants_rows(w->core)) {
		actions_empty(&w->actions);
		world_step(w, &more);
		for (uint32_t i = 0; i < w->actions.record_count; i++)
			take(to, &w->actions.records[i]);
	}
	actions_empty(&w->actions);
}

/* Lets time pass as the loop does: the core is asked whenever it wants to be. Actions pile up. */
static inline void world_sleep(struct world *w, tick_t ms)
{
	struct event event = {.kind = EVENT_TIME};
	tick_t until = w->now + ms;

	while (core_next(w->core) <= until) {
		if (core_next(w->core) > w->now)
			w->now = core_next(w->core);
		world_step(w, &event);
	}
	w->now = until;
}

/* One datagram as it leaves: the n-th target's octets with its id put in. */
static inline size_t world_sent(const struct world *w, uint32_t n, uint8_t out[static SEND_MAX])
{
	const struct target *t = &w->actions.targets[n];
	const struct send *s = &w->actions.sends[t->send];

	memcpy(out, s->bytes, s->len);
	for (unsigned i = 0; s->id_at && i < 4; i++)
		out[s->id_at + i] = (uint8_t)(t->id >> (24 - 8 * i));
	return s->len;
}

/* Did both send something, and the same? */
static inline bool world_same_sends(const struct world *w, const struct world *other)
{
	uint8_t a[SEND_MAX], b[SEND_MAX];
	bool same = w->actions.target_count == other->actions.target_count;

	for (uint32_t i = 0; same && i < w->actions.target_count; i++) {
		size_t len = world_sent(w, i, a);
		same = len == world_sent(other, i, b) && memcmp(a, b, len) == 0;
	}
	return same && w->actions.target_count > 0;
}

/* Numbers that are random but the same in every run. */
static inline uint32_t world_random(uint64_t *state)
{
	*state = *state * 6364136223846793005u + 1442695040888963407u;
	return (uint32_t)(*state >> 33);
}

/* Has the last datagram of the actions accepted what was sent? Leaves them empty. */
static inline bool world_accepted(struct world *w)
{
	uint32_t last = w->actions.target_count;
	uint8_t sent[SEND_MAX];
	bool accepted = last > 0 && world_sent(w, last - 1, sent) == 10 && sent[0] == 'R';

	actions_empty(&w->actions);
	return accepted;
}

/* The first half of a login, RPTL and RPTK. */
static inline bool world_authenticate(struct world *w, const struct endpoint *at, uint32_t id,
                                      const char *passphrase)
{
	uint8_t bytes[64], digest[SHA256_LEN], salt[4], sent[SEND_MAX];
	struct wr wr = wr_make(bytes, sizeof(bytes));

	actions_empty(&w->actions);
	hbp_write_login(&wr, id);
	world_datagram(w, at, bytes, wr_len(&wr));
	if (w->actions.target_count != 1 || world_sent(w, 0, sent) != 10 || sent[0] != 'R')
		return false;
	memcpy(salt, sent + 6, 4);
	hbp_digest(salt, passphrase, digest);
	wr = wr_make(bytes, sizeof(bytes));
	hbp_write_key(&wr, id, digest);
	actions_empty(&w->actions);
	world_datagram(w, at, bytes, wr_len(&wr));
	return world_accepted(w);
}

/*
 * Logs a client in by RPTL, RPTK, RPTC; `slots` as in RPTC, '4' = simplex. False when an answer is
 * missing or refuses. Leaves the actions empty.
 */
static inline bool world_login_with(struct world *w, const struct endpoint *at, uint32_t id,
                                    char slots, const char *passphrase)
{
	uint8_t bytes[400];
	struct hbp_config config = {.callsign = "N0CALL", .slots = slots};
	struct wr wr = wr_make(bytes, sizeof(bytes));

	if (!world_authenticate(w, at, id, passphrase))
		return false;
	hbp_write_config(&wr, id, &config);
	world_datagram(w, at, bytes, wr_len(&wr));
	return world_accepted(w);
}

static inline bool world_login(struct world *w, const struct endpoint *at, uint32_t id, char slots)
{
	return world_login_with(w, at, id, slots, WORLD_PASSPHRASE);
}

#endif
