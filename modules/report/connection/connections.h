/*
 * The connections of one listening socket, for any protocol: each is read, answered and written in
 * turn, and closed when due. No output is made before the socket has taken the previous one, so a
 * connection that does not read delays only itself. A struct protocol defines the protocol, which
 * finds its own state of a connection by connections_index.
 *
 * Limit: `capacity` connections. Full: the newest is refused and closed, unless `give_way` is set
 * and some connection has no answer in progress: then the one of these that has been silent longest
 * is closed instead. Closed are connections that are silent, or do not read, for `idle_ms`, and
 * followers of events more than RING_BEHIND_MAX lines behind that cannot be written to.
 *
 * Plain for the protocol; only connections.c accepts, transfers octets and closes. On the heap.
 */
#ifndef REPORT_CONNECTIONS_H
#define REPORT_CONNECTIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/addr.h"
#include "base/text.h"
#include "io/poller.h"
#include "report/model/clock.h"
#include "report/service.h"
#include "report/model/ring.h"

#define CONNECTIONS_GOODBYE_MS (2 * TICK_SECOND) /* for what was sent to arrive */

struct connection {
	int fd;           /* -1 = free */
	struct addr from; /* blank on a Unix socket */
	uint32_t generation;
	unsigned interest;
	tick_t active; /* when it last sent or took something */
	bool ended;    /* it has sent everything */
	bool blocked;  /* it cannot take more now; the poller reports when it can */
	bool more;     /* there is more to send at once */
	bool leaving;  /* the protocol is done with it: closed when everything is written */
	bool left;     /* ... and that is done: further input is ignored */
	size_t in_len, out_begin, out_end;
	char *in, *out;
};

/* Counters of a set of connections. */
struct connections_figures {
	uint32_t connections, connections_high, connections_max;
	uint64_t refused_total; /* above the capacity */
	uint64_t requests_total;
	uint64_t bad_requests_total;
	uint64_t slow_total; /* followers of events that fell too far behind */
	uint64_t idle_total; /* closed for silence or for not reading */
};

/*
 * A protocol. `owner` is what connections_open was given. Each fills in the table with functions of
 * a line or two that ask its own state, so those of one protocol look like those of another.
 */
struct protocol {
	enum service service;
	uint32_t capacity;
	size_t in_max, out_max; /* octets of the two buffers of a connection */
	size_t piece_max;       /* `make` is called when `out` has room for so many */
	tick_t idle_ms;
	bool give_way;
	/* Connections of one address, or /64 of IPv6; 0: no limit. Those of this machine have none,
	 * and a place is kept for them. */
	uint32_t each_max;
	const char *refusal;  /* sent to a connection that exceeds the capacity */
	const char *stranger; /* ... and to one that `admits` refuses; NULL without it */

	/* May this address connect? NULL on a Unix socket, whose file mode decides. */
	bool (*admits)(const void *owner, const struct addr *from);
	void (*begin)(void *owner, struct connection *x, const struct clock *clock);
	/* It is being closed. NULL: the protocol keeps no state. */
	void (*end)(void *owner, struct connection *x);
	/* Reads `in`, adds to `t`. False: nothing to send now. */
	bool (*make)(void *owner, struct connection *x, const struct clock *clock, struct text *t);
	/* Is an answer in progress, so that there is more to send without further input? */
	bool (*answers)(const void *owner, const struct connection *x);
	/* Does it follow the events? Then its position. */
	bool (*follows)(const void *owner, const struct connection *x, uint64_t *position);
	/* When it stops waiting for something other than the connection; TICK_NEVER if it does not
	 * wait. */
	tick_t (*deadline)(const void *owner, const struct connection *x);
};

struct connections {
	const struct protocol *protocol;
	void *owner;
	const struct ring *ring;
	struct poller *poller;
	int listening;
	struct connections_figures figures;
	char *octets; /* of all buffers */
	struct connection at[];
};

/* Serves connections of `listening` (not owned; -1 = none). NULL with errno. */
struct connections *connections_open(int listening, struct poller *poller, const struct ring *ring,
                                     const struct protocol *protocol, void *owner);
void connections_close(struct connections *c);

/* Listens there from now on (not owned; -1 = nowhere). Those who are connected stay. */
void connections_listen(struct connections *c, int listening);

static inline uint32_t connections_index(const struct connections *c, const struct connection *x)
{
	return (uint32_t)(x - c->at);
}

/* The listening socket or a connection is ready. Stale tags are forgotten. */
void connections_event(struct connections *c, const struct poller_event *e,
                       const struct clock *clock);

/* Removes `len` octets from the front of the input. */
void connection_forget(struct connection *x, size_t len);

/* Continues every answer, closes connections when due. Once per turn, after everything else. */
void connections_serve(struct connections *c, const struct clock *clock);

/* When connections_serve is due at the latest; TICK_NEVER if nothing is awaited. */
tick_t connections_next(const struct connections *c);

#endif
