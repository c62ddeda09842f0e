/*
 * Help texts of /metrics: for figures of the voice process, whose names come in records, and the
 * reporter's own.
 */
#ifndef REPORT_HELP_H
#define REPORT_HELP_H

/* The help of a figure by its name without freedmr_; a reference to the manual if there is none. */
const char *help_of(const char *name);

#endif
