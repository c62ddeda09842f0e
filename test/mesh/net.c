#include "mesh/net.h"

#include <stdlib.h>

#define WIRE_MS 5  /* a path without a fault */
#define LATE_MS 70 /* so much longer takes one that loses its place: more than a burst */

void net_open(struct net *net, uint64_t seed)
{
	*net = (struct net){.random = seed * 0x9E3779B97F4A7C15u + 1};
}

void net_close(struct net *net)
{
	free(net->flights);
	free(net->heap);
}

/* SplitMix64. */
uint32_t net_mix(uint64_t *random)
{
	uint64_t z = *random += 0x9E3779B97F4A7C15u;

	z = (z ^ z >> 30) * 0xBF58476D1CE4E5B9u;
	z = (z ^ z >> 27) * 0x94D049BB133111EBu;
	return (uint32_t)(z ^ z >> 31);
}

static uint32_t draw(struct net *net, uint32_t below)
{
	return net_mix(&net->random) % below;
}

static bool before(const struct net *net, uint32_t a, uint32_t b)
{
	const struct flight *x = &net->flights[net->heap[a]], *y = &net->flights[net->heap[b]];

	return x->at != y->at ? x->at < y->at : x->order < y->order;
}

static void swap(struct net *net, uint32_t a, uint32_t b)
{
	uint32_t kept = net->heap[a];

	net->heap[a] = net->heap[b];
	net->heap[b] = kept;
}

static void grow(struct net *net)
{
	uint32_t cap = net->cap ? 2 * net->cap : 1024;

	net->flights = realloc(net->flights, cap * sizeof(*net->flights));
	net->heap = realloc(net->heap, cap * sizeof(*net->heap));
	if (!net->flights || !net->heap)
		abort();
	for (uint32_t i = net->cap; i < cap; i++)
		net->heap[i] = i;
	net->cap = cap;
}

static void push(struct net *net, const struct flight *flight, tick_t at)
{
	if (net->count == net->cap)
		grow(net);
	uint32_t i = net->count++;
	struct flight *f = &net->flights[net->heap[i]];
	*f = *flight;
	f->at = at;
	f->order = net->order++;
	for (; i > 0 && before(net, i, (i - 1) / 2); i = (i - 1) / 2)
		swap(net, i, (i - 1) / 2);
}

enum fate net_send(struct net *net, struct path *path, tick_t now, const struct flight *flight)
{
	if (!path) {
		push(net, flight, now + WIRE_MS);
		return FATE_SENT;
	}
	if (path->cut)
		return FATE_CUT;
	if (draw(net, 1000) < path->lost)
		return FATE_LOST;
	tick_t at = now + path->delay + draw(net, (uint32_t)path->jitter + 1);
	if (at < path->stalled_until)
		at = path->stalled_until;
	if (at < path->last)
		at = path->last;
	if (draw(net, 1000) < path->twice)
		push(net, flight, at + draw(net, 200));
	if (draw(net, 1000) < path->late) {
		push(net, flight, at + LATE_MS + draw(net, 100));
		return FATE_LATE;
	}
	path->last = at;
	push(net, flight, at);
	return FATE_SENT;
}

tick_t net_next(const struct net *net)
{
	return net->count ? net->flights[net->heap[0]].at : TICK_NEVER;
}

void net_take(struct net *net, struct flight *out)
{
	*out = net->flights[net->heap[0]];
	swap(net, 0, --net->count);
	for (uint32_t i = 0, next; (next = 2 * i + 1) < net->count; i = next) {
		if (next + 1 < net->count && before(net, next + 1, next))
			next++;
		if (!before(net, next, i))
			break;
		swap(net, i, next);
	}
}
