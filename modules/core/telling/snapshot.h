/*
 * All rows, for a reporter that starts or has missed records, and a hash over them.
 */
#ifndef CORE_SNAPSHOT_H
#define CORE_SNAPSHOT_H

#include "core/step/step.h"

/* A new request during a snapshot starts over, because the reporter has lost records. */
void snapshot_start(struct step *step, uint32_t number);

/* Sends up to `rows` more rows. */
void snapshot_go_on(struct step *step, uint32_t rows);

/* Goes on where another core was, in the same rows. False if that is no place in a snapshot. */
bool snapshot_resume(struct core *core, const struct snapshot *s);

uint64_t snapshot_hash(const struct core *core);

#endif
