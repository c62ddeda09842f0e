/*
 * The inside of report/systems: which systems there are, how each is called, and who sits at it.
 * A session's seat is SYSTEM-0, SYSTEM-1 and so on; those of uplinks come behind, always taken.
 * What is on air at a seat is kept in it (report/on_air).
 */
#ifndef REPORT_SEATS_H
#define REPORT_SEATS_H

#include <stdbool.h>
#include <stdint.h>

#include "conf/conf.h"
#include "report/model.h"
#include "report/ring.h"

#define SYSTEM_NAME_MAX 40u  /* "SYSTEM-1999", "OBP-" and the name of a peer */
#define MESH_ON_AIR_MAX 256u /* calls shown at neighbours at a time; more are not */

struct leg_row;

/* A transmission at a slot, from it or to it. */
struct on_air {
	bool on;
	uint32_t origin, stream;
	uint32_t peer; /* what dashboards are told of the origin */
	uint32_t src, tg;
	tick_t since;
};

/* The same at a neighbour, which has room for many. */
struct mesh_air {
	uint32_t place; /* of the neighbour in the configuration */
	bool sent;
	struct on_air air;
};

/* Those of uplinks come behind the others, always taken. */
struct seat {
	bool taken;
	uint32_t client; /* also of who left last */
	tick_t parked;   /* empty until then */
	bool up;         /* an uplink */
	tick_t since;
	struct on_air rx[2], tx[2];
};

struct systems {
	const struct conf *conf;
	const struct model *model;
	struct ring *lines;
	struct leg_row *legs; /* room for as many as there were subscriptions */
	uint32_t leg_room;
	uint64_t version;
	uint32_t unseated;
	tick_t call_ended; /* the last one */
	tick_t fresh_at;   /* of the model when it was looked at last */
	struct mesh_air mesh[MESH_ON_AIR_MAX];
	uint32_t count; /* of seats for sessions */
	uint32_t all;   /* and uplinks */
	struct seat seat[];
};

/* The seat of a client or an uplink; NULL: it has none. */
struct seat *seats_find(struct systems *s, uint32_t client);

/* Seats a client, unless it sits or there is no room; whoever found no room when he came, and
 * counts those who still find none. */
void seats_sit(struct systems *s, uint32_t client, tick_t now);
void seats_fill(struct systems *s, tick_t now);

bool seats_is_uplink(const struct systems *s, const struct seat *seat);
const struct conf_uplink *seats_uplink(const struct systems *s, const struct seat *seat);

/* The name of a system, and of a neighbour by its place; in `name`, which is returned. */
const char *seats_name(const struct systems *s, const struct seat *seat,
                       char name[static SYSTEM_NAME_MAX]);
const char *seats_peer_name(const struct systems *s, uint32_t place,
                            char name[static SYSTEM_NAME_MAX]);

static inline bool seats_connected(const struct record *session)
{
	return session->session.state == SESSION_CONNECTED;
}

static inline bool seats_is_slot(uint8_t slot)
{
	return slot == 1 || slot == 2;
}

#endif
