#include "state/subscription.h"

#include <stdbool.h>
#include <string.h>

#include "base/util.h"
#include "harness/t.h"

#define SESSIONS 4u
#define ROWS 24u
#define STREAMS 3u

static struct arena arena;
static struct sessions sessions;
static struct subscriptions table;
static struct session *client[SESSIONS];

static void open_both(struct arena *a)
{
	sessions_open(&sessions, a, SESSIONS, 1);
	subscriptions_open(&table, a, ROWS, ROWS + STREAMS, 1);
}

static bool open_tables(void)
{
	struct arena measure;

	arena_release(&arena);
	arena_measure(&measure);
	open_both(&measure);
	if (!arena_claim(&arena, measure.used))
		return false;
	open_both(&arena);
	for (uint32_t i = 0; i < SESSIONS; i++)
		client[i] = session_add(&sessions, 234500001 + i);
	return client[SESSIONS - 1] != NULL;
}

static struct subscription *add(unsigned who, uint8_t slot, uint32_t tg, uint32_t conference)
{
	return subscription_add(&table, client[who], slot, tg, conference, SUBSCRIPTION_STATIC);
}

/* The talkgroups a conference lists, in order: "91 9 9". */
static const char *listed(uint32_t conference)
{
	static char text[200];
	struct text t = text_make(text, sizeof(text));
	const struct conference *c = conference_find(&table, conference);

	for (const struct subscription *x =
	             subscription_at(&table, c ? c->subscriptions : POOL_NONE);
	     x; x = subscription_at(&table, x->in_conference.next))
		text_format(&t, "%s%lu", t.len ? " " : "", (unsigned long)x->rf_tg);
	return text;
}

T_CASE(a_talkgroup_means_something_on_its_slot_only)
{
	T_CHECK(open_tables());
	struct subscription *x = add(0, 2, 91, 91);
	T_CHECK(x && x->active && x->slot == 2 && x->session == client[0]->row.index);
	T_EQUAL(x->expiry.deadline, TICK_NEVER);
	T_CHECK(subscription_find(&table, client[0], 2, 91) == x);
	T_CHECK(!subscription_find(&table, client[0], 1, 91));
	T_CHECK(!subscription_find(&table, client[0], 2, 92));
	T_CHECK(!subscription_find(&table, client[1], 2, 91));
	subscription_remove(&table, client[0], x);
	T_CHECK(!subscription_find(&table, client[0], 2, 91));
	T_EQUAL(client[0]->slot[1].subscriptions, POOL_NONE);
}

T_CASE(own_number_stands_before_others)
{
	T_CHECK(open_tables());
	T_CHECK(add(0, 2, 9, 91) && add(1, 2, 91, 91) && add(2, 2, 9, 91) && add(2, 2, 91, 91));
	T_TEXT(listed(91), "91 91 9 9");
	subscription_remove(&table, client[1], subscription_find(&table, client[1], 2, 91));
	T_TEXT(listed(91), "91 9 9");
	subscription_remove(&table, client[2], subscription_find(&table, client[2], 2, 9));
	T_CHECK(add(3, 1, 91, 91) && add(3, 2, 9, 91));
	T_TEXT(listed(91), "91 91 9 9");
}

T_CASE(a_conference_stays_while_it_is_listened_to_or_spoken_in)
{
	T_CHECK(open_tables());
	struct subscription *x = add(0, 2, 91, 91);
	struct conference *c = conference_hold(&table, 91);
	T_CHECK(c && c == conference_find(&table, 91) && conference_at(&table, x->conference) == c);
	subscription_remove(&table, client[0], x);
	T_CHECK(conference_find(&table, 91) == c);
	T_CHECK(conference_hold(&table, 91) == c);
	conference_let_go(&table, c);
	T_CHECK(conference_find(&table, 91) == c);
	conference_let_go(&table, c);
	T_CHECK(!conference_find(&table, 91));
	T_EQUAL(table.conferences.used, 0);
}

T_CASE(full_table_refuses_newest_and_leaves_no_trace)
{
	T_CHECK(open_tables());
	for (uint32_t i = 0; i < ROWS; i++)
		T_CHECK(add(0, 1, 100 + i, 100 + i) != NULL);
	T_CHECK(!add(1, 1, 500, 500));
	T_CHECK(!conference_find(&table, 500) && !subscription_find(&table, client[1], 1, 500));
	T_EQUAL(client[1]->slot[0].subscriptions, POOL_NONE);
	T_EQUAL(table.pool.full_total, 1);
}

static struct conference *plant(uint32_t tg)
{
	struct conference *c = pool_take(&table.conferences);

	c->tg = tg;
	c->subscriptions = c->last = POOL_NONE;
	c->speaker = HANDLE_NONE;
	return c;
}

/* What a fault may have left: a conference twice, unused ones, a talker that is gone. */
T_CASE(conferences_are_settled)
{
	T_CHECK(open_tables());
	T_CHECK(add(0, 1, 91, 91) != NULL);
	conference_find(&table, 91)->speaker = (struct handle){0, 12345};
	plant(91);
	struct conference *used = plant(92);
	used->streams = 1;
	struct conference *unused = plant(93);
	T_CHECK(hash_put(&table.by_tg, 93, unused->row.index));
	T_EQUAL(table.conferences.used, 4);
	subscriptions_settle(&table, &sessions.pool);
	T_EQUAL(table.conferences.used, 2);
	T_CHECK(pool_at(&table.conferences, used->row.index) == used);
	T_CHECK(handle_is_none(conference_find(&table, 91)->speaker));
	T_TEXT(listed(91), "91");
	T_CHECK(!conference_find(&table, 93));
}

T_CASE(conferences_are_listed_anew)
{
	T_CHECK(open_tables());
	T_CHECK(add(0, 1, 91, 91) != NULL && add(1, 1, 92, 92) != NULL);
	T_CHECK(hash_remove(&table.by_tg, 91));
	subscriptions_relist(&table);
	T_CHECK(conference_find(&table, 91) && conference_find(&table, 92));
	T_EQUAL(conference_find(&table, 91)->count, 0);
	T_TEXT(listed(91), "");
	T_EQUAL(table.by_tg.count, 2);
	T_EQUAL(table.granted, 0);
}

T_CASE(a_stream_always_gets_its_conference)
{
	T_CHECK(open_tables());
	for (uint32_t i = 0; i < ROWS; i++)
		T_CHECK(add(0, 1, 100 + i, 100 + i) != NULL);
	for (uint32_t i = 0; i < STREAMS; i++)
		T_CHECK(conference_hold(&table, 500 + i) != NULL);
}

T_CASE(a_handle_of_a_subscription_gone_finds_nothing)
{
	T_CHECK(open_tables());
	struct subscription *x = add(0, 2, 91, 91);
	struct handle h = pool_handle(&x->row);
	T_CHECK(subscription_get(&table, h) == x);
	subscription_remove(&table, client[0], x);
	T_CHECK(add(0, 2, 91, 91) == x && !subscription_get(&table, h));
}

/* ---- against a plain array ---- */

#define TGS 9u /* 0 is TG 9, which means one conference or another */

struct wish {
	bool there;
	uint32_t conference;
};

static struct wish model[SESSIONS][2][TGS];

static uint32_t number(uint32_t tg)
{
	return tg ? 90 + tg : 9;
}

static bool same_find(unsigned who, unsigned slot, uint32_t tg)
{
	const struct wish *w = &model[who][slot][tg];
	const struct subscription *x =
		subscription_find(&table, client[who], (uint8_t)(slot + 1), number(tg));

	if (!w->there || !x)
		return !w->there && !x;
	const struct conference *c = conference_at(&table, x->conference);
	return x->rf_tg == number(tg) && x->session == client[who]->row.index &&
	       x->slot == slot + 1 && c && c->tg == w->conference &&
	       c == conference_find(&table, w->conference);
}

static bool same_slots(unsigned who, unsigned slot)
{
	uint32_t wanted = 0, met = 0, previous = POOL_NONE;

	for (uint32_t tg = 0; tg < TGS; tg++) {
		if (!same_find(who, slot, tg))
			return false;
		wanted += model[who][slot][tg].there;
	}
	for (const struct subscription *x =
	             subscription_at(&table, client[who]->slot[slot].subscriptions);
	     x; x = subscription_at(&table, x->in_slot.next)) {
		if (x->in_slot.previous != previous || x->slot != slot + 1 ||
		    x->session != client[who]->row.index || ++met > wanted)
			return false;
		previous = x->row.index;
	}
	return met == wanted;
}

static bool same_conference(uint32_t tg)
{
	const struct conference *c = conference_find(&table, tg);
	uint32_t wanted = 0, met = 0, previous = POOL_NONE;
	bool alias = false;

	for (unsigned who = 0; who < SESSIONS; who++)
		for (unsigned slot = 0; slot < 2; slot++)
			for (uint32_t k = 0; k < TGS; k++)
				wanted += model[who][slot][k].there &&
				          model[who][slot][k].conference == tg;
	if (!c || !wanted)
		return !c && !wanted;
	for (const struct subscription *x = subscription_at(&table, c->subscriptions); x;
	     x = subscription_at(&table, x->in_conference.next)) {
		if (x->in_conference.previous != previous || x->conference != c->row.index ||
		    (alias && x->rf_tg == tg) || ++met > wanted)
			return false;
		alias = x->rf_tg != tg;
		previous = x->row.index;
	}
	return met == wanted && c->count == wanted && c->last == previous;
}

T_CASE(the_indexes_equal_a_plain_array)
{
	enum { TURNS = 10000 };
	uint32_t there = 0;
	uint64_t random = 5;

	T_CHECK(open_tables());
	memset(model, 0, sizeof(model));
	for (int turn = 0; turn < TURNS; turn++) {
		random = random * 6364136223846793005u + 1442695040888963407u;
		uint32_t dice = (uint32_t)(random >> 33);
		unsigned who = dice % SESSIONS, slot = dice / 8 % 2;
		uint32_t tg = dice / 16 % TGS;
		struct wish *w = &model[who][slot][tg];
		if (w->there) {
			subscription_remove(&table, client[who],
			                    subscription_find(&table, client[who],
			                                      (uint8_t)(slot + 1), number(tg)));
			w->there = false;
			there--;
		} else {
			w->conference = tg ? number(tg) : 91 + dice / 1024 % 3;
			w->there = add(who, (uint8_t)(slot + 1), number(tg), w->conference) != NULL;
			T_CHECK(w->there == (there < ROWS));
			there += w->there;
		}
		for (who = 0; who < SESSIONS; who++)
			T_CHECK(same_slots(who, 0) && same_slots(who, 1));
		for (tg = 1; tg < TGS; tg++)
			T_CHECK(same_conference(number(tg)));
		T_EQUAL(table.pool.used, there);
		T_EQUAL(table.by_rf.count, there);
		T_EQUAL(table.by_tg.count, table.conferences.used);
	}
}

T_MAIN()
