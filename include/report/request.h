/*
 * The inside of report/answer: reading a line of request, word by word. What a word takes is a text
 * of names: ID, SLOT and TG are numbers, a name in brackets is the rest of the line as it stands.
 *
 * Those that return text return what is wrong, NULL: nothing.
 */
#ifndef REPORT_REQUEST_H
#define REPORT_REQUEST_H

#include "report/answering.h"

/* Takes the next word off the line; false when there is none. */
bool request_word(const char **at, const char *end, const char **word, size_t *len);
bool request_is(const char *word, size_t len, const char *name);

/* Takes one number: ARGUMENT_ID, ARGUMENT_SLOT or ARGUMENT_TG. */
const char *request_number(int argument, const char **at, const char *end, uint32_t *out);

/* Reads all that a->word takes. */
const char *request_arguments(struct answer *a, const char *at, const char *end);

bool request_has_control(const char *line, size_t len); /* a control octet */

#endif
