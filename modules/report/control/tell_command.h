/*
 * Private to answers: commands. One is sent to the voice process or the parent, and answered when
 * the reply comes; rows received before the reply are written first.
 */
#ifndef REPORT_TELL_COMMAND_H
#define REPORT_TELL_COMMAND_H

#include "report/control/answer_private.h"

tell tell_command;
tell tell_log_level; /* the reporter's own */

/* Keeps a record for the answer if it waits for it. */
void tell_command_take(struct answer *a, const struct record *r);

/* How long to wait for the reply. */
tick_t tell_command_patience(const struct answer *a);

#endif
