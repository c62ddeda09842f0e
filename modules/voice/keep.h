/*
 * Passes the core from one voice process to the next. The core is in memory that the parent mapped
 * before starting either process, so the next one finds it at the same address with valid pointers.
 * The header tells whether there is a core and whether the process died during a step. Nothing else
 * is needed: sockets and pipes belong to the parent, and the monotonic clock to the machine.
 *
 * Opaque. Only the voice process writes it; the parent never reads it.
 */
#ifndef VOICE_KEEP_H
#define VOICE_KEEP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "core/core.h"

struct keep {
	void *at; /* zeroed when allocated */
	size_t size;
};

/* The size it needs. */
size_t keep_size(const struct conf *conf);

/*
 * The core that was left here, ready to serve. NULL if there is none (*fault is NULL) or it cannot
 * be trusted (*fault gives the reason).
 */
struct core *keep_adopt(const struct keep *k, const struct conf *conf, const char **fault);

/*
 * The clients of a core that was not adopted: a list in `room`, allocated for it, and their number.
 * NULL if none.
 */
struct lost_client *keep_lost(const struct keep *k, const struct conf *conf, struct arena *room,
                              uint32_t *count);

/* A new core, replacing anything here; it cannot be adopted yet. NULL with errno. */
struct core *keep_open(const struct keep *k, const struct conf *conf,
                       const uint8_t seed[static CORE_SEED_LEN], tick_t now);

/* From now on it can be adopted. */
void keep_serve(const struct keep *k);

/* Call before and after each step. */
void keep_begin_step(const struct keep *k);
void keep_end_step(const struct keep *k);

/* Is a step in progress? */
bool keep_is_midway(const struct keep *k);

/* Leaves nothing to the next process: clients have been logged out. */
void keep_forget(const struct keep *k);

#endif
