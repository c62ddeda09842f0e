#include "report/model/model.h"

#include <stdlib.h>
#include <string.h>

/* Limits that no configuration sets. */
#define TABLES_MAX 128u
#define COUNTERS_MAX 512u
#define HISTOGRAMS_MAX 16u

struct row {
	uint32_t mark; /* the snapshot in or after which it was last seen */
	uint16_t len;
	uint8_t octets[];
};

struct past {
	struct record rows[MODEL_PAST_MAX];
	uint64_t total;
};

struct model {
	struct order rows;        /* by record_key: struct row */
	struct order conferences; /* by number: struct conference */
	uint32_t count[RECORD_ROWS];
	uint32_t limit[RECORD_ROWS];
	uint64_t refused_total;
	struct past sessions; /* that ended */

	uint32_t mark; /* rises with each snapshot */
	bool whole;    /* a snapshot is being received without a gap so far */
	uint32_t number;
	tick_t began;
	tick_t fresh_at;
	bool wanted;

	model_gone *gone; /* NULL: none */
	void *gone_owner;
};

struct key {
	size_t len;
	uint8_t octets[ORDER_KEY_MAX];
};

_Static_assert(ORDER_KEY_MAX >= RECORD_KEY_MAX, "every key fits");

static struct key key_of(const struct record *r)
{
	struct key k;
	struct wr w = wr_make(k.octets, sizeof(k.octets));

	record_key(&w, r);
	k.len = wr_len(&w);
	return k;
}

struct model *model_open(const struct conf_limits *limits)
{
	struct model *m = calloc(1, sizeof(*m));

	if (!m)
		return NULL;
	m->limit[RECORD_SERVER] = 1;
	m->limit[RECORD_LISTENER] = 2 * CONF_LISTENERS_MAX;
	m->limit[RECORD_SESSION] = 2 * limits->sessions;
	m->limit[RECORD_SLOT] = 2 * 2 * limits->sessions;
	m->limit[RECORD_SUBSCRIPTION] = 2 * limits->subscriptions;
	m->limit[RECORD_CALL] = 2 * limits->streams;
	m->limit[RECORD_PEER] = 2 * limits->peers + CONF_UPLINKS_MAX;
	m->limit[RECORD_BLOCK] = 512;
	m->limit[RECORD_TABLE] = TABLES_MAX;
	m->limit[RECORD_COUNTER] = COUNTERS_MAX;
	m->limit[RECORD_HISTOGRAM] = HISTOGRAMS_MAX;
	m->fresh_at = TICK_LONG_AGO;
	m->wanted = true;
	return m;
}

static void order_release(struct order *o)
{
	while (o->first[0])
		free(order_remove(o, o->first[0]->key, o->first[0]->key_len));
}

void model_close(struct model *m)
{
	order_release(&m->rows);
	order_release(&m->conferences);
	free(m);
}

static struct record decode(const struct row *row)
{
	struct record r = {.kind = RECORD_KINDS};
	const char *reason;

	(void)!record_parse(row->octets, row->len, &r, &reason); /* it was read when it came */
	return r;
}

static struct key conference_key(uint32_t number)
{
	struct key k;
	struct wr w = wr_make(k.octets, sizeof(k.octets));

	wr_u32(&w, number);
	k.len = wr_len(&w);
	return k;
}

static struct conference *conference_add(struct model *m, const struct key *k, uint32_t number)
{
	struct order_row *row = order_add(&m->conferences, k->octets, k->len);

	if (!row)
		return NULL;
	if (!row->value) {
		struct conference *c = calloc(1, sizeof(*c));
		if (!c) {
			(void)order_remove(&m->conferences, k->octets, k->len);
			return NULL;
		}
		c->number = number;
		row->value = c;
	}
	return row->value;
}

/* What one row contributes to its conference; false if nothing. */
static bool share_of(const struct record *r, struct conference *share)
{
	if (r->kind == RECORD_SUBSCRIPTION) {
		*share = (struct conference){.number = r->subscription.conference,
		                             .subscriptions = 1,
		                             .active = r->subscription.active};
		return true;
	}
	if (r->kind == RECORD_CALL && r->call.state == CALL_RUNNING && !r->call.unit) {
		*share = (struct conference){.number = r->call.conference, .calls = 1};
		return true;
	}
	return false;
}

static void conference_gain(struct model *m, const struct record *r)
{
	struct conference share;

	if (!share_of(r, &share))
		return;
	struct key k = conference_key(share.number);
	struct conference *c = conference_add(m, &k, share.number);
	if (!c)
		return;
	c->subscriptions += share.subscriptions;
	c->active += share.active;
	c->calls += share.calls;
}

static void conference_lose(struct model *m, const struct record *r)
{
	struct conference share;

	if (!share_of(r, &share))
		return;
	struct key k = conference_key(share.number);
	struct order_row *row = order_find(&m->conferences, k.octets, k.len);
	if (!row)
		return;
	struct conference *c = row->value;
	c->subscriptions -= share.subscriptions;
	c->active -= share.active;
	c->calls -= share.calls;
	if (c->subscriptions == 0 && c->calls == 0)
		free(order_remove(&m->conferences, k.octets, k.len));
}

static void row_free(struct model *m, struct row *row)
{
	struct record r = decode(row);

	conference_lose(m, &r);
	m->count[r.kind]--;
	free(row);
}

static void row_remove(struct model *m, const uint8_t *key, size_t len)
{
	struct row *row = order_remove(&m->rows, key, len);

	if (row)
		row_free(m, row);
}

static struct row *row_make(const struct record *r, uint32_t mark)
{
	uint8_t octets[RECORD_MAX];
	struct wr w = wr_make(octets, sizeof(octets));

	record_write(&w, r);
	struct row *row = malloc(sizeof(*row) + wr_len(&w));
	if (!row)
		return NULL;
	row->mark = mark;
	row->len = (uint16_t)wr_len(&w);
	memcpy(row->octets, octets, row->len);
	return row;
}

/* Takes the place of a row with the same key. */
static void row_put(struct model *m, const struct record *r)
{
	struct key k = key_of(r);
	struct order_row *place = order_add(&m->rows, k.octets, k.len);
	bool room = place && (place->value || m->count[r->kind] < m->limit[r->kind]);
	struct row *row = room ? row_make(r, m->mark) : NULL;

	if (!row) {
		row_remove(m, k.octets, k.len);
		m->refused_total++;
		return;
	}
	if (place->value)
		row_free(m, place->value);
	place->value = row;
	m->count[r->kind]++;
	conference_gain(m, r);
}

static void past_put(struct past *p, const struct record *r)
{
	p->rows[p->total % MODEL_PAST_MAX] = *r;
	p->total++;
}

static const struct record *past_get(const struct past *p, uint32_t nth)
{
	if (nth >= MODEL_PAST_MAX || nth >= p->total)
		return NULL;
	return &p->rows[(p->total - 1 - nth) % MODEL_PAST_MAX];
}

static void remove_of_client(struct model *m, enum record_kind kind, uint32_t client)
{
	struct model_walk walk = model_walk_client(kind, client);
	struct record r;

	while (model_next(m, &walk, &r))
		row_remove(m, walk.key, walk.len);
}

static void row_end(struct model *m, const struct record *r)
{
	struct key k = key_of(r);

	row_remove(m, k.octets, k.len);
	if (r->kind != RECORD_SESSION)
		return;
	past_put(&m->sessions, r);
	remove_of_client(m, RECORD_SLOT, r->session.client);
	remove_of_client(m, RECORD_SUBSCRIPTION, r->session.client);
}

void model_tell_gone(struct model *m, model_gone *tell, void *owner)
{
	m->gone = tell;
	m->gone_owner = owner;
}

bool model_find(const struct model *m, const struct record *r, struct record *out)
{
	struct key k = key_of(r);
	const struct order_row *at = order_find(&m->rows, k.octets, k.len);

	if (at)
		*out = decode(at->value);
	return at;
}

static void tell_gone(const struct model *m, const struct row *row, tick_t now)
{
	struct record r = decode(row);

	r.change = CHANGE_END;
	r.cause = CAUSE_NONE;
	r.at = now;
	if (m->gone)
		m->gone(m->gone_owner, &r);
}

/* Removes rows that the snapshot just ended did not contain. */
static void sweep(struct model *m, tick_t now)
{
	for (struct order_row *at = m->rows.first[0], *next; at; at = next) {
		const struct row *row = at->value;

		next = at->next[0];
		if (row->mark == m->mark)
			continue;
		tell_gone(m, row, now);
		row_remove(m, at->key, at->key_len);
	}
}

static void snapshot_mark(struct model *m, const struct snapshot_record *s, tick_t now)
{
	if (s->begin) {
		m->mark++;
		m->whole = true;
		m->number = s->number;
		m->began = now;
		return;
	}
	if (m->whole && m->number == s->number) {
		sweep(m, now);
		m->fresh_at = m->began;
		m->wanted = false;
	}
	m->whole = false;
}

static void ping(struct model *m, const struct record *r)
{
	struct record s = {.kind = RECORD_SESSION, .session = {.client = r->ping.client}};

	if (!model_find(m, &s, &s))
		return;
	s.session.last_ping = r->at;
	row_put(m, &s);
}

void model_take(struct model *m, const struct record *r, tick_t now)
{
	if (r->kind == RECORD_SNAPSHOT)
		snapshot_mark(m, &r->snapshot, now);
	if (r->kind == RECORD_DROPPED) {
		m->whole = false;
		m->wanted = true;
	}
	if (r->kind == RECORD_PING)
		ping(m, r);
	if (r->kind >= RECORD_ROWS)
		return;
	if (r->change == CHANGE_END)
		row_end(m, r);
	else
		row_put(m, r);
}

bool model_wants_snapshot(const struct model *m)
{
	return m->wanted;
}

bool model_in_snapshot(const struct model *m)
{
	return m->whole;
}

tick_t model_fresh_at(const struct model *m)
{
	return m->fresh_at;
}

struct model_walk model_walk_kind(enum record_kind kind)
{
	return (struct model_walk){.prefix_len = 1, .len = 1, .key = {(uint8_t)kind}};
}

struct model_walk model_walk_client(enum record_kind kind, uint32_t client)
{
	struct model_walk walk = {.prefix_len = 5, .len = 5};
	struct wr w = wr_make(walk.key, sizeof(walk.key));

	wr_u8(&w, (uint8_t)kind);
	wr_u32(&w, client);
	return walk;
}

bool model_next(const struct model *m, struct model_walk *walk, struct record *out)
{
	const struct order_row *at = order_after(&m->rows, walk->key, walk->len, !walk->begun);

	if (!at || at->key_len < walk->prefix_len ||
	    memcmp(at->key, walk->key, walk->prefix_len) != 0)
		return false;
	walk->begun = true;
	walk->len = at->key_len;
	memcpy(walk->key, at->key, at->key_len);
	*out = decode(at->value);
	return true;
}

bool model_conference(const struct model *m, uint32_t from, struct conference *out)
{
	struct key k = conference_key(from);
	const struct order_row *at = order_after(&m->conferences, k.octets, k.len, true);
	const struct conference *c = at ? at->value : NULL;

	if (c)
		*out = *c;
	return c;
}

const struct record *model_past_session(const struct model *m, uint32_t nth)
{
	return past_get(&m->sessions, nth);
}

uint32_t model_count(const struct model *m, enum record_kind kind)
{
	return kind < RECORD_ROWS ? m->count[kind] : 0;
}

uint64_t model_refused_total(const struct model *m)
{
	return m->refused_total;
}
