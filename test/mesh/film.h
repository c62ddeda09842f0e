/*
 * A failing story seen from one of its servers: all that reached it, as a scenario of test/sim.
 *
 * The judge that ends a story puts the blame on a server and, where he knows, says who should have
 * heard what of which call from it. The story runs once more, and what reaches that server is
 * filmed. The scenario has its hotspots, neighbours and uplinks send the same at the same times.
 */
#ifndef MESH_FILM_H
#define MESH_FILM_H

#include <stdbool.h>
#include <stdint.h>

#include "mesh/model.h"
#include "mesh/net.h"

#define FILM_SHOTS_MAX 60000u
#define FILM_CONFIG_MAX 16384u

/* Which server failed whom. */
struct blame {
	bool known;
	uint32_t node;
	/* Who hears from it: a client, or a neighbour on the mesh; none: the scenario fails by what
	 * is always checked. */
	enum { BLAME_NOBODY, BLAME_CLIENT, BLAME_PEER } heard_by;
	uint32_t listener; /* ID of the client, or node */
	uint32_t call;     /* its number in the whole story */
	uint32_t tg, src;
	bool unit, data;
	uint64_t due[FRAMES_MAX / 64]; /* those to hear, if they came */
	char expect[80];               /* instead, at the end; "" = nothing */
};

/* Something that reached the server, or what was done to it. */
struct shot {
	tick_t at;
	struct addr from, to; /* port 0: `bytes` are a statement of the scenario */
	bool hostile;
	uint32_t call, frame; /* NOBODY: not one of ours */
	int64_t ahead_ms;     /* the clock of the server */
	size_t len;
	uint8_t bytes[NET_DATAGRAM_MAX];
};

struct film {
	uint32_t node, count;
	uint64_t seed;
	char config[FILM_CONFIG_MAX];
	bool up[NODES_MAX]; /* it is a client there */
	struct shot shot[FILM_SHOTS_MAX];
};

/* Prints it to the standard output. */
void film_print(const struct film *film, const struct blame *blame, const char *complaint);

#endif
