#include "command/ctl.h"

#include <errno.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/text.h"
#include "io/pipe.h"
#include "io/print.h"
#include "io/unix.h"
#include "parent/parent.h"
#include "report/answer.h"

#define ANSWER_BUFFER 16384u

static const char json_end[] = "{\"end\":true,\"ok\":";

struct options {
	const char *socket; /* NULL: look for it */
	bool json;
	bool help;
};

static int usage(FILE *out, int status)
{
	print(out,
	        "usage: freedmr ctl [-s SOCKET] [--json] WORD [ARG...]\n\n"
	        "  -s SOCKET   where the server listens (default %s,\n"
	        "              or %s when only that is there)\n"
	        "  --json      the answer as the server's own lines, one JSON object each\n\n"
	        "Words: status, sessions, session ID, conferences, conference TG, calls,\n"
	        "trace TG, lastheard, events [FILTER], report, why ID, loglevel [LEVEL], reload,\n"
	        "peers, peer NAME stun|clear|reset, kick ID, block [WHAT [TIME]], unblock WHAT,\n"
	        "link ID SLOT TG, unlink ID SLOT TG, default ID TG, options ID [TEXT];\n"
	        "help asks the server for its own.\n",
	        CTL_SOCKET_DEFAULT, CTL_SOCKET_LOCAL);
	return status;
}

/* Reads the options. Returns the index of the first word; 0 when they are wrong. */
static int read_options(int argc, char **argv, struct options *o)
{
	int i = 1;

	for (; i < argc && argv[i][0] == '-'; i++) {
		if (strcmp(argv[i], "--json") == 0)
			o->json = true;
		else if (strcmp(argv[i], "-h") == 0 || strcmp(argv[i], "--help") == 0)
			o->help = true;
		else if (strcmp(argv[i], "-s") == 0 && i + 1 < argc)
			o->socket = argv[++i];
		else
			return 0;
	}
	return i;
}

/* --json may stand behind the words as well. */
static bool take_json(int *argc, char **argv)
{
	if (*argc == 0 || strcmp(argv[*argc - 1], "--json") != 0)
		return false;
	(*argc)--;
	return true;
}

/* Makes the request line. False when the words cannot be one. */
static bool make_request(struct text *t, const struct options *o, int count, char **words)
{
	if (!o->json)
		text_put(t, "text");
	for (int i = 0; i < count; i++) {
		if (strchr(words[i], '\n'))
			return false;
		if (t->len > 0)
			text_char(t, ' ');
		text_put(t, words[i]);
	}
	text_char(t, '\n');
	return count > 0 && !t->cut;
}

const char *ctl_socket(const char *wanted)
{
	if (wanted)
		return wanted;
	if (access(CTL_SOCKET_DEFAULT, F_OK) != 0 && access(CTL_SOCKET_LOCAL, F_OK) == 0)
		return CTL_SOCKET_LOCAL;
	return CTL_SOCKET_DEFAULT;
}

static int connect_to(const char *path)
{
	int fd = unix_connect(path);

	if (fd < 0)
		print(stderr, "freedmr ctl: %s: %s\n", path, strerror(errno));
	return fd;
}

static bool send_all(int fd, const char *request, size_t len)
{
	while (len > 0) {
		ssize_t n = send(fd, request, len, MSG_NOSIGNAL);
		if (n < 0 && errno != EINTR)
			return false;
		if (n > 0) {
			request += n;
			len -= (size_t)n;
		}
	}
	return true;
}

/* Shows one line with its newline. Returns the exit status when it was the last one, else -1. */
static int show_json(const char *line, size_t len)
{
	size_t end = sizeof(json_end) - 1;

	fwrite(line, 1, len, stdout);
	if (len <= end || memcmp(line, json_end, end) != 0)
		return -1;
	return line[end] == 't' ? STATUS_OK : STATUS_FAILED;
}

static int show_text(const char *line, size_t len)
{
	const char *rest = line + 1;
	int rest_len = (int)len - 2; /* without the newline */

	switch (line[0]) {
	case TEXT_DONE:
		if (rest_len > 0)
			print(stderr, "freedmr ctl: %.*s\n", rest_len, rest);
		return STATUS_OK;
	case TEXT_REFUSED:
		print(stderr, "freedmr ctl: %.*s\n", rest_len, rest);
		return STATUS_FAILED;
	default:
		fwrite(rest, 1, len - 1, stdout);
		return -1;
	}
}

/* Shows the whole lines that came and keeps the rest. Returns as the showing of a line does. */
static int show_lines(char *buf, size_t *len, bool json)
{
	const char *at = buf, *newline;
	int status = -1;

	while (status < 0 && (newline = memchr(at, '\n', *len - (size_t)(at - buf)))) {
		size_t line_len = (size_t)(newline - at) + 1;
		status = json ? show_json(at, line_len) : show_text(at, line_len);
		at += line_len;
	}
	*len -= (size_t)(at - buf);
	memmove(buf, at, *len);
	return status;
}

/* What is printed goes out before more is waited for: somebody may follow the events. */
static int receive(int fd, bool json)
{
	static char buf[ANSWER_BUFFER];
	size_t len = 0;
	int status = -1;

	while (status < 0 && len < sizeof(buf)) {
		ssize_t n = pipe_take(fd, buf + len, sizeof(buf) - len);
		if (n <= 0) {
			fputs("freedmr ctl: the server hung up\n", stderr);
			return CTL_UNAVAILABLE;
		}
		len += (size_t)n;
		status = show_lines(buf, &len, json);
		if (fflush(stdout) != 0)
			return STATUS_OK;
	}
	return status < 0 ? CTL_UNAVAILABLE : status;
}

static int ask(const struct options *o, const char *request, size_t len)
{
	int fd = connect_to(ctl_socket(o->socket));

	if (fd < 0)
		return CTL_UNAVAILABLE;
	int status = CTL_UNAVAILABLE;
	if (send_all(fd, request, len))
		status = receive(fd, o->json);
	else
		fputs("freedmr ctl: the server hung up\n", stderr);
	close(fd);
	return status;
}

int ctl_main(int argc, char **argv)
{
	char line[REQUEST_MAX];
	struct text request = text_make(line, sizeof(line));
	struct options o = {.socket = NULL};
	int first = read_options(argc, argv, &o);
	int count = argc - first;

	if (o.help)
		return usage(stdout, STATUS_OK);
	if (first > 0 && take_json(&count, argv + first))
		o.json = true;
	if (first == 0 || !make_request(&request, &o, count, argv + first))
		return usage(stderr, STATUS_USAGE);
	signal(SIGPIPE, SIG_IGN);
	return ask(&o, line, request.len);
}
