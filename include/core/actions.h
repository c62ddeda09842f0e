/*
 * The output of the core: datagrams to send and records to write, in order. The lists are bounded
 * and allocated at startup; the voice process performs and clears them. A step never needs more
 * than ACTIONS_ROOM, so a loop that performs them when less room is left loses nothing; a push
 * beyond the end is a bug, refused and counted.
 */
#ifndef CORE_ACTIONS_H
#define CORE_ACTIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/addr.h"
#include "base/arena.h"
#include "base/cursor.h"
#include "conf/settings.h"
#include "state/session.h"
#include "wire/record.h"

#define SEND_MAX 320u /* octets: all our datagrams are shorter */

/* One distinct datagram. */
struct send {
	uint16_t len;
	uint8_t id_at; /* offset for each target's id, 4 octets big-endian; 0 = none */
	uint8_t bytes[SEND_MAX];
};

/* One copy of it. Targets are sent in order; several may refer to one send, not necessarily
 * adjacent. */
struct target {
	uint32_t send; /* index into sends */
	uint32_t id;
	struct endpoint where; /* a copy: the session may end before this is sent */
};

/*
 * What the passphrases said during a step, comparison by comparison: with these a core that does
 * not know them does the same (voice/recorder.h).
 */
#define JUDGED_MAX (CONF_PEERS_MAX + 64u) /* comparisons in one step */

struct verdicts {
	bool given; /* they are played back, not made */
	uint32_t count;
	uint8_t is[JUDGED_MAX / 8];
};

struct actions {
	struct send *sends;
	struct target *targets;
	struct record *records;
	uint32_t send_count, target_count, record_count;
	uint32_t send_cap, target_cap, record_cap;
	uint32_t send_room, target_room; /* the most that one step needs */
	uint64_t refused_total;          /* pushes beyond the end */
	struct verdicts verdicts;        /* of the latest step */
};

/* Allocates the lists for a core of these sizes. */
void actions_open(struct actions *a, struct arena *arena, const struct conf_limits *limits);
void actions_empty(struct actions *a);

/* Is there room for everything one step can push? */
bool actions_have_room(const struct actions *a);

/* The verdict to go by; one too many counts as refused. */
bool actions_judged(struct actions *a, bool verdict);

/* A new datagram without targets, to be written into `w`. When full, one that is never sent. */
struct send *actions_send(struct actions *a, struct wr *w);

/* Adds a receiver to the given datagram. */
void actions_target(struct actions *a, const struct send *send, const struct endpoint *where,
                    uint32_t id);

/* Completes a written datagram for this one receiver. */
static inline void actions_sent(struct actions *a, struct send *send, const struct wr *w,
                                const struct endpoint *where, uint32_t id)
{
	send->len = (uint16_t)wr_len(w);
	actions_target(a, send, where, id);
}

/* A whole datagram that `put` writes, containing an ID. */
void actions_notice(struct actions *a, const struct endpoint *where, uint32_t id,
                    void (*put)(struct wr *w, uint32_t id));

/* A new record, zeroed except for its kind; NULL when full. */
struct record *actions_record(struct actions *a, enum record_kind kind, enum change change,
                              tick_t now);

#endif
