#include "wire/options.h"

#include <string.h>

#include "base/text.h"

#define NAME_MAX_LEN 24u /* octets with the terminator; longer keys are unknown */
#define TG_HIGHEST 16777215u

/* What a key of the string sets. */
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
	OPTION_NOTHING, /* known, but nothing for us to do */
	OPTION_KINDS,
};

/*
 * One spelling of a key. Of several spellings of one kind the highest rank counts, wherever it
 * stands; within a rank the last one does, as in FreeDMR.
 */
struct option_name {
	const char *name;
	enum option_kind kind;
	uint8_t slot; /* 1 or 2, where it matters */
	uint8_t rank;
	bool secret; /* the value is shown to nobody */
};

static const struct option_name names[] = {
	{.name = "TS1", .kind = OPTION_STATICS, .slot = 1},
	{.name = "TS1_STATIC", .kind = OPTION_STATICS, .slot = 1},
	{.name = "TS2", .kind = OPTION_STATICS, .slot = 2},
	{.name = "TS2_STATIC", .kind = OPTION_STATICS, .slot = 2},
	{.name = "DIAL", .kind = OPTION_DIAL},
	{.name = "DEFAULT_REFLECTOR", .kind = OPTION_DIAL},
	{.name = "StartRef", .kind = OPTION_DIAL, .rank = 1},
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
	{.name = "PASS", .kind = OPTION_NOTHING, .secret = true}, /* belongs to a proxy before us */
	{.name = "UserLink", .kind = OPTION_NOTHING},
	{.name = "Type", .kind = OPTION_NOTHING}, /* HBlink3 begins every string with it */
};

static const struct option_name one_static[] = {
	{.name = "TS1_n", .kind = OPTION_STATIC_ONE, .slot = 1},
	{.name = "TS2_n", .kind = OPTION_STATIC_ONE, .slot = 2},
};

/* A part of a string, told by its position: that is what people hear about bad ones. */
struct piece {
	const char *text; /* the whole string */
	size_t at;
	size_t len;
};

/* Reading one string. */
struct reader {
	struct options *out;
	struct bad_tokens *bad;
	uint8_t rank[OPTION_KINDS]; /* 1 + that of the value kept so far */
	bool has_ones[2];
	struct tg_list ones[2]; /* of TS1_n and TS2_n */
};

/* The string with what editors leave in it (quotes, NULs, line ends) made blank, in place. */
struct tidy {
	char text[OPTIONS_TEXT_MAX];
	size_t len;
};

static void tidy_up(struct tidy *t, const char *text, size_t len)
{
	*t = (struct tidy){.len = len < sizeof(t->text) ? len : sizeof(t->text)};
	for (size_t i = 0; i < t->len; i++) {
		bool litter = text[i] == '"' || text[i] == '\'' || (unsigned char)text[i] < ' ';
		t->text[i] = litter ? ' ' : text[i];
	}
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

/* Takes what stands before the next `c` off `rest`, or all of it. */
static struct piece cut_at(struct piece *rest, char c)
{
	struct piece first = *rest;
	const char *found = rest->len ? memchr(rest->text + rest->at, c, rest->len) : NULL;

	if (found)
		first.len = (size_t)(found - rest->text) - rest->at;
	size_t step = first.len + (found != NULL);
	rest->at += step;
	rest->len -= step;
	return trimmed(first);
}

static bool has_equals(struct piece p)
{
	return p.len && memchr(p.text + p.at, '=', p.len);
}

static bool copy(char *out, size_t cap, struct piece p)
{
	struct text t = text_make(out, cap);

	text_bytes(&t, p.text + p.at, p.len);
	return !t.cut;
}

/* TS1_1 .. TS2_9, in any case. */
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

static bool to_number(struct piece value, uint64_t max, uint64_t *out)
{
	return text_to_u64(value.text + value.at, value.len, 0, max, out);
}

/* Each read below gives NULL, or why the value is no good; then nothing is changed. */

static const char *read_one_static(struct reader *r, size_t slot, struct piece value)
{
	r->has_ones[slot] = true;
	return value.len ? tg_list_add(&r->ones[slot], value.text + value.at, value.len) : NULL;
}

static const char *read_dial(struct options *out, struct piece value)
{
	char word[8] = "";
	uint64_t tg = 0;
	bool none = copy(word, sizeof(word), value) &&
	            (value.len == 0 || text_same(word, "no") || text_same(word, "false"));

	if (!none && !to_number(value, UINT32_MAX, &tg))
		return "not a talkgroup number";
	if (tg != 0 && tg_is_prohibited((uint32_t)tg))
		return "cannot be dialled";
	out->dial = (uint32_t)tg;
	out->has_dial = true;
	return NULL;
}

static const char *read_timer(struct options *out, struct piece value)
{
	uint64_t minutes;

	if (!to_number(value, UINT32_MAX, &minutes))
		return "not a number of minutes";
	out->timer_s = OPTIONS_TIMER_MAX_S;
	if (minutes < OPTIONS_TIMER_MAX_S / 60)
		out->timer_s = (uint32_t)minutes * 60;
	out->has_timer = true;
	return NULL;
}

static const char *read_switch(bool *out, bool *has, struct piece value)
{
	static const char *const words[] = {"no", "yes", "false", "true", "off", "on"};
	char word[8] = "";
	uint64_t number;

	if (to_number(value, UINT32_MAX, &number)) {
		*out = number != 0;
		*has = true;
		return NULL;
	}
	for (size_t i = 0; i < ARRAY_LEN(words) && copy(word, sizeof(word), value); i++) {
		if (!text_same(word, words[i]))
			continue;
		*out = i % 2;
		*has = true;
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
			return "not the name of a language";
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
		out->has_statics[slot] = true;
		tg_list_parse(value.text, value.at, value.len, &out->statics[slot], r->bad);
		return NULL;
	case OPTION_STATIC_ONE:
		return read_one_static(r, slot, value);
	case OPTION_DIAL:
		return read_dial(out, value);
	case OPTION_TIMER:
		return read_timer(out, value);
	case OPTION_SINGLE:
		return read_switch(&out->single, &out->has_single, value);
	case OPTION_VOICE:
		return read_switch(&out->voice, &out->has_voice, value);
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
	if (!has_equals(pair)) {
		bad_tokens_add(r->bad, pair.at, pair.len, "no = in it");
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
		out->has_statics[slot] = true;
		out->statics[slot] = r.ones[slot];
	}
	if (len > tidy.len)
		bad_tokens_add(bad, tidy.len, len - tidy.len, "too long");
}

/* One piece as it may be shown, with a secret value blanked. */
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
		const struct option_name *name = find_name(cut_at(&value, '='));
		/* A piece without '=' behind a secret is the rest of one that held a ';'. */
		hidden = (name && name->secret) || (hidden && !has_equals(pair));
		if (hidden)
			pair.len = has_equals(pair) ? value.at - pair.at : 0;
		show(&t, pair, hidden);
	}
}
