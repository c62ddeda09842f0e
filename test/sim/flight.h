/*
 * The flight recorder over a whole scenario: what goes in and what comes of it is recorded as in a
 * running server (voice/recorder.h), with a checkpoint every few steps, and at the end all of it is
 * played back, without any passphrase. Actions and states must be the same.
 */
#ifndef SIM_FLIGHT_H
#define SIM_FLIGHT_H

#include "voice/recorder.h"

struct flight_test {
	unsigned char *memory; /* NULL: it has not begun */
	struct recorder recorder;
	unsigned steps;
	unsigned next; /* step with the next checkpoint */
};

/* For a core that was just opened, or whose configuration was changed under it. */
void flight_begin(struct flight_test *f, bool records);

/* Before a step: is it time for a checkpoint? Then EVENT_DERIVE comes first, in every run. */
bool flight_is_due(struct flight_test *f);

void flight_checkpoint(struct flight_test *f, const struct core *core, const struct conf *conf,
                       tick_t now, const struct event *derived);

void flight_before(struct flight_test *f, tick_t now, const struct event *event);
void flight_after(struct flight_test *f, const struct core *core, tick_t now,
                  const struct event *event, const struct actions *actions);

/* Plays it back. NULL, or what differs; `why` has room for it. Frees the memory. */
const char *flight_end(struct flight_test *f, char *why, size_t cap);

#endif
