/*
 * What the core wants done: datagrams to send and records to write, in order. The
 * lists are bounded and claimed at start; the voice process performs them and
 * empties them. One step never needs more than ACTIONS_ROOM says, so a loop that
 * performs when there is less room loses nothing; a push beyond the end is a bug,
 * refused and counted.
 */
#ifndef CORE_ACTIONS_H
#define CORE_ACTIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/addr.h"
#include "base/arena.h"
#include "conf/settings.h"
#include "state/session.h"
#include "wire/record.h"

#define SEND_MAX 320u /* octets: every datagram we make is shorter */

/* One distinct datagram. */
struct send {
	uint16_t len;
	uint8_t id_at; /* where each target's id is put in, 4 octets big-endian; 0 = nowhere */
	uint8_t bytes[SEND_MAX];
};

/* One copy of it. Targets are sent in order; several may name one send, and not in a row. */
struct target {
	uint32_t send; /* index into sends */
	uint32_t id;
	struct endpoint where; /* a copy: the session may end before this is sent */
};

struct actions {
	struct send *sends;
	struct target *targets;
	struct record *records;
	uint32_t send_count, target_count, record_count;
	uint32_t send_cap, target_cap, record_cap;
	uint32_t send_room, target_room; /* what one step may need */
	uint64_t refused_total;          /* pushes beyond the end */
};

/* Cuts the lists for a core of these sizes. */
void actions_open(struct actions *a, struct arena *arena, const struct conf_limits *limits);
void actions_empty(struct actions *a);

/* Is there room for whatever one step may push? */
bool actions_have_room(const struct actions *a);

/* A new datagram without targets; NULL when full. */
struct send *actions_send(struct actions *a);

/* Sends the given datagram to one more receiver. */
void actions_target(struct actions *a, const struct send *send, const struct endpoint *where,
                    uint32_t id);

/* A new record, zeroed but for its kind; NULL when full. */
struct record *actions_record(struct actions *a, enum record_kind kind, enum change change,
                              tick_t now);

#endif
