/*
 * Servers that we log in to: login, keepalive, modules of reflectors.
 */
#ifndef CORE_UPLINK_H
#define CORE_UPLINK_H

#include "core/step.h"

struct event;

void uplink_open(struct core *core);
void uplink_datagram(struct step *step, const struct event *event);
/* Its name has an address. */
void uplink_address(struct step *step, uint32_t index, const struct addr *to);
void uplink_expire(struct step *step, const struct expiry_entry *e);
void uplink_stop(struct step *step, struct uplink *u); /* for good */

#endif
