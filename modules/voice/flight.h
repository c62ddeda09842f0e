/*
 * What is in a recording: checkpoints, the events after each, and what came of them. A recording is
 * read on another machine by whoever its owner shows it to, so no passphrase is in it, nor what is
 * computed from one: digests, salts and passwords in option strings are blanked, and of each
 * comparison with a passphrase only the verdict is there. Voice is in it.
 *
 *   u8 FLIGHT_CHECKPOINT  anew u8 (it does not follow from what is before), now u64, wall u64, text
 * of the configuration u32 + octets, its places (conf/places.h), words of voice files, state u32 +
 * octets (core_checkpoint) u8 FLIGHT_EVENT       kind u8, milliseconds since the one before u32,
 * wall u64, and by kind datagram: socket u8, sender, our address, length u16, octets command:
 * length u16, octets (command_write without the zeros) rows u32; address: length u16, record; mend:
 * all u8; lost client: id u32, socket u8, sender, our address u8 FLIGHT_OUTCOME     number of
 * verdicts u16, a bit of each, digest of the actions u32 u8 FLIGHT_HASH        core_hash u64
 *
 * An address is u8 0 if it is unknown; else u8 4 and 4 octets, or u8 16, 16 octets and its scope
 * u32; then its port u16.
 */
#ifndef VOICE_FLIGHT_H
#define VOICE_FLIGHT_H

#include "core/core.h"
#include "wire/recording.h"

enum flight {
	FLIGHT_CHECKPOINT = 1,
	FLIGHT_EVENT,
	FLIGHT_OUTCOME,
	FLIGHT_HASH,
};

#define FLIGHT_EVENT_MAX 2048u /* octets of an event and its outcome */

/* The time of the latest checkpoint or event. */
struct flight_clock {
	tick_t now;
	uint64_t wall_ns;
};

void flight_write_event(struct wr *w, struct flight_clock *clock, tick_t now,
                        const struct event *event);

/* What an event refers to when it has been read. */
struct flight_event {
	struct event event;
	struct command command;
	uint8_t bytes[FLIGHT_EVENT_MAX];
};

/* False if there is none. */
MUST_CHECK bool flight_read_event(struct rd *rd, struct flight_clock *clock,
                                  struct flight_event *out);

/* The same for the same actions in the same order, on every machine; secrets do not count, nor does
 * the voice that the server itself sends on a timer, because voice files are not in a recording. */
uint32_t flight_digest(const struct actions *actions, enum event_kind kind);

void flight_write_outcome(struct wr *w, const struct actions *actions, enum event_kind kind);

struct flight_outcome {
	struct verdicts verdicts;
	uint32_t digest;
};

MUST_CHECK bool flight_read_outcome(struct rd *rd, struct flight_outcome *out);

#endif
