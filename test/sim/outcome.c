#include "sim/outcome.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "dmr/dmr.h"
#include "harness/golden.h"
#include "wire/hbp.h"

static const char *describe_part(const struct seen *f)
{
	static char text[32];
	if (f->type == 2)
		return dmr_data_type_name((enum dmr_data_type)f->detail);
	snprintf(text, sizeof(text), "voice %c", "ABCDEF??????????"[f->detail]);
	return text;
}

const char *item_describe(const struct item *i)
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

static void hashes_push(struct run *r, uint64_t v)
{
	r->hashes.v = rows_grow(r->hashes.v, &r->hashes.cap, r->hashes.count + 1, sizeof(uint64_t));
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

static bool is_whole(const struct seen *in, const struct seen *out)
{
	return memcmp(in->burst, out->burst, DMR_BURST_LEN) == 0;
}

/* Data is the sender's, to the bit: nothing of it is made or changed here. */
static const char *judge_data_kept(const struct seen *in, const struct seen *out)
{
	return in->type == out->type && in->detail == out->detail && is_whole(in, out)
	               ? NULL
	               : "the data was changed";
}

/* The voice is the talker's, to the bit; and all of the burst is, where the LC had not to change.
 */
static const char *judge_kept(const struct run *r, const struct seen *out)
{
	if (!r->in)
		return NULL;
	struct seen in = judge_read(r->in);
	if (judge_data(out))
		return judge_data_kept(&in, out);
	if (!judge_voice(out) || in.stream != out->stream || in.seq != out->seq)
		return NULL;
	if (!gives_alias(r) && in.dst == out->dst && in.src == out->src && in.unit == out->unit)
		return is_whole(&in, out) ? NULL : "the burst was changed without need";
	for (int bit = 0; bit < 264; bit++)
		if (is_ambe((size_t)bit) && judge_bit(in.burst, bit) != judge_bit(out->burst, bit))
			return "the voice was changed";
	return NULL;
}

/* Calls pass a link side by side, so each is judged by itself. */
static struct judge *judge_of_link(struct run *r, uint32_t id, const struct seen *f)
{
	struct link_call *c = NULL;
	for (size_t n = 0; n < r->link_call_count && !c; n++)
		if (r->link_calls[n].id == id && r->link_calls[n].judge.stream == f->stream &&
		    r->link_calls[n].dst == f->dst)
			c = &r->link_calls[n];
	if (!c) {
		r->link_calls = rows_grow(r->link_calls, &r->link_call_cap, r->link_call_count + 1,
		                          sizeof(*r->link_calls));
		c = &r->link_calls[r->link_call_count++];
		*c = (struct link_call){.id = id, .dst = f->dst, .judge.stream = f->stream};
	}
	return &c->judge;
}

static void judge_item(struct run *r, const struct item *i)
{
	if (i->len != JUDGE_FRAME_LEN)
		fail(r, "a DMRD of %zu octets left", i->len);
	struct seen f = judge_read(i->bytes);
	if (f.client != i->id)
		fail(r, "%" PRIu32 " got a DMRD with the id of %" PRIu32, i->id, f.client);
	if (i->mesh_bound) {
		const char *fault = judge_frame(judge_of_link(r, i->id, &f), &f, r->jumps);
		if (!fault)
			fault = judge_kept(r, &f);
		if (fault)
			fail(r, "a peer got %s: %s", item_describe(i), fault);
		return;
	}
	struct client *c = client_of(r, i->id);
	if (!addr_equal(&c->addr, &i->to))
		fail(r, "a DMRD for %" PRIu32 " left to another address: %s", i->id,
		     item_describe(i));
	const char *fault = judge_frame(&c->slot[f.slot - 1], &f, r->jumps);
	if (!fault)
		fault = judge_kept(r, &f);
	if (fault)
		fail(r, "%" PRIu32 " got %s: %s", i->id, item_describe(i), fault);
}

/* What goes to a peer is authentic, is signed with its key, and names us. */
static void read_for_peer(struct run *r, struct item *i, uint32_t socket)
{
	const char *reason = "";
	struct neighbour *n = NULL;
	for (uint32_t p = 0; p < r->scenario->peer_count && !n; p++)
		if (r->neighbours[p].conf->socket == socket &&
		    (addr_equal(&r->neighbours[p].addr, &i->to) ||
		     (memcmp(i->bytes, "BCKA", 4) == 0 &&
		      addr_equal(&r->neighbours[p].elsewhere, &i->to))))
			n = &r->neighbours[p];
	if (!n)
		fail(r, "a datagram left to nobody on the mesh: %s", item_describe(i));
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

static void take_target(struct run *r, const struct target *t)
{
	const struct send *s = &r->actions.sends[t->send];
	r->items = rows_grow(r->items, &r->item_cap, r->item_count + 1, sizeof(*r->items));
	struct item *i = &r->items[r->item_count++];
	*i = (struct item){.at = since_start(r), .to = t->where.to, .id = t->id, .len = s->len};
	memcpy(i->bytes, s->bytes, s->len);
	if (s->id_at)
		for (unsigned b = 0; b < 4; b++)
			i->bytes[s->id_at + b] = (uint8_t)(t->id >> (24 - 8 * b));
	i->burst = i->len > 4 && memcmp(i->bytes, "DMRD", 4) == 0;
	if (conf_socket(&r->conf, t->where.socket).user == USER_PEERS)
		read_for_peer(r, i, t->where.socket);
	if (r->verbose)
		printf("  %8" PRId64 "   -> %" PRIu32 " %s\n", i->at, i->id, item_describe(i));
	if (!addr_same_ip(&t->where.from, conf_socket_bind(&r->conf, t->where.socket)))
		fail(r, "%s left from another address than it was asked at", item_describe(i));
	if (i->burst)
		judge_item(r, i);
	if (i->len == 10 && memcmp(i->bytes, "RPTACK", 6) == 0) {
		r->challenges = rows_grow(r->challenges, &r->challenge_cap, r->challenge_count + 1,
		                          sizeof(*r->challenges));
		struct challenge *c = &r->challenges[r->challenge_count++];
		c->at = i->to;
		memcpy(c->salt, i->bytes + 6, 4);
	}
}

void record_show(const struct record *rec)
{
	char line[1500];
	struct text t = text_make(line, sizeof(line));
	record_json(&t, rec, -START_TICK);
	printf("           %s %s %s %s\n", record_kind_name(rec->kind), change_name(rec->change),
	       cause_name(rec->cause), line);
}

static void take_record(struct run *r, const struct record *rec)
{
	uint8_t bytes[RECORD_MAX];
	struct wr w = wr_make(bytes, sizeof(bytes));
	record_write(&w, rec);
	if (wr_len(&w) == 0)
		fail(r, "a record does not fit RECORD_MAX: %s", record_kind_name(rec->kind));
	if (rec->change == CHANGE_SNAPSHOT && rec->kind < RECORD_ROWS) {
		r->rows = rows_grow(r->rows, &r->row_cap, r->row_count + 1, sizeof(*r->rows));
		r->rows[r->row_count++] = *rec;
		return;
	}
	if (r->verbose)
		record_show(rec);
	r->records =
		rows_grow(r->records, &r->record_cap, r->record_count + 1, sizeof(*r->records));
	r->records[r->record_count++] = *rec;
}

void outcome_take(struct run *r)
{
	uint64_t digest = GOLDEN_START;

	golden_step(&digest, r->now, &r->actions);
	for (uint32_t i = 0; i < r->actions.target_count; i++)
		take_target(r, &r->actions.targets[i]);
	for (uint32_t i = 0; i < r->actions.record_count; i++)
		take_record(r, &r->actions.records[i]);
	hashes_push(r, digest);
	hashes_push(r, r->standing.hash);
}

struct item *item_unread(struct run *r, const struct addr *at, uint32_t id)
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
