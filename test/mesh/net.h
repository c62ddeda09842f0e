/*
 * The network between servers, and between a server and its hotspots: datagrams in flight, in the
 * order of their arrival. A path is one direction of a link; what it does to a datagram is drawn
 * from the sender's random numbers, so a run can be repeated.
 */
#ifndef MESH_NET_H
#define MESH_NET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/addr.h"
#include "base/tick.h"

#define NET_DATAGRAM_MAX 400u

/* Whose address it is: 10.SIDE.x.x. */
enum side { SIDE_NODE = 1, SIDE_RIG, SIDE_FOE };
static inline enum side side_of(const struct addr *a)
{
	return (enum side)a->ip[13];
}

struct path {
	bool there; /* the two ends are neighbours */
	bool cut;
	tick_t delay, jitter;
	uint32_t lost, twice, late; /* datagrams of a thousand */
	tick_t last;                /* arrival of the latest one that keeps its place */
	tick_t stalled_until;       /* what is sent before arrives then, all at once */
};

/* What became of a datagram. */
enum fate { FATE_SENT, FATE_LOST, FATE_LATE, FATE_CUT };

struct flight {
	tick_t at;
	uint64_t order; /* of two that arrive at once */
	struct addr from, to;
	bool hostile; /* sent by somebody else, see foes.c */
	size_t len;
	uint8_t bytes[NET_DATAGRAM_MAX];
};

struct net {
	struct flight *flights;
	uint32_t *heap; /* numbers of flights; behind `count` those that are free */
	uint32_t count, cap;
	uint64_t order;
	uint64_t random;
};

void net_open(struct net *net, uint64_t seed);
void net_close(struct net *net);

/* The next of a sequence of random numbers that is the same in every run. */
uint32_t net_mix(uint64_t *random);

/* Sends flight->bytes from flight->from to flight->to; NULL is a path without a fault. */
enum fate net_send(struct net *net, struct path *path, tick_t now, const struct flight *flight);

/* When the next one arrives; TICK_NEVER when none is under way. */
tick_t net_next(const struct net *net);

/* Takes it. */
void net_take(struct net *net, struct flight *out);

#endif
