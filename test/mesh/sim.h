/*
 * Many servers in one process and one virtual time: the state of one simulation.
 *
 *   net      datagrams in flight between the ends (net.h)
 *   node     a server: a core of its own, its wall clock, its address
 *   rig      a hotspot logged in to a node: talks, and hears
 *   model    what each of them should hear (model.h)
 *   ledger   what was said and who heard it: judged by the model
 *   story    which network, and what happens in it, to be repeated, and shortened
 *   plan     topology and configuration
 *   acts     what users do, and what happens to the network
 *   orders   what operators do
 *   foes     what strangers and bad neighbours do
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
#include "mesh/attempt.h"
#include "mesh/film.h"
#include "mesh/model.h"
#include "mesh/net.h"
#include "mesh/story.h"
#include "sim/judge.h"

#define START_TICK ((tick_t)1000000) /* so that 0 is long ago */
#define NOBODYS_ID 2349999u          /* a radio that was never heard */
#define LISTENER_PORT 62031u
#define MESH_PORT 62044u
#define UPLINK_PORT 62100u /* and those behind it */
#define UPLINKS_MAX 2u
#define FIRST_SERVER 1001u
#define FIRST_RIG 2340001u
#define GUEST_CLIENT 2390001u /* and the node it is a client of */
#define PASSPHRASE "correct horse"
#define MADMAN_SERVER 1999u /* a neighbour that floods, see foes.c */
#define MADMAN_PASSPHRASE "link mad"
#define SECOND_NS 1000000000u

struct node {
	struct conf conf[2]; /* of the last two reloads */
	unsigned reloads;
	struct arena arena;
	struct core *core; /* NULL: not running */
	struct actions actions;
	uint32_t hang_s;      /* as its operator wants it now */
	bool shut[NODES_MAX]; /* he has taken that neighbour out */
};

/* How far the log-in is. */
enum rig_state { RIG_OUT, RIG_ASKED, RIG_KEYED, RIG_TOLD, RIG_IN };

struct rig {
	enum rig_state state;
	bool gone;   /* for good: it sends nothing any more */
	tick_t next; /* retry or ping */
	struct judge judge[2];
	struct talk talk;
	struct call *call; /* it is talking; NULL when not */
	uint32_t frame;    /* its next one: 0 the header, then voice, the terminator last */
	tick_t next_frame;
};

/* What has happened, for the figures at the end. */
struct tally {
	uint64_t calls, frames, due, heard; /* frames said; due to listeners; heard by them */
	uint64_t datagrams, steps;
	uint64_t
		lost; /* datagrams between servers: lost, late, stalled, or sent down a cut cable */
	uint64_t changes; /* cuts, restarts, partitions, wrong clocks */
	uint64_t orders;  /* of operators */
	uint64_t hostile; /* datagrams of strangers, forgers and floods */
};

struct sim {
	const struct story *story;
	struct progress *progress;
	uint32_t act;        /* which of them is played */
	bool verbose, hears; /* tells what happens; and each frame that is heard */
	tick_t now;
	uint32_t turns;  /* at this time */
	uint64_t random; /* of the act */
	struct net net;
	struct model model;
	struct node node[NODES_MAX];
	struct rig rig[RIGS_MAX];
	uint32_t judged;                      /* calls of acts before this one */
	struct call_key key;                  /* of the call that was accepted last */
	uint64_t stamp[NODES_MAX][NODES_MAX]; /* the highest that left by the link */
	uint64_t heard[CALLS_MAX][RIGS_MAX][FRAMES_MAX / 64];
	uint64_t crossed[CALLS_MAX][NODES_MAX][NODES_MAX][FRAMES_MAX / 64];
	/* Under which id the call went there, and whether its terminator did. */
	struct leg {
		uint32_t stream;
		bool ended;
	} leg[CALLS_MAX][NODES_MAX][NODES_MAX];
	uint32_t crossings[CALLS_MAX]; /* of FBP links, by frames after the quench */
	uint32_t madman;               /* the node whose neighbour floods */
	struct foes *foes;
	uint64_t digest; /* harness/golden.h; two runs of a story are equal */
	struct tally tally;
	struct film *film;  /* NULL: none is wanted */
	struct blame blame; /* for the fault */
	jmp_buf out;
	const char *fault; /* the format of the complaint */
	char complaint[600];
};

/* Ends the simulation: something is not as it has to be. */
_Noreturn void sim_fault(struct sim *sim, const char *format, ...) PRINTF_LIKE(2, 3);
void sim_say(const struct sim *sim, const char *format, ...) PRINTF_LIKE(2, 3);
static inline tick_t sim_time(const struct sim *sim)
{
	return sim->now - START_TICK;
}

/* Below `below`, the same whenever this act is played. */
uint32_t sim_draw(struct sim *sim, uint32_t below);
bool sim_one_in(struct sim *sim, uint32_t n);

/* Lets time pass. */
void sim_run(struct sim *sim, tick_t ms);

/* The server is at fault, whatever the fault is. */
void sim_blame(struct sim *sim, uint32_t node);

/* What is done to the server, as a statement of a scenario, or a remark. */
void sim_film(struct sim *sim, uint32_t node, const char *format, ...) PRINTF_LIKE(3, 4);
void sim_film_datagram(struct sim *sim, uint32_t node, const struct flight *flight);

/* node */
struct addr node_address(uint32_t node, uint16_t port);
void node_start(struct sim *sim, uint32_t node);
void node_stop(struct sim *sim, uint32_t node);
void node_receive(struct sim *sim, uint32_t node, const struct flight *flight);
void node_time(struct sim *sim, uint32_t node);
void node_order(struct sim *sim, uint32_t node, struct command *command);
/* Takes over a configuration that has changed, with the sessions and calls there are. */
void node_reload(struct sim *sim, uint32_t node);
/* Another binary takes over from the one that runs. */
void node_upgrade(struct sim *sim, uint32_t node);
uint64_t node_wall_ns(const struct sim *sim, uint32_t node);
const char *node_leftover(struct sim *sim, uint32_t node);

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
/* Talks to the radio of another rig alone. */
void rig_call(struct sim *sim, uint32_t rig, uint8_t slot, uint32_t to, uint32_t frames);

/* ledger */
struct call *ledger_begin(struct sim *sim, const struct call *plan);
bool ledger_counts(struct sim *sim, uint32_t stream);
void ledger_mark(const struct sim *sim, const struct call *call, uint32_t frame,
                 uint8_t ambe[static TALK_AMBE_LEN]);
void ledger_accepted(struct sim *sim, const struct record *call);
void ledger_crossed(struct sim *sim, uint32_t from, uint32_t to, const struct flight *flight,
                    enum fate fate);
/* Which frame of which call it is, by its number in the story; false when of none. */
bool ledger_frame(struct sim *sim, const struct flight *flight, uint32_t *call, uint32_t *frame);
void ledger_heard(struct sim *sim, uint32_t rig, const struct seen *frame);
void ledger_forget_node(struct sim *sim, uint32_t node);
/* Judges the calls of the act; the next one begins with none. */
void ledger_close(struct sim *sim);

/* plan */
void plan_make(struct sim *sim);
/* The number of the link between two nodes. */
uint32_t plan_link(uint32_t a, uint32_t b);
/* Of the node, as it starts and as its operator has changed it since. */
void plan_config(const struct sim *sim, uint32_t node, bool changed, struct text *out);
void plan_settle(struct sim *sim);

/* acts */
/* The next one, and judges it; the last of a story is always some calls. */
void acts_play(struct sim *sim, bool last);
/* For the other acts. */
uint32_t acts_any_rig(struct sim *sim);
uint32_t acts_any_node(struct sim *sim);
uint32_t acts_long_call(struct sim *sim);
void acts_finish(struct sim *sim);
void acts_change(struct sim *sim);

/* orders */
void order_cut_off(struct sim *sim);
void order_shut(struct sim *sim);
void order_reload(struct sim *sim);
void order_upgrade(struct sim *sim);

/* foes */
/* The section of the neighbour that floods. */
void foes_config(const struct sim *sim, struct text *out);
void foes_open(struct sim *sim);
void foes_close(struct sim *sim);
/* Hears what crosses a link, and what is answered. */
void foes_overhear(struct sim *sim, const struct flight *flight);
void foes_answered(struct sim *sim, const struct flight *flight);
void foe_strangers(struct sim *sim);
void foe_forgers(struct sim *sim);
void foe_madman(struct sim *sim);

#endif
