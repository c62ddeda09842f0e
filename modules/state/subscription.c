#include "state/subscription.h"

#define EMPTY POOL_NONE

static uint64_t rf_key(uint32_t client, uint8_t slot, uint32_t rf_tg)
{
	return (uint64_t)client << 32 | (uint64_t)slot << 24 | rf_tg;
}

void subscriptions_open(struct subscriptions *t, struct arena *arena, uint32_t capacity,
                        uint32_t streams, uint64_t secret)
{
	pool_open(&t->pool, arena, "subscriptions", capacity, sizeof(struct subscription));
	pool_open(&t->conferences, arena, "conferences", capacity + streams,
	          sizeof(struct conference));
	hash_open(&t->by_rf, arena, "subscriptions by talkgroup", capacity, secret);
	hash_open(&t->by_tg, arena, "conferences by talkgroup", capacity + streams, secret);
}

struct subscription *subscription_at(const struct subscriptions *t, uint32_t index)
{
	return pool_at(&t->pool, index);
}

struct subscription *subscription_get(const struct subscriptions *t, struct handle h)
{
	return pool_get(&t->pool, h);
}

struct subscription *subscription_find(const struct subscriptions *t, const struct session *s,
                                       uint8_t slot, uint32_t rf_tg)
{
	uint32_t index = hash_get(&t->by_rf, rf_key(s->id, slot, rf_tg));
	return index == HASH_NOT_FOUND ? NULL : pool_at(&t->pool, index);
}

struct conference *conference_at(const struct subscriptions *t, uint32_t index)
{
	return pool_at(&t->conferences, index);
}

struct conference *conference_find(const struct subscriptions *t, uint32_t tg)
{
	uint32_t index = hash_get(&t->by_tg, tg);
	return index == HASH_NOT_FOUND ? NULL : pool_at(&t->conferences, index);
}

static struct conference *conference_make(struct subscriptions *t, uint32_t tg)
{
	struct conference *c = conference_find(t, tg);

	if (c)
		return c;
	c = pool_take(&t->conferences);
	if (!c)
		return NULL;
	c->tg = tg;
	c->subscriptions = c->last = EMPTY;
	c->free_since = TICK_LONG_AGO;
	hash_put(&t->by_tg, tg, c->row.index);
	return c;
}

static void conference_drop_if_unused(struct subscriptions *t, struct conference *c)
{
	if (c->count || c->streams)
		return;
	hash_remove(&t->by_tg, c->tg);
	pool_give(&t->conferences, c);
}

struct conference *conference_hold(struct subscriptions *t, uint32_t tg)
{
	struct conference *c = conference_make(t, tg);

	if (c)
		c->streams++;
	return c;
}

void conference_let_go(struct subscriptions *t, struct conference *c)
{
	c->streams--;
	conference_drop_if_unused(t, c);
}

/* Own number first, others behind: see the head of subscription.h. */
static void join_conference(struct subscriptions *t, struct conference *c, struct subscription *x)
{
	bool first = x->rf_tg == c->tg;

	x->conference = c->row.index;
	x->next = first ? c->subscriptions : EMPTY;
	x->previous = first ? EMPTY : c->last;
	if (x->next != EMPTY)
		subscription_at(t, x->next)->previous = x->row.index;
	else
		c->last = x->row.index;
	if (x->previous != EMPTY)
		subscription_at(t, x->previous)->next = x->row.index;
	else
		c->subscriptions = x->row.index;
	c->count++;
}

static void leave_conference(struct subscriptions *t, struct subscription *x)
{
	struct conference *c = conference_at(t, x->conference);

	if (x->next != EMPTY)
		subscription_at(t, x->next)->previous = x->previous;
	else
		c->last = x->previous;
	if (x->previous != EMPTY)
		subscription_at(t, x->previous)->next = x->next;
	else
		c->subscriptions = x->next;
	c->count--;
	conference_drop_if_unused(t, c);
}

static void join_slot(struct subscriptions *t, struct slot *slot, struct subscription *x)
{
	x->slot_previous = EMPTY;
	x->slot_next = slot->subscriptions;
	if (x->slot_next != EMPTY)
		subscription_at(t, x->slot_next)->slot_previous = x->row.index;
	slot->subscriptions = x->row.index;
}

static void leave_slot(struct subscriptions *t, struct slot *slot, struct subscription *x)
{
	if (x->slot_next != EMPTY)
		subscription_at(t, x->slot_next)->slot_previous = x->slot_previous;
	if (x->slot_previous != EMPTY)
		subscription_at(t, x->slot_previous)->slot_next = x->slot_next;
	else
		slot->subscriptions = x->slot_next;
}

struct subscription *subscription_add(struct subscriptions *t, struct session *s, uint8_t slot,
                                      uint32_t rf_tg, uint32_t conference_tg,
                                      enum subscription_mode mode)
{
	struct subscription *x = pool_take(&t->pool);

	if (!x)
		return NULL;
	struct conference *c = conference_make(t, conference_tg);
	if (!c) {
		pool_give(&t->pool, x);
		return NULL;
	}
	x->rf_tg = rf_tg;
	x->session = s->row.index;
	x->slot = slot;
	x->active = true;
	x->mode = mode;
	x->expiry = expiry_none();
	hash_put(&t->by_rf, rf_key(s->id, slot, rf_tg), x->row.index);
	join_conference(t, c, x);
	join_slot(t, &s->slot[slot - 1], x);
	return x;
}

void subscription_remove(struct subscriptions *t, struct session *s, struct subscription *x)
{
	hash_remove(&t->by_rf, rf_key(s->id, x->slot, x->rf_tg));
	leave_conference(t, x);
	leave_slot(t, &s->slot[x->slot - 1], x);
	pool_give(&t->pool, x);
}
