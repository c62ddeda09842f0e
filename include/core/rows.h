/*
 * The core's tables as records: rows filled, changes told, lines for the log.
 */
#ifndef CORE_ROWS_H
#define CORE_ROWS_H

#include "base/log.h"
#include "core/step.h"

/* A table's row as others see it. */
void rows_fill_session(const struct core *core, struct session_row *row, const struct session *s);
void rows_fill_slot(const struct core *core, tick_t now, struct slot_row *row,
                    const struct session *s, uint8_t number);
void rows_fill_subscription(const struct core *core, struct subscription_row *row,
                            const struct session *s, const struct subscription *x);
void rows_fill_block(struct block_row *row, const struct block *b);
void rows_fill_call(const struct core *core, struct call_row *row, const struct stream *x);
void rows_fill_peer(const struct core *core, tick_t now, struct peer_row *row,
                    const struct peer *p);
void rows_fill_uplink(const struct core *core, struct peer_row *row, const struct uplink *u);

/* Something has begun, changed or ended. */
void rows_session(struct step *step, const struct session *s, enum change change, enum cause cause);
void rows_subscription(struct step *step, const struct session *s, const struct subscription *x,
                       enum change change, enum cause cause);
void rows_block(struct step *step, const struct block *b, enum change change, enum cause cause);
void rows_call(struct step *step, const struct stream *x, enum change change, enum cause cause);
void rows_peer(struct step *step, const struct peer *p, enum change change);
void rows_uplink(struct step *step, const struct uplink *u, enum change change);

/* Tells that a call was opened to a slot, or closed at it: gathered, many to a record. */
void rows_leg(struct step *step, const struct stream *x, const struct call_leg *leg, bool open);
void rows_refusal(struct step *step, const struct incoming *in, const char *why);
/* A copy of a call that is dropped, as another counts: of which origin. */
void rows_loop(struct step *step, const struct peer *p, const struct hbp_burst *b, uint32_t winner);

/* The answer to a command. */
void rows_reply(struct step *step, uint32_t number, bool done, const char *text);

void core_log(struct step *step, int level, const char *format, ...) PRINTF_LIKE(3, 4);

#endif
