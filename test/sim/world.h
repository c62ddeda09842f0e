/*
 * One run of a scenario: the core under a virtual clock, and all that is around it, which is
 * clients, the servers behind uplinks, and neighbours on the mesh. Every step is put to the core,
 * here or in the other process (split.h); outcome.h takes what comes of it.
 */
#ifndef SIM_WORLD_H
#define SIM_WORLD_H

#include <setjmp.h>

#include "base/arena.h"
#include "base/cursor.h"
#include "base/text.h"
#include "conf/conf.h"
#include "core/actions.h"
#include "core/core.h"
#include "sim/flight.h"
#include "sim/heir.h"
#include "sim/scenario.h"
#include "sim/split.h"
#include "wire/command.h"
#include "wire/obp.h"
#include "wire/record.h"

#define CLIENTS_MAX 4096
#define START_TICK 1000000 /* so that 0 is long ago */
#define PING_EVERY 10000
#define COMPLAINT_MAX 2048u
#define KEEPALIVE_EVERY 10000
#define WALL_START UINT64_C(1800000000000000000) /* ns since 1970 at START_TICK */

struct client {
	uint32_t id;
	struct addr addr;
	uint32_t listener;
	bool pings;
	bool quiet_pong; /* the pong of an automatic ping is awaited */
	tick_t next_ping;
	struct judge slot[2];
};

/* A neighbour, as the configuration has it. */
struct neighbour {
	const struct conf_peer *conf;
	struct obp_key key;
	struct addr addr;
	struct addr elsewhere; /* a keepalive came from there, too, and may be answered by one */
	bool silent;
	tick_t next_keepalive;
};

/* One call on the link to a neighbour. */
struct link_call {
	uint32_t id, dst;
	struct judge judge;
};

/* One datagram that left. */
struct item {
	tick_t at;
	struct addr to;
	bool burst;
	bool read;
	uint32_t id;
	size_t len;
	uint8_t bytes[SEND_MAX];
	bool mesh_bound;         /* it went to a peer */
	struct obp_message mesh; /* of what went to a peer; its burst is in `bytes` as a DMRD */
};

struct hashes {
	uint64_t *v;
	size_t count, cap;
};

struct challenge {
	struct addr at;
	uint8_t salt[4];
};

/* What others may know of a core between two steps. */
struct standing {
	uint64_t hash;
	tick_t next;
	bool wants_rows;
	char fault[160]; /* "" = none */
};

#define ASKED_MAX 256

struct run {
	bool verbose;    /* everything that comes and goes is shown */
	char *complaint; /* COMPLAINT_MAX octets: why it ended */
	struct audio_word recording;
	const struct scenario *scenario;
	struct conf conf;
	struct arena arena;
	struct core *core; /* NULL: it is in the other process */
	struct heir heir;
	struct flight_test flight;
	char replayed[256];
	struct split split;
	struct standing standing;
	struct actions actions;
	tick_t now;
	int line;
	unsigned starts;
	uint32_t commands;
	bool jumps;
	struct client *clients;
	size_t client_count;
	struct neighbour neighbours[PEERS_MAX]; /* by their place in the scenario */
	bool clock_unset;
	struct item *items;
	size_t item_count, item_cap, item_first; /* item_first: all before are read */
	struct link_call *link_calls;
	size_t link_call_count, link_call_cap;
	uint32_t asked[ASKED_MAX]; /* whom the scenario listens to */
	size_t asked_count;
	struct record *records;
	size_t record_count, record_cap, record_at;
	struct record *rows; /* of the latest snapshot */
	size_t row_count, row_cap;
	struct challenge *challenges;
	size_t challenge_count, challenge_cap;
	struct hashes hashes;
	const struct hashes *first; /* of the first run; NULL during it */
	const uint8_t *in;          /* the DMRD of this step, when it is one and honest */
	uint8_t *copy;              /* of the datagram of this step */
	jmp_buf out;
};

/* Ends the run: something is not as it has to be. */
_Noreturn void fail(struct run *r, const char *format, ...) PRINTF_LIKE(2, 3);

static inline tick_t since_start(const struct run *r)
{
	return r->now - START_TICK;
}

/* The client of that id; a new one has an address of its own. */
struct client *client_of(struct run *r, uint32_t id);
struct neighbour *neighbour_of(struct run *r, const char *name);
uint32_t neighbour_id(const struct run *r, const struct neighbour *n);
/* What it says, from that address. */
void neighbour_say(struct run *r, struct neighbour *n, const struct wr *w, const struct addr *from);
/* Its place; the number of uplinks when there is none of that name. */
uint32_t uplink_named(const struct run *r, const char *name);
/* The socket of a listener, an uplink or a peer. */
uint32_t socket_named(struct run *r, const char *name);

/* A core, and everyone around it as the configuration has them. */
void world_open(struct run *r);
void world_core_start(struct run *r);
void world_step(struct run *r, struct event *e);
void world_command(struct run *r, struct command c);
void world_datagram(struct run *r, const uint8_t *bytes, size_t len, struct addr from,
                    uint32_t socket);
/* Lets time pass: the core is woken exactly when it asks to be. */
void world_advance(struct run *r, tick_t until);
/* Every listener has the recording of the scenario, and no other. */
void world_hold_recording(struct run *r);

#endif
