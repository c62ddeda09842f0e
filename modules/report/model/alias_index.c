#include "report/alias_index.h"

#include <stdlib.h>
#include <string.h>

#include "base/cursor.h"
#include "base/text.h"

#define MAGIC "FDMRNAM1"
#define COUNTRIES_MAX 255u
#define COUNTRIES_AT 56u
#define ENTRY_LEN 8u
#define ROW_MAX (3u + sizeof(struct alias))

const char *alias_kind_name(enum alias_kind kind)
{
	switch (kind) {
	case ALIAS_SUBSCRIBER:
		return "subscribers";
	case ALIAS_REPEATER:
		return "repeaters";
	case ALIAS_TALKGROUP:
		return "talkgroups";
	case ALIAS_KINDS:
		break;
	}
	return "?";
}

/* Positions in an index being built. */
struct making {
	uint8_t *octets;
	size_t cap;
	struct wr table; /* of countries, then of rows */
	struct wr texts;
	const char *country[COUNTRIES_MAX];
	uint8_t countries;
};

static uint32_t here(const struct making *m)
{
	return (uint32_t)(m->texts.at - m->octets);
}

static void text_write(struct making *m, const char *text)
{
	size_t len = strlen(text);

	wr_u8(&m->texts, (uint8_t)len);
	wr_bytes(&m->texts, text, len);
}

/* The number of a country, from 1; 0 = none. Adjacent rows usually have the same one. */
static uint8_t country_number(struct making *m, const char *name, uint8_t last)
{
	if (!*name)
		return 0;
	if (last && strcmp(m->country[last - 1], name) == 0)
		return last;
	for (uint8_t i = 0; i < m->countries; i++) {
		if (strcmp(m->country[i], name) == 0)
			return (uint8_t)(i + 1);
	}
	if (m->countries == COUNTRIES_MAX)
		return 0;
	m->country[m->countries++] = name;
	return m->countries;
}

static void find_countries(struct making *m, const struct alias_row *rows, size_t count)
{
	uint8_t last = 0;

	for (size_t i = 0; i < count; i++)
		last = country_number(m, rows[i].alias.country, last);
}

static void write_head(struct making *m, const struct alias_row *rows, size_t count)
{
	uint32_t of_kind[ALIAS_KINDS] = {0};

	for (size_t i = 0; i < count; i++)
		of_kind[rows[i].kind]++;
	wr_bytes(&m->table, MAGIC, ALIAS_DIGEST_AT);
	wr_fill(&m->table, 0, ALIAS_DIGEST_LEN);
	for (int kind = 0; kind < ALIAS_KINDS; kind++)
		wr_u32(&m->table, of_kind[kind]);
	wr_u32(&m->table, m->countries);
}

static void write_rows(struct making *m, const struct alias_row *rows, size_t count)
{
	uint8_t last = 0;

	for (uint8_t i = 0; i < m->countries; i++) {
		wr_u32(&m->table, here(m));
		text_write(m, m->country[i]);
	}
	for (size_t i = 0; i < count; i++) {
		wr_u32(&m->table, rows[i].id);
		wr_u32(&m->table, here(m));
		last = country_number(m, rows[i].alias.country, last);
		wr_u8(&m->texts, last);
		text_write(m, rows[i].alias.callsign);
		text_write(m, rows[i].alias.name);
	}
}

uint8_t *alias_index_make(const struct alias_row *rows, size_t count, size_t *len)
{
	struct making m = {.countries = 0};

	if (count > ALIAS_INDEX_MAX / (ENTRY_LEN + ROW_MAX))
		return NULL;
	find_countries(&m, rows, count);
	size_t texts_at = COUNTRIES_AT + 4u * m.countries + ENTRY_LEN * count;
	m.cap = texts_at + (m.countries + count) * ROW_MAX;
	m.octets = malloc(m.cap);
	if (!m.octets)
		return NULL;
	m.table = wr_make(m.octets, texts_at);
	m.texts = wr_make(m.octets + texts_at, m.cap - texts_at);
	write_head(&m, rows, count);
	write_rows(&m, rows, count);
	*len = here(&m);
	struct blake2b digest;
	blake2b_begin(&digest, ALIAS_DIGEST_LEN, NULL, 0);
	blake2b_add(&digest, m.octets + ALIAS_BODY_AT, *len - ALIAS_BODY_AT);
	blake2b_end(&digest, m.octets + ALIAS_DIGEST_AT);
	return m.octets;
}

bool alias_index_open(const void *octets, size_t len, struct alias_index *out)
{
	struct alias_index index = {.octets = octets, .len = len};
	struct rd r = rd_make(octets, len);
	uint8_t magic[ALIAS_DIGEST_AT];
	uint64_t rows = 0;

	rd_bytes(&r, magic, sizeof(magic));
	rd_skip(&r, ALIAS_DIGEST_LEN);
	for (int kind = 0; kind < ALIAS_KINDS; kind++) {
		index.count[kind] = rd_u32(&r);
		rows += index.count[kind];
	}
	index.countries = rd_u32(&r);
	if (!rd_ok(&r) /* the rest is checked on lookup */ ||
	    memcmp(magic, MAGIC, sizeof(magic)) != 0 || index.countries > COUNTRIES_MAX ||
	    rows > len / ENTRY_LEN || 4u * index.countries + ENTRY_LEN * rows > rd_left(&r))
		return false;
	*out = index;
	return true;
}

/* A reader of the block from an offset; bad beyond its end. */
static struct rd read_from(const struct alias_index *index, size_t offset)
{
	struct rd r = rd_make(index->octets, index->len);

	rd_skip(&r, offset);
	return r;
}

static void read_text(struct rd *r, char *out, size_t cap)
{
	size_t len = rd_u8(r);
	char text[256];

	rd_bytes(r, text, len);
	text_clean(out, cap, text, len);
}

static void read_country(const struct alias_index *index, uint32_t number, struct alias *out)
{
	if (number == 0 || number > index->countries)
		return;
	struct rd entry = read_from(index, COUNTRIES_AT + 4u * (number - 1));
	struct rd r = read_from(index, rd_u32(&entry));
	read_text(&r, out->country, sizeof(out->country));
}

static void read_row(const struct alias_index *index, uint32_t offset, struct alias *out)
{
	struct rd r = read_from(index, offset);
	uint32_t country = rd_u8(&r);

	read_text(&r, out->callsign, sizeof(out->callsign));
	read_text(&r, out->name, sizeof(out->name));
	read_country(index, country, out);
}

/* The start of the entries of a kind. */
static size_t entries_at(const struct alias_index *index, enum alias_kind kind)
{
	size_t first = COUNTRIES_AT + 4u * index->countries;

	for (int k = 0; k < (int)kind; k++)
		first += (size_t)ENTRY_LEN * index->count[k];
	return first;
}

bool alias_index_find(const struct alias_index *index, enum alias_kind kind, uint32_t id,
                      struct alias *out)
{
	size_t first = entries_at(index, kind);
	uint32_t low = 0, high = index->count[kind];

	*out = (struct alias){.name = ""};
	while (low < high) {
		uint32_t middle = low + (high - low) / 2;
		struct rd r = read_from(index, first + (size_t)ENTRY_LEN * middle);
		uint32_t found = rd_u32(&r);
		if (found == id) {
			read_row(index, rd_u32(&r), out);
			return true;
		}
		if (found < id)
			low = middle + 1;
		else
			high = middle;
	}
	return false;
}

bool alias_index_callsign(const struct alias_index *index, enum alias_kind kind,
                          const char *callsign, uint32_t *nth, uint32_t *id)
{
	size_t first = entries_at(index, kind);

	for (; *nth < index->count[kind]; (*nth)++) {
		struct rd entry = read_from(index, first + (size_t)ENTRY_LEN * *nth);
		char found[sizeof(((struct alias *)NULL)->callsign)];
		*id = rd_u32(&entry);
		struct rd row = read_from(index, rd_u32(&entry));
		rd_skip(&row, 1); /* the country */
		read_text(&row, found, sizeof(found));
		if (text_same(found, callsign)) {
			(*nth)++;
			return true;
		}
	}
	return false;
}

bool alias_index_who(const struct alias_index *index, uint32_t id, struct alias *out)
{
	if (id > 9999999 && alias_index_find(index, ALIAS_REPEATER, id, out))
		return true;
	while (id > 9999999)
		id /= 10;
	if (id <= 999999 && alias_index_find(index, ALIAS_REPEATER, id, out))
		return true;
	return alias_index_find(index, ALIAS_SUBSCRIBER, id, out);
}
