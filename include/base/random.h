/*
 * Random bytes from the system. For startup and subcommands; the core gets its seed as an argument.
 */
#ifndef BASE_RANDOM_H
#define BASE_RANDOM_H

#include <stdbool.h>
#include <stddef.h>

#include "base/util.h"

/* Fills `out`. False with errno when the system has no such source. */
MUST_CHECK bool random_fill(void *out, size_t len);

#endif
