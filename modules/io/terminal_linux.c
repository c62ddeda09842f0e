#include "io/terminal.h"

#include <sys/ioctl.h>

bool terminal_raw(int fd, struct termios *before)
{
	struct termios raw;

	if (tcgetattr(fd, before) != 0)
		return false;
	raw = *before;
	raw.c_iflag &= (tcflag_t) ~(BRKINT | ICRNL | INLCR | IGNCR | ISTRIP | IXON);
	raw.c_lflag &= (tcflag_t) ~(ECHO | ICANON | IEXTEN | ISIG);
	raw.c_cc[VMIN] = 1;
	raw.c_cc[VTIME] = 0;
	return tcsetattr(fd, TCSADRAIN, &raw) == 0;
}

/* Do not wait for pending output: the line may be dead. */
void terminal_restore(int fd, const struct termios *before)
{
	tcsetattr(fd, TCSANOW, before);
}

void terminal_size(int fd, int *rows, int *columns)
{
	struct winsize size;

	*rows = 24;
	*columns = 80;
	if (ioctl(fd, TIOCGWINSZ, &size) != 0 || size.ws_row == 0 || size.ws_col == 0)
		return;
	*rows = size.ws_row;
	*columns = size.ws_col;
}
