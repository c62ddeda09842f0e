/* The inside of report/answer: the table of the words that can be asked for. */
#ifndef REPORT_WORDS_H
#define REPORT_WORDS_H

#include "report/answering.h"

/* NULL: there is no such word. */
const struct word *words_find(const char *word, size_t len);

#endif
