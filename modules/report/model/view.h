/*
 * Rows and events as lines, for programs and for people.
 *
 * JSON:   {"row":"session","client":2345678,...}              one row of an answer
 *
 * It holds the fields of the record (wire/record.h); times are seconds since the epoch, null for
 * never; stream ids are eight hex digits.
 *
 * Text: columns of fixed width under a heading, chosen from the same fields; a time is an age or a
 * time left ("2h05m", "-" for never), or UTC as ISO 8601.
 *
 * Each function but the last five adds whole lines to `t`; a text line begins with TEXT_SHOW.
 */
#ifndef REPORT_VIEW_H
#define REPORT_VIEW_H

#include "base/text.h"
#include "conf/conf.h"
#include "report/model/clock.h"
#include "report/model/model.h"
#include "report/model/ring.h"
#include "report/verb.h"
#include "wire/record.h"

#define VIEW_LINE_MAX 6144u /* the longest lines one call adds */

/* One row of an answer: one line. */
void view_row(struct text *t, enum form form, const struct record *r, const struct clock *clock);

/* The heading of the columns of a kind; nothing in JSON. */
void view_heading(struct text *t, enum form form, enum record_kind kind);

/* A session with everything known about it: in text one line per field, and the skipped option
 * tokens. */
void view_session(struct text *t, enum form form, const struct record *r,
                  const struct clock *clock);

/* An ended call: its row with cause and time. */
void view_past_call(struct text *t, enum form form, const struct record *r,
                    const struct clock *clock);
void view_past_heading(struct text *t, enum form form);

/* The path of a call, hop by hop as far as the frames tell, in lines for people. */
void view_trace(struct text *t, const struct record *r, const struct clock *clock);

/* `name`: of its talkgroup; "" = unknown. */
/* `activity`: airtime in each of VIEW_ACTIVITY hours, in ms; NULL = unknown. */
void view_conference(struct text *t, enum form form, const struct conference *c, const char *name,
                     const uint64_t *activity);
#define VIEW_ACTIVITY 24u

void view_conference_heading(struct text *t, enum form form);

/*
 * One event for people, without its newline, as it goes into the ring; JSON is report/event.h's.
 * Links are named as in `conf`; NULL: only as in the record itself.
 */
void view_event(struct text *t, const struct record *r, const struct clock *clock,
                const struct conf *conf);

/* The skipped tokens of an option string, found by parsing it again; in JSON as a member
 * ,"skipped":[...]. */
void view_skipped(struct text *t, enum form form, const char *options);

/* "6.420" */
void view_seconds(struct text *t, int64_t ms);

/* "0.93": how figures with a fraction are kept, as formats here print none. */
void view_hundredths(struct text *t, uint64_t v);

/* "2026-01-31T12:00:00Z", "-" for never. */
void view_utc(struct text *t, tick_t at, const struct clock *clock);

#endif
