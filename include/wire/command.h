/*
 * What operators ask of the voice process, or of the parent, by way of the reporter: fixed-size
 * records of COMMAND_LEN octets on a pipe, so a read of a multiple never splits one.
 * The answer is a RECORD_REPLY with the same number (a snapshot answers itself).
 *
 *   0 version  1 kind  2 number(4)  6 client(4)  10 slot  11 tg(4)  15 text(320)  335 zeros(49)
 */
#ifndef WIRE_COMMAND_H
#define WIRE_COMMAND_H

#include <stdint.h>

#include "base/cursor.h"
#include "wire/parse.h"

#define COMMAND_VERSION 1
#define COMMAND_LEN 384u
#define COMMAND_TEXT_MAX 320u

enum command_kind {
	COMMAND_SNAPSHOT,
	COMMAND_KICK,    /* client */
	COMMAND_LINK,    /* client, slot, tg: as if the user had keyed it */
	COMMAND_UNLINK,  /* client, slot, tg */
	COMMAND_DEFAULT, /* client, tg: the default reflector; 0 = none */
	COMMAND_OPTIONS, /* client, text: as if the client had sent them */
	COMMAND_WHY,     /* client, or a radio id there: RECORD_DECISION rows, then the reply */
	COMMAND_PEER,    /* text: the peer, and stun, clear or reset */
	COMMAND_BLOCK,   /* text: an id or an address, and for how long */
	COMMAND_UNBLOCK, /* text */
	COMMAND_RESTORE, /* client, slot, tg, text: see core/restore.c; no reply */
	COMMAND_LOCATE,  /* client, slot, tg = radio, text: likewise */
	COMMAND_ALIAS,   /* client = origin, tg = stream id, text: name of its talker; no reply */
	COMMAND_REFUSE,  /* client, slot = enum unregistered: keeps it out for a while; no reply */
	COMMAND_READY,   /* to the parent: this child is */
	COMMAND_RELOAD,  /* to the parent: RECORD_RELOAD rows, then the reply */
	COMMAND_KINDS,
};

/* Why a client that has logged in may not stay, by what is known of ids. */
enum unregistered {
	UNREGISTERED_ID,       /* its id is not known */
	UNREGISTERED_CALLSIGN, /* its id belongs to another callsign */
	UNREGISTERED_KINDS,
};

const char *command_kind_name(enum command_kind kind);

struct command {
	enum command_kind kind;
	uint32_t number; /* chosen by the reporter, echoed in the reply */
	uint32_t client;
	uint8_t slot;
	uint32_t tg;
	char text[COMMAND_TEXT_MAX];
};

void command_write(struct wr *w, const struct command *c); /* writes exactly COMMAND_LEN octets */
MUST_CHECK enum parse command_parse(const uint8_t *bytes, size_t len, struct command *out,
                                    const char **reason);

#endif
