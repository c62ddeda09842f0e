/*
 * What the figures of /metrics mean, in a line each: those of the voice process, whose names come
 * in records, and the reporter's own.
 */
#ifndef REPORT_HELP_H
#define REPORT_HELP_H

/* Of a figure by its name without freedmr_; of one nobody described, where to look. */
const char *help_of(const char *name);

#endif
