/*
 * The input of a core.
 */
#ifndef CORE_EVENT_H
#define CORE_EVENT_H

#include <stddef.h>
#include <stdint.h>

#include "state/session.h"
#include "wire/command.h"
#include "wire/record.h"

enum event_kind {
	EVENT_DATAGRAM,
	EVENT_COMMAND,
	EVENT_TIME,    /* time has passed: a timer may be due */
	EVENT_ROWS,    /* the pipe has room for `rows` more rows of the snapshot asked for */
	EVENT_ADDRESS, /* the name of a peer or an uplink was resolved */
	EVENT_CONF,    /* settings except sizes have changed; repeat until core_follows */
	EVENT_DERIVE,  /* rebuild what is derived from rows, for core_checkpoint */
	EVENT_MEND,    /* check some or all rows, see core/mend.h */
	EVENT_LOST,    /* a client had a session with a lost core: notify it */
	EVENT_STOP,    /* ends calls, logs clients out; repeat while core_has_sessions */
};

struct lost_client {
	uint32_t id;
	struct endpoint where;
};

struct event {
	enum event_kind kind;
	uint64_t
		wall_ns; /* since 1970, read with the tick; for the time stamps of the mesh alone */
	union {
		struct {
			const uint8_t *bytes;
			size_t len;
			struct endpoint from; /* `to` is the sender, `from` our own address */
		} datagram;
		const struct command *command;
		const struct conf *conf; /* valid until the next one */
		uint32_t rows;
		struct lost_client lost;
		bool all;
		struct resolved_record address;
	};
};

#endif
