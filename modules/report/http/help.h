/*
 * Help texts of /metrics (help.txt): for figures of the voice process, whose names come in records,
 * and the reporter's own.
 */
#ifndef REPORT_HELP_H
#define REPORT_HELP_H

/* All of them, a string each behind the other; to be freed. NULL: out of memory. */
char *help_open(void);

/* That of a figure by its name without freedmr_; a reference to the manual if there is none. */
const char *help_of(const char *help, const char *name);

#endif
