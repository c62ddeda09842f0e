/*
 * Private to report/legacy: the systems, their names, and the session shown in each. The dashboard
 * slots of sessions are SYSTEM-0, SYSTEM-1 and so on; those of uplinks follow, always taken. A slot
 * also has its calls on air (on_air.h).
 */
#ifndef REPORT_DASHBOARD_SLOTS_H
#define REPORT_DASHBOARD_SLOTS_H

#include <stdbool.h>
#include <stdint.h>

#include "conf/conf.h"
#include "report/model/model.h"
#include "report/model/ring.h"

#define SYSTEM_NAME_MAX 40u  /* "SYSTEM-1999", "OBP-" and the name of a peer */
#define MESH_ON_AIR_MAX 256u /* calls shown for neighbours at a time */

struct leg_row;

/* A transmission at a slot, from it or to it. */
struct on_air {
	bool on;
	struct source origin;
	uint32_t stream, generation;
	uint32_t peer; /* the origin as shown to dashboards */
	uint32_t src, tg;
	tick_t since;
};

/* Likewise for a neighbour, which has room for many. */
struct mesh_air {
	uint32_t index; /* of the neighbour */
	bool sent;
	struct on_air air;
};

/* Those of uplinks follow the others, always taken. */
struct dashboard_slot {
	bool taken;
	struct source source; /* also of the last one that left */
	tick_t parked;        /* empty until then */
	bool up;              /* an uplink */
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
	uint32_t unlisted;
	tick_t call_ended; /* the last one */
	tick_t fresh_at;   /* of the model at the last check */
	struct mesh_air mesh[MESH_ON_AIR_MAX];
	uint32_t count; /* of slots for sessions */
	uint32_t all;   /* and uplinks */
	struct dashboard_slot entry[];
};

/* The slot of a client or an uplink; NULL if it has none. */
struct dashboard_slot *dashboard_slot_find(struct systems *s, struct source source);

/* Gives a client a slot, unless it has one or there is no room. And gives slots to clients that
 * found no room before, and counts those that still find none. */
void dashboard_slot_sit(struct systems *s, uint32_t id, tick_t now);
void dashboard_slot_fill(struct systems *s, tick_t now);

bool dashboard_slot_is_uplink(const struct systems *s, const struct dashboard_slot *entry);
const struct conf_uplink *dashboard_slot_uplink(const struct systems *s,
                                                const struct dashboard_slot *entry);

/* The name of a system, and of a neighbour by its index; in `name`, which is returned. */
const char *dashboard_slot_name(const struct systems *s, const struct dashboard_slot *entry,
                                char name[static SYSTEM_NAME_MAX]);
const char *dashboard_slot_peer_name(const struct systems *s, uint32_t index,
                                     char name[static SYSTEM_NAME_MAX]);

static inline bool dashboard_slot_connected(const struct record *session)
{
	return session->session.state == SESSION_CONNECTED;
}

static inline bool is_radio_slot(uint8_t slot)
{
	return slot == 1 || slot == 2;
}

#endif
