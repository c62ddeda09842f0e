/*
 * A link to a neighbour on the mesh: is it up, where is it, may it speak from there.
 */
#ifndef CORE_LINK_H
#define CORE_LINK_H

#include "core/step.h"

bool link_is_fbp(const struct core *core, const struct peer *p);

/* Is there anybody to send to? */
bool link_may_hear(const struct step *step, const struct peer *p);

/* A datagram for the peer: write into `w`, then link_sent. NULL when the actions are full. */
struct send *link_send(struct step *step, struct peer *p, struct wr *w);
void link_sent(struct step *step, struct peer *p, struct send *send, const struct wr *w);

void link_set_up(struct step *step, struct peer *p, bool up);
void link_keep_up(struct step *step, struct peer *p); /* down when nothing was heard for long */
void link_heard(struct step *step, struct peer *p);

void link_move(struct step *step, struct peer *p, const struct endpoint *to);

/* May the peer speak from there? Asked for authentic datagrams only; `fresh`: with a time stamp
 * that is young, and above all before. */
bool link_speaks_from(struct step *step, struct peer *p, const struct endpoint *from, bool fresh);

/* Counts, and says why as often as is good for who reads it. */
void link_complain(struct step *step, const struct endpoint *from, enum counter reason,
                   const char *why);

#endif
