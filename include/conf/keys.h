/*
 * The one table of configuration keys: what may stand in the file, of which type, in
 * which range, with which default and where its value goes. The reader, the output of
 * `freedmr check`, the sample file and the check of the manual are driven by it; a new
 * key is one row here and one field in conf/conf.h.
 *
 * A section is a struct ("row") of conf/conf.h and its keys are fields of that row, told
 * by their offset. Constant data; nobody owns it.
 */
#ifndef CONF_KEYS_H
#define CONF_KEYS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What the text of a value means, and the field it is kept in. */
enum key_type {
	KEY_BOOL,       /* bool: yes, no */
	KEY_NUMBER,     /* uint32_t */
	KEY_ID,         /* uint32_t, its range told in digits */
	KEY_DURATION,   /* uint32_t, milliseconds: 500ms, 10s, 15m, 2h; a bare number is seconds */
	KEY_ADDRESS,    /* struct addr; empty, where it is not required, is port 0 */
	KEY_TEXT,       /* char[max + 1] */
	KEY_CALLSIGN,   /* char[max + 1], upper-case letters and digits */
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

struct conf_key {
	const char *name;
	enum key_type type;
	bool required;
	const char *initial; /* the default as written; NULL = none: required, or inherited */
	uint32_t min, max;   /* of the value, or of the length of a text in octets */
	uint16_t port;       /* of an address that is written without one; 0 = it must have one */
	const char *unit;    /* NULL when the type tells it */
	const char *help;    /* one sentence */
	const char *example;
	size_t offset; /* of the value in the row */
	bool restart; /* a change counts at the next start */
	size_t given; /* of the bool in the row that says it stood in the file; 0 = there is none */
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

const char *section_name(enum section_kind kind);

struct conf_section {
	enum section_kind kind;
	const char *title; /* what follows the word in brackets: NAME, ID; NULL = once only */
	bool restart; /* a change of any key counts at the next start */
	const char *help;
	const struct conf_key *keys;
	size_t key_count;
};

#define SECTION_KEYS_MAX 32u

const struct conf_section *section_info(enum section_kind kind);
const struct conf_section *section_find(const char *name); /* NULL when there is none */
const struct conf_key *key_find(const struct conf_section *section, const char *name);

/* A section other than `section` that has this key; NULL when there is none. */
const struct conf_section *key_elsewhere(const struct conf_section *section, const char *name);

#endif
