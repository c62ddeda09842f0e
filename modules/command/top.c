#include "command/top.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "base/tick.h"
#include "command/ctl.h"
#include "command/screen.h"
#include "command/top_list.h"
#include "io/pipe.h"
#include "io/print.h"
#include "io/signals.h"
#include "io/unix.h"
#include "parent/status.h"
#include "report/view.h"

#define EVERY_MS TICK_SECOND
#define PATIENCE_MS (5 * TICK_SECOND) /* for an answer; then the connection is made anew */
#define FILTER_MAX 32
#define IN_MAX 16384u

enum key {
	KEY_NONE,
	KEY_CONTROL_C = 3,
	KEY_TAB = 9,
	KEY_ENTER = 13,
	KEY_ESCAPE = 27,
	KEY_ERASE = 127,
	KEY_UP = 256,
	KEY_DOWN,
	KEY_LEFT,
	KEY_RIGHT,
	KEY_PAGE_UP,
	KEY_PAGE_DOWN,
};

static const struct top_column call_columns[] = {
	{"CLIENT", "origin", NULL, 9, TOP_NUMBER},
	{"SLOT", "slot", NULL, 4, TOP_NUMBER},
	{"CALLER", "src_callsign", "src", 9, TOP_TEXT},
	{"NAME", "src_name", NULL, 12, TOP_TEXT},
	{"TO", "dst", NULL, 8, TOP_NUMBER},
	{"TALKGROUP", "conference_name", "conference", 16, TOP_TEXT},
	{"FOR", "started", NULL, 6, TOP_AGE},
	{"LOST", "lost", NULL, 4, TOP_NUMBER},
	{"HEARD BY", "listeners", NULL, 8, TOP_NUMBER},
	{"STATE", "state", NULL, 8, TOP_TEXT},
};

static const struct top_column session_columns[] = {
	{"CLIENT", "client", NULL, 9, TOP_NUMBER},
	{"CALLSIGN", "callsign", NULL, 9, TOP_TEXT},
	{"NAME", "name", NULL, 12, TOP_TEXT},
	{"LISTENER", "listener", NULL, 12, TOP_TEXT},
	{"SINCE", "since", NULL, 7, TOP_AGE},
	{"PING", "last_ping", NULL, 5, TOP_AGE},
	{"FRAMES IN", "frames_in_total", NULL, 9, TOP_NUMBER},
	{"OUT", "frames_out_total", NULL, 9, TOP_NUMBER},
	{"SOFTWARE", "software", NULL, 20, TOP_TEXT},
};

static const struct top_column heard_columns[] = {
	{"AGO", "time", NULL, 6, TOP_AGE},
	{"CALLER", "src_callsign", "src", 9, TOP_TEXT},
	{"NAME", "src_name", NULL, 12, TOP_TEXT},
	{"TALKGROUP", "conference_name", "dst", 16, TOP_TEXT},
	{"CLIENT", "origin", NULL, 9, TOP_NUMBER},
	{"SLOT", "slot", NULL, 4, TOP_NUMBER},
	{"FRAMES", "frames", NULL, 6, TOP_NUMBER},
	{"LOST", "lost", NULL, 5, TOP_NUMBER},
	{"END", "cause", NULL, 16, TOP_TEXT},
};

static const struct top_column conference_columns[] = {
	{"CONFERENCE", "conference", NULL, 10, TOP_NUMBER},
	{"SLOTS", "subscriptions", NULL, 6, TOP_NUMBER},
	{"ACTIVE", "active", NULL, 6, TOP_NUMBER},
	{"CALLS", "calls", NULL, 5, TOP_NUMBER},
};

static const struct top_table calls = {
	"calls", "ON AIR", "origin", call_columns, ARRAY_LEN(call_columns), -1, false};

static const struct top_table tables[] = {
	{"sessions", "SESSIONS", "client", session_columns, ARRAY_LEN(session_columns), 0, false},
	{"lastheard", "LAST HEARD", "origin", heard_columns, ARRAY_LEN(heard_columns), -1, false},
	{"conferences", "CONFERENCES", NULL, conference_columns, ARRAY_LEN(conference_columns), 0,
         false},
};

/* The answers asked for together, in this order. */
enum part { PART_STATUS, PART_CALLS, PART_TABLE, PART_SESSION, PARTS };

struct top {
	struct screen screen;
	const char *path;
	tick_t now;
	int64_t epoch; /* ms */

	int fd; /* -1: no connection */
	char in[IN_MAX];
	size_t in_len;
	int part; /* of the answers, which one comes in; PARTS = all are there */
	tick_t asked_at;
	int asked_table; /* what was asked for, whatever is shown by now */
	bool asked_session;
	bool again; /* something else is shown by now: ask as soon as all is there */
	bool stale, stale_so_far;

	int table; /* which of `tables` is shown */
	int sort;
	bool descending;
	char filter[FILTER_MAX];
	bool typing;              /* the filter */
	char session[TOP_ID_MAX]; /* "" = none is open */
	int at, first; /* the row marked, and the one at the top; of a session the line */
	struct top_list calls, rows, detail;             /* as shown */
	struct top_list new_calls, new_rows, new_detail; /* as they come in */
	char server[200];
	bool stop;
};

static void read_clock(struct top *top)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	top->now = (tick_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
	clock_gettime(CLOCK_REALTIME, &t);
	top->epoch = (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

/* The connection. */

static void hang_up(struct top *top)
{
	if (top->fd >= 0)
		close(top->fd);
	top->fd = -1;
	top->part = PARTS;
	top->in_len = 0;
}

static bool call_server(struct top *top)
{
	top->fd = unix_connect(top->path);
	if (top->fd < 0)
		return false;
	if (pipe_prepare(top->fd) != 0)
		hang_up(top);
	return top->fd >= 0;
}

static void ask(struct top *top)
{
	char line[200];
	struct text t = text_make(line, sizeof(line));

	top->asked_at = top->now;
	if (top->fd < 0 && !call_server(top))
		return;
	top->again = false;
	top->asked_table = top->table;
	top->asked_session = *top->session;
	text_format(&t, "status\ncalls\n%s\n", tables[top->table].request);
	if (*top->session)
		text_format(&t, "text session %s\n", top->session);
	if (send(top->fd, line, t.len, MSG_NOSIGNAL) != (ssize_t)t.len) {
		hang_up(top);
		return;
	}
	top->part = PART_STATUS;
	top->stale_so_far = false;
	top_list_clear(&top->new_calls);
	top_list_clear(&top->new_rows);
	top_list_clear(&top->new_detail);
}

static void take_server(struct top *top, const char *json)
{
	char id[16], name[40], version[40], started[24];

	if (strncmp(json, "{\"row\":\"server\"", 15) != 0)
		return;
	struct text t = text_make(top->server, sizeof(top->server));
	(void)top_field(json, "id", id, sizeof(id));
	(void)top_field(json, "name", name, sizeof(name));
	(void)top_field(json, "version", version, sizeof(version));
	text_format(&t, "freedmr %s  %s %s", version, id, name);
	if (top_field(json, "started", started, sizeof(started))) {
		text_put(&t, "  up ");
		view_duration(&t, top->epoch - top_thousandths(started));
	}
}

/* A line of text form, behind the octet that tells what it is. */
static void take_detail(struct top *top, const char *line)
{
	static const struct top_column whole[] = {{"", "line", NULL, 0, TOP_TEXT}};
	static const struct top_table plain = {"", "", NULL, whole, 0, -1, false};

	top_list_add(&top->new_detail, &plain, -1, "{}", "", 0);
	if (top->new_detail.count > 0)
		text_copy(top->new_detail.row[top->new_detail.count - 1].shown, TOP_LINE_MAX, line);
}

static void swap(struct top_list *a, struct top_list *b)
{
	struct top_list c = *a;

	*a = *b;
	*b = c;
}

static void take_all(struct top *top)
{
	const struct top_column *by = &tables[top->table].column[top->sort < 0 ? 0 : top->sort];

	top->stale = top->stale_so_far;
	swap(&top->calls, &top->new_calls);
	swap(&top->detail, &top->new_detail);
	if (top->asked_table != top->table)
		return;
	if (top->sort >= 0)
		top_list_sort(&top->new_rows, by->kind != TOP_TEXT,
		              top->descending != (by->kind == TOP_AGE));
	swap(&top->rows, &top->new_rows);
}

/* An answer is at its end; behind the last one all is shown. */
static void next_part(struct top *top)
{
	if (++top->part == PART_SESSION && !top->asked_session)
		top->part = PARTS;
	if (top->part == PARTS)
		take_all(top);
}

static void take_line(struct top *top, const char *line)
{
	if (strncmp(line, "{\"end\":true", 11) == 0) {
		top->stale_so_far = top->stale_so_far || strstr(line, "\"stale\":true");
		next_part(top);
	} else if (*line == TEXT_DONE || *line == TEXT_REFUSED) {
		if (*line == TEXT_REFUSED && *top->session)
			take_detail(top, line + 1);
		next_part(top);
	} else if (top->part == PART_STATUS) {
		take_server(top, line);
	} else if (top->part == PART_CALLS) {
		top_list_add(&top->new_calls, &calls, -1, line, "", top->epoch);
	} else if (top->part == PART_TABLE) {
		top_list_add(&top->new_rows, &tables[top->asked_table], top->sort, line,
		             top->filter, top->epoch);
	} else if (top->part == PART_SESSION) {
		take_detail(top, line + 1);
	}
}

/* Takes what came, line by line; the server never sends a longer line than IN_MAX. */
static void receive(struct top *top)
{
	ssize_t n = pipe_take(top->fd, top->in + top->in_len, IN_MAX - top->in_len);
	char *at = top->in, *newline;

	if (n < 0) {
		hang_up(top);
		return;
	}
	top->in_len += (size_t)n;
	while ((newline = memchr(at, '\n', top->in_len - (size_t)(at - top->in)))) {
		*newline = 0;
		take_line(top, at);
		at = newline + 1;
	}
	top->in_len -= (size_t)(at - top->in);
	memmove(top->in, at, top->in_len);
	if (top->in_len == IN_MAX)
		hang_up(top);
}

/* The picture. */

static void draw_head(struct top *top)
{
	char line[400];
	struct text t = text_make(line, sizeof(line));

	text_put(&t, *top->server ? top->server : "freedmr");
	text_format(&t, "  %zu on air", top->calls.count);
	screen_line(&top->screen, 0, SCREEN_INVERSE, line);
	if (top->fd < 0)
		screen_line(&top->screen, 1, SCREEN_BOLD,
		            "No connection to the server: what follows is what was. Trying again.");
	else if (top->stale)
		screen_line(&top->screen, 1, SCREEN_BOLD,
		            "The voice process is silent: what follows is what was.");
}

static void draw_foot(struct top *top)
{
	char line[200];
	struct text t = text_make(line, sizeof(line));

	if (*top->session)
		text_put(&t, "q back  up, down scroll");
	else if (top->typing || *top->filter)
		text_format(&t, "filter: %s%s", top->filter, top->typing ? "_" : "");
	else
		text_put(&t, "q quit  tab next list  up, down, enter open  left, right sort  "
		             "r reverse  / filter");
	screen_line(&top->screen, top->screen.rows - 1, SCREEN_INVERSE, line);
}

/* Some of the rows from `first` on. Returns the next free row of the screen. */
static int draw_rows(struct top *top, const struct top_list *l, int from, int to, int marked)
{
	int row = from;

	for (size_t i = (size_t)top->first; row < to && i < l->count; i++, row++)
		screen_line(&top->screen, row, (int)i == marked ? SCREEN_INVERSE : SCREEN_PLAIN,
		            l->row[i].shown);
	return row;
}

/* Calls take a third of the screen at most. Returns the next free row. */
static int draw_calls(struct top *top)
{
	char line[TOP_LINE_MAX];
	struct text t = text_make(line, sizeof(line));
	int room = top->screen.rows / 3, row = 3;

	top_heading(&t, &calls, -1, false);
	screen_line(&top->screen, 2, SCREEN_BOLD, top->calls.count ? line : "ON AIR: nobody");
	for (size_t i = 0; i < top->calls.count && row - 3 < room; i++)
		screen_line(&top->screen, row++, SCREEN_PLAIN, top->calls.row[i].shown);
	return row + 1;
}

/* Keeps the mark on a row, and the row in sight. */
static void scroll(struct top *top, const struct top_list *l, int room)
{
	int last = (int)l->count - 1;

	top->at = top->at > last ? last : top->at;
	top->at = top->at < 0 ? 0 : top->at;
	if (top->at < top->first)
		top->first = top->at;
	if (room > 0 && top->at >= top->first + room)
		top->first = top->at - room + 1;
}

static void draw_table(struct top *top)
{
	const struct top_table *table = &tables[top->table];
	char line[TOP_LINE_MAX];
	struct text t = text_make(line, sizeof(line));
	int row = draw_calls(top);

	text_format(&t, "%s: %zu", table->title, top->rows.count);
	screen_line(&top->screen, row++, SCREEN_BOLD, line);
	t = text_make(line, sizeof(line));
	top_heading(&t, table, top->sort, top->descending);
	screen_line(&top->screen, row++, SCREEN_BOLD, line);
	scroll(top, &top->rows, top->screen.rows - 1 - row);
	draw_rows(top, &top->rows, row, top->screen.rows - 1, top->at);
}

static void draw_session(struct top *top)
{
	int last = (int)top->detail.count - 1;

	top->first = top->first > last ? last : top->first;
	top->first = top->first < 0 ? 0 : top->first;
	draw_rows(top, &top->detail, 2, top->screen.rows - 1, -1);
}

static void draw(struct top *top)
{
	screen_begin(&top->screen);
	draw_head(top);
	if (*top->session)
		draw_session(top);
	else
		draw_table(top);
	draw_foot(top);
	screen_show(&top->screen);
}

/* The keys. */

static void show_table(struct top *top, int table)
{
	top->table = table;
	top->sort = tables[table].sort;
	top->descending = tables[table].descending;
	top->at = top->first = 0;
	top_list_clear(&top->rows);
}

static void open_session(struct top *top)
{
	if (top->at < (int)top->rows.count && tables[top->table].id)
		text_copy(top->session, sizeof(top->session), top->rows.row[top->at].id);
	if (*top->session) {
		top->first = 0;
		top_list_clear(&top->detail);
	}
}

static void type(struct top *top, int key)
{
	size_t len = strlen(top->filter);

	if (key == KEY_ENTER || key == KEY_ESCAPE)
		top->typing = false;
	if (key == KEY_ESCAPE)
		top->filter[0] = 0;
	if ((key == KEY_ERASE || key == '\b') && len > 0)
		top->filter[len - 1] = 0;
	if (key >= ' ' && key < KEY_ERASE && len + 1 < sizeof(top->filter)) {
		top->filter[len] = (char)key;
		top->filter[len + 1] = 0;
	}
}

static void move(struct top *top, int by)
{
	if (*top->session)
		top->first += by;
	else
		top->at += by;
}

static void sort_by(struct top *top, int column)
{
	int columns = tables[top->table].columns;

	top->sort = column < -1 ? columns - 1 : column >= columns ? -1 : column;
}

/* Back from where one is; from the list out. */
static void back(struct top *top, int key)
{
	if (*top->session)
		top->session[0] = 0;
	else if (key == KEY_ESCAPE)
		top->filter[0] = 0;
	else
		top->stop = true;
	top->first = 0;
}

static void take_key(struct top *top, int key)
{
	int page = top->screen.rows > 12 ? top->screen.rows - 10 : 2;

	if (key == KEY_CONTROL_C) {
		top->stop = true;
		return;
	}
	if (top->typing) {
		type(top, key);
		return;
	}
	switch (key) {
	case 'q':
	case KEY_ESCAPE:
		back(top, key);
		break;
	case KEY_UP:
	case 'k':
		move(top, -1);
		break;
	case KEY_DOWN:
	case 'j':
		move(top, 1);
		break;
	case KEY_PAGE_UP:
		move(top, -page);
		break;
	case KEY_PAGE_DOWN:
	case ' ':
		move(top, page);
		break;
	case KEY_LEFT:
	case '<':
		sort_by(top, top->sort - 1);
		break;
	case KEY_RIGHT:
	case '>':
		sort_by(top, top->sort + 1);
		break;
	case 'r':
		top->descending = !top->descending;
		break;
	case '/':
		top->typing = !*top->session;
		break;
	case KEY_ENTER:
		open_session(top);
		break;
	case KEY_TAB:
		show_table(top, (top->table + 1) % (int)ARRAY_LEN(tables));
		break;
	default:
		break; /* a key that means nothing here */
	}
}

/* One key off the octets that came; sequences of ECMA-48 become one. Returns how many it took. */
static size_t read_key(const char *at, size_t len, int *key)
{
	static const struct {
		char last;
		int key;
	} arrows[] = {{'A', KEY_UP}, {'B', KEY_DOWN}, {'C', KEY_RIGHT}, {'D', KEY_LEFT}};
	size_t n = 2;

	*key = (unsigned char)*at == '\n' ? KEY_ENTER : (unsigned char)*at;
	if (*at != KEY_ESCAPE || len < 3 || (at[1] != '[' && at[1] != 'O'))
		return 1;
	while (n + 1 < len && (at[n] < '@' || at[n] > '~'))
		n++;
	*key = at[2] == '5' ? KEY_PAGE_UP : at[2] == '6' ? KEY_PAGE_DOWN : KEY_NONE;
	for (size_t i = 0; i < ARRAY_LEN(arrows); i++) {
		if (at[n] == arrows[i].last)
			*key = arrows[i].key;
	}
	return n + 1;
}

static void take_keys(struct top *top)
{
	char keys[64];
	ssize_t n = read(top->screen.in, keys, sizeof(keys));
	int key;

	if (n <= 0 && !(n < 0 && (errno == EINTR || errno == EAGAIN)))
		top->screen.dead = true;
	for (size_t at = 0; n > 0 && at < (size_t)n;) {
		at += read_key(keys + at, (size_t)n - at, &key);
		take_key(top, key);
	}
	top->again = true;
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
		take_keys(top);
	if (fds[2].revents && fds[2].fd == top->fd && top->fd >= 0)
		receive(top);
	if (top->part < PARTS && top->now - top->asked_at >= PATIENCE_MS)
		hang_up(top);
	if (top->part == PARTS && (top->again || top->now - top->asked_at >= EVERY_MS))
		ask(top);
}

static int run(struct top *top)
{
	int signals = signals_open();

	signal(SIGQUIT, SIG_IGN); /* would leave the terminal as it is now */
	signal(SIGTSTP, SIG_IGN);
	if (signals < 0 || !screen_open(&top->screen, STDIN_FILENO, STDOUT_FILENO, signals)) {
		fputs("freedmr top: needs a terminal\n", stderr);
		return STATUS_FAILED;
	}
	show_table(top, 0);
	ask(top);
	while (!top->stop && !top->screen.dead) {
		draw(top);
		turn(top);
	}
	screen_close(&top->screen);
	return top->screen.dead ? STATUS_FAILED : STATUS_OK;
}

static int usage(FILE *out, int status)
{
	print(out,
	      "usage: freedmr top [-s SOCKET]\n\n"
	      "  -s SOCKET   where the server listens (default %s,\n"
	      "              or %s when only that is there)\n",
	      CTL_SOCKET_DEFAULT, CTL_SOCKET_LOCAL);
	return status;
}

static void release(struct top *top)
{
	struct top_list *lists[] = {&top->calls,     &top->rows,     &top->detail,
	                            &top->new_calls, &top->new_rows, &top->new_detail};

	for (size_t i = 0; i < ARRAY_LEN(lists); i++)
		top_list_release(lists[i]);
	hang_up(top);
	free(top);
}

int top_main(int argc, char **argv)
{
	const char *path = NULL;

	if (argc == 3 && strcmp(argv[1], "-s") == 0)
		path = argv[2];
	else if (argc != 1)
		return usage(stderr, STATUS_USAGE);
	struct top *top = calloc(1, sizeof(*top));
	if (!top)
		return STATUS_SYSTEM;
	top->path = ctl_socket(path);
	top->part = PARTS;
	read_clock(top);
	int status = CTL_UNAVAILABLE;
	if (call_server(top))
		status = run(top);
	else
		print(stderr, "freedmr top: %s: %s\n", top->path, strerror(errno));
	release(top);
	return status;
}
