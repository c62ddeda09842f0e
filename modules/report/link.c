#include "report/link.h"

#include <string.h>

#include "base/log.h"
#include "io/kin.h"
#include "io/pipe.h"

#define REFRESH_MS TICK_SECOND
#define COMING_MS (10 * TICK_SECOND)

/* Empties the pipe: a read that was not filled found its end, and that is the end of a frame. */
static void drain(struct link *l)
{
	ssize_t n;

	do
		n = pipe_take(l->record_pipe, l->octets, sizeof(l->octets));
	while (n == (ssize_t)sizeof(l->octets));
	if (n < 0)
		l->ended = true;
	l->begin = l->end = 0;
}

void link_open(struct link *l, int record_pipe, int command_pipe, int parent)
{
	*l = (struct link){
		.record_pipe = record_pipe,
		.command_pipe = command_pipe,
		.parent = parent,
		.asked_at = TICK_LONG_AGO,
	};
	drain(l);
}

/* Moves what is left to the front, so that a whole frame always finds room. */
static void make_room(struct link *l)
{
	memmove(l->octets, l->octets + l->begin, l->end - l->begin);
	l->end -= l->begin;
	l->begin = 0;
}

void link_fill(struct link *l)
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

/* Takes one frame off the buffer. False when there is none; a lost step empties the buffer. */
static bool take_frame(struct link *l, struct rd *frame)
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
	log_bug("record pipe out of step");
	drain(l);
	l->asked_at = TICK_LONG_AGO;
	return false;
}

bool link_next(struct link *l, struct record *out)
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

bool link_is_parents(enum command_kind kind)
{
	return kind == COMMAND_RELOAD || kind == COMMAND_READY;
}

uint32_t link_command(struct link *l, struct command *c)
{
	if (++l->number == 0)
		l->number = 1;
	c->number = l->number;
	if (kin_order(link_is_parents(c->kind) ? l->parent : l->command_pipe, c))
		return c->number;
	l->commands_full_total++;
	return 0;
}

void link_refresh(struct link *l, bool coming, tick_t now)
{
	struct command c = {.kind = COMMAND_SNAPSHOT};

	if (now - l->asked_at < (coming ? COMING_MS : REFRESH_MS))
		return;
	if (link_command(l, &c) == 0)
		return;
	l->asked_at = now;
	l->snapshots_total++;
}
