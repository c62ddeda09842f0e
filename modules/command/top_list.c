#include "command/top_list.h"

#include <stdlib.h>
#include <string.h>

/* After the opening quote; the server's escapes are \\", \\\\ and \\u00XX for characters that
 * cannot be shown. */
static void read_string(const char *at, struct text *t)
{
	for (; *at && *at != '"'; at++) {
		if (*at != '\\') {
			text_char(t, *at);
			continue;
		}
		at++;
		if (!*at)
			return;
		if (*at == 'u' && strlen(at) > 4)
			at += 4;
		text_char(t, *at == '"' || *at == '\\' ? *at : '?');
	}
}

/* In a string every quote follows a backslash, so the name in quotes is not part of one. */
static const char *find_value(const char *json, const char *name)
{
	size_t len = strlen(name);

	for (const char *at = json; (at = strstr(at, name)); at += len) {
		if (at >= json + 2 && at[-1] == '"' && (at[-2] == ',' || at[-2] == '{') &&
		    at[len] == '"' && at[len + 1] == ':')
			return at + len + 2;
	}
	return NULL;
}

bool top_field(const char *json, const char *name, char *out, size_t cap)
{
	const char *value = find_value(json, name);
	struct text t = text_make(out, cap);

	if (!value || strncmp(value, "null", 4) == 0)
		return false;
	if (*value == '"')
		read_string(value + 1, &t);
	else
		text_bytes(&t, value, strcspn(value, ",}"));
	return t.len > 0;
}

int64_t top_thousandths(const char *text)
{
	bool minus = *text == '-';
	int64_t number = 0;
	int places = -1; /* after the point; -1: before it */

	for (text += minus; (*text >= '0' && *text <= '9') || (*text == '.' && places < 0);
	     text++) {
		if (*text == '.')
			places = 0;
		else if (places < 3 && number < INT64_MAX / 100000) {
			number = number * 10 + (*text - '0');
			places += places >= 0;
		}
	}
	for (places = places < 0 ? 0 : places; places < 3; places++)
		number *= 10;
	return minus ? -number : number;
}

static int64_t field_number(const char *json, const char *name)
{
	char text[32];

	return top_field(json, name, text, sizeof(text)) ? top_thousandths(text) : 0;
}

/* Cut or filled to its width, and a gap. */
static void put_cell(struct text *t, const char *text, int width, bool right)
{
	int used = 0, bytes = 0;

	for (; text[bytes]; bytes++) {
		bool begins = ((unsigned char)text[bytes] & 0xc0) != 0x80;
		if (begins && used == width)
			break;
		used += begins;
	}
	if (right)
		text_format(t, "%*s", width - used, "");
	text_bytes(t, text, (size_t)bytes);
	if (!right)
		text_format(t, "%*s", width - used, "");
	text_put(t, "  ");
}

/* A field with a value. */
static bool known(const struct top_column *c, const char *json, const char *field, char *out,
                  size_t cap)
{
	return top_field(json, field, out, cap) && !(c->kind == TOP_ID && strcmp(out, "0") == 0);
}

/* [0,12,3599]: a bar for each, relative to the highest. */
static void put_spark(struct text *t, const char *list)
{
	static const char *const bars[] = {" ",      "\u2581", "\u2582", "\u2583", "\u2584",
	                                   "\u2585", "\u2586", "\u2587", "\u2588"};
	uint64_t value[32], most = 1;
	size_t count = 0;

	for (const char *at = list + 1; *list == '[' && count < ARRAY_LEN(value); at++) {
		size_t len = strcspn(at, ",]");
		if (!text_to_u64(at, len, 0, UINT32_MAX, &value[count]))
			break;
		most = value[count] > most ? value[count] : most;
		count++;
		at += len;
		if (*at != ',')
			break;
	}
	for (size_t i = 0; i < count; i++)
		text_put(t, bars[(value[i] * (ARRAY_LEN(bars) - 1) + most - 1) / most]);
}

static void cell_of(const struct top_column *c, const char *json, int64_t now, char *out,
                    size_t cap)
{
	struct text t = text_make(out, cap);
	char value[256];

	if (c->kind == TOP_SPARK) {
		const char *list = find_value(json, c->field);
		put_spark(&t, list ? list : "");
		return;
	}
	if (!known(c, json, c->field, value, sizeof(value)) &&
	    !(c->instead && known(c, json, c->instead, value, sizeof(value)))) {
		text_char(&t, '-');
		return;
	}
	if (c->kind == TOP_AGE)
		text_duration(&t, now - top_thousandths(value));
	else
		text_put(&t, value);
}

static bool contains(const char *text, const char *part)
{
	size_t len = strlen(part);

	for (; strlen(text) >= len; text++) {
		char here[TOP_LINE_MAX];
		struct text t = text_make(here, sizeof(here));
		text_bytes(&t, text, len);
		if (text_same(here, part))
			return true;
	}
	return false;
}

static struct top_row *take_row(struct top_list *l)
{
	if (l->count == l->capacity) {
		size_t more = l->capacity ? 2 * l->capacity : 64;
		struct top_row *row = realloc(l->row, more * sizeof(*row));
		if (!row)
			return NULL;
		l->row = row;
		l->capacity = more;
	}
	return &l->row[l->count++];
}

void top_list_add(struct top_list *l, const struct top_table *table, int sort, const char *json,
                  const char *filter, int64_t now)
{
	struct top_row *row = take_row(l);

	if (!row)
		return;
	*row = (struct top_row){.number = 0};
	struct text t = text_make(row->shown, sizeof(row->shown));
	for (int i = 0; i < table->columns; i++) {
		const struct top_column *c = &table->column[i];
		char cell[256];
		cell_of(c, json, now, cell, sizeof(cell));
		put_cell(&t, cell, c->width, c->kind != TOP_TEXT && c->kind != TOP_SPARK);
		if (i != sort)
			continue;
		text_copy(row->word, sizeof(row->word), cell);
		row->number = field_number(json, c->field);
	}
	if (table->id)
		(void)top_field(json, table->id, row->id, sizeof(row->id));
	if (!contains(row->shown, filter))
		l->count--;
}

/* Rows that compare equal keep their order. */
static int by_id(const struct top_row *x, const struct top_row *y)
{
	int c = strcmp(x->id, y->id);

	return c ? c : strcmp(x->shown, y->shown);
}

static int by_number(const void *a, const void *b)
{
	const struct top_row *x = a, *y = b;

	if (x->number == y->number)
		return by_id(x, y);
	return x->number < y->number ? -1 : 1;
}

static int by_word(const void *a, const void *b)
{
	const struct top_row *x = a, *y = b;
	int c = strcmp(x->word, y->word);

	return c ? c : by_id(x, y);
}

void top_list_sort(struct top_list *l, bool numbers, bool descending)
{
	if (l->count == 0)
		return;
	qsort(l->row, l->count, sizeof(*l->row), numbers ? by_number : by_word);
	for (size_t i = 0; descending && i < l->count / 2; i++) {
		struct top_row row = l->row[i];
		l->row[i] = l->row[l->count - 1 - i];
		l->row[l->count - 1 - i] = row;
	}
}

void top_list_clear(struct top_list *l)
{
	l->count = 0;
}

void top_list_release(struct top_list *l)
{
	free(l->row);
	*l = (struct top_list){.row = NULL};
}

void top_heading(struct text *t, const struct top_table *table, int sort, bool descending)
{
	for (int i = 0; i < table->columns; i++) {
		const struct top_column *c = &table->column[i];
		char title[40];
		struct text n = text_make(title, sizeof(title));
		text_format(&n, "%s%s", c->title, i != sort ? "" : descending ? "v" : "^");
		put_cell(t, title, c->width, c->kind != TOP_TEXT && c->kind != TOP_SPARK);
	}
}
