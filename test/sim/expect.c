/* The statements that judge: what has been heard, answered and recorded until now. */
#include "sim/words.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sim/outcome.h"
#include "wire/hbp.h"

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
			record_show(rec);
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
	world_command(r, (struct command){.kind = COMMAND_SNAPSHOT});
	for (unsigned i = 0; r->standing.wants_rows; i++) {
		if (i > 100000)
			fail(r, "the snapshot does not end");
		world_step(r, &(struct event){.kind = EVENT_ROWS, .rows = 3});
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

/* Records and rows. */

/* client/slot/talkgroup of each. */
static void legs_text(const struct leg_list *list, char *out, size_t cap)
{
	size_t n = 0;

	*out = 0;
	for (size_t i = 0; i < list->count && n < cap; i++)
		n += (size_t)snprintf(out + n, cap - n, "%s%" PRIu32 "/%u/%" PRIu32, i ? "," : "",
		                      source_number(list->leg[i].to), list->leg[i].slot,
		                      list->leg[i].tg);
}

static void field_text(const struct record *rec, const struct record_field *f, char *out,
                       size_t cap)
{
	const unsigned char *at = (const unsigned char *)rec + f->offset;
	uint8_t u8;
	uint32_t u32;
	uint64_t u64;
	bool yes;
	unsigned value;
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
	case FIELD_SOURCE:
		snprintf(out, cap, "%" PRIu32, source_number(record_source(rec, f)));
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

static void expect_record(struct run *r, struct words *w, bool wanted)
{
	check_kind(r, *w->at);
	char **about = words_rest(w);
	for (size_t i = r->record_at; i < r->record_count; i++) {
		if (!record_is(r, &r->records[i], about))
			continue;
		if (!wanted)
			fail(r, "there is a record %s, at %" PRId64, words_joined(about),
			     r->records[i].at - START_TICK);
		r->record_at = i + 1;
		return;
	}
	if (wanted)
		fail(r, "no record %s", words_joined(about));
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
			record_show(&r->rows[i]);
	fail(r, "%s row %s", wanted ? "no" : "there is a", words_joined(about));
}

/* Datagrams. */

static bool control_is(const struct item *i, const char *what)
{
	uint8_t bytes[SEND_MAX];
	struct hbp_message m;
	const char *reason;
	if (hbp_parse(i->bytes, i->len, &m, &reason) == PARSE_OK &&
	    strcmp(hbp_kind_name(m.kind), what) == 0)
		return true;
	size_t len = words_octets(what, bytes, sizeof(bytes));
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
		struct item *i = item_unread(r, at, 0);
		if (strcmp(what, "nothing") == 0) {
			if (i)
				fail(r, "it got %s", item_describe(i));
			continue;
		}
		if (!i)
			fail(r, "%s did not come", what);
		if (!control_is(i, what))
			fail(r, "%s is expected, %s came", what, item_describe(i));
		i->read = true;
		if (word_take(w, "at") && word_number(w) != (uint32_t)i->at)
			fail(r, "%s came at another time", item_describe(i));
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

static struct item *hear_one(struct run *r, uint32_t id, const struct want *want, const char *what)
{
	struct item *i = item_unread(r, NULL, id);
	if (!i)
		fail(r, "%" PRIu32 " hears nothing more, expected %s", id, what);
	struct seen f = judge_read(i->bytes);
	const char *fault = want_fault(r, want, &f);
	if (!fault && i->mesh_bound)
		fault = want_mesh_fault(want, &i->mesh);
	if (fault)
		fail(r, "%" PRIu32 " hears %s: %s (expected %s)", id, item_describe(i), fault,
		     what);
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
		fail(r, "%" PRIu32 " hears %s, expected %s", id, item_describe(i), what);
	return i;
}

static struct item *hear_data(struct run *r, uint32_t id, const struct want *want, int type,
                              const char *what)
{
	struct item *i = hear_one(r, id, want, what);
	struct seen f = judge_read(i->bytes);
	if (f.type != 2 || f.detail != type)
		fail(r, "%" PRIu32 " hears %s, expected %s", id, item_describe(i), what);
	return i;
}

/* One part of what is heard; yields its first frame. */
static struct item *hear_part(struct run *r, struct words *w, uint32_t id, const struct want *want)
{
	char *part = word_next(w);
	struct item *first = NULL;
	int type = scenario_data_type(part);
	if (type >= 0)
		return hear_data(r, id, want, type, part);
	if (strcmp(part, "burst") == 0)
		return hear_voice(r, id, want, word_next(w)[0] - 'A', "that burst");
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

static bool is_asked(const struct run *r, uint32_t id)
{
	for (size_t i = 0; i < r->asked_count; i++)
		if (r->asked[i] == id)
			return true;
	return false;
}

void expect_no_more(struct run *r)
{
	for (size_t i = r->item_first; i < r->item_count; i++)
		if (r->items[i].burst && !r->items[i].read)
			fail(r, "not expected: %" PRIu32 " hears %s", r->items[i].id,
			     item_describe(&r->items[i]));
}

static void expect_hears(struct run *r, struct words *w, uint32_t id)
{
	struct want want = {.unit = -1};
	if (!is_asked(r, id) && r->asked_count < ASKED_MAX)
		r->asked[r->asked_count++] = id;
	while (*w->at) {
		if (word_take(w, "nothing")) {
			struct item *i = item_unread(r, NULL, id);
			if (i)
				fail(r, "%" PRIu32 " hears %s", id, item_describe(i));
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
				     item_describe(&r->items[first]));
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
	if (words_number(subject)) {
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

/* Is it of another talkgroup, or radio, than the one that is still to be heard? */
static bool is_but(const struct item *i, bool but, bool unit, uint32_t dst)
{
	struct seen f = {0};

	if (but && i->burst)
		f = judge_read(i->bytes);
	return !but || !i->burst || f.unit != unit || f.dst != dst;
}

/* ID|peer NAME [but tg|unit N] */
static void forget_one(struct run *r, struct words *w)
{
	bool peer = word_take(w, "peer");
	uint32_t id = peer ? neighbour_id(r, neighbour_of(r, word_next(w))) : word_number(w);
	bool but = word_take(w, "but"), unit = but && word_is(w, "unit");
	struct addr at = peer ? (struct addr){0} : client_of(r, id)->addr;

	if (but && !unit && !word_is(w, "tg"))
		fail(r, "forget %" PRIu32 " but tg N, but unit N", id);
	w->at += but;
	uint32_t dst = but ? word_number(w) : 0;
	for (size_t n = 0; n < r->item_count; n++) {
		struct item *i = &r->items[n];
		bool heard = (peer || i->burst) && i->id == id;
		bool got = !peer && !i->mesh_bound && !i->burst && addr_equal(&i->to, &at);
		i->read |= (heard || got) && is_but(i, but, unit, dst);
	}
}

static void do_forget(struct run *r, struct words *w)
{
	if (word_take(w, "others")) {
		for (size_t i = 0; i < r->item_count; i++)
			r->items[i].read |= r->items[i].burst && !is_asked(r, r->items[i].id);
		return;
	}
	forget_one(r, w);
}

bool expect_statement(struct words *w)
{
	bool expects = word_take(w, "expect");
	if (!expects && !word_take(w, "forget"))
		return false;
	if (expects)
		do_expect(w->run, w);
	else
		do_forget(w->run, w);
	return true;
}
