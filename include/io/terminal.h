/*
 * A terminal in raw mode. Its size is not POSIX, so each system has its own body
 * (terminal_linux.c).
 */
#ifndef IO_TERMINAL_H
#define IO_TERMINAL_H

#include <stdbool.h>
#include <termios.h>

#include "base/util.h"

/* Keys arrive immediately, unechoed, and raise no signals. False: not a terminal. */
MUST_CHECK bool terminal_raw(int fd, struct termios *before);
void terminal_restore(int fd, const struct termios *before);

/* 24 by 80 if unknown. */
void terminal_size(int fd, int *rows, int *columns);

#endif
