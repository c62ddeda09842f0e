#include "io/poller.h"

#include <errno.h>
#include <sys/epoll.h>
#include <unistd.h>

struct poller {
	int fd;
	uint32_t count;
	uint32_t capacity;
	struct epoll_event *events; /* what one wait may yield */
};

struct poller *poller_open(struct arena *arena, uint32_t capacity)
{
	struct poller *p = arena_cut(arena, "poller", 1, sizeof(*p));
	struct epoll_event *events = arena_cut(arena, "poller", capacity, sizeof(*events));

	if (!p || !events)
		return NULL;
	p->fd = epoll_create1(EPOLL_CLOEXEC);
	if (p->fd < 0)
		return NULL;
	p->capacity = capacity;
	p->events = events;
	return p;
}

void poller_close(struct poller *p)
{
	close(p->fd);
	p->fd = -1;
}

int poller_watch(struct poller *p, int fd, unsigned interest, uint64_t tag)
{
	struct epoll_event e = {.data.u64 = tag};

	if (interest & POLLER_READ)
		e.events |= EPOLLIN;
	if (interest & POLLER_WRITE)
		e.events |= EPOLLOUT;
	if (epoll_ctl(p->fd, EPOLL_CTL_MOD, fd, &e) == 0)
		return 0;
	if (errno != ENOENT)
		return -1;
	if (p->count == p->capacity) {
		errno = ENOSPC;
		return -1;
	}
	if (epoll_ctl(p->fd, EPOLL_CTL_ADD, fd, &e) != 0)
		return -1;
	p->count++;
	return 0;
}

void poller_drop(struct poller *p, int fd)
{
	if (epoll_ctl(p->fd, EPOLL_CTL_DEL, fd, NULL) == 0)
		p->count--;
}

int poller_wait(struct poller *p, struct poller_event *events, uint32_t cap, tick_t wait)
{
	uint32_t room = cap < p->capacity ? cap : p->capacity;
	int n = epoll_wait(p->fd, p->events, (int)room, tick_wait_ms(wait));

	if (n < 0 && errno == EINTR) /* also resumed after a stop: much may be waiting */
		n = epoll_wait(p->fd, p->events, (int)room, 0);
	if (n < 0)
		return errno == EINTR ? 0 : -1;
	for (int i = 0; i < n; i++) {
		uint32_t ready_for = p->events[i].events;

		events[i].tag = p->events[i].data.u64;
		events[i].ready = (ready_for & EPOLLIN ? POLLER_READ : 0) |
		                  (ready_for & EPOLLOUT ? POLLER_WRITE : 0) |
		                  (ready_for & (EPOLLHUP | EPOLLERR) ? POLLER_END : 0);
	}
	return n;
}

const char *poller_name(void)
{
	return "epoll";
}
