#include "report/control/request.h"

#include <string.h>

bool request_word(const char **at, const char *end, const char **word, size_t *len)
{
	const char *p = *at;

	while (p < end && *p == ' ')
		p++;
	*word = p;
	while (p < end && *p != ' ')
		p++;
	*len = (size_t)(p - *word);
	*at = p;
	return *len > 0;
}

bool request_is(const char *word, size_t len, const char *name)
{
	return strlen(name) == len && memcmp(word, name, len) == 0;
}

static const struct {
	uint64_t min, max;
	const char *missing, *wrong;
} numbers[] = {
	[NUMBER_ID] = {1, UINT32_MAX, "missing ID", "not an ID or callsign"},
	[NUMBER_SLOT] = {1, 2, "missing slot", "expected slot 1 or 2"},
	[NUMBER_TG] = {0, 0xffffff, "missing talkgroup", "not a talkgroup"},
};

const char *request_number(enum number kind, const char **at, const char *end, uint32_t *out)
{
	const char *word;
	size_t len;
	uint64_t number;

	if (!request_word(at, end, &word, &len))
		return numbers[kind].missing;
	if (!text_to_u64(word, len, numbers[kind].min, numbers[kind].max, &number))
		return numbers[kind].wrong;
	*out = (uint32_t)number;
	return NULL;
}

/* The argument being read; `name` is its word in the verb's arguments. */
struct reading {
	const char *name;
	size_t name_len;
	const char *at, *end; /* of the line */
};

static bool take_callsign(struct answer *a, struct reading *r)
{
	const char *word, *from = r->at;
	size_t len;

	if (!request_word(&r->at, r->end, &word, &len) || !resolve_is_callsign(word, len)) {
		r->at = from;
		return false;
	}
	memcpy(a->callsign, word, len);
	a->callsign[len] = 0;
	return true;
}

static const char *read_id(struct answer *a, struct reading *r)
{
	return take_callsign(a, r) ? NULL : request_number(NUMBER_ID, &r->at, r->end, &a->id);
}

/* Keeps a word as it is. Returns what is wrong: there is none, or it does not fit. */
static const char *read_text(struct reading *r, struct text kept, const char *missing,
                             const char *too_long)
{
	const char *word;
	size_t len;

	if (!request_word(&r->at, r->end, &word, &len))
		return missing;
	text_bytes(&kept, word, len);
	return kept.cut ? too_long : NULL;
}

/* A call is looked up when the answer begins: it may have started only just now. */
static const char *read_call(struct answer *a, struct reading *r)
{
	return read_text(r, text_make(a->callsign, sizeof(a->callsign)), "missing call",
	                 "no such call");
}

static const char *read_slot(struct answer *a, struct reading *r)
{
	uint32_t slot = 0;
	const char *wrong = request_number(NUMBER_SLOT, &r->at, r->end, &slot);

	a->slot = (uint8_t)slot;
	return wrong;
}

static const char *read_tg(struct answer *a, struct reading *r)
{
	return request_number(NUMBER_TG, &r->at, r->end, &a->tg);
}

static const char *read_target(struct answer *a, struct reading *r)
{
	const char *word;
	size_t len;

	if (take_callsign(a, r))
		return NULL;
	request_word(&r->at, r->end, &word, &len);
	return block_target_parse(word, len, &a->target) ? NULL : "not an ID, callsign or address";
}

static const char *read_time(struct answer *a, struct reading *r)
{
	static const struct {
		char unit;
		tick_t ms;
	} units[] = {{'s', TICK_SECOND},
	             {'m', TICK_MINUTE},
	             {'h', 60 * TICK_MINUTE},
	             {'d', 24 * 60 * TICK_MINUTE}};
	const char *word;
	size_t len;
	uint64_t n;

	request_word(&r->at, r->end, &word, &len);
	for (size_t i = 0; len > 1 && i < ARRAY_LEN(units); i++) {
		if (word[len - 1] != units[i].unit || !text_to_u64(word, len - 1, 1, 100000, &n))
			continue;
		a->ms = (tick_t)n * units[i].ms;
		return NULL;
	}
	return "expected a time such as 30s, 10m, 2h or 7d";
}

static const char *read_name(struct answer *a, struct reading *r)
{
	return read_text(r, text_make(a->name, sizeof(a->name)), "missing name", "name too long");
}

bool request_choice(const char *word, size_t len, const char *choices, size_t choices_len,
                    uint32_t *nth)
{
	const char *choice = choices, *end = choices + choices_len;

	for (*nth = 0; choice < end; ++*nth) {
		const char *bar = memchr(choice, '|', (size_t)(end - choice));
		const char *next = bar ? bar : end;
		if (len == (size_t)(next - choice) && memcmp(word, choice, len) == 0)
			return true;
		choice = next + 1;
	}
	return false;
}

static const char *read_choice(struct answer *a, struct reading *r)
{
	struct text why = text_make(a->detail, sizeof(a->detail));
	const char *word;
	size_t len;

	request_word(&r->at, r->end, &word, &len);
	if (request_choice(word, len, r->name, r->name_len, &a->choice))
		return NULL;
	text_format(&why, "expected %.*s", (int)r->name_len, r->name);
	return a->detail;
}

/* Takes the rest of the line as it is. */
static const char *read_rest(struct answer *a, struct reading *r)
{
	while (r->at < r->end && *r->at == ' ')
		r->at++;
	while (r->end > r->at && r->end[-1] == ' ')
		r->end--;
	size_t len = (size_t)(r->end - r->at);
	if (len >= sizeof(a->rest))
		return "too long";
	memcpy(a->rest, r->at, len);
	a->rest[len] = 0;
	r->at = r->end;
	return NULL;
}

static const char *read_argument(struct answer *a, struct reading *r)
{
	static const struct {
		const char *name;
		const char *(*read)(struct answer *a, struct reading *r);
	} kinds[] = {{"ID", read_id},         {"SLOT", read_slot}, {"TG", read_tg},
	             {"TARGET", read_target}, {"TIME", read_time}, {"NAME", read_name},
	             {"CALL", read_call}};
	bool words = true;

	for (size_t i = 0; i < ARRAY_LEN(kinds); i++)
		if (request_is(r->name, r->name_len, kinds[i].name))
			return kinds[i].read(a, r);
	for (size_t i = 0; i < r->name_len; i++)
		words = words && (r->name[i] < 'A' || r->name[i] > 'Z');
	return words ? read_choice(a, r) : read_rest(a, r);
}

static bool is_at_end(const struct reading *r)
{
	const char *at = r->at, *word;
	size_t len;

	return !request_word(&at, r->end, &word, &len);
}

const char *request_arguments(struct answer *a, const char *at, const char *end)
{
	const char *names = a->verb->arguments, *names_end = names + strlen(names), *wrong = NULL;
	struct reading r = {.at = at, .end = end};

	while (!wrong && request_word(&names, names_end, &r.name, &r.name_len)) {
		if (*r.name == '[') {
			if (is_at_end(&r))
				break;
			a->optional = true;
			r.name++;
			r.name_len -= 2;
		}
		wrong = read_argument(a, &r);
	}
	return wrong || is_at_end(&r) ? wrong : "too many arguments";
}

bool request_has_control(const char *line, size_t len)
{
	for (size_t i = 0; i < len; i++) {
		if ((unsigned char)line[i] < ' ' || line[i] == 0x7f)
			return true;
	}
	return false;
}
