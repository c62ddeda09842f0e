/*
 * Bursts on their way through: streams begin, go on and end here.
 */
#ifndef CORE_ROUTE_H
#define CORE_ROUTE_H

#include "core/step.h"
#include "wire/obp.h"

/* Takes a burst of a connected session. */
void route_burst(struct step *step, struct session *s, const struct hbp_burst *b);

/* Takes a burst of a peer whose copy counts; `meta` says where the call comes from. */
void route_peer_burst(struct step *step, struct peer *p, const struct obp_burst *meta);

/* Takes alias or position of a talker that came beside the bursts. */
void route_talker(struct step *step, const struct incoming *in);

void stream_end(struct step *step, struct stream *x, enum cause cause);
void stream_cut(struct step *step, struct stream *x, enum cause cause); /* the rest is ignored */
void stream_expire(struct step *step, const struct expiry_entry *e);

#endif
