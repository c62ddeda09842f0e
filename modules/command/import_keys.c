#include "command/import_keys.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "base/util.h"
#include "conf/tglist.h"
#include "io/linked.h"

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

static const struct way {
	const char *name; /* in import_keys.txt */
	convert *convert;
} ways[] = {
	{"access", import_access}, {"used-access", as_used_access}, {"copy", as_is},
	{"boolean", as_bool},      {"talkgroups", as_statics},      {"talkgroup", as_dial},
	{"minutes", as_minutes},   {"seconds", as_seconds},         {"network", as_network},
};

extern const char import_keys_octets[];
extern const uint32_t import_keys_len;

LINKED_FILE(import_keys, "build/import_keys.txt.gz");

bool import_open(struct import *m)
{
	char *text = linked_text(import_keys_octets, import_keys_len);

	if (text)
		stanzas_split(&m->rules, "import_keys.txt", text);
	free(text);
	return text;
}

static const struct stanza *rules_of(const struct import *m, enum stanza_kind kind)
{
	static const struct stanza none;

	return kind < m->rules.count ? &m->rules.stanza[kind] : &none;
}

/* Converts the value by a rule, "HOW TO"; not one of the other forms. */
static void apply(struct import *m, const char *rule, const struct entry *e)
{
	size_t len = strcspn(rule, " ");

	for (size_t i = 0; i < ARRAY_LEN(ways); i++)
		if (strlen(ways[i].name) == len && strncmp(rule, ways[i].name, len) == 0)
			ways[i].convert(m, e, rule + len + 1);
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

/* Why a key is left out; NULL: it is not. */
static const char *why_no_key(const struct import *m, enum stanza_kind kind, const char *key)
{
	static const char none[] = "none: ";
	const struct entry *rule = entry_of(rules_of(m, kind), key);

	if (!rule)
		return why_not(m->now, kind);
	return strncmp(rule->value, none, strlen(none)) == 0 ? rule->value + strlen(none) : NULL;
}

void import_keys(struct import *m, enum stanza_kind kind)
{
	const struct stanza *s = m->now, *rules = rules_of(m, kind);

	for (size_t i = 0; i < rules->count; i++) {
		const struct entry *e = entry_of(s, rules->entries[i].key);
		if (e)
			apply(m, rules->entries[i].value, e);
	}
	for (size_t i = 0; i < s->count; i++) {
		const char *why = why_no_key(m, kind, s->entries[i].key);
		if (why)
			import_tell(m, &s->entries[i], why);
	}
}
