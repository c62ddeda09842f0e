/*
 * Ids and addresses that are kept out.
 */
#ifndef CORE_BLOCK_H
#define CORE_BLOCK_H

#include "core/step.h"
#include "wire/command.h"

void block_order(struct step *step, const struct command *c);
/* A client that is not registered: kept out for a while. */
void block_refuse(struct step *step, const struct command *c);
void unblock_order(struct step *step, const struct command *c);
void block_expire(struct step *step, const struct expiry_entry *e);

/* Is the sender blocked? Then nothing more is to be done with it. */
bool block_drops(struct step *step, const struct incoming *in);

#endif
