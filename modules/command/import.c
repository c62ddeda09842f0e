#include "command/import.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "command/import_keys.h"
#include "command/phrase.h"
#include "conf/conf.h"
#include "conf/parse.h"
#include "io/print.h"
#include "parent/status.h"

#define OUT_CAP (256u * 1024u)

static enum stanza_kind kind_of(const struct stanza *s)
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

static void put_head(struct import *m, const char *section)
{
	char name[CONF_NAME_MAX];
	size_t i = 0;

	for (const char *c = m->now->name; *c && i + 1 < sizeof(name); c++, i++)
		name[i] = isalnum((unsigned char)*c) ? (char)tolower((unsigned char)*c) : '-';
	name[i] = 0;
	text_format(&m->out, "\n%s[%s %s]\n", m->commented ? ";" : "", section, name);
}

static const struct stanza *stanza_of(const struct import *m, enum stanza_kind kind)
{
	for (size_t i = 0; i < m->all.count; i++)
		if (kind_of(&m->all.stanza[i]) == kind)
			return &m->all.stanza[i];
	return NULL;
}

/* No address is any. */
static void put_endpoint(struct import *m, const char *key, const char *ip, const char *port)
{
	bool bare = strchr(ip, ':') && *ip != '[';

	import_put_format(m, key, bare ? "[%.100s]:%.10s" : "%.100s:%.10s", *ip ? ip : "[::]",
	                  port);
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
	put_endpoint(m, "bind", ip, port);
}

static bool put_passphrase(struct import *m)
{
	const struct entry *e = entry_of(m->now, "passphrase");
	struct entry none = {(char[]){"passphrase"}, (char[]){""}, m->now->line};
	const char *given = e ? e->value : "";
	char phrase[PHRASE_MAX];

	if (!*given) {
		if (!phrase_make(phrase)) {
			fputs("freedmr: no random octets from the system\n", stderr);
			return false;
		}
		import_tell(m, e ? e : &none, "empty: a random one was made, tell it your users");
		given = phrase;
	}
	import_put(m, "passphrase", given);
	if (conf_passphrase_is_sample(given)) {
		import_tell(m, e ? e : &none,
		            "everybody knows it: open = yes was set, choose another");
		import_put(m, "open", "yes");
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
		import_access(m, all, "clients");
	else if (all && !text_same(all->value, value_of(m->now, "reg_acl", "")))
		import_tell(m, entry_of(m->now, "reg_acl"),
		            "takes the place of REG_ACL of [GLOBAL]");
	import_keys(m, MASTER);
	return done;
}

/* FreeDMR cuts and fills passphrases to 20 octets. */
static void write_peer(struct import *m)
{
	const struct entry *e = entry_of(m->now, "passphrase");
	bool enhanced = import_is_yes(value_of(m->now, "enhanced_obp", "False")) &&
	                strcmp(value_of(m->now, "proto_ver", "5"), "1") != 0;

	put_head(m, "peer");
	import_put(m, "protocol", enhanced ? "fbp" : "obp");
	put_endpoint(m, "bind", value_of(m->now, "ip", ""), value_of(m->now, "port", "62044"));
	put_endpoint(m, "target", value_of(m->now, "target_ip", ""),
	             value_of(m->now, "target_port", "62044"));
	import_put_format(m, "passphrase", "%.20s", e ? e->value : "");
	if (e && strlen(e->value) > 20)
		import_tell(m, e, "only the first 20 octets ever counted; the rest was left away");
	import_keys(m, OPENBRIDGE);
}

/* Modules are called as 4001 for A to 4026 for Z. */
static void put_module(struct import *m)
{
	const struct entry *e = entry_of(m->now, "xlxmodule");
	uint64_t number;

	import_put(m, "protocol", e ? "xlx" : "hbp");
	if (!e)
		return;
	if (!text_to_u64(e->value, strlen(e->value), 4001, 4026, &number)) {
		import_tell(m, e, "a module is 4001 to 4026");
		return;
	}
	import_put(m, "module", (const char[]){(char)('A' + number - 4001), 0});
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
	put_endpoint(m, "target", value_of(m->now, "master_ip", ""),
	             value_of(m->now, "master_port", "62031"));
	import_keys(m, UPLINK);
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
	m->now = global;
	import_put(m, "id", id);
	if (global)
		import_keys(m, GLOBAL);
}

static bool write_stanza(struct import *m, const struct stanza *s)
{
	enum stanza_kind kind = kind_of(s);
	bool enabled = import_is_yes(value_of(s, "enabled", "True"));

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
	case STANZA_KINDS:
		import_keys(m, kind);
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

/* Everything into m->out; false when something was in the way, which is told. */
static bool import_all(struct import *m, int count, char **files)
{
	for (int i = 0; i < count; i++)
		if (!stanzas_read(&m->all, files[i]))
			return false;
	write_server(m);
	for (size_t i = 0; i < m->all.count; i++)
		if (!write_stanza(m, &m->all.stanza[i]))
			return false;
	if (m->out.cut)
		fputs("freedmr: the result is too long\n", stderr);
	return !m->out.cut;
}

int import_main(int argc, char **argv)
{
	char *out = malloc(OUT_CAP);
	struct import m = {.commented = false};

	if (argc < 2 || argv[1][0] == '-' || !out) {
		free(out);
		fputs("usage: freedmr import FILE...\n", stderr);
		return STATUS_USAGE;
	}
	m.out = text_make(out, OUT_CAP);
	bool done = import_all(&m, argc - 1, argv + 1);
	if (done) {
		fputs(m.out.at, stdout);
		done = check(&m);
	}
	stanzas_release(&m.all);
	free(out);
	return done ? STATUS_OK : STATUS_FAILED;
}
