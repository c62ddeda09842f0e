#include "io/terminal.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "harness/t.h"
#include "io/pipe.h"

/* A terminal, and the end of who sits at it; false where there are none. */
static bool open_terminal(int *fd, int *keyboard)
{
	*keyboard = posix_openpt(O_RDWR | O_NOCTTY);
	if (*keyboard < 0 || grantpt(*keyboard) != 0 || unlockpt(*keyboard) != 0)
		return false;
	*fd = open(ptsname(*keyboard), O_RDWR | O_NOCTTY);
	return *fd >= 0 && pipe_prepare(*keyboard) == 0;
}

/* Without an end of a line, and what interrupts otherwise is a key as well. */
T_CASE(each_key_comes_at_once_and_unseen)
{
	struct termios before, after;
	int fd, keyboard;
	char keys[8];

	if (!open_terminal(&fd, &keyboard))
		return;
	T_CHECK(terminal_raw(fd, &before));
	T_EQUAL(write(keyboard, "q\r\003", 3), 3);
	T_EQUAL(read(fd, keys, sizeof(keys)), 3);
	T_BYTES(keys, "q\r\003", 3);
	T_EQUAL(read(keyboard, keys, sizeof(keys)), -1); /* nothing is shown */
	T_EQUAL(errno, EAGAIN);
	T_EQUAL(write(fd, "\n", 1), 1); /* lines go on at the left all the same */
	T_EQUAL(read(keyboard, keys, sizeof(keys)), 2);
	T_BYTES(keys, "\r\n", 2);
	terminal_restore(fd, &before);
	T_EQUAL(tcgetattr(fd, &after), 0);
	T_EQUAL(after.c_lflag, before.c_lflag);
	T_CHECK(after.c_lflag & ICANON);
	close(fd);
	close(keyboard);
}

T_CASE(what_is_no_terminal_stays_as_it_is)
{
	struct termios before;
	int ends[2], rows, columns;

	T_EQUAL(pipe_open(ends), 0);
	T_CHECK(!terminal_raw(ends[0], &before));
	T_EQUAL(errno, ENOTTY);
	terminal_size(ends[0], &rows, &columns);
	T_EQUAL(rows, 24);
	T_EQUAL(columns, 80);
	close(ends[0]);
	close(ends[1]);
}

T_CASE(a_size_is_known_or_the_usual_one)
{
	static const struct {
		struct winsize is;
		int rows, columns;
	} table[] = {
		{{.ws_row = 50, .ws_col = 132}, 50, 132},
		{{.ws_row = 0, .ws_col = 132}, 24, 80},
		{{.ws_row = 50, .ws_col = 0}, 24, 80},
	};
	int fd, keyboard, rows, columns;

	if (!open_terminal(&fd, &keyboard))
		return;
	for (size_t i = 0; i < ARRAY_LEN(table); i++) {
		T_EQUAL(ioctl(keyboard, TIOCSWINSZ, &table[i].is), 0);
		terminal_size(fd, &rows, &columns);
		T_EQUAL(rows, table[i].rows);
		T_EQUAL(columns, table[i].columns);
	}
	close(fd);
	close(keyboard);
}

T_MAIN()
