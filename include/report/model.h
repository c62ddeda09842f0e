/*
 * The reporter's mirror of the core's tables, made of records alone.
 *
 * A row is kept as the octets it came in, under its key (record_key). Rows of a
 * snapshot, of a begin and of an update replace what stands under their key; an end
 * removes it, and the end of a session takes its slots and subscriptions along. What a
 * whole snapshot did not show again is swept out. When records were dropped a running
 * snapshot is no longer whole: it sweeps nothing, and the model wants another.
 *
 * The last calls and sessions that ended are remembered, newest first. Conferences
 * are counted as subscriptions and calls come and go.
 *
 * Opaque, on the heap. Bounded by twice what the voice process may hold (old rows stand
 * beside new ones until the sweep); full: the newest is refused and counted.
 */
#ifndef REPORT_MODEL_H
#define REPORT_MODEL_H

#include <stdbool.h>
#include <stdint.h>

#include "base/tick.h"
#include "conf/conf.h"
#include "report/order.h"
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

/* Takes a row, a snapshot mark or a dropped count; other kinds change nothing. */
void model_take(struct model *m, const struct record *r, tick_t now);

/*
 * Has `tell` told of each row that a snapshot no longer shows: it ended while records were lost.
 * The row is as it was known, with CHANGE_END and no cause.
 */
typedef void model_gone(void *owner, const struct record *r);
void model_tell_gone(struct model *m, model_gone *tell, void *owner);

/* The row with the key of `r` as it is known; false when it is not. */
bool model_find(const struct model *m, const struct record *r, struct record *out);

/* Has the mirror a gap that only a snapshot can close? True at first. */
bool model_wants_snapshot(const struct model *m);

/* Is a snapshot coming in, without a gap so far? */
bool model_in_snapshot(const struct model *m);

/* When the last whole snapshot began to come in; TICK_LONG_AGO before the first. */
tick_t model_fresh_at(const struct model *m);

/*
 * A walk over the rows whose keys begin alike, in the order of keys. Rows may come and go between
 * two steps; each row that stays is seen once.
 */
struct model_walk {
	uint8_t prefix_len;
	uint8_t len; /* of the last key seen */
	uint8_t key[ORDER_KEY_MAX];
	bool begun;
};

struct model_walk model_walk_kind(enum record_kind kind);

/* Only rows whose first key field is this client: its session, slots, subscriptions or calls. */
struct model_walk model_walk_client(enum record_kind kind, uint32_t client);

/* The next row of the walk; false at its end. */
bool model_next(const struct model *m, struct model_walk *walk, struct record *out);

/* The first conference numbered `from` or more; false when there is none. */
bool model_conference(const struct model *m, uint32_t from, struct conference *out);

/* The nth newest call or session that ended, 0 = the last; NULL when there is none. */
const struct record *model_past_call(const struct model *m, uint32_t nth);
const struct record *model_past_session(const struct model *m, uint32_t nth);

uint32_t model_count(const struct model *m, enum record_kind kind);
uint64_t model_refused_total(const struct model *m);

#endif
