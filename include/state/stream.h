/*
 * Streams: transmissions under way, voice or data. Key: (origin, stream id), the
 * origin being the client or the peer that sends it. Written
 * by core/route and what stands below it; what the server itself says by core/player.
 *
 * A stream ends strongly by its terminator and softly by silence; either way its row
 * goes and a tombstone stays in a ring, so that late and repeated frames are known
 * and a client that uses an id again (hotspots do, after a handover) is heard.
 *
 * Capacity: [limits] streams. Full: the newest is refused; data never takes the last
 * quarter. Tombstones: as many, the oldest is replaced.
 */
#ifndef STATE_STREAM_H
#define STATE_STREAM_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/bucket.h"
#include "base/expiry.h"
#include "base/hash.h"
#include "dmr/alias.h"
#include "dmr/gps.h"
#include "dmr/lc.h"
#include "state/pool.h"
#include "wire/record.h"

#define STREAM_REWRITES 4u
#define STREAM_TARGETS                                                                             \
	2u /* of a call without a conference: the one meant, and the data gateway                  \
	    */

/*
 * Origins are client ids, of nine digits at most; the numbers above are free for other senders.
 * What the server itself says comes from ORIGIN_LOCAL + the index of its player.
 */
#define ORIGIN_CLIENT_MAX 999999999u
#define ORIGIN_LOCAL 0xF0000000u
#define ORIGIN_UPLINK 0xD0000000u /* + the place of the uplink in the configuration */
#define ORIGIN_PEER 0xE0000000u /* + the place of the peer in the configuration */

/* What a call is about, for hang time: its conference, or for private calls the pair of ids. */
#define TOPIC_PAIR 0x80000000u

/* Where a sequence stands: modulo 256, per stream (decision 11). */
struct sequence {
	uint8_t last;
	uint8_t late_run; /* late frames in a row */
};

/* One slot a call without a conference goes to. */
struct leg {
	struct handle session;
	uint8_t slot;
};

/* The coded LC of this call under another talkgroup, made once. */
struct rewrite {
	uint32_t tg; /* 0 = empty */
	struct lc_coded coded;
};

/* The alias a talker is given that sends none; it takes the place of every second embedded LC. */
struct given_alias {
	uint32_t blocks; /* 0 = none */
	uint32_t block;  /* the last one sent, or under way */
	bool in_turn;    /* in the superframe under way */
	struct lc_coded coded[ALIAS_BLOCKS];
};

#define PEER_ALL UINT32_MAX
#define PEER_NONE (UINT32_MAX - 1)

struct stream {
	struct pool_row row;
	uint32_t origin; /* client id, or one of the numbers above them */
	uint32_t id;     /* as on the wire */
	struct handle session;
	uint8_t slot; /* 1 or 2 */
	bool unit;
	bool data;
	enum call_state state;
	uint32_t src;
	uint32_t dst;        /* as keyed */
	uint32_t conference; /* index of the held row; POOL_NONE = none */
	struct leg targets[STREAM_TARGETS];
	uint32_t topic;
	struct handle recording; /* it speaks to the echo */
	bool denied;             /* by an access list: it commands nothing either */
	bool told;               /* the reporter knows it */
	struct expiry expiry;
	tick_t started;
	tick_t last;
	struct bucket budget;
	struct sequence sequence;
	bool has_header;     /* `lc` is the sender's own */
	bool header_wrong;   /* the full LC of the burst under way does not name this call */
	bool embedded_wrong; /* nor does the embedded one, as far as it has been seen */
	struct lc lc;        /* of the header; synthetic while there was none */
	struct lc_assembler embedded;
	struct talker_alias alias; /* of the talker, embedded or beside the bursts */
	struct given_alias given;
	struct gps gps;
	bool has_gps;
	struct rewrite rewrites[STREAM_REWRITES];
	uint32_t next_rewrite;
	uint32_t listeners; /* slots that have it open */
	uint32_t frames, lost, late, duplicate;
	uint32_t ber_errors;
	uint8_t rssi;
	/* on the mesh */
	bool meshed;       /* it was offered to peers */
	uint32_t mesh_id;  /* under this stream id */
	uint32_t peer;     /* place of the one it goes to, or one of the two above */
	uint32_t server;   /* where it entered the mesh */
	uint32_t repeater; /* whose user speaks, 0 = unknown */
	uint32_t delay_ms; /* of the last hop, by its time stamp */
	uint8_t hops;      /* it leaves us with */
};

struct tombstone {
	uint32_t origin, id;
	tick_t ended;
	enum cause cause;
	struct sequence sequence;
};

struct streams {
	struct pool pool;
	struct hash by_id;
	struct tombstone *tombstones;
	struct hash buried;
	uint32_t tombstone_count; /* ever */
};

void streams_open(struct streams *t, struct arena *arena, uint32_t capacity, uint64_t secret);

static inline bool stream_is_local(const struct stream *x)
{
	return x->origin >= ORIGIN_LOCAL;
}

static inline bool stream_is_from_peer(const struct stream *x)
{
	return x->origin >= ORIGIN_PEER && x->origin < ORIGIN_LOCAL;
}

struct stream *stream_find(const struct streams *t, uint32_t origin, uint32_t id);
struct stream *stream_get(const struct streams *t, struct handle h);

/* A new row for an id that has none; NULL when full, or, for data, when three quarters are taken.
 */
struct stream *stream_add(struct streams *t, uint32_t origin, uint32_t id, bool data);

/* Ends the row and leaves a tombstone. */
void stream_bury(struct streams *t, struct stream *s, tick_t now, enum cause cause);

struct tombstone *tombstone_find(const struct streams *t, uint32_t origin, uint32_t id);

#endif
