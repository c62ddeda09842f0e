/*
 * Claims: which copy of a call is used on the mesh. Key: (stream id, sender, number called, unit,
 * data). The first origin of a call, a client of ours or a peer, holds the claim to it; copies by
 * other paths are dropped. A claim outlives its call, so that stragglers and echoes are recognised:
 * a call that ended with a terminator is over for the life of the claim (decision 29). A call that
 * fell silent may continue by another path, after the last frame carried; data, which has no
 * terminator, is recognised by that sequence number and by its headers. Written by core/arrive,
 * core/uplink and core/relay alone.
 *
 * Capacity: four for each stream. Full: an unused claim is replaced; if there is none, the call
 * gets no claim.
 */
#ifndef STATE_CLAIM_H
#define STATE_CLAIM_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/hash.h"
#include "base/tick.h"
#include "wire/hbp.h"
#include "wire/source.h"

#define CLAIMS_PER_STREAM 4u
#define CLAIM_KEEP_MS (180 * TICK_SECOND) /* after its last frame by any path */
#define CLAIM_SILENCE_MS TICK_SECOND      /* decision 22: the next origin of the call takes over */
/* Another path may be ahead of the dead one by this many frames (2.7 s). One that lags by more than
 * 12 s cannot be distinguished from it. */
#define CLAIM_FASTER_FRAMES 45
/* A terminator from an uplink that comes later than this after the last frame was made by its
 * master: it ends a call that faded on that path, and the talker may continue. */
#define CLAIM_FADED_MS ((tick_t)600)

/* A frame that identifies a data call; `hash` 0: not seen. */
struct claim_head {
	uint8_t seq;
	uint32_t hash;
};

struct claim {
	uint64_t key;
	struct source origin;
	tick_t last;  /* time of the last frame of the origin */
	tick_t seen;  /* time of the last frame by any path */
	bool ended;   /* by a terminator */
	bool used;    /* an earlier one ended so */
	bool carried; /* has frames: `seq` is the latest */
	bool still;   /* its sender does not count: ignore `seq` */
	uint8_t seq;
	uint8_t kind;                    /* class of the latest frame */
	tick_t carried_at;               /* by any path */
	struct claim_head first, header; /* of data: its first frame, its data header */
	uint64_t newest_ns; /* highest time stamp of the origin's frames: older ones are replays */
	uint64_t user;      /* of a stream ID: key of the call that used it last */
};

struct claims {
	struct claim *rows;
	struct hash by_key;
	uint32_t capacity;
	uint32_t used;
	uint32_t next;
};

void claims_open(struct claims *t, struct arena *arena, uint32_t capacity, uint64_t secret);

/* Rebuilds the index; of rows with the same key only one is found. */
void claims_relist(struct claims *t);

#define CLAIM_DATA (UINT64_C(1) << 25)

static inline uint64_t claim_key(uint32_t stream, uint32_t src, uint32_t number, bool unit,
                                 bool data)
{
	uint32_t sender = stream ^ src * 2654435761u; /* in one stream, each sender is distinct */

	return (uint64_t)sender << 32 | (data ? CLAIM_DATA : 0) | (uint64_t)unit << 24 | number;
}

/* The claim to a stream ID alone, which names the call that used it last. */
static inline uint64_t claim_key_of_id(uint32_t stream)
{
	return claim_key(stream, 0, 0, false, false);
}

/* NULL if there is none or it is too old. */
struct claim *claim_find(const struct claims *t, uint64_t key, tick_t now);

/* Must copies of other origins be dropped? Yes if the holder carries the call or has ended it. */
bool claim_outranks(const struct claim *c, struct source origin, tick_t now);

/* Was that frame already carried, given that it is of the same transmission? */
bool claim_has_carried(const struct claim *c, const struct hbp_burst *b, tick_t now);

/* Records a carried frame of the holder; `begins`: it begins a stream. */
void claim_carry(struct claim *c, const struct hbp_burst *b, bool begins, tick_t now);

/*
 * The claim of this key, now held by `origin`: new, or taken over with the known frames. NULL if
 * the search found no unused row.
 */
struct claim *claim_take(struct claims *t, uint64_t key, struct source origin, tick_t now);

/* Adds one from another table; those added first are replaced first. */
void claim_restore(struct claims *t, const struct claim *from);

#endif
