/*
 * All tables of a core: allocated from its arena, or adopted from another process.
 */
#ifndef CORE_TABLES_H
#define CORE_TABLES_H

#include "core/step/step.h"

/* On a measuring arena *c is only written. `mixing` is the secret of the indexes. */
void tables_cut(struct core *c, struct arena *arena, const struct conf *conf, uint64_t mixing);

/*
 * `c` was left by another process; `fresh` was allocated at the same place for the same sizes and
 * gives the positions and sizes of the tables.
 */
void tables_attach(struct core *c, const struct core *fresh);

#endif
