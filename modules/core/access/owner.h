/*
 * Owners of hotspots: an owner proves the passphrase of a logged-in hotspot and sets defaults that
 * the hotspot's own options override.
 */
#ifndef CORE_OWNER_H
#define CORE_OWNER_H

#include "core/step/step.h"

/* Each returns the reason for refusing, or NULL on success. */
const char *owner_verify(struct step *step, struct session *s, const struct command *c);
const char *owner_set(struct step *step, struct session *s, const struct command *c);

#endif
