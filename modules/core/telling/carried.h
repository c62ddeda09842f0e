/*
 * What the next binary gets from a core: for each kind of row its fields, by name. Other fields are
 * rebuilt from the configuration or from other rows, and are listed as such, so that none is
 * forgotten.
 */
#ifndef CORE_CARRIED_H
#define CORE_CARRIED_H

#include "core/step/kind.h"

/* Raise it when a field changes its meaning but not its name and size. */
#ifndef CARRIED_VERSION
#define CARRIED_VERSION 1u
#endif

/* Kinds of rows; those that others refer to come first. */
enum carried_set {
	CARRIED_SERVER,
	CARRIED_PEER,
	CARRIED_UPLINK,
	CARRIED_SESSION,
	CARRIED_PLAYER,
	CARRIED_RECORDING,
	CARRIED_STREAM,
	CARRIED_SUBSCRIPTION,
	CARRIED_ANNOUNCEMENT,
	CARRIED_BLOCK,
	CARRIED_POOLS, /* rows of these kinds are in pools; the others are copied to struct carried
	                */

	CARRIED_CONFERENCE = CARRIED_POOLS,
	CARRIED_TOMBSTONE,
	CARRIED_CLAIM,
	CARRIED_QUENCH,
	CARRIED_LOCATION,
	CARRIED_DECISION,
	CARRIED_COUNTER,
	CARRIED_SETS,
};

enum carried_type {
	CARRIED_RAW,     /* octets, as this machine has them; in a recording, little-endian */
	CARRIED_HANDLE,  /* one or several, of `set` */
	CARRIED_INDEX,   /* of a row of `set`; POOL_NONE = none */
	CARRIED_ORIGIN,  /* a struct source: a client, or a row */
	CARRIED_TARGET,  /* of a stream: the peer it goes to, or all, or none */
	CARRIED_MEETING, /* index of a conference: its talkgroup; POOL_NONE = none */
	CARRIED_WORDS,   /* constant text; NULL = none */
	CARRIED_CLIPS,   /* of a player: by listener, language and name */
	CARRIED_DERIVED, /* not carried */
};

struct carried_field {
	uint32_t offset;
	unsigned size : 20;
	unsigned type : 4; /* enum carried_type */
	unsigned set : 8;  /* enum carried_set, of references; enum carried_raw, of raw ones */
};

/* What is in a raw field. */
enum carried_raw {
	CARRIED_OCTETS,
	CARRIED_BOOL,    /* any value but 0 means true */
	CARRIED_SECRET,  /* made of a passphrase, or as good as one: for the next binary alone */
	CARRIED_OPTIONS, /* an option string, in which a client may have put a password */
	CARRIED_TICK,    /* a time or duration: what is further away than any is taken for that */
	CARRIED_DUE,     /* a time that may be TICK_NEVER */
	CARRIED_16,      /* numbers of so many bits */
	CARRIED_32,
	CARRIED_64,
	CARRIED_ADDRESS, /* structs, named like them; see width_at() */
	CARRIED_BUCKET,
	CARRIED_BUDGETS,
	CARRIED_CHALLENGES,
	CARRIED_LIMITS,
	CARRIED_HEAD,
	CARRIED_GIVEN,
	CARRIED_GPS,
	CARRIED_MORSE,
	CARRIED_REWRITE,
};

/* The reader of what is carried. */
enum carried_reader {
	CARRIED_NEXT, /* the next binary, which has the configuration */
	CARRIED_FILE, /* whoever gets a recording: every row in its place, and no secrets */
};

struct carried_quench {
	uint32_t peer;
	struct quench row;
};

struct carried_counter {
	char name[48];
	uint64_t value;
};

/* A row that is not in a pool. */
union carried {
	struct conference conference;
	struct tombstone tombstone;
	struct claim claim;
	struct carried_quench quench;
	struct location location;
	struct decision decision;
	struct carried_counter counter;
};

struct carried_info {
	const char *name;
	const struct carried_field *fields;
	const char *names; /* of those that are not derived, each with its terminator */
	size_t field_count;
	size_t row_size;
	enum kind kind; /* of those in pools */
};

extern const struct carried_info carried_sets[CARRIED_SETS];

/* Does this reader get this field? */
bool carried_goes(const struct carried_field *f, enum carried_reader reader);

/* The name of the next field; `name` is that of this one, if it has any. */
const char *carried_name_after(const struct carried_field *f, const char *name);

/* Numbers are little-endian in a recording, which another machine may read. */
#define CARRIED_TURNS (__BYTE_ORDER__ == __ORDER_BIG_ENDIAN__)

/* Turns the numbers round in `len` octets of a field from its octet `from` on. */
void carried_turn(const struct carried_field *f, size_t from, void *octets, size_t len);

/* Zeros are left out of fields this long for a recording, which is often made. */
#define CARRIED_LONG 8192u

/*
 * The row after *at (start with POOL_NONE), of which *at is the index; NULL at the end. One that is
 * not in a pool is copied to *room.
 */
const void *carried_next(const struct core *core, enum carried_set set, uint32_t *at,
                         union carried *room);

/*
 * The configuration section that a row belongs to, and what has to be the same there for the row to
 * be kept; "" and 0 when it belongs to none.
 */
const char *carried_section(const struct core *core, enum carried_set set, const void *row,
                            uint64_t *binding);

#endif
