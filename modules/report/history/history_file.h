/*
 * The history file: lines of text, written completely to a new file, which then replaces the old
 * one.
 *
 *   freedmr-history 1 SERVER
 *   link ID NAME
 *   hour|day KIND NUMBER open|over FIGURES          a period, with the sum of its rest
 *   row ID FIGURES                                  of the period before it
 *   heard ENDED STARTED CAUSE ORIGIN ...            a call, the oldest first
 *   end LINES DIGEST
 *
 * FIGURES are calls, refusals, frames, lost, wrong bits and milliseconds. Names are in hex. The
 * digest is BLAKE2b, 16 octets, of all lines before. A file that is damaged, truncated, of another
 * server or of a later version is logged and renamed to FILE.aside, or .aside.1 to .aside.9 if that
 * exists; the history then starts empty. One that cannot be opened is left alone, and nothing is
 * written.
 */
#ifndef REPORT_HISTORY_FILE_H
#define REPORT_HISTORY_FILE_H

#include <stddef.h>

#include "report/model/clock.h"

struct history;

#define HISTORY_VERSION 1
#define HISTORY_DIGEST_LEN 16u

void history_file_load(struct history *h);
void history_file_save(struct history *h, const struct clock *clock);

/* Parses a file in memory. Returns what is wrong with it, and then the history is empty; otherwise
 * NULL. */
const char *history_file_read(struct history *h, const char *octets, size_t len);

#endif
