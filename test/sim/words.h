/*
 * The words of one statement, taken from left to right. A missing or unexpected word fails the
 * run.
 */
#ifndef SIM_WORDS_H
#define SIM_WORDS_H

#include "sim/world.h"

struct words {
	struct run *run;
	char **at;
};

bool word_is(const struct words *w, const char *text);
bool word_take(struct words *w, const char *text);
char *word_next(struct words *w);
uint32_t word_number(struct words *w);
struct addr word_addr(struct words *w);
/* All that is left of the statement. */
char **words_rest(struct words *w);

/* As one line, good until the next call. */
const char *words_joined(char **word);
bool words_number(const char *text);
/* How many octets the hexadecimal digits say; 0: they are none, or too many. */
size_t words_octets(const char *text, uint8_t *out, size_t cap);

/* Performs the statement if its first word is known here; false: it is not. */
bool event_statement(struct words *w);
bool expect_statement(struct words *w);
/* At the end: fails if a client with expectations has heard something beyond them. */
void expect_no_more(struct run *r);
/* A frame of a transmission. */
void event_frame(struct run *r, const struct step *s);

#endif
