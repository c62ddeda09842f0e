#include "command/ctl.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "harness/t.h"
#include "io/unix.h"
#include "parent/parent.h"
#include "report/verb.h"

static char path[64], saved[64], out[65536], err[4096], request[1024];

#define ONE_PIECE 200 /* a longer answer is sent at once */

/* Reads one request line, sends `answer`, closes. The length of the request. */
static size_t serve_one(int listening, const char *answer)
{
	size_t len = 0, left = strlen(answer), most = left < ONE_PIECE ? 7 : left;
	struct pollfd asked = {.fd = listening, .events = POLLIN};
	int fd = -1;

	while (fd < 0) {
		if (poll(&asked, 1, T_PATIENCE_MS) != 1 || asked.revents != POLLIN)
			return 0; /* nobody asks any more */
		fd = unix_accept(listening);
	}
	while (len < sizeof(request) - 1 && !memchr(request, '\n', len)) {
		ssize_t n = recv(fd, request + len, 1, 0);
		if (n == 0)
			break;
		len += n > 0;
	}
	while (left > 0) {
		ssize_t n = send(fd, answer, left < most ? left : most, MSG_NOSIGNAL);
		if (n < 0 && errno != EAGAIN)
			break;
		poll(NULL, 0, 2); /* so that it is read in pieces */
		if (n > 0) {
			answer += n;
			left -= (size_t)n;
		}
	}
	close(fd);
	return len;
}

/* A server of these answers, which end with NULL. Passes on the last request in `told`. */
static _Noreturn void serve(int listening, const char *const *answers, int told)
{
	size_t len = 0;

	for (; *answers; answers++)
		len = serve_one(listening, *answers);
	_exit(write(told, request, len) == (ssize_t)len ? 0 : 1);
}

static size_t read_all(int fd, char *text, size_t cap)
{
	size_t len = 0;
	ssize_t n;

	while ((n = read(fd, text + len, cap - 1 - len)) > 0)
		len += (size_t)n;
	text[len] = 0;
	close(fd);
	return len;
}

static void (*divert)(void); /* what it does to its standard output first; NULL: nothing */

static void to_a_full_disk(void)
{
	if (dup2(open("/dev/full", O_WRONLY), STDOUT_FILENO) < 0)
		abort();
}

static void to_nobody(void)
{
	int ends[2];

	if (pipe(ends) != 0 || close(ends[0]) != 0 || dup2(ends[1], STDOUT_FILENO) < 0)
		abort();
}

/* Runs ctl with these words in a process of its own; its exit status. */
static int run_ctl(char **argv)
{
	int o[2], e[2], argc = 0, status;

	while (argv[argc])
		argc++;
	if (pipe(o) != 0 || pipe(e) != 0)
		return -1;
	fflush(stdout);
	pid_t pid = fork();
	if (pid == 0) {
		dup2(o[1], STDOUT_FILENO);
		dup2(e[1], STDERR_FILENO);
		close(o[0]);
		close(e[0]);
		if (divert)
			divert();
		status = ctl_main(argc, argv);
		fflush(stdout);
		_exit(status);
	}
	close(o[1]);
	close(e[1]);
	read_all(o[0], out, sizeof(out));
	read_all(e[0], err, sizeof(err));
	waitpid(pid, &status, 0);
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

/* Asks a server that answers so. The words end with NULL; the socket is put in behind "ctl". */
static int ask_again(const char *const *answers, char *word, char *more, char *last)
{
	char name[] = "ctl", option[] = "-s";
	char *argv[] = {name, option, path, word, more, last, NULL};
	int told[2];

	snprintf(path, sizeof(path), "/tmp/t_ctl.%d", (int)getpid());
	int listening = unix_listen(path);
	if (listening < 0 || pipe(told) != 0)
		return -1;
	fflush(stdout);
	pid_t pid = fork();
	if (pid == 0)
		serve(listening, answers, told[1]);
	close(told[1]);
	int status = run_ctl(argv);
	shutdown(listening, SHUT_RDWR); /* of the server, too */
	read_all(told[0], request, sizeof(request));
	waitpid(pid, NULL, 0);
	close(listening);
	unlink(path);
	return status;
}

static int ask(const char *answer, char *word, char *more, char *last)
{
	return ask_again((const char *const[]){answer, NULL}, word, more, last);
}

T_CASE(an_answer_for_people_is_shown_without_its_marks)
{
	T_EQUAL(ask("    ID  NAME\n 1  x\n.\n", (char[]){"sessions"}, NULL, NULL), 0);
	T_TEXT(request, "text sessions\n");
	T_TEXT(out, "   ID  NAME\n1  x\n");
	T_TEXT(err, "");
}

T_CASE(a_refusal_says_why_and_is_1)
{
	T_EQUAL(ask("!no session 5\n", (char[]){"session"}, (char[]){"5"}, NULL), 1);
	T_TEXT(request, "text session 5\n");
	T_TEXT(out, "");
	T_TEXT(err, "freedmr ctl: no session 5\n");
}

T_CASE(an_old_answer_is_shown_with_a_note)
{
	T_EQUAL(ask(" 1\n.it is old\n", (char[]){"calls"}, NULL, NULL), 0);
	T_TEXT(out, "1\n");
	T_TEXT(err, "freedmr ctl: it is old\n");
}

T_CASE(json_is_passed_on_as_it_is)
{
	static const char good[] =
		"{\"row\":\"call\",\"end\":1}\n{\"end\":true,\"ok\":true,\"rows\":1}\n";
	static const char bad[] = "{\"end\":true,\"ok\":false,\"error\":\"no\"}\n";

	T_EQUAL(ask(good, (char[]){"--json"}, (char[]){"calls"}, NULL), 0);
	T_TEXT(request, "calls\n");
	T_TEXT(out, good);
	T_EQUAL(ask(bad, (char[]){"kick"}, (char[]){"5"}, (char[]){"--json"}), 1);
	T_TEXT(request, "kick 5\n");
	T_TEXT(out, bad);
}

T_CASE(a_server_that_hangs_up_in_an_answer_is_69)
{
	T_EQUAL(ask(" 1\n", (char[]){"calls"}, NULL, NULL), CTL_UNAVAILABLE);
	T_TEXT(out, "1\n");
	T_TEXT(err, "freedmr ctl: the server closed the connection\n");
}

/* Asks for a recording; the octets of the file, -1: there is none. */
static long record(const char *answer, int *status)
{
	char content[64];

	snprintf(saved, sizeof(saved), "/tmp/t_ctl_saved.%d", (int)getpid());
	*status = ask(answer, (char[]){"record"}, saved, NULL);
	FILE *f = fopen(saved, "r");
	if (!f)
		return -1;
	size_t len = fread(content, 1, sizeof(content), f);
	fclose(f);
	unlink(saved);
	return strncmp(content, "foobar", len) == 0 ? (long)len : -2;
}

T_CASE(a_recording_is_saved_as_a_new_file)
{
	int status;

	T_EQUAL(record(" Zm9vYg==\n YXI=\n.\n", &status), 6);
	T_EQUAL(status, 0);
	T_TEXT(request, "text record\n");
	T_TEXT(err, "");
	T_CHECK(strncmp(out, saved, strlen(saved)) == 0);
	T_TEXT(out + strlen(saved), ": 6 octets\n");
	T_EQUAL(ask(" Zm9v\n.\n", (char[]){"record"}, (char[]){"kept"}, saved), 0);
	T_TEXT(request, "text record kept\n");
	T_EQUAL(unlink(saved), 0);
	T_EQUAL(ask(" Zm9v\n.\n", (char[]){"--json"}, (char[]){"record"}, saved), 0);
	T_TEXT(request, "text record\n");
	T_EQUAL(unlink(saved), 0);
}

T_CASE(a_file_that_exists_is_left_alone)
{
	int status;
	char *argv[] = {(char[]){"ctl"}, (char[]){"record"}, saved, NULL};
	FILE *f;

	(void)record(".\n", &status);
	T_CHECK((f = fopen(saved, "w")) != NULL);
	T_EQUAL(fclose(f), 0);
	T_EQUAL(run_ctl(argv), 1);
	T_CHECK(strstr(err, saved) && strstr(err, ": File exists\n"));
	T_EQUAL(unlink(saved), 0);
}

T_CASE(of_half_a_recording_nothing_is_left)
{
	int status;

	T_EQUAL(record(" Zm9v\n!overwritten\n", &status), -1);
	T_EQUAL(status, 1);
	T_TEXT(err, "freedmr ctl: overwritten\n");
	T_EQUAL(record(" Zm9v\n", &status), -1);
	T_EQUAL(status, CTL_UNAVAILABLE);
	T_EQUAL(record(" Zm9\n.\n", &status), -1);
	T_EQUAL(status, 1);
	T_CHECK(strstr(err, ": Bad message\n"));
	T_TEXT(out, "");
}

/* Shorter than the end of an answer, and longer than any line. */
T_CASE(lines_of_any_length_are_read)
{
	static char line[20000];

	T_EQUAL(ask("{\"a\":1}\n{\"end\":true,\"ok\":true}\n", (char[]){"--json"},
	            (char[]){"calls"}, NULL),
	        0);
	T_TEXT(out, "{\"a\":1}\n{\"end\":true,\"ok\":true}\n");
	memset(line, 'x', sizeof(line) - 1);
	T_EQUAL(ask(line, (char[]){"calls"}, NULL, NULL), CTL_UNAVAILABLE);
	T_TEXT(out, "");
}

/* As in freedmr ctl events | head -1. */
T_CASE(who_reads_no_more_ends_it_and_what_is_lost_is_reported)
{
	divert = to_nobody;
	int unread = ask(" 1\n 2\n.\n", (char[]){"calls"}, NULL, NULL);
	bool silent = !*err;
	divert = to_a_full_disk;
	int lost = ask(" 1\n 2\n.\n", (char[]){"calls"}, NULL, NULL);
	divert = NULL;
	T_EQUAL(unread, 0);
	T_CHECK(silent);
	T_EQUAL(lost, 1);
	T_TEXT(err, "freedmr ctl: standard output: No space left on device\n");
}

T_CASE(history_alone_has_columns_for_spreadsheets)
{
	static const struct {
		const char *words[4];
	} wrong[] = {{{"calls", "--csv"}}, {{"--json", "history", "radios", "--csv"}}, {{"--csv"}}};
	char *argv[6] = {(char[]){"ctl"}};

	T_EQUAL(ask(" id,calls\n.\n", (char[]){"history"}, (char[]){"radios"}, (char[]){"--csv"}),
	        0);
	T_TEXT(request, "text history radios csv\n");
	T_TEXT(out, "id,calls\n");
	for (size_t i = 0; i < ARRAY_LEN(wrong); i++) {
		int argc = 1;
		for (size_t n = 0; n < 4 && wrong[i].words[n]; n++)
			argv[argc++] = strdup(wrong[i].words[n]);
		argv[argc] = NULL;
		T_EQUAL(run_ctl(argv), 64);
		while (argc > 1)
			free(argv[--argc]);
	}
}

T_CASE(a_disk_that_is_full_leaves_no_recording)
{
	struct rlimit limit, none;
	int status;

	getrlimit(RLIMIT_FSIZE, &limit);
	none = limit;
	none.rlim_cur = 0;
	signal(SIGXFSZ, SIG_IGN);
	setrlimit(RLIMIT_FSIZE, &none);
	long octets = record(" Zm9vYg==\n.\n", &status);
	bool refused_tells = record(" Zm9v\n!overwritten\n", &status) == -1 && status == 1;
	setrlimit(RLIMIT_FSIZE, &limit);
	T_EQUAL(octets, -1);
	T_CHECK(refused_tells);
	T_TEXT(err, "freedmr ctl: overwritten\n");
}

/* The server that answers may be the old one, a new one that is not ready, or none. */
T_CASE(an_upgrade_is_over_when_its_outcome_is_known)
{
	static const char *const failed[] = {".\n",
	                                     "",
	                                     "!" UPGRADED_NOT_YET "\n",
	                                     "!the parent does not answer\n",
	                                     "!the new one ended\n",
	                                     NULL},
				 *const older[] = {".\n", "!unknown command\n", NULL},
				 *const done[] = {"{\"end\":true,\"ok\":true}\n",
	                                          "{\"end\":true,\"ok\":true,\"version\":1}\n",
	                                          NULL};

	T_EQUAL(ask_again(failed, (char[]){"upgrade"}, NULL, NULL), 1);
	T_TEXT(request, "text upgraded\n");
	T_TEXT(err, "freedmr ctl: the new one ended\n");
	T_EQUAL(ask_again(older, (char[]){"upgrade"}, NULL, NULL), 0);
	T_TEXT(err, "");
	T_EQUAL(ask_again(done, (char[]){"--json"}, (char[]){"upgrade"}, NULL), 0);
	T_TEXT(request, "upgraded\n");
	T_TEXT(out, done[1]);
}

T_CASE(the_socket_of_this_directory_serves_where_there_is_no_other)
{
	char directory[] = "/tmp/t_ctl.XXXXXX", before[4096];
	bool service = access(CTL_SOCKET_DEFAULT, F_OK) == 0;

	T_CHECK(mkdtemp(directory) && getcwd(before, sizeof(before)) && chdir(directory) == 0);
	const char *without = ctl_socket(NULL);
	FILE *f = fopen(CTL_SOCKET_LOCAL, "w");
	const char *with = ctl_socket(NULL);
	bool left = f && fclose(f) == 0 && unlink(CTL_SOCKET_LOCAL) == 0 && chdir(before) == 0 &&
	            rmdir(directory) == 0;
	T_CHECK(left);
	T_TEXT(without, CTL_SOCKET_DEFAULT);
	T_TEXT(with, service ? CTL_SOCKET_DEFAULT : CTL_SOCKET_LOCAL);
	T_TEXT(ctl_socket("/x"), "/x");
}

T_CASE(no_server_is_69)
{
	char *argv[] = {(char[]){"ctl"}, (char[]){"-s"}, (char[]){"/nonexistent/x"},
	                (char[]){"status"}, NULL};

	T_EQUAL(run_ctl(argv), CTL_UNAVAILABLE);
	T_TEXT(err, "freedmr ctl: /nonexistent/x: No such file or directory\n");
}

T_CASE(wrong_words_are_64_and_help_is_0)
{
	char *none[] = {(char[]){"ctl"}, NULL};
	char *only_socket[] = {(char[]){"ctl"}, (char[]){"-s"}, NULL};
	char *unknown[] = {(char[]){"ctl"}, (char[]){"-x"}, (char[]){"status"}, NULL};
	char *two_lines[] = {(char[]){"ctl"}, (char[]){"status\nkick 1"}, NULL};
	char *help[] = {(char[]){"ctl"}, (char[]){"-h"}, NULL};
	char *no_file[] = {(char[]){"ctl"}, (char[]){"record"}, NULL};
	char *no_file_kept[] = {(char[]){"ctl"}, (char[]){"record"}, (char[]){"kept"}, NULL};
	char *two_files[] = {(char[]){"ctl"}, (char[]){"record"}, (char[]){"/tmp/a"},
	                     (char[]){"/tmp/b"}, NULL};
	char *long_word[] = {(char[]){"ctl"}, malloc(2001), NULL};

	memset(long_word[1], 'x', 2000);
	long_word[1][2000] = 0;
	T_EQUAL(run_ctl(none), 64);
	T_EQUAL(run_ctl(only_socket), 64);
	T_EQUAL(run_ctl(unknown), 64);
	T_EQUAL(run_ctl(two_lines), 64);
	T_EQUAL(run_ctl(no_file), 64);
	T_EQUAL(run_ctl(no_file_kept), 64);
	T_EQUAL(run_ctl(two_files), 64);
	T_EQUAL(run_ctl(long_word), 64);
	free(long_word[1]);
	T_CHECK(strncmp(err, "usage: freedmr ctl", 18) == 0);
	T_EQUAL(run_ctl(help), 0);
	T_CHECK(strncmp(out, "usage: freedmr ctl", 18) == 0);
}

/* ... and nothing else. */
T_CASE(the_manual_describes_every_verb)
{
	static char manual[65536];
	const struct verb *v;
	size_t verbs = 0, described = 0;

	FILE *f = fopen("man/freedmr-ctl.8", "r");
	T_CHECK(f);
	T_CHECK(fread(manual, 1, sizeof(manual) - 1, f) > 0);
	fclose(f);
	char *from = strstr(manual, ".Sh QUESTIONS"), *to = strstr(manual, ".Sh EXIT STATUS");
	T_CHECK(from && to);
	*to = 0;
	for (; (v = verb_at(verbs)); verbs++) {
		char item[64];
		snprintf(item, sizeof(item), "\n.It Cm %s%s", v->name, *v->arguments ? " " : "\n");
		T_CHECK(strstr(from, item));
	}
	for (char *at = from; (at = strstr(at, "\n.It Cm ")); at++)
		described++;
	T_EQUAL(described, verbs);
}

T_MAIN()
