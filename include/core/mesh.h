/*
 * Neighbours on the mesh: who sent it, keepalives, versions, stun, what operators order.
 */
#ifndef CORE_MESH_H
#define CORE_MESH_H

#include "core/step.h"
#include "wire/command.h"

struct event;

void mesh_open(struct core *core);
void mesh_datagram(struct step *step, const struct event *event);
/* Its name has a new address. */
void mesh_address(struct step *step, uint32_t index, const struct addr *to);
void mesh_command(struct step *step, const struct command *c);
void peer_expire(struct step *step, const struct expiry_entry *e);

#endif
