/*
 * The inside of report/answer: orders. One is sent as a command to the voice process or the parent,
 * and answered when the reply comes; the rows that come before it are told before it.
 */
#ifndef REPORT_TELL_ORDER_H
#define REPORT_TELL_ORDER_H

#include "report/answering.h"

tell tell_order;
tell tell_block, tell_options; /* orders, or without a text questions */
tell tell_log_level;           /* the reporter's own */

/* Keeps a record for the answer that waits for it, if it does. */
void tell_order_take(struct answer *a, const struct record *r);

/* How long to wait for the reply. */
tick_t tell_order_patience(const struct answer *a);

#endif
