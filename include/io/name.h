/*
 * Resolves a name, which may take long: for short-lived processes that nobody waits for.
 */
#ifndef IO_NAME_H
#define IO_NAME_H

#include <stdbool.h>
#include <stdint.h>

#include "base/addr.h"
#include "base/util.h"

/* The first address of `host`, IPv4 only if `v4`. False if there is none. */
MUST_CHECK bool name_resolve(const char *host, uint16_t port, bool v4, struct addr *out);

#endif
