/*
 * Waits for descriptors. Two bodies with one behaviour: poller_epoll_linux.c, and poller_poll.c for
 * every POSIX system; the Makefile takes one (LOOP).
 *
 * Level triggered. Each descriptor carries a tag of the caller's, and an event is that tag and what
 * may be done. After poller_drop events already fetched may still carry the tag of the dropped
 * descriptor, so a tag for something that comes and goes holds a handle.
 *
 * Opaque, allocated at startup. Full: a new descriptor is refused.
 */
#ifndef IO_POLLER_H
#define IO_POLLER_H

#include <stdint.h>

#include "base/arena.h"
#include "base/tick.h"
#include "base/util.h"

/* Bits of an interest, and of what is ready. */
#define POLLER_READ 1u
#define POLLER_WRITE 2u
#define POLLER_END 4u /* hung up or broken, always reported; there may still be octets to read */

struct poller_event {
	uint64_t tag;
	unsigned ready;
};

struct poller;

/*
 * Cuts a poller for `capacity` descriptors. NULL on a measuring arena (nothing is opened then), or
 * with errno.
 */
struct poller *poller_open(struct arena *arena, uint32_t capacity);
void poller_close(struct poller *p);

/*
 * Watches a descriptor, or changes interest and tag of a watched one. Interest 0 reports POLLER_END
 * only. -1 with errno; ENOSPC when full.
 */
MUST_CHECK int poller_watch(struct poller *p, int fd, unsigned interest, uint64_t tag);

/* Stops watching a descriptor; call it before closing. Not an error if it is not watched. */
void poller_drop(struct poller *p, int fd);

/*
 * Waits up to `wait` milliseconds (0: polls, TICK_NEVER: no limit) and writes up to `cap` events.
 * Returns their number; 0 on timeout or signal; -1 with errno.
 */
MUST_CHECK int poller_wait(struct poller *p, struct poller_event *events, uint32_t cap,
                           tick_t wait);

/* "epoll" or "poll". */
const char *poller_name(void);

#endif
