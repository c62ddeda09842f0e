/*
 * Full scans of the tables against their indexes.
 */
#ifndef CORE_CHECK_H
#define CORE_CHECK_H

#include "core/step.h"

/* NULL when all is well, else constant text that names what is not. */
const char *check_tables(const struct core *core);

#endif
