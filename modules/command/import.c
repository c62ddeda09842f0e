#include "command/import.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "command/import_keys.h"
#include "command/import_read.h"
#include "command/phrase.h"
#include "conf/conf.h"
#include "conf/parse.h"
#include "io/print.h"
#include "parent/status.h"

#define OUT_CAP (256u * 1024u)

const char import_usage[] =
	"usage: freedmr import [--keep-open] FILE...\n\n"
	"  FILE          freedmr.cfg, hblink.cfg, HBlink4's config.json or ADN's YAML\n"
	"  --keep-open   leave listeners without a passphrase open: anyone can log in\n";

/* An echo, as a server of its own or as a client of this one. */
static bool is_echo(const struct stanza *s)
{
	return text_same(s->name, "ECHO") || text_same(s->name, "PARROT") ||
	       strcmp(value_of(s, "ts2_static", ""), "9990") == 0 ||
	       strstr(value_of(s, "options", ""), "TS2=9990");
}

static enum stanza_kind kind_of(const struct stanza *s)
{
	static const struct {
		const char *word;
		enum stanza_kind kind;
	} names[] = {{"GLOBAL", GLOBAL}, {"REPORTS", REPORTS}, {"PROXY", PROXY}},
	  modes[] = {{"MASTER", MASTER}, {"SERVER", MASTER},  {"OPENBRIDGE", OPENBRIDGE},
	             {"PEER", UPLINK},   {"XLXPEER", UPLINK}, {"OUTBOUND", UPLINK},
	             {"CLIENT", CLIENT}};
	const char *mode = value_of(s, "mode", "");

	for (size_t i = 0; i < ARRAY_LEN(names); i++)
		if (text_same(s->name, names[i].word))
			return names[i].kind;
	for (size_t i = 0; i < ARRAY_LEN(modes); i++)
		if (text_same(mode, modes[i].word))
			return is_echo(s) ? ECHO : modes[i].kind;
	return OTHER;
}

/* Two of their names may become the same name here; the second gets a number. */
static void put_head(struct import *m, const char *section)
{
	char name[CONF_NAME_MAX], head[CONF_NAME_MAX + 32];
	size_t i = 0;

	for (const char *c = m->now->name; *c && i + 5 < sizeof(name); c++, i++)
		name[i] = isalnum((unsigned char)*c) ? (char)tolower((unsigned char)*c) : '-';
	name[i] = 0;
	for (unsigned n = 1; n < 100; n++) {
		struct text t = text_make(head, sizeof(head));
		text_format(&t, n > 1 ? "[%s %s-%u]\n" : "[%s %s]\n", section, name, n);
		if (!strstr(m->out.at, head))
			break;
	}
	text_format(&m->out, "\n%s%s", m->commented ? ";" : "", head);
}

static const struct stanza *stanza_of(const struct import *m, enum stanza_kind kind)
{
	for (size_t i = 0; i < m->all.count; i++)
		if (kind_of(&m->all.stanza[i]) == kind)
			return &m->all.stanza[i];
	return NULL;
}

/* No address means any. */
static void put_endpoint(struct import *m, const char *key, const char *ip, const char *port)
{
	bool bare = strchr(ip, ':') && *ip != '[';

	import_put_format(m, key, bare ? "[%.100s]:%.10s" : "%.100s:%.10s", *ip ? ip : "[::]",
	                  port);
}

/* A master only for the program that forwards positions to APRS. */
static bool is_gateway(const struct stanza *s)
{
	char head[7];

	(void)text_copy(head, sizeof(head), s->name);
	return text_same(head, "D-APRS");
}

/* A value of the proxy; ADN's YAML writes its keys with an underscore. */
static const char *value_of_proxy(const struct import *m, const char *key, const char *adn,
                                  const char *otherwise)
{
	const struct stanza *proxy = stanza_of(m, PROXY);

	return proxy ? value_of(proxy, key, value_of(proxy, adn, otherwise)) : otherwise;
}

/* FreeDMR has many copies of that master, ADN names it in the proxy. */
static bool is_behind_proxy(const struct import *m, const struct stanza *s)
{
	const char *generator = value_of(s, "generator", "");
	uint64_t copies;

	if (is_gateway(s))
		return false;
	return text_to_u64(generator, strlen(generator), 2, UINT32_MAX, &copies) ||
	       text_same(value_of_proxy(m, "target_system", "", ""), s->name);
}

/* Masters behind the proxy had their own ports; now hotspots log in at the proxy's. */
static void put_bind(struct import *m)
{
	if (is_behind_proxy(m, m->now))
		put_endpoint(m, "bind", value_of_proxy(m, "listen_ip", "", ""),
		             value_of_proxy(m, "listenport", "listen_port", "62031"));
	else
		put_endpoint(m, "bind", value_of(m->now, "ip", ""),
		             value_of(m->now, "port", "62031"));
}

/* Tells which password users have to enter from now on; the bind was written just before. */
static void ask_users(struct import *m, const struct entry *e, const char *phrase)
{
	char why[256];
	struct text t = text_make(why, sizeof(why));
	const char *bind = m->out.at + m->out.len;

	while (bind > m->out.at && strncmp(bind, "bind = ", 7) != 0)
		bind--;
	text_format(&t,
	            "was empty: all users of %.*s now have to enter the password %s; or import "
	            "with --keep-open",
	            (int)strcspn(bind + 7, "\n"), bind + 7, phrase);
	import_ask(m, e, why);
}

static bool put_passphrase(struct import *m)
{
	const struct entry none = {(char[]){"passphrase"}, (char[]){""}, m->now->line};
	const struct entry *found = entry_of(m->now, "passphrase"), *e = found ? found : &none;
	const char *given = e->value;
	char phrase[PHRASE_MAX];

	if (!*given && !m->keep_open) {
		if (!phrase_make(phrase)) {
			fputs("freedmr: cannot get random bytes from the system\n", stderr);
			return false;
		}
		ask_users(m, e, phrase);
		given = phrase;
	}
	import_put(m, "passphrase", given);
	if (!conf_passphrase_is_sample(given))
		return true;
	if (*given)
		import_ask(m, e, "well known, so open = yes was set: choose another one");
	else
		import_tell(m, e, "left empty with open = yes: anyone can log in");
	import_put(m, "open", "yes");
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
		import_tell(m, entry_of(m->now, "reg_acl"), "replaces REG_ACL of [GLOBAL]");
	import_keys(m, MASTER);
	if (is_gateway(m->now))
		text_format(&m->ask,
		            "%s:%u: [%s]: set data-gateway in [server] to the ID that this program "
		            "logs in with\n",
		            m->now->file, m->now->line, m->now->name);
	return done;
}

/* FreeDMR cuts and fills passphrases to 20 octets. */
static void write_peer(struct import *m)
{
	const struct entry *e = entry_of(m->now, "passphrase");
	bool enhanced = import_is_yes(value_of(m->now, "enhanced_obp", "False"));
	/* without the key, version 5 if enhanced; HBlink has neither */
	bool fbp = strcmp(value_of(m->now, "proto_ver", enhanced ? "5" : "1"), "1") != 0;

	m->commented = conf_passphrase_is_sample(e ? e->value : "");
	if (m->commented)
		text_format(&m->ask,
		            "%s:%u: [%s]: commented out: it has no passphrase, or a well-known "
		            "one; agree on one with the other operator\n",
		            m->now->file, m->now->line, m->now->name);
	put_head(m, "peer");
	import_put(m, "protocol", fbp ? "fbp" : "obp");
	if (fbp && !enhanced)
		import_put(m, "keepalive", "no");
	put_endpoint(m, "bind", value_of(m->now, "ip", ""), value_of(m->now, "port", "62044"));
	put_endpoint(m, "target", value_of(m->now, "target_ip", ""),
	             value_of(m->now, "target_port", "62044"));
	import_put_format(m, "passphrase", "%.20s", e ? e->value : "");
	if (e && strlen(e->value) > 20)
		import_tell(m, e, "cut to the first 20 octets; the rest was never used");
	import_keys(m, OPENBRIDGE);
	m->commented = false;
}

/* Modules are numbered from 4001 for A to 4026 for Z. */
static void put_module(struct import *m)
{
	const struct entry *e = entry_of(m->now, "xlxmodule");
	uint64_t number;

	import_put(m, "protocol", e ? "xlx" : "hbp");
	if (!e)
		return;
	if (!text_to_u64(e->value, strlen(e->value), 4001, 4026, &number)) {
		import_tell(m, e, "expected a module from 4001 to 4026");
		return;
	}
	import_put(m, "module", (const char[]){(char)('A' + number - 4001), 0});
}

static void write_uplink(struct import *m)
{
	m->commented = true;
	text_format(&m->ask, "%s:%u: [%s]: commented out: add map = with the talkgroups to link\n",
	            m->now->file, m->now->line, m->now->name);
	put_head(m, "uplink");
	put_module(m);
	put_endpoint(m, "target", value_of(m->now, "master_ip", value_of(m->now, "server_ip", "")),
	             value_of(m->now, "master_port", value_of(m->now, "server_port", "62031")));
	import_keys(m, UPLINK);
	m->commented = false;
}

static void write_client(struct import *m)
{
	put_head(m, "client");
	import_keys(m, CLIENT);
}

/* Are all addresses of a comma-separated list local to this machine? */
static bool all_local(const char *list)
{
	static const char *const local[] = {"127.", "::1", "localhost"};

	for (const char *at = list; *at; at += strcspn(at, ", ")) {
		bool known = false;
		at += strspn(at, ", ");
		for (size_t i = 0; i < ARRAY_LEN(local); i++)
			known |= !*at || strncmp(at, local[i], strlen(local[i])) == 0;
		if (!known)
			return false;
	}
	return true;
}

/* Dashboards connect to the same address, from the same hosts. */
static void write_report(struct import *m)
{
	const char *clients = value_of(m->now, "report_clients", "127.0.0.1");
	const char *port = value_of(m->now, "report_port", "4321");
	bool local = all_local(clients);

	if (import_is_yes(value_of(m->now, "report", "True")) &&
	    !strstr(m->out.at, "\n[report]\n")) {
		text_put(&m->out, "\n[report]\n");
		put_endpoint(m, "legacy", local ? "127.0.0.1" : "", port);
		if (!local)
			import_put(m, "legacy-allow", strchr(clients, '*') ? "::/0" : clients);
	}
	import_keys(m, REPORTS);
}

static void write_server(struct import *m)
{
	const struct stanza *global = stanza_of(m, GLOBAL);
	const char *given = global ? value_of(global, "server_id", "0") : "0";
	uint64_t id;

	text_put(&m->out, "[server]\n");
	m->now = global;
	if (global && text_to_u64(given, strlen(given), 1000, 9999999, &id)) {
		import_put(m, "id", given);
	} else {
		text_put(&m->ask, "no SERVER_ID of 4 to 7 digits: id = 9999 was set; get a server "
		                  "ID before you link to other servers\n");
		text_put(&m->out, "id = 9999\n");
	}
	if (global)
		import_keys(m, GLOBAL);
}

static void leave_out(struct import *m, const struct stanza *s, const char *why)
{
	text_format(&m->tell, "%s:%u: [%s]: left out, %s\n", s->file, s->line, s->name, why);
}

static bool write_stanza(struct import *m, const struct stanza *s)
{
	enum stanza_kind kind = kind_of(s);
	bool enabled = import_is_yes(value_of(s, "enabled", "True"));

	m->now = s;
	if (!enabled && kind != GLOBAL && kind != OTHER) {
		leave_out(m, s, "not enabled");
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
	case CLIENT:
		write_client(m);
		break;
	case REPORTS:
		write_report(m);
		break;
	case ECHO:
		leave_out(m, s, "the echo on TG 9990 is built in");
		break;
	case PROXY:
	case OTHER:
	case STANZA_KINDS:
		import_keys(m, kind);
		break;
	}
	return true;
}

#define RESULT "result"  /* named in faults, as "result:12: why" */
#define REFUSALS_MAX 50u /* ... of it that become comments */

/* The first fault that the server would report. */
struct refusal {
	unsigned line; /* of the result; 0 = nothing */
	char why[256];
};

static void keep_first(void *context, const char *line)
{
	struct refusal *r = context;
	char *end;

	if (r->line)
		return;
	r->line = (unsigned)strtoul(line + strlen(RESULT ":"), &end, 10);
	(void)text_copy(r->why, sizeof(r->why), end + strlen(": "));
}

/* Comments out a line, or its whole section if it is the heading. False if it cannot be removed, or
 * there is no room. */
static bool comment_out(struct import *m, const struct refusal *r)
{
	char *copy = strdup(m->out.at), *at = copy;
	bool inside = false, done = false;

	if (!copy)
		return false;
	m->out = text_make(m->out.at, m->out.cap);
	for (unsigned line = 1; *at; line++) {
		size_t len = strcspn(at, "\n") + 1;
		inside = (inside && *at != '[') || (line == r->line && *at == '[');
		bool hit = (inside || line == r->line) && *at != ';' && *at != '\n';
		if (line == r->line && hit)
			text_format(&m->ask, "\"%.*s\" was commented out: %s\n",
			            (int)strcspn(at, inside ? "\n" : " =\n"), at, r->why);
		done |= hit;
		text_put(&m->out, hit ? ";" : "");
		text_bytes(&m->out, at, len);
		at += len;
	}
	free(copy);
	return done && !m->out.cut;
}

static void complain(void *context, const char *line)
{
	(void)context;
	print(stderr, "%s\n", line);
}

/* Checks the result with the server's own parser, and comments out what it refuses. */
static bool settle(struct import *m)
{
	struct conf conf;

	for (unsigned round = 0;; round++) {
		struct refusal refusal = {.line = 0};
		if (conf_parse(m->out.at, m->out.len, RESULT, &conf, keep_first, &refusal) == 0) {
			conf_release(&conf);
			return true;
		}
		if (round == REFUSALS_MAX || !comment_out(m, &refusal))
			break;
	}
	(void)!conf_parse(m->out.at, m->out.len, RESULT, &conf, complain, NULL);
	return false;
}

/* Two keys that only FreeDMR has tell it from HBlink. */
static bool is_freedmr(const struct import *m)
{
	for (size_t i = 0; i < m->all.count; i++)
		if (entry_of(&m->all.stanza[i], "server_id") ||
		    entry_of(&m->all.stanza[i], "enhanced_obp"))
			return true;
	return false;
}

/* Writes everything to m->out; false on failure, which is reported. */
static bool import_all(struct import *m, int count, char **files)
{
	for (int i = 0; i < count; i++)
		if (!import_read(m, files[i]))
			return false;
	if (!m->all.count && m->ask.len) /* nothing but rules, which were answered */
		return false;
	m->freedmr = is_freedmr(m);
	write_server(m);
	for (size_t i = 0; i < m->all.count; i++)
		if (!write_stanza(m, &m->all.stanza[i]))
			return false;
	if (m->out.cut) {
		fputs("freedmr: the result is too long\n", stderr);
		return false;
	}
	if (!strstr(m->out.at, "\n[listener ")) {
		fputs("freedmr: no section with MODE: MASTER is enabled, so there is no listener\n",
		      stderr);
		return false;
	}
	return settle(m);
}

/* A line at a time: print() takes no more than a few thousand octets. */
static void show_list(const char *heading, const struct text *list)
{
	if (list->len)
		print(stderr, "%s:\n", heading);
	for (const char *at = list->at; *at; at += strcspn(at, "\n"), at += *at == '\n')
		print(stderr, "%.*s\n", (int)strcspn(at, "\n"), at);
}

static void show_notes(const struct import *m)
{
	show_list("Needs your attention", &m->ask);
	if (m->ask.len && m->tell.len)
		print(stderr, "\n");
	show_list("Left out or changed", &m->tell);
	if (m->ask.cut || m->tell.cut)
		print(stderr, "freedmr: too many notes: some are not shown\n");
}

/* The shell created the file, and others may be able to read it, but it contains passphrases. */
static bool keep_from_others(void)
{
	struct stat s;

	if (fstat(STDOUT_FILENO, &s) != 0 || !S_ISREG(s.st_mode) ||
	    !(s.st_mode & (S_IRWXG | S_IRWXO)))
		return true;
	if (fchmod(STDOUT_FILENO, s.st_mode & S_IRWXU) == 0)
		return true;
	print(stderr, "freedmr import: others could read the passphrases in that file: %s\n",
	      strerror(errno));
	return false;
}

int import_main(int argc, char **argv)
{
	char *buf = malloc(3 * (size_t)OUT_CAP);
	struct import m = {.keep_open = argc > 1 && strcmp(argv[1], "--keep-open") == 0};
	int first = m.keep_open ? 2 : 1;

	if (argc <= first || argv[first][0] == '-' || !buf) {
		free(buf);
		fputs(import_usage, stderr);
		return STATUS_USAGE;
	}
	m.out = text_make(buf, OUT_CAP);
	m.ask = text_make(buf + OUT_CAP, OUT_CAP);
	m.tell = text_make(buf + 2 * (size_t)OUT_CAP, OUT_CAP);
	bool done = import_open(&m) && import_all(&m, argc - first, argv + first);
	show_notes(&m);
	done = done && keep_from_others();
	if (done)
		fputs(m.out.at, stdout);
	stanzas_release(&m.all);
	stanzas_release(&m.rules);
	free(buf);
	return done ? STATUS_OK : STATUS_FAILED;
}
