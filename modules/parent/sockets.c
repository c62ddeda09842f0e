#include "parent/sockets.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "base/log.h"
#include "base/text.h"
#include "io/arrive.h"
#include "io/ipc.h"
#include "io/udp.h"
#include "wire/hbp.h"

void sockets_none(struct sockets *s)
{
	*s = (struct sockets){.room = 0};
	for (uint32_t i = 0; i < CONF_SOCKETS_MAX; i++)
		s->fd[i] = -1;
}

const char *socket_name(const struct conf *conf, uint32_t i)
{
	switch (conf_socket(conf, i).user) {
	case USER_LISTENER:
		return conf->listener[i].name;
	case USER_PEERS:
		return "peers";
	case USER_UPLINK:
		return conf->uplink[i - CONF_UPLINK_SOCKETS].name;
	}
	return "?";
}

static void say_open(const struct conf *conf, uint32_t i, int fd)
{
	char text[ADDR_TEXT_MAX];
	struct addr bound;

	if (udp_bound(fd, &bound))
		log_info("listener=%s bind=%s receive-buffer=%d", socket_name(conf, i),
		         addr_format(&bound, text), udp_receive_buffer(fd));
}

static int open_one(const struct addr *bind, bool shared)
{
	int fd = udp_open(bind, shared);

	if (fd >= 0)
		arrive_at_most(fd, HBP_DATAGRAM_MAX);
	return fd;
}

int sockets_open(struct sockets *s, const struct conf *conf, uint32_t i)
{
	s->fd[i] = open_one(conf_socket_bind(conf, i), false);
	s->at[i] = *conf_socket_bind(conf, i);
	if (s->fd[i] >= 0)
		say_open(conf, i, s->fd[i]);
	return s->fd[i];
}

/* The open socket is the configured one. */
static bool is_right(const struct sockets *s, const struct conf *conf, uint32_t i)
{
	const struct addr *bind = conf_socket_bind(conf, i);

	return bind ? s->fd[i] >= 0 && addr_equal(bind, &s->at[i]) : s->fd[i] < 0;
}

/* It is open, and will not be afterwards. */
static bool goes(const struct sockets *s, const struct sockets_plan *p, uint32_t i)
{
	return s->fd[i] >= 0 && p->fd[i] != s->fd[i];
}

/* An address that takes in one of ours is in use until that is closed. */
static void share(const struct sockets *s, const struct sockets_plan *p, uint16_t port, bool yes)
{
	for (uint32_t i = 0; i < CONF_SOCKETS_MAX; i++)
		if (goes(s, p, i) && s->at[i].port == port)
			udp_share(s->fd[i], yes);
}

/* Another row may own that address now: two rows may swap addresses. */
static int open_at(const struct sockets *s, const struct sockets_plan *p, const struct addr *bind)
{
	for (uint32_t i = 0; bind->port && i < CONF_SOCKETS_MAX; i++)
		if (s->fd[i] >= 0 && addr_equal(&s->at[i], bind))
			return dup(s->fd[i]);
	int fd = open_one(bind, false);
	if (fd >= 0 || errno != EADDRINUSE)
		return fd;
	share(s, p, bind->port, true);
	fd = open_one(bind, true);
	int cause = errno;
	share(s, p, bind->port, false);
	if (fd >= 0)
		udp_share(fd, false);
	errno = cause;
	return fd;
}

static void complain_of(const struct conf *conf, uint32_t i, sockets_complain *complain,
                        void *context)
{
	static const char *const sections[] = {
		[USER_LISTENER] = "listener", [USER_PEERS] = "peer", [USER_UPLINK] = "uplink"};
	struct conf_socket s = conf_socket(conf, i);
	const char *why = errno == ENOSPC ? "no more sockets before a restart" : strerror(errno);
	char line[200], at[ADDR_TEXT_MAX];
	struct text t = text_make(line, sizeof(line));

	text_format(&t, "[%s %s] bind: cannot bind %s: %s", sections[s.user],
	            s.user == USER_PEERS ? conf->peer[s.index].name : socket_name(conf, i),
	            addr_format(conf_socket_bind(conf, i), at), why);
	complain(context, line);
}

static uint32_t count(const int fd[static CONF_SOCKETS_MAX])
{
	uint32_t all = 0;

	for (uint32_t i = 0; i < CONF_SOCKETS_MAX; i++)
		all += fd[i] >= 0;
	return all;
}

/* False: it complained. */
static bool plan_one(const struct sockets *s, const struct conf *conf, struct sockets_plan *p,
                     uint32_t i, const struct complaint *c)
{
	errno = ENOSPC;
	if (s->fd[i] >= 0 || count(p->fd) < s->room)
		p->fd[i] = open_at(s, p, conf_socket_bind(conf, i));
	if (p->fd[i] < 0) {
		complain_of(conf, i, c->complain, c->context);
		return false;
	}
	return true;
}

bool sockets_plan(const struct sockets *s, const struct conf *conf, struct sockets_plan *p,
                  const struct complaint *c)
{
	bool all = true;

	for (uint32_t i = 0; i < CONF_SOCKETS_MAX; i++)
		p->fd[i] = conf_socket_bind(conf, i) && is_right(s, conf, i) ? s->fd[i] : -1;
	for (uint32_t i = 0; i < CONF_SOCKETS_MAX; i++)
		if (conf_socket_bind(conf, i) && p->fd[i] < 0)
			all &= plan_one(s, conf, p, i, c);
	return all;
}

void sockets_drop(const struct sockets *s, struct sockets_plan *p)
{
	for (uint32_t i = 0; i < CONF_SOCKETS_MAX; i++)
		if (p->fd[i] >= 0 && p->fd[i] != s->fd[i])
			close(p->fd[i]);
}

void sockets_follow(struct sockets *s, const struct conf *conf, const struct sockets_plan *p)
{
	for (uint32_t i = 0; i < CONF_SOCKETS_MAX; i++) {
		if (p->fd[i] == s->fd[i])
			continue;
		if (s->fd[i] >= 0)
			close(s->fd[i]);
		s->fd[i] = p->fd[i];
		s->is_new[i] = p->fd[i] >= 0;
		if (p->fd[i] < 0)
			continue;
		s->at[i] = *conf_socket_bind(conf, i);
		say_open(conf, i, p->fd[i]);
	}
}

bool sockets_hand(struct sockets *s, int link, tick_t now)
{
	struct record r = {.kind = RECORD_SOCKET, .at = now};

	for (uint32_t i = 0; i < CONF_SOCKETS_MAX; i++) {
		if (!s->is_new[i])
			continue;
		r.socket = (struct socket_record){.place = i};
		if (!udp_bound(s->fd[i], &r.socket.at) || !ipc_hand(link, &r, s->fd[i]))
			return false;
		s->is_new[i] = false;
	}
	return true;
}

void sockets_known(struct sockets *s)
{
	memset(s->is_new, 0, sizeof(s->is_new));
}

void sockets_close(struct sockets *s)
{
	for (uint32_t i = 0; i < CONF_SOCKETS_MAX; i++)
		if (s->fd[i] >= 0)
			close(s->fd[i]);
	sockets_none(s);
}
