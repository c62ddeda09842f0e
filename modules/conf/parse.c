#include "conf/parse.h"

#include <string.h>

#include "base/text.h"
#include "base/wipe.h"
#include "conf/check.h"
#include "conf/conf.h"
#include "conf/nearest.h"
#include "conf/reader.h"
#include "conf/rows.h"
#include "conf/value.h"

#define EXPECTED_MAX 320

static void set_initial(struct reader *r)
{
	char why[EXPECTED_MAX];

	for (size_t i = 0; i < r->section->key_count; i++) {
		const struct conf_key *key = &r->section->keys[i];
		struct text expected = text_make(why, sizeof(why));
		if (key->initial &&
		    !value_read(key, key->initial, r->row, &expected)) /* never: t_keys */
			fault(r, r->line, "the default of %s is wrong: %s", key->name, why);
	}
}

static void *begin_single(struct reader *r, const struct conf_section *section)
{
	struct conf *out = r->out;

	if (r->split.name[0])
		fault(r, r->line, "[%s] takes no name", section_name(section->kind));
	if (r->first_line[section->kind])
		fault(r, r->line, "duplicate section [%s] (first on line %lu)",
		      section_name(section->kind), (unsigned long)r->first_line[section->kind]);
	if (section->kind == SECTION_SERVER)
		return &out->server;
	if (section->kind == SECTION_LIMITS)
		return &out->limits;
	return &out->report;
}

static void check_name(struct reader *r, enum section_kind kind, const struct rows *rows)
{
	const char *name = r->split.name;
	const void *first = row_named(rows, name);
	char text[SHOWN_MAX];

	if (name[0] == 0)
		fault(r, r->line, "[%s] has no name; expected [%s NAME]", section_name(kind),
		      section_name(kind));
	else if (strlen(name) >= CONF_NAME_MAX)
		fault(r, r->line, "[%s %s]: expected a name of at most %u octets",
		      section_name(kind), shown(text, name), CONF_NAME_MAX - 1);
	else if (first)
		fault(r, r->line, "duplicate section [%s %s] (first on line %lu)",
		      section_name(kind), shown(text, name), (unsigned long)row_line(rows, first));
}

static void *begin_named(struct reader *r, enum section_kind kind, const struct rows *rows)
{
	if (*rows->count == rows->most) {
		fault(r, r->line, "more than %lu %ss", (unsigned long)rows->most,
		      section_name(kind));
		return NULL;
	}
	check_name(r, kind, rows);
	char *row = row_at(rows, (*rows->count)++);
	(void)text_copy(row, CONF_NAME_MAX, r->split.name);
	memcpy(row + rows->line, &r->line, sizeof(r->line));
	return row;
}

static void *begin_client(struct reader *r)
{
	struct conf_client *row = &r->out->client[r->out->client_count++];
	uint64_t id = 0;
	char text[SHOWN_MAX];

	if (!text_to_u64(r->split.name, strlen(r->split.name), CONF_CLIENT_ID_MIN,
	                 CONF_CLIENT_ID_MAX, &id))
		fault(r, r->line, "[client%s%s]: expected an ID of 6 to 9 digits",
		      r->split.name[0] ? " " : "", shown(text, r->split.name));
	row->id = (uint32_t)id;
	row->line = r->line;
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
	struct rows rows = rows_of(r->out, section->kind);
	if (rows.first)
		r->row = begin_named(r, section->kind, &rows);
	else if (section->kind == SECTION_CLIENT)
		r->row = begin_client(r);
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
	check_section(r);
}

/* "[listener], [peer] or [uplink]": those that have the key; "" when there are none. */
static const char *sections_with(const char *key, char out[static SHOWN_MAX])
{
	struct text t = text_make(out, SHOWN_MAX);
	const char *last = NULL;

	for (enum section_kind kind = 0; kind < SECTION_KINDS; kind++) {
		if (!key_find(section_info(kind), key))
			continue;
		if (last)
			text_format(&t, "%s[%s]", t.len ? ", " : "", last);
		last = section_name(kind);
	}
	if (last)
		text_format(&t, "%s[%s]", t.len ? " or " : "", last);
	return out;
}

static void unknown_key(struct reader *r)
{
	const struct conf_section *where;
	const char *nearest = key_nearest(r->section, r->split.key);
	const char *far = key_nearest_elsewhere(r->section, r->split.key, &where);
	char key[SHOWN_MAX], text[SHOWN_MAX], sections[SHOWN_MAX];

	shown(key, r->split.key);
	header(r, text);
	if (*sections_with(r->split.key, sections))
		fault(r, r->line, "unknown key \"%s\" in %s; it belongs in %s", key, text,
		      sections);
	else if (nearest)
		fault(r, r->line, "unknown key \"%s\" in %s; did you mean \"%s\"?", key, text,
		      nearest);
	else if (far)
		fault(r, r->line, "unknown key \"%s\" in %s; did you mean \"%s\" in [%s]?", key,
		      text, far, section_name(where->kind));
	else
		fault(r, r->line, "unknown key \"%s\" in %s", key, text);
}

static void take_value(struct reader *r, const struct conf_key *key)
{
	char why[EXPECTED_MAX], value[SHOWN_MAX];
	struct text expected = text_make(why, sizeof(why));

	if (value_read(key, r->split.value, r->row, &expected)) {
		key_give(key, r->row);
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
		fault(r, r->line, "duplicate key \"%s\" in %s (first set on line %lu)", key->name,
		      header(r, text), (unsigned long)*line);
	else
		*line = r->line;
	take_value(r, key);
}

/*
 * An invalid header: the keys after it are skipped rather than taken for the previous section's.
 */
static bool is_bad_header(const char *line)
{
	while (*line == ' ' || *line == '\t') /* a line that is bad is not blank */
		line++;
	return *line == '[';
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

/* Allocates a row for each client and each peer section. */
static bool claim_rows(struct reader *r, const char *text, const char *end)
{
	size_t clients = count_sections(r, text, end, SECTION_CLIENT);
	size_t peers = count_sections(r, text, end, SECTION_PEER);

	if (clients + peers == 0)
		return true;
	arena_measure(&r->out->arena);
	cut_rows(r->out, clients, peers);
	if (!arena_claim(&r->out->arena, r->out->arena.used)) {
		fault(r, r->line, "out of memory for %lu clients and %lu peers",
		      (unsigned long)clients, (unsigned long)peers);
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
			if (is_bad_header(line)) {
				end_section(r);
				skip_section(r);
			}
			break;
		}
	}
	end_section(r);
}

/* Sections that are not in the file have their defaults. */
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

/* Some editors write a byte order mark before UTF-8. A text with NULs is UTF-16, or not a text. */
static bool is_text(struct reader *r, const char **text, size_t *len)
{
	static const char mark[] = "\xef\xbb\xbf";
	const char *nul = memchr(*text, 0, *len);

	if (*len >= 3 && memcmp(*text, mark, 3) == 0) {
		*text += 3;
		*len -= 3;
	}
	if (!nul)
		return true;
	r->line = 1;
	for (const char *at = *text; (at = memchr(at, '\n', (size_t)(nul - at))); at++)
		r->line++;
	fault(r, r->line, "NUL octet: expected a text in UTF-8");
	return false;
}

size_t conf_parse(const char *text, size_t len, const char *name, struct conf *out,
                  conf_complain *complain, void *context)
{
	struct reader r = {.out = out, .name = name, .complain = complain, .context = context};

	memset(out, 0, sizeof(*out));
	if (is_text(&r, &text, &len) && claim_rows(&r, text, text + len)) {
		read_lines(&r, text, text + len);
		fill_missing(&r);
		check_all(&r);
	}
	wipe(&r.split, sizeof(r.split));
	faults_tell(&r);
	if (r.faults)
		conf_release(out);
	return r.faults;
}
