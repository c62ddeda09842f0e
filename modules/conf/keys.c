#include "conf/keys.h"

#include <string.h>

#include "base/util.h"
#include "conf/settings.h"

#define MINUTES 60000u
#define HOURS (60 * MINUTES)
#define WEEK (168 * HOURS)

const char *key_type_name(enum key_type type)
{
	switch (type) {
	case KEY_BOOL:
		return "bool";
	case KEY_NUMBER:
		return "number";
	case KEY_ID:
		return "id";
	case KEY_DURATION:
		return "duration";
	case KEY_ADDRESS:
		return "address";
	case KEY_TEXT:
		return "text";
	case KEY_CALLSIGN:
		return "callsign";
	case KEY_SECRET:
		return "secret";
	case KEY_PATH:
		return "path";
	case KEY_DIAL:
		return "talkgroup";
	case KEY_TALKGROUPS:
		return "talkgroups";
	case KEY_ACCESS:
		return "access";
	case KEY_MAPS:
		return "maps";
	case KEY_PROMPTS:
		return "prompts";
	case KEY_LOG:
		return "target";
	case KEY_LEVEL:
		return "level";
	case KEY_NETWORKS:
		return "networks";
	case KEY_PROTOCOL:
	case KEY_UPLINK:
		return "protocol";
	}
	return "?";
}

static const struct conf_key server_keys[] = {
	{.name = "id",
         .restart = true,
         .type = KEY_ID,
         .required = true,
         .min = 1000,
         .max = 9999999,
         .help = "Number of this server on the mesh, 4 to 7 digits.",
         .example = "2345",
         .offset = offsetof(struct conf_server, id)},
	{.name = "name",
         .type = KEY_TEXT,
         .initial = "",
         .max = CONF_NAME_MAX - 1,
         .unit = "octets",
         .help = "Name of this server, for people.",
         .example = "Example",
         .offset = offsetof(struct conf_server, name)},
	{.name = "callsign",
         .type = KEY_CALLSIGN,
         .initial = "",
         .max = CONF_NAME_MAX - 1,
         .unit = "octets",
         .help = "Callsign of the operator, upper-case letters and digits.",
         .example = "N0CALL",
         .offset = offsetof(struct conf_server, callsign)},
	{.name = "run-as",
         .restart = true,
         .type = KEY_TEXT,
         .initial = "freedmr",
         .max = CONF_NAME_MAX - 1,
         .unit = "octets",
         .help = "User to become after the start, when started as root.",
         .example = "freedmr",
         .offset = offsetof(struct conf_server, run_as)},
	{.name = "subscribers",
         .type = KEY_ACCESS,
         .initial = "permit all",
         .help = "Radio ids whose calls are carried: permit or deny, then ids and ranges.",
         .example = "deny 1",
         .offset = offsetof(struct conf_server, calls.subscribers)},
	{.name = "talkgroups-1",
         .type = KEY_ACCESS,
         .initial = "permit all",
         .help = "Numbers that may be called on slot 1.",
         .example = "permit 1-999999",
         .offset = offsetof(struct conf_server, calls.talkgroups[0])},
	{.name = "talkgroups-2",
         .type = KEY_ACCESS,
         .initial = "permit all",
         .help = "Numbers that may be called on slot 2.",
         .example = "deny 8, 80-89",
         .offset = offsetof(struct conf_server, calls.talkgroups[1])},
	{.name = "prompt-id",
         .type = KEY_NUMBER,
         .initial = "5000",
         .min = 1,
         .max = 16777215,
         .unit = "(a radio id)",
         .help = "Radio id as which prompts and idents are sent.",
         .example = "5000",
         .offset = offsetof(struct conf_server, prompt_id)},
	{.name = "ident-every",
         .type = KEY_DURATION,
         .initial = "15m",
         .max = 24 * HOURS,
         .help = "How often a session with ident is told the callsign, when it is quiet.",
         .example = "15m",
         .offset = offsetof(struct conf_server, ident_every_ms)},
	{.name = "state",
         .restart = true,
         .type = KEY_PATH,
         .initial = "",
         .max = CONF_PATH_MAX - 1,
         .unit = "octets",
         .help = "File that keeps what users keyed and dialled across restarts; empty = nothing is "
                 "kept.",
         .example = "/run/freedmr/state",
         .offset = offsetof(struct conf_server, state)},
	{.name = "remember",
         .restart = true,
         .type = KEY_DURATION,
         .initial = "15m",
         .max = WEEK,
         .help = "How long a client may be away and find its talkgroups again.",
         .example = "15m",
         .offset = offsetof(struct conf_server, remember_ms)},
	{.name = "log",
         .restart = true,
         .type = KEY_LOG,
         .initial = "stderr",
         .help = "Where log lines go: stderr or syslog.",
         .example = "stderr",
         .offset = offsetof(struct conf_server, log)},
	{.name = "log-level",
         .restart = true,
         .type = KEY_LEVEL,
         .initial = "info",
         .help = "How much is logged: bug, error, warning, remote, info or debug.",
         .example = "info",
         .offset = offsetof(struct conf_server, log_level)},
	{.name = "data-gateway",
         .type = KEY_NUMBER,
         .initial = "0",
         .max = 999999999,
         .unit = "(a client id)",
         .help = "Client that gets a copy of all data to single radios; 0 = none.",
         .example = "0",
         .offset = offsetof(struct conf_server, data_gateway)},
	{.name = "home-first",
         .type = KEY_NUMBER,
         .initial = "92",
         .min = 92,
         .max = 200,
         .unit = "(talkgroup)",
         .help = "Talkgroups from this one to 199 stay with their home server on the mesh.",
         .example = "100",
         .offset = offsetof(struct conf_server, home_first)},
};

static const struct conf_key listener_keys[] = {
	{.name = "bind", .restart = true,
	 .type = KEY_ADDRESS, .required = true,
	 .help = "Address and UDP port hotspots log in to; [::] means every address, IPv4 as well.",
	 .port = CONF_PORT_DEFAULT, .example = "[::]:62031",
	 .offset = offsetof(struct conf_listener, bind)},
	{.name = "passphrase", .type = KEY_SECRET, .initial = "", .max = CONF_PASSPHRASE_MAX - 1,
	 .unit = "octets",
	 .help = "What hotspots must know; empty or from a sample file only with open = yes.",
	 .example = "kilo tango four", .offset = offsetof(struct conf_listener, passphrase)},
	{.name = "open", .type = KEY_BOOL, .initial = "no",
	 .help = "Allow a sample or empty passphrase; with an empty one anybody may log in.",
	 .example = "no", .offset = offsetof(struct conf_listener, open)},
	{.name = "follow-port", .type = KEY_BOOL, .initial = "no",
	 .help = "Follow a session whose port changes without a login, as some NAT routers do.",
	 .example = "no", .offset = offsetof(struct conf_listener, follow_port)},
	{.name = "clients", .type = KEY_ACCESS, .initial = "permit all",
	 .help = "Ids that may log in: permit or deny, then ids and ranges.",
	 .example = "permit 2340000-2349999, 234000000-234999999",
	 .offset = offsetof(struct conf_listener, clients)},
	{.name = "registered", .restart = true, .type = KEY_BOOL, .initial = "no",
	 .help = "Refuse clients whose id is not among the aliases of [report].", .example = "no",
	 .offset = offsetof(struct conf_listener, registered)},
	{.name = "same-callsign", .restart = true, .type = KEY_BOOL, .initial = "no",
	 .help = "Refuse clients whose id has another callsign there.", .example = "no",
	 .offset = offsetof(struct conf_listener, same_callsign)},
	{.name = "static-1", .type = KEY_TALKGROUPS, .initial = "",
	 .help = "Talkgroups always on at slot 1.", .example = "235",
	 .offset = offsetof(struct conf_listener, defaults.statics[0])},
	{.name = "static-2", .type = KEY_TALKGROUPS, .initial = "",
	 .help = "Talkgroups always on at slot 2.", .example = "91, 2350",
	 .offset = offsetof(struct conf_listener, defaults.statics[1])},
	{.name = "default-dial", .type = KEY_DIAL, .initial = "0",
	 .help = "Talkgroup that TG 9 on slot 2 means from the start; 0 = none.", .example = "0",
	 .offset = offsetof(struct conf_listener, defaults.dial)},
	{.name = "single", .type = KEY_BOOL, .initial = "yes",
	 .help = "Keying a talkgroup suspends the others on that slot.", .example = "yes",
	 .offset = offsetof(struct conf_listener, defaults.single)},
	{.name = "timer", .type = KEY_DURATION, .initial = "10m", .max = WEEK,
	 .help = "How long a keyed talkgroup stays on without local traffic; 0 = until cleared.",
	 .example = "10m", .offset = offsetof(struct conf_listener, defaults.timer_ms)},
	{.name = "hang-time", .type = KEY_DURATION, .initial = "5s", .max = MINUTES,
	 .help = "How long after a call only the same conference may start on a slot.",
	 .example = "5s", .offset = offsetof(struct conf_listener, defaults.hang_ms)},
	{.name = "map", .type = KEY_MAPS, .initial = "",
	 .help = "Talkgroups that mean another conference: slot:talkgroup = conference.",
	 .example = "2:8=2350",
	 .offset = offsetof(struct conf_listener, defaults.maps)},
	{.name = "private-calls", .type = KEY_BOOL, .initial = "no",
	 .help = "Carry private calls to where the radio was last heard.",
	 .example = "no",
	 .offset = offsetof(struct conf_listener, defaults.private_calls)},
	{.name = "ident", .type = KEY_BOOL, .initial = "no",
	 .help = "Send an ident on slot 2 now and then; the option VOICE overrides it.",
	 .example = "no",
	 .offset = offsetof(struct conf_listener, defaults.ident)},
	{.name = "subscribers", .type = KEY_ACCESS, .initial = "permit all",
	 .help = "Radio ids whose calls are carried: permit or deny, then ids and ranges.",
	 .example = "deny 1",
	 .offset = offsetof(struct conf_listener, calls.subscribers)},
	{.name = "talkgroups-1", .type = KEY_ACCESS, .initial = "permit all",
	 .help = "Numbers that may be called on slot 1.",
	 .example = "permit 1-999999",
	 .offset = offsetof(struct conf_listener, calls.talkgroups[0])},
	{.name = "talkgroups-2", .type = KEY_ACCESS, .initial = "permit all",
	 .help = "Numbers that may be called on slot 2.",
	 .example = "deny 8, 80-89",
	 .offset = offsetof(struct conf_listener, calls.talkgroups[1])},
	{.name = "prompts", .type = KEY_PROMPTS, .initial = "morse",
	 .help = "How the server answers commands: voice, morse or none.",
	 .example = "morse",
	 .offset = offsetof(struct conf_listener, prompts)},
	{.name = "alias", .restart = true, .type = KEY_BOOL, .initial = "no",
	 .help = "Put in the name of talkers that send no alias, as far as it is known.",
	 .example = "no",
	 .offset = offsetof(struct conf_listener, alias)},
	{.name = "audio", .restart = true,
	 .type = KEY_PATH, .initial = "", .max = CONF_PATH_MAX - 1,
	 .unit = "octets", .help = "Directory of voice files; empty = none.",
	 .example = "/usr/share/freedmr/audio",
	 .offset = offsetof(struct conf_listener, audio)},
	{.name = "language", .type = KEY_TEXT, .initial = "", .max = AUDIO_LANGUAGE_MAX - 1,
	 .unit = "octets", .help = "Language of prompts; empty = the first there is.",
	 .example = "en_GB",
	 .offset = offsetof(struct conf_listener, language)},
};

static const struct conf_key client_keys[] = {
	{.name = "passphrase", .type = KEY_SECRET, .max = CONF_PASSPHRASE_MAX - 1, .unit = "octets",
	 .help = "What this client must know, instead of the listener's.",
	 .example = "four tango kilo", .offset = offsetof(struct conf_client, passphrase)},
	{.name = "notes", .type = KEY_TEXT, .initial = "", .max = CONF_NOTES_MAX - 1,
	 .unit = "octets", .help = "For the operator; the server does not read it.",
	 .example = "hilltop repeater", .offset = offsetof(struct conf_client, notes)},
	{.name = "static-1", .type = KEY_TALKGROUPS,
	 .help = "Talkgroups always on at slot 1, instead of the listener's.", .example = "235",
	 .offset = offsetof(struct conf_client, own.statics[0]),
	 .given = offsetof(struct conf_client, has_statics[0])},
	{.name = "static-2", .type = KEY_TALKGROUPS,
	 .help = "Talkgroups always on at slot 2, instead of the listener's.",
	 .example = "91, 2350", .offset = offsetof(struct conf_client, own.statics[1]),
	 .given = offsetof(struct conf_client, has_statics[1])},
	{.name = "default-dial", .type = KEY_DIAL,
	 .help = "Talkgroup that TG 9 on slot 2 means from the start; 0 = none.", .example = "0",
	 .offset = offsetof(struct conf_client, own.dial),
	 .given = offsetof(struct conf_client, has_dial)},
	{.name = "single", .type = KEY_BOOL,
	 .help = "Keying a talkgroup suspends the others on that slot.", .example = "yes",
	 .offset = offsetof(struct conf_client, own.single),
	 .given = offsetof(struct conf_client, has_single)},
	{.name = "timer", .type = KEY_DURATION, .max = WEEK,
	 .help = "How long a keyed talkgroup stays on without local traffic; 0 = until cleared.",
	 .example = "10m", .offset = offsetof(struct conf_client, own.timer_ms),
	 .given = offsetof(struct conf_client, has_timer)},
	{.name = "hang-time", .type = KEY_DURATION, .max = MINUTES,
	 .help = "How long after a call only the same conference may start on a slot.",
	 .example = "5s", .offset = offsetof(struct conf_client, own.hang_ms),
	 .given = offsetof(struct conf_client, has_hang)},
	{.name = "map", .type = KEY_MAPS,
	 .help = "Talkgroups that mean another conference: slot:talkgroup = conference.",
	 .example = "2:8=2350",
	 .offset = offsetof(struct conf_client, own.maps),
	 .given = offsetof(struct conf_client, has_maps)},
	{.name = "private-calls", .type = KEY_BOOL,
	 .help = "Carry private calls to where the radio was last heard.",
	 .example = "no",
	 .offset = offsetof(struct conf_client, own.private_calls),
	 .given = offsetof(struct conf_client, has_private)},
	{.name = "ident", .type = KEY_BOOL,
	 .help = "Send an ident on slot 2 now and then; the option VOICE overrides it.",
	 .example = "no",
	 .offset = offsetof(struct conf_client, own.ident),
	 .given = offsetof(struct conf_client, has_ident)},
};

static const struct conf_key peer_keys[] = {
	{.name = "protocol", .type = KEY_PROTOCOL, .initial = "fbp",
	 .help = "fbp: FreeDMR Bridge Protocol, version 5; obp: OpenBridge, version 1.",
	 .example = "fbp", .offset = offsetof(struct conf_peer, protocol)},
	{.name = "bind", .type = KEY_ADDRESS, .initial = "[::]:62044",
	 .help = "Our address and port; peers with the same bind share one socket.",
	 .example = "[::]:62044", .offset = offsetof(struct conf_peer, bind)},
	{.name = "target", .type = KEY_TEXT, .initial = "", .max = CONF_HOST_MAX + 5,
	 .unit = "octets",
	 .help = "Address or name of the neighbour, and port; empty = learned from its packets.",
	 .example = "server.example:62044", .offset = offsetof(struct conf_peer, target)},
	{.name = "passphrase", .type = KEY_SECRET, .required = true, .max = CONF_PASSPHRASE_MAX - 1,
	 .unit = "octets",
	 .help = "What both servers sign with; more than 20 octets only with full-key.",
	 .example = "kilo tango four", .offset = offsetof(struct conf_peer, passphrase)},
	{.name = "local-id", .type = KEY_ID, .initial = "0", .max = UINT32_MAX,
	 .help = "Number we send as ours on this link; 0 = that of the server.", .example = "0",
	 .offset = offsetof(struct conf_peer, local_id)},
	{.name = "remote-id", .type = KEY_ID, .initial = "0", .max = UINT32_MAX,
	 .help = "Number the neighbour has to send as its own; 0 = any.", .example = "2340",
	 .offset = offsetof(struct conf_peer, remote_id)},
	{.name = "accept-stun", .type = KEY_BOOL, .initial = "no",
	 .help = "Let the neighbour stop all traffic on this link for a while.",
	 .example = "no", .offset = offsetof(struct conf_peer, accept_stun)},
	{.name = "stun-time", .type = KEY_DURATION, .initial = "10m", .max = WEEK,
	 .help = "How long a stun holds.", .example = "10m",
	 .offset = offsetof(struct conf_peer, stun_ms)},
	{.name = "full-key", .type = KEY_BOOL, .initial = "no",
	 .help = "Sign with all of the passphrase, as HBlink4 and DMRHub do; obp only.",
	 .example = "no", .offset = offsetof(struct conf_peer, full_key)},
	{.name = "relaxed", .type = KEY_BOOL, .initial = "no",
	 .help = "An authenticated neighbour may change its address.",
	 .example = "no", .offset = offsetof(struct conf_peer, relaxed)},
	{.name = "transit", .type = KEY_ACCESS, .initial = "permit all",
	 .help = "Conferences relayed between this neighbour and others: all, none, or a list.",
	 .example = "91, 2350-2359", .offset = offsetof(struct conf_peer, transit)},
	{.name = "talkgroups", .type = KEY_ACCESS, .initial = "permit all",
	 .help = "Conferences that cross this link at all, in either direction.",
	 .example = "deny 2350", .offset = offsetof(struct conf_peer, talkgroups)},
	{.name = "subscribers", .type = KEY_ACCESS, .initial = "permit all",
	 .help = "Radio ids whose calls are taken from this neighbour.",
	 .example = "deny 1", .offset = offsetof(struct conf_peer, subscribers)},
	{.name = "servers", .type = KEY_ACCESS, .initial = "permit all",
	 .help = "Server ids that calls from this neighbour may start from; fbp only.",
	 .example = "permit 2340-2359", .offset = offsetof(struct conf_peer, servers)},
};

static const struct conf_key announcement_keys[] = {
	{.name = "recording", .type = KEY_NUMBER, .required = true, .min = AUDIO_RECORDING_FIRST,
	 .max = AUDIO_RECORDING_LAST, .unit = "(a recording)",
	 .help = "Which recording is played, by the number it is called by.", .example = "9991",
	 .offset = offsetof(struct conf_announcement, recording)},
	{.name = "every", .type = KEY_DURATION, .required = true, .max = WEEK,
	 .help = "How often a client hears it, at least 1m; 0 = never.", .example = "2h",
	 .offset = offsetof(struct conf_announcement, every_ms)},
	{.name = "talkgroup", .type = KEY_NUMBER, .initial = "9", .min = 1, .max = 16777215,
	 .unit = "(talkgroup)", .help = "What radios hear it on.", .example = "9",
	 .offset = offsetof(struct conf_announcement, tg)},
	{.name = "listener", .type = KEY_TEXT, .initial = "", .max = CONF_NAME_MAX - 1,
	 .unit = "octets", .help = "Whose clients hear it; empty = those of every listener.",
	 .example = "hotspots", .offset = offsetof(struct conf_announcement, listener)},
};

static const struct conf_key uplink_keys[] = {
	{.name = "protocol",
         .type = KEY_UPLINK,
         .initial = "hbp",
         .help = "hbp: another server for hotspots; xlx: a module of an XLX reflector.",
         .example = "hbp",
         .offset = offsetof(struct conf_uplink, protocol)},
	{.name = "module",
         .type = KEY_TEXT,
         .initial = "",
         .max = 1,
         .unit = "letter",
         .help = "Module of the reflector, a letter from A to Z; xlx only.",
         .example = "D",
         .offset = offsetof(struct conf_uplink, module)},
	{.name = "target",
         .type = KEY_TEXT,
         .required = true,
         .max = CONF_TARGETS_TEXT - 1,
         .unit = "octets",
         .help = "Address or name of the other server, and port; up to 4, tried in turn.",
         .example = "master.example:62031",
         .offset = offsetof(struct conf_uplink, target)},
	{.name = "id",
         .type = KEY_ID,
         .required = true,
         .min = 100000,
         .max = 999999999,
         .help = "Client id we log in with, 6 to 9 digits.",
         .example = "234567899",
         .offset = offsetof(struct conf_uplink, id)},
	{.name = "callsign",
         .type = KEY_CALLSIGN,
         .initial = "",
         .max = CONF_NAME_MAX - 1,
         .unit = "octets",
         .help = "Callsign we tell the other server; empty = that of this server.",
         .example = "N0CALL",
         .offset = offsetof(struct conf_uplink, callsign)},
	{.name = "passphrase",
         .type = KEY_SECRET,
         .initial = "",
         .max = CONF_PASSPHRASE_MAX - 1,
         .unit = "octets",
         .help = "What the other server asks its hotspots for.",
         .example = "secret",
         .offset = offsetof(struct conf_uplink, passphrase)},
	{.name = "options",
         .type = KEY_TEXT,
         .initial = "",
         .max = CONF_OPTIONS_MAX - 1,
         .unit = "octets",
         .help = "Option string as the other server wants it; empty = none is sent.",
         .example = "TS2=91",
         .offset = offsetof(struct conf_uplink, options)},
	{.name = "map",
         .type = KEY_MAPS,
         .required = true,
         .help = "What crosses: slot:talkgroup there = conference here, ...; of xlx, 2:9 alone.",
         .example = "2:91=91, 1:235=235",
         .offset = offsetof(struct conf_uplink, map)},
	{.name = "transit",
         .type = KEY_ACCESS,
         .initial = "none",
         .help = "Conferences relayed between it and peers or other uplinks: none, all, or a list.",
         .example = "none",
         .offset = offsetof(struct conf_uplink, transit)},
	{.name = "private-calls",
         .type = KEY_BOOL,
         .initial = "no",
         .help = "Private calls cross as well, not only data for a radio.",
         .example = "no",
         .offset = offsetof(struct conf_uplink, private_calls)},
	{.name = "default-route",
         .type = KEY_BOOL,
         .initial = "no",
         .help = "Data and private calls for radios that were heard nowhere go up.",
         .example = "no",
         .offset = offsetof(struct conf_uplink, default_route)},
};

static const struct conf_key limits_keys[] = {
	{.name = "sessions", .restart = true,
	 .type = KEY_NUMBER, .initial = "1024", .min = 1, .max = 65535,
	 .unit = "rows", .help = "Clients that can be logged in at a time.", .example = "1024",
	 .offset = offsetof(struct conf_limits, sessions)},
	{.name = "subscriptions", .restart = true,
	 .type = KEY_NUMBER, .initial = "16384", .min = 1, .max = 1000000,
	 .unit = "rows", .help = "Talkgroups that can be on at a time, over all clients and slots.",
	 .example = "16384", .offset = offsetof(struct conf_limits, subscriptions)},
	{.name = "streams", .restart = true,
	 .type = KEY_NUMBER, .initial = "1024", .min = 16, .max = 65535,
	 .unit = "rows", .help = "Transmissions that can run at a time.", .example = "1024",
	 .offset = offsetof(struct conf_limits, streams)},
	{.name = "locations", .restart = true,
	 .type = KEY_NUMBER, .initial = "16384", .min = 16, .max = 1000000,
	 .unit = "rows", .help = "Radios whose place is remembered, for data and private calls.",
	 .example = "16384",
	 .offset = offsetof(struct conf_limits, locations)},
	{.name = "peers", .restart = true,
	 .type = KEY_NUMBER, .initial = "64", .min = 1, .max = CONF_PEERS_MAX,
	 .unit = "rows", .help = "Neighbours on the mesh there can be.", .example = "64",
	 .offset = offsetof(struct conf_limits, peers)},
	{.name = "frames-per-second", .type = KEY_NUMBER, .initial = "25", .max = 1000,
	 .unit = "frames per second",
	 .help = "How fast one transmission may send; 0 = no limit, for benchmarks.",
	 .example = "25", .offset = offsetof(struct conf_limits, frames_per_second)},
	{.name = "transmit-timeout", .type = KEY_DURATION, .initial = "180s", .max = HOURS,
	 .help = "How long one transmission may last; 0 = no limit.", .example = "180s",
	 .offset = offsetof(struct conf_limits, transmit_timeout_ms)},
};

static const struct conf_key report_keys[] = {
	{.name = "control", .type = KEY_PATH, .initial = "/run/freedmr/control.sock",
	 .max = CONF_PATH_MAX - 1, .unit = "octets",
	 .help = "Unix socket of freedmr ctl; empty = off.", .example = "./freedmr.sock",
	 .offset = offsetof(struct conf_report, control)},
	{.name = "http", .type = KEY_ADDRESS, .initial = "127.0.0.1:8080", .port = 8080,
	 .help = "Address and TCP port of the web page, its JSON and the metrics; empty = off.",
	 .example = "127.0.0.1:8080", .offset = offsetof(struct conf_report, http)},
	{.name = "http-allow", .type = KEY_NETWORKS, .initial = "",
	 .help = "Addresses and networks that may see the web page; empty = all that reach it.",
	 .example = "127.0.0.1, 192.168.0.0/16",
	 .offset = offsetof(struct conf_report, http_allow)},
	{.name = "http-token", .type = KEY_SECRET, .initial = "", .max = CONF_TOKEN_MAX - 1,
	 .unit = "octets", .help = "What whoever wants to see the web page must know.",
	 .example = "kilo-tango-four-delta", .offset = offsetof(struct conf_report, http_token)},
	{.name = "metrics", .type = KEY_BOOL, .initial = "yes",
	 .help = "Serve /metrics for Prometheus at the http address.", .example = "no",
	 .offset = offsetof(struct conf_report, metrics)},
	{.name = "legacy", .type = KEY_ADDRESS, .initial = "", .port = 4321,
	 .help = "Address and TCP port for FDMR-Monitor and HBMonv2; empty = off.",
	 .example = "127.0.0.1:4321", .offset = offsetof(struct conf_report, legacy)},
	{.name = "legacy-allow", .type = KEY_NETWORKS, .initial = "127.0.0.1, ::1",
	 .help = "Addresses and networks these may call from; ::/0 = all.",
	 .example = "127.0.0.1, 192.0.2.0/24",
	 .offset = offsetof(struct conf_report, legacy_allow)},
	{.name = "legacy-systems", .type = KEY_NUMBER, .initial = "200", .min = 1, .max = 2000,
	 .unit = "sessions", .help = "How many sessions these are shown at a time.",
	 .example = "200", .offset = offsetof(struct conf_report, legacy_systems)},
	{.name = "legacy-repeat", .type = KEY_BOOL, .initial = "yes",
	 .help = "Tell these the start of a call again at its end when they may have lost it.",
	 .example = "yes", .offset = offsetof(struct conf_report, legacy_repeat)},
	{.name = "mqtt", .type = KEY_TEXT, .initial = "", .max = CONF_HOST_MAX + 5,
	 .unit = "octets", .help = "Address or name of an MQTT broker, and TCP port; empty = off.",
	 .example = "127.0.0.1:1883", .offset = offsetof(struct conf_report, mqtt)},
	{.name = "mqtt-user", .type = KEY_TEXT, .initial = "", .max = CONF_NAME_MAX - 1,
	 .unit = "octets", .help = "User name at the broker; empty = none.", .example = "freedmr",
	 .offset = offsetof(struct conf_report, mqtt_user)},
	{.name = "mqtt-password", .type = KEY_SECRET, .initial = "",
	 .max = CONF_PASSPHRASE_MAX - 1, .unit = "octets", .help = "Password at the broker.",
	 .example = "", .offset = offsetof(struct conf_report, mqtt_password)},
	{.name = "mqtt-topic", .type = KEY_TEXT, .initial = "", .max = CONF_TOPIC_MAX - 1,
	 .unit = "octets", .help = "What all topics begin with; empty = dmr/ID of the server.",
	 .example = "dmr/2345", .offset = offsetof(struct conf_report, mqtt_topic)},
	{.name = "aliases", .type = KEY_PATH, .initial = "", .max = CONF_PATH_MAX - 1,
	 .unit = "octets", .help = "Names of ids, an index made by freedmr aliases; empty = none.",
	 .example = "/var/lib/freedmr/aliases",
	 .offset = offsetof(struct conf_report, aliases)},
	{.name = "alias-format", .type = KEY_TEXT, .initial = "{callsign} {name}",
	 .max = CONF_NAME_MAX - 1, .unit = "octets",
	 .help = "What listeners with alias = yes show of a talker; 27 octets of it fit.",
	 .example = "{callsign} {name}", .offset = offsetof(struct conf_report, alias_format)},
};

static const struct conf_section sections[SECTION_KINDS] = {
	{.kind = SECTION_SERVER, .help = "This server.", .keys = server_keys,
	 .key_count = ARRAY_LEN(server_keys)},
	{.kind = SECTION_LISTENER, .title = "NAME",
	 .help = "One UDP endpoint for any number of clients, and what their sessions start with.",
	 .keys = listener_keys, .key_count = ARRAY_LEN(listener_keys)},
	{.kind = SECTION_CLIENT, .title = "ID",
	 .help = "Exceptions for one client id; 7 digits cover its 8- and 9-digit suffixes too.",
	 .keys = client_keys, .key_count = ARRAY_LEN(client_keys)},
	{.kind = SECTION_PEER, .restart = true, .title = "NAME", .help = "A neighbour on the mesh.",
	 .keys = peer_keys, .key_count = ARRAY_LEN(peer_keys)},
	{.kind = SECTION_ANNOUNCEMENT, .restart = true, .title = "NAME",
	 .help = "A recording that is played at fixed intervals, where nobody speaks.",
	 .keys = announcement_keys, .key_count = ARRAY_LEN(announcement_keys)},
	{.kind = SECTION_UPLINK, .restart = true, .title = "NAME",
	 .help = "Another server that this one logs in to, as a hotspot would.",
	 .keys = uplink_keys, .key_count = ARRAY_LEN(uplink_keys)},
	{.kind = SECTION_LIMITS,
	 .help = "Sizes of the tables, claimed at start, and limits of transmissions.",
	 .keys = limits_keys, .key_count = ARRAY_LEN(limits_keys)},
	{.kind = SECTION_REPORT, .restart = true,
	 .help = "What can be seen from outside.", .keys = report_keys,
	 .key_count = ARRAY_LEN(report_keys)},
};

const char *section_name(enum section_kind kind)
{
	switch (kind) {
	case SECTION_SERVER:
		return "server";
	case SECTION_LISTENER:
		return "listener";
	case SECTION_CLIENT:
		return "client";
	case SECTION_PEER:
		return "peer";
	case SECTION_ANNOUNCEMENT:
		return "announcement";
	case SECTION_UPLINK:
		return "uplink";
	case SECTION_LIMITS:
		return "limits";
	case SECTION_REPORT:
		return "report";
	case SECTION_KINDS:
		break;
	}
	return "?";
}

const struct conf_section *section_info(enum section_kind kind)
{
	return &sections[kind];
}

const struct conf_section *section_find(const char *name)
{
	for (size_t i = 0; i < ARRAY_LEN(sections); i++)
		if (strcmp(section_name(sections[i].kind), name) == 0)
			return &sections[i];
	return NULL;
}

const struct conf_key *key_find(const struct conf_section *section, const char *name)
{
	for (size_t i = 0; i < section->key_count; i++)
		if (strcmp(section->keys[i].name, name) == 0)
			return &section->keys[i];
	return NULL;
}

const struct conf_section *key_elsewhere(const struct conf_section *section, const char *name)
{
	for (size_t i = 0; i < ARRAY_LEN(sections); i++)
		if (&sections[i] != section && key_find(&sections[i], name))
			return &sections[i];
	return NULL;
}
