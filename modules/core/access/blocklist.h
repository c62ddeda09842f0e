/*
 * Blocked IDs and addresses.
 */
#ifndef CORE_BLOCKLIST_H
#define CORE_BLOCKLIST_H

#include "core/step/step.h"
#include "wire/command.h"

void blocklist_block(struct step *step, const struct command *c);
/* Ends the session of an unregistered client and blocks the client at its address. */
void blocklist_refuse(struct step *step, const struct command *c);
/* The client has logged in with the registered callsign. */
void blocklist_admit(struct step *step, const struct command *c);
/* Blocks a client temporarily, at its current address only. */
void blocklist_keep_out(struct step *step, uint32_t client, const struct addr *at, const char *why);
void blocklist_unblock(struct step *step, const struct command *c);
void blocklist_expire(struct step *step, void *row);

/* True if the sender is blocked and the datagram has been dealt with. */
bool blocklist_drops(struct step *step, const struct incoming *in);

#endif
