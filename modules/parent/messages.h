/*
 * Messages from the children over their links, and results of the resolver.
 */
#ifndef PARENT_MESSAGES_H
#define PARENT_MESSAGES_H

#include "parent/parent_private.h"

/* Takes one message. Ignores a child that sends too much until the next heartbeat. */
void messages_take(struct parent *p, struct child *c);

/* Takes one result and passes it to the child that needs it. */
void messages_take_address(struct parent *p);

#endif
