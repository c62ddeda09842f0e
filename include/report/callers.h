/*
 * The connections of one listening socket, whatever is spoken on them: who comes is
 * read from, answered and written to by turns, and hung up on when that is due. Nothing
 * is made before the socket takes what was made, so a caller that does not read holds up
 * only itself. The protocol is told by a struct talk; it finds its own state of a
 * caller by callers_index.
 *
 * Bounded: `capacity` callers. Full: the newest is told so and hung up on, unless `give_way`
 * is set and somebody else is not being answered: then the one of these who has been
 * silent longest goes instead.
 * Hung up on: who is silent, or does not read, for `idle_ms`; who follows the events and is
 * more than RING_BEHIND_MAX lines behind while it cannot be written to.
 *
 * Callers are plain to the protocol; only callers.c accepts, moves octets and hangs up.
 * On the heap.
 */
#ifndef REPORT_CALLERS_H
#define REPORT_CALLERS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/addr.h"
#include "base/text.h"
#include "io/poller.h"
#include "report/clock.h"
#include "report/outlet.h"
#include "report/ring.h"

#define CALLERS_GOODBYE_MS (2 * TICK_SECOND) /* for what was sent to arrive */

struct caller {
	int fd; /* -1 = free */
	uint32_t generation;
	unsigned interest;
	tick_t active; /* when it last said or took something */
	bool ended;    /* it will say no more */
	bool blocked;  /* it takes nothing now; the poller will tell */
	bool more;     /* there is more to tell at once */
	bool leaving;  /* the protocol is done with it: hung up on when all is written */
	bool left;     /* ... and that is so: what it still says is not heard */
	size_t in_len, out_begin, out_end;
	char *in, *out;
};

/* What a set of callers counts of itself. */
struct callers_figures {
	uint32_t connections, connections_high, connections_max;
	uint64_t refused_total; /* beyond the room */
	uint64_t requests_total;
	uint64_t bad_requests_total;
	uint64_t slow_total; /* followers of events that fell too far behind */
	uint64_t idle_total; /* hung up on, for silence or for not reading */
};

/* A protocol. `owner` is what callers_open was given. */
struct talk {
	enum outlet outlet;
	uint32_t capacity;
	size_t in_max, out_max; /* octets of the two buffers of a caller */
	size_t piece_max;       /* `make` is called when `out` has room for so many */
	tick_t idle_ms;
	bool give_way;
	const char *refusal;  /* what is sent to whom there is no room for */
	const char *stranger; /* ... and to whom `admits` does not admit; NULL without it */

	/* May this address call? NULL on a Unix socket, whose file says who may connect. */
	bool (*admits)(const void *owner, const struct addr *from);
	void (*begin)(void *owner, struct caller *x, const struct clock *clock);
	/* It is being hung up on. NULL: nothing is kept of it. */
	void (*end)(void *owner, struct caller *x);
	/* Reads `in`, adds to `t`. False: nothing to tell now. */
	bool (*make)(void *owner, struct caller *x, const struct clock *clock, struct text *t);
	/* Is an answer being made, so that there is more to come though it says no more? */
	bool (*answers)(const void *owner, const struct caller *x);
	/* Does it follow the events? Then how far it has been told. */
	bool (*follows)(const void *owner, const struct caller *x, uint64_t *position);
	/* When waiting for something else than the caller ends; TICK_NEVER. */
	tick_t (*deadline)(const void *owner, const struct caller *x);
};

struct callers {
	const struct talk *talk;
	void *owner;
	const struct ring *ring;
	struct poller *poller;
	int listening;
	struct callers_figures figures;
	char *octets; /* of all buffers */
	struct caller at[];
};

/* Serves callers of `listening` (not owned; -1 = none). NULL with errno. */
struct callers *callers_open(int listening, struct poller *poller, const struct ring *ring,
                             const struct talk *talk, void *owner);
void callers_close(struct callers *c);

static inline uint32_t callers_index(const struct callers *c, const struct caller *x)
{
	return (uint32_t)(x - c->at);
}

/* The listening socket or a caller is ready. Stale tags are forgotten. */
void callers_event(struct callers *c, const struct poller_event *e, const struct clock *clock);

/* Takes `len` octets off the front of what was said. */
void caller_forget(struct caller *x, size_t len);

/* Moves every answer on, hangs up where that is due. Once per turn, after everything else. */
void callers_serve(struct callers *c, const struct clock *clock);

/* When callers_serve is due at the latest; TICK_NEVER when on nothing is waited. */
tick_t callers_next(const struct callers *c);

#endif
