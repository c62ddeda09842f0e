#include "parent/kept.h"

#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "io/pipe.h"

#define VARIABLE "FREEDMR_HANDOVER"

/* A line: its descriptor, and where its name begins. */
struct line {
	int fd; /* -1: not a valid line */
	char *what;
	size_t len;
};

static struct line read_line(char *at)
{
	struct line l = {.fd = -1, .what = at, .len = strcspn(at, "\n")};
	size_t digits = strcspn(at, " \n");
	uint64_t fd;

	if (at[digits] == ' ' && text_to_u64(at, digits, 3, 1 << 20, &fd)) {
		l.fd = (int)fd;
		l.what = at + digits + 1;
		l.len -= digits + 1;
	}
	return l;
}

/* The line behind this one; NULL at the end. */
static char *next_line(const struct line *l)
{
	char *end = l->what + l->len;

	return *end == '\n' && end[1] ? end + 1 : NULL;
}

void kept_begin(struct kept *k)
{
	const char *value = getenv(VARIABLE);

	k->lines = value ? strdup(value) : NULL;
	unsetenv(VARIABLE);
}

bool kept_any(const struct kept *k)
{
	return k->lines;
}

/* A line that was taken counts no more; kept_end() closes what could not be. */
static int take(struct line *l)
{
	if (pipe_prepare(l->fd) != 0)
		return -1;
	l->what[-1] = '-';
	return l->fd;
}

int kept_take(struct kept *k, const char *what)
{
	struct line l;

	for (char *at = k->lines; at && *at; at = next_line(&l)) {
		l = read_line(at);
		if (l.fd >= 0 && l.len == strlen(what) && memcmp(l.what, what, l.len) == 0)
			return take(&l);
	}
	return -1;
}

int kept_take_sized(struct kept *k, const char *what, size_t *size)
{
	size_t begins = strlen(what);
	struct line l;

	for (char *at = k->lines; at && *at; at = next_line(&l)) {
		uint64_t number;
		l = read_line(at);
		if (l.fd < 0 || l.len <= begins || memcmp(l.what, what, begins) != 0 ||
		    !text_to_u64(l.what + begins, l.len - begins, 1, SIZE_MAX / 2, &number))
			continue;
		*size = (size_t)number;
		return take(&l);
	}
	return -1;
}

void kept_end(struct kept *k)
{
	struct line l;

	for (char *at = k->lines; at && *at; at = next_line(&l)) {
		l = read_line(at);
		if (l.fd >= 0)
			close(l.fd);
	}
	free(k->lines);
	k->lines = NULL;
}

void kept_add(struct text *lines, int fd, const char *what)
{
	if (fd >= 0)
		text_format(lines, "%d %s\n", fd, what);
}

bool kept_pass(const char *lines, bool pass)
{
	struct kept k = {.lines = strdup(lines)};
	bool all = k.lines;
	struct line l;

	for (char *at = k.lines; at && *at; at = next_line(&l)) {
		l = read_line(at);
		if (l.fd >= 0 && fcntl(l.fd, F_SETFD, pass ? 0 : FD_CLOEXEC) != 0)
			all = false;
	}
	free(k.lines);
	return pass ? all && setenv(VARIABLE, lines, 1) == 0 : unsetenv(VARIABLE) == 0;
}
