/*
 * Servers that we log in to: login, keepalive, reflector modules.
 */
#ifndef CORE_UPLINK_H
#define CORE_UPLINK_H

#include "core/step/step.h"

struct event;

void uplink_open(struct core *core);
void uplink_datagram(struct step *step, struct uplink *u, const struct event *event);
/* The name of a target was resolved. A link that is up keeps its address until it is lost. */
void uplink_address(struct step *step, const struct resolved_record *r);
/* Logs in again, at the first target. */
void uplink_reset(struct step *step, struct uplink *u);
void uplink_expire(struct step *step, void *row);
void uplink_stop(struct step *step, struct uplink *u); /* permanently */

/* Ends the uplinks that `conf` removes or replaces. False: the actions are full, call again. */
MUST_CHECK bool uplink_leave(struct step *step, const struct conf *conf);

/* One that is inconsistent logs in again; one that is not configured ends. */
void uplink_mend(struct step *step, struct uplink *u);

/* Starts the uplinks that are new in the configuration. */
void uplink_follow(struct step *step);

#endif
