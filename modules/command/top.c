#include "command/top.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "command/ctl.h"
#include "command/top_keys.h"
#include "command/top_picture.h"
#include "command/top_server.h"
#include "command/top_state.h"
#include "io/print.h"
#include "io/signals.h"
#include "parent/status.h"

#define EVERY_MS TICK_SECOND
#define PATIENCE_MS (5 * TICK_SECOND) /* for an answer; then it reconnects */

static void read_clock(struct top *top)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	top->now = (tick_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
	clock_gettime(CLOCK_REALTIME, &t);
	top->epoch = (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

static void take_signals(struct top *top)
{
	enum signal_event s;

	while ((s = signals_take()) != SIGNAL_NOTHING)
		top->stop = top->stop || s == SIGNAL_TERM || s == SIGNAL_INT || s == SIGNAL_HUP;
}

static void turn(struct top *top)
{
	struct pollfd fds[3] = {{.fd = top->screen.in, .events = POLLIN},
	                        {.fd = top->screen.signals, .events = POLLIN},
	                        {.fd = top->fd, .events = POLLIN}};
	tick_t wait = top->asked_at + EVERY_MS - top->now;

	if (top->part < PARTS)
		wait = top->asked_at + PATIENCE_MS - top->now;
	if (poll(fds, 3, wait > 0 ? (int)wait : 0) < 0)
		return;
	read_clock(top);
	if (fds[1].revents)
		take_signals(top);
	if (fds[0].revents)
		top_keys_take(top);
	if (fds[2].revents && fds[2].fd == top->fd && top->fd >= 0)
		top_server_receive(top);
	if (top->part < PARTS && top->now - top->asked_at >= PATIENCE_MS)
		top_server_hang_up(top);
	if (top->part == PARTS && (top->again || top->now - top->asked_at >= EVERY_MS))
		top_server_ask(top);
}

static int run(struct top *top)
{
	int signals = signals_open();

	signal(SIGQUIT, SIG_IGN); /* would leave the terminal in raw mode */
	signal(SIGTSTP, SIG_IGN);
	if (signals < 0 || !screen_open(&top->screen, STDIN_FILENO, STDOUT_FILENO, signals)) {
		fputs("freedmr top: needs a terminal\n", stderr);
		return STATUS_FAILED;
	}
	top_keys_show_table(top, 0);
	top_server_ask(top);
	while (!top->stop && !top->screen.dead) {
		top_picture_draw(top);
		turn(top);
	}
	screen_close(&top->screen);
	return top->screen.dead ? STATUS_FAILED : STATUS_OK;
}

const char top_usage[] =
	"usage: freedmr top [-s SOCKET]\n\n"
	"  -s SOCKET   control socket of the server (default " CTL_SOCKET_DEFAULT ",\n"
	"              or " CTL_SOCKET_LOCAL " if only that exists)\n";

static void release(struct top *top)
{
	struct top_list *lists[] = {&top->slots,     &top->calls,    &top->rows,      &top->detail,
	                            &top->new_calls, &top->new_rows, &top->new_detail};

	for (size_t i = 0; i < ARRAY_LEN(lists); i++)
		top_list_release(lists[i]);
	top_server_hang_up(top);
	free(top);
}

int top_main(int argc, char **argv)
{
	const char *path = NULL;

	if (argc == 3 && strcmp(argv[1], "-s") == 0) {
		path = argv[2];
	} else if (argc != 1) {
		fputs(top_usage, stderr);
		return STATUS_USAGE;
	}
	struct top *top = calloc(1, sizeof(*top));
	if (!top)
		return STATUS_SYSTEM;
	top->path = ctl_socket(path);
	top->part = PARTS;
	read_clock(top);
	int status = CTL_UNAVAILABLE;
	if (top_server_call(top))
		status = run(top);
	else
		print_errno("freedmr top", top->path);
	release(top);
	return status;
}
