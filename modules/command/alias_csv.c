/*
 * Text tables: user.csv of radioid.net and the like. Fields are separated by commas, semicolons or
 * tabs, and may be in double quotes. A first line without an ID names the columns; otherwise they
 * are ID, callsign, first name, last name, city, state, country; or, if there are two, talkgroup
 * and name; or, if the second is one digit, those of the talkgroup lists of Pi-Star and YSF2DMR:
 * talkgroup, kind of call, name, description. A line that begins with # is a comment.
 */
#include "command/alias_rows.h"

#include <string.h>

#include "base/text.h"

#define COLUMNS_MAX 32u

struct csv {
	const char *at, *end;
	uint32_t line;
	char separator;
	enum source_field column[COLUMNS_MAX];
	size_t columns;  /* 0: not known yet */
	bool open_quote; /* the last cell has a quote that was not closed */
};

struct cells {
	size_t count;
	char text[COLUMNS_MAX][SOURCE_TEXT_MAX];
};

static char separator_of(const char *at, const char *end)
{
	const char *newline = memchr(at, '\n', (size_t)(end - at));
	size_t len = (size_t)((newline ? newline : end) - at);

	if (memchr(at, '\t', len))
		return '\t';
	return memchr(at, ';', len) && !memchr(at, ',', len) ? ';' : ',';
}

/* One octet of a cell; long cells are cut. */
static void put(char *cell, size_t *len, char c)
{
	if (*len + 1 < SOURCE_TEXT_MAX)
		cell[(*len)++] = c;
}

/*
 * One cell, in quotes or not; "" within quotes is one. A quote that is not closed ends with its
 * line, so that one bad line costs one line.
 */
static void read_cell(struct csv *c, char cell[static SOURCE_TEXT_MAX])
{
	size_t len = 0;

	while (c->at < c->end && *c->at == ' ')
		c->at++;
	bool quoted = c->at < c->end && *c->at == '"';
	c->at += quoted;
	while (c->at < c->end && *c->at != '\n' && (quoted || *c->at != c->separator)) {
		if (quoted && *c->at == '"') {
			if (c->at + 1 == c->end || c->at[1] != '"') {
				quoted = false;
				c->at++;
				continue;
			}
			c->at++;
		}
		put(cell, &len, *c->at++);
	}
	c->open_quote = quoted;
	while (len > 0 && strchr(" \t\r", cell[len - 1]))
		len--;
	cell[len] = 0;
}

static void read_cells(struct csv *c, struct cells *out)
{
	char beyond[SOURCE_TEXT_MAX];

	out->count = 0;
	c->line++;
	for (;;) {
		bool room = out->count < COLUMNS_MAX;
		read_cell(c, room ? out->text[out->count] : beyond);
		out->count += room;
		if (c->at == c->end || *c->at++ == '\n')
			return;
	}
}

static bool is_number(const char *text)
{
	uint64_t number;

	return text_to_u64(text, strlen(text), 0, UINT32_MAX, &number);
}

/* 91;0;WORLD;World-wide */
static bool is_talkgroup_list(const struct cells *cells)
{
	return cells->count >= 3 && is_number(cells->text[1]) && !cells->text[1][1];
}

/* True if the row was a heading that named the columns. */
static bool take_heading(struct csv *c, const struct cells *cells)
{
	static const enum source_field usual[] = {SOURCE_ID,     SOURCE_CALLSIGN, SOURCE_FIRST_NAME,
	                                          SOURCE_FIELDS, SOURCE_CITY,     SOURCE_FIELDS,
	                                          SOURCE_COUNTRY};
	bool named = !is_number(cells->text[0]);

	c->columns = named ? cells->count : ARRAY_LEN(usual);
	for (size_t i = 0; i < c->columns; i++)
		c->column[i] = named ? source_field_find(cells->text[i]) : usual[i];
	if (!named && (cells->count == 2 || is_talkgroup_list(cells))) {
		c->column[0] = SOURCE_TG;
		c->column[1] = SOURCE_NAME;
		c->columns = 2;
	}
	if (!named && is_talkgroup_list(cells)) {
		c->column[1] = SOURCE_FIELDS;
		c->column[2] = SOURCE_NAME;
		c->columns = 3;
	}
	return named;
}

static void take_row(struct csv *c, struct alias_rows *r, const struct cells *cells)
{
	struct alias_source s = {.kind = ALIAS_KINDS};

	for (size_t i = 0; i < cells->count && i < c->columns; i++)
		source_put(&s, c->column[i], cells->text[i], strlen(cells->text[i]));
	alias_rows_add(r, &s, c->line);
}

/* Skips comments and empty lines. */
static void skip_remarks(struct csv *c)
{
	while (c->at < c->end && strchr("#\r\n", *c->at)) {
		const char *newline = memchr(c->at, '\n', (size_t)(c->end - c->at));
		c->at = newline ? newline + 1 : c->end;
		c->line++;
	}
}

void alias_csv_read(struct alias_rows *r, const char *text, size_t len)
{
	struct csv c = {.at = text, .end = text + len};
	struct cells cells;

	skip_remarks(&c);
	c.separator = separator_of(c.at, c.end);
	for (; c.at < c.end; skip_remarks(&c)) {
		read_cells(&c, &cells);
		if (cells.count == 1 && !*cells.text[0])
			continue;
		if (c.columns == 0 && take_heading(&c, &cells))
			continue;
		if (c.open_quote)
			alias_rows_bad(r, c.line, "unclosed quote");
		else
			take_row(&c, r, &cells);
	}
}
