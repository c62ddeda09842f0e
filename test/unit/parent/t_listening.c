#include "parent/listening.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/text.h"
#include "harness/t.h"
#include "io/ipc.h"
#include "io/pipe.h"
#include "io/tcp.h"
#include "io/udp.h"
#include "io/unix.h"

static const struct user same = {.change = false};
static struct conf_report now, next;
static struct listening running, plan;
static char directory[32], said[400];

static void note(void *context, const char *line)
{
	size_t len = strlen(said);

	(void)context;
	snprintf(said + len, sizeof(said) - len, "%s\n", line);
}

static const struct complaint complaint = {note, NULL};

static struct addr free_one(void)
{
	static const uint8_t loopback[4] = {127, 0, 0, 1};
	struct addr at = addr_v4(loopback, 0);
	int fd = tcp_listen(&at, false);

	if (fd < 0 || !udp_bound(fd, &at))
		t_fail(__FILE__, __LINE__, "no socket");
	close(fd);
	return at;
}

static void place_control(struct conf_report *r, const char *name)
{
	struct text t = text_make(r->control, sizeof(r->control));

	text_format(&t, "%s/%s", directory, name);
}

/* Only a control socket, as after a start. */
static void begin(void)
{
	text_copy(directory, sizeof(directory), "/tmp/t_listening.XXXXXX");
	if (!mkdtemp(directory))
		abort();
	memset(&now, 0, sizeof(now));
	place_control(&now, "control");
	next = now;
	*said = 0;
	listening_none(&running);
	running.fd[SERVICE_CONTROL] = unix_listen(now.control);
	if (running.fd[SERVICE_CONTROL] < 0)
		t_fail(__FILE__, __LINE__, "cannot open");
}

static void end(void)
{
	for (int i = 0; i < SERVICES; i++)
		if (running.fd[i] >= 0)
			close(running.fd[i]);
	unlink(now.control);
	unlink(next.control);
	rmdir(directory);
}

static bool plans(const struct user *u)
{
	return listening_plan(&running, &now, &next, u, &plan, &complaint);
}

static void follow(void)
{
	listening_follow(&running, &plan, &now, &same);
	now = next;
}

static bool answers(const struct addr *at)
{
	int fd = tcp_connect(at);

	if (fd < 0)
		return false;
	close(fd);
	return true;
}

T_CASE(a_plan_that_is_dropped_leaves_what_there_was)
{
	begin();
	int first = running.fd[SERVICE_CONTROL];
	next.http = free_one();
	place_control(&next, "other");
	T_CHECK(plans(&same));
	T_EQUAL(access(next.control, F_OK), 0);
	T_CHECK(answers(&next.http));
	listening_drop(&running, &plan, &next, &same);
	T_EQUAL(access(next.control, F_OK), -1);
	T_EQUAL(access(now.control, F_OK), 0);
	next = now;
	T_CHECK(plans(&same));
	T_EQUAL(plan.fd[SERVICE_CONTROL], first);
	listening_drop(&running, &plan, &next, &same);
	T_EQUAL(access(now.control, F_OK), 0); /* it is in use */
	T_TEXT(said, "");
	end();
}

T_CASE(a_plan_that_is_followed_takes_its_place)
{
	begin();
	next.http = free_one();
	place_control(&next, "other");
	char before[CONF_PATH_MAX];
	text_copy(before, sizeof(before), now.control);
	T_CHECK(plans(&same));
	follow();
	T_EQUAL(access(before, F_OK), -1);
	T_CHECK(running.is_new[SERVICE_CONTROL] && running.is_new[SERVICE_HTTP]);
	T_EQUAL(running.fd[SERVICE_LEGACY], -1);
	int caller = tcp_connect(&now.http);
	struct addr from;
	next.legacy = now.http; /* the address of the other service, whose caller is not lost */
	next.http = (struct addr){.port = 0};
	T_CHECK(plans(&same));
	follow();
	T_EQUAL(running.fd[SERVICE_HTTP], -1);
	int called = tcp_accept(running.fd[SERVICE_LEGACY], &from);
	T_CHECK(caller >= 0 && called >= 0);
	close(caller);
	close(called);
	next.legacy.ip[15] = next.legacy.ip[12] = 0; /* all addresses, at its port */
	T_CHECK(plans(&same));
	follow();
	T_CHECK(running.fd[SERVICE_LEGACY] >= 0);
	next.control[0] = 0;
	T_CHECK(plans(&same));
	T_EQUAL(plan.fd[SERVICE_CONTROL], -1);
	text_copy(before, sizeof(before), now.control);
	follow();
	T_EQUAL(access(before, F_OK), -1);
	T_TEXT(said, "");
	end();
}

/* What could not be had before the reload either does not refuse it. */
T_CASE(only_what_is_new_refuses_a_reload)
{
	static const uint8_t elsewhere[4] = {192, 0, 2, 77};
	char expected[200], at[ADDR_TEXT_MAX];

	begin();
	next.http = addr_v4(elsewhere, 8080);
	T_CHECK(!plans(&same));
	snprintf(expected, sizeof(expected), "[report] http: cannot bind %s: %s\n",
	         addr_format(&next.http, at), strerror(EADDRNOTAVAIL));
	T_TEXT(said, expected);
	now.http = next.http;
	*said = 0;
	T_CHECK(plans(&same));
	T_TEXT(said, expected);
	next.http.port = 0;
	*said = 0;
	snprintf(next.control, sizeof(next.control), "%s/none/control", directory);
	T_CHECK(!plans(&same));
	T_CHECK(strncmp(said, "[report] control: cannot bind ", 30) == 0);
	T_CHECK(strstr(said, ": No such file or directory\n"));
	end();
}

static const struct user other = {.change = true, .uid = 65534, .gid = 65534};

/* As root: in a directory of that user, the socket is the user's; in one of root, root's. */
static void is_opened_as_the_other(void)
{
	struct stat about;

	place_control(&next, "other");
	T_CHECK(plans(&other));
	T_EQUAL(stat(next.control, &about), 0);
	T_EQUAL(about.st_uid, 0);
	listening_drop(&running, &plan, &next, &other);
	T_EQUAL(access(next.control, F_OK), -1);
	T_EQUAL(chmod(directory, 0777), 0);
	T_CHECK(plans(&other));
	T_EQUAL(stat(next.control, &about), 0);
	T_EQUAL(about.st_uid, other.uid);
	T_EQUAL(geteuid(), 0);
	listening_drop(&running, &plan, &next, &other);
	T_EQUAL(access(next.control, F_OK), -1);
	snprintf(next.control, sizeof(next.control), "%s/none/control", directory);
	T_CHECK(!plans(&other));
	T_CHECK(strstr(said, ": No such file or directory\n"));
}

T_CASE(the_control_socket_is_the_reporters_where_it_may_be)
{
	if (geteuid() != 0)
		return;
	begin();
	is_opened_as_the_other();
	end();
}

T_CASE(new_ones_are_handed_to_the_reporter_once)
{
	struct record r;
	int link[2], handed;

	begin();
	signal(SIGPIPE, SIG_IGN);
	next.http = free_one();
	T_CHECK(plans(&same));
	follow();
	T_EQUAL(pipe_pair(link), 0);
	T_CHECK(listening_hand(&running, link[0], 1000));
	T_EQUAL(ipc_take_handed(link[1], &r, &handed), IPC_MESSAGE);
	T_EQUAL(r.socket.place, SERVICE_HTTP);
	T_CHECK(handed >= 0);
	close(handed);
	T_CHECK(listening_hand(&running, link[0], 1000));
	T_EQUAL(ipc_take_handed(link[1], &r, &handed), IPC_NOTHING);
	running.is_new[SERVICE_HTTP] = true;
	close(link[1]);
	T_CHECK(!listening_hand(&running, link[0], 1000));
	T_CHECK(running.is_new[SERVICE_HTTP]);
	listening_known(&running);
	T_CHECK(!running.is_new[SERVICE_HTTP]);
	close(link[0]);
	end();
}

T_MAIN()
