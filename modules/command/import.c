#include "command/import.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "base/util.h"
#include "command/phrase.h"
#include "conf/conf.h"
#include "conf/keys.h"
#include "conf/parse.h"
#include "io/print.h"
#include "parent/status.h"

#define LINE_CAP 4096u
#define VALUE_CAP 2048u
#define OUT_CAP (256u * 1024u)
#define WEEK_MINUTES (7 * 24 * 60)

enum kind { GLOBAL, MASTER, OPENBRIDGE, UPLINK, PROXY, OTHER, KINDS };

struct entry {
	char *key, *value; /* the key in lower case */
	unsigned line;
};

struct stanza {
	const char *file;
	char *name;
	unsigned line;
	struct entry *entries;
	size_t count;
};

struct import {
	struct stanza *stanzas;
	size_t count;
	struct text out;
	const struct stanza *now; /* what is being written */
	bool commented;           /* ... as a comment */
};

/* Reading: configparser's grammar. */

static char *trim(char *s)
{
	while (isspace((unsigned char)*s))
		s++;
	for (size_t len = strlen(s); len && isspace((unsigned char)s[len - 1]); len--)
		s[len - 1] = 0;
	return s;
}

static char *copy_of(const char *s)
{
	char *copy = strdup(s);

	if (!copy)
		abort();
	return copy;
}

static void *grow(void *rows, size_t count, size_t size)
{
	void *more = realloc(rows, (count + 1) * size);

	if (!more)
		abort();
	return more;
}

static void add_stanza(struct import *m, const char *file, const char *name, unsigned line)
{
	m->stanzas = grow(m->stanzas, m->count, sizeof(*m->stanzas));
	m->stanzas[m->count++] = (struct stanza){file, copy_of(name), line, NULL, 0};
}

static void add_entry(struct stanza *s, char *key, const char *value, unsigned line)
{
	for (char *c = key; *c; c++)
		*c = (char)tolower((unsigned char)*c);
	s->entries = grow(s->entries, s->count, sizeof(*s->entries));
	s->entries[s->count++] = (struct entry){copy_of(key), copy_of(value), line};
}

static void read_line(struct import *m, const char *file, char *text, unsigned line)
{
	char *s = trim(text);
	size_t len = strlen(s), at = strcspn(s, ":=");

	if (!len || *s == '#' || *s == ';')
		return;
	if (*s == '[' && s[len - 1] == ']') {
		s[len - 1] = 0;
		add_stanza(m, file, trim(s + 1), line);
	} else if (s[at] && m->count) {
		s[at] = 0;
		add_entry(&m->stanzas[m->count - 1], trim(s), trim(s + at + 1), line);
	} else {
		print(stderr, "%s:%u: not a key and a value\n", file, line);
	}
}

static bool read_file(struct import *m, const char *file)
{
	char text[LINE_CAP];
	FILE *f = fopen(file, "r");

	if (!f) {
		print(stderr, "freedmr: %s: %s\n", file, strerror(errno));
		return false;
	}
	for (unsigned line = 1; fgets(text, sizeof(text), f); line++)
		read_line(m, file, text, line);
	fclose(f);
	return true;
}

static const struct entry *entry_of(const struct stanza *s, const char *key)
{
	const struct entry *found = NULL;

	for (size_t i = 0; i < s->count; i++)
		if (strcmp(s->entries[i].key, key) == 0)
			found = &s->entries[i];
	return found;
}

static const char *value_of(const struct stanza *s, const char *key, const char *otherwise)
{
	const struct entry *e = entry_of(s, key);

	return e ? e->value : otherwise;
}

static bool is_yes(const char *value)
{
	return text_same(value, "true") || text_same(value, "yes") || text_same(value, "on") ||
	       strcmp(value, "1") == 0;
}

static enum kind kind_of(const struct stanza *s)
{
	const char *mode = value_of(s, "mode", "");

	if (text_same(s->name, "GLOBAL"))
		return GLOBAL;
	if (text_same(s->name, "PROXY"))
		return PROXY;
	if (text_same(mode, "MASTER"))
		return MASTER;
	if (text_same(mode, "OPENBRIDGE"))
		return OPENBRIDGE;
	if (text_same(mode, "PEER") || text_same(mode, "XLXPEER"))
		return UPLINK;
	return OTHER;
}

/* Writing. */

static void put(struct import *m, const char *key, const char *value)
{
	size_t len = strlen(value);
	bool quote = strpbrk(value, ";#") || (len && (value[0] == ' ' || value[len - 1] == ' '));

	text_format(&m->out, "%s%s = %s%s%s\n", m->commented ? ";" : "", key, quote ? "\"" : "",
	            value, quote ? "\"" : "");
}

PRINTF_LIKE(3, 4)
static void put_format(struct import *m, const char *key, const char *format, ...)
{
	char value[160];
	struct text t = text_make(value, sizeof(value));
	va_list args;

	va_start(args, format);
	text_vformat(&t, format, args);
	va_end(args);
	put(m, key, value);
}

static void tell(const struct import *m, const struct entry *e, const char *why)
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
		put(m, to, e->value);
}

static void as_bool(struct import *m, const struct entry *e, const char *to)
{
	put(m, to, is_yes(e->value) ? "yes" : "no");
}

static void as_dial(struct import *m, const struct entry *e, const char *to)
{
	uint64_t tg = 0;

	(void)!text_to_u64(e->value, strlen(e->value), 0, 16777215, &tg);
	put(m, to, tg ? e->value : "0");
}

static void as_minutes(struct import *m, const struct entry *e, const char *to)
{
	uint64_t minutes;

	if (!text_to_u64(e->value, strlen(e->value), 0, UINT32_MAX, &minutes)) {
		tell(m, e, "not a number of minutes");
		return;
	}
	if (minutes > WEEK_MINUTES) {
		tell(m, e, "longer than a week: written as 0, which is until cleared");
		minutes = 0;
	}
	put_format(m, to, minutes ? "%um" : "%u", (unsigned)minutes);
}

static void as_seconds(struct import *m, const struct entry *e, const char *to)
{
	uint64_t seconds;

	if (!text_to_u64(e->value, strlen(e->value), 0, 60, &seconds)) {
		tell(m, e, "not a number of seconds up to 60");
		return;
	}
	put_format(m, to, "%us", (unsigned)seconds);
}

/* "PERMIT:ALL", "DENY:1,1000-2000" */
static void as_access(struct import *m, const struct entry *e, const char *to)
{
	char list[VALUE_CAP];
	struct text t = text_make(list, sizeof(list));
	const char *colon = strchr(e->value, ':');
	size_t word = colon ? (size_t)(colon - e->value) : 0;

	if (!colon) {
		if (*e->value)
			tell(m, e, "neither PERMIT: nor DENY:");
		return;
	}
	bool permit = word == 6 && strncmp(e->value, "PERMIT", 6) == 0;
	text_format(&t, "%s ", permit ? "permit" : "deny");
	text_put(&t, text_same(colon + 1, "ALL") ? "all" : colon + 1);
	if (t.cut)
		tell(m, e, "too long");
	else if (strcmp(list, "permit all") != 0)
		put(m, to, list);
}

/* These lists count only where USE_ACL is on. */
static void as_used_access(struct import *m, const struct entry *e, const char *to)
{
	if (is_yes(value_of(m->now, "use_acl", "True")))
		as_access(m, e, to);
	else if (*e->value && !text_same(e->value, "PERMIT:ALL"))
		tell(m, e, "not used: USE_ACL is off");
}

/* How a key is carried over. Without `convert`: by others, or not at all and why. */
struct rule {
	enum kind kind;
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
	{MASTER, "reg_acl", "clients", as_access, NULL},
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

static const struct rule *rule_of(enum kind kind, const char *key)
{
	for (size_t i = 0; i < ARRAY_LEN(rules); i++)
		if (rules[i].kind == kind && strcmp(rules[i].key, key) == 0)
			return &rules[i];
	return NULL;
}

/* Why a whole stanza of FreeDMR's own has no counterpart. */
static const char *why_not(const struct stanza *s, enum kind kind)
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

/* What the rules carry over, in their order; then what is left, and why. */
static void write_keys(struct import *m, enum kind kind)
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
			tell(m, &s->entries[i], r ? r->why : why_not(s, kind));
	}
}

static void put_head(struct import *m, const char *section)
{
	char name[CONF_NAME_MAX];
	size_t i = 0;

	for (const char *c = m->now->name; *c && i + 1 < sizeof(name); c++, i++)
		name[i] = isalnum((unsigned char)*c) ? (char)tolower((unsigned char)*c) : '-';
	name[i] = 0;
	text_format(&m->out, "\n%s[%s %s]\n", m->commented ? ";" : "", section, name);
}

static const struct stanza *stanza_of(const struct import *m, enum kind kind)
{
	for (size_t i = 0; i < m->count; i++)
		if (kind_of(&m->stanzas[i]) == kind)
			return &m->stanzas[i];
	return NULL;
}

/* Masters behind the proxy had ports of their own; now hotspots log in where the proxy was. */
static void put_bind(struct import *m)
{
	const struct stanza *proxy = stanza_of(m, PROXY);
	const struct entry *generator = entry_of(m->now, "generator");
	const char *ip = value_of(m->now, "ip", "");
	const char *port = value_of(m->now, "port", "62031");
	uint64_t copies;

	if (generator &&
	    text_to_u64(generator->value, strlen(generator->value), 2, UINT32_MAX, &copies)) {
		port = proxy ? value_of(proxy, "listenport", "62031") : "62031";
		ip = "";
	}
	put_format(m, "bind", "%.100s:%.10s", *ip ? ip : "[::]", port);
}

static bool put_passphrase(struct import *m)
{
	const struct entry *e = entry_of(m->now, "passphrase");
	struct entry none = {(char[]){"passphrase"}, (char[]){""}, m->now->line};
	const char *given = e ? e->value : "";
	char phrase[PHRASE_MAX];

	if (!*given) {
		if (!phrase_make(phrase))
			return false;
		tell(m, e ? e : &none, "empty: a random one was made, tell it your users");
		given = phrase;
	}
	put(m, "passphrase", given);
	if (conf_passphrase_is_sample(given)) {
		tell(m, e ? e : &none, "everybody knows it: open = yes was set, choose another");
		put(m, "open", "yes");
	}
	return true;
}

static bool write_listener(struct import *m)
{
	const struct stanza *global = stanza_of(m, GLOBAL);
	const struct entry *all = global ? entry_of(global, "reg_acl") : NULL;

	put_head(m, "listener");
	put_bind(m);
	bool done = put_passphrase(m);
	if (all && text_same(value_of(m->now, "reg_acl", "PERMIT:ALL"), "PERMIT:ALL"))
		as_access(m, all, "clients");
	else if (all && !text_same(all->value, value_of(m->now, "reg_acl", "")))
		tell(m, entry_of(m->now, "reg_acl"), "takes the place of REG_ACL of [GLOBAL]");
	write_keys(m, MASTER);
	return done;
}

/* FreeDMR cuts and fills passphrases to 20 octets. */
static void write_peer(struct import *m)
{
	const struct entry *e = entry_of(m->now, "passphrase");
	bool enhanced = is_yes(value_of(m->now, "enhanced_obp", "False")) &&
	                strcmp(value_of(m->now, "proto_ver", "5"), "1") != 0;
	const char *ip = value_of(m->now, "ip", "");

	put_head(m, "peer");
	put(m, "protocol", enhanced ? "fbp" : "obp");
	put_format(m, "bind", "%.100s:%.10s", *ip ? ip : "[::]", value_of(m->now, "port", "62044"));
	put_format(m, "target", "%.100s:%.10s", value_of(m->now, "target_ip", ""),
	           value_of(m->now, "target_port", "62044"));
	put_format(m, "passphrase", "%.20s", e ? e->value : "");
	if (e && strlen(e->value) > 20)
		tell(m, e, "only the first 20 octets ever counted; the rest was left away");
	write_keys(m, OPENBRIDGE);
}

/* Modules are called as 4001 for A to 4026 for Z. */
static void put_module(struct import *m)
{
	const struct entry *e = entry_of(m->now, "xlxmodule");
	uint64_t number;

	put(m, "protocol", e ? "xlx" : "hbp");
	if (!e)
		return;
	if (!text_to_u64(e->value, strlen(e->value), 4001, 4026, &number)) {
		tell(m, e, "a module is 4001 to 4026");
		return;
	}
	put(m, "module", (const char[]){(char)('A' + number - 4001), 0});
}

static void write_uplink(struct import *m)
{
	if (text_same(m->now->name, "ECHO")) {
		print(stderr, "%s:%u: [%s]: left out, the echo 9990 is built in\n", m->now->file,
		      m->now->line, m->now->name);
		return;
	}
	m->commented = true;
	print(stderr, "%s:%u: [%s]: written as a comment: add map = and what shall cross\n",
	      m->now->file, m->now->line, m->now->name);
	put_head(m, "uplink");
	put_module(m);
	put_format(m, "target", "%.100s:%.10s", value_of(m->now, "master_ip", ""),
	           value_of(m->now, "master_port", "62031"));
	write_keys(m, UPLINK);
	m->commented = false;
}

static void write_server(struct import *m)
{
	const struct stanza *global = stanza_of(m, GLOBAL);
	const char *id = global ? value_of(global, "server_id", "0") : "0";

	text_put(&m->out, "[server]\n");
	if (strlen(id) < 4) {
		fputs("freedmr: no SERVER_ID of 4 to 7 digits: id = 9999 was written\n", stderr);
		id = "9999";
	}
	put(m, "id", id);
	m->now = global;
	if (global)
		write_keys(m, GLOBAL);
}

static bool write_stanza(struct import *m, const struct stanza *s)
{
	enum kind kind = kind_of(s);
	bool enabled = is_yes(value_of(s, "enabled", "True"));

	m->now = s;
	if (!enabled && kind != GLOBAL && kind != OTHER) {
		print(stderr, "%s:%u: [%s]: left out, it is not enabled\n", s->file, s->line,
		      s->name);
		return true;
	}
	switch (kind) {
	case GLOBAL:
		break;
	case MASTER:
		return write_listener(m);
	case OPENBRIDGE:
		write_peer(m);
		break;
	case UPLINK:
		write_uplink(m);
		break;
	case PROXY:
	case OTHER:
	case KINDS:
		write_keys(m, kind);
		break;
	}
	return true;
}

static void complain(void *context, const char *line)
{
	(void)context;
	print(stderr, "%s\n", line);
}

/* Is it what the server reads? */
static bool check(const struct import *m)
{
	struct conf conf;

	if (conf_parse(m->out.at, m->out.len, "result", &conf, complain, NULL) != 0)
		return false;
	conf_release(&conf);
	return true;
}

static void release(struct import *m)
{
	for (size_t i = 0; i < m->count; i++) {
		for (size_t n = 0; n < m->stanzas[i].count; n++) {
			free(m->stanzas[i].entries[n].key);
			free(m->stanzas[i].entries[n].value);
		}
		free(m->stanzas[i].entries);
		free(m->stanzas[i].name);
	}
	free(m->stanzas);
	free(m->out.at);
}

static bool import_all(struct import *m, int count, char **files)
{
	for (int i = 0; i < count; i++)
		if (!read_file(m, files[i]))
			return false;
	write_server(m);
	for (size_t i = 0; i < m->count; i++)
		if (!write_stanza(m, &m->stanzas[i]))
			return false;
	fputs(m->out.at, stdout);
	return !m->out.cut && check(m);
}

int import_main(int argc, char **argv)
{
	char *out = malloc(OUT_CAP);
	struct import m = {.count = 0};

	if (argc < 2 || argv[1][0] == '-' || !out) {
		free(out);
		fputs("usage: freedmr import FILE...\n", stderr);
		return STATUS_USAGE;
	}
	m.out = text_make(out, OUT_CAP);
	bool done = import_all(&m, argc - 1, argv + 1);
	release(&m);
	return done ? STATUS_OK : STATUS_FAILED;
}
