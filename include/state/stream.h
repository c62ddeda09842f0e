/*
 * Streams: transmissions in progress, voice or data. Key: struct stream_key. Written by
 * core/routing and the folders below it; those of the server itself by conference/player.
 *
 * A stream ends strongly by its terminator and softly by silence; either way its row is freed and a
 * tombstone stays in a ring, so that late and repeated frames are recognised and a client that
 * reuses an ID (hotspots do, after a handover) is heard.
 *
 * Capacity: [limits] streams. Full: the newest is refused; data never takes the last quarter.
 * Tombstones: as many, the oldest is replaced.
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
#include "dmr/dmr.h"
#include "dmr/gps.h"
#include "dmr/lc.h"
#include "state/pool.h"
#include "wire/record.h"

#define STREAM_REWRITES 4u
#define STREAM_TARGETS                                                                             \
	3u /* of a call without a conference: where the radio was heard, its own hotspot, and the  \
	      data gateway */

/* The subject of a call, for hang time: its conference, or for private calls the pair of IDs. */
#define CONVERSATION_PAIR 0x80000000u

/*
 * What identifies a transmission. The stream ID alone is not enough: some programs use one ID for
 * everything they send, one talkgroup after another, on both slots at once (decision 29).
 */
struct stream_key {
	struct source origin;
	uint32_t id;  /* as on the wire */
	uint32_t dst; /* as keyed */
	uint8_t slot; /* 1 or 2 */
	bool unit;
	bool data;
};

/* Position in a sequence: modulo 256, per stream (decisions 11 and 35). */
struct sequence {
	uint8_t last;     /* as it came */
	uint8_t late_run; /* late frames in a row */
	uint8_t ahead;    /* added to outgoing numbers: frames whose number did not advance */
	uint8_t kind;     /* class of the last frame */
	uint8_t payload[DMR_BURST_LEN];
};

/* A target slot of a call without a conference. */
struct leg {
	struct handle session;
	uint8_t slot;
};

/* The coded LC of this call under another talkgroup, made once. */
struct rewrite {
	uint32_t tg; /* 0 = empty */
	struct lc_coded coded;
};

/* The alias for a talker that sends none; it replaces every second embedded LC. */
struct given_alias {
	uint32_t blocks; /* 0 = none */
	uint32_t block;  /* the last one sent or begun */
	uint8_t in_turn; /* is it, in the current superframe? */
	uint8_t seen;    /* bursts of the current superframe, bit 0 = A */
	uint8_t plain;   /* complete superframes so far without an alias of the talker's own */
	struct lc_coded coded[ALIAS_BLOCKS];
};

/* Does a call tell where its radio is? Decided when it is carried. */
enum locates {
	LOCATES_UNDECIDED,
	LOCATES_RADIO,
	LOCATES_NOBODY,
};

#define PEER_ALL UINT32_MAX
#define PEER_NONE (UINT32_MAX - 1)

struct stream {
	struct pool_row row;
	struct source origin;
	uint32_t id;         /* as on the wire */
	uint32_t generation; /* distinguishes streams of one origin and ID */
	struct handle session;
	uint8_t slot; /* 1 or 2 */
	bool unit;
	bool data;
	enum call_state state;
	uint32_t src;
	uint32_t dst;        /* as keyed */
	uint32_t conference; /* index of the held row; POOL_NONE = none */
	struct leg targets[STREAM_TARGETS];
	uint32_t conversation;
	uint64_t turn;           /* order of waiting: lower numbers are first */
	struct handle recording; /* it is a call to the echo */
	bool denied;             /* refused by an access list: no command either */
	bool told;               /* it was reported */
	bool yielded;            /* another call replaced it after it faded */
	enum locates locates;
	struct expiry expiry;
	tick_t started;
	tick_t last;
	struct bucket budget; /* for calls from a link */
	struct sequence sequence;
	bool has_header;     /* `lc` is the sender's own */
	bool header_wrong;   /* the full LC of the current burst is not of this call */
	bool embedded_wrong; /* the embedded LC seen so far is not of this call */
	struct lc lc;        /* from the header; synthetic without one */
	struct lc_assembler embedded;
	struct talker_alias alias; /* of the talker, embedded or sent separately */
	struct given_alias given;
	struct gps gps;
	bool has_gps;
	struct rewrite rewrites[STREAM_REWRITES];
	uint32_t next_rewrite; /* of all so far; the oldest is replaced */
	uint32_t listeners;    /* slots that have it open */
	uint32_t frames, lost, late, duplicate;
	uint32_t ber_errors;
	uint8_t rssi;
	/* on the mesh */
	bool meshed;       /* it was offered to peers */
	uint32_t mesh_id;  /* under this stream id */
	uint32_t peer;     /* index of the peer it goes to, or one of the two above */
	uint32_t server;   /* server where it entered the mesh */
	uint32_t repeater; /* the talker's client there, 0 = unknown */
	uint32_t delay_ms; /* of the last hop, by its time stamp */
	uint8_t hops;      /* when it leaves us */
};

struct tombstone {
	struct stream_key key;
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
	uint32_t generation;      /* of the latest stream */
	uint64_t secret;
};

void streams_open(struct streams *t, struct arena *arena, uint32_t capacity, uint64_t secret);

static inline bool stream_is_local(const struct stream *x)
{
	return x->origin.kind == SOURCE_LOCAL;
}

static inline bool stream_is_from_peer(const struct stream *x)
{
	return x->origin.kind == SOURCE_PEER;
}

static inline struct stream_key stream_key_of(const struct stream *x)
{
	return (struct stream_key){x->origin, x->id, x->dst, x->slot, x->unit, x->data};
}

struct stream *stream_find(const struct streams *t, const struct stream_key *key);
struct stream *stream_get(const struct streams *t, struct handle h);

/* A new row; NULL when the key has one, when full, or for data when three quarters are taken. */
struct stream *stream_add(struct streams *t, const struct stream_key *key);

/* So that stream_find finds this row; false when its key has one. */
bool stream_list(struct streams *t, struct stream *s);

/* Ends the row and leaves a tombstone. */
void stream_bury(struct streams *t, struct stream *s, tick_t now, enum cause cause);

void tombstone_put(struct streams *t, const struct tombstone *stone);
struct tombstone *tombstone_find(const struct streams *t, const struct stream_key *key);

#endif
