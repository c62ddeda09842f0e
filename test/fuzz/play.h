/*
 * What the harnesses of the core share: a server with two listeners, five neighbours and two
 * uplinks; four of eight clients are logged in there, and it is at one of the other servers. It is
 * made once; each input begins with a copy. After every event the core is checked, and so is all
 * that it emits: datagrams that can be read, one call at a time on a slot, records that read back
 * as the same octets.
 */
#ifndef FUZZ_PLAY_H
#define FUZZ_PLAY_H

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "core/core.h"
#include "core/step/kind.h"
#include "core/step/step.h"
#include "harness/golden.h"
#include "sim/judge.h"
#include "unit/core/world.h"
#include "wire/obp.h"

#define WALL_NS UINT64_C(1800000000000000000)
#define CLIENTS 8u
#define LOGGED_IN 4u /* of them, at first */
#define FIRST_ID 234567801u
#define LINKS 5u
#define KEY "kilo tango"
#define MESH_SOCKET CONF_PEER_SOCKETS
#define UPLINK_SOCKET CONF_UPLINK_SOCKETS
#define UPLINK_HOST 9
#define HOPS_MAX 10

/* clang-format off */
#define PEER_AT(name) "[peer " name "]\nbind = 192.0.2.1:62044\npassphrase = " KEY "\n"
#define PLAY_SERVER "[server]\nid = 2345\nident-every = 1m\n"
#define PLAY_LISTENER "[listener l]\nbind = 192.0.2.1:62031\npassphrase = " WORLD_PASSPHRASE "\n"
#define PLAY_LIMITS "[limits]\nsessions = 6\nsubscriptions = 24\nstreams = 16\nlocations = 16\n" \
	"peers = 5\ntransmit-timeout = 2s\n"

static const char play_text[] =
	PLAY_SERVER PLAY_LISTENER "static-2 = 91\nsingle = no\ntimer = 5s\nfollow-port = yes\n"
	"private-calls = yes\nalias = yes\nident = yes\nprompts = voice\nlanguage = en_GB\n"
	"same-callsign = yes\n"
	"[listener m]\nbind = 192.0.2.1:62032\nopen = yes\nmap = 2:8 = 91\n"
	"default-dial = 235\nsubscribers = deny 666\n" PLAY_LIMITS
	"[client 234567801]\npassphrase = " WORLD_PASSPHRASE "\n"
	"[announcement news]\nrecording = 9991\nevery = 1m\n"
	"[uplink up]\ntarget = 10.0.9.1:1000, 10.0.9.1:1001\nid = 234567899\noptions = TS2=91\n"
	"map = 2:91 = 91, 1:8 = 8\nprivate-calls = yes\ndefault-route = yes\n"
	"[uplink x]\nprotocol = xlx\nmodule = D\ntarget = 10.0.9.1:1000\nid = 234567898\n"
	"map = 2:9 = 92\n"
	PEER_AT("a") "target = 10.0.0.1:1000\naccept-stun = yes\nstun-time = 1s\n"
	PEER_AT("b") "target = 10.0.1.1:1000\nprotocol = obp\n"
	PEER_AT("c") "target = 10.0.2.1:1000\nrelaxed = yes\nremote-id = 7301\n"
	PEER_AT("d") "relaxed = yes\nremote-id = 7302\n"
	PEER_AT("e") "target = e.example:1000\ntransit = none\nsubscribers = deny 666\n";
/* clang-format on */

struct hearing {
	bool open;
	uint32_t stream;
	tick_t last;
};

struct play {
	struct world world;
	struct arena arena[2];    /* of the core, and of the one that takes over from it */
	unsigned used;            /* which of them */
	struct core *first;       /* in the first arena */
	void *image;              /* of it, as everybody was logged in */
	bool alone;               /* no client is logged in any more */
	uint8_t salt[CLIENTS][4]; /* of the last challenge each client got */
	struct {
		struct hearing slot[2];
		struct handle session;
		tick_t since;
	} client[CLIENTS];
};

static struct play play;

extern uint64_t fuzz_digest; /* of what the core does with an input; see driver.c */
uint64_t fuzz_digest;

static inline struct endpoint play_client(unsigned who, bool other_port)
{
	struct endpoint at = world_endpoint((uint8_t)who, other_port ? 1001 : 1000);

	at.socket = who % LOGGED_IN == LOGGED_IN - 1;
	return at;
}

static inline struct endpoint play_master(unsigned uplink, bool other_port)
{
	struct endpoint at = world_endpoint(UPLINK_HOST, other_port ? 1001 : 1000);

	at.socket = UPLINK_SOCKET + uplink;
	return at;
}

static inline uint64_t play_wall(void)
{
	return WALL_NS + (uint64_t)(play.world.now - WORLD_START) * 1000000;
}

/* What the server says in words: all but the letters of most callsigns. */
static inline void play_record_audio(struct conf *conf)
{
	static const char *const names[] = {
		"9991", "silence", "busy", "linkedto", "to", "notlinked", "this-is", "0", "1", "2",
		"3",    "4",       "5",    "7",        "8",  "9",         "n",       "c", "a", "l"};
	static uint8_t frames[ARRAY_LEN(names)][27];
	static struct audio_word words[ARRAY_LEN(names)];

	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		text_copy(words[i].language, sizeof(words[i].language), "en_GB");
		text_copy(words[i].name, sizeof(words[i].name), names[i]);
		words[i].clip = (struct clip){frames[i], 3};
	}
	uint32_t count = audio_sort(words, ARRAY_LEN(names));
	for (uint32_t i = 0; i < conf->listener_count; i++)
		conf->listener[i].voice = (struct audio){.words = words, .count = count};
}

/* A core without state in the other arena. */
static inline struct core *play_fresh(unsigned arena)
{
	static const uint8_t seed[CORE_SEED_LEN] = {1};
	struct arena a;

	memset(play.arena[arena].block, 0, play.arena[arena].size);
	arena_lay(&a, play.arena[arena].block, play.arena[arena].size);
	return core_open(&a, &play.world.conf, seed, play.world.now);
}

static inline void play_log_in(void)
{
	static const uint8_t ack[] = "RPTACK\1\2\3\4";
	struct endpoint up = play_master(0, false);

	for (unsigned i = 0; i < LOGGED_IN; i++) {
		struct endpoint at = play_client(i, false);
		if (!world_login(&play.world, &at, FIRST_ID + i, i == 3 ? '4' : '3'))
			abort();
	}
	world_sleep(&play.world, 0);
	for (unsigned i = 0; i < 4; i++)
		world_datagram(&play.world, &up, ack, i ? 6 : 10);
}

static inline void play_make(void)
{
	struct world *w = &play.world;
	struct arena measure;

	world_open(w, play_text, 1);
	play_record_audio(&w->conf);
	arena_measure(&measure);
	core_open(&measure, &w->conf, (uint8_t[CORE_SEED_LEN]){1}, WORLD_START);
	play.image = malloc(measure.used);
	for (unsigned i = 0; i < 2; i++)
		if (!play.image || !arena_claim(&play.arena[i], measure.used))
			abort();
	w->core = play.first = play_fresh(0);
	play_log_in();
	memcpy(play.image, play.arena[0].block, measure.used);
}

/* Everybody is logged in, and nothing has happened. */
static inline void play_open(void)
{
	struct world *w = &play.world;

	if (!play.image)
		play_make();
	memcpy(play.arena[0].block, play.image, play.arena[0].size);
	memset(play.client, 0, sizeof(play.client));
	play.used = 0;
	play.alone = false;
	w->core = play.first;
	w->now = WORLD_START;
	actions_empty(&w->actions);
}

/* To a client: one call at a time, and no data while one is open. A privacy header (data type 0) is
 * part of a call. Who has proven nothing may not be sent the end of one: it is over after 1 s. */
static inline void play_hear(const uint8_t *sent)
{
	struct seen f = judge_read(sent);
	bool data = judge_data(&f) && f.detail != 0;

	if (f.client - FIRST_ID >= CLIENTS)
		return;
	struct hearing *h = &play.client[f.client - FIRST_ID].slot[f.slot - 1];
	bool open = h->open && play.world.now - h->last < TICK_SECOND;
	if (open && (data || f.stream != h->stream)) {
		fprintf(stderr, "client %u slot %d hears %s of %08x in call %08x\n", f.client,
		        f.slot, data ? "data" : "voice", f.stream, h->stream);
		abort();
	}
	h->open = !data && (f.type != 2 || f.detail != 2);
	h->stream = f.stream;
	h->last = play.world.now;
}

static inline void play_look_at_listener(const struct target *t, const uint8_t *sent, size_t len)
{
	struct hbp_message m;
	const char *reason = "";

	assert(hbp_parse(sent, len, &m, &reason) == PARSE_OK);
	if (t->where.socket >= UPLINK_SOCKET)
		return;
	assert(!play.alone);
	if (m.kind == HBP_BURST)
		play_hear(sent);
	for (unsigned i = 0; i < CLIENTS && m.kind == HBP_ACK; i++) {
		struct endpoint at = play_client(i, t->where.to.port == 1001);
		if (endpoint_same(&at, &t->where))
			memcpy(play.salt[i], m.salt, sizeof(m.salt));
	}
}

/* Until a neighbour has used the passphrase of the configuration, the one before it signs, which in
 * a state that is taken over may be any. */
static inline bool play_signed(const uint8_t *sent, size_t len, const struct obp_message *m)
{
	struct obp_key key = obp_key_make(KEY, false);
	bool known = obp_authentic(&key, sent, len, m);

	POOL_EACH(const struct peer *, p, &play.world.core->peers.pool)
		known = known || (p->admission.state == ADMISSION_RENEWING &&
		                  obp_authentic(&p->key, sent, len, m));
	return known;
}

/* To a neighbour: signed, and no frame leaves with more hops than there may be. */
static inline void play_look_at_mesh(const uint8_t *sent, size_t len)
{
	struct obp_message m;
	const char *reason = "";

	enum parse answer = obp_parse(sent, len, &m, &reason);
	assert(answer == PARSE_OK && play_signed(sent, len, &m));
	assert(m.kind != OBP_BURST || m.burst.hops <= HOPS_MAX);
	(void)answer;
}

static inline void play_look_at_record(const struct record *r)
{
	uint8_t octets[RECORD_MAX], again[RECORD_MAX];
	struct wr w = wr_make(octets, sizeof(octets)), w2 = wr_make(again, sizeof(again));
	struct record back;
	const char *reason = "";

	record_write(&w, r);
	assert(record_parse(octets, wr_len(&w), &back, &reason) == PARSE_OK);
	record_write(&w2, &back);
	assert(wr_len(&w) == wr_len(&w2) && memcmp(octets, again, wr_len(&w)) == 0);
}

/* What a session that has ended or begun again was hearing is over. */
static inline void play_look_at_sessions(void)
{
	for (unsigned i = 0; i < CLIENTS; i++) {
		const struct session *s = session_find(&play.world.core->sessions, FIRST_ID + i);
		struct handle now = s ? pool_handle(&s->row) : HANDLE_NONE;
		tick_t since = s ? s->since : 0;
		if (!handle_equal(now, play.client[i].session) || since != play.client[i].since)
			memset(&play.client[i], 0, sizeof(play.client[i]));
		play.client[i].session = now;
		play.client[i].since = since;
	}
}

static inline void play_look(void)
{
	struct world *w = &play.world;
	const char *fault = core_check(w->core);

	if (fault) {
		fprintf(stderr, "%s\n", fault);
		abort();
	}
	assert(w->actions.refused_total == 0);
	for (uint32_t i = 0; i < w->actions.target_count; i++) {
		uint8_t sent[SEND_MAX];
		size_t len = world_sent(w, i, sent);
		if (w->actions.targets[i].where.socket == MESH_SOCKET)
			play_look_at_mesh(sent, len);
		else
			play_look_at_listener(&w->actions.targets[i], sent, len);
	}
	for (uint32_t i = 0; i < w->actions.record_count; i++)
		play_look_at_record(&w->actions.records[i]);
	play_look_at_sessions();
	actions_empty(&w->actions);
}

/* As the loop does: one event, then what it made is performed. */
static inline void play_step(const struct event *event)
{
	play.world.wall_ns = play_wall();
	world_step(&play.world, event);
	golden_step(&fuzz_digest, play.world.now, &play.world.actions);
	play_look();
}

static inline void play_sleep(tick_t ms)
{
	struct world *w = &play.world;
	tick_t until = w->now + ms;

	while (core_next(w->core) <= until) {
		if (core_next(w->core) > w->now)
			w->now = core_next(w->core);
		play_step(&(struct event){.kind = EVENT_TIME});
	}
	w->now = until;
}

/* From a block of its very length, so that the address sanitiser sees one octet too far. */
static inline void play_datagram(const struct endpoint *from, const uint8_t *bytes, size_t len)
{
	uint8_t *copy = malloc(len ? len : 1);
	struct event event = {.kind = EVENT_DATAGRAM};

	if (!copy)
		abort();
	memcpy(copy, bytes, len);
	event.datagram.bytes = copy;
	event.datagram.len = len;
	event.datagram.from = *from;
	(void)core_knows(play.world.core, &event);
	play_step(&event);
	free(copy);
}

/* All clients fall silent; then nobody is sent away, only the uplink is closed, and nothing is left
 * of anybody. */
static inline void play_close(void)
{
	play_sleep(2 * TICK_MINUTE);
	play.alone = true;
	do {
		play_step(&(struct event){.kind = EVENT_STOP});
	} while (core_has_sessions(play.world.core));
	assert(kind_pool(play.world.core, KIND_SESSION)->used == 0);
	assert(kind_pool(play.world.core, KIND_SUBSCRIPTION)->used == 0);
	assert(kind_pool(play.world.core, KIND_CONFERENCE)->used == 0);
	assert(kind_pool(play.world.core, KIND_STREAM)->used == 0);
	assert(kind_pool(play.world.core, KIND_PLAYER)->used == 0);
}

#endif
