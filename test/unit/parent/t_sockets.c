#include "parent/sockets.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/log.h"
#include "base/text.h"
#include "harness/t.h"
#include "io/ipc.h"
#include "io/pipe.h"
#include "io/udp.h"

static struct conf conf;
static struct conf_peer peer;
static struct sockets open_ones;
static struct sockets_plan plan;
static char said[400];

static void hush(void *context, enum log_level level, const char *line)
{
	(void)context;
	(void)level;
	(void)line;
}

static void note(void *context, const char *line)
{
	size_t len = strlen(said);

	(void)context;
	snprintf(said + len, sizeof(said) - len, "%s\n", line);
}

static const struct complaint complaint = {note, NULL};

/* At that port of this machine; 0: any. */
static struct addr local(uint16_t port)
{
	static const uint8_t loopback[4] = {127, 0, 0, 1};

	return addr_v4(loopback, port);
}

/* A port that somebody has; *fd is how. */
static struct addr taken(int *fd)
{
	struct addr at = local(0);

	*fd = udp_open(&at, false);
	if (*fd < 0 || !udp_bound(*fd, &at))
		t_fail(__FILE__, __LINE__, "no socket");
	return at;
}

static struct addr free_one(void)
{
	int fd;
	struct addr at = taken(&fd);

	close(fd);
	return at;
}

/* A listener at a port of its own is open, as after a start. */
static void begin(void)
{
	memset(&conf, 0, sizeof(conf));
	*said = 0;
	log_set_sink(hush, NULL);
	text_copy(conf.listener[0].name, sizeof(conf.listener[0].name), "one");
	text_copy(conf.listener[1].name, sizeof(conf.listener[1].name), "two");
	conf.listener_count = 1;
	conf.listener[0].bind = free_one();
	conf.listener[1].bind = free_one();
	sockets_none(&open_ones);
	open_ones.room = 2;
	if (sockets_open(&open_ones, &conf, 0) < 0)
		t_fail(__FILE__, __LINE__, "cannot open");
}

static void end(void)
{
	sockets_close(&open_ones);
	log_set_sink(NULL, NULL);
}

static bool is_bound(const struct addr *at)
{
	int fd = udp_open(at, false);

	if (fd >= 0)
		close(fd);
	return fd < 0 && errno == EADDRINUSE;
}

T_CASE(what_a_configuration_adds_is_opened_beside_the_rest)
{
	begin();
	int first = open_ones.fd[0];
	conf.listener_count = 2;
	T_CHECK(sockets_plan(&open_ones, &conf, &plan, &complaint));
	T_EQUAL(plan.fd[0], first);
	T_CHECK(is_bound(&conf.listener[1].bind));
	sockets_drop(&open_ones, &plan);
	T_CHECK(!is_bound(&conf.listener[1].bind));
	T_CHECK(is_bound(&conf.listener[0].bind));
	T_CHECK(sockets_plan(&open_ones, &conf, &plan, &complaint));
	sockets_follow(&open_ones, &conf, &plan);
	T_EQUAL(open_ones.fd[0], first);
	T_CHECK(!open_ones.is_new[0] && open_ones.is_new[1]);
	conf.listener_count = 1;
	T_CHECK(sockets_plan(&open_ones, &conf, &plan, &complaint));
	sockets_follow(&open_ones, &conf, &plan);
	T_CHECK(!is_bound(&conf.listener[1].bind));
	T_CHECK(!open_ones.is_new[1]);
	T_TEXT(said, "");
	end();
}

/* A datagram that nobody has read yet. */
static bool write_to(int fd)
{
	struct sockaddr_storage name;
	socklen_t len = sizeof(name);
	int caller = socket(AF_INET, SOCK_DGRAM, 0);
	bool done = getsockname(fd, (struct sockaddr *)&name, &len) == 0 &&
	            sendto(caller, "x", 1, 0, (struct sockaddr *)&name, len) == 1;

	close(caller);
	return done;
}

/* What waits there meanwhile is not lost. */
T_CASE(two_listeners_may_swap_their_addresses)
{
	begin();
	conf.listener_count = 2;
	T_CHECK(sockets_open(&open_ones, &conf, 1) >= 0);
	struct addr first = conf.listener[0].bind, bound;
	char octet;
	T_CHECK(write_to(open_ones.fd[0]));
	conf.listener[0].bind = conf.listener[1].bind;
	conf.listener[1].bind = first;
	T_CHECK(sockets_plan(&open_ones, &conf, &plan, &complaint));
	sockets_follow(&open_ones, &conf, &plan);
	for (int i = 0; i < 2; i++) {
		T_CHECK(udp_bound(open_ones.fd[i], &bound));
		T_CHECK(addr_equal(&bound, &conf.listener[i].bind));
	}
	T_EQUAL(recv(open_ones.fd[1], &octet, 1, 0), 1);
	end();
}

/* All addresses take in the one that is ours until then. */
T_CASE(a_wider_address_may_follow_at_the_same_port)
{
	static const uint8_t all[4] = {0};

	begin();
	conf.listener[0].bind = addr_v4(all, conf.listener[0].bind.port);
	T_CHECK(sockets_plan(&open_ones, &conf, &plan, &complaint));
	T_TEXT(said, "");
	sockets_follow(&open_ones, &conf, &plan);
	T_CHECK(is_bound(&conf.listener[0].bind));
	end();
}

T_CASE(each_address_that_cannot_be_had_is_named)
{
	char expected[400], one[ADDR_TEXT_MAX], two[ADDR_TEXT_MAX];
	int others[2];

	begin();
	conf.listener_count = 2;
	conf.listener[1].bind = taken(&others[0]);
	text_copy(peer.name, sizeof(peer.name), "far");
	peer.bind = taken(&others[1]);
	peer.socket = CONF_PEER_SOCKETS;
	conf.peer = &peer;
	conf.peer_count = 1;
	open_ones.room = 3;
	T_CHECK(!sockets_plan(&open_ones, &conf, &plan, &complaint));
	snprintf(expected, sizeof(expected),
	         "[listener two] bind: cannot bind %s: %s\n[peer far] bind: cannot bind %s: %s\n",
	         addr_format(&conf.listener[1].bind, one), strerror(EADDRINUSE),
	         addr_format(&peer.bind, two), strerror(EADDRINUSE));
	T_TEXT(said, expected);
	T_EQUAL(plan.fd[0], open_ones.fd[0]);
	close(others[0]);
	close(others[1]);
	end();
}

T_CASE(no_more_are_opened_than_voice_has_room_for)
{
	begin();
	open_ones.room = 1;
	conf.listener_count = 2;
	T_CHECK(!sockets_plan(&open_ones, &conf, &plan, &complaint));
	T_CHECK(strstr(said, ": no more sockets before a restart\n"));
	T_CHECK(!is_bound(&conf.listener[1].bind));
	*said = 0;
	conf.listener[0].name[0] = 0; /* whose place is free then */
	T_CHECK(sockets_plan(&open_ones, &conf, &plan, &complaint));
	T_TEXT(said, "");
	sockets_follow(&open_ones, &conf, &plan);
	T_EQUAL(open_ones.fd[0], -1);
	end();
}

/* They stay new until voice has them. */
T_CASE(new_ones_are_handed_to_voice_once)
{
	struct record r;
	int link[2], handed;

	begin();
	signal(SIGPIPE, SIG_IGN);
	conf.listener_count = 2;
	T_CHECK(sockets_plan(&open_ones, &conf, &plan, &complaint));
	sockets_follow(&open_ones, &conf, &plan);
	T_EQUAL(pipe_pair(link), 0);
	int kept = open_ones.fd[1];
	open_ones.fd[1] = link[0]; /* is no socket of ours */
	T_CHECK(!sockets_hand(&open_ones, link[0], 1000));
	T_CHECK(open_ones.is_new[1]);
	open_ones.fd[1] = kept;
	T_CHECK(sockets_hand(&open_ones, link[0], 1000));
	T_CHECK(!open_ones.is_new[1]);
	T_EQUAL(ipc_take_handed(link[1], &r, &handed), IPC_MESSAGE);
	T_EQUAL(r.socket.place, 1);
	T_CHECK(handed >= 0 && addr_equal(&r.socket.at, &conf.listener[1].bind));
	close(handed);
	T_CHECK(sockets_hand(&open_ones, link[0], 1000));
	T_EQUAL(ipc_take_handed(link[1], &r, &handed), IPC_NOTHING);
	open_ones.is_new[0] = true;
	close(link[1]);
	T_CHECK(!sockets_hand(&open_ones, link[0], 1000)); /* nobody is there */
	T_CHECK(open_ones.is_new[0]);
	sockets_known(&open_ones);
	T_CHECK(!open_ones.is_new[0]);
	close(link[0]);
	end();
}

T_MAIN()
