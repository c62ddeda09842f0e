/*
 * The heart of the server: a function from (state, now, event) to actions.
 *
 * The same state, the same `now` and the same event give the same actions on every
 * machine. Time and randomness are arguments; there is no descriptor, clock, file,
 * heap or log below voice/. Two or a hundred cores can live in one process, and a
 * recorded run can be replayed.
 *
 * Inside, a datagram takes one way: intake finds the session and decodes; login
 * answers everything that is not a burst; route notes the call in the stream table
 * and place says where it goes; deliver asks contention who may hear it and fans it out;
 * records tell what changed. modules/README.md draws the floors.
 *
 * A core owns all routing state: sessions and their slots, subscriptions, streams,
 * conferences, the expiry heap. Nobody else writes any of it.
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
 * Cuts a core from the arena; NULL on a measuring arena. `conf` must outlive it. `seed` is the only
 * randomness it will ever have.
 */
struct core *core_open(struct arena *arena, const struct conf *conf,
                       const uint8_t seed[static CORE_SEED_LEN], tick_t now);

/* Takes one event. Needs actions_have_room(actions). */
void core_step(struct core *core, tick_t now, const struct event *event, struct actions *actions);

/* When EVENT_TIME is due next; TICK_NEVER when nothing runs. */
tick_t core_next(const struct core *core);

/* After EVENT_STOP: are there clients left to be told? */
bool core_has_sessions(const struct core *core);

/* Is a snapshot under way, so that EVENT_ROWS would yield rows? */
bool core_wants_rows(const struct core *core);

/* A hash over all rows, for the tests of determinism: equal states, equal hashes. */
uint64_t core_hash(const struct core *core);

/*
 * Compares every index with a full scan of its table, and what the house style promises of rows
 * (nothing held by nothing). NULL when all is well, else constant text that names what is not.
 */
const char *core_check(const struct core *core);

#endif
