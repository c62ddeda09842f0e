/*
 * The alias index: what is known of ids, sorted, in one block of octets that is only read. Made by
 * `freedmr aliases`, mapped by the reporter (report/alias.h).
 *
 *   0 "FDMRNAM1"  8 BLAKE2b-256 of all that follows(32)
 *   40 subscribers(4)  44 repeaters(4)  48 talkgroups(4)  52 countries(4)
 *   56 offset of each country(4)...  then for each subscriber, repeater, talkgroup, sorted by id:
 *      id(4) offset(4)...  then the texts
 *   country: length(1) text     row: country(1, 0 = none)  length(1) callsign  length(1) name
 *
 * Offsets count from the beginning. A look-up touches some 20 places of the block and trusts none
 * of them: in a block that is damaged it finds nothing or something wrong, nowhere else.
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
#define ALIAS_BODY_AT 40u /* what the digest is of begins here */
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
	uint32_t order; /* as it came; not in the index */
	struct alias alias;
};

struct alias_index {
	const uint8_t *octets; /* the owner's; NULL: nothing is known */
	size_t len;
	uint32_t count[ALIAS_KINDS];
	uint32_t countries;
};

/*
 * Makes the index of rows that are sorted by kind and id, no two the same. The octets are the
 * caller's to free; NULL: no memory, or too much for an index. Of more than 255 countries the rest
 * is left out.
 */
uint8_t *alias_index_make(const struct alias_row *rows, size_t count, size_t *len);

/* Takes a block whose digest was right. False when it is no index; *out untouched. */
MUST_CHECK bool alias_index_open(const void *octets, size_t len, struct alias_index *out);

/* What is known of exactly this id; false, and *out blank, when nothing is. */
bool alias_index_find(const struct alias_index *index, enum alias_kind kind, uint32_t id,
                      struct alias *out);

/*
 * What is known of a radio, hotspot or repeater: six digits are a repeater; ids of eight and nine
 * digits are those of seven with a suffix.
 */
bool alias_index_who(const struct alias_index *index, uint32_t id, struct alias *out);

#endif
