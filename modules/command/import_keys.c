#include "command/import_keys.h"

#include <ctype.h>
#include <string.h>

#include "base/util.h"
#include "conf/tglist.h"

#define VALUE_CAP 2048u
#define WEEK_MINUTES (7 * 24 * 60)

bool import_is_yes(const char *value)
{
	return text_same(value, "true") || text_same(value, "yes") || text_same(value, "on") ||
	       strcmp(value, "1") == 0;
}

void import_put(struct import *m, const char *key, const char *value)
{
	size_t len = strlen(value);
	bool quote = strpbrk(value, ";#") || (len && (value[0] == ' ' || value[len - 1] == ' '));

	/* Other values that cannot be written are reported when the result is checked. */
	if (len > 1 && value[0] == '"' && value[len - 1] == '"')
		text_format(&m->ask,
		            "%s:%u: [%s]: %s quotes removed, which were part of the value\n",
		            m->now->file, m->now->line, m->now->name, key);
	text_format(&m->out, "%s%s = %s%s%s\n", m->commented ? ";" : "", key, quote ? "\"" : "",
	            value, quote ? "\"" : "");
}

void import_put_format(struct import *m, const char *key, const char *format, ...)
{
	char value[160];
	struct text t = text_make(value, sizeof(value));
	va_list args;

	va_start(args, format);
	text_vformat(&t, format, args);
	va_end(args);
	import_put(m, key, value);
}

/* One of several sections made of the same lines: notes were written for the first. */
static bool is_one_more(const struct import *m)
{
	const struct stanza *s = m->now;

	return s > m->all.stanza && s[-1].line == s->line && strcmp(s[-1].file, s->file) == 0 &&
	       strcmp(value_of(s, "mode", ""), "CLIENT") == 0 &&
	       strcmp(value_of(s - 1, "mode", ""), "CLIENT") == 0;
}

static void note(struct text *t, const struct import *m, const struct entry *e, const char *why)
{
	char key[64];
	size_t i = 0;

	if (is_one_more(m))
		return;
	for (; e->key[i] && i + 1 < sizeof(key); i++)
		key[i] = (char)toupper((unsigned char)e->key[i]);
	key[i] = 0;
	text_format(t, "%s:%u: %s of [%s]: %s\n", m->now->file, e->line, key, m->now->name, why);
}

void import_tell(struct import *m, const struct entry *e, const char *why)
{
	note(&m->tell, m, e, why);
}

void import_ask(struct import *m, const struct entry *e, const char *why)
{
	note(&m->ask, m, e, why);
}

/* Converts the value of a key; reports what it cannot convert. */
typedef void convert(struct import *m, const struct entry *e, const char *to);

static void as_is(struct import *m, const struct entry *e, const char *to)
{
	if (*e->value)
		import_put(m, to, e->value);
}

/* Leaves out what cannot be static. */
static void as_statics(struct import *m, const struct entry *e, const char *to)
{
	char list[VALUE_CAP], why[128];
	struct text t = text_make(list, sizeof(list));

	for (const char *at = e->value; *at; at += strcspn(at, ", ")) {
		at += strspn(at, ", ");
		size_t len = strcspn(at, ", ");
		struct tg_list one = {.count = 0};
		const char *fault = len ? tg_list_add(&one, at, len) : NULL;
		if (fault) {
			struct text w = text_make(why, sizeof(why));
			text_format(&w, "%.*s was left out: %s", (int)len, at, fault);
			import_ask(m, e, why);
		} else if (len) {
			text_put(&t, t.len ? "," : "");
			text_bytes(&t, at, len);
		}
	}
	if (t.cut)
		import_ask(m, e, "too long");
	else if (t.len)
		import_put(m, to, list);
}

static void as_bool(struct import *m, const struct entry *e, const char *to)
{
	import_put(m, to, import_is_yes(e->value) ? "yes" : "no");
}

static void as_dial(struct import *m, const struct entry *e, const char *to)
{
	uint64_t tg = 0;

	(void)!text_to_u64(e->value, strlen(e->value), 0, 16777215, &tg);
	import_put(m, to, tg ? e->value : "0");
}

static void as_minutes(struct import *m, const struct entry *e, const char *to)
{
	uint64_t minutes;

	if (!text_to_u64(e->value, strlen(e->value), 0, UINT32_MAX, &minutes)) {
		import_ask(m, e, "not a number of minutes");
		return;
	}
	if (minutes > WEEK_MINUTES) {
		import_tell(m, e, "longer than a week: written as 0, which means until unlinked");
		minutes = 0;
	}
	import_put_format(m, to, minutes ? "%um" : "%u", (unsigned)minutes);
}

static void as_seconds(struct import *m, const struct entry *e, const char *to)
{
	uint64_t seconds;

	if (!text_to_u64(e->value, strlen(e->value), 0, UINT32_MAX, &seconds)) {
		import_ask(m, e, "not a number of seconds");
		return;
	}
	if (seconds > 60) {
		import_tell(m, e, "longer than a minute: written as 60s");
		seconds = 60;
	}
	import_put_format(m, to, "%us", (unsigned)seconds);
}

void import_access(struct import *m, const struct entry *e, const char *to)
{
	char list[VALUE_CAP];
	struct text t = text_make(list, sizeof(list));
	const char *colon = strchr(e->value, ':');
	size_t word = colon ? (size_t)(colon - e->value) : 0;

	if (!colon) {
		if (*e->value)
			import_ask(m, e, "neither PERMIT: nor DENY:");
		return;
	}
	bool permit = word == 6 && strncmp(e->value, "PERMIT", 6) == 0;
	text_format(&t, "%s ", permit ? "permit" : "deny");
	text_put(&t, text_same(colon + 1, "ALL") ? "all" : colon + 1);
	if (t.cut)
		import_ask(m, e, "too long");
	else if (strcmp(list, "permit all") != 0)
		import_put(m, to, list);
}

/* In FreeDMR this is the number it expects, in HBlink the one it sends. */
static void as_network(struct import *m, const struct entry *e, const char *to)
{
	import_put(m, m->freedmr ? to : "local-id", e->value);
}

/* These lists are in effect only if USE_ACL is on. */
static void as_used_access(struct import *m, const struct entry *e, const char *to)
{
	if (import_is_yes(value_of(m->now, "use_acl", "True")))
		import_access(m, e, to);
	else if (*e->value && !text_same(e->value, "PERMIT:ALL"))
		import_tell(m, e, "not used: USE_ACL is off");
}

/* How a key is converted. Without `convert`: elsewhere, or not at all for the reason given. */
struct rule {
	enum stanza_kind kind;
	const char *key, *to;
	convert *convert;
	const char *why;
};

#define TOLD "the server sends fixed values"

/* A line for each key and stanza: the same key means something else in another stanza. */
static const struct rule rules[] = {
	{GLOBAL, "server_id", "id", NULL, NULL},
	{GLOBAL, "use_acl", NULL, NULL, NULL},
	{GLOBAL, "sub_acl", "subscribers", as_used_access, NULL},
	{GLOBAL, "tgid_ts1_acl", "talkgroups-1", as_used_access, NULL},
	{GLOBAL, "tgid_ts2_acl", "talkgroups-2", as_used_access, NULL},
	{GLOBAL, "reg_acl", NULL, NULL, NULL},
	{GLOBAL, "path", NULL, NULL, "each key has its own path"},
	{GLOBAL, "ping_time", NULL, NULL, "clients ping every 10 s"},
	{GLOBAL, "max_missed", NULL, NULL, "a session ends after 40 s of silence"},
	{GLOBAL, "gen_stat_bridges", NULL, NULL, "talkgroups are created and removed as needed"},
	{GLOBAL, "allow_null_passphrase", NULL, NULL, "see open in [listener]"},
	{GLOBAL, "announcement_languages", NULL, NULL,
         "every language found is available; see audio"},
	{GLOBAL, "data_gateway", NULL, NULL, "set data-gateway to its client ID"},
	{GLOBAL, "validate_server_ids", NULL, NULL,
         "neighbours are authenticated by passphrase; see servers"},
	{GLOBAL, "debug_bridges", NULL, NULL,
         "there are no bridges: hotspots subscribe to talkgroups"},
	{GLOBAL, "enable_api", NULL, NULL, "see freedmr ctl"},
	{GLOBAL, "announcement_language", NULL, NULL, "see language in [listener]"},
	{GLOBAL, "talker_alias", NULL, NULL, "see alias in [listener]"},
	{GLOBAL, "talker_alias_format", NULL, NULL, "see alias-format in [report]"},
	{MASTER, "mode", NULL, NULL, NULL},
	{MASTER, "enabled", NULL, NULL, NULL},
	{MASTER, "ip", NULL, NULL, NULL},
	{MASTER, "port", NULL, NULL, NULL},
	{MASTER, "passphrase", NULL, NULL, NULL},
	{MASTER, "use_acl", NULL, NULL, NULL},
	{MASTER, "ts1_static", "static-1", as_statics, NULL},
	{MASTER, "ts2_static", "static-2", as_statics, NULL},
	{MASTER, "default_reflector", "default-dial", as_dial, NULL},
	{MASTER, "default_ua_timer", "timer", as_minutes, NULL},
	{MASTER, "single_mode", "single", as_bool, NULL},
	{MASTER, "group_hangtime", "hang-time", as_seconds, NULL},
	{MASTER, "voice_ident", "ident", as_bool, NULL},
	{MASTER, "announcement_language", "language", as_is, NULL},
	{MASTER, "reg_acl", "clients", import_access, NULL},
	{MASTER, "sub_acl", "subscribers", as_used_access, NULL},
	{MASTER, "tgid_ts1_acl", "talkgroups-1", as_used_access, NULL},
	{MASTER, "tgid_ts2_acl", "talkgroups-2", as_used_access, NULL},
	{MASTER, "repeat", NULL, NULL, "calls go to subscribers, never to all"},
	{MASTER, "max_peers", NULL, NULL, "a listener serves any number; see sessions in [limits]"},
	{MASTER, "max_repeaters", NULL, NULL,
         "a listener serves any number; see sessions in [limits]"},
	{MASTER, "sticky_tg", NULL, NULL, "see single and timer"},
	{MASTER, "generator", NULL, NULL, "combined into one listener on one port"},
	{MASTER, "export_ambe", NULL, NULL, "not needed"},
	{MASTER, "allow_unreg_id", NULL, NULL, "see registered and same-callsign"},
	{MASTER, "proxy_control", NULL, NULL, "there is no proxy"},
	{MASTER, "override_ident_tg", NULL, NULL, "clients choose it with the option IDENTTG"},
	{OPENBRIDGE, "mode", NULL, NULL, NULL},
	{OPENBRIDGE, "enabled", NULL, NULL, NULL},
	{OPENBRIDGE, "ip", NULL, NULL, NULL},
	{OPENBRIDGE, "port", NULL, NULL, NULL},
	{OPENBRIDGE, "target_ip", NULL, NULL, NULL},
	{OPENBRIDGE, "target_port", NULL, NULL, NULL},
	{OPENBRIDGE, "passphrase", NULL, NULL, NULL},
	{OPENBRIDGE, "enhanced_obp", NULL, NULL, NULL},
	{OPENBRIDGE, "proto_ver", NULL, NULL, NULL},
	{OPENBRIDGE, "use_acl", NULL, NULL, NULL},
	{OPENBRIDGE, "network_id", "remote-id", as_network, NULL},
	{OPENBRIDGE, "relax_checks", "relaxed", as_bool, NULL},
	{OPENBRIDGE, "sub_acl", "subscribers", as_used_access, NULL},
	{OPENBRIDGE, "tgid_acl", "talkgroups", as_used_access, NULL},
	{OPENBRIDGE, "group_hangtime", NULL, NULL, "a neighbour has no slots"},
	{OPENBRIDGE, "preserve_source_peer", NULL, NULL, "frames carry the ID of this server"},
	{OPENBRIDGE, "both_slots", NULL, NULL, "server links have no slots"},
	{UPLINK, "mode", NULL, NULL, NULL},
	{UPLINK, "enabled", NULL, NULL, NULL},
	{UPLINK, "master_ip", NULL, NULL, NULL},
	{UPLINK, "master_port", NULL, NULL, NULL},
	{UPLINK, "server_ip", NULL, NULL, NULL},
	{UPLINK, "server_port", NULL, NULL, NULL},
	{UPLINK, "xlxmodule", NULL, NULL, NULL},
	{UPLINK, "radio_id", "id", as_is, NULL},
	{UPLINK, "callsign", "callsign", as_is, NULL},
	{UPLINK, "passphrase", "passphrase", as_is, NULL},
	{UPLINK, "options", "options", as_is, NULL},
	{UPLINK, "ip", NULL, NULL, "the system chooses the local address"},
	{UPLINK, "port", NULL, NULL, "the system chooses the local address"},
	{UPLINK, "loose", NULL, NULL, "frames are accepted only from the server logged in to"},
	{UPLINK, "rx_freq", NULL, NULL, TOLD},
	{UPLINK, "tx_freq", NULL, NULL, TOLD},
	{UPLINK, "tx_power", NULL, NULL, TOLD},
	{UPLINK, "colorcode", NULL, NULL, TOLD},
	{UPLINK, "slots", NULL, NULL, TOLD},
	{UPLINK, "latitude", NULL, NULL, TOLD},
	{UPLINK, "longitude", NULL, NULL, TOLD},
	{UPLINK, "height", NULL, NULL, TOLD},
	{UPLINK, "location", NULL, NULL, TOLD},
	{UPLINK, "description", NULL, NULL, TOLD},
	{UPLINK, "url", NULL, NULL, TOLD},
	{UPLINK, "software_id", NULL, NULL, TOLD},
	{UPLINK, "package_id", NULL, NULL, TOLD},
	{UPLINK, "export_ambe", NULL, NULL, "not needed"},
	{UPLINK, "group_hangtime", NULL, NULL,
         "an uplink is subscribed to the talkgroups in its map"},
	{UPLINK, "use_acl", NULL, NULL, "an uplink carries the talkgroups in its map"},
	{UPLINK, "sub_acl", NULL, NULL, "an uplink carries the talkgroups in its map"},
	{UPLINK, "tgid_ts1_acl", NULL, NULL, "an uplink carries the talkgroups in its map"},
	{UPLINK, "tgid_ts2_acl", NULL, NULL, "an uplink carries the talkgroups in its map"},
	{UPLINK, "announcement_language", NULL, NULL, "uplinks do not get announcements"},
	{CLIENT, "mode", NULL, NULL, NULL},
	{CLIENT, "passphrase", "passphrase", as_is, NULL},
	{CLIENT, "notes", "notes", as_is, NULL},
	{CLIENT, "ts1_static", "static-1", as_statics, NULL},
	{CLIENT, "ts2_static", "static-2", as_statics, NULL},
	{REPORTS, "report", NULL, NULL, NULL},
	{REPORTS, "report_port", NULL, NULL, NULL},
	{REPORTS, "report_clients", NULL, NULL, NULL},
	{REPORTS, "report_interval", NULL, NULL, "dashboards are updated on every change"},
	{PROXY, "listenport", NULL, NULL, NULL},
	{PROXY, "listen_port", NULL, NULL, NULL},
	{PROXY, "listen_ip", NULL, NULL, NULL},
	{PROXY, "target_system", NULL, NULL, NULL},
};

static const struct rule *rule_of(enum stanza_kind kind, const char *key)
{
	for (size_t i = 0; i < ARRAY_LEN(rules); i++)
		if (rules[i].kind == kind && strcmp(rules[i].key, key) == 0)
			return &rules[i];
	return NULL;
}

/* Why a whole section of FreeDMR has no counterpart. */
static const char *why_not(const struct stanza *s, enum stanza_kind kind)
{
	static const struct {
		const char *name, *why;
	} own[] = {
		{"APRS", "positions go to the client in data-gateway"},
		{"LOGGER", "log lines go to standard error"},
		{"ALIASES", "nothing is downloaded; see freedmr aliases"},
		{"MYSQL", "there is no database"},
		{"DATABASE", "there is no database"},
		{"OBP_PROXY", "there is no proxy: peers with one bind share a socket"},
		{"ALLSTAR", "there is no AllStar link"},
		{"SELF SERVICE", "users set options in their hotspots; see self-care"},
		{"SELF_SERVICE", "users set options in their hotspots; see self-care"},
	};

	if (kind == PROXY)
		return "there is no proxy: a listener serves any number";
	for (size_t i = 0; i < ARRAY_LEN(own); i++)
		if (text_same(s->name, own[i].name))
			return own[i].why;
	return "unknown key";
}

void import_keys(struct import *m, enum stanza_kind kind)
{
	const struct stanza *s = m->now;

	for (size_t i = 0; i < ARRAY_LEN(rules); i++) {
		const struct entry *e = entry_of(s, rules[i].key);
		if (rules[i].kind == kind && rules[i].convert && e)
			rules[i].convert(m, e, rules[i].to);
	}
	for (size_t i = 0; i < s->count; i++) {
		const struct rule *r = rule_of(kind, s->entries[i].key);
		if (!r || r->why)
			import_tell(m, &s->entries[i], r ? r->why : why_not(s, kind));
	}
}
