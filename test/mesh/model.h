/*
 * What each listener should hear, from the facts alone: who said what and when, which links carried
 * what, who was logged in. Written from the specifications of the protocols and from the decisions
 * (modules/DECISIONS.md), and shares no code with the server: nothing but addresses and ticks of
 * base/.
 *
 * A frame is one of three things to a listener: due, forbidden, or neither, where the outcome
 * depends on who was faster. The exceptions, which make it neither, are listed in the README.
 */
#ifndef MESH_MODEL_H
#define MESH_MODEL_H

#include <stdbool.h>
#include <stdint.h>

#include "mesh/net.h"

#define NODES_MAX 50u
#define RIGS_MAX (2 * NODES_MAX + 1)
#define CALLS_MAX 32u   /* of one act */
#define FRAMES_MAX 448u /* of one call: 26 s */
#define EPOCHS_MAX 24u  /* of one act */
#define LOCAL_TG 70u    /* never leaves its server */
#define NOBODY UINT32_MAX
#define MODEL_QUENCHED_FRAMES (2500u / 60u) /* by then a quench has done its work everywhere */

/* A server. */
struct place {
	bool runs, transit;
	uint32_t starts;
	int64_t ahead_ms; /* of true time its wall clock is */
};

/* A hotspot. */
struct listener {
	uint32_t node;
	uint32_t tg[2]; /* what it listens to on slot 1 and 2; 0 = nothing */
	bool gateway;   /* gets a copy of the data of its server's radios */
	tick_t since;   /* logged in since */
	tick_t known;   /* the epoch in which every server heard its radio, */
	tick_t beyond;  /* and in which the only link of a guest brought it to the other side */
};

/* One transmission: voice for a conference, or voice or data for one radio. */
struct call {
	uint32_t rig, node;
	uint32_t tg; /* or the ID of the radio */
	bool unit, data;
	uint32_t to; /* whose radio; NOBODY */
	uint8_t slot;
	uint32_t stream; /* the first of them, of data */
	uint32_t frames; /* of voice or data */
	bool accepted;   /* its server carries it */
	bool contested;  /* another rig keyed the conference at the same time, somewhere */
	bool unended;    /* its terminator is never sent */
	bool still;      /* its sender never counts */
	bool forged;     /* others send frames under its name */
	uint32_t starts; /* of its server, when it began */
	tick_t said[FRAMES_MAX];
	tick_t cut;       /* an operator put an end to it */
	bool resumes;     /* but its sender may be heard again */
	uint32_t spoiled; /* frames the network lost or put out of order, all links together */
};

/* From a change of the network to the next one. */
struct epoch {
	tick_t at;
	/* From a node: bit n, what is said there is heard at n, by the mesh alone, or by uplinks
	 * too; [1] for data, which OpenBridge does not carry. */
	uint64_t reach[2][NODES_MAX], up_reach[2][NODES_MAX];
	tick_t guest_since; /* when something last happened to the uplinks */
	bool whole;         /* no cable is pulled, every server runs, every clock is about right */
};

struct model {
	uint32_t node_count, rig_count, call_count, epoch_count;
	struct place place[NODES_MAX];
	struct listener listener[RIGS_MAX];
	struct call call[CALLS_MAX];
	struct epoch epoch[EPOCHS_MAX];
	struct path path[NODES_MAX][NODES_MAX];
	bool v1[NODES_MAX][NODES_MAX];   /* the link speaks OpenBridge, not FBP */
	bool up[NODES_MAX][NODES_MAX];   /* by an uplink the first is a client of the second */
	bool shut[NODES_MAX][NODES_MAX]; /* an operator lets nothing pass in either direction */
	uint32_t guest;                  /* the server with uplinks; NOBODY */
	uint32_t guest_links;            /* how many it has, and one if it is a neighbour as well */
	uint32_t guest_tg[2];            /* what crosses them, on slot 1 and 2 */
	bool guest_transit;              /* it relays between them */
	bool guest_private;              /* private calls cross them too */
	tick_t guest_since;
	bool tree;  /* there is one path from node to node */
	bool noisy; /* paths lose, repeat and delay */
	bool slow;  /* on two links everything takes up to 4 s */
	bool old;   /* some link speaks OpenBridge */
};

/* Is the path between the two an uplink? */
static inline bool model_is_uplink(const struct model *m, uint32_t a, uint32_t b)
{
	return m->up[a][b] || m->up[b][a];
}

/* The network has just changed. */
void model_change(struct model *m, tick_t now);

/* Can copies of the call be recognised by the numbers of its frames? */
bool model_counts(const struct model *m, const struct call *c);

/* Had an operator ended the call, or nearly, when the frame was said? */
bool model_is_cut(const struct call *c, uint32_t frame);
bool model_is_due(const struct model *m, const struct call *c, uint32_t rig, uint32_t frame);
bool model_is_forbidden(const struct model *m, const struct call *c, uint32_t rig, uint32_t frame);

/* May the frame come to that server? */
bool model_may_have(const struct model *m, const struct call *c, uint32_t node, uint32_t frame);

/* How often its frames have to cross FBP links at most, all frames together; UINT32_MAX where that
 * is not known. */
uint32_t model_crossings(const struct model *m, const struct call *c);

/* Has a link that carries its last frame to that server to carry its terminator? Not if the server
 * refuses what comes by it, and quenches the call. */
bool model_has_end(const struct model *m, const struct call *c, uint32_t to);

/* Does every server hear it? */
bool model_reaches_all(const struct model *m, const struct call *c);

/* Does each server know by which of its links the radio is reached? */
bool model_is_known(const struct model *m, const struct call *data);

/* All calls have been judged: keeps what the next ones depend on. */
void model_forget_calls(struct model *m);

#endif
