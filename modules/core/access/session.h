/*
 * The lifecycle of a session: start, connect, keepalive, move, end.
 */
#ifndef CORE_SESSION_H
#define CORE_SESSION_H

#include "core/event.h"
#include "core/step/step.h"

#define SESSION_SILENCE_MS                                                                         \
	(4 * HBP_PING_MS) /* a session ends after this silence                                     \
	                   */

/* Is a row free, or can one be evicted? */
bool session_has_room(const struct core *core);

/* A new row for an ID that has none. There must be room. */
struct session *session_begin(struct step *step, const struct endpoint *at, uint32_t id,
                              const struct budgets *budget);

/* Its RPTC was accepted. */
void session_connect(struct step *step, struct session *s);

enum speaker {
	SPEAKER_UNKNOWN, /* not connected, or at another address */
	SPEAKER_KNOWN,
	SPEAKER_MOVED, /* to another port, where the operator allows that: see session_follow */
};

/* Who sends a message in the name of this session, NULL for none. */
enum speaker session_speaker(const struct step *step, const struct session *s,
                             const struct incoming *in);

void session_follow(struct step *step, struct session *s, const struct incoming *in);

/* It sent something of that length: postpones the timeout. */
void session_touch(struct step *step, struct session *s, size_t len);

/* Ends its own calls for all listeners, and the calls it hears, with a terminator if requested. */
void session_silence(struct step *step, struct session *s, bool tell);

/* Ends its own calls for all listeners, the calls it hears, its subscriptions and the row. */
void session_end(struct step *step, struct session *s, enum cause cause, bool tell_client);
void session_expire(struct step *step, void *row);

/* Asks a client whose session is lost to log in again. */
void session_tell_lost(struct step *step, const struct lost_client *lost);

#endif
