/*
 * Requests and their answers, line by line: the interface of the control socket.
 *
 * A request is one line of at most REQUEST_MAX octets: a verb and its arguments, separated by
 * blanks; `text` before the verb requests the form for people. The verbs are in verbs.c. Those that
 * change something are logged with the user who gave them.
 *
 * A callsign can replace any ID, also in TARGET and in the filter of events: it means the session
 * with that callsign, or else the radio or repeater in the alias index. `why` and `lastheard` cover
 * all its IDs, the others refuse a callsign that has several and list them.
 *
 * Requests on one connection are answered one after the other, in order. An answer is any number of
 * lines and a last one:
 *
 *   {"row":"session",...}                              see report/view.h
 *   {"end":true,"ok":true,"rows":12,"stale":false}     or
 *   {"end":true,"ok":false,"error":"no session 1"}
 *
 * The last line begins with exactly {"end":true,"ok": and no other does. In text form the first
 * octet tells: ' ' a line to show, '.' the end, '!' the end of what was refused, with the reason.
 *
 * An answer shows rows no older than a second; if the voice process does not send them within
 * another second, the old rows are shown, and "stale" is true.
 *
 * FILTER is any of: kinds of events (server, listener, session, slot, subscription, call, log,
 * dropped), `client ID`, `conference TG`. An event must match one of the kinds, the client and the
 * conference, where given.
 *
 * `events` is an answer without an end: first the event hello with the number of the last published
 * line (report/event.h), then each line as it is published. Numbers rise by one, except for lines a
 * filter left out; a reader too far behind is disconnected.
 */
#ifndef REPORT_ANSWER_H
#define REPORT_ANSWER_H

#include "report/control/answer_private.h"

#define ANSWER_FRESH_MS TICK_SECOND /* how old rows may be, and how long to wait for newer ones */

const char *answer_step_name(enum answer_step step);

/* Begins the answer to one line without its newline. False: a bad request; its answer says so. */
bool answer_begin(struct answer *a, const char *line, size_t len, const struct clock *clock);

/* Begins the answer to input that was not a valid line. `why` is constant text. */
void answer_refuse(struct answer *a, const char *why);

/* Adds the next lines, at most VIEW_LINE_MAX octets. Only while an answer runs. */
enum answer_step answer_next(struct answer *a, const struct sources *s, const struct clock *clock,
                             struct text *t);

/* Passes a record to the answer if it waits for it: a row, or the reply that ends it. */
void answer_reply(struct answer *a, const struct record *r);

/* Does it follow the events? And when does its wait end; TICK_NEVER if it has no limit. */
bool answer_follows(const struct answer *a);
tick_t answer_deadline(const struct answer *a);

#endif
