/*
 * Parses a request line into the arguments of an answer, as the table of verbs defines them
 * (report/verb.h). A callsign may be given instead of an ID or a TARGET: it goes to a->callsign.
 *
 * Functions that return text return what is wrong, or NULL.
 */
#ifndef REPORT_REQUEST_H
#define REPORT_REQUEST_H

#include "report/control/answer_private.h"

enum number { NUMBER_ID, NUMBER_SLOT, NUMBER_TG };

/* Takes the next word of the line; false if there is none. */
bool request_word(const char **at, const char *end, const char **word, size_t *len);
bool request_is(const char *word, size_t len, const char *name);

/* Is the word one of those in "a|b|c"? Then its number, from 0. */
bool request_choice(const char *word, size_t len, const char *choices, size_t choices_len,
                    uint32_t *nth);

const char *request_number(enum number kind, const char **at, const char *end, uint32_t *out);

/* Reads all arguments of a->verb. */
const char *request_arguments(struct answer *a, const char *at, const char *end);

bool request_has_control(const char *line, size_t len); /* contains a control character */

#endif
