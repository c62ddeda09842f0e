/*
 * Full scans of the tables against their indexes.
 */
#ifndef CORE_INVARIANTS_H
#define CORE_INVARIANTS_H

#include "core/step/kind.h"

/* NULL if consistent, else constant text that names the fault. */
const char *invariants_broken(const struct core *core);

/* Likewise for the tables alone, on which all else relies. */
const char *invariants_of_tables(const struct core *core);

/* Likewise for one session, stream, subscription or player. */
const char *invariants_of_row(const struct core *core, enum kind kind, const void *row);

/* Likewise for what in it only follows from other rows: all of a conference, and counts. */
const char *invariants_of_derived(const struct core *core, enum kind kind, const void *row);

#endif
