/*
 * The one table of configuration keys: the type, range and default of each, and where its value
 * goes. It drives the reader, the output of `freedmr check`, the sample file and the check of the
 * manual; a new key is one row here and one field in conf/conf.h.
 *
 * A section is a struct ("row") of conf/settings.h, and its keys are fields of that row, given by
 * their offset. Constant data.
 */
#ifndef CONF_KEYS_H
#define CONF_KEYS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The type of a value, and of the field that holds it. */
enum key_type {
	KEY_BOOL,       /* bool: yes, no */
	KEY_NUMBER,     /* uint32_t */
	KEY_ID,         /* uint32_t, its range given in digits */
	KEY_DURATION,   /* uint32_t, milliseconds: 500ms, 10s, 15m, 2h; a bare number is seconds */
	KEY_SIZE,       /* uint32_t, octets: 64K, 8M; 0, or in the range */
	KEY_ADDRESS,    /* struct addr; empty, where it is not required, is port 0 */
	KEY_TEXT,       /* char[max + 1] */
	KEY_CALLSIGN,   /* char[max + 1], letters and digits, kept in upper case */
	KEY_SECRET,     /* char[max + 1], never shown */
	KEY_PATH,       /* char[max + 1] */
	KEY_DIAL,       /* uint32_t, a talkgroup; empty, 0 or no = none */
	KEY_TALKGROUPS, /* struct tg_list */
	KEY_ACCESS,     /* struct access */
	KEY_MAPS,       /* struct tg_map: slot:talkgroup=conference, ... */
	KEY_PROMPTS,    /* enum prompts */
	KEY_LOG,        /* enum log_target */
	KEY_LEVEL,      /* enum log_level */
	KEY_NETWORKS,   /* struct networks */
	KEY_PROTOCOL,   /* enum peer_protocol */
	KEY_UPLINK,     /* enum uplink_protocol */
};

const char *key_type_name(enum key_type type);

/* When a change that a reload has found takes effect. */
enum conf_when { CONF_NOW, CONF_LOGIN, CONF_START };

/* The wording of the manual. */
const char *conf_when_name(enum conf_when when);

struct conf_key {
	const char *name;
	const char *initial; /* the default as written; NULL = none: required, or inherited */
	const char *unit;    /* NULL if the type implies it */
	const char *help;    /* one sentence */
	const char *example;
	uint32_t min, max; /* of the value, or of the length of a text in octets */
	uint16_t offset; /* of the value in the row */
	uint16_t port;   /* of an address that is written without one; 0 = it must have one */
	uint16_t given;  /* of the uint32_t in the row whose bits record which keys were given; 0 =
	                  * none
	                  */
	uint8_t given_bit;
	uint8_t type; /* enum key_type */
	uint8_t when; /* enum conf_when: when a change takes effect */
	bool required;
	bool anew; /* the reporter, confined to what it had, is restarted for it */
};

enum section_kind {
	SECTION_SERVER,
	SECTION_LISTENER,
	SECTION_CLIENT,
	SECTION_PEER,
	SECTION_ANNOUNCEMENT,
	SECTION_UPLINK,
	SECTION_LIMITS,
	SECTION_REPORT,
	SECTION_KINDS,
};

struct conf_section {
	enum section_kind kind;
	const char *name;
	const char *title; /* what follows the type in brackets: NAME, ID; NULL = the section occurs
	                      once */
	const char *example; /* such a name or id */
	const char *help;
	const struct conf_key *keys;
	size_t key_count;
};

#define SECTION_KEYS_MAX 32u

const char *section_name(enum section_kind kind);

const struct conf_section *section_info(enum section_kind kind);
const struct conf_section *section_find(const char *name); /* NULL when there is none */

/* Is the value in effect? A key that can be inherited from the listener is only if it was given. */
bool key_is_given(const struct conf_key *key, const void *row);
void key_give(const struct conf_key *key, void *row);

const struct conf_key *key_find(const struct conf_section *section, const char *name);

#endif
