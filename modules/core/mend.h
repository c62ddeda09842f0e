/*
 * Contains a broken invariant: an inconsistent row ends, and only its own call or session with it.
 * Whatever is derived from rows is rebuilt.
 */
#ifndef CORE_MEND_H
#define CORE_MEND_H

#include "core/step/step.h"

/*
 * Checks some rows of each kind, or all of them, and repairs what it finds. The tables must be
 * sound (see core_adopt).
 */
void mend_some(struct step *step);
void mend_all(struct step *step);

/* Rebuilds whatever is derived from rows, and the order of free rows: then only the rows decide
 * what the core does. */
void mend_derived(struct core *core);

#endif
