/*
 * Many servers in one process and one virtual time: the state of one simulation.
 *
 *   net     datagrams in flight between the ends (net.h)
 *   node    a server: a core of its own, its wall clock, its address
 *   rig     a hotspot logged in to a node: talks, and hears
 *   ledger  what was said and who heard it: the invariants
 *   plan    topology, configuration, and what happens when
 *
 * Every burst but headers and terminators carries its call and its number in the bits around its
 * middle, which no server touches, so a call is known wherever it comes out, whatever stream id it
 * has there.
 */
#ifndef MESH_SIM_H
#define MESH_SIM_H

#include <setjmp.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/text.h"
#include "conf/conf.h"
#include "core/core.h"
#include "hotspot/talk.h"
#include "mesh/net.h"
#include "sim/judge.h"

#define START_TICK ((tick_t)1000000) /* so that 0 is long ago */
#define NODES_MAX 50u
#define RIGS_MAX (2 * NODES_MAX)
#define CALLS_MAX 64u
#define FRAMES_MAX 448u /* of one call: 26 s */
#define EPOCHS_MAX 64u
#define LOCAL_TG 70u /* never leaves its server */
#define NOBODY UINT32_MAX
#define NOBODYS_ID 2349999u /* a radio that was never heard */
#define LISTENER_PORT 62031u
#define MESH_PORT 62044u
#define UPLINK_PORT 62100u /* and those behind it */
#define UPLINKS_MAX 2u
#define FIRST_SERVER 1001u
#define FIRST_RIG 2340001u
#define GUEST_CLIENT 2390001u
#define PASSPHRASE "correct horse"
#define SECOND_NS 1000000000u

struct node {
	struct conf conf;
	struct arena arena;
	struct core *core; /* NULL: not running */
	struct actions actions;
	uint32_t starts;
	int64_t ahead_ms; /* of true time its wall clock is */
	bool transit;
};

/* How far the log-in is. */
enum rig_state { RIG_OUT, RIG_ASKED, RIG_KEYED, RIG_TOLD, RIG_IN };

struct rig {
	uint32_t node;
	uint32_t tg[2]; /* what it listens to on slot 1 and 2 */
	enum rig_state state;
	bool gone;    /* for good: it sends nothing any more */
	tick_t since; /* logged in since */
	tick_t next;  /* retry or ping */
	struct judge judge[2];
	struct talk talk;
	struct call *call; /* it is talking; NULL when not */
	uint32_t frame;    /* its next one: 0 the header, then voice, the terminator last */
	tick_t next_frame;
};

/* One transmission: voice for a conference, or data for one radio. */
struct call {
	uint32_t rig, node;
	uint32_t tg; /* or the id of the radio */
	bool data;
	uint32_t to; /* whose radio; NOBODY */
	uint8_t slot;
	uint32_t stream; /* the first of them, of data */
	uint32_t frames; /* of voice or data */
	bool accepted;   /* its server carries it */
	bool contested;  /* another rig keyed the conference at the same time, somewhere */
	bool unended;    /* its terminator is never sent */
	bool still;      /* its sender never counts */
	uint32_t starts; /* of its server, when it began */
	tick_t said[FRAMES_MAX];
	uint32_t spoiled; /* frames the network lost or put out of order, all links together */
	uint32_t crossings[FRAMES_MAX]; /* datagrams between servers that carried the frame */
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

struct sim {
	uint64_t seed;
	bool verbose;
	tick_t now;
	struct net net;
	uint32_t node_count, rig_count, call_count, epoch_count;
	struct node node[NODES_MAX];
	struct rig rig[RIGS_MAX];
	struct call call[CALLS_MAX];
	struct epoch epoch[EPOCHS_MAX];
	struct path path[NODES_MAX][NODES_MAX];
	bool v1[NODES_MAX][NODES_MAX]; /* the link speaks OpenBridge, not FBP */
	bool up[NODES_MAX][NODES_MAX]; /* by an uplink the first is a client of the second */
	uint32_t guest;                /* the server with uplinks; NOBODY */
	uint32_t guest_links;          /* how many it has, and one if it is a neighbour as well */
	uint32_t guest_tg[2];          /* what crosses them, on slot 1 and 2 */
	tick_t guest_since;
	bool tree;                            /* there is one path from node to node */
	bool noisy;                           /* paths lose, repeat and delay */
	bool slow;                            /* on two links everything takes up to 4 s */
	uint64_t stamp[NODES_MAX][NODES_MAX]; /* the highest that left by the link */
	uint64_t heard[CALLS_MAX][RIGS_MAX][FRAMES_MAX / 64];
	uint64_t crossed[NODES_MAX][NODES_MAX][CALLS_MAX][FRAMES_MAX / 64];
	uint64_t hash; /* over every datagram sent: two runs of a seed are equal */
	uint64_t datagrams, steps;
	jmp_buf out;
	char complaint[600];
};

/* Ends the simulation: something is not as it has to be. */
_Noreturn void sim_fault(struct sim *sim, const char *format, ...) PRINTF_LIKE(2, 3);
void sim_say(const struct sim *sim, const char *format, ...) PRINTF_LIKE(2, 3);
static inline tick_t sim_time(const struct sim *sim)
{
	return sim->now - START_TICK;
}

/* Lets time pass, or one thing happen; false when `until` is reached. */
bool sim_turn(struct sim *sim, tick_t until);
void sim_run(struct sim *sim, tick_t ms);

/* Is the path between the two an uplink? */
static inline bool sim_is_uplink(const struct sim *sim, uint32_t a, uint32_t b)
{
	return sim->up[a][b] || sim->up[b][a];
}

/* node */
struct addr node_address(uint32_t node, uint16_t port);
void node_start(struct sim *sim, uint32_t node);
void node_stop(struct sim *sim, uint32_t node);
void node_receive(struct sim *sim, uint32_t node, const struct flight *flight);
void node_time(struct sim *sim, uint32_t node);
const char *node_leftover(struct sim *sim, uint32_t node);
void node_config(const struct sim *sim, uint32_t node, struct text *out);

/* rig */
struct addr rig_address(uint32_t rig);
uint32_t rig_id(uint32_t rig);
tick_t rig_next(const struct rig *rig);
void rig_time(struct sim *sim, uint32_t rig);
void rig_receive(struct sim *sim, uint32_t rig, const struct flight *flight);
void rig_talk(struct sim *sim, uint32_t rig, uint8_t slot, uint32_t frames);
/* Talks, and its terminator is lost. */
void rig_trail_off(struct sim *sim, uint32_t rig, uint8_t slot, uint32_t frames);
/* Data for the radio of another rig, or of NOBODY. */
void rig_send(struct sim *sim, uint32_t rig, uint8_t slot, uint32_t to, uint32_t frames);

/* ledger */
struct call *ledger_begin(struct sim *sim, const struct call *plan);
bool ledger_counts(const struct sim *sim, uint32_t stream);
bool ledger_marked(const uint8_t *payload, uint32_t *call, uint32_t *frame);
void ledger_mark(uint32_t call, uint32_t frame, uint8_t ambe[static TALK_AMBE_LEN]);
void ledger_accepted(struct sim *sim, uint32_t client, uint32_t stream);
void ledger_crossed(struct sim *sim, uint32_t from, uint32_t to, const struct flight *flight,
                    enum fate fate);
void ledger_heard(struct sim *sim, uint32_t rig, const struct seen *frame);
void ledger_forget_node(struct sim *sim, uint32_t node);
void ledger_epoch(struct sim *sim);
void ledger_close(struct sim *sim);

/* plan */
enum topology { TOPOLOGY_LINE, TOPOLOGY_RING, TOPOLOGY_MESH, TOPOLOGY_RANDOM, TOPOLOGIES };
const char *topology_name(enum topology topology);
void plan_make(struct sim *sim, enum topology topology, uint32_t nodes);
void plan_run(struct sim *sim);

#endif
