/*
 * Does again what is in a recording (voice/flight.h): a core resumes from each checkpoint, takes
 * the events, and must come to the same actions and the same state.
 */
#ifndef VOICE_PLAYBACK_H
#define VOICE_PLAYBACK_H

#include "base/arena.h"
#include "core/core.h"

/* Called as it goes on; `context` is theirs. */
struct playback_view {
	/* After each step, with the number of the event; of the last one its outcome may be
	 * missing. */
	void (*step)(void *context, uint64_t number, tick_t now, const struct event *event,
	             const struct actions *actions);
	/* What the core knows about `who` where a recording or its checkpoint ends; 0 = nobody. */
	uint32_t who;
	void (*decision)(void *context, const struct record *decision);
	void *context;
};

struct playback {
	uint64_t checkpoints, events, hashes;
	tick_t first, last;         /* when they were recorded */
	uint64_t first_ns, last_ns; /* likewise, since 1970 */
	char fault[160];            /* "" = all is as recorded; else what differs, and where */
};

/*
 * Plays the octets of a file, its head included. False if something differs or they are no
 * recording: see `fault`. Allocates, and frees.
 */
bool playback_run(const void *octets, size_t len, const struct playback_view *view,
                  struct playback *out);

#endif
