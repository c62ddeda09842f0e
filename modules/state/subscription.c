#include "state/subscription.h"

#define EMPTY POOL_NONE

static uint64_t rf_key(const struct session *s, uint8_t slot, uint32_t rf_tg)
{
	return (uint64_t)s->row.index << 32 | (uint64_t)slot << 24 | rf_tg;
}

void subscriptions_open(struct subscriptions *t, struct arena *arena, uint32_t capacity,
                        uint32_t conferences, uint64_t secret)
{
	pool_open(&t->pool, arena, "subscriptions", capacity, sizeof(struct subscription));
	pool_open(&t->conferences, arena, "conferences", conferences, sizeof(struct conference));
	hash_open(&t->by_rf, arena, "subscriptions by talkgroup", capacity, secret);
	hash_open(&t->by_tg, arena, "conferences by talkgroup", conferences, secret);
}

void subscriptions_reserve(struct subscriptions *t, uint32_t rows, uint32_t clients)
{
	uint32_t half = rows / 2;
	uint32_t share = half / clients;

	t->share = share < 1 ? 1 : share > SUBSCRIPTION_SHARE_MAX ? SUBSCRIPTION_SHARE_MAX : share;
	t->reserved = half / t->share < clients ? half : clients * t->share;
}

/* Rows for uplinks are not among those that clients share. */
static bool may_take(const struct subscriptions *t, const struct session *s)
{
	uint32_t free = t->pool.used < pool_size(&t->pool) ? pool_size(&t->pool) - t->pool.used : 0;

	return session_is_uplink(s) || s->subscriptions < t->share || t->granted >= t->reserved ||
	       free > t->reserved - t->granted;
}

static void count_in(struct subscriptions *t, struct session *s)
{
	t->granted += !session_is_uplink(s) && s->subscriptions < t->share;
	s->subscriptions++;
}

static void count_out(struct subscriptions *t, struct session *s)
{
	s->subscriptions--;
	t->granted -= !session_is_uplink(s) && s->subscriptions < t->share;
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
	uint32_t index = hash_get(&t->by_rf, rf_key(s, slot, rf_tg));
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

uint32_t subscription_tg(const struct subscriptions *t, const struct subscription *x)
{
	const struct conference *c = conference_at(t, x->conference);

	return c ? c->tg : 0;
}

static struct conference *conference_make(struct subscriptions *t, uint32_t tg)
{
	struct conference *c = conference_find(t, tg);

	if (c)
		return c;
	c = pool_take(&t->conferences); /* there is one for each subscription and each stream */
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

	c->streams++;
	return c;
}

void conference_let_go(struct subscriptions *t, struct conference *c)
{
	c->streams--;
	conference_drop_if_unused(t, c);
}

/* One of the two lists that a subscription is in. */
struct list {
	size_t links; /* in struct subscription */
	uint32_t *first, *last;
};

static struct list list_of_conference(struct conference *c)
{
	return (struct list){offsetof(struct subscription, in_conference), &c->subscriptions,
	                     &c->last};
}

static struct list list_of_slot(struct slot *slot, uint32_t *unused)
{
	return (struct list){offsetof(struct subscription, in_slot), &slot->subscriptions, unused};
}

static struct subscription_links *links(struct list list, struct subscription *x)
{
	return (void *)((unsigned char *)x + list.links);
}

/* Makes two rows neighbours; EMPTY is the list itself. */
static void join(struct subscriptions *t, struct list list, uint32_t previous, uint32_t next)
{
	struct subscription *before = subscription_at(t, previous),
			    *after = subscription_at(t, next);

	if (before)
		links(list, before)->next = next;
	else if (previous == EMPTY) /* never: of a whole list, what is not a row is its end */
		*list.first = next;
	if (after)
		links(list, after)->previous = previous;
	else if (next == EMPTY)
		*list.last = previous;
}

static void link_between(struct subscriptions *t, struct list list, const struct subscription *x,
                         struct subscription_links at)
{
	join(t, list, at.previous, x->row.index);
	join(t, list, x->row.index, at.next);
}

static void leave(struct subscriptions *t, struct list list, struct subscription *x)
{
	join(t, list, links(list, x)->previous, links(list, x)->next);
}

/* Its own number first: see the top of subscription.h. */
static void enter_conference(struct subscriptions *t, struct conference *c, struct subscription *x)
{
	bool first = x->rf_tg == c->tg;

	x->conference = c->row.index;
	link_between(
		t, list_of_conference(c), x,
		first ? (struct subscription_links){.next = c->subscriptions, .previous = EMPTY}
		      : (struct subscription_links){.next = EMPTY, .previous = c->last});
	c->count++;
}

static void leave_conference(struct subscriptions *t, struct subscription *x)
{
	struct conference *c = conference_at(t, x->conference);

	if (!c)
		return;
	leave(t, list_of_conference(c), x);
	c->count--;
	conference_drop_if_unused(t, c);
}

void subscription_list(struct subscriptions *t, struct session *s, struct subscription *x,
                       uint32_t conference_tg)
{
	struct conference *c = conference_make(t, conference_tg);
	struct slot *slot = &s->slot[slot_index(x->slot)];

	hash_put(&t->by_rf, rf_key(s, x->slot, x->rf_tg), x->row.index);
	enter_conference(t, c, x);
	link_between(t, list_of_slot(slot, &(uint32_t){EMPTY}), x,
	             (struct subscription_links){.next = slot->subscriptions, .previous = EMPTY});
	count_in(t, s);
}

struct subscription *subscription_add(struct subscriptions *t, struct session *s, uint8_t slot,
                                      uint32_t rf_tg, uint32_t conference_tg,
                                      enum subscription_mode mode)
{
	struct subscription *x = may_take(t, s) ? pool_take(&t->pool) : NULL;

	if (!x)
		return NULL;
	x->rf_tg = rf_tg;
	x->session = s->row.index;
	x->slot = slot;
	x->active = true;
	x->mode = mode;
	x->expiry = expiry_none();
	subscription_list(t, s, x, conference_tg);
	return x;
}

void subscription_remove(struct subscriptions *t, struct session *s, struct subscription *x)
{
	hash_remove(&t->by_rf, rf_key(s, x->slot, x->rf_tg));
	leave_conference(t, x);
	leave(t, list_of_slot(&s->slot[slot_index(x->slot)], &(uint32_t){EMPTY}), x);
	count_out(t, s);
	pool_give(&t->pool, x);
}

void subscriptions_relist(struct subscriptions *t)
{
	t->granted = 0;
	POOL_EACH(struct conference *, c, &t->conferences) {
		c->subscriptions = c->last = EMPTY;
		c->count = c->streams = 0;
		if (!conference_find(t, c->tg))
			hash_put(&t->by_tg, c->tg, c->row.index);
	}
}

void subscriptions_settle(struct subscriptions *t, const struct pool *streams)
{
	POOL_EACH(struct conference *, c, &t->conferences) {
		if (!pool_get(streams, c->speaker))
			c->speaker = HANDLE_NONE;
		if (conference_find(t, c->tg) == c)
			conference_drop_if_unused(t, c);
		else if (!c->streams)
			pool_give(&t->conferences, c);
	}
}
