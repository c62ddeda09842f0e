/*
 * An answer in progress: its arguments and its position (report/verb.h).
 */
#ifndef REPORT_ANSWER_PRIVATE_H
#define REPORT_ANSWER_PRIVATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/text.h"
#include "report/model/clock.h"
#include "report/control/resolve.h"
#include "report/event/sources.h"
#include "report/model/view.h"
#include "report/verb.h"
#include "wire/recording.h"

#define ANSWER_EARLY_MAX 16384u /* octets of the rows before a reply: the rest is left out */
#define ANSWER_REPLY_MS (2 * TICK_SECOND)  /* how long to wait for the reply to a command */
#define ANSWER_PARENT_MS (5 * TICK_SECOND) /* ... of the parent, which reads files */

struct answer {
	const struct verb *verb; /* NULL: nothing is being answered */
	enum form form;
	const char *who; /* who asks, for the log; constant as long as the answer runs */
	bool quiet;      /* not logged: it changes nothing and is asked by many */
	/* The arguments of the verb. */
	uint32_t id;
	uint8_t slot;
	uint32_t tg;
	struct block_target target;
	tick_t ms;
	struct call_key call;
	char name[32];
	uint32_t choice; /* which word of "a|b|c" */
	char rest[COMMAND_TEXT_MAX];
	bool optional;               /* an optional one is given */
	char callsign[CALLSIGN_MAX]; /* given instead of an ID; "" = none, or resolved */
	struct resolved ids;         /* its IDs, for verbs that take all of them */
	uint32_t ids_at;             /* the next of them */
	struct event_filter filter;
	struct row_cursor at;
	bool checked; /* the rows are fresh, or known to be stale */
	bool stale;
	enum record_kind headed; /* the kind of the last heading; RECORD_KINDS = none */
	uint64_t rows;
	tick_t since;
	uint64_t position; /* the last line sent from the ring */
	struct recording_reader recording;
	uint32_t number; /* of a command whose reply is awaited; 0: of none */
	bool replied;
	struct record reply;
	size_t early_len, early_at;      /* of `early`: its length, and the position in it */
	uint8_t early[ANSWER_EARLY_MAX]; /* rows received before the reply, framed */
	const char *error;               /* the reason for refusal; NULL if not refused */
	char detail[RECORD_LINE_MAX];
};

#endif
