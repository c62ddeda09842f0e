/*
 * The kinds of events. One table (event_kind.c) has what there is to know of each: its name, the
 * record it shows, where it goes on MQTT.
 */
#ifndef REPORT_EVENT_KIND_H
#define REPORT_EVENT_KIND_H

#include <stdbool.h>

#include "wire/record.h"

enum event_kind {
	EVENT_NONE,
	EVENT_SERVER_START,
	EVENT_SERVER_UPDATE,
	EVENT_SERVER_STOP,
	EVENT_SERVER_RELOAD,
	EVENT_SERVER_CLOCK,
	EVENT_LISTENER_UP,
	EVENT_LISTENER_UPDATE,
	EVENT_LISTENER_DOWN,
	EVENT_CLIENT_UP,
	EVENT_CLIENT_UPDATE,
	EVENT_CLIENT_OPTIONS,
	EVENT_CLIENT_DOWN,
	EVENT_CLIENT_REJECT,
	EVENT_SUBSCRIPTION_ON,
	EVENT_SUBSCRIPTION_EXTEND,
	EVENT_SUBSCRIPTION_SUSPEND,
	EVENT_SUBSCRIPTION_OFF,
	EVENT_SUBSCRIPTION_EXPIRE,
	EVENT_CALL_START,
	EVENT_CALL_UPDATE,
	EVENT_CALL_END,
	EVENT_CALL_LOST,
	EVENT_DATA_START,
	EVENT_DATA_UPDATE,
	EVENT_DATA_END,
	EVENT_LEG_START,
	EVENT_LEG_END,
	EVENT_MESH_UP,
	EVENT_MESH_UPDATE,
	EVENT_MESH_DOWN,
	EVENT_MESH_REMOVED,
	EVENT_MESH_STUN,
	EVENT_MESH_CLEAR,
	EVENT_MESH_VERSION,
	EVENT_MESH_ADDRESS,
	EVENT_MESH_SKEW,
	EVENT_MESH_QUENCH,
	EVENT_MESH_LOSS,
	EVENT_BLOCK_ON,
	EVENT_BLOCK_UPDATE,
	EVENT_BLOCK_OFF,
	EVENT_LOOP_SUPPRESSED,
	EVENT_LOG_LINE,
	EVENT_GAP,    /* records were lost between the voice process and the reporter */
	EVENT_MISSED, /* events were lost between the reporter and an MQTT broker: also "gap" */
	EVENT_PING,
	EVENT_HEALTH,
	EVENT_HELLO, /* the first line of a follower; never in the ring */
	EVENT_KINDS,
};

#define EVENT_TOPIC_LAST_CALL "call/last"

struct event_info {
	const char *name;     /* "client.up" */
	enum record_kind of;  /* the record it shows; RECORD_KINDS: none, it has its own fields */
	const char *topic;    /* on MQTT; NULL: not published there */
	bool changes_state;   /* MQTT's `state` shows what it changes */
	const char *retained; /* the topic on which the last one is retained; NULL: on none */
};

const struct event_info *event_info(enum event_kind kind);

/*
 * What happened, according to the record. `before` is the row of this key as it was known, NULL if
 * it was not. EVENT_NONE: no news. In a snapshot only rows that were missed are news, and the
 * progress of calls and of links that carry them.
 */
enum event_kind event_kind_of(const struct record *r, const struct record *before);

#endif
