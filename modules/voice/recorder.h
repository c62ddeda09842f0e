/*
 * The flight recorder: writes what goes into the core, and a digest of what comes out, into memory
 * that outlives the process (wire/recording.h), so that `freedmr replay` can do it all again.
 *
 * Plain, owned by the voice process. Nothing here waits or allocates.
 */
#ifndef VOICE_RECORDER_H
#define VOICE_RECORDER_H

#include "voice/flight.h"

struct recorder {
	struct recording memory;
	struct flight_clock clock;
	bool due;     /* a checkpoint has to come before the next event */
	bool anew;    /* which does not follow from the events before it: another configuration */
	bool too_big; /* the state does not fit into a half: nothing is recorded */
	tick_t hashed;
};

/* Memory of that size from the parent; NULL = off. */
void recorder_open(struct recorder *r, void *memory, size_t size);

/* Is a checkpoint due? Then EVENT_DERIVE is to be stepped, and recorder_checkpoint called. */
bool recorder_is_due(const struct recorder *r);
void recorder_checkpoint(struct recorder *r, const struct core *core, const struct conf *conf,
                         tick_t now, uint64_t wall_ns);

/* Call before and after each step. */
void recorder_event(struct recorder *r, tick_t now, const struct event *event);
void recorder_outcome(struct recorder *r, const struct core *core, tick_t now,
                      const struct event *event, const struct actions *actions);

#endif
