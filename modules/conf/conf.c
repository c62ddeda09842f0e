#include "conf/conf.h"

#include <stdlib.h>
#include <string.h>

#include "base/ini.h"
#include "base/text.h"
#include "conf/keys.h"
#include "conf/value.h"

#define ANNOUNCEMENT_EVERY_MIN_MS 60000u
#define SHOWN_MAX 64 /* octets of a piece of the file in an error line */
#define EXPECTED_MAX 320
#define LINE_MAX 640

#define CLIENT_ID_MIN 100000u
#define CLIENT_ID_MAX 999999999u
#define BASE_ID_MAX 9999999u /* seven digits: a personal id, of which suffixes are made */

/* Reading one text: where we are, and what the section at hand has had so far. */
struct reader {
	struct conf *out;
	const char *name;
	conf_complain *complain;
	void *context;
	size_t faults;
	uint32_t line;
	struct ini_line split;
	const struct conf_section *section; /* NULL: none yet, or one that is skipped */
	bool any_section;
	void *row; /* the section's values */
	uint32_t section_line;
	uint32_t key_line[SECTION_KEYS_MAX]; /* 0 = not given */
	uint32_t first_line[SECTION_KINDS];  /* of the first section of a kind, 0 = none yet */
	uint32_t listener_line[CONF_LISTENERS_MAX];
};

static void fault(struct reader *r, uint32_t line, const char *format, ...) PRINTF_LIKE(3, 4);

static void fault(struct reader *r, uint32_t line, const char *format, ...)
{
	char buf[LINE_MAX];
	struct text t = text_make(buf, sizeof(buf));
	va_list args;

	text_format(&t, "%s:%lu: ", r->name, (unsigned long)line);
	va_start(args, format);
	text_vformat(&t, format, args);
	va_end(args);
	r->faults++;
	r->complain(r->context, buf);
}

/* A piece of the file as it may stand in an error line. */
static const char *shown(char out[static SHOWN_MAX], const char *piece)
{
	text_clean(out, SHOWN_MAX, piece, strlen(piece));
	return out;
}

/* The section at hand as in the file: [listener hotspots]. */
static const char *header(const struct reader *r, char out[static SHOWN_MAX])
{
	struct text t = text_make(out, SHOWN_MAX);

	text_format(&t, "[%s", section_name(r->section->kind));
	if (r->section->kind == SECTION_LISTENER)
		text_format(&t, " %s", ((const struct conf_listener *)r->row)->name);
	else if (r->section->kind == SECTION_PEER)
		text_format(&t, " %s", ((const struct conf_peer *)r->row)->name);
	else if (r->section->kind == SECTION_ANNOUNCEMENT)
		text_format(&t, " %s", ((const struct conf_announcement *)r->row)->name);
	else if (r->section->kind == SECTION_UPLINK)
		text_format(&t, " %s", ((const struct conf_uplink *)r->row)->name);
	else if (r->section->kind == SECTION_CLIENT)
		text_format(&t, " %lu", (unsigned long)((const struct conf_client *)r->row)->id);
	text_char(&t, ']');
	return out;
}

static void set_initial(struct reader *r)
{
	char why[EXPECTED_MAX];

	for (size_t i = 0; i < r->section->key_count; i++) {
		const struct conf_key *key = &r->section->keys[i];
		struct text expected = text_make(why, sizeof(why));
		if (key->initial && !value_read(key, key->initial, r->row, &expected))
			fault(r, r->line, "the default of %s is wrong: %s", key->name, why);
	}
}

static void *begin_single(struct reader *r, const struct conf_section *section)
{
	struct conf *out = r->out;

	if (r->split.name[0])
		fault(r, r->line, "[%s] takes no name", section_name(section->kind));
	if (r->first_line[section->kind])
		fault(r, r->line, "[%s] a second time; the first stands in line %lu",
		      section_name(section->kind), (unsigned long)r->first_line[section->kind]);
	if (section->kind == SECTION_SERVER)
		return &out->server;
	if (section->kind == SECTION_LIMITS)
		return &out->limits;
	return &out->report;
}

static void check_listener_name(struct reader *r)
{
	const char *name = r->split.name;
	char text[SHOWN_MAX];

	if (name[0] == 0)
		fault(r, r->line,
		      "[listener] has no name; expected one such as [listener hotspots]");
	if (strlen(name) >= CONF_NAME_MAX)
		fault(r, r->line, "[listener %s]: expected a name of at most %u octets",
		      shown(text, name), CONF_NAME_MAX - 1);
	for (uint32_t i = 0; i < r->out->listener_count; i++)
		if (name[0] && strcmp(r->out->listener[i].name, name) == 0)
			fault(r, r->line,
			      "[listener %s] a second time; the first stands in line %lu",
			      shown(text, name), (unsigned long)r->listener_line[i]);
}

static void *begin_listener(struct reader *r)
{
	struct conf *out = r->out;

	if (out->listener_count == CONF_LISTENERS_MAX) {
		fault(r, r->line, "more than %u listeners", CONF_LISTENERS_MAX);
		return NULL;
	}
	check_listener_name(r);
	struct conf_listener *row = &out->listener[out->listener_count];
	r->listener_line[out->listener_count++] = r->line;
	(void)text_copy(row->name, sizeof(row->name), r->split.name);
	return row;
}

static void *begin_client(struct reader *r)
{
	struct conf_client *row = &r->out->client[r->out->client_count++];
	uint64_t id = 0;
	char text[SHOWN_MAX];

	if (!text_to_u64(r->split.name, strlen(r->split.name), CLIENT_ID_MIN, CLIENT_ID_MAX, &id))
		fault(r, r->line, "[client%s%s]: expected an id of 6 to 9 digits",
		      r->split.name[0] ? " " : "", shown(text, r->split.name));
	row->id = (uint32_t)id;
	row->line = r->line;
	return row;
}

/* The name of a neighbour or an uplink: one word, for people and for orders. */
static void check_word(struct reader *r, enum section_kind kind)
{
	const char *name = r->split.name;
	char text[SHOWN_MAX];

	if (name[0] == 0 || strlen(name) >= CONF_NAME_MAX || strchr(name, ' '))
		fault(r, r->line, "[%s %s]: expected a name, one word of at most %u octets",
		      section_name(kind), shown(text, name), CONF_NAME_MAX - 1);
}

static void check_again(struct reader *r, enum section_kind kind, const char *name, uint32_t line)
{
	char text[SHOWN_MAX];

	if (name[0] && strcmp(name, r->split.name) == 0)
		fault(r, r->line, "[%s %s] a second time; the first stands in line %lu",
		      section_name(kind), shown(text, name), (unsigned long)line);
}

static void *begin_peer(struct reader *r)
{
	check_word(r, SECTION_PEER);
	for (uint32_t i = 0; i < r->out->peer_count; i++)
		check_again(r, SECTION_PEER, r->out->peer[i].name, r->out->peer[i].line);
	struct conf_peer *row = &r->out->peer[r->out->peer_count++];
	row->line = r->line;
	(void)text_copy(row->name, sizeof(row->name), r->split.name);
	return row;
}

static void *begin_announcement(struct reader *r)
{
	struct conf *out = r->out;
	const char *name = r->split.name;
	char text[SHOWN_MAX];

	if (out->announcement_count == CONF_ANNOUNCEMENTS_MAX) {
		fault(r, r->line, "more than %u announcements", CONF_ANNOUNCEMENTS_MAX);
		return NULL;
	}
	if (name[0] == 0 || strlen(name) >= CONF_NAME_MAX)
		fault(r, r->line, "[announcement %s]: expected a name of at most %u octets",
		      shown(text, name), CONF_NAME_MAX - 1);
	for (uint32_t i = 0; i < out->announcement_count; i++)
		check_again(r, SECTION_ANNOUNCEMENT, out->announcement[i].name,
		            out->announcement[i].line);
	struct conf_announcement *row = &out->announcement[out->announcement_count++];
	row->line = r->line;
	(void)text_copy(row->name, sizeof(row->name), name);
	return row;
}

static void *begin_uplink(struct reader *r)
{
	struct conf *out = r->out;

	if (out->uplink_count == CONF_UPLINKS_MAX) {
		fault(r, r->line, "more than %u uplinks", CONF_UPLINKS_MAX);
		return NULL;
	}
	check_word(r, SECTION_UPLINK);
	for (uint32_t i = 0; i < out->uplink_count; i++)
		check_again(r, SECTION_UPLINK, out->uplink[i].name, out->uplink[i].line);
	struct conf_uplink *row = &out->uplink[out->uplink_count++];
	row->line = r->line;
	(void)text_copy(row->name, sizeof(row->name), r->split.name);
	return row;
}

static void skip_section(struct reader *r)
{
	r->any_section = true;
	r->section = NULL;
}

static void begin_section(struct reader *r)
{
	const struct conf_section *section = section_find(r->split.section);
	char text[SHOWN_MAX];

	skip_section(r);
	if (!section) {
		const char *nearest = section_nearest(r->split.section);
		fault(r, r->line, "unknown section [%s]%s%s%s", shown(text, r->split.section),
		      nearest ? "; did you mean [" : "", nearest ? nearest : "",
		      nearest ? "]?" : "");
		return;
	}
	if (section->kind == SECTION_LISTENER)
		r->row = begin_listener(r);
	else if (section->kind == SECTION_CLIENT)
		r->row = begin_client(r);
	else if (section->kind == SECTION_PEER)
		r->row = begin_peer(r);
	else if (section->kind == SECTION_ANNOUNCEMENT)
		r->row = begin_announcement(r);
	else if (section->kind == SECTION_UPLINK)
		r->row = begin_uplink(r);
	else
		r->row = begin_single(r, section);
	if (!r->first_line[section->kind])
		r->first_line[section->kind] = r->line;
	if (!r->row)
		return;
	r->section = section;
	r->section_line = r->line;
	memset(r->key_line, 0, sizeof(r->key_line));
	set_initial(r);
}

/* Where the key stands, or the section's line when it does not. */
static uint32_t line_of(const struct reader *r, const char *name)
{
	uint32_t line = r->key_line[key_find(r->section, name) - r->section->keys];

	return line ? line : r->section_line;
}

static void check_listener(struct reader *r)
{
	const struct conf_listener *row = r->row;
	const struct conf_listener *first = r->out->listener;
	char text[SHOWN_MAX], bind[ADDR_TEXT_MAX];

	if (!row->open && !addr_is_loopback(&row->bind) &&
	    conf_passphrase_is_sample(row->passphrase))
		fault(r, line_of(r, "passphrase"),
		      "%s: the passphrase is %s; expected one of your own, or open = yes",
		      header(r, text), row->passphrase[0] ? "known from sample files" : "empty");
	for (size_t i = 0; &first[i] != row && row->bind.port; i++)
		if (addr_equal(&first[i].bind, &row->bind))
			fault(r, line_of(r, "bind"), "%s: [listener %s] in line %lu binds %s too",
			      header(r, text), first[i].name, (unsigned long)r->listener_line[i],
			      addr_format(&row->bind, bind));
}

/* Who may see the page is said by the operator, unless only this machine can. */
static void check_report(struct reader *r)
{
	const struct conf_report *row = r->row;
	size_t len = strlen(row->http_token);

	if (row->http.port && !addr_is_loopback(&row->http) && !len && !row->http_allow.count)
		fault(r, line_of(r, "http"),
		      "http is not on loopback; expected http-allow or http-token as well");
	if (len && len < CONF_TOKEN_MIN)
		fault(r, line_of(r, "http-token"), "http-token: expected at least %u octets",
		      CONF_TOKEN_MIN);
	if (strspn(row->http_token, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
	                            "0123456789-._~") != len)
		fault(r, line_of(r, "http-token"),
		      "http-token: expected letters, digits and the signs - . _ ~");
}

static bool is_ascii(const char *text)
{
	for (; *text; text++)
		if (*text < ' ' || *text > '~')
			return false;
	return true;
}

/* Everybody else on the mesh cuts the passphrase at 20 octets, and some count characters. */
static void check_peer_passphrase(struct reader *r)
{
	const struct conf_peer *row = r->row;
	uint32_t line = line_of(r, "passphrase");
	char text[SHOWN_MAX];

	if (!r->key_line[key_find(r->section, "passphrase") - r->section->keys])
		return; /* told as missing */
	if (conf_passphrase_is_sample(row->passphrase) && !addr_is_loopback(&row->bind))
		fault(r, line, "%s: the passphrase is %s; expected one of your own",
		      header(r, text), row->passphrase[0] ? "known from sample files" : "empty");
	if (!is_ascii(row->passphrase))
		fault(r, line, "%s: expected a passphrase of ASCII letters, digits and signs",
		      header(r, text));
	if (row->full_key && row->protocol == PEER_FBP)
		fault(r, line_of(r, "full-key"), "%s: full-key is for protocol = obp only",
		      header(r, text));
	else if (!row->full_key && strlen(row->passphrase) > CONF_MESH_KEY_MAX)
		fault(r, line,
		      "%s: servers use 20 octets of a passphrase and do not agree on the rest; "
		      "expected "
		      "at most 20",
		      header(r, text));
}

/* A numeric address, or a name and a port, which is `port` when it is left out. */
static bool read_target(const char *target, uint16_t port, struct addr *address,
                        char host[static CONF_HOST_MAX])
{
	const char *colon = strrchr(target, ':');
	uint64_t number = port;

	if (addr_parse(target, port, address))
		return address->port != 0 && !addr_is_any(address);
	size_t len = colon ? (size_t)(colon - target) : strlen(target);
	if (colon && !text_to_u64(colon + 1, strlen(colon + 1), 1, UINT16_MAX, &number))
		return false;
	if (len == 0 || len >= CONF_HOST_MAX ||
	    strspn(target, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-_") !=
	            len)
		return false;
	struct text name = text_make(host, CONF_HOST_MAX);
	text_bytes(&name, target, len);
	address->port = (uint16_t)number;
	return true;
}

static void bad_target(struct reader *r, const char *target)
{
	char value[SHOWN_MAX];

	fault(r, line_of(r, "target"),
	      "target = %s: expected an address or a name with a port, such as %s",
	      shown(value, target), key_find(r->section, "target")->example);
}

static void check_peer(struct reader *r)
{
	struct conf_peer *row = r->row;
	char text[SHOWN_MAX], bind[ADDR_TEXT_MAX];

	check_peer_passphrase(r);
	if (row->target[0] &&
	    !read_target(row->target, CONF_PEER_PORT_DEFAULT, &row->address, row->host))
		bad_target(r, row->target);
	for (uint32_t i = 0; i < r->out->listener_count; i++)
		if (addr_equal(&r->out->listener[i].bind, &row->bind))
			fault(r, line_of(r, "bind"), "%s: [listener %s] in line %lu binds %s too",
			      header(r, text), r->out->listener[i].name,
			      (unsigned long)r->listener_line[i], addr_format(&row->bind, bind));
}

static void check_announcement(struct reader *r)
{
	const struct conf_announcement *row = r->row;
	char text[SHOWN_MAX];

	if (row->every_ms && row->every_ms < ANNOUNCEMENT_EVERY_MIN_MS)
		fault(r, line_of(r, "every"), "%s every: expected at least 1m, or 0 for never",
		      header(r, text));
}

/* A reflector knows one talkgroup. */
static bool is_reflector_map(const struct tg_map *map)
{
	return map->count == 1 && map->entry[0].slot == 2 && map->entry[0].tg == 9;
}

static void check_uplink(struct reader *r)
{
	struct conf_uplink *row = r->row;
	bool xlx = row->protocol == UPLINK_XLX;
	char text[SHOWN_MAX];

	if (row->target[0] &&
	    !read_target(row->target, CONF_UPLINK_PORT_DEFAULT, &row->address, row->host))
		bad_target(r, row->target);
	if (xlx && (row->module[0] < 'A' || row->module[0] > 'Z'))
		fault(r, line_of(r, "module"), "%s: expected module = and a letter from A to Z",
		      header(r, text));
	if (xlx && !is_reflector_map(&row->map))
		fault(r, line_of(r, "map"), "%s: expected map = 2:9 = and one conference",
		      header(r, text));
	if (!is_ascii(row->passphrase))
		fault(r, line_of(r, "passphrase"),
		      "%s: expected a passphrase of ASCII letters, digits and signs",
		      header(r, text));
}

static void end_section(struct reader *r)
{
	const struct conf_section *section = r->section;
	char text[SHOWN_MAX];

	if (!section)
		return;
	for (size_t i = 0; i < section->key_count; i++)
		if (section->keys[i].required && !r->key_line[i])
			fault(r, r->section_line, "%s has no %s; expected one such as %s = %s",
			      header(r, text), section->keys[i].name, section->keys[i].name,
			      section->keys[i].example);
	if (section->kind == SECTION_LISTENER)
		check_listener(r);
	if (section->kind == SECTION_REPORT)
		check_report(r);
	if (section->kind == SECTION_PEER)
		check_peer(r);
	if (section->kind == SECTION_ANNOUNCEMENT)
		check_announcement(r);
	if (section->kind == SECTION_UPLINK)
		check_uplink(r);
}

static void unknown_key(struct reader *r)
{
	const struct conf_section *elsewhere = key_elsewhere(r->section, r->split.key);
	const char *nearest = key_nearest(r->section, r->split.key);
	char key[SHOWN_MAX], text[SHOWN_MAX];

	shown(key, r->split.key);
	header(r, text);
	if (elsewhere)
		fault(r, r->line, "unknown key \"%s\" in %s; it belongs in [%s]", key, text,
		      section_name(elsewhere->kind));
	else if (nearest)
		fault(r, r->line, "unknown key \"%s\" in %s; did you mean \"%s\"?", key, text,
		      nearest);
	else
		fault(r, r->line, "unknown key \"%s\" in %s", key, text);
}

static void take_value(struct reader *r, const struct conf_key *key)
{
	char why[EXPECTED_MAX], value[SHOWN_MAX];
	struct text expected = text_make(why, sizeof(why));

	if (value_read(key, r->split.value, r->row, &expected)) {
		if (key->given)
			*((bool *)r->row + key->given) = true;
		return;
	}
	if (key->type == KEY_SECRET)
		fault(r, r->line, "%s: %s", key->name, why);
	else
		fault(r, r->line, "%s = %s: %s", key->name, shown(value, r->split.value), why);
}

static void take_pair(struct reader *r)
{
	char key_text[SHOWN_MAX], text[SHOWN_MAX];

	if (!r->section) {
		if (!r->any_section)
			fault(r, r->line, "key \"%s\" outside a section; expected [server] first",
			      shown(key_text, r->split.key));
		return;
	}
	const struct conf_key *key = key_find(r->section, r->split.key);
	if (!key) {
		unknown_key(r);
		return;
	}
	uint32_t *line = &r->key_line[key - r->section->keys];
	if (*line)
		fault(r, r->line, "%s a second time in %s; the first stands in line %lu", key->name,
		      header(r, text), (unsigned long)*line);
	else
		*line = r->line;
	take_value(r, key);
}

/*
 * A header that cannot be read: the keys below it belong to nobody we know, and are better skipped
 * than taken for those of the section before.
 */
static bool is_bad_header(const struct ini_line *split, const char *line, const char *end)
{
	while (line < end && (*line == ' ' || *line == '\t'))
		line++;
	return split->kind == INI_BAD && line < end && *line == '[';
}

/* Splits the next line off; false at the end of the text. */
static bool next_line(const char **at, const char *end, struct ini_line *split)
{
	if (*at == end)
		return false;
	const char *newline = memchr(*at, '\n', (size_t)(end - *at));
	size_t len = (size_t)((newline ? newline : end) - *at);
	enum ini_kind kind = ini_split(*at, len, split);
	*at = newline ? newline + 1 : end;
	return kind == split->kind;
}

static size_t count_sections(struct reader *r, const char *text, const char *end,
                             enum section_kind kind)
{
	size_t rows = 0;

	while (next_line(&text, end, &r->split))
		rows += r->split.kind == INI_SECTION &&
		        strcmp(r->split.section, section_name(kind)) == 0;
	return rows;
}

static void cut_rows(struct conf *out, size_t clients, size_t peers)
{
	if (clients)
		out->client =
			arena_cut(&out->arena, "clients", clients, sizeof(struct conf_client));
	if (peers)
		out->peer = arena_cut(&out->arena, "peers of the configuration", peers,
		                      sizeof(struct conf_peer));
}

/* Claims a row for each client and each peer section. */
static bool claim_rows(struct reader *r, const char *text, const char *end)
{
	size_t clients = count_sections(r, text, end, SECTION_CLIENT);
	size_t peers = count_sections(r, text, end, SECTION_PEER);

	if (clients + peers == 0)
		return true;
	arena_measure(&r->out->arena);
	cut_rows(r->out, clients, peers);
	if (!arena_claim(&r->out->arena, r->out->arena.used)) {
		fault(r, r->line, "no memory for %lu clients and %lu peers", (unsigned long)clients,
		      (unsigned long)peers);
		return false;
	}
	cut_rows(r->out, clients, peers);
	return true;
}

static void read_lines(struct reader *r, const char *text, const char *end)
{
	for (const char *line = text; next_line(&text, end, &r->split); line = text) {
		r->line++;
		switch (r->split.kind) {
		case INI_EMPTY:
			break;
		case INI_SECTION:
			end_section(r);
			begin_section(r);
			break;
		case INI_PAIR:
			take_pair(r);
			break;
		case INI_BAD:
			fault(r, r->line, "%s", r->split.reason);
			if (is_bad_header(&r->split, line, end)) {
				end_section(r);
				skip_section(r);
			}
			break;
		}
	}
	end_section(r);
}

static int compare_clients(const void *a, const void *b)
{
	const struct conf_client *x = a, *y = b;

	if (x->id != y->id)
		return x->id < y->id ? -1 : 1;
	return x->line < y->line ? -1 : x->line > y->line;
}

/* May a sample passphrase be used, because nobody far away could log in, or everybody may anyway?
 */
static bool samples_allowed(const struct conf *conf)
{
	for (uint32_t i = 0; i < conf->listener_count; i++)
		if (!conf->listener[i].open && !addr_is_loopback(&conf->listener[i].bind))
			return false;
	return true;
}

static void check_clients(struct reader *r)
{
	const struct conf_client *c = r->out->client;
	bool allowed = samples_allowed(r->out);

	if (r->out->client_count)
		qsort(r->out->client, r->out->client_count, sizeof(*c), compare_clients);
	for (uint32_t i = 0; i < r->out->client_count; i++) {
		if (i && c[i].id && c[i].id == c[i - 1].id)
			fault(r, c[i].line,
			      "[client %lu] a second time; another stands in line %lu",
			      (unsigned long)c[i].id, (unsigned long)c[i - 1].line);
		if (c[i].passphrase[0] && !allowed && conf_passphrase_is_sample(c[i].passphrase))
			fault(r, c[i].line,
			      "[client %lu]: the passphrase is known from sample files; expected "
			      "one of your own",
			      (unsigned long)c[i].id);
	}
}

/* Gives every distinct bind of peers a socket, behind those of the listeners, and each uplink one
 * of its own. */
static void number_sockets(struct reader *r)
{
	struct conf *out = r->out;

	out->socket_count = out->listener_count;
	for (uint32_t i = 0; i < out->peer_count; i++) {
		struct conf_peer *row = &out->peer[i];
		uint32_t j = 0;
		while (j < i && !addr_equal(&out->peer[j].bind, &row->bind))
			j++;
		row->socket = j < i ? out->peer[j].socket : out->socket_count++;
	}
	if (out->socket_count - out->listener_count > CONF_PEER_BINDS_MAX)
		fault(r, r->line, "peers with more than %u different binds", CONF_PEER_BINDS_MAX);
	for (uint32_t i = 0; i < out->uplink_count; i++)
		out->uplink[i].socket = out->socket_count++;
}

static void check_peers(struct reader *r)
{
	const struct conf *out = r->out;

	if (out->peer_count > out->limits.peers)
		fault(r, out->peer[out->limits.peers].line,
		      "more peers than [limits] peers = %lu allows",
		      (unsigned long)out->limits.peers);
	number_sockets(r);
	/* People tell them apart by name alone. */
	for (uint32_t i = 0; i < out->uplink_count; i++)
		for (uint32_t j = 0; j < out->peer_count; j++)
			if (strcmp(out->uplink[i].name, out->peer[j].name) == 0)
				fault(r, out->uplink[i].line,
				      "[uplink %s]: [peer %s] has that name",
				      out->uplink[i].name, out->peer[j].name);
}

static bool has_listener(const struct conf *conf, const char *name)
{
	for (uint32_t i = 0; i < conf->listener_count; i++)
		if (strcmp(conf->listener[i].name, name) == 0)
			return true;
	return false;
}

static void check_announcements(struct reader *r)
{
	for (uint32_t i = 0; i < r->out->announcement_count; i++) {
		const struct conf_announcement *a = &r->out->announcement[i];
		char text[SHOWN_MAX];
		if (a->listener[0] && !has_listener(r->out, a->listener))
			fault(r, a->line, "[announcement %s]: there is no [listener %s]", a->name,
			      shown(text, a->listener));
	}
}

/* Sections that are not in the file hold their defaults. */
static void fill_missing(struct reader *r)
{
	static const enum section_kind single[] = {SECTION_LIMITS, SECTION_REPORT};

	r->split = (struct ini_line){.kind = INI_EMPTY};
	for (size_t i = 0; i < ARRAY_LEN(single); i++) {
		if (r->first_line[single[i]])
			continue;
		r->section = section_info(single[i]);
		r->row = begin_single(r, r->section);
		set_initial(r);
	}
	uint32_t end = r->line ? r->line : 1;
	if (!r->first_line[SECTION_SERVER])
		fault(r, end,
		      "no [server] section; expected one with id = and the server's number");
	if (!r->first_line[SECTION_LISTENER])
		fault(r, end, "no [listener NAME] section; expected at least one");
}

/* A store the compiler may not leave out, unlike memset before the end of a life. */
static void wipe(void *secret, size_t len)
{
	volatile unsigned char *octet = secret;

	while (len--)
		*octet++ = 0;
}

size_t conf_parse(const char *text, size_t len, const char *name, struct conf *out,
                  conf_complain *complain, void *context)
{
	struct reader r = {.out = out, .name = name, .complain = complain, .context = context};

	memset(out, 0, sizeof(*out));
	if (claim_rows(&r, text, text + len)) {
		read_lines(&r, text, text + len);
		fill_missing(&r);
		check_clients(&r);
		check_peers(&r);
		check_announcements(&r);
	}
	wipe(&r.split, sizeof(r.split));
	if (r.faults)
		conf_release(out);
	return r.faults;
}

void conf_release(struct conf *conf)
{
	conf_forget_secrets(conf);
	arena_release(&conf->arena);
	conf->client = NULL;
	conf->client_count = 0;
	conf->peer = NULL;
	conf->peer_count = 0;
}

void conf_forget_passphrases(struct conf *conf)
{
	for (uint32_t i = 0; i < conf->listener_count; i++)
		wipe(conf->listener[i].passphrase, sizeof(conf->listener[i].passphrase));
	for (uint32_t i = 0; i < conf->client_count; i++)
		wipe(conf->client[i].passphrase, sizeof(conf->client[i].passphrase));
	for (uint32_t i = 0; i < conf->peer_count; i++)
		wipe(conf->peer[i].passphrase, sizeof(conf->peer[i].passphrase));
	for (uint32_t i = 0; i < conf->uplink_count; i++)
		wipe(conf->uplink[i].passphrase, sizeof(conf->uplink[i].passphrase));
}

const struct addr *conf_socket_bind(const struct conf *conf, uint32_t index)
{
	static const struct addr any; /* of uplinks: the system chooses */
	uint32_t i = 0;

	if (index < conf->listener_count)
		return &conf->listener[index].bind;
	if (index >= conf->socket_count - conf->uplink_count)
		return &any;
	while (conf->peer[i].socket != index)
		i++;
	return &conf->peer[i].bind;
}

void conf_forget_report_secrets(struct conf *conf)
{
	wipe(conf->report.http_token, sizeof(conf->report.http_token));
	wipe(conf->report.mqtt_password, sizeof(conf->report.mqtt_password));
}

void conf_forget_secrets(struct conf *conf)
{
	conf_forget_passphrases(conf);
	conf_forget_report_secrets(conf);
}

static const struct conf_client *find_exact(const struct conf *conf, uint32_t id)
{
	uint32_t low = 0, high = conf->client_count;

	while (low < high) {
		uint32_t middle = low + (high - low) / 2;
		if (conf->client[middle].id == id)
			return &conf->client[middle];
		if (conf->client[middle].id < id)
			low = middle + 1;
		else
			high = middle;
	}
	return NULL;
}

const struct conf_client *conf_client_find(const struct conf *conf, uint32_t id)
{
	const struct conf_client *exact = find_exact(conf, id);

	if (exact || id <= BASE_ID_MAX || id > CLIENT_ID_MAX)
		return exact;
	while (id > BASE_ID_MAX)
		id /= 10;
	return find_exact(conf, id);
}

struct session_defaults conf_defaults_for(const struct conf *conf,
                                          const struct conf_listener *listener, uint32_t id)
{
	struct session_defaults defaults = listener->defaults;
	const struct conf_client *client = conf_client_find(conf, id);

	if (!client)
		return defaults;
	for (size_t slot = 0; slot < ARRAY_LEN(defaults.statics); slot++)
		if (client->has_statics[slot])
			defaults.statics[slot] = client->own.statics[slot];
	if (client->has_dial)
		defaults.dial = client->own.dial;
	if (client->has_single)
		defaults.single = client->own.single;
	if (client->has_timer)
		defaults.timer_ms = client->own.timer_ms;
	if (client->has_hang)
		defaults.hang_ms = client->own.hang_ms;
	if (client->has_maps)
		defaults.maps = client->own.maps;
	if (client->has_private)
		defaults.private_calls = client->own.private_calls;
	if (client->has_ident)
		defaults.ident = client->own.ident;
	return defaults;
}

const char *conf_passphrase_for(const struct conf *conf, const struct conf_listener *listener,
                                uint32_t id, bool *anybody)
{
	const struct conf_client *client = conf_client_find(conf, id);

	*anybody = false;
	if (client && client->passphrase[0])
		return client->passphrase;
	*anybody = listener->open && listener->passphrase[0] == 0;
	return listener->passphrase;
}

bool conf_passphrase_is_sample(const char *passphrase)
{
	static const char *const known[] = {
		"",           "passw0rd",        "password",        "passphrase",
		"s3cr37w0rd", "homebrew",        "changeme",        "change-me",
		"change me",  "freedmr",         "hblink",          "hotspot",
		"12345678",   "kilo tango four", "four tango kilo", /* of our own manual */
	};

	for (size_t i = 0; i < ARRAY_LEN(known); i++)
		if (text_same(passphrase, known[i]))
			return true;
	return false;
}

static void print_keys(const struct conf_section *section, const void *row, conf_print_line *print,
                       void *context)
{
	char line[VALUE_TEXT_MAX + SHOWN_MAX];

	for (size_t i = 0; i < section->key_count; i++) {
		const struct conf_key *key = &section->keys[i];
		if (key->given && !*((const bool *)row + key->given))
			continue; /* the listener's counts */
		struct text t = text_make(line, sizeof(line));
		text_format(&t, "%s = ", key->name);
		size_t bare = t.len;
		value_write(key, row, &t);
		if (t.len == bare && !key->initial && !key->given)
			continue; /* as good as not there */
		if (t.len == bare)
			line[bare - 1] = 0; /* no blank at the end */
		print(context, line);
	}
}

static void print_section(enum section_kind kind, const char *name, const void *row,
                          conf_print_line *print, void *context)
{
	char line[SHOWN_MAX];
	struct text t = text_make(line, sizeof(line));

	text_format(&t, "[%s%s%s]", section_name(kind), name[0] ? " " : "", name);
	print(context, line);
	print_keys(section_info(kind), row, print, context);
}

void conf_print(const struct conf *conf, conf_print_line *print, void *context)
{
	char name[16];

	print_section(SECTION_SERVER, "", &conf->server, print, context);
	for (uint32_t i = 0; i < conf->listener_count; i++)
		print_section(SECTION_LISTENER, conf->listener[i].name, &conf->listener[i], print,
		              context);
	for (uint32_t i = 0; i < conf->client_count; i++) {
		struct text t = text_make(name, sizeof(name));
		text_format(&t, "%lu", (unsigned long)conf->client[i].id);
		print_section(SECTION_CLIENT, name, &conf->client[i], print, context);
	}
	for (uint32_t i = 0; i < conf->peer_count; i++)
		print_section(SECTION_PEER, conf->peer[i].name, &conf->peer[i], print, context);
	for (uint32_t i = 0; i < conf->uplink_count; i++)
		print_section(SECTION_UPLINK, conf->uplink[i].name, &conf->uplink[i], print,
		              context);
	print_section(SECTION_LIMITS, "", &conf->limits, print, context);
	print_section(SECTION_REPORT, "", &conf->report, print, context);
}
