#include "parent/listening.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "base/log.h"
#include "base/text.h"
#include "io/ipc.h"
#include "io/tcp.h"
#include "io/unix.h"

#define PLACE_MAX 128u

void listening_none(struct listening *l)
{
	for (int i = 0; i < SERVICES; i++) {
		l->fd[i] = -1;
		l->is_new[i] = false;
	}
}

static const struct addr *address_of(const struct conf_report *r, enum service service)
{
	return service == SERVICE_HTTP ? &r->http : &r->legacy;
}

const char *listening_place(const struct conf_report *r, enum service service, char *out,
                            size_t cap)
{
	struct text t = text_make(out, cap);
	char text[ADDR_TEXT_MAX];

	if (service == SERVICE_CONTROL)
		text_put(&t, r->control);
	else if (address_of(r, service)->port)
		text_put(&t, addr_format(address_of(r, service), text));
	return out;
}

/*
 * As the user it is for: the parent may no longer give files away. If that user may not write there
 * it is ours, and whoever is to connect needs rights of root.
 */
static int open_control(const struct user *u, const char *path)
{
	bool other = user_act(u);
	int fd = unix_listen(path), cause = errno;

	if (other)
		user_act_no_more();
	errno = cause;
	return fd >= 0 || !other || errno != EACCES ? fd : unix_listen(path);
}

/* An address that takes in one of ours is in use until that is closed. */
static void share(const struct listening *l, const struct listening *plan, bool yes)
{
	for (int i = 0; i < SERVICES; i++)
		if (i != SERVICE_CONTROL && l->fd[i] >= 0 && plan->fd[i] != l->fd[i])
			tcp_share(l->fd[i], yes);
}

static int open_tcp(const struct listening *l, const struct listening *plan, const struct addr *at)
{
	int fd = tcp_listen(at, false);

	if (fd >= 0 || errno != EADDRINUSE)
		return fd;
	share(l, plan, true);
	fd = tcp_listen(at, true);
	int cause = errno;
	share(l, plan, false);
	if (fd >= 0)
		tcp_share(fd, false);
	errno = cause;
	return fd;
}

static void complain_of(enum service service, const char *place, const struct complaint *c)
{
	char line[PLACE_MAX + 100];
	struct text t = text_make(line, sizeof(line));

	text_format(&t, "[report] %s: cannot bind %s: %s", service_name(service), place,
	            strerror(errno));
	c->complain(c->context, line);
}

/* The one of another service that was there; -1: none. */
static int open_there(const struct listening *l, const struct conf_report *now, const char *place)
{
	char other[PLACE_MAX];

	for (enum service i = 0; i < SERVICES; i++)
		if (l->fd[i] >= 0 &&
		    strcmp(listening_place(now, i, other, sizeof(other)), place) == 0)
			return dup(l->fd[i]);
	return -1;
}

bool listening_plan(const struct listening *l, const struct conf_report *now,
                    const struct conf_report *next, const struct user *u, struct listening *plan,
                    const struct complaint *c)
{
	char before[PLACE_MAX], place[PLACE_MAX];
	bool all = true;

	listening_none(plan);
	for (enum service i = 0; i < SERVICES; i++)
		if (strcmp(listening_place(now, i, before, sizeof(before)),
		           listening_place(next, i, place, sizeof(place))) == 0)
			plan->fd[i] = l->fd[i];
	for (enum service i = 0; i < SERVICES; i++) {
		if (plan->fd[i] >= 0 || !*listening_place(next, i, place, sizeof(place)))
			continue;
		int fd = open_there(l, now, place);
		if (fd < 0)
			fd = i == SERVICE_CONTROL ? open_control(u, place)
			                          : open_tcp(l, plan, address_of(next, i));
		plan->fd[i] = fd;
		if (fd >= 0)
			continue;
		bool is_old = strcmp(listening_place(now, i, before, sizeof(before)), place) == 0;
		complain_of(i, place, c);
		all &= is_old;
	}
	return all;
}

static void remove_control(const struct user *u, const char *path)
{
	bool other = user_act(u);

	(void)!unlink(path);
	if (!other)
		return;
	user_act_no_more();
	(void)!unlink(path);
}

void listening_drop(const struct listening *l, struct listening *plan,
                    const struct conf_report *next, const struct user *u)
{
	for (int i = 0; i < SERVICES; i++) {
		if (plan->fd[i] < 0 || plan->fd[i] == l->fd[i])
			continue;
		close(plan->fd[i]);
		if (i == SERVICE_CONTROL)
			remove_control(u, next->control);
	}
}

void listening_follow(struct listening *l, const struct listening *plan,
                      const struct conf_report *before, const struct user *u)
{
	for (int i = 0; i < SERVICES; i++) {
		if (plan->fd[i] == l->fd[i])
			continue;
		if (l->fd[i] >= 0) {
			close(l->fd[i]);
			if (i == SERVICE_CONTROL)
				remove_control(u, before->control);
		}
		l->fd[i] = plan->fd[i];
		l->is_new[i] = plan->fd[i] >= 0;
	}
}

bool listening_hand(struct listening *l, int link, tick_t now)
{
	struct record r = {.kind = RECORD_SOCKET, .at = now};

	for (uint32_t i = 0; i < SERVICES; i++) {
		if (!l->is_new[i])
			continue;
		r.socket = (struct socket_record){.place = i};
		if (!ipc_hand(link, &r, l->fd[i]))
			return false;
		l->is_new[i] = false;
	}
	return true;
}

void listening_known(struct listening *l)
{
	memset(l->is_new, 0, sizeof(l->is_new));
}
