/*
 * Which network is simulated and what happens in it. Each act draws from random numbers of its own,
 * so that it stays the same when others are left out, and a story that fails can be made shorter:
 * by acts, by servers, by what disturbs the network.
 */
#ifndef MESH_STORY_H
#define MESH_STORY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define STORY_ACTS_MAX 4096u

enum topology { TOPOLOGY_LINE, TOPOLOGY_RING, TOPOLOGY_MESH, TOPOLOGY_RANDOM, TOPOLOGIES };

/* What a network may do without. */
enum calm {
	CALM_NOISE,  /* datagrams lost, repeated, delayed */
	CALM_SLOW,   /* links of up to 4 s */
	CALM_CLOCKS, /* wall clocks that differ */
	CALM_OLD,    /* OpenBridge */
	CALM_GUEST,  /* uplinks */
	CALM_LOCAL,  /* servers that relay nothing */
	CALM_JITTER, /* paths that are not always as long */
	CALM_FOES,   /* hostile datagrams */
	CALMS,
};

/* What every server does wrong, so that a test sees it found. */
enum broken {
	BROKEN_NOTHING,
	BROKEN_SLOT,  /* nothing leaves for slot 1 of a hotspot */
	BROKEN_END,   /* no terminator leaves for a neighbour */
	BROKEN_CRASH, /* it crashes at private calls and data of hotspots */
	BROKENS,
};

struct story {
	uint64_t seed;
	bool plain; /* as the seed makes it: nothing in the environment wants it otherwise */
	enum topology topology;
	uint32_t nodes;
	uint64_t without; /* bit n: there is no server n */
	unsigned calm;    /* bits */
	enum broken broken;
	uint32_t act_count;
	uint16_t act[STORY_ACTS_MAX]; /* their numbers */
};

const char *topology_name(enum topology topology);

static inline bool story_is_calm(const struct story *s, enum calm calm)
{
	return s->calm >> calm & 1;
}

/* The story of a seed, as the environment wants it; ends the program if that is not possible. */
void story_read(struct story *s, uint64_t seed, enum topology topology);

/* TOPOLOGIES for NULL. */
enum topology story_topology(const char *text);

/* How to tell it again. */
void story_print(const struct story *s);

/* Does it still fail, and in the same way? */
typedef bool story_fails(const struct story *s, const void *context);

/* Leaves out what it fails without. Returns the number of stories tried. */
unsigned story_shrink(struct story *s, story_fails *fails, const void *context);

#endif
