/*
 * Messages of the voice process to the reporter, and of the parent to its children.
 *
 * A record is one message on the pipe between the two: smaller than PIPE_BUF, so a write is all or
 * nothing, and versioned, so that a row can also be saved in the state file or handed over. Most
 * records are rows: the published form of the core's tables, without secrets. A row says what
 * happened to it (`change`) and, at its end, why (`cause`); the reporter keeps a mirror by
 * replacing rows of the same key and dropping ended ones.
 *
 * A snapshot is RECORD_SNAPSHOT with begin = true, every row with CHANGE_SNAPSHOT, and
 * RECORD_SNAPSHOT with begin = false; rows that change meanwhile may come in between and are newer.
 * The mirror drops rows that the snapshot did not repeat.
 *
 * When the pipe is full, records are dropped and counted; the next one that fits is RECORD_DROPPED,
 * and the reporter then requests a snapshot.
 *
 * One table of fields per kind (record_info, in modules/wire/record.c) drives the codec
 * (record_codec.c), the JSON form (record_json.c) and the mirror's keys; see wire/field.h for the
 * types. On the wire: version u8, kind u8, change u8, cause u8, tick u64, then the fields in table
 * order; a text is its length u16 and its octets, an address is ip(16), scope u32, port u16. On the
 * pipe each record is preceded by its length u16, in one write.
 */
#ifndef WIRE_RECORD_H
#define WIRE_RECORD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/addr.h"
#include "base/cursor.h"
#include "base/histogram.h"
#include "base/log.h"
#include "base/text.h"
#include "base/tick.h"
#include "wire/parse.h"
#include "wire/source.h"

#define RECORD_VERSION 1
#define RECORD_MAX 1024u /* octets on the wire; far below PIPE_BUF */
#define RECORD_FRAME_MAX (2u + RECORD_MAX)
#define RECORD_KEY_MAX 64u
#define RECORD_JSON_MAX 4096u /* fits every record's JSON form, with escapes */
#define RECORD_LINE_MAX 400u
#define RECORD_OPTIONS_MAX 304u

enum record_kind {
	RECORD_SERVER,
	RECORD_LISTENER,
	RECORD_SESSION,
	RECORD_SLOT,
	RECORD_SUBSCRIPTION,
	RECORD_CALL,
	RECORD_PEER,
	RECORD_BLOCK,
	RECORD_TABLE,     /* use of one table */
	RECORD_COUNTER,   /* one counter, or a gauge if its name does not end in _total */
	RECORD_HISTOGRAM, /* durations */
	RECORD_ROWS,      /* number of row kinds; not sent */

	RECORD_SNAPSHOT = RECORD_ROWS,
	RECORD_LOG,
	RECORD_DROPPED,
	RECORD_REPLY, /* to a command */
	RECORD_LEGS,
	RECORD_DECISION, /* one row of the answer to COMMAND_WHY */
	RECORD_REFUSAL,  /* of a login, or of a datagram without a session */
	RECORD_LOOP,     /* a call that also came by another path */
	RECORD_RELOAD,   /* one row of the answer to COMMAND_RELOAD, or of a reload by signal */
	RECORD_RESOLVED, /* the address of a name, resolved by the parent */
	RECORD_PING,     /* a client sent a keepalive */
	RECORD_QUENCH,   /* one row of the answer to COMMAND_QUENCHES */
	RECORD_BEAT,     /* heartbeat of the parent, to be answered */
	RECORD_SOCKET,   /* comes with a descriptor: what the parent has opened */
	RECORD_OFFER,    /* a new configuration is ready (conf/reload.h); its sockets were passed
	                    before */
	RECORD_KINDS,
};

enum change {
	CHANGE_SNAPSHOT, /* current state, in a snapshot */
	CHANGE_BEGIN,
	CHANGE_UPDATE,
	CHANGE_END,
};

/* Why something ended, was refused or was dropped, as reported to operators. */
enum cause {
	CAUSE_NONE,
	/* sessions */
	CAUSE_LOGOUT,   /* RPTCL */
	CAUSE_EXPIRED,  /* keepalive missed */
	CAUSE_REPLACED, /* logged in again, here or elsewhere */
	CAUSE_KICKED,   /* operator */
	CAUSE_SHUTDOWN,
	/* calls */
	CAUSE_TERMINATOR,
	CAUSE_TIMEOUT,          /* frames stopped */
	CAUSE_TRANSMIT_TIMEOUT, /* talked too long */
	CAUSE_SUPERSEDED,       /* the same client began another call on that slot */
	CAUSE_SESSION_END,
	/* subscriptions */
	CAUSE_OPTIONS, /* replaced by an option string */
	CAUSE_TIMER,
	CAUSE_SINGLE,   /* single mode: another talkgroup was keyed */
	CAUSE_DIALLED,  /* another one was dialled, or 4000 */
	CAUSE_OPERATOR, /* unlinked, unblocked */
	CAUSE_BLOCKED,  /* by an operator */
	CAUSE_CAUSES,
};

enum session_state {
	SESSION_AUTHENTICATED, /* RPTK was correct, waiting for RPTC */
	SESSION_CONNECTED,
};

enum slot_state {
	SLOT_IDLE,
	SLOT_TALKING, /* the client's own radio side transmits */
	SLOT_HEARING, /* it hears a call from us */
	SLOT_HANG,    /* hang time: only `conference` may start */
	SLOT_PROMPT,  /* audio of the server, playing or waiting */
};

/* How a subscription began, which decides only when it ends and what replaces it. */
enum subscription_mode {
	SUBSCRIPTION_STATIC,
	SUBSCRIPTION_USER,    /* activated by keying up */
	SUBSCRIPTION_DEFAULT, /* default reflector: TG 9 on slot 2 */
	SUBSCRIPTION_DIAL,    /* dialled: TG 9 on slot 2, replaces the default */
};

enum call_state {
	CALL_RUNNING,
	CALL_WAITING, /* its conference is busy; joins when it is free */
	CALL_IGNORED, /* ended by us; its remaining frames are dropped */
};

/* The state of a link. */
enum link_state {
	LINK_DOWN,
	LINK_UP,
	LINK_QUIET,   /* unknown without keepalives, and nothing was sent */
	LINK_UNHEARD, /* likewise, but calls are sent */
	LINK_STATES,
};

/* Who stopped something. */
enum issuer {
	ISSUER_NONE,
	ISSUER_OPERATOR,
	ISSUER_NEIGHBOUR,
	ISSUER_SERVER, /* this one */
	ISSUERS,
};

/* Why a call is not sent over a link. */
enum quench_reason {
	QUENCH_ASKED,   /* the receiving side has asked for it */
	QUENCH_BROUGHT, /* the receiving side sends the call itself */
	QUENCH_REASONS,
};

enum reload_outcome {
	RELOAD_APPLIED,
	RELOAD_LOGIN,    /* at the next login */
	RELOAD_DEFERRED, /* to the next start */
	RELOAD_REFUSED,
	RELOAD_OUTCOMES,
};

const char *record_kind_name(enum record_kind kind);
const char *change_name(enum change change);
const char *cause_name(enum cause cause);
const char *session_state_name(enum session_state state);
const char *slot_state_name(enum slot_state state);
const char *subscription_mode_name(enum subscription_mode mode);
const char *call_state_name(enum call_state state);
const char *link_state_name(enum link_state state);
const char *issuer_name(enum issuer issuer);
const char *quench_reason_name(enum quench_reason reason);
const char *reload_outcome_name(enum reload_outcome outcome);

/*
 * Data about an ID from the alias files. The voice process leaves it blank; the reporter fills it
 * in on arrival (report/alias.h).
 */
struct alias {
	char callsign[12];
	char name[41];
	char country[28];
};

struct server_row {
	uint32_t id;
	char name[32];
	char callsign[32];
	char version[32];
	tick_t started;
};

struct listener_row {
	char name[32]; /* key */
	struct addr bind;
	uint32_t sessions;
};

struct session_row {
	uint32_t client; /* key */
	char listener[32];
	struct addr at;
	enum session_state state;
	tick_t since;
	tick_t last_ping;
	char callsign[9];
	uint32_t rx_hz, tx_hz;
	uint8_t cc;
	bool simplex;
	char location[41];
	char software[81];
	char package[81];
	char options[RECORD_OPTIONS_MAX]; /* as sent, cleaned; passwords in it blanked */
	uint32_t options_bad;             /* tokens that were skipped */
	uint64_t frames_in_total, frames_out_total;
	struct alias owner;
};

struct slot_row {
	uint32_t client; /* key */
	uint8_t slot;    /* key */
	enum slot_state state;
	uint32_t conference;
	uint32_t src; /* the talker heard or sent */
	uint32_t stream;
	tick_t until; /* end of the hang time; TICK_NEVER otherwise */
	struct alias caller;
	struct alias conference_alias; /* the conference; a talkgroup has only a name */
};

struct subscription_row {
	uint32_t client;             /* key */
	uint8_t slot;                /* key */
	uint32_t rf_tg;              /* key */
	uint32_t conference;         /* key */
	enum subscription_mode mode; /* key */
	bool active;                 /* false: suspended by single mode */
	tick_t until;
	struct alias conference_alias;
};

struct call_row {
	struct source origin; /* key */
	uint32_t stream;      /* key */
	uint32_t generation;  /* key: a stream ID may be reused */
	tick_t started;
	uint8_t slot;
	uint32_t src;
	uint32_t dst; /* as keyed on the radio */
	uint32_t conference;
	bool unit;
	bool data;
	enum call_state state;
	uint32_t frames, lost, late, duplicate; /* per call */
	uint32_t ber_errors;                    /* bit errors summed over the voice bursts */
	uint8_t rssi;       /* last value received, magnitude of dBm, 0 = unknown */
	uint32_t listeners; /* slots that have it open */
	char peer[32];      /* it came from; "" = from a client */
	uint32_t server;    /* server where it entered the mesh */
	uint32_t repeater;  /* the talker's client; 0 = unknown */
	uint8_t hops;       /* so far */
	uint32_t delay_ms;  /* of the last of them, by its time stamp */
	char talker[56];    /* alias, as far as received */
	char position[24];  /* "LATITUDE,LONGITUDE" in degrees; "" = unknown */
	struct alias caller;
	struct alias called; /* of a unit call */
	struct alias conference_alias;
};

struct peer_row {
	char name[32]; /* key */
	char protocol[4];
	struct addr at;
	bool up; /* calls are sent */
	enum link_state state;
	tick_t since;         /* of up or down; TICK_LONG_AGO = never up */
	tick_t heard;         /* last authentic and fresh datagram */
	tick_t stunned_until; /* TICK_LONG_AGO = not stunned; TICK_NEVER = until cleared */
	bool stunned;
	enum issuer stunned_by;
	uint32_t remote;              /* server ID it must send */
	struct source origin;         /* in its calls, and in legs */
	uint8_t version;              /* highest version received, 0 = none yet */
	bool clock_differs;           /* so much that calls are refused */
	uint32_t behind_ms, ahead_ms; /* age of the last stamp, or its distance in the future */
	uint64_t frames_in_total, frames_out_total, lost_total, refused_total, stale_total;
	uint64_t quenches_in_total, quenches_out_total;
};

struct block_row {
	char what[56];    /* key: an ID or an address */
	char refused[48]; /* reason a client was refused; "" = an operator's block */
	tick_t until, since;
};

struct table_row {
	char name[24]; /* key */
	uint32_t used, high_water, capacity;
};

struct counter_row {
	char name[48]; /* key */
	uint64_t value;
};

struct histogram_row {
	char name[24]; /* key */
	uint64_t bucket[HISTOGRAM_BUCKETS];
	uint64_t sum_us;
};

struct snapshot_record {
	uint32_t number; /* of the command that asked */
	bool begin;
};

struct log_record {
	enum log_level level;
	char line[RECORD_LINE_MAX];
};

struct dropped_record {
	uint64_t count; /* since the last record sent */
	uint64_t total;
};

struct reply_record {
	uint32_t number;
	bool done;
	char text[160]; /* the result, or the reason for refusal */
};

/* A slot that hears a call, and the talkgroup it is heard as. */
struct call_leg {
	struct source to;
	uint32_t tg;
	uint8_t slot;
};

#define LEGS_MAX 40u

/* Slots on which a call was opened or closed. A big call needs several records. */
struct legs_record {
	struct source origin; /* origin, stream, generation: the key of the call */
	uint32_t stream;
	uint32_t generation;
	tick_t started;
	uint32_t src;
	uint32_t conference;
	bool open;
	struct leg_list {
		uint8_t count;
		struct call_leg leg[LEGS_MAX];
	} list;
};

struct decision_record {
	uint32_t number; /* of the command that asked */
	tick_t noted;    /* the last time */
	uint32_t client, radio;
	uint8_t slot;
	uint32_t tg;
	uint32_t times; /* 0: the current state */
	char text[160];
};

/* Once a minute per reason and address. */
struct refusal_record {
	uint32_t client;
	char listener[32];
	struct addr at;
	char message[8]; /* the refused datagram: RPTL, DMRD, ... */
	char why[80];
};

/* Once a minute per call and neighbour. */
struct loop_record {
	char peer[32];   /* origin of the dropped copy */
	char winner[32]; /* origin of the copy in use; "" = a client here */
	uint32_t stream;
	uint32_t src;
	uint32_t dst;
	bool unit;
};

struct quench_record {
	uint32_t number; /* of the command that asked */
	char peer[32];
	uint32_t tg, stream;
	enum quench_reason reason;
	enum issuer issuer; /* whose side does not want it */
	tick_t until;       /* without a word before */
};

struct reload_record {
	uint32_t number; /* of the command that asked; 0 = a signal */
	enum reload_outcome outcome;
	char what[240]; /* the key, or the fault in the file */
};

struct beat_record {
	uint32_t number; /* from 1 after each start of the child */
};

struct resolved_record {
	struct source of; /* a neighbour, an uplink, or the server itself: its broker */
	uint32_t target;  /* of an uplink */
	struct addr to;
};

struct socket_record {
	uint32_t place; /* conf_socket_bind; of the reporter, enum service */
	struct addr at; /* bound to */
};

struct offer_record {
	uint32_t number; /* of the command that asked; 0 = a signal */
};

struct ping_record {
	uint32_t client;
};

struct record {
	enum record_kind kind;
	enum change change;
	enum cause cause;
	tick_t at;
	union {
		struct server_row server;
		struct listener_row listener;
		struct session_row session;
		struct slot_row slot;
		struct subscription_row subscription;
		struct call_row call;
		struct peer_row peer;
		struct block_row block;
		struct table_row table;
		struct counter_row counter;
		struct histogram_row histogram;
		struct snapshot_record snapshot;
		struct log_record log;
		struct dropped_record dropped;
		struct reply_record reply;
		struct legs_record legs;
		struct decision_record decision;
		struct refusal_record refusal;
		struct loop_record loop;
		struct quench_record quench;
		struct reload_record reload;
		struct resolved_record resolved;
		struct ping_record ping;
		struct beat_record beat;
		struct socket_record socket;
		struct offer_record offer;
	};
};

enum field_type {
	FIELD_U8,
	FIELD_U32,
	FIELD_U64,
	FIELD_BOOL,
	FIELD_ENUM, /* an int-sized enum; u8 on the wire, its name in JSON */
	FIELD_TICK, /* JSON: seconds since the epoch, null for TICK_NEVER */
	FIELD_ADDR,
	FIELD_TEXT,
	FIELD_SOURCE, /* u32: its number */
	FIELD_HEX32,  /* stream ids: eight hex digits in JSON */
	FIELD_LEGS, /* count u8, then client u32, slot u8, tg u32 of each; JSON: array of objects */
};

struct record_field {
	const char *name; /* as in JSON: letters, digits, '_' */
	const char *(*enum_name)(unsigned value);
	uint16_t offset; /* within struct record */
	uint16_t size;   /* octets of a FIELD_TEXT; how many values a FIELD_ENUM has */
	uint8_t type;    /* enum field_type */
	bool key;
};

struct record_info {
	const char *name;
	const struct record_field *fields;
	size_t field_count;
};

const struct record_info *record_info(enum record_kind kind);

/* The field of this name; NULL when the kind has none. */
const struct record_field *record_field_find(enum record_kind kind, const char *name);

/* The value of a field: of a number, bool, enum or tick; of the type in the name. */
uint64_t record_number(const struct record *r, const struct record_field *f);
const char *record_text(const struct record *r, const struct record_field *f);
const struct addr *record_addr(const struct record *r, const struct record_field *f);
struct source record_source(const struct record *r, const struct record_field *f);
const struct leg_list *record_legs(const struct record *r, const struct record_field *f);

void record_write(struct wr *w, const struct record *r);
MUST_CHECK enum parse record_parse(const uint8_t *bytes, size_t len, struct record *out,
                                   const char **reason);

/* Writes the record preceded by its length, as on the pipe. */
void record_frame_write(struct wr *w, const struct record *r);

/*
 * Takes the first frame from a stream of octets: *record then reads the input for record_parse.
 * PARSE_IGNORE: not complete yet; PARSE_BAD: too long for a record, the stream is out of sync. In
 * both cases nothing is taken.
 */
MUST_CHECK enum parse record_frame_take(struct rd *stream, struct rd *record);

/*
 * Writes the kind and the key fields so that the octets of two keys compare as the keys do: rows in
 * the order of their keys are grouped by kind and, within it, by the first key fields. A text is
 * followed by a zero. Fits in RECORD_KEY_MAX.
 */
void record_key(struct wr *w, const struct record *r);

/* Same kind and same key fields? */
bool record_same_key(const struct record *a, const struct record *b);

/*
 * One JSON object, no newline: kind, change, cause, time, then the fields. `epoch_ms` is
 * wall-clock time minus tick, so that ticks become epoch seconds.
 */
void record_json(struct text *t, const struct record *r, int64_t epoch_ms);

/* Only the fields, each as ,"name":value to continue an object. */
void record_json_fields(struct text *t, const struct record *r, int64_t epoch_ms);

/* One field. */
void record_json_field(struct text *t, const struct record *r, const struct record_field *f,
                       int64_t epoch_ms);

/* One time as epoch seconds with three decimals; null for TICK_NEVER and TICK_LONG_AGO. */
void record_json_time(struct text *t, tick_t at, int64_t epoch_ms);

#endif
