/*
 * The IDs of a callsign: of sessions that logged in with it or whose ID has it in the alias index,
 * and of radios and repeaters that have it there.
 */
#ifndef REPORT_RESOLVE_H
#define REPORT_RESOLVE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/text.h"
#include "report/event/sources.h"
#include "wire/command.h"

#define CALLSIGN_MAX 12u /* octets with the terminator */
#define RESOLVED_MAX 8u  /* ids of one callsign; more are left out */

struct resolved {
	uint32_t count;
	uint32_t id[RESOLVED_MAX]; /* sessions first, no id twice */
};

/* Letters and digits, at least one of each: neither a number nor an address. */
bool resolve_is_callsign(const char *word, size_t len);

struct resolved resolve_sessions(const struct sources *s, const char *callsign);
struct resolved resolve_all(const struct sources *s, const char *callsign);
bool resolved_has(const struct resolved *r, uint32_t id);

/*
 * The one ID: of the session, or else of the radio or repeater. 0: none or several, and `why` lists
 * them.
 */
uint32_t resolve_one(const struct sources *s, const char *callsign, struct text *why);

/*
 * The running call of a stream ID (eight hex digits), of a client or radio, or of a callsign. False
 * if there is none.
 */
bool resolve_call(const struct sources *s, const char *word, struct call_key *out);

/*
 * Likewise for a block: the ID of the radio, which covers those with a suffix; or the one that is
 * blocked.
 */
uint32_t resolve_block(const struct sources *s, const char *callsign, bool blocked,
                       struct text *why);

#endif
