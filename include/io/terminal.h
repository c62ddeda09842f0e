/*
 * A terminal that is read key by key. Its size is not POSIX, so each system has its own body
 * (terminal_linux.c).
 */
#ifndef IO_TERMINAL_H
#define IO_TERMINAL_H

#include <stdbool.h>
#include <termios.h>

#include "base/util.h"

/* Keys come at once, unechoed, and none makes a signal. False: this is no terminal. */
MUST_CHECK bool terminal_raw(int fd, struct termios *before);
void terminal_restore(int fd, const struct termios *before);

/* 24 by 80 where the terminal does not know. */
void terminal_size(int fd, int *rows, int *columns);

#endif
