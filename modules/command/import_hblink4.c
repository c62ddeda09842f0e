/*
 * HBlink4 has one socket, patterns with the passphrase and talkgroups of repeaters, and trunks.
 * They become a listener, a [client] for each repeater that a pattern names, and peers.
 */
#include <string.h>

#include "base/text.h"
#include "command/import_read.h"

#define PATTERN_IDS_MAX 200u /* maximum number of repeaters of one pattern */

static const struct stanza *named(const struct stanzas *all, const char *name)
{
	for (size_t i = 0; i < all->count; i++)
		if (strcmp(all->stanza[i].name, name) == 0)
			return &all->stanza[i];
	return NULL;
}

static const struct stanza *numbered(const struct stanzas *all, const char *list, unsigned n,
                                     const char *part)
{
	char name[160];
	struct text t = text_make(name, sizeof(name));

	text_format(&t, "%s.%u%s", list, n, part);
	return named(all, name);
}

/* Copies one of their keys, if present, under FreeDMR's name for it. */
static void carry(struct import *m, const struct stanza *s, const char *theirs, const char *key)
{
	const struct entry *e = entry_of(s, theirs);

	if (e)
		stanzas_put(&m->all, key, e->value, e->line);
}

static void carry_talkgroups(struct import *m, const struct stanza *s)
{
	carry(m, s, "talkgroups", "ts1_static"); /* of either slot, until 2025 */
	carry(m, s, "talkgroups", "ts2_static");
	carry(m, s, "slot1_talkgroups", "ts1_static");
	carry(m, s, "slot2_talkgroups", "ts2_static");
}

static void ask(struct import *m, const struct stanza *s, const char *what, const char *why)
{
	text_format(&m->ask, "%s:%u: %s: %s\n", s->file, s->line, what, why);
}

/* One listener for IPv4 and, where it has the same port, IPv6. */
static void add_listener(struct import *m, const struct stanzas *json)
{
	const struct stanza *global = named(json, "global");
	const struct stanza *all = named(json, "repeater_configurations.default");
	const struct stanza *s = global ? global : all;
	const char *ip = value_of(s, "bind_ipv4", value_of(s, "bind_ip", "0.0.0.0"));
	bool v4 = import_is_yes(value_of(s, "disable_ipv6", "true")) ||
	          strcmp(ip, "0.0.0.0") != 0 || strcmp(value_of(s, "bind_ipv6", "::"), "::") != 0;

	stanzas_add(&m->all, s->file, "hotspots", s->line);
	stanzas_put(&m->all, "mode", "MASTER", s->line);
	stanzas_put(&m->all, "ip", v4 ? ip : "::", s->line);
	carry(m, s, "bind_port", "port");
	carry(m, s, "port_ipv4", "port");
	const char *hang = value_of(s, "stream_hang_time", "");
	char seconds[16];
	struct text t = text_make(seconds, sizeof(seconds));
	text_bytes(&t, hang, strcspn(hang, "."));
	if (t.len)
		stanzas_put(&m->all, "group_hangtime", seconds, s->line);
	if (all) {
		carry(m, all, "passphrase", "passphrase");
		carry_talkgroups(m, all);
	}
}

/* The blacklist, as far as it has numbers. */
static void add_blacklist(struct import *m, const struct stanzas *json)
{
	char list[2048];
	struct text t = text_make(list, sizeof(list));
	const struct stanza *match;
	unsigned line = 0;

	text_put(&t, "DENY:");
	for (unsigned n = 0; (match = numbered(json, "blacklist.patterns", n, ".match")); n++) {
		const char *ids[] = {value_of(match, "ids", ""), value_of(match, "id_ranges", "")};
		for (size_t i = 0; i < ARRAY_LEN(ids); i++)
			if (*ids[i])
				text_format(&t, "%s%s", t.len > 5 ? "," : "", ids[i]);
		if (entry_of(match, "callsigns"))
			ask(m, match, "blacklist",
			    "callsigns cannot be blocked here: list their IDs in clients =");
		line = line ? line : match->line;
	}
	if (t.len > 5)
		stanzas_put(&m->all, "reg_acl", list, line);
}

/* A section for one repeater. */
static void add_client(struct import *m, uint64_t id, const struct stanza *config)
{
	char name[24];
	struct text t = text_make(name, sizeof(name));

	text_format(&t, "%llu", (unsigned long long)id);
	stanzas_add(&m->all, config->file, name, config->line);
	stanzas_put(&m->all, "mode", "CLIENT", config->line);
	carry(m, config, "passphrase", "passphrase");
	carry_talkgroups(m, config);
	carry(m, config, "description", "notes");
}

/* The next part of "1,2-4". False at the end, or if it is not a number. */
static bool next_range(const char **at, uint64_t *low, uint64_t *high)
{
	size_t len = strcspn(*at, ","), first = strcspn(*at, ",-");
	const char *last = first < len ? *at + first + 1 : *at;

	if (!text_to_u64(*at, first, 1, UINT32_MAX, low) ||
	    !text_to_u64(last, (size_t)(*at + len - last), *low, UINT32_MAX, high))
		return false;
	*at += len;
	*at += **at == ',';
	return true;
}

/* Adds each number of such a list; false if they are too many, and none is added. */
static bool add_clients(struct import *m, const char *list, const struct stanza *config)
{
	const char *at = list;
	uint64_t low, high, count = 0;

	while (next_range(&at, &low, &high))
		count += high - low + 1;
	if (*at || count > PATTERN_IDS_MAX)
		return false;
	for (at = list; next_range(&at, &low, &high);)
		for (uint64_t id = low; id <= high; id++)
			add_client(m, id, config);
	return true;
}

static void add_patterns(struct import *m, const struct stanzas *json)
{
	static const char list[] = "repeater_configurations.patterns";
	const struct stanza *s;

	for (unsigned n = 0; (s = numbered(json, list, n, "")); n++) {
		const struct stanza *match = numbered(json, list, n, ".match");
		const struct stanza *config = numbered(json, list, n, ".config");
		const char *name = value_of(s, "name", "a pattern");
		if (!match || !config)
			continue;
		if (!add_clients(m, value_of(match, "ids", ""), config) ||
		    !add_clients(m, value_of(match, "id_ranges", ""), config))
			ask(m, s, name, "too many IDs: add a [client ID] for those in use");
		if (entry_of(match, "callsigns"))
			ask(m, s, name,
			    "callsigns cannot be matched here: add a [client ID] for each repeater "
			    "of that pattern");
	}
}

/* Keys of a trunk or an uplink, theirs and FreeDMR's. */
struct pair {
	const char *theirs, *key;
};

static void add_links(struct import *m, const struct stanzas *json, const char *list,
                      const char *mode, const struct pair *pairs)
{
	const struct stanza *s;

	for (unsigned n = 0; (s = numbered(json, list, n, "")); n++) {
		stanzas_add(&m->all, s->file, value_of(s, "name", mode), s->line);
		stanzas_put(&m->all, "mode", mode, s->line);
		for (const struct pair *p = pairs; p->theirs; p++)
			carry(m, s, p->theirs, p->key);
		const struct stanza *slots = numbered(json, list, n, ".talkgroup_slots");
		char acl[2048];
		struct text t = text_make(acl, sizeof(acl));
		for (size_t i = 0; slots && i < slots->count; i++)
			text_format(&t, "%s%s", i ? "," : "PERMIT:", slots->entries[i].key);
		if (t.len)
			stanzas_put(&m->all, "tgid_acl", acl, slots->line);
	}
}

void import_hblink4(struct import *m, const struct stanzas *json)
{
	static const struct pair trunk[] = {{"enabled", "enabled"},
	                                    {"network_id", "network_id"},
	                                    {"local_address", "ip"},
	                                    {"local_port", "port"},
	                                    {"target_address", "target_ip"},
	                                    {"target_ip", "target_ip"},
	                                    {"target_port", "target_port"},
	                                    {"passphrase", "passphrase"},
	                                    {NULL, NULL}};
	static const struct pair uplink[] = {
		{"enabled", "enabled"},   {"address", "master_ip"},   {"port", "master_port"},
		{"radio_id", "radio_id"}, {"password", "passphrase"}, {"passphrase", "passphrase"},
		{"callsign", "callsign"}, {"options", "options"},     {NULL, NULL}};

	text_format(&m->tell,
	            "%s: logging, dashboard, timers and talkgroup names have no counterpart; "
	            "listed talkgroups become static, and users can key others: see talkgroups-1\n",
	            json->stanza->file);
	add_listener(m, json);
	add_blacklist(m, json);
	add_patterns(m, json);
	add_links(m, json, "openbridge_connections", "OPENBRIDGE", trunk);
	add_links(m, json, "outbound_connections", "PEER", uplink);
}
