/*
 * What can happen to a core: the one way in.
 */
#ifndef CORE_EVENT_H
#define CORE_EVENT_H

#include <stddef.h>
#include <stdint.h>

#include "state/session.h"
#include "wire/command.h"

enum event_kind {
	EVENT_DATAGRAM,
	EVENT_COMMAND,
	EVENT_TIME,    /* nothing but time has passed: something may have run out */
	EVENT_ROWS,    /* the pipe has room for `rows` more rows of the snapshot asked for */
	EVENT_ADDRESS, /* the name of a peer or an uplink was resolved */
	EVENT_CONF,    /* settings have changed, but for sockets and sizes */
	EVENT_STOP,    /* end calls, tell clients, refuse everything from now on; again while
	               core_has_sessions */
};

const char *event_kind_name(enum event_kind kind);

struct event {
	enum event_kind kind;
	uint64_t
		wall_ns; /* since 1970, read with the tick; for the time stamps of the mesh alone */
	union {
		struct {
			const uint8_t *bytes;
			size_t len;
			struct endpoint
				from; /* `to` is the sender, `from` our address it wrote to */
		} datagram;
		const struct command *command;
		const struct conf *conf; /* good until the next one */
		uint32_t rows;
		struct {
			uint32_t link; /* its place: see struct resolved_record */
			struct addr to;
		} address;
	};
};

#endif
