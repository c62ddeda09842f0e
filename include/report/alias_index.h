/*
 * The alias index: names by ID, sorted, in one read-only block of octets. Built by `freedmr
 * aliases`, mapped by the reporter (report/alias.h).
 *
 *   0 "FDMRNAM1"  8 BLAKE2b-256 of all that follows(32)
 *   40 subscribers(4)  44 repeaters(4)  48 talkgroups(4)  52 countries(4)
 *   56 offset of each country(4)...  then for each subscriber, repeater, talkgroup, sorted by id:
 *      id(4) offset(4)...  then the texts
 *   country: length(1) text     row: country(1, 0 = none)  length(1) callsign  length(1) name
 *
 * Offsets count from the beginning. A lookup touches some 20 places of the block and trusts none of
 * them: in a damaged block it finds nothing, or a wrong name, but never reads outside.
 *
 * Plain, but only alias_index.c looks inside.
 */
#ifndef REPORT_ALIAS_INDEX_H
#define REPORT_ALIAS_INDEX_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/blake2b.h"
#include "wire/record.h"

#define ALIAS_DIGEST_AT 8u
#define ALIAS_DIGEST_LEN 32u
#define ALIAS_BODY_AT 40u /* start of the octets that the digest covers */
#define ALIAS_INDEX_MAX (64u * 1024u * 1024u)

enum alias_kind {
	ALIAS_SUBSCRIBER,
	ALIAS_REPEATER,
	ALIAS_TALKGROUP,
	ALIAS_KINDS,
};

const char *alias_kind_name(enum alias_kind kind); /* plural, for people */

struct alias_row {
	enum alias_kind kind;
	uint32_t id;
	uint32_t order; /* as in the file; not in the index */
	struct alias alias;
};

struct alias_index {
	const uint8_t *octets; /* owned by the block's owner; NULL: not known */
	size_t len;
	uint32_t count[ALIAS_KINDS];
	uint32_t countries;
};

/*
 * Builds the index from rows sorted by kind and ID without duplicates. The caller frees the octets;
 * NULL: out of memory, or too many rows for an index. Countries after the 255th are left out.
 */
uint8_t *alias_index_make(const struct alias_row *rows, size_t count, size_t *len);

/* Opens a block whose digest was correct. False if it is not an index; *out is untouched. */
MUST_CHECK bool alias_index_open(const void *octets, size_t len, struct alias_index *out);

/* The entry of exactly this ID; false, and *out blank, if there is none. */
bool alias_index_find(const struct alias_index *index, enum alias_kind kind, uint32_t id,
                      struct alias *out);

/*
 * The first ID of this kind from the nth on with the callsign, ignoring case; *nth is then the next
 * position. False if there is none. Scans every row.
 */
bool alias_index_callsign(const struct alias_index *index, enum alias_kind kind,
                          const char *callsign, uint32_t *nth, uint32_t *id);

/*
 * The entry of a radio, hotspot or repeater: six digits are a repeater; IDs of eight and nine
 * digits are seven digits and a suffix.
 */
bool alias_index_who(const struct alias_index *index, uint32_t id, struct alias *out);

#endif
