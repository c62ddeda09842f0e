/*
 * Rows and events as lines, for programs and for people.
 *
 * JSON:   {"row":"session","client":2345678,...}              one row of an answer
 *
 * It holds the fields of the record (wire/record.h); times are seconds since the
 * epoch, null for never; stream ids are eight hex digits.
 *
 * Text: columns of a fixed width under a heading, chosen from the same fields; a time
 * is an age or what is left of it ("2h05m", "-" for never), or UTC as ISO 8601.
 *
 * Each function but the last three adds whole lines to `t`; a text line begins with
 * TEXT_SHOW.
 */
#ifndef REPORT_VIEW_H
#define REPORT_VIEW_H

#include "base/text.h"
#include "report/clock.h"
#include "report/model.h"
#include "report/ring.h"
#include "wire/record.h"

#define VIEW_LINE_MAX 6144u /* the longest lines one call adds */

/* The first octet of each line of text form: a line to show, the end, the end of a refused request.
 */
#define TEXT_SHOW ' '
#define TEXT_DONE '.'
#define TEXT_REFUSED '!'

/* One row of an answer: one line. */
void view_row(struct text *t, enum form form, const struct record *r, const struct clock *clock);

/* The heading of the columns of a kind; nothing in JSON. */
void view_heading(struct text *t, enum form form, enum record_kind kind);

/* A session with everything known about it: in text one line per field; the skipped option tokens.
 */
void view_session(struct text *t, enum form form, const struct record *r,
                  const struct clock *clock);

/* A call that has ended: its row with cause and time. */
void view_past_call(struct text *t, enum form form, const struct record *r,
                    const struct clock *clock);
void view_past_heading(struct text *t, enum form form);

/* Where a call came from, hop by hop as far as the frames tell; in lines for people. */
void view_trace(struct text *t, const struct record *r, const struct clock *clock);

/* `name`: of its talkgroup; "" = not known. */
void view_conference(struct text *t, enum form form, const struct conference *c, const char *name);
void view_conference_heading(struct text *t, enum form form);

/* One event for people, without its newline, as it goes into the ring; JSON is report/event.h's. */
void view_event(struct text *t, const struct record *r, const struct clock *clock);

/* "2026-01-31T12:00:00Z", "-" for never; "2h05m", "12s", "-" for never. */
void view_utc(struct text *t, tick_t at, const struct clock *clock);
void view_duration(struct text *t, tick_t ms);

#endif
