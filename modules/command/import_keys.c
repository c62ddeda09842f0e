#include "command/import_keys.h"

#include <ctype.h>
#include <string.h>

#include "base/util.h"
#include "io/print.h"

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

	/* What else no line of ours can hold is told when the result is read. */
	if (len > 1 && value[0] == '"' && value[len - 1] == '"')
		print(stderr, "%s:%u: [%s]: %s loses its quotes, which counted\n", m->now->file,
		      m->now->line, m->now->name, key);
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

void import_tell(const struct import *m, const struct entry *e, const char *why)
{
	char key[64];
	size_t i = 0;

	for (; e->key[i] && i + 1 < sizeof(key); i++)
		key[i] = (char)toupper((unsigned char)e->key[i]);
	key[i] = 0;
	print(stderr, "%s:%u: %s of [%s]: %s\n", m->now->file, e->line, key, m->now->name, why);
}

/* Puts the value of a key in another form; tells by itself what it cannot. */
typedef void convert(struct import *m, const struct entry *e, const char *to);

static void as_is(struct import *m, const struct entry *e, const char *to)
{
	if (*e->value)
		import_put(m, to, e->value);
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
		import_tell(m, e, "not a number of minutes");
		return;
	}
	if (minutes > WEEK_MINUTES) {
		import_tell(m, e, "longer than a week: written as 0, which is until cleared");
		minutes = 0;
	}
	import_put_format(m, to, minutes ? "%um" : "%u", (unsigned)minutes);
}

static void as_seconds(struct import *m, const struct entry *e, const char *to)
{
	uint64_t seconds;

	if (!text_to_u64(e->value, strlen(e->value), 0, 60, &seconds)) {
		import_tell(m, e, "not a number of seconds up to 60");
		return;
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
			import_tell(m, e, "neither PERMIT: nor DENY:");
		return;
	}
	bool permit = word == 6 && strncmp(e->value, "PERMIT", 6) == 0;
	text_format(&t, "%s ", permit ? "permit" : "deny");
	text_put(&t, text_same(colon + 1, "ALL") ? "all" : colon + 1);
	if (t.cut)
		import_tell(m, e, "too long");
	else if (strcmp(list, "permit all") != 0)
		import_put(m, to, list);
}

/* These lists count only where USE_ACL is on. */
static void as_used_access(struct import *m, const struct entry *e, const char *to)
{
	if (import_is_yes(value_of(m->now, "use_acl", "True")))
		import_access(m, e, to);
	else if (*e->value && !text_same(e->value, "PERMIT:ALL"))
		import_tell(m, e, "not used: USE_ACL is off");
}

/* How a key is carried over. Without `convert`: by others, or not at all and why. */
struct rule {
	enum stanza_kind kind;
	const char *key, *to;
	convert *convert;
	const char *why;
};

#define TOLD "what we tell of ourselves is fixed"

static const struct rule rules[] = {
	{GLOBAL, "server_id", "id", NULL, NULL},
	{GLOBAL, "use_acl", NULL, NULL, NULL},
	{GLOBAL, "sub_acl", "subscribers", as_used_access, NULL},
	{GLOBAL, "tgid_ts1_acl", "talkgroups-1", as_used_access, NULL},
	{GLOBAL, "tgid_ts2_acl", "talkgroups-2", as_used_access, NULL},
	{GLOBAL, "reg_acl", NULL, NULL, NULL},
	{GLOBAL, "path", NULL, NULL, "paths are given where they are used"},
	{GLOBAL, "ping_time", NULL, NULL, "clients ping every 10 s, as they all do"},
	{GLOBAL, "max_missed", NULL, NULL, "a session ends after 40 s of silence"},
	{GLOBAL, "gen_stat_bridges", NULL, NULL, "conferences come and go by themselves"},
	{GLOBAL, "allow_null_passphrase", NULL, NULL, "see open in the listener"},
	{GLOBAL, "announcement_languages", NULL, NULL, "every language found is there; see audio"},
	{GLOBAL, "data_gateway", NULL, NULL, "name its client with data-gateway"},
	{GLOBAL, "validate_server_ids", NULL, NULL, "neighbours are known by their passphrase"},
	{GLOBAL, "debug_bridges", NULL, NULL, "there are no bridges"},
	{GLOBAL, "enable_api", NULL, NULL, "see freedmr ctl"},
	{MASTER, "mode", NULL, NULL, NULL},
	{MASTER, "enabled", NULL, NULL, NULL},
	{MASTER, "ip", NULL, NULL, NULL},
	{MASTER, "port", NULL, NULL, NULL},
	{MASTER, "passphrase", NULL, NULL, NULL},
	{MASTER, "use_acl", NULL, NULL, NULL},
	{MASTER, "ts1_static", "static-1", as_is, NULL},
	{MASTER, "ts2_static", "static-2", as_is, NULL},
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
	{MASTER, "repeat", NULL, NULL, "calls go to who is subscribed, never to all"},
	{MASTER, "max_peers", NULL, NULL, "a listener serves any number; see sessions in [limits]"},
	{MASTER, "generator", NULL, NULL, "folded into one listener on one port"},
	{MASTER, "export_ambe", NULL, NULL, "has no meaning"},
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
	{OPENBRIDGE, "network_id", "remote-id", as_is, NULL},
	{OPENBRIDGE, "relax_checks", "relaxed", as_bool, NULL},
	{OPENBRIDGE, "sub_acl", "subscribers", as_used_access, NULL},
	{OPENBRIDGE, "tgid_acl", "talkgroups", as_used_access, NULL},
	{OPENBRIDGE, "group_hangtime", NULL, NULL, "a neighbour has no slots"},
	{UPLINK, "mode", NULL, NULL, NULL},
	{UPLINK, "enabled", NULL, NULL, NULL},
	{UPLINK, "master_ip", NULL, NULL, NULL},
	{UPLINK, "master_port", NULL, NULL, NULL},
	{UPLINK, "xlxmodule", NULL, NULL, NULL},
	{UPLINK, "radio_id", "id", as_is, NULL},
	{UPLINK, "callsign", "callsign", as_is, NULL},
	{UPLINK, "passphrase", "passphrase", as_is, NULL},
	{UPLINK, "options", "options", as_is, NULL},
	{UPLINK, "ip", NULL, NULL, "the system chooses where it calls from"},
	{UPLINK, "port", NULL, NULL, "the system chooses where it calls from"},
	{UPLINK, "loose", NULL, NULL, "frames are taken from the server that was logged in to"},
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
	{UPLINK, "export_ambe", NULL, NULL, "has no meaning"},
	{UPLINK, "group_hangtime", NULL, NULL, "an uplink is subscribed to what its map names"},
	{UPLINK, "use_acl", NULL, NULL, "an uplink carries what its map names"},
	{UPLINK, "sub_acl", NULL, NULL, "an uplink carries what its map names"},
	{UPLINK, "tgid_ts1_acl", NULL, NULL, "an uplink carries what its map names"},
	{UPLINK, "tgid_ts2_acl", NULL, NULL, "an uplink carries what its map names"},
	{UPLINK, "announcement_language", NULL, NULL, "nothing is announced there"},
	{PROXY, "listenport", NULL, NULL, NULL},
};

static const struct rule *rule_of(enum stanza_kind kind, const char *key)
{
	for (size_t i = 0; i < ARRAY_LEN(rules); i++)
		if (rules[i].kind == kind && strcmp(rules[i].key, key) == 0)
			return &rules[i];
	return NULL;
}

/* Why a whole stanza of FreeDMR's own has no counterpart. */
static const char *why_not(const struct stanza *s, enum stanza_kind kind)
{
	static const struct {
		const char *name, *why;
	} own[] = {
		{"REPORTS", "see [report]"},
		{"LOGGER", "log lines go to standard error"},
		{"ALIASES", "nothing is downloaded; see freedmr aliases"},
		{"MYSQL", "there is no database"},
		{"ALLSTAR", "there is no AllStar link"},
		{"SELF SERVICE", "users choose with the options of their hotspots"},
	};

	if (kind == PROXY)
		return "there is no proxy: a listener serves any number";
	for (size_t i = 0; i < ARRAY_LEN(own); i++)
		if (text_same(s->name, own[i].name))
			return own[i].why;
	return "no such key is known";
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
