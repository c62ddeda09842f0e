/*
 * The core's tables as records: filling rows, reporting changes, log lines.
 */
#ifndef CORE_ROWS_H
#define CORE_ROWS_H

#include "base/log.h"
#include "core/step/kind.h"
#include "core/step/step.h"

/* Fill the record of a row, see step/kind.h. False: such a row is not published. */
bool rows_server(const struct core *core, tick_t now, const void *shown, struct record *r);
bool rows_session(const struct core *core, tick_t now, const void *shown, struct record *r);
bool rows_subscription(const struct core *core, tick_t now, const void *shown, struct record *r);
bool rows_call(const struct core *core, tick_t now, const void *shown, struct record *r);
bool rows_peer(const struct core *core, tick_t now, const void *shown, struct record *r);
bool rows_uplink(const struct core *core, tick_t now, const void *shown, struct record *r);
bool rows_block(const struct core *core, tick_t now, const void *shown, struct record *r);
void rows_fill_slot(const struct core *core, tick_t now, struct slot_row *row,
                    const struct session *s, uint8_t number);

/* Reports that a row began, changed or ended. */
void rows_tell(struct step *step, enum kind kind, const void *row, enum change change,
               enum cause cause);
void rows_ping(struct step *step, const struct session *s);
/* Listeners of `conf` that differ in `other`. */
void rows_listeners(struct step *step, const struct conf *conf, const struct conf *other,
                    enum change change);

/* Reports that a call was opened or closed at a slot; several are collected in one record. */
void rows_leg(struct step *step, const struct stream *x, const struct call_leg *leg, bool open);
void rows_refusal(struct step *step, const struct incoming *in, const char *why);
/* Reports a dropped copy of a call, and the origin whose copy is used. */
void rows_loop(struct step *step, const struct peer *p, const struct hbp_burst *b,
               struct source winner);

/* Answers a command. */
void rows_reply(struct step *step, uint32_t number, bool done, const char *text);

void core_log(struct step *step, int level, const char *format, ...) PRINTF_LIKE(3, 4);

#endif
