/*
 * The inside of report/memory: the state file. One line for each thing, between a first line that
 * tells what it is and a last one that tells how many there are.
 */
#ifndef REPORT_MEMORY_FILE_H
#define REPORT_MEMORY_FILE_H

#include "report/remembered.h"

/* Writes all that counts; a failure is logged once. */
void memory_file_save(struct memory *m, const struct clock *clock);

/* Reads what there is; a file that is damaged is set aside. */
void memory_file_load(struct memory *m, const struct clock *clock);

#endif
