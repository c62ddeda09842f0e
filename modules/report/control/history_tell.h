/*
 * Output of the history: answers of the control socket, and documents of the web server.
 *
 *   {"v":2,"t":1767225600.123,"of":"talkgroups","from":...,"to":...,
 *    "rows":[{"id":91,"name":"World-wide","calls":3,...}],"rest":{...},"total":{...}}
 *
 * The rows of an answer on the control socket are the same objects, after "row":"history"; then one
 * of "rest" and one of "total".
 */
#ifndef REPORT_HISTORY_TELL_H
#define REPORT_HISTORY_TELL_H

#include "report/control/answer_private.h"
#include "report/model/row_cursor.h"

tell tell_history;

/* The next piece of the document of answer `serial`, less than VIEW_LINE_MAX octets; false when it
 * was the last. */
bool history_tell_next(struct row_cursor *at, uint64_t serial, const struct sources *s,
                       const struct clock *clock, struct text *t);

#endif
