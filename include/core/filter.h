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
 * May one be taken from it? `theirs` is the server where it entered the mesh, `ours` our own;
 * `home_first` is the lowest number that stays with a home server, 92 or 100.
 */
bool filter_takes(enum peer_protocol protocol, uint32_t tg, uint32_t theirs, uint32_t ours,
                  uint32_t home_first);

/* Has it the 4 to 7 digits of a server, and is it listed? Of 5 digits the first four are. */
bool filter_is_server(uint32_t id, const struct access *listed);

/* A call that has come over so many hops goes no further. */
#define HOPS_MAX 10u

#endif
