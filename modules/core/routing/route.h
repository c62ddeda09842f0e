/*
 * Routes bursts.
 */
#ifndef CORE_ROUTE_H
#define CORE_ROUTE_H

#include "core/routing/stream.h"

void route_burst(struct step *step, const struct inbound *in);

/* Handles a talker's alias or position sent outside the bursts. */
void route_talker(struct step *step, const struct incoming *in);

#endif
