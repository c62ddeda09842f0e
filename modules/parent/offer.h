/*
 * Offers the children a new configuration, each in the memory that it shares with the parent
 * (conf/reload.h), and the sockets it needs.
 */
#ifndef PARENT_OFFER_H
#define PARENT_OFFER_H

#include "parent/parent_private.h"

/* Passes newly opened sockets to a child, then the configuration. False: retry later. */
bool offer_configuration(struct parent *p, int which);

/* What could not be offered when it was due. */
void offer_again(struct parent *p);

/* Child `which` is about to be forked, and so has all of it. */
void offer_known(struct parent *p, int which);

/* Reads the file again, for command `number`; 0 = a signal. */
void offer_reload(struct parent *p, uint32_t number);

#endif
