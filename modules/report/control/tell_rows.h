/* Private to answers: rows of the mirror and of the reporter's own tables. */
#ifndef REPORT_TELL_ROWS_H
#define REPORT_TELL_ROWS_H

#include "report/control/answer_private.h"

tell tell_rows;
tell tell_rows_of_client;
tell tell_rows_of_conference;
tell tell_own; /* the reporter's tables and counters */
tell tell_session;
tell tell_conferences, tell_conference;
tell tell_last_heard;
tell tell_refusals;
tell tell_trace;

/* One row, after a heading if it is the first of its kind. */
enum answer_step tell_row(struct answer *a, const struct record *r, const struct clock *clock,
                          struct text *t);

#endif
