/*
 * Any order of events leaves the core whole. Thousands of random operations of a dozen clients in
 * virtual time, and after each: core_check() is content, nothing was refused for want of room, a
 * second core of the same seed did the very same, and an observer with a model of its own finds
 * nothing wrong in what each client hears.
 *
 * A fault prints seed, profile and step; SEED=n in the environment, or as the first argument, plays
 * that seed alone.
 */
#include <stdarg.h>

#include "core/step/step.h"
#include "harness/golden.h"
#include "harness/t.h"
#include "hotspot/talk.h"
#include "world.h"

#define FOLLOW_SILENCE_MS (12 * TICK_SECOND) /* at the old port */
#define CLIENTS 12
#define CALLS 16 /* transmissions that run at a time, over all clients */
#define STREAM_ENDS_MS 1000
#define MISSES_MAX 6500 /* ms of a call before a slot hears it: hang time, pause, next burst A */
#define ECHO 9990u
#define PLAYED_APART 60            /* ms between frames of the server's own */
#define ECHO_FOR (2 * TICK_MINUTE) /* one that is dialled lasts a minute */
#define OPTIONS_DEPTH 6            /* option strings accepted at once, and in a second */
#define DATA_HOLDS 120 /* ms after the last block of its own, no call begins towards a radio */
#define FLOOD_LASTS (5 * TICK_SECOND)
#define FIRST_RADIO 2345000u
#define SEEDS 24
#define STEPS 6000

static const uint32_t talkgroups[] = {91,   91, 91,   92,       235,  9,    9,
                                      4000, 3,  9990, 16777215, 2350, 5000, 9991};

static const char *const option_texts[] = {
	"TS1=91;TS2=91,92;SINGLE=0",
	"TS1=;TS2=235;DIAL=91;SINGLE=1;TIMER=1",
	"DIAL=0;TS2=",
	"DIAL=92;TS2=91,92",
	"TS2=91,92,235,2350;DIAL=0;SINGLE=1;TIMER=0",
	"TS1=91,92,,junk;;=;SINGLE=7;TIMER=-1;DIAL=4000",
	"",
};

struct profile {
	const char *name;
	bool in_time; /* frames are never faster than the budget */
	const char *conf;
};

#define HEAD                                                                                       \
	"[server]\nid = 2345\n[listener l]\nbind = 192.0.2.1:62031\npassphrase "                   \
	"= " WORLD_PASSPHRASE "\n"

static const struct profile profiles[] = {
	{"roomy", true,
         HEAD
         "static-2 = 91\ntimer = 20s\nsingle = no\n[limits]\nsessions = 32\nsubscriptions = 512\n"
         "streams = 128\ntransmit-timeout = 5s\n"},
	{"single", true,
         HEAD "static-1 = 91\nstatic-2 = 91, 92\ndefault-dial = 235\ntimer = 5s\nhang-time = 1s\n"
              "follow-port = yes\n[limits]\nsessions = 32\nsubscriptions = 512\nstreams = 128\n"},
	{"cramped", false,
         HEAD
         "static-2 = 91\ndefault-dial = 91\ntimer = 2s\nhang-time = 0\n[limits]\nsessions = 6\n"
         "subscriptions = 12\nstreams = 16\ntransmit-timeout = 3s\n"},
};

/* ---- what the observer knows ---- */

/* What one client hears on one slot. */
struct ear {
	bool open;
	uint32_t stream, src, dst;
	uint8_t seq;
	tick_t last;
	unsigned long frames; /* of the call that is open, or was */
	tick_t data_out;      /* last data of his own */
	unsigned long event;  /* in which a frame came last */
	uint32_t missed;      /* the call he is subscribed to and does not hear, */
	tick_t missed_since;  /* from then on */
	/* his own transmission there, when it is one that must hold the slot */
	bool talks;
	uint32_t talks_in;
	tick_t talk_last;
};

struct client {
	uint32_t id;
	struct endpoint at; /* where the client itself is */
	bool simplex;
	uint8_t salt[4];
	bool fresh;     /* and not answered rightly yet */
	tick_t flooded; /* its budget is spent */
	tick_t echoed;  /* it may have called the echo, or still be linked to it */
	/* what the server has granted */
	bool authenticated, connected;
	bool close_forged;
	bool rekeyed; /* the next RPTC begins afresh, because the client was restarted */
	struct endpoint granted;
	tick_t heard; /* last, from there */
	bool granted_simplex;
	struct ear ear[2];
};

/* A transmission some client is sending. */
struct call {
	bool running;
	bool plain; /* sent in order, in time, by a client with one call on the slot */
	bool data;
	bool stuck; /* its sequence does not advance */
	unsigned who;
	uint8_t slot;
	struct talk talk;
	unsigned sent;
	tick_t due;
	struct hbp_burst before; /* the last one, to be repeated or held back */
	bool held;
};

struct trial {
	uint64_t random;
	unsigned long seed;
	const struct profile *profile;
	unsigned long step;
	struct world world, twin;
	uint64_t digest; /* harness/golden.h */
	tick_t now;
	struct client client[CLIENTS];
	struct call call[CALLS];
	uint32_t streams;                 /* ids given out */
	unsigned long heard, calls_heard; /* so that a trial in which nothing happens is seen */
	unsigned long events;             /* so far */
	unsigned long due[2]; /* frames that a listener of slot 1, of slot 2 had to hear */
	const char *doing;
	uint32_t message;               /* the stream of the last one from radio to radio */
	struct ear *message_to;         /* who got it */
	unsigned long messages, played; /* heard: blocks of them, and frames of the server's own */
	struct conf conf[2];            /* of the last two reloads */
	unsigned reloads;
	bool reloading; /* which cuts no call */
	bool failed;
};

static void fault(struct trial *t, const char *format, ...)
{
	char what[200];
	va_list args;

	if (t->failed)
		return;
	t->failed = true;
	va_start(args, format);
	vsnprintf(what, sizeof(what), format, args);
	va_end(args);
	t_fail(__FILE__, __LINE__, "SEED=%lu profile %s step %lu (%s) at %lld ms: %s", t->seed,
	       t->profile->name, t->step, t->doing, (long long)(t->now - WORLD_START), what);
}

static uint32_t below(struct trial *t, uint32_t n)
{
	return world_random(&t->random) % n;
}

static bool one_in(struct trial *t, uint32_t n)
{
	return below(t, n) == 0;
}

static struct client *client_by_id(struct trial *t, uint32_t id)
{
	for (unsigned i = 0; i < CLIENTS; i++)
		if (t->client[i].id == id)
			return &t->client[i];
	return NULL;
}

/* An ID shows its sender, as clients count in different ranges; NULL for what the server plays. */
static struct client *origin_of(struct trial *t, uint32_t stream)
{
	if (stream >> 24 >= CLIENTS || (stream & 0xFFFFFF) > t->streams)
		return NULL;
	return &t->client[stream >> 24];
}

static struct ear *ear_at(struct trial *t, unsigned n)
{
	return &t->client[n / 2].ear[n % 2];
}

static void deaf(struct client *c)
{
	memset(c->ear, 0, sizeof(c->ear));
	c->ear[0].data_out = c->ear[1].data_out = TICK_LONG_AGO;
}

/* The session is gone: so are its legs, and no listener has its calls open any more. */
static void forget_session(struct trial *t, struct client *c)
{
	c->authenticated = c->connected = c->rekeyed = c->close_forged = false;
	deaf(c);
	for (unsigned n = 0; n < 2 * CLIENTS; n++)
		if (ear_at(t, n)->open && origin_of(t, ear_at(t, n)->stream) == c)
			fault(t, "%08x outlived the session of %u", ear_at(t, n)->stream, c->id);
}

/* TG 9 is many conferences, and each has his own echo; any other number is one conversation. */
static void check_conversation(struct trial *t, const struct ear *begun)
{
	for (unsigned n = 0; n < 2 * CLIENTS; n++) {
		const struct ear *ear = ear_at(t, n);
		if (ear->open && ear->dst == begun->dst && begun->dst != 9 && begun->dst != 9990 &&
		    ear->stream != begun->stream)
			fault(t, "two talk in %u: %08x and %08x", ear->dst, ear->stream,
			      begun->stream);
	}
}

static void hear_begin(struct trial *t, struct client *c, struct ear *ear,
                       const struct hbp_burst *b)
{
	if (ear->open && ear->stream != b->stream)
		fault(t, "%u hears %08x begin while %08x is open", c->id, b->stream, ear->stream);
	if (!ear->open && t->profile->in_time && t->now - ear->data_out < DATA_HOLDS)
		fault(t, "%u hears %08x begin between two blocks of his data", c->id, b->stream);
	if (!ear->open) {
		*ear = (struct ear){.open = true,
		                    .stream = b->stream,
		                    .src = b->src,
		                    .dst = b->dst,
		                    .seq = b->seq,
		                    .talks = ear->talks,
		                    .talks_in = ear->talks_in,
		                    .talk_last = ear->talk_last,
		                    .event = ear->event,
		                    .data_out = ear->data_out};
		t->calls_heard++;
		check_conversation(t, ear);
	}
}

/* What the server plays comes at the pace of speech, and an echo goes to its caller. */
static void hear_played(struct trial *t, const struct client *c, const struct ear *ear,
                        const struct hbp_burst *b)
{
	bool echo = b->src == ECHO || b->src / 100 == FIRST_RADIO / 100;

	t->played++;
	if (b->class != BURST_TERMINATOR && ear->open && ear->stream == b->stream &&
	    t->now - ear->last < PLAYED_APART)
		fault(t, "%u hears two frames of %08x in %lld ms", c->id, b->stream,
		      (long long)(t->now - ear->last));
	if (echo && t->now - c->echoed > ECHO_FOR)
		fault(t, "%u hears the echo of another, %08x", c->id, b->stream);
}

static void hear_voice(struct trial *t, struct client *c, struct ear *ear,
                       const struct hbp_burst *b)
{
	bool terminator = b->class == BURST_TERMINATOR;
	bool header = b->class == BURST_VOICE_HEADER;
	bool fresh = !ear->open;

	if (!origin_of(t, b->stream))
		hear_played(t, c, ear, b);
	if (b->unit && (b->src != 9990 || origin_of(t, b->stream))) /* the echo, called privately */
		fault(t, "%u hears a unit call", c->id);
	if (header)
		hear_begin(t, c, ear, b);
	if (!ear->open || ear->stream != b->stream)
		fault(t, "%u hears frame %02x of %08x on slot %u, which is not open", c->id,
		      (unsigned)b->class, b->stream, b->slot);
	if (!fresh && ear->seq == b->seq)
		fault(t, "%u hears sequence number %u of %08x twice", c->id, b->seq, b->stream);
	if (ear->src != b->src || ear->dst != b->dst)
		fault(t, "%u hears %08x change its ids", c->id, b->stream);
	if (terminator && t->reloading)
		fault(t, "%u hears %08x cut by a reload", c->id, b->stream);
	if (!terminator && ear->talks && t->now - ear->talk_last < STREAM_ENDS_MS)
		fault(t, "%u hears %08x while he talks in %08x", c->id, b->stream, ear->talks_in);
	ear->seq = b->seq;
	ear->last = t->now;
	ear->frames++;
	ear->open = !terminator;
}

/* A radio is in one place, and a message for it goes nowhere else. */
static void hear_message(struct trial *t, const struct client *c, struct ear *ear)
{
	if (t->message_to && t->message_to != ear)
		fault(t, "%u gets a message that another has got", c->id);
	t->message_to = ear;
	t->messages++;
}

static void hear(struct trial *t, struct client *c, const uint8_t *bytes, size_t len)
{
	struct hbp_message m;
	const char *reason;

	t->heard++;
	if (len != HBP_BURST_LEN || hbp_parse(bytes, len, &m, &reason) != PARSE_OK) {
		fault(t, "%u got a malformed burst", c->id);
		return;
	}
	const struct hbp_burst *b = &m.burst;
	struct ear *ear = &c->ear[b->slot - 1];
	ear->event = t->events;
	ear->missed = 0;
	if (m.id != c->id)
		fault(t, "%u got a burst with the id of %u", c->id, m.id);
	if (!c->connected)
		fault(t, "%u got a burst without a session", c->id);
	if (c->granted_simplex && b->slot == 1)
		fault(t, "simplex client %u hears slot 1", c->id);
	if (origin_of(t, b->stream) == c && !b->unit) /* a radio on the other slot may be meant */
		fault(t, "%u hears his own call %08x", c->id, b->stream);
	if (burst_is_data(b)) {
		if (ear->open)
			fault(t, "%u gets data within call %08x", c->id, ear->stream);
		if (b->unit && b->stream == t->message)
			hear_message(t, c, ear);
		return;
	}
	hear_voice(t, c, ear, b);
}

/* Reads what the step sent; answers are read by the operations that asked. */
static void observe(struct trial *t)
{
	struct world *w = &t->world;

	for (uint32_t i = 0; i < w->actions.target_count && !t->failed; i++) {
		const struct target *target = &w->actions.targets[i];
		uint8_t sent[SEND_MAX];
		size_t len = world_sent(w, i, sent);
		struct client *c = client_by_id(t, target->id);
		bool burst = len >= 4 && memcmp(sent, "DMRD", 4) == 0;
		if (len == 0)
			fault(t, "an empty datagram left");
		if (burst && (!c || !endpoint_same(&c->granted, &target->where)))
			fault(t, "a burst for %u left to somebody else", target->id);
		else if (burst)
			hear(t, c, sent, len);
		else if (c && len == 9 && memcmp(sent, "MSTCL", 5) == 0 &&
		         endpoint_same(&c->granted, &target->where))
			forget_session(t, c);
	}
}

/* ---- two cores in step ---- */

static bool same_records(const struct actions *a, const struct actions *b)
{
	for (uint32_t i = 0; i < a->record_count; i++) {
		uint8_t x[RECORD_MAX], y[RECORD_MAX];
		struct wr wx = wr_make(x, sizeof(x)), wy = wr_make(y, sizeof(y));
		record_write(&wx, &a->records[i]);
		record_write(&wy, &b->records[i]);
		if (wr_len(&wx) == 0 || wr_len(&wx) != wr_len(&wy) ||
		    memcmp(x, y, wr_len(&wx)) != 0)
			return false;
	}
	return true;
}

static bool same_actions(const struct actions *a, const struct actions *b)
{
	if (a->send_count != b->send_count || a->target_count != b->target_count ||
	    a->record_count != b->record_count)
		return false;
	for (uint32_t i = 0; i < a->send_count; i++)
		if (a->sends[i].len != b->sends[i].len || a->sends[i].id_at != b->sends[i].id_at ||
		    memcmp(a->sends[i].bytes, b->sends[i].bytes, a->sends[i].len) != 0)
			return false;
	for (uint32_t i = 0; i < a->target_count; i++)
		if (a->targets[i].send != b->targets[i].send ||
		    a->targets[i].id != b->targets[i].id ||
		    !endpoint_same(&a->targets[i].where, &b->targets[i].where))
			return false;
	return same_records(a, b);
}

/* One event for both cores, looked at from all sides. What it sent stays in world.actions until the
 * next. */
static void step(struct trial *t, const struct event *event)
{
	if (t->failed)
		return;
	actions_empty(&t->world.actions);
	actions_empty(&t->twin.actions);
	t->events++;
	t->world.now = t->twin.now = t->now;
	world_step(&t->world, event);
	world_step(&t->twin, event);
	const char *torn = core_check(t->world.core);
	if (torn)
		fault(t, "%s", torn);
	if (t->world.actions.refused_total)
		fault(t, "actions were refused");
	if (!same_actions(&t->world.actions, &t->twin.actions))
		fault(t, "two cores of one seed differ in what they do");
	if (t->step % 16 == 0 && core_hash(t->world.core) != core_hash(t->twin.core))
		fault(t, "two cores of one seed differ in what they hold");
	golden_step(&t->digest, t->now, &t->world.actions);
	observe(t);
}

static void check_silence(struct trial *t)
{
	for (unsigned i = 0; i < CLIENTS; i++)
		for (unsigned s = 0; s < 2; s++) {
			const struct ear *ear = &t->client[i].ear[s];
			if (ear->open && t->now - ear->last > STREAM_ENDS_MS)
				fault(t, "%u has %08x open after a second of silence",
				      t->client[i].id, ear->stream);
		}
}

static void sleep_for(struct trial *t, tick_t ms)
{
	struct event event = {.kind = EVENT_TIME};
	tick_t until = t->now + ms;
	tick_t due;

	for (unsigned turns = 0; (due = core_next(t->world.core)) <= until && !t->failed; turns++) {
		if (turns > 100000)
			fault(t, "the core never stops asking for the time");
		if (due > t->now)
			t->now = due;
		step(t, &event);
	}
	t->now = until;
	check_silence(t);
}

static void send_from(struct trial *t, const struct endpoint *from, const void *bytes, size_t len)
{
	struct event event = {.kind = EVENT_DATAGRAM};

	event.datagram.bytes = bytes;
	event.datagram.len = len;
	event.datagram.from = *from;
	step(t, &event);
}

/* The answer to this endpoint in what the last step sent, 0 when there is none. A burst is none. */
static size_t answer_to(struct trial *t, const struct endpoint *to, uint8_t out[static SEND_MAX])
{
	for (uint32_t i = t->world.actions.target_count; i-- > 0;) {
		size_t len = world_sent(&t->world, i, out);
		if (endpoint_same(&t->world.actions.targets[i].where, to) &&
		    memcmp(out, "DMRD", 4) != 0)
			return len;
	}
	return 0;
}

static bool acknowledged(struct trial *t, const struct endpoint *to)
{
	uint8_t answer[SEND_MAX];

	return answer_to(t, to, answer) == 10 && memcmp(answer, "RPTACK", 6) == 0;
}

/* ---- operations ---- */

static void do_login(struct trial *t, struct client *c)
{
	uint8_t bytes[8], answer[SEND_MAX];
	struct wr w = wr_make(bytes, sizeof(bytes));

	hbp_write_login(&w, c->id);
	send_from(t, &c->at, bytes, wr_len(&w));
	if (acknowledged(t, &c->at) && answer_to(t, &c->at, answer))
		memcpy(c->salt, answer + 6, 4), c->fresh = true;
}

static void note_heard(const struct trial *t, struct client *c)
{
	if (c->authenticated && endpoint_same(&c->granted, &c->at))
		c->heard = t->now;
}

static void do_key(struct trial *t, struct client *c, const char *passphrase)
{
	uint8_t bytes[40], digest[SHA256_LEN];
	struct wr w = wr_make(bytes, sizeof(bytes));

	hbp_digest(c->salt, passphrase, digest);
	hbp_write_key(&w, c->id, digest);
	send_from(t, &c->at, bytes, wr_len(&w));
	if (!acknowledged(t, &c->at))
		return;
	if (strcmp(passphrase, WORLD_PASSPHRASE) != 0)
		fault(t, "%u got in with a wrong passphrase", c->id);
	bool repeated = !c->fresh && c->authenticated && endpoint_same(&c->granted, &c->at);
	c->fresh = false;
	if (!repeated)
		c->rekeyed = c->connected;
	if (!c->authenticated || !endpoint_same(&c->granted, &c->at)) {
		forget_session(t, c);
		c->authenticated = true;
		c->granted = c->at;
		c->heard = t->now;
	}
}

static void do_config(struct trial *t, struct client *c)
{
	struct hbp_config config = {.callsign = "N0CALL", .slots = c->simplex ? '4' : '3'};
	uint8_t bytes[302];
	struct wr w = wr_make(bytes, sizeof(bytes));

	hbp_write_config(&w, c->id, &config);
	bool afresh = c->connected && endpoint_same(&c->granted, &c->at) &&
	              (c->rekeyed || c->granted_simplex != c->simplex);
	struct ear before[2] = {c->ear[0], c->ear[1]};
	if (afresh)
		deaf(c);
	send_from(t, &c->at, bytes, wr_len(&w));
	if (!acknowledged(t, &c->at)) { /* once more too often */
		if (afresh)
			memcpy(c->ear, before, sizeof(before));
		return;
	}
	if (afresh)
		c->rekeyed = c->close_forged = false;
	if (!c->authenticated || !endpoint_same(&c->granted, &c->at))
		fault(t, "%u was configured without a key", c->id);
	c->connected = true;
	c->granted_simplex = c->simplex;
	note_heard(t, c);
}

static void op_login(struct trial *t, struct client *c)
{
	t->doing = "login";
	if (one_in(t, 3)) { /* restarted, or moved */
		c->at = world_endpoint((uint8_t)(c - t->client), (uint16_t)(1000 + below(t, 3)));
		c->simplex = one_in(t, 3);
	}
	do_login(t, c);
	sleep_for(t, below(t, 50));
	do_key(t, c, one_in(t, 8) ? "battery staple" : WORLD_PASSPHRASE);
	if (!one_in(t, 8))
		do_config(t, c);
}

static void op_part_of_login(struct trial *t, struct client *c)
{
	t->doing = "part of a login";
	switch (below(t, 3)) {
	case 0:
		do_login(t, c);
		break;
	case 1:
		do_key(t, c, WORLD_PASSPHRASE);
		break;
	case 2:
		do_config(t, c);
		break;
	}
}

static size_t options_write(const struct client *c, const char *text, uint8_t bytes[static 300])
{
	struct wr w = wr_make(bytes, 300);

	hbp_write_options(&w, c->id, text, strlen(text));
	return wr_len(&w);
}

static void op_options(struct trial *t, struct client *c)
{
	const char *text = option_texts[below(t, ARRAY_LEN(option_texts))];
	uint8_t bytes[300];
	size_t len = options_write(c, text, bytes);

	t->doing = "options";
	note_heard(t, c);
	send_from(t, &c->at, bytes, len);
}

/* One option string after the other, far more than anybody may send: few are accepted, and no other
 * client hears any of it. */
static void op_option_storm(struct trial *t, struct client *c)
{
	uint8_t bytes[300];
	unsigned accepted = 0;
	bool open[2 * CLIENTS];

	t->doing = "option storm";
	sleep_for(t, 0);
	for (unsigned n = 0; n < 2 * CLIENTS; n++)
		open[n] = ear_at(t, n)->open;
	for (unsigned i = 0; i < 30 && !t->failed; i++) {
		char text[40];
		snprintf(text, sizeof(text), "TS1=%s;TS2=91;TIMER=%u", i % 2 ? "" : "92", i + 1);
		size_t len = options_write(c, text, bytes);
		note_heard(t, c);
		send_from(t, &c->at, bytes, len);
		accepted += acknowledged(t, &c->at);
	}
	if (accepted > OPTIONS_DEPTH)
		fault(t, "%u has %u option strings accepted at once", c->id, accepted);
	for (unsigned n = 0; n < 2 * CLIENTS; n++)
		if (open[n] && &t->client[n / 2] != c && !ear_at(t, n)->open)
			fault(t, "%u is cut off by the options of %u", t->client[n / 2].id, c->id);
}

static void op_ping(struct trial *t, struct client *c)
{
	uint8_t bytes[11], answer[SEND_MAX];
	struct wr w = wr_make(bytes, sizeof(bytes));

	t->doing = "ping";
	hbp_write_ping(&w, c->id);
	send_from(t, &c->at, bytes, wr_len(&w));
	bool pong = answer_to(t, &c->at, answer) == 11;
	if (pong && !c->connected)
		fault(t, "%u got a pong without a session", c->id);
	if (pong)
		c->granted = c->at; /* follow-port */
	note_heard(t, c);
	if (!pong && c->connected && endpoint_same(&c->granted, &c->at))
		fault(t, "%u got no pong", c->id);
}

static void op_close(struct trial *t, struct client *c)
{
	struct endpoint from = one_in(t, 4) ? world_endpoint(99, 99) : c->at;
	uint8_t bytes[9];
	struct wr w = wr_make(bytes, sizeof(bytes));

	t->doing = "log-out";
	hbp_write_close(&w, c->id);
	bool mine = endpoint_same(&c->granted, &from);
	send_from(t, &from, bytes, wr_len(&w));
	if (mine && (!c->close_forged || !session_find(&t->world.core->sessions, c->id)))
		forget_session(t, c);
	else if (c->authenticated)
		c->close_forged = true;
}

static void op_command(struct trial *t)
{
	static const enum command_kind kinds[] = {COMMAND_KICK,    COMMAND_SNAPSHOT, COMMAND_LINK,
	                                          COMMAND_UNLINK,  COMMAND_DEFAULT,  COMMAND_WHY,
	                                          COMMAND_RESTORE, COMMAND_LOCATE,   COMMAND_BLOCK,
	                                          COMMAND_UNBLOCK, COMMAND_REFUSE};
	uint32_t client = t->client[below(t, CLIENTS)].id;
	uint32_t tg = talkgroups[below(t, ARRAY_LEN(talkgroups))];
	uint8_t slot = (uint8_t)(1 + below(t, 2));
	struct command c = {.kind = kinds[below(t, ARRAY_LEN(kinds))], .number = 7};
	struct event event = {.kind = EVENT_COMMAND, .command = &c};

	t->doing = "command";
	c.client = client; /* of most kinds all there is */
	if (c.kind == COMMAND_LINK || c.kind == COMMAND_UNLINK)
		c.link.slot = slot, c.link.tg = tg;
	if (c.kind == COMMAND_DEFAULT)
		c.reflector.tg = tg;
	if (c.kind == COMMAND_LOCATE)
		c.locate.slot = slot, c.locate.radio = tg, c.locate.seconds = 60;
	if (c.kind == COMMAND_RESTORE) {
		c.restore.slot = slot;
		c.restore.tg = tg;
		c.restore.mode = one_in(t, 2) ? SUBSCRIPTION_USER : SUBSCRIPTION_DIAL;
		c.restore.conference = talkgroups[below(t, ARRAY_LEN(talkgroups))];
		c.restore.seconds = below(t, 3) * 30;
	}
	if ((c.kind == COMMAND_BLOCK || c.kind == COMMAND_UNBLOCK) && one_in(t, 2))
		c.block.target =
			(struct block_target){0, addr_v4((const uint8_t[]){10, 77, 0, 1}, 0)};
	if (c.kind == COMMAND_BLOCK)
		c.block.ms = below(t, 3) * 10000;
	step(t, &event);
}

/* Other defaults for those who have not chosen for themselves. */
static void op_reload(struct trial *t)
{
	static const struct tg_list lists[] = {{0}, {1, {91}}, {2, {91, 92}}, {2, {235, 2350}}};
	struct conf *conf = &t->conf[t->reloads++ % 2];
	struct session_defaults *want = &conf->listener[0].defaults;

	t->doing = "reload";
	sleep_for(t, 0);
	*conf = t->world.conf;
	want->statics[0] = lists[below(t, ARRAY_LEN(lists))];
	want->statics[1] = lists[below(t, ARRAY_LEN(lists))];
	want->maps = (struct tg_map){below(t, 3), {{2, 8, 91}, {1, 7, 235}}};
	want->dial = talkgroups[below(t, 5)];
	want->single = one_in(t, 2);
	want->timer_ms = below(t, 3) * 5000;
	want->hang_ms = below(t, 3) * 1000;
	want->ident = one_in(t, 2);
	t->reloading = true;
	step(t, &(struct event){.kind = EVENT_CONF, .conf = conf});
	sleep_for(t, 0);
	t->reloading = false;
}

static void op_rows(struct trial *t)
{
	struct event event = {.kind = EVENT_ROWS, .rows = below(t, 20)};

	t->doing = "rows";
	step(t, &event);
}

static void op_garbage(struct trial *t, struct client *c)
{
	static const char *const tags[] = {"DMRD", "RPTC", "RPTO", "RPTL",
	                                   "RPTK", "RPTP", "DMRA", "MSTN"};
	uint8_t bytes[310];
	size_t len = below(t, sizeof(bytes));

	t->doing = "garbage";
	for (size_t i = 0; i < len; i++)
		bytes[i] = (uint8_t)below(t, 256);
	if (len >= 4)
		memcpy(bytes, tags[below(t, ARRAY_LEN(tags))], 4);
	struct endpoint from = world_endpoint(99, (uint16_t)below(t, 9));
	send_from(t, one_in(t, 2) ? &c->at : &from, bytes, len);
}

/* ---- talking ---- */

/* Two calls of one client get in each other's way: neither is plain. */
static bool talks_elsewhere(struct trial *t, const struct call *call)
{
	bool found = false;

	for (unsigned i = 0; i < CALLS; i++) {
		struct call *o = &t->call[i];
		if (o == call || !o->running || o->who != call->who)
			continue;
		o->plain = false;
		found = true;
	}
	if (found)
		t->client[call->who].ear[0].talks = t->client[call->who].ear[1].talks = false;
	return found;
}

static uint32_t new_stream(struct trial *t, unsigned who)
{
	return (uint32_t)who << 24 | ++t->streams;
}

/* An id of its own, or that of something else this client sends. */
static uint32_t id_of_call(struct trial *t, unsigned who)
{
	const struct call *other = &t->call[below(t, CALLS)];
	bool shared = other->running && other->who == who && other->talk.next.stream;

	return shared && one_in(t, 2) ? other->talk.next.stream : new_stream(t, who);
}

static void op_key_up(struct trial *t)
{
	struct call *call = &t->call[below(t, CALLS)];
	uint32_t again = call->talk.next.stream;
	unsigned who_before = call->who;

	t->doing = "key up";
	if (call->running)
		return;
	memset(call, 0, sizeof(*call));
	call->who = below(t, CLIENTS);
	struct client *c = &t->client[call->who];
	call->running = true;
	call->slot = (uint8_t)(1 + below(t, 2));
	call->due = t->now;
	bool reused = again && who_before == call->who && one_in(t, 2);
	call->plain = !talks_elsewhere(t, call) && !reused && !one_in(t, 4);
	call->talk.next = (struct hbp_burst){
		.seq = (uint8_t)(one_in(t, 4) ? below(t, 256) : 0),
		.src = FIRST_RADIO + call->who,
		.dst = talkgroups[below(t, ARRAY_LEN(talkgroups))],
		.client = c->id,
		.slot = call->slot,
		.unit = one_in(t, 12),
		.stream = reused ? again : id_of_call(t, call->who),
	};
	call->stuck = one_in(t, 6);
	call->sent = one_in(t, 5) ? 1 : 0; /* without a header */
	call->talk.position = call->sent ? (int)below(t, 6) : 0;
	talk_code(&call->talk);
}

/* The observer's own idea of who holds his slot: a plain frame of a client that is logged in. */
static void note_talk(struct trial *t, const struct call *call, const struct hbp_burst *b)
{
	struct client *c = &t->client[call->who];
	struct ear *ear = &c->ear[c->granted_simplex || b->slot == 2 ? 1 : 0];

	if (!call->plain || !t->profile->in_time || !c->connected ||
	    !endpoint_same(&c->granted, &c->at))
		return;
	if (b->class == BURST_TERMINATOR) {
		ear->talks = false;
		return;
	}
	ear->talks = true;
	ear->talks_in = b->stream;
	ear->talk_last = t->now;
}

static void note_data(struct trial *t, const struct client *c, const struct hbp_burst *b)
{
	struct ear *ear = client_by_id(t, c->id)->ear;

	if (c->connected && endpoint_same(&c->granted, &c->at) && burst_has_type(b))
		ear[c->granted_simplex || b->slot == 2 ? 1 : 0].data_out = t->now;
}

/*
 * A terminator of ours for what he heard goes out in the step in which he keys up: hence noted
 * before.
 */
static void send_burst(struct trial *t, struct call *call, const struct hbp_burst *b)
{
	uint8_t bytes[HBP_BURST_LEN];
	struct wr w = wr_make(bytes, sizeof(bytes));
	struct client *c = &t->client[call->who];

	hbp_write_burst(&w, b);
	if (b->dst == ECHO || b->dst == 9)
		c->echoed = t->now;
	c->ear[0].missed = c->ear[1].missed = 0;
	if (call->data)
		note_data(t, c, b);
	else
		note_talk(t, call, b);
	if (c->connected && !endpoint_same(&c->granted, &c->at) &&
	    strstr(t->profile->conf, "follow-port = yes") && t->now - c->heard >= FOLLOW_SILENCE_MS)
		c->granted = c->at;
	note_heard(t, c);
	send_from(t, &c->at, bytes, wr_len(&w) - (one_in(t, 9) ? 2 : 0));
}

/* ---- the ledger: every subscriber hears each frame, or `why` says why not ---- */

/* The row of this call. */
static const struct stream *row_of(const struct trial *t, const struct call *call)
{
	const struct core *core = t->world.core;
	const struct session *s = session_find(&core->sessions, t->client[call->who].id);

	POOL_EACH(const struct stream *, x, &core->streams.pool)
		if (s && handle_equal(x->session, pool_handle(&s->row)) && !x->data &&
		    x->id == call->talk.next.stream && x->dst == call->talk.next.dst &&
		    (x->slot == call->slot || t->client[call->who].granted_simplex))
			return x;
	return NULL;
}

static bool is_explained(const struct trial *t, const struct session *s, uint8_t slot)
{
	const struct decision *d;

	for (uint32_t ago = 0; (d = decision_at(&t->world.core->decisions, ago)); ago++) {
		if (d->at != t->now)
			return false;
		if (source_equal(d->who, s->source) && d->slot == slot &&
		    strncmp(d->words, "not heard: ", 11) == 0)
			return true;
	}
	return false;
}

static void account(struct trial *t, const struct stream *x, const struct subscription *u,
                    bool begins)
{
	const struct session *s = pool_at(&t->world.core->sessions.pool, u->session);
	struct client *c = client_by_id(t, s->id);
	struct ear *ear = &c->ear[u->slot - 1];

	t->due[u->slot - 1]++;
	if (ear->event == t->events)
		return;
	if (begins && !is_explained(t, s, u->slot))
		fault(t, "%u does not hear %08x begin on slot %u, and nothing says why", c->id,
		      x->id, u->slot);
	if (begins || ear->missed != x->id) {
		ear->missed = x->id;
		ear->missed_since = t->now;
	}
	if (t->now - ear->missed_since > MISSES_MAX)
		fault(t, "%u never hears %08x on slot %u", c->id, x->id, u->slot);
}

/* `begins`: with this frame; a call that waited for its turn is heard from its next burst A on. */
static void keep_ledger(struct trial *t, const struct stream *x, bool begins)
{
	if (x->state != CALL_RUNNING || x->conference == POOL_NONE)
		return;
	POOL_EACH(const struct subscription *, u, &t->world.core->subscriptions.pool)
		if (u->conference == x->conference && u->active && u->session != x->session.index)
			account(t, x, u, begins);
}

/* A listener with the call open hears each frame of it at once, up to the last one it gets. */
static void send_next(struct trial *t, struct call *call, const struct hbp_burst *b)
{
	bool begins = !row_of(t, call);
	const struct client *c = &t->client[call->who];
	bool plain = call->plain && t->profile->in_time && c->connected &&
	             endpoint_same(&c->granted, &c->at);
	unsigned long before[2 * CLIENTS] = {0};

	for (unsigned n = 0; n < 2 * CLIENTS && plain; n++)
		if (ear_at(t, n)->open && ear_at(t, n)->stream == b->stream)
			before[n] = ear_at(t, n)->frames;
	send_burst(t, call, b);
	for (unsigned n = 0; n < 2 * CLIENTS && plain; n++)
		if (before[n] && ear_at(t, n)->open && ear_at(t, n)->frames == before[n])
			fault(t, "%u misses a frame of %08x", t->client[n / 2].id, b->stream);
	const struct stream *x = plain && !t->failed ? row_of(t, call) : NULL;
	if (x)
		keep_ledger(t, x, begins);
}

/* Whatever data he sends, what he hears goes on. */
static void send_data(struct trial *t, struct call *call, const struct hbp_burst *b)
{
	struct client *c = &t->client[call->who];
	bool open[2] = {c->ear[0].open, c->ear[1].open};

	send_burst(t, call, b);
	for (unsigned s = 0; s < 2; s++)
		if (open[s] && !c->ear[s].open)
			fault(t, "%u is cut off by his own data", c->id);
}

static struct hbp_burst next_burst(struct call *call)
{
	static const uint8_t silence[TALK_AMBE_LEN] = {0xb9, 0xe8, 0x81, 0x52, 0x61,
	                                               0x73, 0x00, 0x2a, 0x6b};

	if (call->sent++ == 0) {
		uint8_t seq = call->talk.next.seq;
		struct hbp_burst b = talk_lc(&call->talk, DMR_VOICE_HEADER);
		b.seq = seq;
		call->talk.next.seq = (uint8_t)(seq + 1);
		return b;
	}
	return talk_voice(&call->talk, silence);
}

/* A sender of ours or of somebody's fancy: now and then it says something else than it began with.
 */
static void distort(struct trial *t, struct call *call, struct hbp_burst *b)
{
	static const enum burst_class classes[] = {BURST_CSBK,         BURST_DATA_HEADER,
	                                           BURST_RATE_12_DATA, BURST_PI_HEADER,
	                                           BURST_IDLE,         (enum burst_class)0x2f};

	call->plain = false;
	t->client[call->who].ear[0].talks = t->client[call->who].ear[1].talks = false;
	switch (below(t, 6)) {
	case 0:
		b->src++;
		break;
	case 1:
		b->unit = !b->unit;
		break;
	case 2:
		b->dst = 92;
		break;
	case 3:
		b->slot = (uint8_t)(3 - b->slot);
		break;
	case 4:
		b->class = classes[below(t, ARRAY_LEN(classes))];
		break;
	case 5:
		b->payload[below(t, DMR_BURST_LEN)] ^= 0x10;
		break;
	}
}

static void op_talk(struct trial *t)
{
	struct call *call = &t->call[below(t, CALLS)];

	t->doing = "talk";
	if (!call->running || (t->profile->in_time && t->now < call->due))
		return;
	uint8_t seq = call->talk.next.seq;
	struct hbp_burst b = next_burst(call);
	if (call->stuck)
		call->talk.next.seq = seq;
	call->due = t->now + 55;
	if (one_in(t, 60))
		distort(t, call, &b);
	switch (below(t, 24)) {
	case 0: /* lost */
		return;
	case 1: /* held back behind the next */
		if (!call->held) {
			call->before = b;
			call->held = true;
			return;
		}
		break;
	case 2: /* sent twice */
		send_next(t, call, &b);
		send_burst(t, call, &b);
		return;
	}
	send_next(t, call, &b);
	if (call->held) {
		bool plain = call->plain;
		call->plain = false; /* it comes late: nothing follows from it */
		send_burst(t, call, &call->before);
		call->plain = plain;
		call->held = false;
	}
}

static void op_unkey(struct trial *t)
{
	struct call *call = &t->call[below(t, CALLS)];

	t->doing = "unkey";
	if (!call->running)
		return;
	call->running = false;
	if (one_in(t, 4))
		return; /* faded out */
	struct hbp_burst b = talk_lc(&call->talk, DMR_TERMINATOR);
	for (uint32_t times = 1 + below(t, 3); times-- > 0; b.seq = (uint8_t)(b.seq + below(t, 2)))
		send_burst(t, call, &b);
}

static void op_data(struct trial *t)
{
	static const enum burst_class classes[] = {BURST_CSBK, BURST_DATA_HEADER};
	struct call data = {.who = below(t, CLIENTS), .data = true, .stuck = one_in(t, 4)};
	struct hbp_burst b = {
		.src = FIRST_RADIO + data.who,
		.dst = talkgroups[below(t, ARRAY_LEN(talkgroups))],
		.client = t->client[data.who].id,
		.slot = (uint8_t)(1 + below(t, 2)),
		.unit = one_in(t, 3),
		.stream = id_of_call(t, data.who),
	};

	t->doing = "data";
	for (uint32_t blocks = below(t, 4), i = 0; i <= blocks; i++) {
		b.class = i ? BURST_RATE_12_DATA : classes[below(t, 2)];
		b.payload[0] = (uint8_t)i;
		send_data(t, &data, &b);
		b.seq = (uint8_t)(b.seq + !data.stuck);
	}
	if (one_in(t, 10)) { /* voice under the id of data is a call like any */
		data.data = false;
		b.class = BURST_A;
		send_burst(t, &data, &b);
	}
}

/* From radio to radio: a header and its blocks in a clump, all of it or nothing. */
static void op_message(struct trial *t)
{
	struct call data = {.who = below(t, CLIENTS), .data = true};
	unsigned long before = t->messages;
	const struct client *c = &t->client[data.who];
	uint32_t blocks = 1 + below(t, 6), short_of;
	struct hbp_burst b = {
		.src = FIRST_RADIO + data.who,
		.dst = FIRST_RADIO + 1 +
	               below(t, CLIENTS - 1), /* the first is every hotspot's own */
		.client = c->id,
		.slot = (uint8_t)(1 + below(t, 2)),
		.unit = true,
		.class = BURST_DATA_HEADER,
		.stream = new_stream(t, data.who),
	};

	t->doing = "message";
	t->message = b.stream;
	t->message_to = NULL;
	for (uint32_t i = 0; i <= blocks; i++) {
		b.payload[0] = (uint8_t)i;
		send_data(t, &data, &b);
		b.class = BURST_RATE_12_DATA;
		b.seq++;
	}
	short_of = blocks + 1 - (uint32_t)(t->messages - before);
	if (t->message_to && short_of && t->profile->in_time && t->now - c->flooded > FLOOD_LASTS)
		fault(t, "a message of %u lacks %u blocks", c->id, (unsigned)short_of);
}

static void op_flood(struct trial *t)
{
	struct call *call = &t->call[below(t, CALLS)];

	t->doing = "flood";
	if (!call->running)
		return;
	t->client[call->who].flooded = t->now;
	call->plain = false;
	t->client[call->who].ear[0].talks = t->client[call->who].ear[1].talks = false;
	for (unsigned i = 0; i < 80; i++) {
		struct hbp_burst b = next_burst(call);
		send_burst(t, call, &b);
	}
}

static void one_operation(struct trial *t)
{
	struct client *c = &t->client[below(t, CLIENTS)];
	uint32_t dice = below(t, 1000);

	if (dice < 700)
		op_talk(t);
	else if (dice < 780)
		op_key_up(t);
	else if (dice < 820)
		op_unkey(t);
	else if (dice < 840)
		op_data(t);
	else if (dice < 850)
		op_message(t);
	else if (dice < 880)
		op_ping(t, c);
	else if (dice < 910)
		c->connected ? op_options(t, c) : op_login(t, c);
	else if (dice < 930)
		op_rows(t);
	else if (dice < 945)
		op_garbage(t, c);
	else if (dice < 950)
		op_login(t, c);
	else if (dice < 955)
		op_part_of_login(t, c);
	else if (dice < 960)
		op_close(t, c);
	else if (dice < 965)
		op_command(t);
	else if (dice < 966)
		op_reload(t);
	else if (dice < 967)
		op_flood(t);
	else if (dice < 968)
		op_option_storm(t, c);
	else if (dice < 975)
		sleep_for(t, below(t, 3000));
	else if (dice < 976)
		sleep_for(t, below(t, 50000));
	else
		sleep_for(t, below(t, 100));
	if (one_in(t, 3))
		sleep_for(t, below(t, 20));
}

/* All clients fall silent: nothing may be left over. */
static void end_of_trial(struct trial *t)
{
	t->doing = "silence at the end";
	sleep_for(t, 20 * TICK_MINUTE); /* hints of idents may be of sessions long gone */
	if (!t->failed && core_has_sessions(t->world.core))
		fault(t, "a session outlived the silence");
	if (!t->failed && core_next(t->world.core) != TICK_NEVER)
		fault(t, "something still waits for its time");
}

static bool trial_run(struct trial *t, unsigned long seed, const struct profile *profile,
                      unsigned long steps)
{
	char story[64];

	memset(t, 0, sizeof(*t));
	t->digest = GOLDEN_START;
	t->seed = seed;
	t->profile = profile;
	t->random = seed * 1000003 + 17;
	t->doing = "start";
	t->now = WORLD_START;
	world_open(&t->world, profile->conf, (uint8_t)seed);
	world_open(&t->twin, profile->conf, (uint8_t)seed);
	for (unsigned i = 0; i < CLIENTS; i++) {
		t->client[i].id = 234500001 + i;
		t->client[i].at = world_endpoint((uint8_t)i, 1000);
		t->client[i].simplex = i % 3 == 2;
		t->client[i].flooded = t->client[i].echoed = TICK_LONG_AGO;
		deaf(&t->client[i]);
	}
	for (t->step = 0; t->step < steps && !t->failed; t->step++)
		one_operation(t);
	end_of_trial(t);
	if (!t->failed && profile->in_time && (t->due[0] < steps / 500 || t->due[1] < steps / 200))
		fault(t, "hardly anything was due: %lu and %lu frames", t->due[0], t->due[1]);
	if (!t->failed && profile->in_time && (!t->messages || t->played < steps / 100))
		fault(t, "hardly anything was sent or played: %lu blocks, %lu frames", t->messages,
		      t->played);
	if (!t->failed && (t->heard < steps / 50 || t->calls_heard < steps / 500))
		fault(t, "hardly anything was heard: %lu frames, %lu calls", t->heard,
		      t->calls_heard);
	snprintf(story, sizeof(story), "random %s %lu", profile->name, seed);
	if (!t->failed && !golden_is(story, t->digest))
		fault(t, "its digest in " GOLDEN_FILE " is another");
	world_close(&t->world);
	world_close(&t->twin);
	return !t->failed;
}

static unsigned long only_seed;

static void play(const struct profile *profile)
{
	static struct trial trial;
	unsigned long first = only_seed ? only_seed : 1, last = only_seed ? only_seed : SEEDS;

	for (unsigned long seed = first; seed <= last; seed++)
		if (!trial_run(&trial, seed, profile, STEPS))
			return;
}

T_CASE(any_order_of_events_leaves_it_whole)
{
	play(&profiles[0]);
}

T_CASE(single_mode_and_reflectors_leave_it_whole)
{
	play(&profiles[1]);
}

T_CASE(full_tables_leave_it_whole)
{
	play(&profiles[2]);
}

int main(int argc, char **argv)
{
	const char *given = argc > 1 ? argv[1] : getenv("SEED");

	only_seed = given ? strtoul(given, NULL, 10) : 0;
	return t_run(__FILE__);
}
