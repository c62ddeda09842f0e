/*
 * Streams: transmissions in progress, from the first burst to the last.
 */
#ifndef CORE_STREAM_H
#define CORE_STREAM_H

#include "core/step/step.h"

/* An admitted burst, and where it came from. */
struct inbound {
	const struct hbp_burst *burst;
	struct source origin;
	struct session *session; /* sender: this session, on */
	struct slot *slot;       /* this slot; NULL, both: a neighbour */
	struct handle likely;    /* hint: most likely it continues this stream */
	uint32_t server;         /* server where it entered the mesh; 0 = not yet */
	uint32_t repeater;       /* the talker's client there; 0 = unknown */
	uint32_t delay_ms;       /* of the last hop */
	uint8_t hops;            /* when it leaves us */
};

/* A burst of a session. */
static inline struct inbound inbound_from(struct session *s, const struct hbp_burst *b)
{
	struct slot *slot = session_slot(s, b->slot);

	return (struct inbound){
		.burst = b, .origin = s->source, .session = s, .slot = slot, .likely = slot->talk};
}

/* The active stream with the key of the burst. */
struct stream *stream_of(const struct core *core, struct source origin, uint8_t slot,
                         const struct hbp_burst *b);

/* The stream that the burst continues. Ends a stream with the same key that it does not continue.
 * NULL if the burst begins a new one. */
struct stream *stream_going_on(struct step *step, const struct inbound *in);

/* Ends unfinished calls of its sender and begins a stream; NULL if it may not begin. */
struct stream *stream_begin(struct step *step, const struct inbound *in);

void stream_end(struct step *step, struct stream *x, enum cause cause);
void stream_cut(struct step *step, struct stream *x, enum cause cause); /* the rest is ignored */
void stream_expire(struct step *step, void *row);

/* A neighbour or uplink is removed: its calls end, none is for it any more, no radio is there. */
void stream_forget_source(struct step *step, struct source source);

#endif
