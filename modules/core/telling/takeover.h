/*
 * A core from the octets that the previous binary wrote (core/telling/handover.h).
 */
#ifndef CORE_TAKEOVER_H
#define CORE_TAKEOVER_H

#include "core/telling/handover.h"

/* NULL if every kind and field of the head is known here, else a constant text. */
const char *takeover_reads(const void *octets, size_t len);

/* How much `room` takeover_fill needs. */
void takeover_measure(const void *octets, size_t len, struct arena *room);

/*
 * Fills a core that was just opened with a recording's state, every row in its place. What is
 * derived from rows (core/mend.h) is then to be made. NULL on success.
 */
const char *takeover_resume(struct core *core, const void *octets, size_t len, struct arena *room);

/*
 * Fills a core that was just opened. Rows without a place (their configuration section is gone, or
 * their table is full) are left out and counted in *left. NULL on success, else a constant text,
 * and the core must not be used.
 */
const char *takeover_fill(struct core *core, const void *octets, size_t len, struct arena *room,
                          uint32_t *left);

#endif
