/*
 * users.json, rptrs.json and lists of talkgroups: objects with flat fields, somewhere in a list, or
 * one object of "number": "name". Does not validate JSON: it looks for objects that read as rows,
 * so a file that is truncated or damaged in one place still yields all the others.
 */
#include "command/alias_rows.h"

#include <string.h>

#include "base/text.h"

struct json {
	const char *at, *end;
	uint32_t line;
	struct alias_rows *rows;
	enum alias_kind kind; /* given by the name of the list */
	bool results;         /* a list of that name, which may hold anything */
};

struct token {
	size_t len;
	char text[SOURCE_TEXT_MAX];
};

static void step(struct json *j)
{
	j->line += *j->at == '\n';
	j->at++;
}

/* Peeks at the next octet that is not blank; 0 at the end. */
static char peek(struct json *j)
{
	while (j->at < j->end && strchr(" \t\r\n", *j->at))
		step(j);
	return j->at < j->end ? *j->at : 0;
}

static bool take(struct json *j, char c)
{
	if (peek(j) != c)
		return false;
	step(j);
	return true;
}

static void put(struct token *t, char c)
{
	if (t->len + 1 < sizeof(t->text))
		t->text[t->len++] = c;
}

static bool read_hex4(struct json *j, uint32_t *out)
{
	static const char digits[] = "0123456789abcdef";

	*out = 0;
	for (int i = 0; i < 4; i++, j->at++) {
		char c = j->at < j->end ? *j->at : 0;
		const char *digit = c ? strchr(digits, c >= 'A' && c <= 'F' ? c | 0x20 : c) : NULL;
		if (!digit)
			return false;
		*out = *out << 4 | (uint32_t)(digit - digits);
	}
	return true;
}

static void put_utf8(struct token *t, uint32_t c)
{
	if (c < 0x80) {
		put(t, (char)c);
		return;
	}
	if (c >= 0x10000) {
		put(t, (char)(0xf0 | c >> 18));
		put(t, (char)(0x80 | (c >> 12 & 0x3f)));
	} else if (c >= 0x800) {
		put(t, (char)(0xe0 | c >> 12));
	}
	put(t, (char)(c < 0x800 ? 0xc0 | c >> 6 : 0x80 | (c >> 6 & 0x3f)));
	put(t, (char)(0x80 | (c & 0x3f)));
}

/* After \\u: one character, from two escapes if needed; half a pair is U+FFFD. */
static bool read_unicode(struct json *j, struct token *t)
{
	uint32_t c, low;

	if (!read_hex4(j, &c))
		return false;
	if (c >= 0xd800 && c < 0xdc00 && j->end - j->at > 1 && j->at[0] == '\\' &&
	    j->at[1] == 'u') {
		const char *second = j->at;
		j->at += 2;
		if (!read_hex4(j, &low))
			return false;
		if (low >= 0xdc00 && low < 0xe000)
			c = 0x10000 + ((c & 0x3ff) << 10 | (low & 0x3ff));
		else
			j->at = second;
	}
	put_utf8(t, c >= 0xd800 && c < 0xe000 ? 0xfffd : c);
	return true;
}

/* After the backslash. Line ends and the like become blanks. */
static bool read_escape(struct json *j, struct token *t)
{
	char c = j->at < j->end ? *j->at++ : 0;

	if (c == 'u')
		return read_unicode(j, t);
	if (!c || !strchr("\"\\/bfnrt", c))
		return false;
	put(t, strchr("bfnrt", c) ? ' ' : c);
	return true;
}

/* A text ends with its line at the latest. */
static bool read_text(struct json *j, struct token *t)
{
	t->len = 0;
	if (!take(j, '"'))
		return false;
	while (j->at < j->end && *j->at != '"' && *j->at != '\n') {
		char c = *j->at++;
		if (c != '\\')
			put(t, c);
		else if (!read_escape(j, t))
			return false;
	}
	t->text[t->len] = 0;
	return take(j, '"');
}

/* A number, true, false, null. */
static bool read_bare(struct json *j, struct token *t)
{
	t->len = 0;
	for (char c = peek(j); c && !strchr(",}] \t\r\n\"{[:", c);
	     c = j->at < j->end ? *j->at : 0) {
		put(t, c);
		j->at++;
	}
	t->text[t->len] = 0;
	if (strcmp(t->text, "null") == 0)
		t->len = 0;
	return *t->text;
}

static bool read_scalar(struct json *j, struct token *t)
{
	return peek(j) == '"' ? read_text(j, t) : read_bare(j, t);
}

/* What a list holds, by its name. */
static enum alias_kind kind_of_list(const char *name)
{
	static const struct {
		const char *name;
		enum alias_kind kind;
	} known[] = {
		{"users", ALIAS_SUBSCRIBER},     {"subscribers", ALIAS_SUBSCRIBER},
		{"rptrs", ALIAS_REPEATER},       {"repeaters", ALIAS_REPEATER},
		{"talkgroups", ALIAS_TALKGROUP}, {"tgs", ALIAS_TALKGROUP},
	};

	for (size_t i = 0; i < ARRAY_LEN(known); i++) {
		if (text_same(name, known[i].name))
			return known[i].kind;
	}
	return ALIAS_KINDS;
}

/* Skips a list or an object within a row, which has nothing for us. */
static bool skip_nested(struct json *j)
{
	struct token t;
	int depth = 0;

	do {
		char c = peek(j);
		if (c == '"') {
			if (!read_text(j, &t))
				return false;
			continue;
		}
		depth += (c == '{' || c == '[') - (c == '}' || c == ']');
		if (c == 0)
			return false;
		step(j);
	} while (depth > 0);
	return true;
}

/* "2350": "name" */
static bool take_pair(struct json *j, const struct token *name, const struct token *value)
{
	struct alias_source s = {.kind = ALIAS_TALKGROUP};
	uint64_t number;

	if (!text_to_u64(name->text, name->len, 0, UINT32_MAX, &number))
		return false;
	source_put(&s, SOURCE_TG, name->text, name->len);
	source_put(&s, SOURCE_NAME, value->text, value->len);
	alias_rows_add(j->rows, &s, j->line);
	return true;
}

enum found {
	FOUND_ROW,
	FOUND_PAIRS, /* each was a row already */
	FOUND_LIST,  /* rows begin here */
	FOUND_BAD,
};

/* One field. FOUND_ROW: go on. */
static enum found read_field(struct json *j, struct alias_source *s, bool *pairs)
{
	struct token name, value;

	if (!read_text(j, &name) || !take(j, ':'))
		return FOUND_BAD;
	char c = peek(j);
	if (c == '{' || c == '[') {
		if (*s->text[SOURCE_ID] || *s->text[SOURCE_TG])
			return skip_nested(j) ? FOUND_ROW : FOUND_BAD;
		j->kind = kind_of_list(name.text);
		j->results = text_same(name.text, "results");
		return FOUND_LIST;
	}
	if (!read_scalar(j, &value))
		return FOUND_BAD;
	enum source_field field = source_field_find(name.text);
	if (field != SOURCE_FIELDS)
		source_put(s, field, value.text, value.len);
	else if (take_pair(j, &name, &value))
		*pairs = true;
	return FOUND_ROW;
}

/* After the opening brace. */
static enum found read_object(struct json *j, struct alias_source *s)
{
	bool pairs = false;

	if (take(j, '}'))
		return FOUND_PAIRS;
	do {
		enum found found = read_field(j, s, &pairs);
		if (found != FOUND_ROW)
			return found;
	} while (take(j, ','));
	if (!take(j, '}'))
		return FOUND_BAD;
	return pairs ? FOUND_PAIRS : FOUND_ROW;
}

/* A header such as {"count": 3} has no ID and is neither a row nor a fault. */
static bool is_row(const struct alias_source *s)
{
	for (int field = 0; field < SOURCE_FIELDS; field++) {
		if (*s->text[field])
			return true;
	}
	return false;
}

/* Letters and digits, at least one of each: unlike any talkgroup name. */
static bool is_callsign(const char *text)
{
	static const char digits[] = "0123456789", all[] = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ";
	size_t len = strlen(text), before = strcspn(text, digits);

	return before < len && strspn(text, all) == len && strspn(text, digits) < len &&
	       strspn(text + before, digits) < len - before;
}

/* HBlink's talkgroup_ids.json: a row of "results" with an ID and a text, but no person or place. */
static bool is_talkgroup(const struct alias_source *s)
{
	static const enum source_field others[] = {SOURCE_FIRST_NAME, SOURCE_CITY, SOURCE_COUNTRY,
	                                           SOURCE_REPEATER};

	for (size_t i = 0; i < ARRAY_LEN(others); i++) {
		if (*s->text[others[i]])
			return false;
	}
	if (*s->text[SOURCE_CALLSIGN] && *s->text[SOURCE_NAME])
		return false;
	return strlen(s->text[SOURCE_ID]) < 7 || !is_callsign(s->text[SOURCE_CALLSIGN]);
}

void alias_json_read(struct alias_rows *r, const char *text, size_t len)
{
	struct json j = {.at = text, .end = text + len, .line = 1, .rows = r, .kind = ALIAS_KINDS};

	while (j.at < j.end) {
		if (peek(&j) != '{') {
			if (j.at < j.end)
				step(&j);
			continue;
		}
		uint32_t line = j.line;
		struct alias_source s = {.kind = j.kind};
		step(&j);
		switch (read_object(&j, &s)) {
		case FOUND_ROW:
			if (j.results && is_talkgroup(&s))
				s.kind = ALIAS_TALKGROUP;
			if (is_row(&s))
				alias_rows_add(r, &s, line);
			break;
		case FOUND_BAD:
			alias_rows_bad(r, line, "not JSON");
			break;
		case FOUND_PAIRS:
		case FOUND_LIST:
			break;
		}
	}
}
