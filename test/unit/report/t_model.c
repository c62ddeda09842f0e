#include "report/model/model.h"

#include <stdlib.h>
#include <string.h>

#include "harness/t.h"

static const struct conf_limits limits = {.sessions = 20, .subscriptions = 100, .streams = 20};

static struct record session(uint32_t client, enum change change)
{
	return (struct record){
		.kind = RECORD_SESSION, .change = change, .session = {.client = client}};
}

static struct record subscription(uint32_t client, uint32_t tg, bool active, enum change change)
{
	return (struct record){.kind = RECORD_SUBSCRIPTION,
	                       .change = change,
	                       .subscription = {.client = client,
	                                        .slot = 2,
	                                        .rf_tg = tg,
	                                        .conference = tg,
	                                        .active = active,
	                                        .until = TICK_NEVER}};
}

static struct record call(uint32_t origin, uint32_t stream, uint32_t tg, enum change change)
{
	return (struct record){
		.kind = RECORD_CALL,
		.change = change,
		.at = stream,
		.call = {.origin = source_client(origin), .stream = stream, .conference = tg}};
}

static struct record slot(uint32_t client, uint8_t number, enum change change)
{
	return (struct record){
		.kind = RECORD_SLOT, .change = change, .slot = {.client = client, .slot = number}};
}

static void take(struct model *m, struct record r)
{
	model_take(m, &r, 0);
}

static void mark(struct model *m, uint32_t number, bool begin, tick_t now)
{
	struct record r = {.kind = RECORD_SNAPSHOT, .snapshot = {number, begin}};

	model_take(m, &r, now);
}

static void drop(struct model *m)
{
	struct record r = {.kind = RECORD_DROPPED, .dropped = {1, 1}};

	model_take(m, &r, 0);
}

static unsigned walk_count(const struct model *m, struct model_walk walk)
{
	struct record r;
	unsigned count = 0;

	while (model_next(m, &walk, &r))
		count++;
	return count;
}

T_CASE(rows_come_and_go_and_are_told_in_the_order_of_keys)
{
	struct model *m = model_open(&limits);
	struct record r;

	take(m, session(300, CHANGE_BEGIN));
	take(m, session(20, CHANGE_SNAPSHOT));
	take(m, session(1000, CHANGE_UPDATE));
	take(m, session(20, CHANGE_UPDATE));
	struct model_walk walk = model_walk_kind(RECORD_SESSION);
	T_CHECK(model_next(m, &walk, &r));
	T_EQUAL(r.session.client, 20);
	T_EQUAL(r.change, CHANGE_UPDATE);
	take(m, session(300, CHANGE_END));
	take(m, session(20, CHANGE_END));
	T_CHECK(model_next(m, &walk, &r));
	T_EQUAL(r.session.client, 1000);
	T_CHECK(!model_next(m, &walk, &r));
	T_EQUAL(model_count(m, RECORD_SESSION), 1);
	model_close(m);
}

T_CASE(the_end_of_a_session_takes_slots_and_subscriptions_along)
{
	struct model *m = model_open(&limits);

	for (uint32_t client = 1; client <= 3; client++) {
		take(m, session(client, CHANGE_BEGIN));
		take(m, slot(client, 1, CHANGE_BEGIN));
		take(m, slot(client, 2, CHANGE_BEGIN));
		take(m, subscription(client, 91, true, CHANGE_BEGIN));
	}
	struct record end = session(2, CHANGE_END);
	end.cause = CAUSE_EXPIRED;
	take(m, end);
	T_EQUAL(walk_count(m, model_walk_client(RECORD_SLOT, 2)), 0);
	T_EQUAL(walk_count(m, model_walk_client(RECORD_SLOT, 3)), 2);
	T_EQUAL(walk_count(m, model_walk_kind(RECORD_SUBSCRIPTION)), 2);
	T_EQUAL(model_past_session(m, 0)->session.client, 2);
	T_EQUAL(model_past_session(m, 0)->cause, CAUSE_EXPIRED);
	T_CHECK(!model_past_session(m, 1));
	model_close(m);
}

T_CASE(a_whole_snapshot_sweeps_what_it_did_not_show)
{
	struct model *m = model_open(&limits);

	T_CHECK(model_wants_snapshot(m));
	take(m, session(1, CHANGE_BEGIN));
	take(m, session(2, CHANGE_BEGIN));
	mark(m, 7, true, 5000);
	take(m, session(2, CHANGE_SNAPSHOT));
	take(m, session(3, CHANGE_BEGIN)); /* newer than the snapshot, in between */
	T_EQUAL(model_count(m, RECORD_SESSION), 3);
	T_CHECK(model_fresh_at(m) < 0);
	mark(m, 7, false, 6000);
	T_EQUAL(model_count(m, RECORD_SESSION), 2);
	T_EQUAL(walk_count(m, model_walk_client(RECORD_SESSION, 1)), 0);
	T_EQUAL(model_fresh_at(m), 5000);
	T_CHECK(!model_wants_snapshot(m));
	model_close(m);
}

T_CASE(a_snapshot_with_a_gap_sweeps_nothing_and_another_is_wanted)
{
	struct model *m = model_open(&limits);

	mark(m, 1, true, 10);
	mark(m, 1, false, 20);
	take(m, session(1, CHANGE_BEGIN));
	mark(m, 2, true, 30);
	drop(m);
	mark(m, 2, false, 40);
	T_EQUAL(model_count(m, RECORD_SESSION), 1);
	T_EQUAL(model_fresh_at(m), 10);
	T_CHECK(model_wants_snapshot(m));
	mark(m, 3, false, 50); /* an end whose begin was lost */
	T_EQUAL(model_count(m, RECORD_SESSION), 1);
	mark(m, 4, true, 60);
	mark(m, 3, false, 70); /* the end of another */
	T_EQUAL(model_count(m, RECORD_SESSION), 1);
	T_CHECK(model_wants_snapshot(m));
	mark(m, 5, true, 80);
	mark(m, 5, false, 90);
	T_EQUAL(model_count(m, RECORD_SESSION), 0);
	T_CHECK(!model_wants_snapshot(m));
	model_close(m);
}

T_CASE(a_full_table_refuses_the_newest_and_updates_the_others)
{
	struct model *m = model_open(&limits);
	struct record r;

	for (uint32_t i = 1; i <= 2 * limits.sessions + 3; i++)
		take(m, session(i, CHANGE_BEGIN));
	T_EQUAL(model_count(m, RECORD_SESSION), 2 * limits.sessions);
	T_EQUAL(model_refused_total(m), 3);
	take(m, session(1, CHANGE_UPDATE));
	struct model_walk walk = model_walk_client(RECORD_SESSION, 1);
	T_CHECK(model_next(m, &walk, &r));
	T_EQUAL(r.change, CHANGE_UPDATE);
	T_EQUAL(model_refused_total(m), 3);
	model_close(m);
}

T_CASE(conferences_are_counted_as_rows_come_and_go)
{
	struct model *m = model_open(&limits);
	struct conference c;

	take(m, subscription(1, 91, true, CHANGE_BEGIN));
	take(m, subscription(2, 91, true, CHANGE_BEGIN));
	take(m, subscription(2, 91, false, CHANGE_UPDATE));
	take(m, subscription(2, 2350, true, CHANGE_BEGIN));
	take(m, call(1, 77, 91, CHANGE_BEGIN));
	struct record waiting = call(2, 78, 91, CHANGE_BEGIN);
	waiting.call.state = CALL_WAITING;
	take(m, waiting);
	T_CHECK(model_conference(m, 0, &c));
	T_EQUAL(c.number, 91);
	T_EQUAL(c.subscriptions, 2);
	T_EQUAL(c.active, 1);
	T_EQUAL(c.calls, 1);
	T_CHECK(model_conference(m, 92, &c));
	T_EQUAL(c.number, 2350);
	T_CHECK(!model_conference(m, 2351, &c));
	take(m, subscription(2, 2350, true, CHANGE_END));
	T_CHECK(!model_conference(m, 92, &c));
	take(m, subscription(1, 91, true, CHANGE_END));
	take(m, subscription(2, 91, true, CHANGE_END));
	T_CHECK(model_conference(m, 0, &c));
	T_EQUAL(c.calls, 1);
	take(m, call(1, 77, 91, CHANGE_END));
	T_CHECK(!model_conference(m, 0, &c));
	model_close(m);
}

/*
 * The naive model: an array of records that is searched from end to end.
 */
#define NAIVE_MAX 400

struct naive {
	struct record rows[NAIVE_MAX];
	bool seen[NAIVE_MAX];
	size_t count;
};

static void naive_remove(struct naive *n, size_t i)
{
	n->count--;
	n->rows[i] = n->rows[n->count];
	n->seen[i] = n->seen[n->count];
}

static size_t naive_find(const struct naive *n, const struct record *r)
{
	size_t i = 0;

	while (i < n->count && !record_same_key(&n->rows[i], r))
		i++;
	return i;
}

static void naive_end(struct naive *n, const struct record *r)
{
	size_t i = naive_find(n, r);

	if (i < n->count)
		naive_remove(n, i);
	for (i = 0; r->kind == RECORD_SESSION && i < n->count;) {
		const struct record *x = &n->rows[i];
		if ((x->kind == RECORD_SLOT && x->slot.client == r->session.client) ||
		    (x->kind == RECORD_SUBSCRIPTION && x->subscription.client == r->session.client))
			naive_remove(n, i);
		else
			i++;
	}
}

static void naive_take(struct naive *n, const struct record *r)
{
	if (r->change == CHANGE_END) {
		naive_end(n, r);
		return;
	}
	size_t i = naive_find(n, r);
	if (i == n->count)
		n->count++;
	n->rows[i] = *r;
	n->seen[i] = true;
}

static void naive_sweep(struct naive *n)
{
	for (size_t i = 0; i < n->count;) {
		if (n->seen[i])
			i++;
		else
			naive_remove(n, i);
	}
}

static uint32_t random_state = 99;

static uint32_t any(uint32_t below)
{
	random_state = random_state * 1664525u + 1013904223u;
	return (random_state >> 8) % below;
}

static struct record any_row(void)
{
	static const enum change changes[] = {CHANGE_BEGIN, CHANGE_UPDATE, CHANGE_END,
	                                      CHANGE_SNAPSHOT};
	enum change change = changes[any(4)];
	uint32_t client = 1 + any(12);

	switch (any(4)) {
	case 0:
		return session(client, any(3) ? CHANGE_UPDATE : change);
	case 1:
		return slot(client, (uint8_t)(1 + any(2)), change);
	case 2:
		return subscription(client, 90 + any(5), any(2), change);
	default:
		return call(client, any(3), 90 + any(5), change);
	}
}

static bool same_rows(const struct model *m, const struct naive *n)
{
	size_t total = 0;

	for (enum record_kind k = 0; k < RECORD_ROWS; k++) {
		struct model_walk walk = model_walk_kind(k);
		struct record r;
		while (model_next(m, &walk, &r)) {
			size_t i = naive_find(n, &r);
			if (i == n->count || n->rows[i].change != r.change)
				return false;
			total++;
		}
	}
	return total == n->count;
}

static bool same_conferences(const struct model *m, const struct naive *n)
{
	for (uint32_t tg = 90; tg < 95; tg++) {
		struct conference want = {.number = tg}, c = {.number = 0};
		for (size_t i = 0; i < n->count; i++) {
			const struct record *r = &n->rows[i];
			if (r->kind == RECORD_SUBSCRIPTION && r->subscription.conference == tg) {
				want.subscriptions++;
				want.active += r->subscription.active;
			}
			want.calls += r->kind == RECORD_CALL && r->call.conference == tg;
		}
		bool there = model_conference(m, tg, &c) && c.number == tg;
		if (there != (want.subscriptions + want.calls > 0))
			return false;
		if (there && memcmp(&c, &want, sizeof(c)) != 0)
			return false;
	}
	return true;
}

T_CASE(random_records_leave_what_a_naive_mirror_has)
{
	static struct naive n;
	struct model *m = model_open(
		&(struct conf_limits){.sessions = 100, .subscriptions = 100, .streams = 100});
	bool whole = false;
	uint32_t number = 0;

	for (int step = 0; step < 20000; step++) {
		uint32_t dice = any(300);
		if (dice == 0) {
			mark(m, ++number, true, step);
			memset(n.seen, 0, sizeof(n.seen));
			whole = true;
		} else if (dice == 1) {
			mark(m, number, false, step);
			if (whole)
				naive_sweep(&n);
			whole = false;
		} else if (dice == 2 && any(3) == 0) {
			drop(m);
			whole = false;
		} else {
			struct record r = any_row();
			model_take(m, &r, step);
			naive_take(&n, &r);
		}
		if (step % 31 == 0 || dice < 3) {
			T_CHECK(same_rows(m, &n));
			T_CHECK(same_conferences(m, &n));
		}
	}
	T_EQUAL(model_refused_total(m), 0);
	model_close(m);
}

T_MAIN()
