/*
 * The reporter's mirror of the core's tables, built from records only.
 *
 * A row is stored as received, under its key (record_key). Snapshot, begin and update replace the
 * row with that key; an end removes it, and the end of a session also removes its slots and
 * subscriptions. Rows that a complete snapshot did not contain are removed. If records were dropped
 * meanwhile, the snapshot is incomplete: it removes nothing, and the model requests another.
 *
 * The last ended sessions are kept, newest first. Conferences are counted from subscriptions and
 * calls.
 *
 * Opaque, on the heap. Limited to twice the capacity of the voice process (old rows stay beside new
 * ones until they are removed); full: the newest is refused and counted.
 */
#ifndef REPORT_MODEL_H
#define REPORT_MODEL_H

#include <stdbool.h>
#include <stdint.h>

#include "base/tick.h"
#include "conf/conf.h"
#include "report/model/order.h"
#include "wire/record.h"

#define MODEL_PAST_MAX 200u

struct model;

struct conference {
	uint32_t number;
	uint32_t subscriptions; /* of slots */
	uint32_t active;        /* ... that are not suspended */
	uint32_t calls;         /* running */
};

/* NULL: out of memory. */
struct model *model_open(const struct conf_limits *limits);
void model_close(struct model *m);

/* Takes a row, a ping, a snapshot mark or a dropped count; other kinds change nothing. */
void model_take(struct model *m, const struct record *r, tick_t now);

/*
 * Sets the function called for each row that a snapshot no longer contains: it ended while records
 * were lost. The row is the last known one, with CHANGE_END and no cause.
 */
typedef void model_gone(void *owner, const struct record *r);
void model_tell_gone(struct model *m, model_gone *tell, void *owner);

/* The known row with the key of `r`; false if there is none. */
bool model_find(const struct model *m, const struct record *r, struct record *out);

/* Does the mirror have a gap that only a snapshot can close? True at first. */
bool model_wants_snapshot(const struct model *m);

/* Is a snapshot being received, without a gap so far? */
bool model_in_snapshot(const struct model *m);

/* When the last complete snapshot began; TICK_LONG_AGO before the first. */
tick_t model_fresh_at(const struct model *m);

/*
 * A walk over the rows with a common key prefix, in key order. Rows may come and go between steps;
 * each row that stays is visited once.
 */
struct model_walk {
	uint8_t prefix_len;
	uint8_t len; /* of the last key visited */
	uint8_t key[ORDER_KEY_MAX];
	bool begun;
};

struct model_walk model_walk_kind(enum record_kind kind);

/* Only rows whose first key field is this client: its session, slots, subscriptions or calls. */
struct model_walk model_walk_client(enum record_kind kind, uint32_t client);

/* The next row of the walk; false at the end. */
bool model_next(const struct model *m, struct model_walk *walk, struct record *out);

/* The first conference numbered `from` or higher; false if there is none. */
bool model_conference(const struct model *m, uint32_t from, struct conference *out);

/* The nth newest ended session, 0 = the newest; NULL if there is none. */
const struct record *model_past_session(const struct model *m, uint32_t nth);

uint32_t model_count(const struct model *m, enum record_kind kind);
uint64_t model_refused_total(const struct model *m);

#endif
