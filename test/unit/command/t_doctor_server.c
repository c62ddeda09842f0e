#include "command/finding.h"

#include <poll.h>
#include <signal.h>
#include <sys/socket.h>
#include <time.h>

#include "conf/parse.h"
#include "face.h"
#include "harness/t.h"
#include "io/unix.h"

/* The rows that a server answers these requests with, one line each. NULL: it ends the connection.
 */
struct rows {
	const char *status, *peers, *refusals, *sessions;
};

static char control[64];

/* Sends what belongs to the first word of a request. */
static void answer(int fd, const struct rows *rows)
{
	char request[32] = "";
	size_t len = 0;

	while (len + 1 < sizeof(request) && !strchr(request, '\n') &&
	       (poll(&(struct pollfd){.fd = fd, .events = POLLIN}, 1, T_PATIENCE_MS) == 1))
		len += recv(fd, request + len, 1, 0) == 1;
	const char *text = *request == 's' && request[1] == 't' ? rows->status
	                   : *request == 'p'                    ? rows->peers
	                   : *request == 'r'                    ? rows->refusals
	                                                        : rows->sessions;
	if (text && send(fd, text, strlen(text), MSG_NOSIGNAL) == (ssize_t)strlen(text))
		(void)!send(fd, "{\"end\":true,\"ok\":true}\n", 23, MSG_NOSIGNAL);
	close(fd);
}

static _Noreturn void serve(int listening, const struct rows *rows)
{
	for (;;) {
		(void)poll(&(struct pollfd){.fd = listening, .events = POLLIN}, 1, T_PATIENCE_MS);
		int fd = unix_accept(listening);
		if (fd >= 0)
			answer(fd, rows);
	}
}

static void complain(void *context, const char *line)
{
	(void)context;
	printf("%s\n", line);
}

/* Asks, with two listeners; prints the findings and what is known of the second one. */
static int ask(int argc, char **argv)
{
	static struct doctor d;
	static char text[512];

	(void)argc;
	snprintf(text, sizeof(text),
	         "[server]\nid = 2345\n[listener a]\nbind = 127.0.0.1:62031\npassphrase = kilo "
	         "tango\n"
	         "[listener b]\nbind = 127.0.0.1:62040\npassphrase = kilo tango\n"
	         "[report]\ncontrol = %s\n",
	         argv[1]);
	if (conf_parse(text, strlen(text), "text", &d.conf, complain, NULL) != 0)
		return -1;
	d.path = "/nowhere/freedmr.conf";
	doctor_ask_server(&d);
	printf("%d %d %u\n", d.running, d.listens[1], d.outside[1]);
	conf_release(&d.conf);
	return 0;
}

/* What is found of a server that answers so, without the lines that are the same for all. */
static const char *found(const struct rows *rows)
{
	static const char ok[] = "ok    the server answers at ";

	snprintf(control, sizeof(control), "/tmp/t_doctor.%d", (int)getpid());
	int listening = unix_listen(control);
	pid_t pid = listening < 0 ? -1 : fork();
	if (pid == 0)
		serve(listening, rows);
	int status = FACE_RUN_APART(ask, NULL, "ask", control);
	if (pid > 0) {
		kill(pid, SIGKILL);
		waitpid(pid, NULL, 0);
	}
	close(listening);
	unlink(control);
	if (status != 0)
		return "it failed";
	return strncmp(face_out, ok, strlen(ok)) == 0 ? strchr(face_out, '\n') + 1 : face_out;
}

T_CASE(links_are_judged_by_their_rows)
{
	static const char compare[] =
		"        compare target, passphrase and remote-id with the other "
		"operator, and allow the port in both firewalls\n1 0 0\n";
	static const struct {
		const char *row, *told, *mend;
	} rows[] = {
		{"{\"name\":\"uk\",\"up\":true,\"heard\":1.5,\"clock_differs\":false}",
	         "ok    server link uk is up\n", "1 0 0\n"},
		{"{\"name\":\"uk\",\"up\":true,\"heard\":1.5,\"clock_differs\":true}",
	         "wrong server link uk: the clocks of the two servers differ\n",
	         "        set both clocks: sudo timedatectl set-ntp true\n1 0 0\n"},
		{"{\"name\":\"uk\",\"up\":false,\"heard\":1.5}", "wrong server link uk is down\n",
	         "        ask the other operator whether that server is running\n1 0 0\n"},
		{"{\"name\":\"uk\",\"up\":true,\"heard\":null}",
	         "hint  server link uk: nothing received yet\n", compare},
		{"{\"name\":\"uk\",\"up\":false}", "wrong server link uk: nothing received yet\n",
	         compare},
		{"{\"name\":\"uk\"}", "", "1 0 0\n"},
		{"{\"up\":true}", "", "1 0 0\n"},
	};
	char line[256];

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		snprintf(line, sizeof(line), "%s\n", rows[i].row);
		const char *told = found(&(struct rows){"", line, "", ""});
		size_t len = strlen(rows[i].told);
		T_EQUAL(strncmp(told, rows[i].told, len), 0);
		T_TEXT(told + len, rows[i].mend);
	}
}

T_CASE(refusals_of_the_last_hour_are_hints)
{
	static char rows[1024], wanted[512];
	long long now = time(NULL);

	snprintf(rows, sizeof(rows),
	         "{\"client\":1,\"reason\":\"old\",\"last\":%lld,\"times\":7}\n"
	         "{\"client\":2,\"reason\":\"wrong passphrase\",\"last\":%lld,\"times\":3}\n"
	         "{\"client\":3,\"reason\":\"when?\"}\n{\"client\":4,\"last\":%lld}\n"
	         "{\"reason\":\"who?\",\"last\":%lld}\n",
	         now - 3700, now - 60, now, now);
	const char *told = found(&(struct rows){"", "", rows, ""});
	snprintf(wanted, sizeof(wanted),
	         "hint  hotspot 2 was refused 3 times: wrong passphrase\n"
	         "        sudo freedmr ctl -s %s why 2\n1 0 0\n",
	         control);
	T_TEXT(told, wanted);
}

T_CASE(listeners_and_sessions_are_those_of_the_configuration)
{
	static const struct {
		const char *status, *sessions, *told;
	} rows[] = {
		{"{\"row\":\"listener\",\"name\":\"b\",\"bind\":\"127.0.0.1:62040\"}\n", "",
	         "1 1 0\n"},
		{"{\"row\":\"listener\",\"name\":\"b\",\"bind\":\"127.0.0.1:62041\"}\n", "",
	         "1 0 0\n"},
		{"{\"row\":\"listener\",\"name\":\"a\",\"bind\":\"127.0.0.1:62040\"}\n", "",
	         "1 0 0\n"},
		{"{\"row\":\"listener\",\"name\":\"b\",\"bind\":\"nowhere\"}\n", "", "1 0 0\n"},
		{"{\"row\":\"listener\",\"bind\":\"127.0.0.1:62040\"}\n", "", "1 0 0\n"},
		{"{\"row\":\"listener\",\"name\":\"b\"}\n", "", "1 0 0\n"},
		{"{\"row\":\"table\",\"name\":\"b\",\"bind\":\"127.0.0.1:62040\"}\n{\"x\":1}\n", "",
	         "1 0 0\n"},
		{"",
	         "{\"listener\":\"b\",\"at\":\"198.51.100.7:4000\"}\n"
	         "{\"listener\":\"b\",\"at\":\"[2001:db8::7]:4000\"}\n"
	         "{\"listener\":\"b\",\"at\":\"192.168.7.7:4000\"}\n"
	         "{\"listener\":\"a\",\"at\":\"198.51.100.7:4000\"}\n"
	         "{\"listener\":\"b\",\"at\":\"nowhere\"}\n{\"listener\":\"b\"}\n"
	         "{\"at\":\"198.51.100.7:4000\"}\n",
	         "1 0 2\n"},
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		T_TEXT(found(&(struct rows){rows[i].status, "", "", rows[i].sessions}),
		       rows[i].told);
}

T_CASE(a_server_that_ends_the_connection_does_not_answer)
{
	char wanted[256];

	const char *told = found(&(struct rows){NULL, "", "", ""});
	snprintf(wanted, sizeof(wanted),
	         "hint  no answer from %s (server not running, or owned by another user)\n"
	         "        freedmr -c /nowhere/freedmr.conf\n0 0 0\n",
	         control);
	T_TEXT(told, wanted);
}

T_CASE(without_a_socket_nobody_is_asked)
{
	T_EQUAL(FACE_RUN_APART(ask, NULL, "ask", ""), 0);
	T_TEXT(face_out, "hint  cannot query the server: control is empty\n"
	                 "        set control in [report]\n0 0 0\n");
}

/* The server of the machine is started by its service. */
static int ask_as_service(int argc, char **argv)
{
	static struct doctor d = {.path = DOCTOR_CONF,
	                          .conf = {.report = {.control = "/nowhere/s"}}};

	(void)argc;
	(void)argv;
	doctor_ask_server(&d);
	return 0;
}

T_CASE(the_server_of_the_machine_is_started_as_a_service)
{
	bool systemd = access("/run/systemd/system", F_OK) == 0;

	T_EQUAL(FACE_RUN_APART(ask_as_service, NULL, "ask"), 0);
	T_TEXT(strchr(face_out, '\n') + 1, systemd ? "        sudo systemctl start freedmr\n"
	                                           : "        sudo service freedmr start\n");
}

T_MAIN()
