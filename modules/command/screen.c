#include "command/screen.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <unistd.h>

#include "io/terminal.h"

#define PIECE 256 /* a terminal that is ready accepts that much without blocking */

/* Alternate screen, no cursor, no wrapping at the edge; and back. */
static const char enter[] = "\x1b[?1049h\x1b[?25l\x1b[?7l\x1b[2J";
static const char leave[] = "\x1b[0m\x1b[?7h\x1b[?25h\x1b[?1049l";

/* False if the terminal is gone, or a signal came first. */
static bool wait_for_room(struct screen *s)
{
	struct pollfd fds[2] = {{.fd = s->out, .events = POLLOUT},
	                        {.fd = s->signals, .events = POLLIN}};

	while (poll(fds, 2, -1) < 0) {
		if (errno != EINTR)
			return false;
	}
	s->dead = s->dead || fds[0].revents & (POLLERR | POLLHUP | POLLNVAL);
	return !s->dead && fds[1].revents == 0;
}

static bool write_all(struct screen *s, const char *at, size_t len)
{
	while (len > 0) {
		if (!wait_for_room(s))
			return false;
		ssize_t n = write(s->out, at, len < PIECE ? len : PIECE);
		if (n < 0 && errno != EINTR && errno != EAGAIN)
			s->dead = true;
		if (n > 0) {
			at += n;
			len -= (size_t)n;
		}
	}
	return true;
}

void screen_forget(struct screen *s)
{
	for (int i = 0; i < SCREEN_ROWS_MAX; i++)
		memcpy(s->shown[i], "?", 2);
}

bool screen_open(struct screen *s, int in, int out, int signals)
{
	s->in = in;
	s->out = out;
	s->signals = signals;
	s->dead = false;
	s->rows = s->columns = 0;
	if (!isatty(out) || !terminal_raw(in, &s->before))
		return false;
	write_all(s, enter, sizeof(enter) - 1);
	return true;
}

/* In one piece, regardless of signals; on a stuck line it is lost. */
void screen_close(struct screen *s)
{
	struct pollfd out = {.fd = s->out, .events = POLLOUT};

	if (poll(&out, 1, 100) == 1 && out.revents == POLLOUT)
		(void)!write(s->out, leave, sizeof(leave) - 1);
	terminal_restore(s->in, &s->before);
}

void screen_begin(struct screen *s)
{
	int rows, columns;

	terminal_size(s->out, &rows, &columns);
	if (rows > SCREEN_ROWS_MAX)
		rows = SCREEN_ROWS_MAX;
	if (rows != s->rows || columns != s->columns)
		screen_forget(s);
	s->rows = rows;
	s->columns = columns;
	for (int i = 0; i < rows; i++)
		s->drawn[i][0] = 0;
}

/* The UTF-8 characters that fit; inverse lines reach to the edge. */
static void put_cut(struct text *t, const char *text, int columns, bool fill)
{
	int used = 0;

	for (const char *c = text; *c; c++) {
		used += ((unsigned char)*c & 0xc0) != 0x80;
		if (used > columns)
			break;
		text_char(t, *c);
	}
	for (; fill && used < columns; used++)
		text_char(t, ' ');
}

void screen_line(struct screen *s, int row, enum screen_look look, const char *text)
{
	if (row < 0 || row >= s->rows)
		return;
	struct text t = text_make(s->drawn[row], SCREEN_LINE_MAX - 8);
	if (look != SCREEN_PLAIN)
		text_put(&t, look == SCREEN_BOLD ? "\x1b[1m" : "\x1b[7m");
	put_cut(&t, text, s->columns, look == SCREEN_INVERSE);
	if (look == SCREEN_PLAIN)
		return;
	t.cap = SCREEN_LINE_MAX;
	t.cut = false;
	text_put(&t, "\x1b[0m");
}

void screen_show(struct screen *s)
{
	char buf[SCREEN_LINE_MAX + 32];

	for (int i = 0; i < s->rows; i++) {
		if (strcmp(s->shown[i], s->drawn[i]) == 0)
			continue;
		struct text t = text_make(buf, sizeof(buf));
		text_format(&t, "\x1b[%d;1H%s\x1b[K", i + 1, s->drawn[i]);
		memcpy(s->shown[i], "?", 2); /* until it is completely written */
		if (!write_all(s, buf, t.len))
			return;
		memcpy(s->shown[i], s->drawn[i], SCREEN_LINE_MAX);
	}
}
