#include "report/connection/voice_pipe.h"

#include <string.h>

#include "base/log.h"
#include "io/ipc.h"
#include "io/pipe.h"
#include "wire/parse.h"

#define REFRESH_MS TICK_SECOND
#define COMING_MS (10 * TICK_SECOND)

void voice_pipe_open(struct voice_pipe *l, int record_pipe, int command_pipe, int parent)
{
	*l = (struct voice_pipe){
		.record_pipe = record_pipe,
		.command_pipe = command_pipe,
		.parent = parent,
		.asked_at = TICK_LONG_AGO,
	};
}

void voice_pipe_discard(struct voice_pipe *l)
{
	ssize_t n;

	do
		n = pipe_take(l->record_pipe, l->octets, sizeof(l->octets));
	while (n == (ssize_t)sizeof(l->octets));
	if (n < 0)
		l->ended = true;
	l->begin = l->end = 0;
}

/* Moves the rest to the front, so that a whole frame always fits. */
static void make_room(struct voice_pipe *l)
{
	memmove(l->octets, l->octets + l->begin, l->end - l->begin);
	l->end -= l->begin;
	l->begin = 0;
}

void voice_pipe_fill(struct voice_pipe *l)
{
	make_room(l);
	if (l->end == sizeof(l->octets))
		return;
	size_t room = sizeof(l->octets) - l->end;
	ssize_t n = pipe_take(l->record_pipe, l->octets + l->end, room);
	if (n < 0) {
		l->ended = true;
		return;
	}
	l->end += (size_t)n;
	l->queue = (uint32_t)n;
	if (l->queue > l->queue_max)
		l->queue_max = l->queue;
}

/* Takes one frame from the buffer. False if there is none; losing sync empties the buffer. */
static bool take_frame(struct voice_pipe *l, struct rd *frame)
{
	struct rd stream = rd_make(l->octets + l->begin, l->end - l->begin);

	switch (record_frame_take(&stream, frame)) {
	case PARSE_OK:
		l->begin = l->end - rd_left(&stream);
		return true;
	case PARSE_IGNORE:
		return false;
	case PARSE_BAD:
		break;
	}
	l->lost_step_total++;
	log_bug("record pipe out of sync");
	voice_pipe_discard(l);
	l->asked_at = TICK_LONG_AGO;
	return false;
}

bool voice_pipe_next(struct voice_pipe *l, struct record *out)
{
	const char *reason = NULL;
	struct rd frame;

	while (take_frame(l, &frame)) {
		switch (record_parse(frame.at, rd_left(&frame), out, &reason)) {
		case PARSE_OK:
			l->records_total++;
			return true;
		case PARSE_IGNORE:
		case PARSE_BAD:
			l->bad_total++;
			break;
		}
	}
	return false;
}

bool voice_pipe_is_parents(enum command_kind kind)
{
	return kind == COMMAND_RELOAD || kind == COMMAND_UPGRADE || kind == COMMAND_UPGRADED ||
	       kind == COMMAND_READY;
}

uint32_t voice_pipe_command(struct voice_pipe *l, struct command *c)
{
	if (++l->number == 0)
		l->number = 1;
	c->number = l->number;
	if (ipc_order(voice_pipe_is_parents(c->kind) ? l->parent : l->command_pipe, c))
		return c->number;
	l->commands_full_total++;
	return 0;
}

void voice_pipe_refresh(struct voice_pipe *l, bool coming, tick_t now)
{
	struct command c = {.kind = COMMAND_SNAPSHOT};

	if (now - l->asked_at < (coming ? COMING_MS : REFRESH_MS))
		return;
	if (voice_pipe_command(l, &c) == 0)
		return;
	l->asked_at = now;
	l->snapshots_total++;
}
