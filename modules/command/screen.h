/*
 * A screen of lines. What is drawn is compared with what the terminal shows, and only lines that
 * differ are written, so that little goes over a slow line. Nothing but the sequences of ECMA-48
 * that every terminal knows.
 *
 * Plain, one owner; of its lines only screen.c writes `shown`.
 */
#ifndef COMMAND_SCREEN_H
#define COMMAND_SCREEN_H

#include <stdbool.h>
#include <termios.h>

#include "base/text.h"

#define SCREEN_ROWS_MAX 200
#define SCREEN_LINE_MAX 1024 /* octets of a line, with what makes it bold or inverse */

enum screen_look {
	SCREEN_PLAIN,
	SCREEN_BOLD,
	SCREEN_INVERSE,
};

struct screen {
	int in, out;
	int signals; /* readable when writing should be abandoned */
	int rows, columns;
	bool dead; /* the terminal is gone */
	struct termios before;
	char shown[SCREEN_ROWS_MAX][SCREEN_LINE_MAX];
	char drawn[SCREEN_ROWS_MAX][SCREEN_LINE_MAX];
};

/* Takes over the terminal; false if it is not one. */
MUST_CHECK bool screen_open(struct screen *s, int in, int out, int signals);

/* Restores it. */
void screen_close(struct screen *s);

/* Begins a blank picture of the terminal's current size. */
void screen_begin(struct screen *s);

/* Draws one line, cut at the edge; ignores rows outside. */
void screen_line(struct screen *s, int row, enum screen_look look, const char *text);

/* Shows what was drawn. Stops when a signal comes; the next picture continues. */
void screen_show(struct screen *s);

/* Forgets what is shown: the next picture is written completely. */
void screen_forget(struct screen *s);

#endif
