/*
 * What a struct source stands for, in the tables of a core.
 */
#ifndef CORE_SOURCE_H
#define CORE_SOURCE_H

#include "core/step/step.h"

/* The row or session of a source; NULL if it is of another kind or has none. */
struct peer *source_peer(const struct core *core, struct source source);
struct uplink *source_uplink(const struct core *core, struct source source);
struct session *source_session(const struct core *core, struct source source);

/* Is it the client in `data-gateway`? */
bool source_is_gateway(const struct core *core, struct source source);

/* Does one slot of it carry what many radios send? */
bool source_serves_many(const struct core *core, struct source source);

/* The name of a neighbour or an uplink; "" for others. */
const char *source_link(const struct core *core, struct source source);

#endif
