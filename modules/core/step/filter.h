/*
 * Which group numbers cross a link, as one table for both directions (FreeDMR: the talkgroup
 * filters of its OBP code; decision 22).
 */
#ifndef CORE_FILTER_H
#define CORE_FILTER_H

#include <stdbool.h>
#include <stdint.h>

#include "conf/settings.h"

/* May a group call to `tg` be sent on a link of this protocol? */
bool filter_sends(enum peer_protocol protocol, uint32_t tg);

/*
 * May one be accepted from it? `theirs` is the server where it entered the mesh, `ours` our own;
 * `home_first` is the lowest number that stays on its home server, 92 or 100.
 */
bool filter_takes(enum peer_protocol protocol, uint32_t tg, uint32_t theirs, uint32_t ours,
                  uint32_t home_first);

/* Is it a listed server number of 4 to 7 digits? With 5 digits, the list has the first four. */
bool filter_is_server(uint32_t id, const struct access *listed);

/* A call with this many hops is not forwarded. */
#define HOPS_MAX 10u

#endif
