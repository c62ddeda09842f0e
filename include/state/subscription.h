/*
 * Subscriptions: a client's slot hears a conference as some talkgroup. Key: (client,
 * slot, rf_tg); the conference is what the talkgroup means: the same number, or for a
 * default reflector another one behind TG 9. Where a subscription came from is its
 * mode, which decides only when it ends and what replaces it; routing never asks.
 *
 * Conferences have a row while somebody is subscribed or a call runs in them.
 *
 * Three indexes: by conference (a list in the conference's row; subscriptions that
 * carry the conference's own number first, so that a slot that has both hears it
 * under its own number), by (client, slot, rf_tg) (a hash), and by (client, slot) (a
 * list in the slot).
 *
 * Capacity: [limits] subscriptions; as many conferences plus one per stream, so a
 * conference is never refused. Full: the newest subscription is refused.
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
	uint32_t streams;      /* that name it: it stays while any does */
	struct handle speaker; /* the stream everybody hears; none when free */
	tick_t free_since;
};

struct subscription {
	struct pool_row row;
	uint32_t rf_tg;
	uint32_t conference; /* index of the conference's row */
	uint32_t session;    /* index of the session's row, which outlives it */
	uint8_t slot;        /* 1 or 2; of a simplex client always 2 */
	bool active;         /* false: suspended by single mode */
	enum subscription_mode mode;
	uint32_t next, previous;           /* in the conference */
	uint32_t slot_next, slot_previous; /* in the slot */
	struct expiry expiry;
};

struct subscriptions {
	struct pool pool;
	struct pool conferences;
	struct hash by_rf;
	struct hash by_tg; /* talkgroup -> conference row */
};

void subscriptions_open(struct subscriptions *t, struct arena *arena, uint32_t capacity,
                        uint32_t streams, uint64_t secret);

/* What this talkgroup means on this slot of the session; NULL when nothing. Suspended ones are
 * found too. */
struct subscription *subscription_find(const struct subscriptions *t, const struct session *s,
                                       uint8_t slot, uint32_t rf_tg);
struct subscription *subscription_get(const struct subscriptions *t, struct handle h);
struct subscription *subscription_at(const struct subscriptions *t, uint32_t index);

/* A new row; the caller has looked that (session, slot, rf_tg) has none. NULL when full. */
struct subscription *subscription_add(struct subscriptions *t, struct session *s, uint8_t slot,
                                      uint32_t rf_tg, uint32_t conference_tg,
                                      enum subscription_mode mode);
void subscription_remove(struct subscriptions *t, struct session *s, struct subscription *x);

struct conference *conference_find(const struct subscriptions *t, uint32_t tg);
struct conference *conference_at(const struct subscriptions *t, uint32_t index);

/* The conference's row, made when there is none; a stream holds it until it lets go. */
struct conference *conference_hold(struct subscriptions *t, uint32_t tg);
void conference_let_go(struct subscriptions *t, struct conference *c);

#endif
