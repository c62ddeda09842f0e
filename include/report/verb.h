/*
 * The verbs of the control socket. One table (modules/report/control/verbs.c) has everything about
 * a verb: the request parser, usage and help, shell completion, the check of the manual and the
 * orders of the web page follow it.
 *
 * A verb is a query, answered by sections of rows, or a command, or both: then it is a query if no
 * optional argument is given. A function makes the lines of a section one at a time; its state is
 * in the answer.
 */
#ifndef REPORT_VERB_H
#define REPORT_VERB_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/text.h"
#include "wire/command.h"

#define REQUEST_MAX 512u /* octets of a line */

/* The first octet of each line of text form: a line to show, the end, the end of a refused request.
 */
#define TEXT_SHOW ' '
#define TEXT_DONE '.'
#define TEXT_REFUSED '!'

struct answer;
struct clock;
struct sources;

enum answer_step {
	ANSWER_LINE, /* something was added, more will come */
	ANSWER_WAIT, /* nothing to tell now */
	ANSWER_DONE, /* the last line was added; no answer runs */
};

typedef enum answer_step tell(struct answer *a, const struct sources *s, const struct clock *clock,
                              struct text *t);

/* One part of an answer: `tell` adds one line at a time until there are no more. */
struct section {
	tell *tell;
	enum record_kind kind;
};

struct verb {
	const char *name;
	/* Its arguments, "" = none: ID, SLOT, TG, TARGET, TIME, NAME, CALL, one of several words
	 * (a|b|c); anything else is the rest of the line. In brackets: optional. */
	const char *arguments;
	const char *help;
	bool fresh; /* shows rows, which have to be fresh */
	/* Allowed on the web page if its arguments end with one of these words (a|b|c); "" = with
	 * any arguments; NULL: not allowed. */
	const char *page;
	const struct section *sections; /* up to one without `tell`; NULL: not a query */
	/* Fills in the command of that kind; NULL: not a command. */
	void (*fill)(struct command *c, const struct answer *a);
	enum command_kind command;
};

/* NULL: there is no such verb. */
const struct verb *verb_find(const char *name, size_t len);

/* Its arguments and help, in lines that begin with `margin`. */
void verb_put_help(struct text *t, const struct verb *v, char margin);

/* The verbs in the order of the list; NULL after the last. */
const struct verb *verb_at(uint64_t i);

#endif
