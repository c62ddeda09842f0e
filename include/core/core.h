/*
 * The heart of the server: a function from (state, now, event) to actions.
 *
 * The same state, the same `now` and the same event give the same actions on every machine. Time
 * and randomness are arguments; nothing below voice/ uses a descriptor, clock, file, heap or log. A
 * process can hold a hundred cores, and a recorded run can be replayed.
 *
 * A datagram takes one path: intake decodes it and finds the session; login handles everything that
 * is not a burst; route finds the call's stream and place decides where it goes; deliver asks
 * contention which slots may hear it, slot sends it; records report changes. modules/README.md
 * shows the levels.
 *
 * A core owns all routing state: sessions and their slots, subscriptions, streams, conferences, the
 * expiry heap. Nothing else writes it.
 */
#ifndef CORE_CORE_H
#define CORE_CORE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/tick.h"
#include "conf/conf.h"
#include "core/actions.h"
#include "core/event.h"

#define CORE_SEED_LEN 32u

struct core;

/*
 * Allocates a core from the arena; NULL on a measuring arena. `conf` must outlive it. `seed` is its
 * only source of randomness.
 */
struct core *core_open(struct arena *arena, const struct conf *conf,
                       const uint8_t seed[static CORE_SEED_LEN], tick_t now);

/*
 * The core that another process left in this arena, allocated by core_open for the same sizes and
 * mapped at the same address. That process may have died in the middle of a step: only the
 * following two functions may be called on the core.
 */
struct core *core_find(struct arena *arena, const struct conf *conf);

/* Makes it serve again. NULL if its tables are sound, else a constant text that names the fault.
 * EVENT_MEND and core_check then check its rows. */
const char *core_adopt(struct core *core);

/*
 * For a broken core: the next client after *at (start with UINT32_MAX) that seems to have a
 * session, for EVENT_LOST. False at the end.
 */
bool core_lost_client(struct core *core, uint32_t *at, struct lost_client *out);

/*
 * The whole state of a core as octets, for the binary that replaces this one; see
 * core/telling/handover.h. core_handover_size returns the maximum size; core_hand_over the number
 * of octets written, 0 if they do not fit; core_handover_head writes only the head.
 */
size_t core_handover_size(const struct conf *conf);
size_t core_hand_over(const struct core *core, void *at, size_t room);
size_t core_handover_head(void *at, size_t room);

/* NULL if such octets can be read here, else a constant text. */
const char *core_reads_handover(const void *octets, size_t len);

/*
 * Fills a core that was just opened with that state; `room` is allocated for the purpose. Rows
 * without a place here are counted in *left. NULL on success, else a constant text: then its
 * clients are lost (core_lost_client).
 */
const char *core_take_over(struct core *core, const void *octets, size_t len, struct arena *room,
                           uint32_t *left);

/*
 * The whole state as octets for a recording, without secrets, after EVENT_DERIVE: a core that
 * resumes from them does the same with the same events and verdicts. Returns their number, 0 if
 * they do not fit.
 */
size_t core_checkpoint(const struct core *core, void *at, size_t room);

/* Fills a core that was just opened for the same configuration; `room` is allocated for the
 * purpose. NULL on success, else a constant text. */
const char *core_resume(struct core *core, const void *octets, size_t len, struct arena *room);

/* Takes one event. Needs actions_have_room(actions). */
void core_step(struct core *core, tick_t now, const struct event *event, struct actions *actions);

/* After EVENT_CONF: is that configuration in force? If not, repeat the event. */
bool core_follows(const struct core *core, const struct conf *conf);

/* Does this datagram come from the address of a session or neighbour? Changes nothing, cheap. */
bool core_knows(const struct core *core, const struct event *event);

/* When EVENT_TIME is due next; TICK_NEVER if no timer runs. */
tick_t core_next(const struct core *core);

/* After EVENT_STOP: are any clients not yet logged out? */
bool core_has_sessions(const struct core *core);

/* Their number. */
uint32_t core_sessions(const struct core *core);
uint32_t core_calls(const struct core *core);

/* Is a snapshot in progress, so that EVENT_ROWS would yield rows? */
bool core_wants_rows(const struct core *core);

/* A hash over all rows, for tests of determinism. */
uint64_t core_hash(const struct core *core);

/*
 * Compares every index with a full scan of its table, and other invariants of rows. NULL if
 * consistent, else constant text that names the fault.
 */
const char *core_check(const struct core *core);

#endif
