/*
 * Private to report/persist: the state file. One line per item, between a first line that
 * identifies the file and a last one with their number.
 */
#ifndef REPORT_PERSIST_FILE_H
#define REPORT_PERSIST_FILE_H

#include "report/persist/persist_items.h"

/* Writes all valid items; a failure is logged once. */
void persist_file_save(struct persist *m, const struct clock *clock);

/* Reads the file, if any; a damaged one is set aside. */
void persist_file_load(struct persist *m, const struct clock *clock);

#endif
