#include "wire/options.h"

#include <string.h>

#include "base/text.h"

#define NAME_MAX_LEN 24u /* octets, including the terminator; longer keys are unknown */
#define TG_HIGHEST 16777215u

/* The setting of a key. */
enum option_kind {
	OPTION_STATICS,
	OPTION_STATIC_ONE, /* TS1_1 .. TS2_9: one talkgroup of the list that replaces TS1 or TS2 */
	OPTION_DIAL,
	OPTION_TIMER,
	OPTION_SINGLE,
	OPTION_VOICE,
	OPTION_IDENT_TG,
	OPTION_LANGUAGE,
	OPTION_KEY,
	OPTION_NOTHING, /* known, but without effect here */
	OPTION_KINDS,
};

/*
 * One spelling of a key. Among several spellings of one kind the highest rank wins, at any
 * position; within a rank the last one wins, as in FreeDMR.
 */
struct option_name {
	const char *name;
	enum option_kind kind;
	uint8_t slot; /* 1 or 2, where it matters */
	uint8_t rank;
	bool secret;   /* never show the value */
	uint32_t none; /* a talkgroup that means none */
};

static const struct option_name names[] = {
	{.name = "TS1", .kind = OPTION_STATICS, .slot = 1},
	{.name = "TS1_STATIC", .kind = OPTION_STATICS, .slot = 1},
	{.name = "TS2", .kind = OPTION_STATICS, .slot = 2},
	{.name = "TS2_STATIC", .kind = OPTION_STATICS, .slot = 2},
	{.name = "DIAL", .kind = OPTION_DIAL},
	{.name = "DEFAULT_REFLECTOR", .kind = OPTION_DIAL},
	{.name = "StartRef", .kind = OPTION_DIAL, .rank = 1, .none = 4000},
	{.name = "TIMER", .kind = OPTION_TIMER},
	{.name = "DEFAULT_UA_TIMER", .kind = OPTION_TIMER},
	{.name = "RelinkTime", .kind = OPTION_TIMER, .rank = 1},
	{.name = "SINGLE", .kind = OPTION_SINGLE},
	{.name = "SINGLE_MODE", .kind = OPTION_SINGLE},
	{.name = "VOICE", .kind = OPTION_VOICE},
	{.name = "VOICE_IDENT", .kind = OPTION_VOICE},
	{.name = "IDENT", .kind = OPTION_VOICE, .rank = 1},
	{.name = "VOICETG", .kind = OPTION_IDENT_TG},
	{.name = "OVERRIDE_IDENT_TG", .kind = OPTION_IDENT_TG},
	{.name = "IDENTTG", .kind = OPTION_IDENT_TG, .rank = 1},
	{.name = "LANG", .kind = OPTION_LANGUAGE},
	{.name = "ANNOUNCEMENT_LANGUAGE", .kind = OPTION_LANGUAGE},
	{.name = "KEY", .kind = OPTION_KEY, .secret = true},
	{.name = "PASS", .kind = OPTION_NOTHING, .secret = true}, /* for a proxy in front of us */
	{.name = "UserLink", .kind = OPTION_NOTHING},
	{.name = "Type", .kind = OPTION_NOTHING}, /* the prefix of every HBlink3 string */
};

static const struct option_name one_static[] = {
	{.name = "TS1_n", .kind = OPTION_STATIC_ONE, .slot = 1},
	{.name = "TS2_n", .kind = OPTION_STATIC_ONE, .slot = 2},
};

/* A part of a string, identified by its position, which messages about bad ones quote. */
struct piece {
	const char *text; /* the whole string */
	size_t at;
	size_t len;
};

/* Reading one string. */
struct reader {
	bool secret; /* the piece before was one */
	struct options *out;
	struct bad_tokens *bad;
	uint8_t rank[OPTION_KINDS]; /* 1 + the rank of the value kept so far */
	bool has_ones[2];
	struct tg_list ones[2]; /* of TS1_n and TS2_n */
};

/* Blanks out what editors leave in the string (quotes, NULs, line ends), in place. */
struct tidy {
	char text[OPTIONS_TEXT_MAX];
	size_t len;
};

static char without_litter(char c)
{
	return c == '"' || c == '\'' || (unsigned char)c < ' ' ? ' ' : c;
}

static void tidy_up(struct tidy *t, const char *text, size_t len)
{
	*t = (struct tidy){.len = len < sizeof(t->text) ? len : sizeof(t->text)};
	for (size_t i = 0; i < t->len; i++)
		t->text[i] = without_litter(text[i]);
}

static struct piece trimmed(struct piece p)
{
	while (p.len && p.text[p.at] == ' ') {
		p.at++;
		p.len--;
	}
	while (p.len && p.text[p.at + p.len - 1] == ' ')
		p.len--;
	return p;
}

/* Takes the part before the next `c` from `rest`, or all of it. */
static struct piece cut_at(struct piece *rest, char c)
{
	struct piece first = *rest;
	const char *found = memchr(rest->text + rest->at, c, rest->len);

	if (found)
		first.len = (size_t)(found - rest->text) - rest->at;
	size_t step = first.len + (found != NULL);
	rest->at += step;
	rest->len -= step;
	return trimmed(first);
}

static bool has_equals(struct piece p)
{
	return memchr(p.text + p.at, '=', p.len);
}

static bool copy(char *out, size_t cap, struct piece p)
{
	struct text t = text_make(out, cap);

	text_bytes(&t, p.text + p.at, p.len);
	return !t.cut;
}

/* TS1_1 .. TS2_9, ignoring case. */
static const struct option_name *find_one_static(const char *key)
{
	char start[5] = {key[0], key[1], key[2], key[3], 0};

	if (strlen(key) != 5 || key[4] < '1' || key[4] > '9')
		return NULL;
	if (text_same(start, "TS1_"))
		return &one_static[0];
	return text_same(start, "TS2_") ? &one_static[1] : NULL;
}

static const struct option_name *find_name(struct piece key)
{
	char text[NAME_MAX_LEN] = "";

	if (!copy(text, sizeof(text), key))
		return NULL;
	for (size_t i = 0; i < ARRAY_LEN(names); i++)
		if (text_same(names[i].name, text))
			return &names[i];
	return find_one_static(text);
}

/* Does it contain "pass", in any case? */
static bool is_near_pass(struct piece p)
{
	for (size_t i = 0; i + 4 <= p.len; i++) {
		const char *s = p.text + p.at + i;
		if ((s[0] | 32) == 'p' && (s[1] | 32) == 'a' && (s[2] | 32) == 's' &&
		    (s[3] | 32) == 's')
			return true;
	}
	return false;
}

/*
 * May its value be a secret? That of an unknown key may be a mistyped password, and a piece without
 * '=' after a secret is the rest of one that contained a ';'.
 */
static bool is_secret(struct piece pair, const struct option_name *name, bool after_secret)
{
	if (!has_equals(pair))
		return after_secret || is_near_pass(pair) || (name && name->secret);
	return !name || name->secret || is_near_pass(pair);
}

static bool to_number(struct piece value, uint64_t max, uint64_t *out)
{
	return text_to_u64(value.text + value.at, value.len, 0, max, out);
}

static void give(struct options *out, enum session_default which)
{
	out->own.given |= 1u << which;
}

/* Each reader below returns NULL, or the reason a value is bad; then nothing is changed. */

static const char *read_one_static(struct reader *r, size_t slot, struct piece value)
{
	r->has_ones[slot] = true;
	return value.len ? tg_list_add(&r->ones[slot], value.text + value.at, value.len) : NULL;
}

static const char *read_dial(struct options *out, struct piece value, uint32_t none_too)
{
	char word[8] = "";
	uint64_t tg = 0;
	bool none = copy(word, sizeof(word), value) &&
	            (value.len == 0 || text_same(word, "no") || text_same(word, "false"));

	if (!none && !to_number(value, UINT32_MAX, &tg))
		return "not a talkgroup number";
	if (tg == none_too)
		tg = 0;
	if (tg != 0 && tg_is_prohibited((uint32_t)tg))
		return "cannot be dialled";
	out->own.value.dial = (uint32_t)tg;
	give(out, SESSION_DIAL);
	return NULL;
}

static const char *read_timer(struct options *out, struct piece value)
{
	uint64_t minutes;

	if (!to_number(value, UINT32_MAX, &minutes))
		return "not a number of minutes";
	if (minutes > OPTIONS_TIMER_MAX_S / 60)
		minutes = OPTIONS_TIMER_MAX_S / 60;
	out->own.value.timer_ms = (uint32_t)minutes * 60000;
	give(out, SESSION_TIMER);
	return NULL;
}

static const char *read_switch(struct options *out, enum session_default which, bool *to,
                               struct piece value)
{
	static const char *const words[] = {"no", "yes", "false", "true", "off", "on"};
	char word[8] = "";
	uint64_t number;

	if (to_number(value, UINT32_MAX, &number)) {
		*to = number != 0;
		give(out, which);
		return NULL;
	}
	for (size_t i = 0; i < ARRAY_LEN(words) && copy(word, sizeof(word), value); i++) {
		if (!text_same(word, words[i]))
			continue;
		*to = i % 2;
		give(out, which);
		return NULL;
	}
	return "neither 0 nor 1";
}

static const char *read_ident_tg(struct options *out, struct piece value)
{
	uint64_t tg;

	if (!to_number(value, TG_HIGHEST, &tg))
		return "not a talkgroup number";
	out->ident_tg = (uint32_t)tg;
	out->has_ident_tg = true;
	return NULL;
}

static const char *read_language(struct options *out, struct piece value)
{
	char word[OPTIONS_WORD_MAX];

	if (!copy(word, sizeof(word), value))
		return "too long";
	for (const char *c = word; *c; c++)
		if (!strchr("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-", *c))
			return "not a language name";
	memcpy(out->language, word, sizeof(word));
	out->has_language = true;
	return NULL;
}

static const char *read_key(struct options *out, struct piece value)
{
	if (value.len >= sizeof(out->key))
		return "too long";
	(void)copy(out->key, sizeof(out->key), value);
	out->has_key = true;
	return NULL;
}

static const char *read_value(struct reader *r, const struct option_name *name, struct piece value)
{
	struct options *out = r->out;
	size_t slot = name->slot == 2;

	switch (name->kind) {
	case OPTION_STATICS:
		give(out, (enum session_default)(SESSION_STATIC_1 + slot));
		tg_list_parse(value.text, value.at, value.len, &out->own.value.statics[slot],
		              r->bad);
		return NULL;
	case OPTION_STATIC_ONE:
		return read_one_static(r, slot, value);
	case OPTION_DIAL:
		return read_dial(out, value, name->none);
	case OPTION_TIMER:
		return read_timer(out, value);
	case OPTION_SINGLE:
		return read_switch(out, SESSION_SINGLE, &out->own.value.single, value);
	case OPTION_VOICE:
		return read_switch(out, SESSION_IDENT, &out->own.value.ident, value);
	case OPTION_IDENT_TG:
		return read_ident_tg(out, value);
	case OPTION_LANGUAGE:
		return read_language(out, value);
	case OPTION_KEY:
		return read_key(out, value);
	case OPTION_NOTHING:
	case OPTION_KINDS:
		break;
	}
	return NULL;
}

static void read_pair(struct reader *r, struct piece pair)
{
	struct piece value = pair;
	struct piece key = cut_at(&value, '=');
	const struct option_name *name = find_name(key);

	value = trimmed(value);
	r->secret = is_secret(pair, name, r->secret);
	if (!has_equals(pair)) {
		bad_tokens_add(r->bad, pair.at, r->secret ? 0 : pair.len, "missing =");
		return;
	}
	if (!name) {
		bad_tokens_add(r->bad, key.at, key.len, "unknown key");
		return;
	}
	if (name->rank + 1 < r->rank[name->kind])
		return;
	const char *reason = read_value(r, name, value);
	if (reason)
		bad_tokens_add(r->bad, value.at, value.len, reason);
	else
		r->rank[name->kind] = (uint8_t)(name->rank + 1);
}

void options_parse(const char *text, size_t len, struct options *out, struct bad_tokens *bad)
{
	struct reader r = {.out = out, .bad = bad};
	struct tidy tidy;

	memset(out, 0, sizeof(*out));
	memset(bad, 0, sizeof(*bad));
	tidy_up(&tidy, text, len);
	struct piece rest = {.text = tidy.text, .len = tidy.len};
	while (rest.len) {
		struct piece pair = cut_at(&rest, ';');
		if (pair.len)
			read_pair(&r, pair);
	}
	for (size_t slot = 0; slot < ARRAY_LEN(r.ones); slot++) {
		if (!r.has_ones[slot])
			continue;
		give(out, (enum session_default)(SESSION_STATIC_1 + slot));
		out->own.value.statics[slot] = r.ones[slot];
	}
	if (len > tidy.len)
		bad_tokens_add(bad, tidy.len, len - tidy.len, "too long");
}

/* One piece for display, with a secret value blanked. */
static void show(struct text *t, struct piece pair, bool hidden)
{
	char shown[2 * OPTIONS_TEXT_MAX + 1]; /* Latin-1 grows as UTF-8 */

	if (t->len)
		text_char(t, ';');
	text_clean(shown, sizeof(shown), pair.text + pair.at, pair.len);
	text_put(t, shown);
	if (hidden)
		text_put(t, "***");
}

void options_clean(const char *text, size_t len, char *out, size_t cap)
{
	struct text t = text_make(out, cap);
	struct tidy tidy;
	bool hidden = false;

	tidy_up(&tidy, text, len);
	for (struct piece rest = {.text = tidy.text, .len = tidy.len}; rest.len;) {
		struct piece pair = cut_at(&rest, ';'), value = pair;
		if (pair.len == 0)
			continue;
		hidden = is_secret(pair, find_name(cut_at(&value, '=')), hidden);
		if (hidden)
			pair.len = has_equals(pair) ? value.at - pair.at : 0;
		show(&t, pair, hidden);
	}
}

void options_hide(char *text, size_t len)
{
	bool hidden = false;

	for (size_t i = 0; i < len; i++)
		text[i] = without_litter(text[i]);
	for (struct piece rest = {.text = text, .len = len}; rest.len;) {
		struct piece pair = cut_at(&rest, ';'), value = pair;
		hidden = is_secret(pair, find_name(cut_at(&value, '=')), hidden);
		if (!has_equals(pair))
			value = pair;
		for (size_t i = 0; hidden && i < value.len; i++)
			text[value.at + i] = 'x';
	}
}
