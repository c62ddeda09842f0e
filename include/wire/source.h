/*
 * The origin of a call: a client, or a source without a client ID. In records on the wire and in
 * text it is one number: a client's ID has at most nine digits, other sources are numbered above.
 */
#ifndef WIRE_SOURCE_H
#define WIRE_SOURCE_H

#include <stdbool.h>
#include <stdint.h>

enum source_kind {
	SOURCE_CLIENT,
	SOURCE_UPLINK,
	SOURCE_PEER,
	SOURCE_LOCAL, /* the server itself: a prompt, an echo */
};

struct source {
	enum source_kind kind;
	uint32_t index; /* index of its section in the configuration, or of its player; for a client
	                   its ID */
};

static inline struct source source_client(uint32_t id)
{
	return (struct source){SOURCE_CLIENT, id};
}

static inline bool source_equal(struct source a, struct source b)
{
	return a.kind == b.kind && a.index == b.index;
}

uint32_t source_number(struct source s);
struct source source_from_number(uint32_t number);

#endif
