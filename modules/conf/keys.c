#include "conf/keys.h"

#include <string.h>

#include "base/util.h"
#include "conf/settings.h"

#define MINUTES 60000u
#define HOURS (60 * MINUTES)
#define WEEK (168 * HOURS)
#define MIB (UINT32_C(1) << 20)

/* clang-format off */
/* The C type of each type of key, except texts. */
#define C_BOOL bool
#define C_NUMBER uint32_t
#define C_ID uint32_t
#define C_DURATION uint32_t
#define C_SIZE uint32_t
#define C_DIAL uint32_t
#define C_ADDRESS struct addr
#define C_TALKGROUPS struct tg_list
#define C_ACCESS struct access
#define C_MAPS struct tg_map
#define C_NETWORKS struct networks
#define C_PROMPTS enum prompts
#define C_LOG enum log_target
#define C_LEVEL enum log_level
#define C_PROTOCOL enum peer_protocol
#define C_UPLINK enum uplink_protocol

/* The position of the value: a member of the wrong type does not compile. */
#define MEMBER(row, member) (((struct conf_##row *)NULL)->member)
#define PLACE(row, member, type) \
	(offsetof(struct conf_##row, member) + 0 * _Generic(&MEMBER(row, member), type: 1))
#define AT(kind, row, member) .type = KEY_##kind, .offset = PLACE(row, member, C_##kind *)
#define LENGTH(row, member) (sizeof(MEMBER(row, member)) - 1)
#define TEXT_AT(kind, row, member) \
	.type = KEY_##kind, .max = LENGTH(row, member), \
	.offset = PLACE(row, member, char (*)[LENGTH(row, member) + 1])

/* Keys of two sections. */
#define LISTENER_KEY(which, member, kind, title, longest, without, about, such) \
	{.name = (title), AT(kind, listener, defaults.member), .max = (longest), \
	 .initial = (without), .help = (about), .example = (such)},
#define CLIENT_KEY(which, member, kind, title, longest, without, about, such) \
	{.name = (title), AT(kind, client, own.value.member), .max = (longest), \
	 .given = offsetof(struct conf_client, own.given), .given_bit = SESSION_##which, \
	 .help = (about), .example = (such)},
#define CALL_KEYS(row) \
	{.name = "subscribers", AT(ACCESS, row, calls.subscribers), .initial = "permit all", \
	 .help = "DMR IDs whose calls are carried: permit or deny, then IDs and ranges.", \
	 .example = "deny 1"}, \
	{.name = "talkgroups-1", AT(ACCESS, row, calls.talkgroups[0]), .initial = "permit all", \
	 .help = "Numbers that may be called on slot 1.", .example = "permit 1-999999"}, \
	{.name = "talkgroups-2", AT(ACCESS, row, calls.talkgroups[1]), .initial = "permit all", \
	 .help = "Numbers that may be called on slot 2.", .example = "deny 8, 80-89"}

/* A line for each key and section; those with one meaning everywhere are macros above. */
static const struct conf_key server_keys[] = {
	{.name = "id", AT(ID, server, id), .required = true, .when = CONF_START, .min = 1000,
	 .max = 9999999,
	 .help = "ID of this server on the mesh, 4 to 7 digits.",
	 .example = "2345"},
	{.name = "name", TEXT_AT(TEXT, server, name), .initial = "",
	 .help = "Name of this server, for people.",
	 .example = "Example"},
	{.name = "callsign", TEXT_AT(CALLSIGN, server, callsign), .initial = "",
	 .help = "Callsign of the operator, letters and digits.",
	 .example = "N0CALL"},
	{.name = "run-as", TEXT_AT(TEXT, server, run_as), .when = CONF_START, .initial = "freedmr",
	 .help = "User of the reporter, when started as root.",
	 .example = "freedmr"},
	{.name = "run-voice-as", TEXT_AT(TEXT, server, run_voice_as), .when = CONF_START,
	 .initial = "freedmr-voice",
	 .help = "User of the voice process, when started as root; should differ from run-as.",
	 .example = "freedmr-voice"},
	CALL_KEYS(server),
	{.name = "prompt-id", AT(NUMBER, server, prompt_id), .initial = "5000", .min = 1,
	 .max = 16777215, .unit = "(a radio ID)",
	 .help = "DMR ID that prompts and idents are sent from.",
	 .example = "5000"},
	{.name = "ident-every", AT(DURATION, server, ident_every_ms), .initial = "15m",
	 .max = 24 * HOURS,
	 .help = "How often the callsign is sent to a session with ident, when it is quiet.",
	 .example = "15m"},
	{.name = "state", TEXT_AT(PATH, server, state), .anew = true, .initial = "",
	 .help = "File that keeps keyed talkgroups and blocks across restarts; empty = none.",
	 .example = "/run/freedmr/state"},
	{.name = "remember", AT(DURATION, server, remember_ms), .initial = "15m",
	 .max = WEEK,
	 .help = "How long the talkgroups of an absent client are kept.",
	 .example = "15m"},
	{.name = "recorder", AT(SIZE, server, recorder), .when = CONF_START, .initial = "0",
	 .min = MIB, .max = 256 * MIB,
	 .help = "Memory of the flight recorder, which holds the last minutes; 0 = off.",
	 .example = "8M"},
	{.name = "log", AT(LOG, server, log), .anew = true, .initial = "stderr",
	 .help = "Where log lines go: stderr or syslog.",
	 .example = "stderr"},
	{.name = "log-level", AT(LEVEL, server, log_level), .initial = "info",
	 .help = "How much is logged: bug, error, warning, remote, info or debug.",
	 .example = "info"},
	{.name = "data-gateway", AT(NUMBER, server, data_gateway), .initial = "0",
	 .max = 999999999, .unit = "(a client ID)",
	 .help = "Client that gets a copy of all data to single radios; 0 = none.",
	 .example = "0"},
	{.name = "home-first", AT(NUMBER, server, home_first), .initial = "92", .min = 92,
	 .max = 200, .unit = "(talkgroup)",
	 .help = "Talkgroups from this one to 199 stay with their home server on the mesh.",
	 .example = "100"},
};

static const struct conf_key listener_keys[] = {
	{.name = "bind", AT(ADDRESS, listener, bind), .required = true,
	 .port = CONF_PORT_DEFAULT,
	 .help = "Address and UDP port that hotspots log in to; [::] means all addresses, IPv4 "
	         "too.",
	 .example = "[::]:62031"},
	{.name = "passphrase", TEXT_AT(SECRET, listener, passphrase), .when = CONF_LOGIN,
	 .initial = "",
	 .help = "Passphrase of the hotspots; an empty or sample one requires open = yes.",
	 .example = "kilo tango four"},
	{.name = "open", AT(BOOL, listener, open), .when = CONF_LOGIN, .initial = "no",
	 .help = "Allow a sample or empty passphrase; with an empty one anyone can log in.",
	 .example = "no"},
	{.name = "follow-port", AT(BOOL, listener, follow_port), .initial = "no",
	 .help = "Follow a session whose port changes without a login, as some NAT routers do.",
	 .example = "no"},
	{.name = "clients", AT(ACCESS, listener, clients), .when = CONF_LOGIN,
	 .initial = "permit all",
	 .help = "IDs that may log in: permit or deny, then IDs and ranges.",
	 .example = "permit 2340000-2349999, 234000000-234999999"},
	{.name = "registered", AT(BOOL, listener, registered), .initial = "no",
	 .help = "Admit only clients whose ID is in the aliases of [report].",
	 .example = "no"},
	{.name = "same-callsign", AT(BOOL, listener, same_callsign),
	 .initial = "no",
	 .help = "Refuse clients whose callsign differs from the one in the aliases.",
	 .example = "no"},
	SESSION_KEYS(LISTENER_KEY)
	CALL_KEYS(listener),
	{.name = "prompts", AT(PROMPTS, listener, prompts), .initial = "morse",
	 .help = "How the server answers commands: voice, morse or none.",
	 .example = "morse"},
	{.name = "alias", AT(BOOL, listener, alias), .initial = "no",
	 .help = "Send a talker alias for talkers who send none, if their name is known.",
	 .example = "no"},
	{.name = "audio", TEXT_AT(PATH, listener, audio), .initial = "",
	 .help = "Directory of voice files; empty = none.",
	 .example = "/usr/share/freedmr/audio"},
	{.name = "language", TEXT_AT(TEXT, listener, language), .initial = "",
	 .help = "Language of prompts; empty = the first one found.",
	 .example = "en_GB"},
};

static const struct conf_key client_keys[] = {
	{.name = "passphrase", TEXT_AT(SECRET, client, passphrase), .when = CONF_LOGIN,
	 .help = "Passphrase of this client, instead of the listener's.",
	 .example = "four tango kilo"},
	{.name = "notes", TEXT_AT(TEXT, client, notes), .initial = "",
	 .help = "A note for the operator; the server ignores it.",
	 .example = "hilltop repeater"},
	SESSION_KEYS(CLIENT_KEY)
};

static const struct conf_key peer_keys[] = {
	{.name = "protocol", AT(PROTOCOL, peer, protocol), .initial = "fbp",
	 .help = "fbp: FreeDMR Bridge Protocol, version 5; obp: OpenBridge, version 1.",
	 .example = "fbp"},
	{.name = "bind", AT(ADDRESS, peer, bind), .initial = "[::]:62044",
	 .help = "Local address and port; peers with the same bind share one socket.",
	 .example = "[::]:62044"},
	{.name = "target", TEXT_AT(TEXT, peer, target), .initial = "",
	 .help = "Address or name of the neighbour, and port; empty = learned from its packets.",
	 .example = "server.example:62044"},
	{.name = "passphrase", TEXT_AT(SECRET, peer, passphrase), .required = true,
	 .help = "Shared secret of the two servers; more than 20 octets requires full-key.",
	 .example = "kilo tango four"},
	{.name = "local-id", AT(ID, peer, local_id), .initial = "0", .max = UINT32_MAX,
	 .help = "Server ID that we send on this link; 0 = the one in [server].",
	 .example = "0"},
	{.name = "remote-id", AT(ID, peer, remote_id), .initial = "0", .max = UINT32_MAX,
	 .help = "Server ID that the neighbour has to send; 0 = any.",
	 .example = "2340"},
	{.name = "accept-stun", AT(BOOL, peer, accept_stun), .initial = "no",
	 .help = "Let the neighbour stop all traffic on this link for a while.",
	 .example = "no"},
	{.name = "stun-time", AT(DURATION, peer, stun_ms), .initial = "10m", .max = WEEK,
	 .help = "How long a stun lasts.",
	 .example = "10m"},
	{.name = "frames-per-second", AT(NUMBER, peer, frames_per_second), .initial = "1000",
	 .max = 100000, .unit = "frames per second",
	 .help = "Frame rate limit of the neighbour, over all its calls; 0 = no limit.",
	 .example = "1000"},
	{.name = "full-key", AT(BOOL, peer, full_key), .initial = "no",
	 .help = "Sign with the whole passphrase, as HBlink4 and DMRHub do; obp only.",
	 .example = "no"},
	{.name = "relaxed", AT(BOOL, peer, relaxed), .initial = "no",
	 .help = "Let an authenticated neighbour change its address.",
	 .example = "no"},
	{.name = "keepalive", AT(BOOL, peer, keepalive), .initial = "yes",
	 .help = "Send and expect keepalives; no = the link always counts as up; fbp only.",
	 .example = "no"},
	{.name = "transit", AT(ACCESS, peer, transit), .initial = "permit all",
	 .help = "Talkgroups relayed between this neighbour and others: all, none, or a list.",
	 .example = "91, 2350-2359"},
	{.name = "talkgroups", AT(ACCESS, peer, talkgroups), .initial = "permit all",
	 .help = "Talkgroups that may cross this link, in either direction.",
	 .example = "deny 2350"},
	{.name = "subscribers", AT(ACCESS, peer, subscribers), .initial = "permit all",
	 .help = "DMR IDs whose calls are accepted from this neighbour.",
	 .example = "deny 1"},
	{.name = "servers", AT(ACCESS, peer, servers), .initial = "permit all",
	 .help = "IDs of servers where calls from this neighbour may originate; fbp only.",
	 .example = "permit 2340-2359"},
};

static const struct conf_key announcement_keys[] = {
	{.name = "recording", AT(NUMBER, announcement, recording), .required = true,
	 .min = AUDIO_RECORDING_FIRST, .max = AUDIO_RECORDING_LAST, .unit = "(a recording)",
	 .help = "Number of the recording.",
	 .example = "9991"},
	{.name = "every", AT(DURATION, announcement, every_ms), .required = true, .max = WEEK,
	 .help = "How often a client hears it, at least 1m; 0 = never.",
	 .example = "2h"},
	{.name = "talkgroup", AT(NUMBER, announcement, tg), .initial = "9", .min = 1,
	 .max = 16777215, .unit = "(talkgroup)",
	 .help = "Talkgroup that radios hear it on.",
	 .example = "9"},
	{.name = "listener", TEXT_AT(TEXT, announcement, listener), .initial = "",
	 .help = "Listener whose clients hear it; empty = every listener.",
	 .example = "hotspots"},
};

static const struct conf_key uplink_keys[] = {
	{.name = "protocol", AT(UPLINK, uplink, protocol), .initial = "hbp",
	 .help = "hbp: another server for hotspots; xlx: a module of an XLX reflector.",
	 .example = "hbp"},
	{.name = "module", TEXT_AT(TEXT, uplink, module), .initial = "", .unit = "letter",
	 .help = "Module of the reflector, a letter from A to Z; xlx only.",
	 .example = "D"},
	{.name = "target", TEXT_AT(TEXT, uplink, target), .required = true,
	 .help = "Address or name of the other server, and port; up to 4, tried in turn.",
	 .example = "master.example:62031"},
	{.name = "id", AT(ID, uplink, id), .required = true, .min = 100000, .max = 999999999,
	 .help = "Client ID that we log in with, 6 to 9 digits.",
	 .example = "234567899"},
	{.name = "callsign", TEXT_AT(CALLSIGN, uplink, callsign), .initial = "",
	 .help = "Callsign that we log in with; empty = the one in [server].",
	 .example = "N0CALL"},
	{.name = "passphrase", TEXT_AT(SECRET, uplink, passphrase), .initial = "",
	 .help = "Passphrase of the other server.",
	 .example = "secret"},
	{.name = "options", TEXT_AT(TEXT, uplink, options), .initial = "",
	 .help = "Option string in the syntax of the other server; empty = none.",
	 .example = "TS2=91"},
	{.name = "map", AT(MAPS, uplink, map), .required = true,
	 .help = "What is linked: slot:talkgroup there = talkgroup here, ...; for xlx only 2:9.",
	 .example = "2:91=91, 1:235=235"},
	{.name = "transit", AT(ACCESS, uplink, transit), .initial = "none",
	 .help = "Talkgroups relayed between it and peers or other uplinks: none, all, or a list.",
	 .example = "none"},
	{.name = "private-calls", AT(BOOL, uplink, private_calls), .initial = "no",
	 .help = "Pass private calls as well, not only data for single radios.",
	 .example = "no"},
	{.name = "default-route", AT(BOOL, uplink, default_route), .initial = "no",
	 .help = "Send data and private calls for radios heard nowhere to this server.",
	 .example = "no"},
};

static const struct conf_key limits_keys[] = {
	{.name = "sessions", AT(NUMBER, limits, sessions), .when = CONF_START, .initial = "1024",
	 .min = 1, .max = 65535, .unit = "rows",
	 .help = "Clients that can be logged in at the same time.",
	 .example = "1024"},
	{.name = "sessions-per-address", AT(NUMBER, limits, sessions_per_address), .initial = "0",
	 .max = 65535, .unit = "sessions",
	 .help = "Clients that one address may have logged in; 0 = a quarter of sessions, at least "
	         "16.",
	 .example = "20"},
	{.name = "shared-addresses", AT(NETWORKS, limits, shared), .initial = "127.0.0.1, ::1",
	 .help = "Addresses that many clients share, without that limit: a load balancer, a "
	         "carrier's NAT.",
	 .example = "127.0.0.1, ::1, 100.64.0.0/10"},
	{.name = "subscriptions", AT(NUMBER, limits, subscriptions), .when = CONF_START,
	 .initial = "16384", .min = 1, .max = 1000000, .unit = "rows",
	 .help = "Subscriptions at the same time, over all clients and slots.",
	 .example = "16384"},
	{.name = "streams", AT(NUMBER, limits, streams), .when = CONF_START, .initial = "1024",
	 .min = 16, .max = 65535, .unit = "rows",
	 .help = "Transmissions at the same time.",
	 .example = "1024"},
	{.name = "locations", AT(NUMBER, limits, locations), .when = CONF_START, .initial = "16384",
	 .min = 16, .max = 1000000, .unit = "rows",
	 .help = "Radios whose location is remembered, for data and private calls.",
	 .example = "16384"},
	{.name = "peers", AT(NUMBER, limits, peers), .when = CONF_START, .initial = "64", .min = 1,
	 .max = CONF_PEERS_MAX, .unit = "rows",
	 .help = "Neighbours on the mesh.",
	 .example = "64"},
	{.name = "frames-per-second", AT(NUMBER, limits, frames_per_second), .initial = "25",
	 .max = 1000, .unit = "frames per second",
	 .help = "Frame rate limit of a client on one slot; 0 = no limit, for benchmarks.",
	 .example = "25"},
	{.name = "transmit-timeout", AT(DURATION, limits, transmit_timeout_ms), .initial = "180s",
	 .max = HOURS,
	 .help = "How long one transmission may last; 0 = no limit.",
	 .example = "180s"},
};

static const struct conf_key report_keys[] = {
	{.name = "control", TEXT_AT(PATH, report, control), .initial = "/run/freedmr/control.sock",
	 .help = "Unix socket of freedmr ctl; empty = off.",
	 .example = "./freedmr.sock"},
	{.name = "http", AT(ADDRESS, report, http), .initial = "127.0.0.1:8080", .port = 8080,
	 .help = "Address and TCP port of the web page, the JSON API and the metrics; empty = off.",
	 .example = "127.0.0.1:8080"},
	{.name = "http-allow", AT(NETWORKS, report, http_allow), .initial = "",
	 .help = "Addresses and networks that may open the web page; empty = anyone who can reach "
	         "it.",
	 .example = "127.0.0.1, 192.168.0.0/16"},
	{.name = "http-names", TEXT_AT(TEXT, report, http_names), .initial = "",
	 .help = "Public names of the web page, such as dmr.example.org; local names are known.",
	 .example = "dmr.example.org"},
	{.name = "http-token", TEXT_AT(SECRET, report, http_token), .initial = "",
	 .help = "Token that is required to open the web page; empty = none.",
	 .example = "kilo-tango-four-delta"},
	{.name = "admin-token", TEXT_AT(SECRET, report, admin_token), .initial = "",
	 .help = "Token that is required to kick, block and link on the web page; empty = off.",
	 .example = "echo-foxtrot-five-golf"},
	{.name = "notice", TEXT_AT(TEXT, report, notice), .initial = "",
	 .help = "Notice at the top of the web page; addresses in it become links. Empty = none.",
	 .example = "Net on TG 2350 at 19:30, see https://dmr.example.org/net"},
	{.name = "self-care", AT(BOOL, report, self_care), .initial = "no",
	 .help = "Hotspot owners may set their talkgroups on the web page; needs state in "
	         "[server].",
	 .example = "yes"},
	{.name = "metrics", AT(BOOL, report, metrics), .initial = "yes",
	 .help = "Serve /metrics for Prometheus on the http address.",
	 .example = "no"},
	{.name = "legacy", AT(ADDRESS, report, legacy), .initial = "", .port = 4321,
	 .help = "Address and TCP port for FDMR-Monitor and HBMonv2; empty = off.",
	 .example = "127.0.0.1:4321"},
	{.name = "legacy-allow", AT(NETWORKS, report, legacy_allow), .initial = "127.0.0.1, ::1",
	 .help = "Addresses and networks these dashboards may connect from; ::/0 = all.",
	 .example = "127.0.0.1, 192.0.2.0/24"},
	{.name = "legacy-systems", AT(NUMBER, report, legacy_systems), .initial = "200", .min = 1,
	 .max = 2000, .unit = "sessions",
	 .help = "How many sessions these dashboards are shown.",
	 .example = "200"},
	{.name = "legacy-repeat", AT(BOOL, report, legacy_repeat), .initial = "yes",
	 .help = "Repeat the start of a call before its end, for dashboards that lose it.",
	 .example = "yes"},
	{.name = "mqtt", TEXT_AT(TEXT, report, mqtt), .anew = true, .initial = "",
	 .help = "Address or name of an MQTT broker, and TCP port; empty = off.",
	 .example = "127.0.0.1:1883"},
	{.name = "mqtt-user", TEXT_AT(TEXT, report, mqtt_user), .initial = "",
	 .help = "User name for the broker; empty = none.",
	 .example = "freedmr"},
	{.name = "mqtt-password", TEXT_AT(SECRET, report, mqtt_password), .initial = "",
	 .help = "Password for the broker.",
	 .example = ""},
	{.name = "mqtt-topic", TEXT_AT(TEXT, report, mqtt_topic), .initial = "",
	 .help = "Prefix of all topics; empty = dmr/ and the server ID.",
	 .example = "dmr/2345"},
	{.name = "mqtt-discovery", AT(BOOL, report, mqtt_discovery), .initial = "no",
	 .help = "Announce the server and its links to Home Assistant through the broker.",
	 .example = "yes"},
	{.name = "history", TEXT_AT(PATH, report, history), .anew = true, .initial = "",
	 .help = "File that keeps statistics and calls across restarts; empty = memory only.",
	 .example = "/var/lib/freedmr/history"},
	{.name = "history-top", AT(NUMBER, report, history_top), .when = CONF_START,
	 .initial = "50", .min = 10,
	 .max = 1000, .unit = "rows",
	 .help = "Busiest talkgroups, clients and radios kept for each hour and day.",
	 .example = "50"},
	{.name = "last-heard", AT(NUMBER, report, last_heard), .when = CONF_START,
	 .initial = "1000", .min = 10,
	 .max = 100000, .unit = "calls",
	 .help = "Ended calls that are kept.",
	 .example = "1000"},
	{.name = "call-log", AT(BOOL, report, call_log), .initial = "no",
	 .help = "Log a line when a call ends.",
	 .example = "yes"},
	{.name = "aliases", TEXT_AT(PATH, report, aliases), .anew = true, .initial = "",
	 .help = "Index of names, made by freedmr aliases; empty = none.",
	 .example = "/var/lib/freedmr/aliases"},
	{.name = "alias-format", TEXT_AT(TEXT, report, alias_format),
	 .initial = "{callsign} {name}",
	 .help = "Text of the talker alias that alias = yes sends; radios get up to 27 octets.",
	 .example = "{callsign} {name}"},
};

#define KEYS(which, section) \
	.kind = SECTION_##which, .name = #section, .keys = section##_keys, \
	.key_count = ARRAY_LEN(section##_keys)

static const struct conf_section sections[SECTION_KINDS] = {
	[SECTION_SERVER] = {KEYS(SERVER, server), .help = "This server."},
	[SECTION_LISTENER] = {KEYS(LISTENER, listener), .title = "NAME", .example = "hotspots",
	 .help = "A UDP port for any number of clients, and the defaults of their sessions."},
	[SECTION_CLIENT] = {KEYS(CLIENT, client), .title = "ID", .example = "234567801",
	 .help = "Exceptions for one client ID; 7 digits cover its 8- and 9-digit suffixes too."},
	[SECTION_PEER] = {KEYS(PEER, peer), .title = "NAME", .example = "uk",
	 .help = "A server link: a neighbour on the mesh."},
	[SECTION_ANNOUNCEMENT] = {KEYS(ANNOUNCEMENT, announcement),
	 .title = "NAME", .example = "news",
	 .help = "A recording that is played at fixed intervals on quiet slots."},
	[SECTION_UPLINK] = {KEYS(UPLINK, uplink), .title = "NAME", .example = "bm",
	 .help = "Another server that this one logs in to, as a hotspot would."},
	[SECTION_LIMITS] = {KEYS(LIMITS, limits),
	 .help = "Sizes of the tables, allocated at startup, and limits of transmissions."},
	[SECTION_REPORT] = {KEYS(REPORT, report),
	 .help = "Monitoring: control socket, web page, dashboards, MQTT, history, names."},
};
/* clang-format on */

const char *conf_when_name(enum conf_when when)
{
	switch (when) {
	case CONF_NOW:
		return "at once";
	case CONF_LOGIN:
		return "at the next login";
	case CONF_START:
		return "at the next start";
	}
	return "?";
}

const char *section_name(enum section_kind kind)
{
	return kind < SECTION_KINDS ? sections[kind].name : "?";
}

const struct conf_section *section_info(enum section_kind kind)
{
	return &sections[kind];
}

const struct conf_section *section_find(const char *name)
{
	for (size_t i = 0; i < ARRAY_LEN(sections); i++)
		if (strcmp(sections[i].name, name) == 0)
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

static uint32_t given_bit(const struct conf_key *key)
{
	return 1u << key->given_bit;
}

bool key_is_given(const struct conf_key *key, const void *row)
{
	const uint32_t *given = (const void *)((const char *)row + key->given);

	return !key->given || *given & given_bit(key);
}

void key_give(const struct conf_key *key, void *row)
{
	uint32_t *given = (void *)((char *)row + key->given);

	if (key->given)
		*given |= given_bit(key);
}
