/*
 * The initial settings of a session. A listener has all of them; a [client] section and the
 * client's own options override some. One list generates the keys of both sections (conf/keys.c)
 * and the merge, so a new setting is a member, a line of the list, and its effect.
 */
#ifndef CONF_SESSION_H
#define CONF_SESSION_H

#include <stdbool.h>
#include <stdint.h>

#include "conf/tglist.h"

#define CONF_MAPS_MAX 16u

/* A talkgroup that means another conference: `talkgroup` on `slot` is `conference`. */
struct tg_map_entry {
	uint8_t slot;
	uint32_t tg, conference;
};

struct tg_map {
	uint32_t count;
	struct tg_map_entry entry[CONF_MAPS_MAX];
};

struct session_defaults {
	struct tg_list statics[2]; /* [0] slot 1, [1] slot 2 */
	uint32_t dial;     /* default reflector: TG 9 on slot 2 means this conference; 0 = none */
	bool single;       /* one user-activated talkgroup per slot */
	uint32_t timer_ms; /* of user-activated talkgroups; 0 = until cleared */
	uint32_t hang_ms;  /* how long only the same conference may start on a slot */
	struct tg_map maps;
	bool private_calls;
	bool ident; /* the server sends its callsign from time to time */
};

/* clang-format off */
/* KEY(which, member, type, name, longest duration, default, help, example) */
#define SESSION_KEYS(KEY) \
	KEY(STATIC_1, statics[0], TALKGROUPS, "static-1", 0, "", \
	    "Talkgroups that are always on, on slot 1.", "235") \
	KEY(STATIC_2, statics[1], TALKGROUPS, "static-2", 0, "", \
	    "Talkgroups that are always on, on slot 2.", "91, 2350") \
	KEY(DIAL, dial, DIAL, "default-dial", 0, "0", \
	    "Talkgroup that TG 9 on slot 2 is linked to by default; 0 = none.", "0") \
	KEY(SINGLE, single, BOOL, "single", 0, "yes", \
	    "Keying up on a talkgroup suspends the others on that slot.", "yes") \
	KEY(TIMER, timer_ms, DURATION, "timer", 168 * 3600000u, "10m", \
	    "How long a keyed talkgroup stays on without local traffic; 0 = until unlinked.", \
	    "10m") \
	KEY(HANG, hang_ms, DURATION, "hang-time", 60000u, "5s", \
	    "How long after a call the slot is reserved for the same talkgroup.", "5s") \
	KEY(MAP, maps, MAPS, "map", 0, "", \
	    "Other numbers for talkgroups: slot:number on the radio = talkgroup.", "2:8=2350") \
	KEY(PRIVATE, private_calls, BOOL, "private-calls", 0, "no", \
	    "Carry private calls to where the radio was last heard.", "no") \
	KEY(IDENT, ident, BOOL, "ident", 0, "no", \
	    "Send an ident on slot 2 from time to time; the option VOICE overrides it.", "no")

#define SESSION_WHICH(which, ...) SESSION_##which,
enum session_default {
	SESSION_KEYS(SESSION_WHICH)
	SESSION_CHOICES,
};
/* clang-format on */

/* A subset: the settings that were given. */
struct session_choice {
	uint32_t given; /* a bit for each, by enum session_default */
	struct session_defaults value;
};

bool session_is_given(const struct session_choice *choice, enum session_default which);

/* Settings that were given replace the others. */
void session_merge(struct session_defaults *into, const struct session_choice *choice);

#endif
