/*
 * Neighbours on the mesh: authentication, keepalives, versions, stun, operator commands.
 */
#ifndef CORE_MESH_H
#define CORE_MESH_H

#include "core/step/step.h"
#include "wire/command.h"

struct event;

void mesh_open(struct core *core);
void mesh_datagram(struct step *step, const struct event *event);
/* Sets the new address of a peer's name. */
void mesh_address(struct step *step, uint32_t index, const struct addr *to);
void mesh_command(struct step *step, const struct command *c);
void mesh_quenches(struct step *step, const struct command *c);
void mesh_expire(struct step *step, void *row);

/* Is this the address of a neighbour? */
bool mesh_knows(const struct core *core, const struct endpoint *from);

/* Ends the links that `conf` removes or reassigns. False: the actions are full, call again. */
MUST_CHECK bool mesh_leave(struct step *step, const struct conf *conf);

/* One that is inconsistent begins as after a reset; one that is not configured ends. */
void mesh_mend(struct step *step, struct peer *p);

/* Applies changes to the other links, compared with `before`, and adds new ones. */
void mesh_follow(struct step *step, const struct conf *before);

#endif
