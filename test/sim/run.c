/*
 * Plays scenario files: events at times, and what the server must do. The language is told in
 * test/sim/README.
 *
 * Each scenario runs twice on cores of the same seed under a virtual clock, the second time with
 * the core in a process of its own (split.h). Both runs must give the same actions and the same
 * state hash after every step, EVENT_TIME comes exactly when core_next() asks for it, core_check()
 * must be content after every step, and every DMRD that leaves is read by judge.h.
 *
 * A scenario stops at its first fault: "not ok NAME: FILE:LINE: what".
 */
#include <ctype.h>
#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "conf/parse.h"
#include "sim/judge.h"
#include "sim/split.h"
#include "sim/ways.h"
#include "hotspot/talk.h"
#include "base/arena.h"
#include "base/cursor.h"
#include "core/actions.h"
#include "core/core.h"
#include "wire/command.h"
#include "wire/hbp.h"
#include "wire/obp.h"
#include "wire/record.h"

#define WORDS_MAX 64
#define CLIENTS_MAX 4096
#define LINE_MAX_LEN 1024
#define START_TICK 1000000 /* so that 0 is long ago */
#define PING_EVERY 10000
#define PASSPHRASE "correct horse"
#define KEEPALIVE_EVERY 10000
#define WALL_START UINT64_C(1800000000000000000) /* ns since 1970 at START_TICK */
#define PEER_ID 0xE0000000u /* + the peer's place: what its frames go by in here */
#define PEERS_MAX 16u

#define CONFIG_MAX 8192u /* octets of each of the two blocks */

static const uint8_t silent_frames[300 * 27]; /* what a recording of a scenario consists of */

static const char server_head[] = "[server]\nid = 2345\n";
static const char listener_head[] =
	"[listener hotspots]\nbind = 192.0.2.1:62031\npassphrase = " PASSPHRASE "\n";

/* A scenario as read from its file. */

/* What a peer puts around a frame. */
struct mesh {
	uint32_t server, repeater, id; /* server and id: 0 = as configured */
	uint8_t hops;
	int64_t age; /* of the time stamp, ms */
	char passphrase[24]; /* "" = the right one */
};

/* One thing to do: a statement's words, or one datagram of a transmission. */
struct step {
	tick_t at;
	unsigned order;
	int line;
	char **word; /* NULL-terminated; NULL for a datagram */
	uint32_t client;
	struct addr from; /* a datagram's sender; port 0 = the client's own address */
	size_t len;
	uint8_t frame[JUDGE_FRAME_LEN];
	bool honest; /* its LC names what its DMRD names */
	struct mesh mesh;
};

#define HISTORY 16u

/* A transmission under way while the file is read. */
struct talker {
	uint32_t client;
	struct talk talk;
	uint32_t lc_dst; /* 0 = as the DMRD says */
	tick_t every;
	size_t len;
	struct addr from;
	unsigned voice;
	struct step history[HISTORY];
	unsigned sent;
	struct mesh mesh;
};

struct scenario {
	const char *path;
	char *config;
	struct step *steps;
	size_t count, cap;
	struct talker *talkers;
	size_t talker_count;
	tick_t end_of_talk;
	char *peers[PEERS_MAX]; /* names, in the order the file says them */
	uint32_t peer_count;
};

/* One run of it. */

struct client {
	uint32_t id;
	struct addr addr;
	uint32_t listener;
	bool pings;
	bool quiet_pong; /* the pong of an automatic ping is awaited */
	tick_t next_ping;
	struct judge slot[2];
};

/* A neighbour, as the configuration has it. */
struct neighbour {
	const struct conf_peer *conf;
	struct obp_key key;
	struct addr addr;
	bool silent;
	tick_t next_keepalive;
};

/* One datagram that left. */
struct item {
	tick_t at;
	struct addr to;
	bool burst;
	bool read;
	uint32_t id;
	size_t len;
	uint8_t bytes[SEND_MAX];
	bool mesh_bound;         /* it went to a peer */
	struct obp_message mesh; /* of what went to a peer; its burst stands in `bytes` as a DMRD */
};

struct hashes {
	uint64_t *v;
	size_t count, cap;
};

struct challenge {
	struct addr at;
	uint8_t salt[4];
};

/* What others may know of a core between two steps. */
struct standing {
	uint64_t hash;
	tick_t next;
	bool wants_rows;
	char fault[160]; /* "" = none */
};

/* An event on its way to a core elsewhere; the octets of a datagram follow. */
struct question {
	tick_t now;
	struct event event;
	struct command command;
	struct audio_word recording;
};

struct run {
	struct audio_word recording;
	const struct scenario *scenario;
	struct conf conf;
	struct arena arena;
	struct core *core; /* NULL: it is in the other process */
	struct split split;
	struct standing standing;
	struct actions actions;
	tick_t now;
	int line;
	unsigned starts;
	uint32_t commands;
	bool jumps;
	struct client *clients;
	size_t client_count;
	struct neighbour neighbours[PEERS_MAX]; /* by their place in the scenario */
	bool clock_unset;
	struct item *items;
	size_t item_count, item_cap, item_first; /* item_first: all before are read */
	struct record *records;
	size_t record_count, record_cap, record_at;
	struct record *rows; /* of the latest snapshot */
	size_t row_count, row_cap;
	struct challenge *challenges;
	size_t challenge_count, challenge_cap;
	struct hashes hashes;
	const struct hashes *first; /* of the first run; NULL during it */
	const uint8_t *in;          /* the DMRD of this step, when it is one and honest */
	uint8_t *copy;              /* of the datagram of this step */
	jmp_buf out;
};

static bool verbose;
static char complaint[2048];

static _Noreturn PRINTF_LIKE(2, 3) void fail(struct run *r, const char *format, ...)
{
	va_list args;
	va_start(args, format);
	int n = snprintf(complaint, sizeof(complaint), "%s:%d: ", r->scenario->path, r->line);
	vsnprintf(complaint + n, sizeof(complaint) - (size_t)n, format, args);
	va_end(args);
	longjmp(r->out, 1);
}

static void *grow(void *rows, size_t *cap, size_t need, size_t size)
{
	if (need <= *cap)
		return rows;
	*cap = need * 2;
	rows = realloc(rows, *cap * size);
	if (!rows)
		abort();
	return rows;
}

static tick_t since_start(const struct run *r)
{
	return r->now - START_TICK;
}

/* Describing. */

static const char *describe_part(const struct seen *f)
{
	static char text[32];
	if (f->type == 2)
		return dmr_data_type_name((enum dmr_data_type)f->detail);
	snprintf(text, sizeof(text), "voice %c", "ABCDEF??????????"[f->detail]);
	return text;
}

static const char *describe(const struct item *i)
{
	static char text[200];
	if (i->burst) {
		struct seen f = judge_read(i->bytes);
		snprintf(text, sizeof(text),
		         "%s %s %" PRIu32 " slot %d src %" PRIu32 " stream %08" PRIx32
		         " seq %d (at %" PRId64 ")",
		         describe_part(&f), f.unit ? "unit" : "tg", f.dst, f.slot, f.src, f.stream,
		         f.seq, i->at);
	} else {
		struct hbp_message m;
		const char *reason;
		bool read = hbp_parse(i->bytes, i->len, &m, &reason) == PARSE_OK;
		snprintf(text, sizeof(text), "%.*s (%zu octets, at %" PRId64 ")",
		         i->len < 7 ? (int)i->len : 7,
		         read ? hbp_kind_name(m.kind) : (const char *)i->bytes, i->len, i->at);
	}
	return text;
}

/* Clients. */

static struct client *client_find(struct run *r, uint32_t id)
{
	for (size_t i = 0; i < r->client_count; i++)
		if (r->clients[i].id == id)
			return &r->clients[i];
	return NULL;
}

static struct client *client_of(struct run *r, uint32_t id)
{
	struct client *c = client_find(r, id);
	if (c)
		return c;
	if (r->client_count == CLIENTS_MAX)
		fail(r, "more than %d clients", CLIENTS_MAX);
	c = &r->clients[r->client_count++];
	*c = (struct client){.id = id};
	uint8_t ip[4] = {10, 0, (uint8_t)(r->client_count >> 8), (uint8_t)r->client_count};
	c->addr = addr_v4(ip, 62030);
	return c;
}

static struct neighbour *neighbour_of(struct run *r, const char *name)
{
	for (uint32_t i = 0; i < r->scenario->peer_count; i++)
		if (strcmp(r->scenario->peers[i], name) == 0)
			return &r->neighbours[i];
	fail(r, "no peer \"%s\"", name);
}

static uint32_t neighbour_id(const struct run *r, const struct neighbour *n)
{
	return PEER_ID + (uint32_t)(n - r->neighbours);
}

/* What leaves. */

static void hash_add(uint64_t *h, const void *bytes, size_t len)
{
	const uint8_t *at = bytes;
	for (size_t i = 0; i < len; i++)
		*h = (*h ^ at[i]) * 1099511628211u;
}

static void hashes_push(struct run *r, uint64_t v)
{
	r->hashes.v = grow(r->hashes.v, &r->hashes.cap, r->hashes.count + 1, sizeof(uint64_t));
	r->hashes.v[r->hashes.count++] = v;
	if (r->first &&
	    (r->hashes.count > r->first->count || r->first->v[r->hashes.count - 1] != v))
		fail(r, "the second run differs from the first at %" PRId64, since_start(r));
}

static bool is_ambe(size_t bit)
{
	return bit < 108 || bit >= 156;
}

static bool gives_alias(const struct run *r)
{
	for (uint32_t i = 0; i < r->conf.listener_count; i++)
		if (r->conf.listener[i].alias)
			return true;
	return false;
}

/* The voice is the talker's, to the bit; and all of the burst is, where the LC had not to change.
 */
static const char *judge_voice_kept(const struct run *r, const struct seen *out)
{
	if (!r->in || !judge_voice(out))
		return NULL;
	struct seen in = judge_read(r->in);
	if (in.stream != out->stream || in.seq != out->seq)
		return NULL;
	if (!gives_alias(r) && in.dst == out->dst && in.src == out->src && in.unit == out->unit)
		return memcmp(in.burst, out->burst, DMR_BURST_LEN) == 0
		               ? NULL
		               : "the burst was changed without need";
	for (int bit = 0; bit < 264; bit++)
		if (is_ambe((size_t)bit) && judge_bit(in.burst, bit) != judge_bit(out->burst, bit))
			return "the voice was changed";
	return NULL;
}

static void judge_item(struct run *r, const struct item *i)
{
	if (i->len != JUDGE_FRAME_LEN)
		fail(r, "a DMRD of %zu octets left", i->len);
	struct seen f = judge_read(i->bytes);
	if (f.client != i->id)
		fail(r, "%" PRIu32 " got a DMRD with the id of %" PRIu32, i->id, f.client);
	if (i->mesh_bound) {
		const char *changed = judge_voice_kept(r, &f);
		if (changed)
			fail(r, "a peer got %s: %s", describe(i), changed);
		return;
	}
	struct client *c = client_of(r, i->id);
	if (!addr_equal(&c->addr, &i->to))
		fail(r, "a DMRD for %" PRIu32 " left to another address: %s", i->id, describe(i));
	const char *fault = judge_frame(&c->slot[f.slot - 1], &f, r->jumps);
	if (!fault)
		fault = judge_voice_kept(r, &f);
	if (fault)
		fail(r, "%" PRIu32 " got %s: %s", i->id, describe(i), fault);
}

/* What goes to a peer is authentic, is signed with its key, and names us. */
static void read_for_peer(struct run *r, struct item *i, uint32_t socket)
{
	const char *reason = "";
	struct neighbour *n = NULL;
	for (uint32_t p = 0; p < r->scenario->peer_count && !n; p++)
		if (r->neighbours[p].conf->socket == socket &&
		    addr_equal(&r->neighbours[p].addr, &i->to))
			n = &r->neighbours[p];
	if (!n)
		fail(r, "a datagram left to nobody on the mesh: %s", describe(i));
	i->id = neighbour_id(r, n);
	i->mesh_bound = true;
	if (obp_parse(i->bytes, i->len, &i->mesh, &reason) != PARSE_OK)
		fail(r, "%s got what is no OpenBridge: %s", n->conf->name, reason);
	if (!obp_authentic(&n->key, i->bytes, i->len, &i->mesh))
		fail(r, "%s got %s, not authentic", n->conf->name, obp_kind_name(i->mesh.kind));
	i->burst = i->mesh.kind == OBP_BURST;
	i->read = i->mesh.kind == OBP_KEEPALIVE;
	if (!i->burst)
		return;
	uint32_t ours = n->conf->local_id ? n->conf->local_id : r->conf.server.id;
	if (i->mesh.burst.frame.client != ours || i->mesh.burst.slot_bit)
		fail(r, "%s got a burst with another server id, or of slot 2", n->conf->name);
	if ((i->mesh.version == 1) != (n->conf->protocol == PEER_OBP))
		fail(r, "%s got a burst of another version", n->conf->name);
	struct hbp_burst b = i->mesh.burst.frame;
	b.client = i->id;
	struct wr w = wr_make(i->bytes, sizeof(i->bytes));
	hbp_write_burst(&w, &b);
	i->len = wr_len(&w);
}

static void take_target(struct run *r, const struct target *t, uint64_t *hash)
{
	const struct send *s = &r->actions.sends[t->send];
	r->items = grow(r->items, &r->item_cap, r->item_count + 1, sizeof(*r->items));
	struct item *i = &r->items[r->item_count++];
	*i = (struct item){.at = since_start(r), .to = t->where.to, .id = t->id, .len = s->len};
	memcpy(i->bytes, s->bytes, s->len);
	if (s->id_at)
		for (unsigned b = 0; b < 4; b++)
			i->bytes[s->id_at + b] = (uint8_t)(t->id >> (24 - 8 * b));
	i->burst = i->len > 4 && memcmp(i->bytes, "DMRD", 4) == 0;
	hash_add(hash, i->bytes, i->len);
	hash_add(hash, &i->to.ip, sizeof(i->to.ip));
	hash_add(hash, &i->to.port, sizeof(i->to.port));
	if (t->where.socket >= r->conf.listener_count &&
	    t->where.socket < r->conf.socket_count - r->conf.uplink_count)
		read_for_peer(r, i, t->where.socket);
	if (verbose)
		printf("  %8" PRId64 "   -> %" PRIu32 " %s\n", i->at, i->id, describe(i));
	if (!addr_same_ip(&t->where.from, conf_socket_bind(&r->conf, t->where.socket)))
		fail(r, "%s left from another address than it was asked at", describe(i));
	if (i->burst)
		judge_item(r, i);
	if (i->len == 10 && memcmp(i->bytes, "RPTACK", 6) == 0) {
		r->challenges = grow(r->challenges, &r->challenge_cap, r->challenge_count + 1,
		                     sizeof(*r->challenges));
		struct challenge *c = &r->challenges[r->challenge_count++];
		c->at = i->to;
		memcpy(c->salt, i->bytes + 6, 4);
	}
}

static void show_record(const struct record *rec)
{
	char line[1500];
	struct text t = text_make(line, sizeof(line));
	record_json(&t, rec, -START_TICK);
	printf("           %s %s %s %s\n", record_kind_name(rec->kind), change_name(rec->change),
	       cause_name(rec->cause), line);
}

static void take_record(struct run *r, const struct record *rec, uint64_t *hash)
{
	uint8_t bytes[RECORD_MAX];
	struct wr w = wr_make(bytes, sizeof(bytes));
	record_write(&w, rec);
	if (wr_len(&w) == 0)
		fail(r, "a record does not fit RECORD_MAX: %s", record_kind_name(rec->kind));
	hash_add(hash, bytes, wr_len(&w));
	if (rec->change == CHANGE_SNAPSHOT && rec->kind < RECORD_ROWS) {
		r->rows = grow(r->rows, &r->row_cap, r->row_count + 1, sizeof(*r->rows));
		r->rows[r->row_count++] = *rec;
		return;
	}
	if (verbose)
		show_record(rec);
	r->records = grow(r->records, &r->record_cap, r->record_count + 1, sizeof(*r->records));
	r->records[r->record_count++] = *rec;
}

/* Stepping. */

static struct standing stand(const struct core *core)
{
	struct standing s = {
		.hash = core_hash(core),
		.next = core_next(core),
		.wants_rows = core_wants_rows(core),
	};
	const char *fault = core_check(core);

	if (fault)
		text_copy(s.fault, sizeof(s.fault), fault);
	return s;
}

/* Every listener has the recording of the scenario, and no other. */
static void hold_recording(struct run *r)
{
	for (uint32_t i = 0; r->recording.clip.count && i < r->conf.listener_count; i++)
		r->conf.listener[i].voice = (struct audio){.words = &r->recording, .count = 1};
}

/* The other process: takes events until nobody asks any more. */
static _Noreturn void serve(struct run *r)
{
	struct question q;

	while (split_get(r->split.fd, &q, sizeof(q))) {
		bool has_octets = q.event.kind == EVENT_DATAGRAM;
		size_t len = has_octets ? q.event.datagram.len : 0;
		uint8_t *octets = malloc(len ? len : 1);
		if (!octets || !split_get(r->split.fd, octets, len))
			break;
		if (has_octets)
			q.event.datagram.bytes = octets;
		if (q.event.kind == EVENT_COMMAND)
			q.event.command = &q.command;
		r->recording = q.recording;
		hold_recording(r);
		core_step(r->core, q.now, &q.event, &r->actions);
		struct standing s = stand(r->core);
		free(octets);
		if (!split_put(r->split.fd, &s, sizeof(s)) ||
		    !split_put_actions(r->split.fd, &r->actions))
			break;
		actions_empty(&r->actions);
	}
	_exit(0);
}

static void step_elsewhere(struct run *r, const struct event *e)
{
	struct question q = {.now = r->now, .event = *e, .recording = r->recording};

	if (e->kind == EVENT_COMMAND)
		q.command = *e->command;
	if (!split_put(r->split.fd, &q, sizeof(q)) ||
	    (e->kind == EVENT_DATAGRAM &&
	     !split_put(r->split.fd, e->datagram.bytes, e->datagram.len)) ||
	    !split_get(r->split.fd, &r->standing, sizeof(r->standing)) ||
	    !split_get_actions(r->split.fd, &r->actions))
		fail(r, "the process of the core is gone");
}

static void step(struct run *r, struct event *e)
{
	e->wall_ns = r->clock_unset ? 0 : WALL_START + (uint64_t)since_start(r) * 1000000u;
	if (!actions_have_room(&r->actions))
		fail(r, "an empty action list has no room for a step");
	if (r->split.child) {
		step_elsewhere(r, e);
	} else {
		ways_go(r->core, r->now, false);
		core_step(r->core, r->now, e, &r->actions);
		ways_go(r->core, r->now, false);
		r->standing = stand(r->core);
	}
	uint64_t hash = 14695981039346656037u;
	hash_add(&hash, &r->now, sizeof(r->now));
	for (uint32_t i = 0; i < r->actions.target_count; i++)
		take_target(r, &r->actions.targets[i], &hash);
	for (uint32_t i = 0; i < r->actions.record_count; i++)
		take_record(r, &r->actions.records[i], &hash);
	hashes_push(r, hash);
	hashes_push(r, r->standing.hash);
	if (r->actions.refused_total)
		fail(r, "an action did not fit (event %s)", event_kind_name(e->kind));
	if (r->standing.fault[0])
		fail(r, "core_check: %s (event %s at %" PRId64 ")", r->standing.fault,
		     event_kind_name(e->kind), since_start(r));
	actions_empty(&r->actions);
}

static void datagram(struct run *r, const uint8_t *bytes, size_t len, struct addr from,
                     uint32_t socket)
{
	/* On the heap and of exactly this size, so that the sanitiser sees a read beyond it. */
	uint8_t *copy = realloc(r->copy, len ? len : 1);
	if (!copy)
		abort();
	r->copy = memcpy(copy, bytes, len);
	struct event e = {
		.kind = EVENT_DATAGRAM,
		.datagram = {.bytes = copy,
	                     .len = len,
	                     .from = {.to = from,
	                              .from = *conf_socket_bind(&r->conf, socket),
	                              .socket = socket}},
	};
	if (verbose) {
		char text[ADDR_TEXT_MAX];
		printf("  %8" PRId64 " <- %s ", since_start(r), addr_format(&from, text));
		if (len == JUDGE_FRAME_LEN) {
			struct item i = {.burst = true, .at = since_start(r), .len = len};
			memcpy(i.bytes, bytes, len);
			printf("%s\n", describe(&i));
		} else {
			printf("%.7s, %zu octets\n", len > 6 ? (const char *)bytes : "", len);
		}
	}
	step(r, &e);
}

static void write_from(struct run *r, const struct wr *w, const struct client *c)
{
	datagram(r, w->start, wr_len(w), c->addr, c->listener);
}

static struct item *unread(struct run *r, const struct addr *at, uint32_t id)
{
	while (r->item_first < r->item_count && r->items[r->item_first].read)
		r->item_first++;
	for (size_t i = r->item_first; i < r->item_count; i++) {
		struct item *item = &r->items[i];
		if (item->mesh_bound && id != item->id)
			continue;
		if (!item->read && (at ? !item->burst && addr_equal(&item->to, at)
		                       : item->burst && item->id == id))
			return item;
	}
	return NULL;
}

static void auto_ping(struct run *r, struct client *c)
{
	uint8_t buf[16];
	struct wr w = wr_make(buf, sizeof(buf));
	hbp_write_ping(&w, c->id);
	c->next_ping += PING_EVERY;
	size_t before = r->item_count;
	write_from(r, &w, c);
	if (r->item_count == before + 1 && memcmp(r->items[before].bytes, "MSTPONG", 7) == 0)
		r->items[before].read = true;
	else
		c->pings = false; /* as a real client after MSTNAK */
}

static void say(struct run *r, struct neighbour *n, const struct wr *w, const struct addr *from)
{
	datagram(r, w->start, wr_len(w), *from, n->conf->socket);
}

static void auto_keepalive(struct run *r, struct neighbour *n)
{
	uint8_t buf[32];
	struct wr w = wr_make(buf, sizeof(buf));
	obp_write_keepalive(&w, &n->key);
	n->next_keepalive += KEEPALIVE_EVERY;
	say(r, n, &w, &n->addr);
}

static struct neighbour *next_neighbour(struct run *r)
{
	struct neighbour *first = NULL;
	for (uint32_t i = 0; i < r->scenario->peer_count; i++) {
		struct neighbour *n = &r->neighbours[i];
		if (!n->silent && n->conf->protocol == PEER_FBP &&
		    (!first || n->next_keepalive < first->next_keepalive))
			first = n;
	}
	return first;
}

static struct client *next_pinger(struct run *r)
{
	struct client *first = NULL;
	for (size_t i = 0; i < r->client_count; i++)
		if (r->clients[i].pings && (!first || r->clients[i].next_ping < first->next_ping))
			first = &r->clients[i];
	return first;
}

/* Lets time pass: the core is woken exactly when it asks to be. */
static void advance(struct run *r, tick_t until)
{
	unsigned stuck = 0;
	for (;;) {
		struct client *c = next_pinger(r);
		struct neighbour *n = next_neighbour(r);
		tick_t due = r->standing.next;
		bool ping = c && c->next_ping < due;
		if (ping)
			due = c->next_ping;
		bool keepalive = n && n->next_keepalive < due;
		if (keepalive)
			due = n->next_keepalive;
		if (due > until)
			break;
		stuck = due > r->now ? 0 : stuck + 1;
		if (stuck > 10000)
			fail(r, "core_next() stands still at %" PRId64, since_start(r));
		r->now = due > r->now ? due : r->now;
		if (keepalive)
			auto_keepalive(r, n);
		else if (ping)
			auto_ping(r, c);
		else
			step(r, &(struct event){.kind = EVENT_TIME});
	}
	r->now = until;
}

/* Words. */

struct words {
	struct run *run;
	char **at;
};

static bool word_is(const struct words *w, const char *text)
{
	return *w->at && strcmp(*w->at, text) == 0;
}

static bool word_take(struct words *w, const char *text)
{
	if (!word_is(w, text))
		return false;
	w->at++;
	return true;
}

static char *word_next(struct words *w)
{
	if (!*w->at)
		fail(w->run, "the statement ends too early");
	return *w->at++;
}

/* All that is left of the statement. */
static char **words_rest(struct words *w)
{
	char **rest = w->at;
	while (*w->at)
		w->at++;
	return rest;
}

static uint32_t word_number(struct words *w)
{
	char *end, *text = word_next(w);
	unsigned long v = strtoul(text, &end, 10);
	if (*end || end == text)
		fail(w->run, "a number is expected, not \"%s\"", text);
	return (uint32_t)v;
}

static struct addr word_addr(struct words *w)
{
	struct addr a;
	char *text = word_next(w);
	if (!addr_parse(text, 0, &a))
		fail(w->run, "an address is expected, not \"%s\"", text);
	return a;
}

static bool is_number(const char *text)
{
	return *text && strspn(text, "0123456789") == strlen(text);
}

static size_t hex_octets(const char *text, uint8_t *out, size_t cap)
{
	size_t n = strlen(text) / 2;
	if (strlen(text) % 2 || n > cap || strspn(text, "0123456789abcdefABCDEF") != strlen(text))
		return 0;
	for (size_t i = 0; i < n; i++) {
		unsigned octet;
		if (sscanf(text + 2 * i, "%2x", &octet) != 1)
			return 0;
		out[i] = (uint8_t)octet;
	}
	return n;
}

/* Its place; the number of uplinks when there is none of that name. */
static uint32_t uplink_of(const struct run *r, const char *name)
{
	uint32_t i = 0;
	while (i < r->conf.uplink_count && strcmp(r->conf.uplink[i].name, name) != 0)
		i++;
	return i;
}

static uint32_t listener_of(struct run *r, const char *name)
{
	for (uint32_t i = 0; i < r->conf.listener_count; i++)
		if (strcmp(r->conf.listener[i].name, name) == 0)
			return i;
	uint32_t uplink = uplink_of(r, name);
	if (uplink < r->conf.uplink_count)
		return r->conf.uplink[uplink].socket;
	fail(r, "no listener \"%s\"", name);
}

/* Statements: clients. */

/* What the words after an id may say. */
struct about {
	struct addr addr;
	uint32_t listener;
	bool simplex, silent, refused;
	const char *options, *passphrase;
	bool stolen; /* answers a challenge that was sent to `challenged` */
	struct addr challenged;
};

static struct about read_about(struct words *w, struct client *c)
{
	struct about a = {.addr = c->addr, .listener = c->listener, .passphrase = PASSPHRASE};
	while (*w->at) {
		if (word_take(w, "from"))
			a.addr = word_addr(w);
		else if (word_take(w, "on"))
			a.listener = listener_of(w->run, word_next(w));
		else if (word_take(w, "simplex"))
			a.simplex = true;
		else if (word_take(w, "silent"))
			a.silent = true;
		else if (word_take(w, "refused"))
			a.refused = true;
		else if (word_take(w, "options"))
			a.options = word_next(w);
		else if (word_take(w, "pass"))
			a.passphrase = word_next(w);
		else if (word_take(w, "challenge-of")) {
			a.challenged = word_addr(w);
			a.stolen = true;
		} else
			fail(w->run, "\"%s\" is not understood here", *w->at);
	}
	return a;
}

static void send_login(struct run *r, uint32_t id, const struct about *a)
{
	uint8_t buf[16];
	struct wr w = wr_make(buf, sizeof(buf));
	hbp_write_login(&w, id);
	datagram(r, buf, wr_len(&w), a->addr, a->listener);
}

static void send_key(struct run *r, uint32_t id, const struct about *a)
{
	const struct addr *at = a->stolen ? &a->challenged : &a->addr;
	const struct challenge *found = NULL;
	for (size_t i = r->challenge_count; i-- > 0 && !found;) {
		/* An RPTACK that echoes the id is no challenge. */
		if (addr_equal(&r->challenges[i].at, at) &&
		    judge_number(r->challenges[i].salt, 4) != id)
			found = &r->challenges[i];
	}
	if (!found)
		fail(r, "no challenge was sent to that address");
	uint8_t buf[64], digest[SHA256_LEN];
	hbp_digest(found->salt, a->passphrase, digest);
	struct wr w = wr_make(buf, sizeof(buf));
	hbp_write_key(&w, id, digest);
	datagram(r, buf, wr_len(&w), a->addr, a->listener);
}

static void send_config(struct run *r, uint32_t id, const struct about *a)
{
	struct hbp_config config = {.callsign = "N0CALL",
	                            .rx_hz = 433000000,
	                            .tx_hz = 433000000,
	                            .cc = 1,
	                            .slots = a->simplex ? '4' : '3',
	                            .package = "MMDVM",
	                            .software = "sim"};
	uint8_t buf[HBP_DATAGRAM_MAX];
	struct wr w = wr_make(buf, sizeof(buf));
	hbp_write_config(&w, id, &config);
	datagram(r, buf, wr_len(&w), a->addr, a->listener);
}

static void send_options(struct run *r, uint32_t id, const struct about *a)
{
	uint8_t buf[HBP_DATAGRAM_MAX];
	struct wr w = wr_make(buf, sizeof(buf));
	hbp_write_options(&w, id, a->options, strlen(a->options));
	datagram(r, buf, wr_len(&w), a->addr, a->listener);
}

static void want_answer(struct run *r, const struct about *a, const char *tag, const char *when)
{
	struct item *i = unread(r, &a->addr, 0);
	if (!i)
		fail(r, "no answer to %s, expected %s", when, tag);
	if (i->len < strlen(tag) || memcmp(i->bytes, tag, strlen(tag)) != 0)
		fail(r, "the answer to %s is %s, expected %s", when, describe(i), tag);
	i->read = true;
}

/* The client lives at this address from now on. */
static void settle(struct run *r, struct client *c, const struct about *a)
{
	c->addr = a->addr;
	c->listener = a->listener;
	c->pings = !a->silent;
	c->next_ping = r->now + PING_EVERY;
}

static void do_login(struct run *r, struct words *w)
{
	struct client *c = client_of(r, word_number(w));
	struct about a = read_about(w, c);
	send_login(r, c->id, &a);
	want_answer(r, &a, "RPTACK", "RPTL");
	send_key(r, c->id, &a);
	want_answer(r, &a, a.refused ? "MSTNAK" : "RPTACK", "RPTK");
	if (a.refused)
		return;
	memset(c->slot, 0, sizeof(c->slot));
	settle(r, c, &a);
	send_config(r, c->id, &a);
	want_answer(r, &a, "RPTACK", "RPTC");
	if (!a.options)
		return;
	send_options(r, c->id, &a);
	want_answer(r, &a, "RPTACK", "RPTO");
}

/* "logins 1000 from 2310000 [options ...]": a crowd behind one address, one port each. */
static void do_logins(struct run *r, struct words *w)
{
	uint32_t count = word_number(w);
	if (!word_take(w, "from"))
		fail(r, "logins COUNT from ID");
	uint32_t first = word_number(w);
	char **rest = words_rest(w);
	for (uint32_t i = 0; i < count; i++) {
		char id[16];
		snprintf(id, sizeof(id), "%" PRIu32, first + i);
		char *words[WORDS_MAX] = {id};
		for (size_t n = 0; rest[n] && n + 2 < WORDS_MAX; n++)
			words[n + 1] = rest[n];
		do_login(r, &(struct words){r, words});
	}
}

static void do_challenge(struct run *r, struct words *w)
{
	struct client *c = client_of(r, word_number(w));
	struct about a = read_about(w, c);
	send_login(r, c->id, &a);
}

static void do_answer(struct run *r, struct words *w)
{
	struct client *c = client_of(r, word_number(w));
	struct about a = read_about(w, c);
	send_key(r, c->id, &a);
}

static void do_configure(struct run *r, struct words *w)
{
	struct client *c = client_of(r, word_number(w));
	struct about a = read_about(w, c);
	settle(r, c, &a);
	send_config(r, c->id, &a);
}

static void do_send(struct run *r, struct words *w)
{
	uint8_t buf[1600];
	size_t len = 0;
	while (*w->at && !word_is(w, "from")) {
		char *text = word_next(w);
		if (strncmp(text, "id:", 3) == 0) {
			uint32_t id = (uint32_t)strtoul(text + 3, NULL, 10);
			for (int b = 24; b >= 0; b -= 8)
				buf[len++] = (uint8_t)(id >> b);
		} else if (strncmp(text, "text:", 5) == 0) {
			len += (size_t)snprintf((char *)buf + len, sizeof(buf) - len, "%s",
			                        text + 5);
		} else if (strncmp(text, "zeros:", 6) == 0) {
			size_t n = (size_t)atol(text + 6);
			memset(buf + len, 0, n);
			len += n;
		} else {
			size_t n = hex_octets(text, buf + len, sizeof(buf) - len);
			if (n == 0)
				fail(r,
				     "hex, id:NUMBER, text:WORD or zeros:COUNT is expected, not "
				     "\"%s\"",
				     text);
			len += n;
		}
	}
	struct client none = {0};
	struct about a = read_about(w, &none);
	datagram(r, buf, len, a.addr, a.listener);
}

static void do_options(struct run *r, struct words *w)
{
	struct client *c = client_of(r, word_number(w));
	char *text = word_next(w);
	struct about a = read_about(w, c);
	a.options = text;
	send_options(r, c->id, &a);
}

/* "ID logs out", "ID pings [from ADDR]", "ID falls silent". */
static void do_client(struct run *r, struct words *w)
{
	struct client *c = client_of(r, word_number(w));
	char *verb = word_next(w);
	uint8_t buf[16];
	struct wr out = wr_make(buf, sizeof(buf));
	if (strcmp(verb, "logs") == 0 && word_take(w, "out")) {
		hbp_write_close(&out, c->id);
		c->pings = false;
	} else if (strcmp(verb, "falls") == 0 && word_take(w, "silent")) {
		c->pings = false;
		return;
	} else if (strcmp(verb, "moves") == 0 && word_take(w, "to")) {
		c->addr = word_addr(w);
		return;
	} else if (strcmp(verb, "pings") == 0) {
		hbp_write_ping(&out, c->id);
	} else {
		fail(r, "a client can talk, ping, log out, move or fall silent, not \"%s\"", verb);
	}
	struct about a = read_about(w, c);
	datagram(r, buf, wr_len(&out), a.addr, a.listener);
}

/* Statements: peers. */

static struct mesh own_mesh(const struct run *r, const struct neighbour *n, const struct mesh *m)
{
	struct mesh out = *m;
	uint32_t theirs = n->conf->remote_id ? n->conf->remote_id : r->conf.server.id + 1;
	out.id = m->id ? m->id : theirs;
	out.server = m->server ? m->server : theirs;
	out.hops = m->hops ? m->hops : 1;
	return out;
}

/* A frame that was written down as a DMRD, as the peer sends it. */
static void peer_frame(struct run *r, const struct step *s)
{
	struct neighbour *n = &r->neighbours[s->client - PEER_ID];
	struct mesh mesh = own_mesh(r, n, &s->mesh);
	struct hbp_message m;
	const char *reason;
	uint8_t buf[SEND_MAX];
	struct wr w = wr_make(buf, sizeof(buf));
	if (hbp_parse(s->frame, s->len, &m, &reason) != PARSE_OK)
		fail(r, "a frame for the mesh cannot be read: %s", reason);
	struct obp_key wrong = obp_key_make(mesh.passphrase, false);
	const struct obp_key *key = mesh.passphrase[0] ? &wrong : &n->key;
	struct obp_burst b = {.frame = m.burst,
	                      .source_server = mesh.server,
	                      .source_repeater = mesh.repeater,
	                      .hops = mesh.hops};
	b.frame.client = mesh.id;
	int64_t wall = (int64_t)WALL_START + (since_start(r) - mesh.age) * 1000000;
	if (n->conf->protocol == PEER_FBP)
		obp_write_v5(&w, key, &b, (uint64_t)wall);
	else
		obp_write_v1(&w, key, &b.frame);
	r->in = s->honest ? s->frame : NULL;
	say(r, n, &w, s->from.port ? &s->from : &n->addr);
	r->in = NULL;
}

/* peer NAME says BCKA|BCST|BCVE N|BCSQ TG STREAM [from ADDR], falls silent, speaks up, moves to
 * ADDR */
static void do_peer(struct run *r, struct words *w)
{
	struct neighbour *n = neighbour_of(r, word_next(w));
	uint8_t buf[SEND_MAX];
	struct wr out = wr_make(buf, sizeof(buf));
	if (word_take(w, "falls") && word_take(w, "silent")) {
		n->silent = true;
		return;
	}
	if (word_take(w, "speaks") && word_take(w, "up")) {
		n->silent = false;
		n->next_keepalive = r->now;
		return;
	}
	if (word_take(w, "moves") && word_take(w, "to")) {
		n->addr = word_addr(w);
		return;
	}
	if (!word_take(w, "says"))
		fail(r, "a peer can talk, say something, move, fall silent or speak up");
	char *what = word_next(w);
	if (strcmp(what, "BCKA") == 0)
		obp_write_keepalive(&out, &n->key);
	else if (strcmp(what, "BCST") == 0)
		obp_write_stun(&out, &n->key);
	else if (strcmp(what, "BCVE") == 0)
		obp_write_version(&out, &n->key, (uint8_t)word_number(w));
	else if (strcmp(what, "BCSQ") == 0) {
		uint32_t tg = word_number(w);
		obp_write_quench(&out, &n->key, tg, (uint32_t)strtoul(word_next(w), NULL, 16));
	} else {
		fail(r, "\"%s\" is nothing a peer says", what);
	}
	struct addr from = word_take(w, "from") ? word_addr(w) : n->addr;
	say(r, n, &out, &from);
}

/* clock is unset, clock is set */
static void do_clock(struct run *r, struct words *w)
{
	if (!word_take(w, "is"))
		fail(r, "clock is set|unset");
	r->clock_unset = word_take(w, "unset");
	if (!r->clock_unset && !word_take(w, "set"))
		fail(r, "clock is set|unset");
}

/* name NAME [second] has ADDR: it was resolved, the second of an uplink's list */
static void do_name(struct run *r, struct words *w)
{
	const char *name = word_next(w);
	uint32_t link = r->conf.peer_count;
	uint32_t uplink = uplink_of(r, name);
	struct neighbour *n = uplink < r->conf.uplink_count ? NULL : neighbour_of(r, name);
	if (n)
		link = (uint32_t)(n->conf - r->conf.peer);
	else
		link += uplink * CONF_TARGETS_MAX + (word_take(w, "second") ? 1 : 0);
	if (!word_take(w, "has"))
		fail(r, "name NAME [second] has ADDR");
	struct addr to = word_addr(w);
	if (n)
		n->addr = to;
	step(r, &(struct event){.kind = EVENT_ADDRESS, .address = {.link = link, .to = to}});
}

static void neighbours_open(struct run *r)
{
	for (uint32_t i = 0; i < r->scenario->peer_count; i++) {
		struct neighbour *n = &r->neighbours[i];
		for (uint32_t p = 0; p < r->conf.peer_count; p++)
			if (strcmp(r->conf.peer[p].name, r->scenario->peers[i]) == 0)
				n->conf = &r->conf.peer[p];
		if (!n->conf)
			fail(r, "the configuration has no [peer %s]", r->scenario->peers[i]);
		n->key = obp_key_make(n->conf->passphrase, n->conf->full_key);
		n->addr = n->conf->address;
		n->next_keepalive = r->now + 1;
	}
}

/* The server behind an uplink is the client of the uplink's id, at the uplink's socket. */
static void masters_open(struct run *r)
{
	for (uint32_t i = 0; i < r->conf.uplink_count; i++) {
		const struct conf_uplink *u = &r->conf.uplink[i];
		struct client *c = client_of(r, u->id);
		c->addr = u->targets[0].address;
		c->listener = u->socket;
	}
}

/* Statements: the server. */

static void core_start(struct run *r)
{
	uint8_t seed[CORE_SEED_LEN];
	for (size_t i = 0; i < sizeof(seed); i++)
		seed[i] = (uint8_t)(i * 7 + r->starts);
	r->starts++;
	arena_release(&r->arena);
	arena_measure(&r->arena);
	(void)core_open(&r->arena, &r->conf, seed, r->now);
	actions_open(&r->actions, &r->arena, &r->conf.limits);
	size_t size = r->arena.used;
	if (!arena_claim(&r->arena, size))
		abort();
	r->core = core_open(&r->arena, &r->conf, seed, r->now);
	actions_open(&r->actions, &r->arena, &r->conf.limits);
	if (!r->core)
		fail(r, "core_open yields nothing on an arena of the measured size");
	r->standing = stand(r->core);
	split_end(&r->split);
	if (!r->first) {
		ways_go(r->core, r->now, true);
		return;
	}
	if (split_begin(&r->split))
		serve(r);
	r->core = NULL;
}

static void do_command(struct run *r, struct command c)
{
	c.number = ++r->commands;
	step(r, &(struct event){.kind = EVENT_COMMAND, .command = &c});
}

static bool row_in(const struct record *rows, size_t count, const struct record *wanted)
{
	for (size_t i = 0; i < count; i++)
		if (record_same_key(&rows[i], wanted))
			return true;
	return false;
}

/* Has a session ended since, which takes its subscriptions along? */
static bool session_ended(const struct record *records, size_t count, uint32_t client)
{
	for (size_t i = 0; i < count; i++)
		if (records[i].kind == RECORD_SESSION && records[i].change == CHANGE_END &&
		    records[i].session.client == client)
			return true;
	return false;
}

/* A mirror kept from records alone holds the same sessions, subscriptions and calls as the
 * snapshot. */
static void compare_mirror(struct run *r)
{
	for (size_t i = r->record_count; i-- > 0;) {
		const struct record *rec = &r->records[i];
		size_t later = r->record_count - i - 1;
		if (rec->kind != RECORD_SESSION && rec->kind != RECORD_SUBSCRIPTION &&
		    rec->kind != RECORD_CALL)
			continue;
		if (row_in(rec + 1, later, rec))
			continue; /* a later record of the same row counts */
		if (rec->kind == RECORD_SUBSCRIPTION &&
		    session_ended(rec + 1, later, rec->subscription.client))
			continue;
		bool there = row_in(r->rows, r->row_count, rec);
		if (there == (rec->change == CHANGE_END)) {
			show_record(rec);
			fail(r, "a %s row is %s the snapshot, but its last record says %s",
			     record_kind_name(rec->kind), there ? "in" : "not in",
			     change_name(rec->change));
		}
	}
}

static void do_snapshot(struct run *r)
{
	r->row_count = 0;
	size_t before = r->record_count;
	do_command(r, (struct command){.kind = COMMAND_SNAPSHOT});
	for (unsigned i = 0; r->standing.wants_rows; i++) {
		if (i > 100000)
			fail(r, "the snapshot does not end");
		step(r, &(struct event){.kind = EVENT_ROWS, .rows = 3});
	}
	int begins = 0, ends = 0;
	for (size_t i = before; i < r->record_count; i++) {
		if (r->records[i].kind == RECORD_SNAPSHOT) {
			begins += r->records[i].snapshot.begin;
			ends += !r->records[i].snapshot.begin;
		}
	}
	if (begins != 1 || ends != 1)
		fail(r, "a snapshot has %d beginnings and %d ends", begins, ends);
	compare_mirror(r);
}

/* Expectations: records and rows. */

/* client/slot/talkgroup of each. */
static void legs_text(const struct leg_list *list, char *out, size_t cap)
{
	size_t n = 0;

	*out = 0;
	for (size_t i = 0; i < list->count && n < cap; i++)
		n += (size_t)snprintf(out + n, cap - n, "%s%" PRIu32 "/%u/%" PRIu32, i ? "," : "",
		                      list->leg[i].client, list->leg[i].slot, list->leg[i].tg);
}

static void field_text(const struct record *rec, const struct record_field *f, char *out,
                       size_t cap)
{
	const unsigned char *at = (const unsigned char *)rec + f->offset;
	uint8_t u8;
	uint32_t u32;
	uint64_t u64;
	bool yes;
	int value;
	tick_t tick;
	struct addr addr;
	char text[ADDR_TEXT_MAX];
	switch ((enum field_type)f->type) {
	case FIELD_U8:
		memcpy(&u8, at, 1);
		snprintf(out, cap, "%u", u8);
		break;
	case FIELD_U32:
		memcpy(&u32, at, 4);
		snprintf(out, cap, "%" PRIu32, u32);
		break;
	case FIELD_U64:
		memcpy(&u64, at, 8);
		snprintf(out, cap, "%" PRIu64, u64);
		break;
	case FIELD_BOOL:
		memcpy(&yes, at, sizeof(yes));
		snprintf(out, cap, "%s", yes ? "yes" : "no");
		break;
	case FIELD_ENUM:
		memcpy(&value, at, sizeof(value));
		snprintf(out, cap, "%s", f->enum_name(value));
		break;
	case FIELD_TICK:
		memcpy(&tick, at, sizeof(tick));
		if (tick == TICK_NEVER)
			snprintf(out, cap, "never");
		else
			snprintf(out, cap, "%" PRId64, tick - START_TICK);
		break;
	case FIELD_ADDR:
		memcpy(&addr, at, sizeof(addr));
		snprintf(out, cap, "%s", addr_format(&addr, text));
		break;
	case FIELD_TEXT:
		snprintf(out, cap, "%.*s", (int)f->size, (const char *)at);
		break;
	case FIELD_HEX32:
		memcpy(&u32, at, 4);
		snprintf(out, cap, "%08" PRIx32, u32);
		break;
	case FIELD_LEGS:
		legs_text(record_legs(rec, f), out, cap);
		break;
	}
}

static bool field_is(struct run *r, const struct record *rec, const char *name, const char *value)
{
	const struct record_info *info = record_info(rec->kind);
	char text[512];
	if (strcmp(name, "cause") == 0)
		return strcmp(cause_name(rec->cause), value) == 0;
	for (size_t i = 0; i < info->field_count; i++) {
		if (strcmp(info->fields[i].name, name) != 0)
			continue;
		field_text(rec, &info->fields[i], text, sizeof(text));
		return strcmp(text, value) == 0;
	}
	fail(r, "a %s record has no field \"%s\"", info->name, name);
}

/* KIND [CHANGE] [FIELD VALUE]... */
static bool record_is(struct run *r, const struct record *rec, char **word)
{
	if (strcmp(record_kind_name(rec->kind), *word) != 0)
		return false;
	word++;
	if (*word && (strcmp(*word, "begin") == 0 || strcmp(*word, "update") == 0 ||
	              strcmp(*word, "end") == 0)) {
		if (strcmp(change_name(rec->change), *word) != 0)
			return false;
		word++;
	}
	for (; word[0]; word += 2) {
		if (!word[1])
			fail(r, "\"%s\" lacks a value", word[0]);
		if (!field_is(r, rec, word[0], word[1]))
			return false;
	}
	return true;
}

static void check_kind(struct run *r, const char *name)
{
	for (int k = 0; k < RECORD_KINDS; k++)
		if (name && strcmp(record_kind_name((enum record_kind)k), name) == 0)
			return;
	fail(r, "no record kind \"%s\"", name ? name : "");
}

static const char *joined(char **word)
{
	static char text[400];
	size_t n = 0;
	text[0] = '\0';
	for (; *word && n < sizeof(text) - 1; word++)
		n += (size_t)snprintf(text + n, sizeof(text) - n, "%s%s", n ? " " : "", *word);
	return text;
}

static void expect_record(struct run *r, struct words *w, bool wanted)
{
	check_kind(r, *w->at);
	char **about = words_rest(w);
	for (size_t i = r->record_at; i < r->record_count; i++) {
		if (!record_is(r, &r->records[i], about))
			continue;
		if (!wanted)
			fail(r, "there is a record %s, at %" PRId64, joined(about),
			     r->records[i].at - START_TICK);
		r->record_at = i + 1;
		return;
	}
	if (wanted)
		fail(r, "no record %s", joined(about));
}

static void expect_row(struct run *r, struct words *w, bool wanted)
{
	check_kind(r, *w->at);
	char **about = words_rest(w);
	do_snapshot(r);
	bool found = false;
	for (size_t i = 0; i < r->row_count && !found; i++)
		found = record_is(r, &r->rows[i], about);
	if (found == wanted)
		return;
	for (size_t i = 0; i < r->row_count; i++)
		if (strcmp(record_kind_name(r->rows[i].kind), *about) == 0)
			show_record(&r->rows[i]);
	fail(r, "%s row %s", wanted ? "no" : "there is a", joined(about));
}

/* Expectations: datagrams. */

static bool control_is(const struct item *i, const char *what)
{
	uint8_t bytes[SEND_MAX];
	struct hbp_message m;
	const char *reason;
	if (hbp_parse(i->bytes, i->len, &m, &reason) == PARSE_OK &&
	    strcmp(hbp_kind_name(m.kind), what) == 0)
		return true;
	size_t len = hex_octets(what, bytes, sizeof(bytes));
	return len && len == i->len && memcmp(bytes, i->bytes, len) == 0;
}

static bool mesh_is(struct words *w, const struct item *i, const char *what)
{
	if (strcmp(obp_kind_name(i->mesh.kind), what) != 0)
		return false;
	if (i->mesh.kind == OBP_VERSION)
		return word_number(w) == i->mesh.version;
	if (i->mesh.kind != OBP_QUENCH)
		return true;
	bool same = word_number(w) == i->mesh.quench.tg;
	return (uint32_t)strtoul(word_next(w), NULL, 16) == i->mesh.quench.stream && same;
}

/* Control packets but keepalives, in order; BCVE is passed over where it is not asked for. */
static void expect_peer_gets(struct run *r, struct words *w, const struct neighbour *n)
{
	uint32_t id = neighbour_id(r, n);
	while (*w->at) {
		char *what = word_next(w);
		struct item *found = NULL;
		for (size_t i = 0; i < r->item_count && !found; i++) {
			struct item *item = &r->items[i];
			if (item->id == id && !item->burst && !item->read &&
			    (item->mesh.kind != OBP_VERSION || strcmp(what, "BCVE") == 0))
				found = item;
		}
		if (strcmp(what, "nothing") == 0) {
			if (found)
				fail(r, "%s got %s at %" PRId64, n->conf->name,
				     obp_kind_name(found->mesh.kind), found->at);
			continue;
		}
		if (!found)
			fail(r, "%s did not come to %s", what, n->conf->name);
		if (!mesh_is(w, found, what))
			fail(r, "%s is expected, %s came at %" PRId64, what,
			     obp_kind_name(found->mesh.kind), found->at);
		found->read = true;
		if (word_take(w, "at") && word_number(w) != (uint32_t)found->at)
			fail(r, "%s came at %" PRId64, what, found->at);
	}
}

static void expect_gets(struct run *r, struct words *w, const struct addr *at)
{
	while (*w->at) {
		char *what = word_next(w);
		struct item *i = unread(r, at, 0);
		if (strcmp(what, "nothing") == 0) {
			if (i)
				fail(r, "it got %s", describe(i));
			continue;
		}
		if (!i)
			fail(r, "%s did not come", what);
		if (!control_is(i, what))
			fail(r, "%s is expected, %s came", what, describe(i));
		i->read = true;
		if (word_take(w, "at") && word_number(w) != (uint32_t)i->at)
			fail(r, "%s came at another time", describe(i));
	}
}

/* What a heard frame must show; unset parts are not compared. */
struct want {
	int unit; /* -1 = either */
	bool has_dst, has_slot, has_src, has_stream, fresh;
	uint32_t dst, src, stream;
	uint8_t slot;
	bool has_server, has_repeater, has_hops, has_ber;
	uint32_t server, repeater, hops, ber;
};

static const char *want_mesh_fault(const struct want *want, const struct obp_message *m)
{
	if (want->has_server && m->burst.source_server != want->server)
		return "another source server";
	if (want->has_repeater && m->burst.source_repeater != want->repeater)
		return "another source repeater";
	if (want->has_hops && m->burst.hops != want->hops)
		return "another number of hops";
	if (want->has_ber && m->burst.frame.ber != want->ber)
		return "another count of bit errors";
	return NULL;
}

static bool stream_was_sent(const struct run *r, uint32_t stream)
{
	for (size_t i = 0; i < r->scenario->count; i++)
		if (r->scenario->steps[i].len &&
		    judge_number(r->scenario->steps[i].frame + 16, 4) == stream)
			return true;
	return false;
}

static const char *want_fault(const struct run *r, const struct want *want, const struct seen *f)
{
	if ((want->unit >= 0 && f->unit != (want->unit == 1)) ||
	    (want->has_dst && f->dst != want->dst))
		return "another destination";
	if (want->has_slot && f->slot != want->slot)
		return "another slot";
	if (want->has_src && f->src != want->src)
		return "another source";
	if (want->has_stream && f->stream != want->stream)
		return "another stream";
	if (want->fresh && stream_was_sent(r, f->stream))
		return "not a fresh stream id";
	return NULL;
}

/* The name of a data burst in the scenario language, or -1. */
static int data_type_of(const char *word)
{
	static const struct {
		const char *word;
		int type;
	} names[] = {
		{"header", 1}, {"terminator", 2}, {"csbk", 3}, {"data-header", 6}, {"rate-12", 7}};
	for (size_t i = 0; i < ARRAY_LEN(names); i++)
		if (strcmp(names[i].word, word) == 0)
			return names[i].type;
	return -1;
}

static struct item *hear_one(struct run *r, uint32_t id, const struct want *want, const char *what)
{
	struct item *i = unread(r, NULL, id);
	if (!i)
		fail(r, "%" PRIu32 " hears nothing more, expected %s", id, what);
	struct seen f = judge_read(i->bytes);
	const char *fault = want_fault(r, want, &f);
	if (!fault && i->mesh_bound)
		fault = want_mesh_fault(want, &i->mesh);
	if (fault)
		fail(r, "%" PRIu32 " hears %s: %s (expected %s)", id, describe(i), fault, what);
	i->read = true;
	return i;
}

/* Takes a voice burst; `position` -1 = any. */
static struct item *hear_voice(struct run *r, uint32_t id, const struct want *want, int position,
                               const char *what)
{
	struct item *i = hear_one(r, id, want, what);
	struct seen f = judge_read(i->bytes);
	if (!judge_voice(&f) || (position >= 0 && f.detail != position))
		fail(r, "%" PRIu32 " hears %s, expected %s", id, describe(i), what);
	return i;
}

static struct item *hear_data(struct run *r, uint32_t id, const struct want *want, int type,
                              const char *what)
{
	struct item *i = hear_one(r, id, want, what);
	struct seen f = judge_read(i->bytes);
	if (f.type != 2 || f.detail != type)
		fail(r, "%" PRIu32 " hears %s, expected %s", id, describe(i), what);
	return i;
}

static bool next_is_voice(struct run *r, uint32_t id)
{
	struct item *i = unread(r, NULL, id);
	if (!i)
		return false;
	struct seen f = judge_read(i->bytes);
	return judge_voice(&f);
}

/* One part of what is heard; yields its first frame. */
static struct item *hear_part(struct run *r, struct words *w, uint32_t id, const struct want *want)
{
	char *part = word_next(w);
	struct item *first = NULL;
	int type = data_type_of(part);
	if (type >= 0)
		return hear_data(r, id, want, type, part);
	if (strcmp(part, "burst") == 0)
		return hear_voice(r, id, want, word_next(w)[0] - 'A', "that burst");
	if (strcmp(part, "voice") == 0 && word_take(w, "some")) {
		first = hear_voice(r, id, want, -1, "some voice");
		while (next_is_voice(r, id))
			hear_voice(r, id, want, -1, "voice");
		return first;
	}
	bool frames = strcmp(part, "voice") == 0;
	if (!frames && strcmp(part, "superframes") != 0)
		fail(r, "\"%s\" is nothing one can hear", part);
	uint32_t count = word_number(w) * (frames ? 1 : 6);
	for (uint32_t n = 0; n < count; n++) {
		struct item *i = hear_voice(r, id, want, frames ? -1 : (int)(n % 6), part);
		first = first ? first : i;
	}
	return first;
}

static size_t index_of(const struct run *r, const struct item *i)
{
	return (size_t)(i - r->items);
}

static void expect_hears(struct run *r, struct words *w, uint32_t id)
{
	struct want want = {.unit = -1};
	while (*w->at) {
		if (word_take(w, "nothing")) {
			struct item *i = unread(r, NULL, id);
			if (i)
				fail(r, "%" PRIu32 " hears %s", id, describe(i));
		} else if (word_is(w, "tg") || word_is(w, "unit")) {
			want.unit = word_is(w, "unit");
			w->at++;
			want.dst = word_number(w);
			want.has_dst = true;
		} else if (word_take(w, "slot")) {
			want.slot = (uint8_t)word_number(w);
			want.has_slot = true;
		} else if (word_take(w, "src")) {
			want.src = word_number(w);
			want.has_src = true;
		} else if (word_take(w, "server")) {
			want.server = word_number(w);
			want.has_server = true;
		} else if (word_take(w, "repeater")) {
			want.repeater = word_number(w);
			want.has_repeater = true;
		} else if (word_take(w, "hops")) {
			want.hops = word_number(w);
			want.has_hops = true;
		} else if (word_take(w, "ber")) {
			want.ber = word_number(w);
			want.has_ber = true;
		} else if (word_take(w, "stream")) {
			want.fresh = word_take(w, "fresh");
			want.has_stream = !want.fresh;
			if (!want.fresh)
				want.stream = (uint32_t)strtoul(word_next(w), NULL, 16);
		} else {
			size_t first = index_of(r, hear_part(r, w, id, &want));
			if (word_take(w, "at") && word_number(w) != (uint32_t)r->items[first].at)
				fail(r, "%" PRIu32 " heard %s: another time", id,
				     describe(&r->items[first]));
		}
	}
}

/* The alias inside the call that was heard last, on slot 2 unless it says slot 1. */
static void expect_reads(struct run *r, struct words *w, const struct client *c)
{
	const char *wanted = word_next(w);
	int slot = word_take(w, "slot") ? (int)word_number(w) : 2;
	char read[28];
	if (strcmp(judge_alias(&c->slot[slot - 1], read), wanted) != 0)
		fail(r, "%" PRIu32 " reads \"%s\"", c->id, read);
}

static void do_expect(struct run *r, struct words *w)
{
	bool wanted = !word_take(w, "no");
	if (word_take(w, "record")) {
		expect_record(r, w, wanted);
		return;
	}
	if (word_take(w, "row")) {
		expect_row(r, w, wanted);
		return;
	}
	if (word_take(w, "peer")) {
		struct neighbour *n = neighbour_of(r, word_next(w));
		if (word_take(w, "hears"))
			expect_hears(r, w, neighbour_id(r, n));
		else if (word_take(w, "gets"))
			expect_peer_gets(r, w, n);
		else
			fail(r, "expect peer NAME hears ..., gets ...");
		return;
	}
	char *subject = word_next(w);
	struct addr at;
	if (is_number(subject)) {
		struct client *c = client_of(r, (uint32_t)strtoul(subject, NULL, 10));
		if (word_take(w, "hears")) {
			expect_hears(r, w, c->id);
			return;
		}
		if (word_take(w, "reads")) {
			expect_reads(r, w, c);
			return;
		}
		at = c->addr;
	} else if (!addr_parse(subject, 0, &at)) {
		fail(r, "an id or an address is expected, not \"%s\"", subject);
	}
	if (!word_take(w, "gets"))
		fail(r, "expect ID hears ..., ID gets ..., ADDRESS gets ...");
	expect_gets(r, w, &at);
}

static void do_forget(struct run *r, struct words *w)
{
	if (word_take(w, "peer")) {
		uint32_t peer = neighbour_id(r, neighbour_of(r, word_next(w)));
		for (size_t i = 0; i < r->item_count; i++)
			r->items[i].read |= r->items[i].id == peer;
		return;
	}
	uint32_t id = word_number(w);
	struct addr at = client_of(r, id)->addr;
	for (struct item *i; (i = unread(r, NULL, id)) || (i = unread(r, &at, 0));)
		i->read = true;
}

static void do_kick(struct run *r, struct words *w)
{
	do_command(r, (struct command){.kind = COMMAND_KICK, .client = word_number(w)});
}

/* recording NUMBER BURSTS */
static void do_recording(struct run *r, struct words *w)
{
	struct audio_word *word = &r->recording;

	word->language[0] = 'x';
	snprintf(word->name, sizeof(word->name), "%u", (unsigned)word_number(w));
	word->clip = (struct clip){silent_frames, 3 * word_number(w)};
	if (word->clip.count * 9 > sizeof(silent_frames))
		fail(r, "so long a recording there is not");
	hold_recording(r);
}

/* order link|unlink ID SLOT TG, order default ID TG, order options ID "..." */
static void do_order(struct run *r, struct words *w)
{
	struct command c = {.kind = COMMAND_KINDS};

	for (enum command_kind kind = COMMAND_LINK; kind < COMMAND_KINDS; kind++)
		if (word_take(w, command_kind_name(kind)))
			c.kind = kind;
	if (c.kind == COMMAND_KINDS)
		fail(r, "order link|unlink|default|options|why ID ..., peer \"NAME stun\"");
	if (c.kind == COMMAND_BLOCK || c.kind == COMMAND_UNBLOCK ||
	    c.kind == COMMAND_PEER) {
		text_copy(c.text, sizeof(c.text), word_next(w));
		do_command(r, c);
		return;
	}
	c.client = word_number(w);
	if (c.kind == COMMAND_ALIAS) {
		c.tg = (uint32_t)strtoul(word_next(w), NULL, 16);
		text_copy(c.text, sizeof(c.text), word_next(w));
		do_command(r, c);
		return;
	}
	if (c.kind == COMMAND_RESTORE || c.kind == COMMAND_LOCATE) {
		c.slot = (uint8_t)word_number(w);
		c.tg = word_number(w);
		text_copy(c.text, sizeof(c.text), word_next(w));
		do_command(r, c);
		return;
	}
	if (c.kind == COMMAND_LINK || c.kind == COMMAND_UNLINK)
		c.slot = (uint8_t)word_number(w);
	if (c.kind == COMMAND_REFUSE) {
		c.slot = word_take(w, "callsign") ? UNREGISTERED_CALLSIGN : UNREGISTERED_ID;
		do_command(r, c);
		return;
	}
	if (c.kind == COMMAND_OPTIONS)
		text_copy(c.text, sizeof(c.text), word_next(w));
	else if (c.kind != COMMAND_WHY)
		c.tg = word_number(w);
	do_command(r, c);
}

static void do_stop(struct run *r, struct words *w)
{
	(void)w;
	for (size_t i = 0; i < r->client_count; i++)
		r->clients[i].pings = false;
	step(r, &(struct event){.kind = EVENT_STOP});
}

static void do_restart(struct run *r, struct words *w)
{
	(void)w;
	core_start(r);
	r->record_count = r->record_at = 0;
	for (size_t i = 0; i < r->client_count; i++)
		memset(r->clients[i].slot, 0, sizeof(r->clients[i].slot));
}

static void do_jumps(struct run *r, struct words *w)
{
	(void)w;
	r->jumps = true;
}

static void do_words(struct run *r, char **word)
{
	static const struct {
		const char *word;
		void (*perform)(struct run *, struct words *);
	} verbs[] = {
		{"login", do_login},
		{"logins", do_logins},
		{"challenge", do_challenge},
		{"answer", do_answer},
		{"configure", do_configure},
		{"options", do_options},
		{"send", do_send},
		{"expect", do_expect},
		{"forget", do_forget},
		{"kick", do_kick},
		{"order", do_order},
		{"peer", do_peer},
		{"clock", do_clock},
		{"name", do_name},
		{"recording", do_recording},
		{"stop", do_stop},
		{"restart", do_restart},
		{"sequence-may-jump", do_jumps},
	};
	struct words w = {r, word};
	if (verbose)
		printf("  %8" PRId64 " %s:%d %s\n", since_start(r), r->scenario->path, r->line,
		       joined(word));
	for (size_t i = 0; i < ARRAY_LEN(verbs); i++) {
		if (word_take(&w, verbs[i].word)) {
			verbs[i].perform(r, &w);
			if (*w.at)
				fail(r, "\"%s\" is too much", *w.at);
			return;
		}
	}
	if (!is_number(word[0]))
		fail(r, "\"%s\" is no statement", word[0]);
	do_client(r, &w);
}

static void do_frame(struct run *r, const struct step *s)
{
	if (s->client >= PEER_ID) {
		peer_frame(r, s);
		return;
	}
	struct client *c = client_of(r, s->client);
	struct addr from = s->from.port ? s->from : c->addr;
	r->in = s->honest && s->len == JUDGE_FRAME_LEN ? s->frame : NULL;
	datagram(r, s->frame, s->len, from, c->listener);
	r->in = NULL;
}

/* Reading a file. */

static struct scenario *reading;
static int reading_line;

static _Noreturn PRINTF_LIKE(1, 2) void unreadable(const char *format, ...)
{
	va_list args;
	va_start(args, format);
	fprintf(stderr, "%s:%d: ", reading->path, reading_line);
	vfprintf(stderr, format, args);
	fputc('\n', stderr);
	va_end(args);
	exit(2);
}

static struct step *step_add(struct scenario *s, tick_t at)
{
	s->steps = grow(s->steps, &s->cap, s->count + 1, sizeof(*s->steps));
	struct step *st = &s->steps[s->count];
	*st = (struct step){.at = at, .order = (unsigned)s->count, .line = reading_line};
	s->count++;
	return st;
}

static struct talker *talker_of(struct scenario *s, uint32_t client)
{
	for (size_t i = 0; i < s->talker_count; i++)
		if (s->talkers[i].client == client)
			return &s->talkers[i];
	s->talkers = realloc(s->talkers, (s->talker_count + 1) * sizeof(*s->talkers));
	if (!s->talkers)
		abort();
	struct talker *t = &s->talkers[s->talker_count++];
	*t = (struct talker){.client = client, .every = DMR_BURST_MS, .len = JUDGE_FRAME_LEN};
	uint32_t radio = client;
	while (radio > 9999999)
		radio /= 10;
	t->talk.next = (struct hbp_burst){.src = radio, .slot = 2, .client = client};
	return t;
}

static void talker_code(struct talker *t)
{
	struct talk coded = t->talk;
	if (t->lc_dst)
		coded.next.dst = t->lc_dst;
	talk_code(&coded);
	t->talk.coded = coded.coded;
}

/* Replaces the embedded LC, and only that, by a talker alias block. */
static void talker_alias(struct talker *t)
{
	struct lc lc = {{FLCO_ALIAS_HEADER, 0, 0x4C, 'R', 'I', 'G', '1', ' ', 'O'}};
	struct lc_coded alias;
	lc_encode(&lc, &alias);
	memcpy(t->talk.coded.fragment, alias.fragment, sizeof(alias.fragment));
}

static void talk_put(struct scenario *s, struct talker *t, tick_t *at, const struct hbp_burst *b)
{
	struct step *st = step_add(s, *at);
	struct wr w = wr_make(st->frame, sizeof(st->frame));
	hbp_write_burst(&w, b);
	st->client = t->client;
	st->from = t->from;
	st->len = t->len;
	st->honest = t->lc_dst == 0;
	st->mesh = t->mesh;
	t->history[t->sent++ % HISTORY] = *st;
	s->end_of_talk = *at;
	*at += t->every;
}

static void talk_again(struct scenario *s, struct talker *t, tick_t at, unsigned back)
{
	struct step old = t->history[(t->sent - 1 - back) % HISTORY];
	struct step *st = step_add(s, at);
	st->client = old.client;
	st->from = old.from;
	st->len = old.len;
	st->honest = old.honest;
	st->mesh = t->mesh;
	memcpy(st->frame, old.frame, sizeof(old.frame));
}

static void talk_one_voice(struct scenario *s, struct talker *t, tick_t *at)
{
	uint8_t ambe[TALK_AMBE_LEN];
	for (size_t i = 0; i < sizeof(ambe); i++)
		ambe[i] = (uint8_t)((t->voice * 31 + t->client * 7 + i * 13) ^ t->voice >> 3);
	t->voice++;
	struct hbp_burst b = talk_voice(&t->talk, ambe);
	talk_put(s, t, at, &b);
}

static void talk_data(struct scenario *s, struct talker *t, tick_t *at, int type)
{
	struct hbp_burst b = t->talk.next;
	b.type = HBP_DATA_SYNC;
	b.detail = (uint8_t)type;
	for (size_t i = 0; i < sizeof(b.payload); i++)
		b.payload[i] = (uint8_t)(i * 29 + t->sent);
	t->talk.next.seq++;
	talk_put(s, t, at, &b);
}

static unsigned talk_count(char **word, size_t *i)
{
	if (!word[*i + 1])
		unreadable("\"%s\" lacks its number", word[*i]);
	char *end;
	const char *what = word[(*i)++];
	unsigned long v = strtoul(word[*i], &end, strcmp(what, "stream") == 0 ? 16 : 10);
	if (*end)
		unreadable("\"%s %s\" is no number", what, word[*i]);
	return (unsigned)v;
}

static void talk_from(struct talker *t, const char *text)
{
	if (!text || !addr_parse(text, 0, &t->from))
		unreadable("an address is expected, not \"%s\"", text ? text : "");
}

/* A word that changes what follows. False when it is not one. */
static bool talk_setting(struct talker *t, char **word, size_t *i)
{
	const char *w = word[*i];
	struct hbp_burst *next = &t->talk.next;
	if (strcmp(w, "tg") == 0 || strcmp(w, "unit") == 0) {
		next->unit = w[0] == 'u';
		next->dst = talk_count(word, i);
	} else if (strcmp(w, "slot") == 0)
		next->slot = (uint8_t)talk_count(word, i);
	else if (strcmp(w, "src") == 0)
		next->src = talk_count(word, i);
	else if (strcmp(w, "stream") == 0)
		next->stream = talk_count(word, i);
	else if (strcmp(w, "seq") == 0)
		next->seq = (uint8_t)talk_count(word, i);
	else if (strcmp(w, "ber") == 0)
		next->ber = (uint8_t)talk_count(word, i);
	else if (strcmp(w, "every") == 0)
		t->every = talk_count(word, i);
	else if (strcmp(w, "octets") == 0)
		t->len = talk_count(word, i);
	else if (strcmp(w, "lc-names") == 0)
		t->lc_dst = talk_count(word, i);
	else if (strcmp(w, "from") == 0)
		talk_from(t, word[++*i]);
	else if (strcmp(w, "server") == 0)
		t->mesh.server = talk_count(word, i);
	else if (strcmp(w, "repeater") == 0)
		t->mesh.repeater = talk_count(word, i);
	else if (strcmp(w, "hops") == 0)
		t->mesh.hops = (uint8_t)talk_count(word, i);
	else if (strcmp(w, "id") == 0)
		t->mesh.id = talk_count(word, i);
	else if (strcmp(w, "age") == 0)
		t->mesh.age = talk_count(word, i);
	else if (strcmp(w, "ahead") == 0)
		t->mesh.age = -(int64_t)talk_count(word, i);
	else if (strcmp(w, "pass") == 0)
		snprintf(t->mesh.passphrase, sizeof(t->mesh.passphrase), "%s", word[++*i]);
	else
		return false;
	talker_code(t);
	return true;
}

static void talk_part(struct scenario *s, struct talker *t, tick_t *at, char **word, size_t *i)
{
	const char *w = word[*i];
	int type = data_type_of(w);
	struct hbp_burst b;
	if (type == DMR_VOICE_HEADER || type == DMR_TERMINATOR) {
		b = talk_lc(&t->talk, (enum dmr_data_type)type);
		talk_put(s, t, at, &b);
	} else if (type >= 0) {
		talk_data(s, t, at, type);
	} else if (strcmp(w, "voice") == 0 || strcmp(w, "superframes") == 0) {
		unsigned each = w[0] == 's' ? 6 : 1;
		for (unsigned n = talk_count(word, i) * each; n > 0; n--)
			talk_one_voice(s, t, at);
	} else if (strcmp(w, "burst") == 0) {
		t->talk.position = word[++*i][0] - 'A';
		talk_one_voice(s, t, at);
	} else if (strcmp(w, "skip") == 0) {
		unsigned lost = talk_count(word, i);
		t->talk.next.seq = (uint8_t)(t->talk.next.seq + lost);
		t->talk.position = (t->talk.position + (int)lost) % 6;
		*at += (tick_t)lost * t->every;
	} else if (strcmp(w, "wait") == 0) {
		*at += talk_count(word, i);
	} else if (strcmp(w, "again") == 0) {
		talk_again(s, t, *at - t->every, 0);
	} else if (strcmp(w, "late") == 0) {
		talk_again(s, t, *at - t->every, talk_count(word, i));
	} else if (strcmp(w, "alias") == 0) {
		talker_alias(t);
	} else if (strcmp(w, "no-alias") == 0) {
		talker_code(t);
	} else {
		unreadable("\"%s\" is nothing one can send", w);
	}
}

/* The number of a peer within the scenario; a new name gets the next one. */
static uint32_t peer_number(struct scenario *s, const char *name)
{
	for (uint32_t i = 0; i < s->peer_count; i++)
		if (strcmp(s->peers[i], name) == 0)
			return i;
	if (s->peer_count == PEERS_MAX)
		unreadable("more than %u peers", PEERS_MAX);
	s->peers[s->peer_count] = strdup(name);
	return s->peer_count++;
}

static void read_talk(struct scenario *s, tick_t at, char **word)
{
	bool peer = strcmp(word[0], "peer") == 0;
	word += peer;
	struct talker *t = talker_of(s, peer ? PEER_ID + peer_number(s, word[0])
	                                     : (uint32_t)strtoul(word[0], NULL, 10));
	t->from.port = 0;
	if (peer) {
		t->talk.next.slot = 1;
		if (t->sent == 0)
			t->talk.next.src = 2340001;
		t->mesh.age = 0;
		t->mesh.passphrase[0] = 0;
	}
	t->len = JUDGE_FRAME_LEN;
	t->every = DMR_BURST_MS;
	for (size_t i = 2; word[i]; i++)
		if (!talk_setting(t, word, &i))
			talk_part(s, t, &at, word, &i);
}

static void words_free(char **word)
{
	for (char **w = word; w && *w; w++)
		free(*w);
	free(word);
}

/* N, Ns, Nm, +N, end, end+N. */
static tick_t read_time(const struct scenario *s, const char *text, tick_t last)
{
	tick_t base = 0;
	const char *at = text;
	if (strncmp(at, "end", 3) == 0) {
		base = s->end_of_talk;
		at += 3;
		if (!*at)
			return base;
		if (*at != '+')
			unreadable("\"%s\" is no time", text);
	} else if (*at == '+') {
		base = last;
	}
	char *end;
	tick_t v = strtoll(at, &end, 10);
	if (*end == 's')
		v *= 1000, end++;
	else if (*end == 'm')
		v *= 60000, end++;
	if (*end || end == at)
		unreadable("\"%s\" is no time", text);
	return base + v;
}

/* Cuts a line into words; quotes group, '#' at the start of a word begins a comment. */
static size_t split(char *line, char *word[WORDS_MAX])
{
	size_t n = 0;
	for (char *at = line; *at;) {
		while (isspace((unsigned char)*at))
			at++;
		if (!*at || *at == '#')
			break;
		if (n == WORDS_MAX - 1)
			unreadable("too many words");
		bool quoted = *at == '"';
		at += quoted;
		word[n++] = at;
		while (*at && (quoted ? *at != '"' : !isspace((unsigned char)*at)))
			at++;
		if (*at)
			*at++ = '\0';
	}
	word[n] = NULL;
	return n;
}

static char **words_copy(char **word, size_t n)
{
	char **copy = calloc(n + 1, sizeof(*copy));
	if (!copy)
		abort();
	for (size_t i = 0; i < n; i++)
		copy[i] = strdup(word[i]);
	return copy;
}

static void read_statement(struct scenario *s, char *line, tick_t *now)
{
	char *word[WORDS_MAX];
	size_t n = split(line, word), first = 0;
	if (n == 0)
		return;
	if (strcmp(word[0], "at") == 0) {
		if (n < 2)
			unreadable("at which time?");
		*now = read_time(s, word[1], *now);
		first = 2;
	}
	if (n == first)
		return;
	if (n - first > 3 && strcmp(word[first], "peer") == 0 &&
	    strcmp(word[first + 2], "talks") == 0)
		read_talk(s, *now, word + first);
	else if (n - first > 2 && strcmp(word[first + 1], "talks") == 0)
		read_talk(s, *now, word + first);
	else
		step_add(s, *now)->word = words_copy(word + first, n - first);
}

static int by_time(const void *a, const void *b)
{
	const struct step *x = a, *y = b;
	if (x->at != y->at)
		return x->at < y->at ? -1 : 1;
	return x->order < y->order ? -1 : x->order > y->order;
}

static char *config_text(const char *server, const char *config)
{
	const char *part[] = {server_head, server, listener_head, config};
	size_t cap = 1;
	for (size_t i = 0; i < ARRAY_LEN(part); i++)
		cap += strlen(part[i]);
	char *text = calloc(1, cap);
	if (!text)
		abort();
	for (size_t i = 0; i < ARRAY_LEN(part); i++)
		strncat(text, part[i], cap - strlen(text) - 1);
	return text;
}

static void read_scenario(struct scenario *s, const char *path)
{
	*s = (struct scenario){.path = path};
	reading = s;
	FILE *f = fopen(path, "r");
	if (!f) {
		perror(path);
		exit(2);
	}
	char line[LINE_MAX_LEN], name[64];
	char server[CONFIG_MAX] = "", config[CONFIG_MAX] = "";
	char *block = NULL; /* what the lines belong to; NULL = they are statements */
	tick_t now = 0;
	for (reading_line = 1; fgets(line, sizeof(line), f); reading_line++) {
		if (block && line[0] == '}') {
			block = NULL;
		} else if (block) {
			if (sscanf(line, "[peer %63[^]]", name) == 1)
				peer_number(s, name);
			strncat(block, line, CONFIG_MAX - strlen(block) - 1);
		} else if (strncmp(line, "server {", 8) == 0) {
			block = server;
		} else if (strncmp(line, "config {", 8) == 0) {
			block = config;
		} else {
			read_statement(s, line, &now);
		}
	}
	fclose(f);
	s->config = config_text(server, config);
	qsort(s->steps, s->count, sizeof(*s->steps), by_time);
}

static void scenario_free(struct scenario *s)
{
	for (size_t i = 0; i < s->count; i++)
		words_free(s->steps[i].word);
	free(s->steps);
	for (uint32_t i = 0; i < s->peer_count; i++)
		free(s->peers[i]);
	free(s->talkers);
	free(s->config);
}

/* Running it. */

static void config_fault(void *context, const char *line)
{
	(void)context;
	snprintf(complaint, sizeof(complaint), "%s", line);
}

/* The first run's `hashes` go to the caller; the second gets them in `first`. */
static bool run_once(const struct scenario *s, const struct hashes *first, struct hashes *out)
{
	struct run *r = calloc(1, sizeof(*r));
	if (!r || !(r->clients = calloc(CLIENTS_MAX, sizeof(*r->clients))))
		abort();
	r->scenario = s;
	r->first = first;
	r->now = START_TICK;
	volatile bool ok = false;
	if (conf_parse(s->config, strlen(s->config), s->path, &r->conf, config_fault, NULL) == 0) {
		if (setjmp(r->out) == 0) {
			core_start(r);
			neighbours_open(r);
			masters_open(r);
			for (size_t i = 0; i < s->count; i++) {
				r->line = s->steps[i].line;
				advance(r, START_TICK + s->steps[i].at);
				if (s->steps[i].word)
					do_words(r, s->steps[i].word);
				else
					do_frame(r, &s->steps[i]);
			}
			if (first && first->count != r->hashes.count)
				fail(r, "the second run has fewer steps");
			ok = true;
		}
		split_end(&r->split);
		arena_release(&r->arena);
		conf_release(&r->conf);
	}
	free(r->copy);
	free(r->clients);
	free(r->items);
	free(r->records);
	free(r->rows);
	free(r->challenges);
	*out = r->hashes;
	free(r);
	return ok;
}

static bool run_scenario(const char *path)
{
	struct scenario s;
	struct hashes first = {0}, second = {0};
	read_scenario(&s, path);
	bool ok = run_once(&s, NULL, &first);
	if (ok && !verbose)
		ok = run_once(&s, &first, &second);
	const char *name = strrchr(path, '/') ? strrchr(path, '/') + 1 : path;
	int len = (int)strcspn(name, ".");
	if (ok)
		printf("ok %.*s\n", len, name);
	else
		printf("not ok %.*s: %s\n", len, name, complaint);
	fflush(stdout);
	free(first.v);
	free(second.v);
	scenario_free(&s);
	return ok;
}

int main(int argc, char **argv)
{
	int failed = 0, first = 1;
	if (argc > 1 && strcmp(argv[1], "-v") == 0) {
		verbose = true;
		first = 2;
	}
	if (first >= argc) {
		fputs("usage: run [-v] FILE.scn...\n", stderr);
		return 2;
	}
	for (int i = first; i < argc; i++)
		failed += !run_scenario(argv[i]);
	return failed ? 1 : 0;
}
