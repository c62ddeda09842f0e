#include "command/alias_rows.h"

#include <stdlib.h>
#include <string.h>

#include "base/text.h"

#define COMPLAINTS_MAX 10u
#define LINE_MAX_LEN 400u
#define TALKGROUP_LAST 0xffffffu
#define CLIENT_LAST 999999999u

enum source_field source_field_find(const char *name)
{
	static const struct {
		const char *name;
		enum source_field field;
	} known[] = {
		{"radio_id", SOURCE_ID},
		{"id", SOURCE_ID},
		{"dmr_id", SOURCE_ID},
		{"tgid", SOURCE_TG},
		{"tg", SOURCE_TG},
		{"talkgroup", SOURCE_TG},
		{"callsign", SOURCE_CALLSIGN},
		{"call", SOURCE_CALLSIGN},
		{"first_name", SOURCE_FIRST_NAME},
		{"fname", SOURCE_FIRST_NAME},
		{"name", SOURCE_NAME},
		{"description", SOURCE_NAME},
		{"city", SOURCE_CITY},
		{"country", SOURCE_COUNTRY},
		{"frequency", SOURCE_REPEATER},
		{"color_code", SOURCE_REPEATER},
		{"trustee", SOURCE_REPEATER},
		{"ipsc_network", SOURCE_REPEATER},
	};
	char plain[SOURCE_TEXT_MAX];

	text_copy(plain, sizeof(plain), name);
	for (char *c = plain; *c; c++) {
		if (*c == ' ' || *c == '-')
			*c = '_';
	}
	for (size_t i = 0; i < ARRAY_LEN(known); i++) {
		if (text_same(plain, known[i].name))
			return known[i].field;
	}
	return SOURCE_FIELDS;
}

void source_put(struct alias_source *s, enum source_field field, const char *octets, size_t len)
{
	if (field < SOURCE_FIELDS)
		text_clean(s->text[field], SOURCE_TEXT_MAX, octets, len);
}

void alias_rows_bad(struct alias_rows *r, uint32_t line, const char *why)
{
	char buf[LINE_MAX_LEN];
	struct text t = text_make(buf, sizeof(buf));

	if (++r->bad > COMPLAINTS_MAX)
		return;
	text_format(&t, "%s:%u: %s", r->file, line, why);
	r->complain(r->context, buf);
}

/* IDs of six digits are repeaters, unless the file says otherwise. */
static enum alias_kind kind_of(const struct alias_source *s, uint64_t id)
{
	if (*s->text[SOURCE_TG])
		return ALIAS_TALKGROUP;
	if (s->kind != ALIAS_KINDS)
		return s->kind;
	if (*s->text[SOURCE_REPEATER] || (id >= 100000 && id <= 999999))
		return ALIAS_REPEATER;
	return ALIAS_SUBSCRIBER;
}

/* A talkgroup has only a name, which some files put in the callsign column. A repeater has a
 * location. */
static void take_texts(struct alias_row *row, const struct alias_source *s)
{
	const char *name = s->text[SOURCE_FIRST_NAME];

	if (!*name)
		name = s->text[SOURCE_NAME];
	if (row->kind == ALIAS_TALKGROUP && !*name)
		name = s->text[SOURCE_CALLSIGN];
	if (row->kind == ALIAS_REPEATER && !*name)
		name = s->text[SOURCE_CITY];
	text_copy(row->alias.name, sizeof(row->alias.name), name);
	text_copy(row->alias.country, sizeof(row->alias.country), s->text[SOURCE_COUNTRY]);
	if (row->kind != ALIAS_TALKGROUP)
		text_copy(row->alias.callsign, sizeof(row->alias.callsign),
		          s->text[SOURCE_CALLSIGN]);
}

static struct alias_row *take_row(struct alias_rows *r)
{
	if (r->count == r->capacity) {
		size_t more = r->capacity ? 2 * r->capacity : 1024;
		struct alias_row *row = realloc(r->row, more * sizeof(*row));
		if (!row)
			return NULL;
		r->row = row;
		r->capacity = more;
	}
	return &r->row[r->count++];
}

void alias_rows_add(struct alias_rows *r, const struct alias_source *s, uint32_t line)
{
	const char *text = *s->text[SOURCE_TG] ? s->text[SOURCE_TG] : s->text[SOURCE_ID];
	struct alias_row row = {.kind = ALIAS_KINDS};
	uint64_t id;

	if (!text_to_u64(text, strlen(text), 1, CLIENT_LAST, &id)) {
		alias_rows_bad(r, line, *text ? "not an ID" : "missing ID");
		return;
	}
	row.kind = kind_of(s, id);
	row.id = (uint32_t)id;
	take_texts(&row, s);
	if (row.kind == ALIAS_TALKGROUP && id > TALKGROUP_LAST) {
		alias_rows_bad(r, line, "not a talkgroup");
	} else if (!*row.alias.callsign && !*row.alias.name) {
		alias_rows_bad(r, line, "neither callsign nor name");
	} else {
		struct alias_row *place = take_row(r);
		row.order = (uint32_t)r->count;
		if (place)
			*place = row;
		else
			r->full = true;
	}
}

static int compare(const void *a, const void *b)
{
	const struct alias_row *x = a, *y = b;

	if (x->kind != y->kind)
		return x->kind < y->kind ? -1 : 1;
	if (x->id != y->id)
		return x->id < y->id ? -1 : 1;
	return x->order < y->order ? -1 : x->order > y->order;
}

void alias_rows_sort(struct alias_rows *r)
{
	size_t kept = 0;

	if (r->count > 0)
		qsort(r->row, r->count, sizeof(*r->row), compare);
	for (size_t i = 0; i < r->count; i++) {
		bool same = kept > 0 && r->row[kept - 1].kind == r->row[i].kind &&
		            r->row[kept - 1].id == r->row[i].id;
		if (!same)
			kept++;
		r->row[kept - 1] = r->row[i];
	}
	r->count = kept;
}

void alias_rows_release(struct alias_rows *r)
{
	free(r->row);
	r->row = NULL;
	r->count = r->capacity = 0;
}
