/*
 * Servers that we log in to: login, keepalive, modules of reflectors.
 */
#ifndef CORE_UPLINK_H
#define CORE_UPLINK_H

#include "core/step.h"

struct event;

void uplink_open(struct core *core);
void uplink_datagram(struct step *step, const struct event *event);
/* A name has an address: `link` is the place of the uplink by CONF_TARGETS_MAX, plus that of the
 * target. A link that is up stays where it is until it is lost. */
void uplink_address(struct step *step, uint32_t link, const struct addr *to);
/* Logs in anew, at the first target. */
void uplink_reset(struct step *step, struct uplink *u);
void uplink_expire(struct step *step, const struct expiry_entry *e);
void uplink_stop(struct step *step, struct uplink *u); /* for good */

#endif
