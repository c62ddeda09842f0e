#include "io/poller.h"

#include <errno.h>
#include <poll.h>

struct poller {
	uint32_t count;
	uint32_t capacity;
	uint32_t next;      /* where the next scan starts, so that a small `cap` starves nobody */
	struct pollfd *fds; /* the first `count` are in use, in no order */
	uint64_t *tags;
};

struct poller *poller_open(struct arena *arena, uint32_t capacity)
{
	struct poller *p = arena_cut(arena, "poller", 1, sizeof(*p));
	struct pollfd *fds = arena_cut(arena, "poller", capacity, sizeof(*fds));
	uint64_t *tags = arena_cut(arena, "poller", capacity, sizeof(*tags));

	if (!p || !fds || !tags)
		return NULL;
	p->capacity = capacity;
	p->fds = fds;
	p->tags = tags;
	return p;
}

void poller_close(struct poller *p)
{
	p->count = 0;
}

static uint32_t find(const struct poller *p, int fd)
{
	uint32_t i = 0;

	while (i < p->count && p->fds[i].fd != fd)
		i++;
	return i;
}

int poller_watch(struct poller *p, int fd, unsigned interest, uint64_t tag)
{
	uint32_t i = find(p, fd);

	if (fd < 0) {
		errno = EBADF;
		return -1;
	}
	if (i == p->capacity) {
		errno = ENOSPC;
		return -1;
	}
	if (i == p->count)
		p->count++;
	p->fds[i].fd = fd;
	p->fds[i].events = (short)((interest & POLLER_READ ? POLLIN : 0) |
	                           (interest & POLLER_WRITE ? POLLOUT : 0));
	p->fds[i].revents = 0;
	p->tags[i] = tag;
	return 0;
}

void poller_drop(struct poller *p, int fd)
{
	uint32_t i = find(p, fd);

	if (i == p->count)
		return;
	p->count--;
	p->fds[i] = p->fds[p->count];
	p->tags[i] = p->tags[p->count];
}

int poller_wait(struct poller *p, struct poller_event *events, uint32_t cap, tick_t wait)
{
	int n = poll(p->fds, p->count, tick_wait_ms(wait));
	uint32_t found = 0;

	if (n < 0 && errno == EINTR) /* also resumed after a stop: much may be waiting */
		n = poll(p->fds, p->count, 0);
	if (n < 0)
		return errno == EINTR ? 0 : -1;
	for (uint32_t looked = 0; n > 0 && looked < p->count && found < cap; looked++) {
		uint32_t i = p->next++ % p->count;
		short ready_for = p->fds[i].revents;

		if (!ready_for)
			continue;
		events[found].tag = p->tags[i];
		events[found].ready = (ready_for & POLLIN ? POLLER_READ : 0) |
		                      (ready_for & POLLOUT ? POLLER_WRITE : 0) |
		                      (ready_for & (POLLHUP | POLLERR | POLLNVAL) ? POLLER_END : 0);
		found++;
	}
	return (int)found;
}

const char *poller_name(void)
{
	return "poll";
}
