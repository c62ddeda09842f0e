/*
 * A core in a process of its own, behind a socket pair: events go there as octets, actions come
 * back as octets, and no memory is shared.
 */
#ifndef SIM_SPLIT_H
#define SIM_SPLIT_H

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/actions.h"

struct split {
	int fd;
	pid_t child; /* 0: there is none */
};

/* True in the child. */
static inline bool split_begin(struct split *s)
{
	int pair[2];

	if (socketpair(AF_UNIX, SOCK_STREAM, 0, pair) != 0)
		abort();
	s->child = fork();
	if (s->child < 0)
		abort();
	s->fd = pair[s->child == 0];
	close(pair[s->child != 0]);
	return s->child == 0;
}

static inline void split_end(struct split *s)
{
	if (!s->child)
		return;
	close(s->fd);
	while (waitpid(s->child, NULL, 0) < 0 && errno == EINTR)
		continue;
	s->child = 0;
}

/* Writes or reads all of it. False when the other side is gone. */
static inline bool split_move(int fd, char *at, size_t len, bool out)
{
	while (len > 0) {
		ssize_t n = out ? send(fd, at, len, MSG_NOSIGNAL) : read(fd, at, len);
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return false;
		at += n;
		len -= (size_t)n;
	}
	return true;
}

static inline bool split_put(int fd, const void *bytes, size_t len)
{
	return split_move(fd, (char *)(uintptr_t)bytes, len, true);
}

static inline bool split_get(int fd, void *bytes, size_t len)
{
	return split_move(fd, bytes, len, false);
}

static inline bool split_put_actions(int fd, const struct actions *a)
{
	return split_put(fd, a, sizeof(*a)) &&
	       split_put(fd, a->sends, a->send_count * sizeof(*a->sends)) &&
	       split_put(fd, a->targets, a->target_count * sizeof(*a->targets)) &&
	       split_put(fd, a->records, a->record_count * sizeof(*a->records));
}

/* Into lists of the same size as those over there. */
static inline bool split_get_actions(int fd, struct actions *a)
{
	struct actions sent;

	if (!split_get(fd, &sent, sizeof(sent)) || sent.send_cap != a->send_cap ||
	    sent.target_cap != a->target_cap || sent.record_cap != a->record_cap)
		return false;
	a->send_count = sent.send_count;
	a->target_count = sent.target_count;
	a->record_count = sent.record_count;
	a->refused_total = sent.refused_total;
	return split_get(fd, a->sends, a->send_count * sizeof(*a->sends)) &&
	       split_get(fd, a->targets, a->target_count * sizeof(*a->targets)) &&
	       split_get(fd, a->records, a->record_count * sizeof(*a->records));
}

#endif
