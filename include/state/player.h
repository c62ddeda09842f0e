/*
 * Players: audio from the server itself to one slot of one client, one burst every 60 ms: prompts,
 * idents, recordings and the echo. A player has a stream of its own origin while it plays, so a
 * slot holds it like any call and ends it like any call. Key: the slot it is for; one at a time,
 * with unsolicited ones waiting. Written by core/player alone.
 *
 * Recordings are calls to the echo. Capacity: 64 players, 16 recordings. Full: the newest is
 * refused (the caller of the echo hears "busy").
 */
#ifndef STATE_PLAYER_H
#define STATE_PLAYER_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/expiry.h"
#include "conf/audio.h"
#include "dmr/ambe.h"
#include "dmr/dmr.h"
#include "dmr/lc.h"
#include "dmr/morse.h"
#include "state/pool.h"

#define PLAYERS 64u
#define RECORDINGS 16u
#define RECORDING_BURSTS 1000u /* 60 s */
#define PLAYER_CLIPS 32u
#define PLAYER_TEXT 24u

enum player_kind {
	PLAY_MORSE, /* `text` */
	PLAY_CLIPS, /* `clips`, from voice files */
	PLAY_ECHO,  /* `recording` */
};

/* Precedence on a slot, first to last (decision 31). */
enum player_rank {
	PLAYER_ANSWER,       /* holds the slot for a limited time, waiting or playing */
	PLAYER_ANNOUNCEMENT, /* unsolicited: yields to any call */
	PLAYER_NOTICE,       /* idents as well */
};

struct recording {
	struct pool_row row;
	uint32_t count;
	uint8_t burst[RECORDING_BURSTS][AMBE_BURST_LEN]; /* voice only; the first is an A */
};

struct player {
	struct pool_row row;
	struct handle session;
	uint8_t slot;
	enum player_kind kind;
	enum player_rank rank;
	struct handle stream; /* none before it starts playing */
	struct expiry expiry; /* when the next burst is due */
	tick_t give_up; /* when it stops waiting for an idle slot, and an answer stops holding it */
	uint32_t src, tg;
	bool unit; /* a private call: `tg` is the radio */
	uint8_t seq;
	uint8_t position; /* in the superframe, 0 = A */
	char text[PLAYER_TEXT];
	struct morse morse;
	struct clip clips[PLAYER_CLIPS];
	uint32_t clip_count;
	uint32_t at;    /* next clip or recorded burst */
	uint32_t frame; /* within the clip */
	struct handle recording;
};

struct players {
	struct pool pool;
	struct pool recordings;
};

void players_open(struct players *t, struct arena *arena);
struct player *player_get(const struct players *t, struct handle h);
struct recording *recording_get(const struct players *t, struct handle h);

#endif
