/*
 * The inside of report/answer: an answer under way, and the words that can be asked for. An answer
 * is made of sections; each is told by a function, a line at a time, whose state is in the answer.
 */
#ifndef REPORT_ANSWERING_H
#define REPORT_ANSWERING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/text.h"
#include "report/clock.h"
#include "report/sources.h"
#include "report/view.h"

#define ANSWER_TOLD_MAX 16384u /* octets of the rows before a reply: the rest is left out */
#define ANSWER_REPLY_MS (2 * TICK_SECOND)  /* how long to wait for the reply to a command */
#define ANSWER_PARENT_MS (5 * TICK_SECOND) /* ... of the parent, who reads files */
#define SECTIONS_MAX 6

struct word;

enum { ARGUMENT_ID, ARGUMENT_SLOT, ARGUMENT_TG, ARGUMENTS };

struct answer {
	const struct word *word; /* NULL: nothing is being answered */
	enum form form;
	const char *who; /* who asks, for the log; constant as long as the answer runs */
	uint32_t argument[ARGUMENTS];
	char given[COMMAND_TEXT_MAX]; /* the argument in brackets; "" = none */
	struct topic_filter filter;
	size_t section; /* which part of the answer is being told */
	bool entered;   /* ... and whether it has begun */
	bool checked;   /* the rows are fresh, or known to be stale */
	bool stale;
	struct model_walk walk;
	uint64_t nth;            /* the next row of a part that counts its rows */
	enum record_kind headed; /* the kind of the last heading; RECORD_KINDS = none */
	uint64_t rows;
	tick_t since;
	uint64_t position; /* in the ring: the line told last */
	uint32_t number;   /* of a command whose reply is awaited; 0: of none */
	bool replied;
	struct record reply;
	size_t told_len, told_at;      /* of `told`: how much there is, how far it is told */
	uint8_t told[ANSWER_TOLD_MAX]; /* rows that came before the reply, framed */
	const char *error;             /* why it was refused; NULL when it was not */
	char detail[RECORD_LINE_MAX];
};

enum answer_step {
	ANSWER_LINE, /* something was added, more will come */
	ANSWER_WAIT, /* nothing to tell now */
	ANSWER_DONE, /* the last line was added; no answer runs */
};

typedef enum answer_step tell(struct answer *a, const struct sources *s, const struct clock *clock,
                              struct text *t);

/* One part of an answer: `tell` adds a line of it at a time and is done when there are no more. */
struct section {
	tell *tell;
	enum record_kind kind;
};

struct word {
	const char *name;
	const char *
		arguments; /* see report/request.h; in brackets: the rest of the line. NULL: none */
	bool fresh;        /* shows rows, which have to be young */
	struct section sections[SECTIONS_MAX];
	const char *help;
};

#endif
