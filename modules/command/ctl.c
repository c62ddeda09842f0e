#include "command/ctl.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/text.h"
#include "io/create.h"
#include "io/pipe.h"
#include "io/print.h"
#include "io/signals.h"
#include "io/unix.h"
#include "parent/parent.h"
#include "report/verb.h"
#include "wire/command.h"

#define ANSWER_BUFFER 16384u
#define ANSWER_MAX 1024u /* of one that is short */
#define UPGRADE_WAIT_MS 60000
#define UPGRADE_LOOK_MS 250

static const char json_end[] = "{\"end\":true,\"ok\":";

struct options {
	const char *socket; /* NULL: look for it */
	bool json;
	bool csv;
	bool help;
	bool more;        /* another request follows */
	FILE *to;         /* where lines go, decoded; NULL: they are printed */
	const char *file; /* its name */
};

/* Logs errno. */
static int complain(const char *of)
{
	print_errno("freedmr ctl", of);
	return STATUS_FAILED;
}

static void put_synopsis(FILE *out, const char *verb, const char *arguments)
{
	print(out, "usage: freedmr ctl [-s SOCKET] [--json] %s%s%s\n", verb, *arguments ? " " : "",
	      arguments);
}

static int usage(FILE *out, int status)
{
	const struct verb *v;

	put_synopsis(out, "COMMAND", "[ARG...]");
	print(out,
	      "\n  -s SOCKET   control socket of the server (default %s,\n"
	      "              or %s if only that exists)\n"
	      "  --json      print one JSON object per line\n\n",
	      CTL_SOCKET_DEFAULT, CTL_SOCKET_LOCAL);
	for (size_t i = 0; (v = verb_at(i)); i++) {
		char line[256];
		struct text t = text_make(line, sizeof(line));
		verb_put_help(&t, v, ' ');
		fputs(line, out);
	}
	return status;
}

/* Usage of one verb, without asking a server. */
static int help(const char *name)
{
	const struct verb *v = name ? verb_find(name, strlen(name)) : NULL;

	if (name && !v) {
		print(stderr, "freedmr ctl: unknown command '%s'\n", name);
		return usage(stderr, STATUS_USAGE);
	}
	if (!v)
		return usage(stdout, STATUS_OK);
	put_synopsis(stdout, v->name, v->arguments);
	print(stdout, "       %s\n", v->help);
	return STATUS_OK;
}

static bool is_help(const char *word)
{
	return strcmp(word, "-h") == 0 || strcmp(word, "--help") == 0;
}

/* Reads the options. Returns the index of the first word; 0 when they are wrong. */
static int read_options(int argc, char **argv, struct options *o)
{
	int i = 1;

	for (; i < argc && argv[i][0] == '-'; i++) {
		if (strcmp(argv[i], "--json") == 0)
			o->json = true;
		else if (is_help(argv[i]))
			o->help = true;
		else if (strcmp(argv[i], "-s") == 0 && i + 1 < argc)
			o->socket = argv[++i];
		else
			return 0;
	}
	return i;
}

/* --help may be among the arguments, --json and --csv after them. */
static void read_words(int *count, char **words, struct options *o)
{
	for (int i = 0; i < *count; i++)
		o->help |= is_help(words[i]);
	if (*count > 0 && strcmp(words[*count - 1], "--json") == 0) {
		o->json = true;
		(*count)--;
	}
	if (*count > 0 && strcmp(words[*count - 1], "--csv") == 0) {
		o->csv = true;
		(*count)--;
	}
}

/* Makes the request line. False if the arguments cannot form one. */
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
	if (o->csv)
		text_put(t, " csv");
	text_char(t, '\n');
	return count > 0 && !t->cut && !(o->csv && (o->json || strcmp(words[0], "history") != 0));
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
		(void)complain(path);
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

/*
 * Prints one line with its newline. Returns the exit status after the last one, else -1. A good
 * last line is not printed if `more` is to come.
 */
static int show_json(const char *line, size_t len, bool more)
{
	size_t end = sizeof(json_end) - 1;
	bool last = len > end && memcmp(line, json_end, end) == 0;
	bool good = last && line[end] == 't';

	if (!good || !more)
		fwrite(line, 1, len, stdout);
	if (!last)
		return -1;
	return good ? STATUS_OK : STATUS_FAILED;
}

/* A line of base64. Returns like the function above. */
static int save(const struct options *o, const char *line, size_t len)
{
	static uint8_t octets[ANSWER_BUFFER];

	if (!text_from_base64(line, len, octets, &len))
		errno = EBADMSG;
	else if (fwrite(octets, 1, len, o->to) == len)
		return -1;
	return complain(o->file);
}

static int show_text(const char *line, size_t len, const struct options *o)
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
		if (o->to)
			return save(o, rest, len - 2);
		fwrite(rest, 1, len - 1, stdout);
		return -1;
	}
}

/* Prints the complete lines received and keeps the rest. Returns like the function above. */
static int show_lines(char *buf, size_t *len, const struct options *o)
{
	const char *at = buf, *newline;
	int status = -1;

	while (status < 0 && (newline = memchr(at, '\n', *len - (size_t)(at - buf)))) {
		size_t line_len = (size_t)(newline - at) + 1;
		status = o->json ? show_json(at, line_len, o->more) : show_text(at, line_len, o);
		at += line_len;
	}
	*len -= (size_t)(at - buf);
	memmove(buf, at, *len);
	return status;
}

/* Flushes before waiting for more: the output may be followed live. */
static int receive(int fd, const struct options *o)
{
	static char buf[ANSWER_BUFFER];
	size_t len = 0;
	int status = -1;

	while (status < 0 && len < sizeof(buf)) {
		ssize_t n = pipe_take(fd, buf + len, sizeof(buf) - len);
		if (n <= 0) {
			fputs("freedmr ctl: the server closed the connection\n", stderr);
			return CTL_UNAVAILABLE;
		}
		len += (size_t)n;
		status = show_lines(buf, &len, o);
		(void)fflush(stdout);
		if (ferror(stdout)) /* of this, or of a line before */
			return errno == EPIPE ? STATUS_OK : complain("standard output");
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
		status = receive(fd, o);
	else
		fputs("freedmr ctl: the server closed the connection\n", stderr);
	close(fd);
	return status;
}

/* The whole answer to one request; "" if there was none. */
static void ask_quietly(const struct options *o, const char *request, char *out, size_t cap)
{
	int fd = unix_connect(ctl_socket(o->socket));
	size_t len = 0;

	*out = 0;
	if (fd < 0)
		return;
	bool sent = send_all(fd, request, strlen(request)) && shutdown(fd, SHUT_WR) == 0;
	for (ssize_t n = 1; sent && n > 0 && len<cap - 1; len += n> 0 ? (size_t)n : 0)
		n = pipe_take(fd, out + len, cap - 1 - len);
	out[len] = 0;
	close(fd);
}

/* The server that answers may be the old one, before it stops, or a new one, before it is ready. */
static bool is_over(const char *answer)
{
	return *answer && !strstr(answer, UPGRADED_NOT_YET) && !strstr(answer, "the parent");
}

/* The order was taken: waits for what comes of it. */
static int await_upgrade(struct options *o)
{
	const char *request = o->json ? "upgraded\n" : "text upgraded\n";
	char answer[ANSWER_MAX];

	o->more = false;
	for (int ms = 0; ms < UPGRADE_WAIT_MS; ms += UPGRADE_LOOK_MS) {
		(void)poll(NULL, 0, UPGRADE_LOOK_MS);
		ask_quietly(o, request, answer, sizeof(answer));
		size_t len = strlen(answer);
		if (strstr(answer, "unknown command")) /* an older one, so it has taken over */
			return STATUS_OK;
		if (is_over(answer))
			return show_lines(answer, &len, o);
	}
	fputs("freedmr ctl: the server does not answer after the upgrade\n", stderr);
	return CTL_UNAVAILABLE;
}

static char unfinished[CREATE_PATH_MAX]; /* where the signal handler finds it */

static void abandon(int number)
{
	unlink(unfinished);
	signal(number, SIG_DFL);
	raise(number);
}

/* The unfinished file is removed. Signals that are ignored stay so. */
static void abandon_on_signals(void)
{
	static const uint8_t numbers[] = {SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGXFSZ};

	for (size_t i = 0; i < sizeof(numbers); i++)
		if (signal(numbers[i], abandon) == SIG_IGN)
			signal(numbers[i], SIG_IGN);
}

/* Renames the finished file to `path` unless that exists; not by link(), which not every file
 * system has. */
static bool publish(const char *path)
{
	signals_hold(true);
	FILE *f = create_first(path);

	if (!f)
		return false;
	fclose(f);
	if (rename(unfinished, path) == 0)
		return true;
	unlink(path); /* never: its disk has failed */
	return false;
}

/* Saves the answer as a new file, or leaves none. */
static int fetch(struct options *o, const char *request, size_t len)
{
	struct stat there;

	abandon_on_signals();
	errno = EEXIST; /* said before anything is fetched */
	bool absent = lstat(o->file, &there) < 0 && errno == ENOENT;
	o->to = absent ? create_beside(o->file, unfinished) : NULL;
	if (!o->to)
		return complain(o->file);
	int status = ask(o, request, len);
	bool whole = fflush(o->to) == 0 && fsync(fileno(o->to)) == 0;
	off_t octets = lseek(fileno(o->to), 0, SEEK_CUR);
	fclose(o->to);
	if (status == STATUS_OK && !(whole && publish(o->file)))
		status = complain(o->file);
	if (status == STATUS_OK)
		print(stdout, "%s: %lld octets\n", o->file, (long long)octets);
	else
		unlink(unfinished);
	return status;
}

/* Takes FILE of record [kept] FILE, which is not part of the request; without it, there is none. */
static void take_file(int *count, char **words, struct options *o)
{
	int before = *count > 1 && strcmp(words[1], "kept") == 0 ? 2 : 1;

	if (*count == 0 || strcmp(words[0], "record") != 0)
		return;
	o->json = false;
	o->file = words[before];
	*count = *count == before + 1 && *o->file ? before : 0;
}

int ctl_main(int argc, char **argv)
{
	char line[REQUEST_MAX];
	struct text request = text_make(line, sizeof(line));
	struct options o = {.socket = NULL};
	int first = read_options(argc, argv, &o);
	int count = argc - first;

	if (first > 0)
		read_words(&count, argv + first, &o);
	if (o.help)
		return help(count > 0 ? argv[first] : NULL);
	if (first > 0)
		take_file(&count, argv + first, &o);
	if (first == 0 || !make_request(&request, &o, count, argv + first))
		return usage(stderr, STATUS_USAGE);
	signal(SIGPIPE, SIG_IGN);
	o.more = count == 1 && strcmp(argv[first], "upgrade") == 0;
	int status = o.file ? fetch(&o, line, request.len) : ask(&o, line, request.len);
	return o.more && status == STATUS_OK ? await_upgrade(&o) : status;
}
