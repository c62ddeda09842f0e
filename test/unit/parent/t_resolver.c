#include "parent/resolver.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "harness/t.h"

#define PLACES 16u

static struct addr found[PLACES];

/* Two peers, then two uplinks, then the broker. */
static struct addr *found_of(const struct resolved_record *r)
{
	switch (r->of.kind) {
	case SOURCE_PEER:
		return &found[r->of.index];
	case SOURCE_UPLINK:
		return &found[2 + r->of.index * CONF_TARGETS_MAX + r->target];
	case SOURCE_CLIENT:
	case SOURCE_LOCAL:
		break;
	}
	return &found[2 + 2 * CONF_TARGETS_MAX];
}

/* One round of names to its end. False when it has none. */
static bool round_ends(struct resolver *r, tick_t now)
{
	struct user nobody_else = {.change = false};
	struct record answer;

	memset(found, 0, sizeof(found));
	if (!resolver_start(r, &nobody_else, now))
		return false;
	int answers = r->answers;
	for (;;) {
		struct pollfd fd = {.fd = answers, .events = POLLIN};
		if (poll(&fd, 1, T_PATIENCE_MS) != 1)
			return false;
		enum ipc ipc = resolver_take(r, &answer, now);
		if (ipc == IPC_MESSAGE)
			*found_of(&answer.resolved) = answer.resolved.to;
		if (ipc == IPC_END)
			break;
	}
	close(answers);
	return wait(NULL) > 0;
}

static struct conf_target named(const char *host, uint16_t port)
{
	struct conf_target t = {.address.port = port};

	snprintf(t.host, sizeof(t.host), "%s", host);
	return t;
}

/* A peer, two uplinks and the broker, of which every other one goes by name. */
T_CASE(each_name_has_its_place)
{
	static struct conf_peer peers[] = {{.address.port = 1}, {.host = "localhost"}};
	static struct conf conf = {.peer = peers, .peer_count = 2, .uplink_count = 2};

	peers[1].address.port = 62044;
	conf.uplink[0].targets[0].address.port = 2;
	conf.uplink[1].targets[1] = named("localhost", 62031);
	conf.report.broker = named("localhost", 1883);
	struct resolver r = resolver_make(&conf);
	T_EQUAL(r.names, 3);
	T_CHECK(round_ends(&r, 1000));
	T_EQUAL(r.found, 3);
	for (uint32_t i = 0; i < PLACES; i++) {
		T_EQUAL(found[i].port, i == 1 ? 62044 : i == 7 ? 62031 : i == 10 ? 1883 : 0);
		T_CHECK(!found[i].port || addr_is_loopback(&found[i]));
	}
	T_EQUAL(r.again, 1000 + TICK_MINUTE);
}

T_CASE(a_broker_that_is_missed_is_looked_up_again)
{
	static struct conf conf;

	conf.report.broker = named("no..name", 1883);
	struct resolver r = resolver_make(&conf);
	T_EQUAL(r.names, 1);
	T_CHECK(round_ends(&r, 1000));
	T_EQUAL(r.again, 1000 + 10 * TICK_SECOND);
	T_CHECK(round_ends(&r, 11000));
	T_EQUAL(r.again, 11000 + 20 * TICK_SECOND);
}

T_CASE(the_wait_grows_to_a_minute)
{
	static const tick_t seconds[] = {10, 20, 40, 60, 60};
	static struct conf conf;

	conf.report.broker = named("no..name", 1883);
	struct resolver r = resolver_make(&conf);
	for (size_t i = 0; i < ARRAY_LEN(seconds); i++) {
		T_CHECK(round_ends(&r, 1000));
		T_EQUAL(r.again, 1000 + seconds[i] * TICK_SECOND);
	}
}

static struct conf wanted;

static void is_nobody_else(void)
{
	const struct user other = {.change = true, .uid = 65534, .gid = 65534};
	struct resolver r = resolver_make(&wanted);
	struct record answer;

	t_refuse(SYS_setgroups, EPERM);
	T_CHECK(resolver_start(&r, &other, 1000));
	T_EQUAL(wait(NULL) > 0, 1);
	T_EQUAL(resolver_take(&r, &answer, 1000), IPC_END);
	T_EQUAL(r.found, 0);
}

static void does_not_fork(void)
{
	const struct user same = {.change = false};
	struct resolver r = resolver_make(&wanted);
	int next = dup(STDOUT_FILENO);

	close(next);
#ifdef SYS_fork
	t_refuse(SYS_fork, EAGAIN);
#endif
	t_refuse(SYS_clone, EAGAIN);
	T_CHECK(!resolver_start(&r, &same, 1000));
	T_EQUAL(r.answers, -1);
	T_EQUAL(r.again, 1000 + 10 * TICK_SECOND);
	T_EQUAL(dup(STDOUT_FILENO), next);
	T_EQUAL(dup(STDOUT_FILENO), next + 1);
}

/* With other rights than its own nobody looks up a name, and what cannot be done now is tried
 * again.
 */
T_CASE(a_round_that_cannot_be_is_put_off)
{
	wanted.report.broker = named("localhost", 1883);
	t_apart(is_nobody_else);
	t_apart(does_not_fork);
}

T_CASE(without_names_there_are_no_rounds)
{
	static struct conf conf;

	conf.report.broker.address.port = 1883;
	struct resolver r = resolver_make(&conf);
	resolver_wake(&r, 1000);
	T_CHECK(r.again == TICK_NEVER);
}

T_MAIN()
