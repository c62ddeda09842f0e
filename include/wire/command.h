/*
 * Commands of operators to the voice process or the parent, through the reporter, and messages of
 * the children to the parent. A command is a struct of its kind: text is parsed at the control
 * socket.
 *
 * Commands are fixed-size records of COMMAND_LEN octets on a pipe, so a read of a multiple never
 * splits one: version u8, kind u8, number u32, then the fields in the order of the table in
 * modules/wire/command.c (their forms are those of records), then zeros. The answer is a
 * RECORD_REPLY with the same number (a snapshot answers itself).
 */
#ifndef WIRE_COMMAND_H
#define WIRE_COMMAND_H

#include <stdint.h>

#include "base/addr.h"
#include "base/cursor.h"
#include "wire/parse.h"
#include "wire/record.h"

#define COMMAND_VERSION 2
#define COMMAND_LEN 384u
#define COMMAND_TEXT_MAX 320u
#define SESSION_CARE_MAX 128u

enum command_kind {
	COMMAND_SNAPSHOT,
	COMMAND_KICK,
	COMMAND_LINK, /* as if keyed by the user */
	COMMAND_UNLINK,
	COMMAND_DEFAULT, /* the default reflector */
	COMMAND_OPTIONS, /* as if sent by the client */
	COMMAND_WHY,     /* RECORD_DECISION rows, then the reply */
	COMMAND_PEER,
	COMMAND_QUENCHES, /* RECORD_QUENCH rows, then the reply */
	COMMAND_CALL,     /* ends it */
	COMMAND_BLOCK,
	COMMAND_UNBLOCK,
	COMMAND_RESTORE,   /* a subscription, see core/routing/restore.c; no reply */
	COMMAND_LOCATE,    /* a radio, likewise */
	COMMAND_NEIGHBOUR, /* the address of one without a target, likewise */
	COMMAND_ALIAS,     /* the name of a call's talker; no reply */
	COMMAND_VERIFY,    /* checks the owner's passphrase */
	COMMAND_CARE,      /* settings of its owner, overridden by the client's options */
	COMMAND_REFUSE,    /* refuses a client temporarily; no reply */
	COMMAND_ADMIT,     /* a client's callsign is the registered one; no reply */
	COMMAND_READY,     /* to the parent: this child is ready */
	COMMAND_RELOAD,    /* to the parent: RECORD_RELOAD rows, then the reply */
	COMMAND_UPGRADE,   /* to the parent: another binary takes over; replies before that */
	COMMAND_UPGRADED,  /* to the parent: what came of the last one; a reply */
	COMMAND_BEAT,      /* to the parent: the answer to RECORD_BEAT */
	COMMAND_DENIED,    /* to the parent: the filter has stopped a system call */
	COMMAND_KEEP,      /* to the parent: voice wants what it has recorded to be kept */
	COMMAND_KINDS,
};

/* The reply to COMMAND_UPGRADED during an upgrade. */
#define UPGRADED_NOT_YET "it is not over yet"

enum peer_order {
	PEER_STUN,  /* no traffic */
	PEER_CLEAR, /* traffic again */
	PEER_RESET, /* forgets what was learned; an uplink logs in again */
	PEER_ORDERS,
};

/* Why a logged-in client is removed, according to the alias files. */
enum unregistered {
	UNREGISTERED_ID,       /* its ID is not registered */
	UNREGISTERED_CALLSIGN, /* its ID belongs to another callsign */
	UNREGISTERED_KINDS,
};

const char *peer_order_name(enum peer_order order);
const char *unregistered_name(enum unregistered why);

/* The target of a block: an ID, or, if that is 0, an address with any port. */
struct block_target {
	uint32_t id;
	struct addr address;
};

MUST_CHECK bool block_target_parse(const char *text, size_t len, struct block_target *out);
void block_target_format(const struct block_target *target, struct text *t);

struct command {
	enum command_kind kind;
	uint32_t number; /* chosen by the reporter, echoed in the reply */
	union {
		uint32_t client; /* the first field of every command about a session */
		struct {
			uint32_t client;
		} kick;
		struct {
			uint32_t client;
			uint8_t slot;
			uint32_t tg;
		} link; /* and unlink */
		struct {
			uint32_t client;
			uint32_t tg; /* 0 = none */
		} reflector;
		/* Octets as in RPTO: the core parses and keeps those of clients. */
		struct {
			uint32_t client;
			char text[COMMAND_TEXT_MAX];
		} options;
		struct {
			uint32_t id; /* of a client or radio */
		} why;
		struct {
			char name[32];
			enum peer_order order;
		} peer;
		struct {
			char peer[32]; /* "" = all */
		} quenches;
		struct call_key {
			struct source origin;
			uint32_t stream, generation;
		} call;
		struct {
			struct block_target target;
			tick_t ms;  /* 0 = until unblocked */
			tick_t ago; /* it began so many ms ago: restored after a restart */
		} block;            /* and unblock */
		struct {
			uint32_t client;
			uint8_t slot;
			uint32_t tg; /* as keyed */
			enum subscription_mode mode;
			uint32_t conference;
			uint32_t seconds; /* left; 0 = until cleared */
		} restore;
		struct {
			uint32_t client;
			uint8_t slot;
			uint32_t radio;
			uint32_t seconds; /* ago */
		} locate;
		struct {
			char name[32];
			struct addr at;
			bool stunned; /* a stun of it was accepted */
		} neighbour;
		struct {
			struct source origin; /* of the call, and */
			uint32_t stream;
			char text[128];
		} alias;
		/* The digest is SHA-256 of the salt's hex digits and the passphrase, in hex. */
		struct {
			uint32_t client;
			struct addr from; /* for limits */
			char salt[33];
			char digest[65];
		} verify;
		struct {
			uint32_t client;
			char text[SESSION_CARE_MAX]; /* TS1, TS2, DIAL, TIMER, SINGLE; "" = none */
		} care;
		struct {
			uint32_t client;
			enum unregistered why;
			struct addr at; /* of the session that was judged; port 0: any */
		} refuse;
		struct {
			uint32_t client;
			struct addr at; /* likewise */
		} admit;
		struct {
			uint32_t call;
		} denied;
	};
};

/* The name of a kind and its fields, with offsets in struct command. */
const struct record_info *command_info(enum command_kind kind);

void command_write(struct wr *w, const struct command *c); /* writes exactly COMMAND_LEN octets */
MUST_CHECK enum parse command_parse(const uint8_t *bytes, size_t len, struct command *out,
                                    const char **reason);

#endif
