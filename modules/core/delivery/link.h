/*
 * A link to a neighbour on the mesh: its state, its address, and the addresses it may send from.
 */
#ifndef CORE_LINK_H
#define CORE_LINK_H

#include "core/step/step.h"

bool link_is_fbp(const struct core *core, const struct peer *p);

/* Does the link exchange control packets, so that silence means it is down? */
bool link_is_watched(const struct core *core, const struct peer *p);

/* Does the link have a receiver? */
bool link_may_hear(const struct step *step, const struct peer *p);

/* Sends what was written, if the peer's address is known. */
void link_send(struct step *step, const struct peer *p, struct send *send, const struct wr *w);

void link_set_up(struct step *step, struct peer *p, bool up);
/* Marks a silent link down; otherwise returns when it would be. */
tick_t link_keep_up(struct step *step, struct peer *p);
void link_heard(struct step *step, struct peer *p);

/*
 * Reports a change of the link: at once, or if its neighbour makes it change too often with the
 * next keepalive. True: at once, so it may be logged as well.
 */
bool link_tell(struct step *step, struct peer *p);

void link_move(struct step *step, struct peer *p, const struct endpoint *to);

/* Do we no longer know the address of the neighbour? */
bool link_is_lost(const struct step *step, const struct peer *p);
/* Is that its configured address? */
bool link_is_target(const struct peer *p, const struct endpoint *from);

/* May the peer send from this address? Call it for authentic datagrams only; `fresh`: its time
 * stamp is recent and the highest so far. */
bool link_may_speak_from(const struct step *step, const struct peer *p, const struct endpoint *from,
                         bool fresh);
/* Notes that it did: this is its address from now on. */
void link_speaks_from(struct step *step, struct peer *p, const struct endpoint *from);

/* Do we accept a call of that ID on that talkgroup from it, voice or data? */
bool link_brings(const struct core *core, const struct peer *p, uint32_t tg, uint32_t stream);

/* Asks it not to send a call that we ignore, at most once in 2 s; not when that would end one that
 * it brings. */
void link_quench(struct step *step, struct peer *p, uint32_t tg, uint32_t stream);

#endif
