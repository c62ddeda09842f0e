/*
 * The configuration as values: one struct per section. What may stand in the file
 * and where it goes is the key table's business (conf/keys.h); reading and asking is
 * conf/conf.h's.
 */
#ifndef CONF_SETTINGS_H
#define CONF_SETTINGS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/addr.h"
#include "base/arena.h"
#include "conf/access.h"
#include "conf/audio.h"
#include "conf/networks.h"
#include "conf/tglist.h"

#define CONF_LISTENERS_MAX 32u
#define CONF_NAME_MAX 32u /* octets with the terminator */
#define CONF_PASSPHRASE_MAX 128u
#define CONF_TOKEN_MAX 65u
#define CONF_TOKEN_MIN 12u      /* a shorter one is guessed */
#define CONF_PATH_MAX 108u /* what a Unix socket address holds */
#define CONF_NOTES_MAX 64u
#define CONF_MAPS_MAX 16u
#define CONF_PORT_DEFAULT 62031u

/* A talkgroup that means another conference: `talkgroup` on `slot` is `conference`. */
struct tg_map {
	uint32_t count;
	struct {
		uint8_t slot;
		uint32_t tg, conference;
	} entry[CONF_MAPS_MAX];
};

enum prompts {
	PROMPTS_NONE,
	PROMPTS_MORSE,
	PROMPTS_VOICE,
};

/* Which calls are carried, by who speaks and to what. */
struct conf_calls {
	struct access subscribers;
	struct access talkgroups[2]; /* by the slot they are keyed on */
};

/* What a session starts with; its option string then replaces what it names. */
struct session_defaults {
	struct tg_list statics[2]; /* [0] slot 1, [1] slot 2 */
	uint32_t dial;     /* default reflector: TG 9 on slot 2 means this conference; 0 = none */
	bool single;       /* one user-activated talkgroup per slot */
	uint32_t timer_ms; /* of user-activated talkgroups; 0 = until cleared */
	uint32_t hang_ms;  /* how long only the same conference may start on a slot */
	struct tg_map maps;
	bool private_calls;
	bool ident; /* the server says its callsign now and then */
};

struct conf_server {
	uint32_t id; /* on the mesh, 4 to 7 digits */
	char name[CONF_NAME_MAX];
	char callsign[CONF_NAME_MAX];
	char run_as[CONF_NAME_MAX]; /* user after start, when started as root */
	struct conf_calls calls;    /* what no listener may carry */
	uint32_t prompt_id;         /* source of what the server itself says */
	uint32_t ident_every_ms;
	uint32_t data_gateway; /* client that gets a copy of all unit data; 0 = none */
};

struct conf_listener {
	char name[CONF_NAME_MAX];
	struct addr bind;
	char passphrase[CONF_PASSPHRASE_MAX];
	bool open; /* a sample or empty passphrase is allowed; empty: everybody may log in */
	bool follow_port;
	struct access clients; /* ids that may log in */
	struct conf_calls calls;
	enum prompts prompts;
	char audio[CONF_PATH_MAX]; /* directory of voice files; "" = none */
	char language[AUDIO_LANGUAGE_MAX]; /* of prompts; "" = the first there is */
	struct audio voice;                /* what was found there: filled by the parent */
	struct session_defaults defaults;
};

/* Exceptions for one id, or for a 7-digit id and its 8- and 9-digit suffixes. */
struct conf_client {
	uint32_t id;
	uint32_t line;                        /* of its section in the file */
	char passphrase[CONF_PASSPHRASE_MAX]; /* "" = the listener's */
	char notes[CONF_NOTES_MAX];
	/* which of `own` were given */
	bool has_statics[2], has_dial, has_single, has_timer, has_hang, has_maps, has_private,
		has_ident;
	struct session_defaults own;
};

struct conf_limits {
	uint32_t sessions;
	uint32_t subscriptions;
	uint32_t streams;
	uint32_t locations;
	uint32_t frames_per_second; /* per stream; 0 = no limit */
	uint32_t transmit_timeout_ms;
};

struct conf_report {
	char control[CONF_PATH_MAX]; /* Unix socket; "" = off */
	struct addr http;            /* port 0 = off */
	struct networks http_allow;
	char http_token[CONF_TOKEN_MAX]; /* the reporter needs it, so it keeps it */
	bool metrics;
	char aliases[CONF_PATH_MAX]; /* index of names; "" = none */
};

struct conf {
	struct conf_server server;
	uint32_t listener_count;
	struct conf_listener listener[CONF_LISTENERS_MAX];
	uint32_t client_count;
	struct conf_client *client; /* sorted by id; from `arena` */
	struct conf_limits limits;
	struct conf_report report;
	struct arena arena;
};

#endif
