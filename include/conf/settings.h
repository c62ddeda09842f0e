/*
 * The configuration as values: one struct per section. For the keys see conf/keys.h, for reading
 * and queries conf/conf.h.
 */
#ifndef CONF_SETTINGS_H
#define CONF_SETTINGS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/addr.h"
#include "base/arena.h"
#include "base/log.h"
#include "conf/access.h"
#include "conf/audio.h"
#include "conf/networks.h"
#include "conf/session.h"
#include "conf/tglist.h"

#define CONF_LISTENERS_MAX 32u
#define CONF_NAME_MAX 32u /* octets with the terminator */
#define CONF_PASSPHRASE_MAX 128u
#define CONF_TOKEN_MAX 65u
#define CONF_TOKEN_MIN 12u /* a shorter one is guessed */
#define CONF_PATH_MAX 108u /* what a Unix socket address holds */
#define CONF_NOTES_MAX 64u
#define CONF_NOTICE_MAX 201u
#define CONF_TOPIC_MAX 64u
#define CONF_PORT_DEFAULT 62031u
#define CONF_PEER_PORT_DEFAULT 62044u
#define CONF_PEERS_MAX 256u
#define CONF_ANNOUNCEMENTS_MAX 16u
#define CONF_PEER_BINDS_MAX 64u /* sockets of peers; those with the same bind share one */
#define CONF_UPLINKS_MAX 16u
#define CONF_UPLINK_PORT_DEFAULT 62031u
#define CONF_MQTT_PORT_DEFAULT 1883u
#define CONF_TARGETS_MAX 4u
#define CONF_TARGETS_TEXT 512u
#define CONF_OPTIONS_MAX 301u /* octets of an option string with its terminator */
/* Datagram sockets by number: each listener's, each bind of peers, each uplink's. */
#define CONF_PEER_SOCKETS CONF_LISTENERS_MAX
#define CONF_UPLINK_SOCKETS (CONF_PEER_SOCKETS + CONF_PEER_BINDS_MAX)
#define CONF_SOCKETS_MAX (CONF_UPLINK_SOCKETS + CONF_UPLINKS_MAX)
#define CONF_HOST_MAX 254u    /* a name with its terminator */
#define CONF_MESH_KEY_MAX 20u /* octets of a passphrase that count on the mesh (decision 24) */

/* Destination of log lines. */
enum log_target {
	LOG_TO_STDERR,
	LOG_TO_SYSLOG,
};

enum prompts {
	PROMPTS_NONE,
	PROMPTS_MORSE,
	PROMPTS_VOICE,
};

/* Which calls are carried, by talker and destination. */
struct conf_calls {
	struct access subscribers;
	struct access talkgroups[2]; /* by the slot they are keyed on */
};

struct conf_server {
	uint32_t id; /* on the mesh, 4 to 7 digits */
	char name[CONF_NAME_MAX];
	char callsign[CONF_NAME_MAX];
	char run_as[CONF_NAME_MAX]; /* user of the reporter, when started as root */
	char run_voice_as[CONF_NAME_MAX];
	struct conf_calls calls; /* what no listener may carry */
	uint32_t prompt_id;      /* source ID of the server's own audio */
	uint32_t ident_every_ms;
	uint32_t home_first; /* talkgroups from here to 199 stay with their server on the mesh */
	char state[CONF_PATH_MAX]; /* file of state kept across restarts; "" = none */
	uint32_t remember_ms;      /* maximum age of restored state */
	uint32_t recorder;         /* octets of the flight recorder's memory; 0 = off */
	enum log_target log;
	enum log_level log_level; /* lines of this level and those before it are logged */
	uint32_t data_gateway;    /* client that gets a copy of all unit data; 0 = none */
};

struct conf_listener {
	char name[CONF_NAME_MAX];
	uint32_t line; /* of its section in the file */
	struct addr bind;
	char passphrase[CONF_PASSPHRASE_MAX];
	bool open; /* a sample or empty passphrase is allowed; with an empty one anyone can log in
	            */
	bool follow_port;
	struct access clients; /* ids that may log in */
	bool registered;       /* and that are registered */
	bool same_callsign;    /* with the registered callsign */
	struct conf_calls calls;
	enum prompts prompts;
	bool alias;                        /* a talker without alias gets one */
	char audio[CONF_PATH_MAX];         /* directory of voice files; "" = none */
	char language[AUDIO_LANGUAGE_MAX]; /* of prompts; "" = the first found */
	struct audio voice;                /* its contents, filled in by the parent */
	struct session_defaults defaults;
};

/* Exceptions for one id, or for a 7-digit id and its 8- and 9-digit suffixes. */
struct conf_client {
	uint32_t id;
	uint32_t line;                        /* of its section in the file */
	char passphrase[CONF_PASSPHRASE_MAX]; /* "" = the listener's */
	char notes[CONF_NOTES_MAX];
	struct session_choice own;
};

enum peer_protocol {
	PEER_FBP, /* FreeDMR Bridge Protocol: v5, with control packets */
	PEER_OBP, /* OpenBridge: v1, bursts alone */
};

/* A neighbour on the mesh. */
struct conf_peer {
	char name[CONF_NAME_MAX];
	uint32_t line;   /* of its section in the file */
	uint32_t socket; /* see conf_socket_bind */
	enum peer_protocol protocol;
	struct addr bind;
	char target[CONF_HOST_MAX + 6]; /* as written; "" = learned from the neighbour */
	char host[CONF_HOST_MAX];       /* a name to be resolved; "" = `address` is known */
	struct addr address;            /* port 0 = not known; with a name only the port is */
	char passphrase[CONF_PASSPHRASE_MAX];
	uint32_t local_id;  /* sent; 0 = the server's */
	uint32_t remote_id; /* required of incoming frames; 0 = any */
	bool accept_stun;
	uint32_t stun_ms;           /* duration of a stun */
	uint32_t frames_per_second; /* over all its calls; 0 = no limit */
	bool full_key;              /* sign with the whole passphrase */
	bool relaxed;               /* an authenticated neighbour may change its address */
	bool keepalive;            /* both sides send keepalives; otherwise the link is always up */
	struct access transit;     /* conferences relayed between this neighbour and others */
	struct access talkgroups;  /* that may cross the link, in either direction */
	struct access subscribers; /* radio IDs whose calls are accepted from it */
	struct access servers;     /* servers where its calls may originate */
};

/* A recording that is played at fixed intervals. */
struct conf_announcement {
	char name[CONF_NAME_MAX];
	uint32_t line;      /* of its section in the file */
	uint32_t recording; /* its number, 9991..9999 */
	uint32_t every_ms;  /* 0 = never */
	uint32_t tg;
	char listener[CONF_NAME_MAX]; /* whose clients hear it; "" = all */
};

enum uplink_protocol {
	UPLINK_HBP, /* another master, as a hotspot would */
	UPLINK_XLX, /* a module of an XLX reflector: TG 9 on slot 2 */
};

struct conf_target {
	char host[CONF_HOST_MAX]; /* a name to be resolved; "" = `address` is known */
	struct addr address;      /* with a name only the port is known; port 0 = no target */
};

/* Another server that we log in to as a client. */
struct conf_uplink {
	char name[CONF_NAME_MAX];
	uint32_t line;   /* of its section in the file */
	uint32_t socket; /* its own; see conf_socket_bind */
	enum uplink_protocol protocol;
	char module[2];                               /* of a reflector: "A".."Z" */
	char target[CONF_TARGETS_TEXT];               /* as written */
	struct conf_target targets[CONF_TARGETS_MAX]; /* in the order they are tried */
	uint32_t id;                                  /* ours there */
	char callsign[CONF_NAME_MAX];
	char passphrase[CONF_PASSPHRASE_MAX];
	char options[CONF_OPTIONS_MAX];
	struct tg_map map;     /* talkgroups there and their conferences here */
	struct access transit; /* conferences relayed between it and peers or other uplinks */
	bool private_calls;    /* voice to one radio crosses, not only data */
	bool default_route;    /* it gets calls to radios heard nowhere */
};

struct conf_limits {
	uint32_t sessions;
	uint32_t sessions_per_address; /* 0 = a quarter of the sessions, at least 16 */
	struct networks shared;        /* addresses without that limit: many clients behind each */
	uint32_t subscriptions;
	uint32_t streams;
	uint32_t locations;
	uint32_t peers;
	uint32_t frames_per_second; /* of one slot; 0 = no limit */
	uint32_t transmit_timeout_ms;
};

struct conf_report {
	char control[CONF_PATH_MAX]; /* Unix socket; "" = off */
	struct addr http;            /* port 0 = off */
	struct networks http_allow;
	char notice[CONF_NOTICE_MAX];     /* to all who see the page; "" = none */
	char http_names[CONF_HOST_MAX];   /* names it may be asked by, between commas or blanks */
	char http_token[CONF_TOKEN_MAX];  /* the reporter needs it, so it keeps it */
	char admin_token[CONF_TOKEN_MAX]; /* likewise; "" = no changes over HTTP */
	bool self_care;                   /* hotspot owners may change settings */
	bool metrics;
	struct addr legacy; /* dashboards of FreeDMR; port 0 = off */
	struct networks legacy_allow;
	uint32_t legacy_systems; /* number of sessions shown to them */
	bool legacy_repeat;      /* repeats START before the END of a call if another has ended in
	                            between */
	char mqtt[CONF_HOST_MAX + 6]; /* as written */
	struct conf_target broker;    /* off without a port */
	char mqtt_user[CONF_NAME_MAX];
	char mqtt_password[CONF_PASSPHRASE_MAX];
	char mqtt_topic[CONF_TOPIC_MAX]; /* prefix of all topics; "" = dmr/ and the server ID */
	bool mqtt_discovery;
	char history[CONF_PATH_MAX]; /* file of the history; "" = in memory only */
	uint32_t history_top;        /* rows of each hour and day */
	uint32_t last_heard;         /* calls */
	bool call_log;
	char aliases[CONF_PATH_MAX];      /* index of names; "" = none */
	char alias_format[CONF_NAME_MAX]; /* of the alias for talkers without one */
};

/*
 * Named sections keep their index while the server runs. A count includes unused rows between them
 * that a reload has freed: a row without a name is unused.
 */
struct conf {
	struct conf_server server;
	uint32_t listener_count;
	struct conf_listener listener[CONF_LISTENERS_MAX];
	uint32_t client_count;
	struct conf_client *client; /* sorted by id; from `arena` */
	uint32_t peer_count;
	struct conf_peer *peer; /* from `arena` */
	uint32_t announcement_count;
	struct conf_announcement announcement[CONF_ANNOUNCEMENTS_MAX];
	uint32_t uplink_count;
	struct conf_uplink uplink[CONF_UPLINKS_MAX];
	struct conf_limits limits;
	struct conf_report report;
	struct arena arena;
};

#endif
