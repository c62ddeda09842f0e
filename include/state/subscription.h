/*
 * Subscriptions: a client's slot hears a conference as some talkgroup. Key: (client, slot, rf_tg).
 * The conference usually has the same number; behind TG 9 it is the reflector. The mode tells how a
 * subscription began and decides only when it ends and what replaces it; routing ignores it.
 *
 * A conference has a row while it has subscribers or calls.
 *
 * Three indexes: by conference (a list in the conference's row; subscriptions that carry the
 * conference's own number first, so that a slot that has both hears it under its own number), by
 * (client, slot, rf_tg) (a hash), and by (client, slot) (a list in the slot).
 *
 * Capacity: [limits] subscriptions; as many conferences plus one per stream, so a conference is
 * never refused. Full: the newest subscription is refused. Up to half of the table is kept for the
 * first few subscriptions of each client, so that those who ask for many leave the others theirs.
 */
#ifndef STATE_SUBSCRIPTION_H
#define STATE_SUBSCRIPTION_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/expiry.h"
#include "base/hash.h"
#include "state/pool.h"
#include "state/session.h"
#include "wire/record.h"

struct conference {
	struct pool_row row;
	uint32_t tg;
	uint32_t subscriptions; /* first of the list */
	uint32_t last;          /* last of the list */
	uint32_t count;
	uint32_t streams;      /* streams that refer to it: it stays while any does */
	struct handle speaker; /* the stream that is heard; none when free */
	tick_t free_since;
};

struct subscription_links {
	uint32_t next, previous; /* indexes of rows, POOL_NONE at the ends */
};

struct subscription {
	struct pool_row row;
	uint32_t rf_tg;
	uint32_t conference; /* index of the conference's row */
	uint32_t session;    /* index of the session's row, which outlives the subscription */
	uint8_t slot;        /* 1 or 2; of a simplex client always 2 */
	bool active;         /* false: suspended by single mode */
	enum subscription_mode mode;
	struct subscription_links in_conference, in_slot;
	struct expiry expiry;
};

struct subscriptions {
	struct pool pool;
	struct pool conferences;
	struct hash by_rf;
	struct hash by_tg; /* talkgroup -> conference row */
	uint32_t share;    /* subscriptions of a client for which rows are kept */
	uint32_t reserved; /* rows kept for those of all clients */
	uint32_t granted;  /* of them in use: each client's, but at most its share */
};

#define SUBSCRIPTION_SHARE_MAX 8u

void subscriptions_open(struct subscriptions *t, struct arena *arena, uint32_t capacity,
                        uint32_t conferences, uint64_t secret);

/* Reserves rows for the first subscriptions of that many clients; `rows` are shared by all. */
void subscriptions_reserve(struct subscriptions *t, uint32_t rows, uint32_t clients);

/* The subscription of this talkgroup on this slot of the session, even if suspended; NULL if none.
 */
struct subscription *subscription_find(const struct subscriptions *t, const struct session *s,
                                       uint8_t slot, uint32_t rf_tg);
struct subscription *subscription_get(const struct subscriptions *t, struct handle h);
struct subscription *subscription_at(const struct subscriptions *t, uint32_t index);

/* A new row; the caller has checked that (session, slot, rf_tg) has none. NULL when full, or when
 * the rest is kept for others. */
struct subscription *subscription_add(struct subscriptions *t, struct session *s, uint8_t slot,
                                      uint32_t rf_tg, uint32_t conference_tg,
                                      enum subscription_mode mode);
/* Likewise for an existing, filled row: adds it to the indexes. */
void subscription_list(struct subscriptions *t, struct session *s, struct subscription *x,
                       uint32_t conference_tg);
void subscription_remove(struct subscriptions *t, struct session *s, struct subscription *x);

/* All subscriptions of a slot; the body may remove the current one. Lists are followed no further
 * than there are rows: one that is torn may lead in a circle. */
#define SUBSCRIPTION_EACH(x, t, slot)                                                              \
	for (uint32_t x##_left = (t)->pool.used; x##_left > 0; x##_left = 0)                       \
		for (struct subscription *x = subscription_at(t, (slot)->subscriptions),           \
		                         *x##_next;                                                \
		     x && x##_left-- > 0 &&                                                        \
		     (x##_next = subscription_at(t, x->in_slot.next), true);                       \
		     x = x##_next)

/* All subscriptions of a conference, its own number first; the body removes none. */
#define CONFERENCE_EACH(x, t, conference)                                                          \
	for (uint32_t x##_left = (conference)->count; x##_left > 0; x##_left = 0)                  \
		for (const struct subscription *x =                                                \
		             subscription_at(t, (conference)->subscriptions);                      \
		     x && x##_left-- > 0; x = subscription_at(t, x->in_conference.next))

struct conference *conference_find(const struct subscriptions *t, uint32_t tg);
struct conference *conference_at(const struct subscriptions *t, uint32_t index);
/* The talkgroup it leads to; 0 if its conference is gone. */
uint32_t subscription_tg(const struct subscriptions *t, const struct subscription *x);

/* The conference's row, existing or new; a stream holds it until it releases it. */
struct conference *conference_hold(struct subscriptions *t, uint32_t tg);
void conference_let_go(struct subscriptions *t, struct conference *c);

/*
 * Rebuilds the lists of conferences in three steps, once no session counts any: empties all and
 * indexes them by number; subscription_list puts each subscription back, and the caller counts the
 * streams; removes unused conferences, and speakers that are gone.
 */
void subscriptions_relist(struct subscriptions *t);
void subscriptions_settle(struct subscriptions *t, const struct pool *streams);

#endif
