/*
 * The messages of the report socket of FreeDMR and HBlink, as FDMR-Monitor and HBMonv2 read them:
 * netstrings whose first octet is the opcode.
 *
 *   01 CONFIG    pickled dict: name of a system -> dict of its properties and clients
 *   03 BRIDGES   pickled dict: talkgroup -> list of legs, (system, slot, talkgroup) each
 *   07 event     comma-separated text
 *   00, 02       from the monitor: asks for CONFIG, for BRIDGES
 *   "bridge updated", without an opcode: a subscription has changed
 *
 * Both monitors drop the connection at the first field that is missing or cannot be decoded, so
 * exactly the keys they read are written, in types they accept. Texts must be UTF-8. No secrets are
 * included.
 *
 * A message is written by its begin, parts and end. Only events are framed here; the others are
 * framed when their length is known (wire/netstring.h).
 */
#ifndef WIRE_LEGACY_H
#define WIRE_LEGACY_H

#include <stdbool.h>
#include <stdint.h>

#include "base/cursor.h"

#define LEGACY_EVENT_MAX 192u /* octets of a framed event */
#define LEGACY_BRIDGE_UPDATED "bridge updated"

enum legacy_opcode {
	LEGACY_CONFIG_REQUEST = 0,
	LEGACY_CONFIG = 1,
	LEGACY_BRIDGES_REQUEST = 2,
	LEGACY_BRIDGES = 3,
	LEGACY_EVENT = 7,
};

/* A client logged in. Times are milliseconds since the epoch. */
struct legacy_client {
	uint32_t id;
	int64_t since_ms;
	const char *ip; /* "": unknown */
	uint16_t port;
	const char *callsign;
	uint32_t rx_hz, tx_hz;
	uint8_t cc;
	uint8_t slots; /* 1, 2: that slot; 3: both, duplex; 4: simplex */
	const char *location, *description, *url, *software, *package;
};

/* A system that clients log in to. */
struct legacy_master {
	const char *name;
	bool single;
	const char *static_1, *static_2;    /* of the client: "91,2350" */
	const char *options;                /* the server's: "TS1_STATIC=...;TS2_STATIC=...;..." */
	const struct legacy_client *client; /* NULL: no clients */
};

/* A mesh neighbour. */
struct legacy_openbridge {
	const char *name; /* begins with OBP */
	uint32_t network_id;
	const char *target_ip;
	uint16_t target_port;
};

/* The server as a client elsewhere. */
struct legacy_uplink {
	const char *name;
	bool xlx;
	const char *location, *description, *url, *callsign;
	uint32_t radio_id;
	const char *master_ip;
	uint16_t master_port;
	uint8_t slots;
	bool up;
	int64_t since_ms; /* when up */
	uint32_t pings_sent, pings_answered;
};

enum legacy_timer {
	LEGACY_TIMER_ON,   /* user-activated: ends at the deadline */
	LEGACY_TIMER_OFF,  /* static: comes back at the deadline */
	LEGACY_TIMER_NONE, /* stays as it is */
	LEGACY_TIMER_STAT, /* a mesh leg of a dial-a-TG bridge */
};

const char *legacy_timer_name(enum legacy_timer timer);

struct legacy_leg {
	const char *system;
	uint8_t slot;
	uint32_t tg; /* on that system; 9 when dialled */
	bool active;
	enum legacy_timer timer;
	int64_t deadline_ms;
	uint32_t on, off; /* talkgroups that switch it on and off; 0 = none */
};

struct legacy_event {
	enum { LEGACY_START, LEGACY_END, LEGACY_DATA } action;
	bool sent; /* sent by the server to that system; false: received from it */
	const char *system;
	uint32_t stream;
	uint32_t peer; /* client ID, or network ID of a neighbour */
	uint32_t src;
	uint8_t slot;
	uint32_t dst;
	int64_t duration_ms; /* of an end */
};

void legacy_config_begin(struct wr *w);
void legacy_master_write(struct wr *w, const struct legacy_master *m);
void legacy_openbridge_write(struct wr *w, const struct legacy_openbridge *o);
void legacy_uplink_write(struct wr *w, const struct legacy_uplink *u);
void legacy_config_end(struct wr *w);

void legacy_bridges_begin(struct wr *w);
void legacy_bridge_begin(struct wr *w, const char *name); /* "2350", or "#2350" when dialled */
void legacy_leg_write(struct wr *w, const struct legacy_leg *l);
void legacy_bridge_end(struct wr *w);
void legacy_bridges_end(struct wr *w);

/* One framed event: group voice, or the header of data to one radio (LEGACY_DATA). */
void legacy_event_write(struct wr *w, const struct legacy_event *e);

#endif
