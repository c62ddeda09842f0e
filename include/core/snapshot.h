/*
 * All rows, for a reporter that has to learn them, and the hash over them.
 */
#ifndef CORE_SNAPSHOT_H
#define CORE_SNAPSHOT_H

#include "core/step.h"

/* A new request while one runs starts over: the reporter has lost what it had. */
void snapshot_start(struct step *step, uint32_t number);

/* Up to so many rows more. */
void snapshot_go_on(struct step *step, uint32_t rows);

uint64_t snapshot_hash(const struct core *core);

#endif
