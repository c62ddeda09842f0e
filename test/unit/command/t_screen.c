#include "command/screen.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "harness/t.h"

static struct screen s;
static int seen = -1, signals[2]; /* what reads the screen; a signal is readable at signals[0] */

/* A screen of 24 rows by 80 columns, which is not a terminal. */
static void begin(void)
{
	int ends[2];

	memset(&s, 0, sizeof(s));
	if (pipe(ends) != 0 || pipe(signals) != 0 || fcntl(ends[0], F_SETFL, O_NONBLOCK) != 0)
		abort();
	seen = ends[0];
	s.out = ends[1];
	s.signals = signals[0];
}

static void end(void)
{
	close(seen);
	close(s.out);
	close(signals[0]);
	close(signals[1]);
}

/* What was written since. */
static const char *written(void)
{
	static char text[65536];
	ssize_t len = read(seen, text, sizeof(text) - 1);

	text[len > 0 ? len : 0] = 0;
	return text;
}

/* Draws that as the second row of a picture, and shows it. */
static void show(const char *text)
{
	screen_begin(&s);
	screen_line(&s, 1, SCREEN_PLAIN, text);
	screen_show(&s);
}

T_CASE(only_rows_that_changed_are_written)
{
	begin();
	show("one");
	T_CHECK(strstr(written(), "\x1b[2;1Hone\x1b[K\x1b[3;1H"));
	show("two");
	T_TEXT(written(), "\x1b[2;1Htwo\x1b[K");
	show("two");
	T_TEXT(written(), "");
	screen_forget(&s);
	show("two");
	T_CHECK(strstr(written(), "\x1b[24;1H"));
	end();
}

T_CASE(rows_outside_are_ignored_and_long_ones_are_cut)
{
	char wide[200], wanted[200];

	begin();
	show("");
	(void)written();
	screen_begin(&s);
	screen_line(&s, -1, SCREEN_PLAIN, "above");
	screen_line(&s, 24, SCREEN_PLAIN, "below");
	memset(wide, 'x', sizeof(wide) - 1);
	wide[sizeof(wide) - 1] = 0;
	screen_line(&s, 0, SCREEN_BOLD, wide);
	screen_line(&s, 1, SCREEN_INVERSE, "short");
	screen_show(&s);
	snprintf(wanted, sizeof(wanted),
	         "\x1b[1;1H\x1b[1m%.80s\x1b[0m\x1b[K\x1b[2;1H\x1b[7m%-80s\x1b[0m\x1b[K", wide,
	         "short");
	T_TEXT(written(), wanted);
	end();
}

/* What is not written then is written with the next picture. */
T_CASE(a_signal_comes_before_the_rest_of_the_picture)
{
	char octet;

	begin();
	T_EQUAL(write(signals[1], "x", 1), 1);
	show("one");
	T_TEXT(written(), "");
	T_CHECK(!s.dead);
	T_EQUAL(read(signals[0], &octet, 1), 1);
	show("one");
	T_CHECK(strstr(written(), "\x1b[2;1Hone\x1b[K"));
	end();
}

T_CASE(a_terminal_that_is_gone_is_known)
{
	begin();
	close(seen);
	show("one");
	T_CHECK(s.dead);
	show("two"); /* nobody is asked again */
	T_CHECK(s.dead);
	screen_close(&s);
	seen = -1;
	end();
}

static int terminal(int *master)
{
	*master = posix_openpt(O_RDWR | O_NOCTTY);
	if (*master < 0 || grantpt(*master) != 0 || unlockpt(*master) != 0)
		return -1;
	return open(ptsname(*master), O_RDWR | O_NOCTTY);
}

T_CASE(both_sides_must_be_a_terminal)
{
	int master, slave = terminal(&master);

	begin();
	T_CHECK(slave >= 0);
	T_CHECK(!screen_open(&s, slave, signals[1], signals[0]));
	T_CHECK(!screen_open(&s, signals[0], slave, signals[0]));
	close(slave);
	close(master);
	end();
}

T_CASE(a_terminal_is_as_before_afterwards)
{
	int master, slave = terminal(&master), out;
	struct termios before, during, after;
	struct winsize size = {.ws_row = 5, .ws_col = 10};
	char text[4096];

	begin();
	T_CHECK(slave >= 0);
	T_EQUAL(tcgetattr(slave, &before), 0);
	out = s.out;
	T_CHECK(screen_open(&s, slave, slave, signals[0]));
	T_EQUAL(tcgetattr(slave, &during), 0);
	T_EQUAL(during.c_lflag & (ECHO | ICANON), 0);
	T_EQUAL(ioctl(slave, TIOCSWINSZ, &size), 0);
	show("a row of more than ten");
	T_CHECK(read(master, text, sizeof(text)) > 0);
	T_EQUAL(s.rows, 5);
	T_TEXT(s.shown[1], "a row of m");
	size.ws_col = 4;
	T_EQUAL(ioctl(slave, TIOCSWINSZ, &size), 0);
	screen_begin(&s);
	T_TEXT(s.shown[1], "?"); /* written again, whatever it is */
	screen_close(&s);
	T_EQUAL(tcgetattr(slave, &after), 0);
	T_EQUAL(after.c_lflag, before.c_lflag);
	T_EQUAL(after.c_iflag, before.c_iflag);
	s.out = out;
	close(slave);
	close(master);
	end();
}

T_MAIN()
