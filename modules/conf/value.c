#include "conf/value.h"

#include <string.h>

#include "base/addr.h"
#include "conf/settings.h"

static bool to_bool(const char *text, bool *out)
{
	static const char *const words[] = {"no", "yes", "false", "true", "off", "on", "0", "1"};

	for (size_t i = 0; i < ARRAY_LEN(words); i++) {
		if (!text_same(text, words[i]))
			continue;
		*out = i % 2;
		return true;
	}
	return false;
}

static unsigned digits(uint32_t number)
{
	unsigned count = 1;

	for (; number > 9; number /= 10)
		count++;
	return count;
}

static bool read_number(const struct conf_key *key, const char *text, void *field,
                        struct text *expected)
{
	uint32_t *out = field;
	uint64_t number;

	if (text_to_u64(text, strlen(text), key->min, key->max, &number)) {
		*out = (uint32_t)number;
		return true;
	}
	if (key->type == KEY_ID)
		text_format(expected, "expected %u to %u digits", digits(key->min),
		            digits(key->max));
	else
		text_format(expected, "expected a number from %lu to %lu", (unsigned long)key->min,
		            (unsigned long)key->max);
	return false;
}

/* Largest first; a value is written in the largest unit that leaves no rest. */
struct unit {
	const char *name;
	uint32_t of;
};

static const struct unit duration_units[] = {{"h", 3600000}, {"m", 60000}, {"s", 1000}, {"ms", 1}};
static const struct unit size_units[] = {
	{"G", UINT32_C(1) << 30}, {"M", UINT32_C(1) << 20}, {"K", 1024}, {"", 1}};

static void put_in_units(uint32_t value, const struct unit *unit, struct text *out)
{
	while (value % unit->of != 0)
		unit++;
	text_format(out, "%lu%s", (unsigned long)(value / unit->of), unit->name);
}

static void put_duration(uint32_t ms, struct text *out)
{
	put_in_units(ms, ms ? duration_units : &duration_units[2], out);
}

static void put_size(uint32_t octets, struct text *out)
{
	put_in_units(octets, octets ? size_units : &size_units[3], out);
}

static bool duration_unit(const char *name, uint32_t *ms)
{
	if (*name == 0)
		name = "s";
	for (size_t i = 0; i < ARRAY_LEN(duration_units); i++) {
		if (strcmp(name, duration_units[i].name) != 0)
			continue;
		*ms = duration_units[i].of;
		return true;
	}
	return false;
}

static bool read_duration(const struct conf_key *key, const char *text, void *field,
                          struct text *expected)
{
	uint32_t *out = field;
	size_t len = strspn(text, "0123456789");
	uint64_t number;
	uint32_t unit;

	if (!text_to_u64(text, len, 0, UINT32_MAX, &number) ||
	    !duration_unit(text + len + strspn(text + len, " "), &unit)) {
		text_put(expected, "expected a duration such as 30s, 10m or 2h");
		return false;
	}
	if (number * unit > key->max) {
		text_put(expected, "expected a duration from ");
		put_duration(0, expected);
		text_put(expected, " to ");
		put_duration(key->max, expected);
		return false;
	}
	*out = (uint32_t)(number * unit);
	return true;
}

static void put_size_range(const struct conf_key *key, struct text *out)
{
	text_put(out, "0, or ");
	put_size(key->min, out);
	text_put(out, " to ");
	put_size(key->max, out);
}

static bool read_size(const struct conf_key *key, const char *text, void *field,
                      struct text *expected)
{
	uint32_t *out = field;
	size_t len = strspn(text, "0123456789"), unit = 0;
	uint64_t number;

	while (unit < ARRAY_LEN(size_units) && !text_same(text + len, size_units[unit].name))
		unit++;
	if (unit < ARRAY_LEN(size_units) && text_to_u64(text, len, 0, UINT32_MAX, &number)) {
		number *= size_units[unit].of;
		*out = (uint32_t)number;
		if (number == 0 || (number >= key->min && number <= key->max))
			return true;
	}
	text_put(expected, "expected ");
	put_size_range(key, expected);
	return false;
}

static bool read_address(const struct conf_key *key, const char *text, void *field,
                         struct text *expected)
{
	struct addr *out = field;

	if (*text == 0 && !key->required) {
		*out = (struct addr){.port = 0};
		return true;
	}
	if (addr_parse(text, key->port, out) && out->port != 0)
		return true;
	text_format(expected, "expected a numeric address and port such as %s", key->example);
	return false;
}

static bool read_text(const struct conf_key *key, const char *text, void *field,
                      struct text *expected)
{
	char *out = field;
	size_t len = strlen(text);

	if (len > key->max) {
		text_format(expected, "expected at most %lu octets", (unsigned long)key->max);
		return false;
	}
	return text_copy(out, key->max + 1, text);
}

/* Kept in upper case, as it is sent. */
static bool read_callsign(const struct conf_key *key, const char *text, void *field,
                          struct text *expected)
{
	char *out = field;
	static const char letters[] = "abcdefghijklmnopqrstuvwxyz"
				      "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";

	if (strspn(text, letters) != strlen(text)) {
		text_put(expected, "expected letters and digits");
		return false;
	}
	if (!read_text(key, text, out, expected))
		return false;
	for (char *c = out; *c; c++)
		if (*c >= 'a')
			*c -= 'a' - 'A';
	return true;
}

static bool read_dial(const struct conf_key *key, const char *text, void *field,
                      struct text *expected)
{
	uint32_t *out = field;
	uint64_t number = 0;
	bool on = true;

	(void)key;
	if (*text == 0 || (to_bool(text, &on) && !on)) {
		*out = 0;
		return true;
	}
	if (text_to_u64(text, strlen(text), 0, UINT32_MAX, &number) &&
	    !tg_is_prohibited((uint32_t)number)) {
		*out = (uint32_t)number;
		return true;
	}
	text_put(expected, "expected a talkgroup that may be dialled, or 0 for none");
	return false;
}

static bool read_talkgroups(const struct conf_key *key, const char *text, void *field,
                            struct text *expected)
{
	struct tg_list *out = field;
	struct bad_tokens bad = {.total = 0};

	(void)key;
	tg_list_parse(text, 0, strlen(text), out, &bad);
	for (unsigned i = 0; i < bad.total && i < TGLIST_BAD_MAX; i++) {
		const struct bad_token *token = &bad.first[i];
		char shown[24];
		text_clean(shown, sizeof(shown), text + token->at, token->len);
		text_format(expected, "%s\"%s\": %s", i ? "; " : "", shown, token->reason);
	}
	if (bad.total > TGLIST_BAD_MAX)
		text_format(expected, "; and %u more", bad.total - TGLIST_BAD_MAX);
	return bad.total == 0;
}

static bool read_access(const struct conf_key *key, const char *text, void *field,
                        struct text *expected)
{
	struct access *out = field;
	const char *reason;

	(void)key;
	if (access_parse(text, out, &reason))
		return true;
	text_put(expected, reason);
	return false;
}

/* One number at the cursor with blanks around it; 0 when there is none. */
static uint32_t take_number(const char **at)
{
	uint64_t value = 0;

	*at += strspn(*at, " \t");
	size_t len = strspn(*at, "0123456789");
	bool good = text_to_u64(*at, len, 1, 16777214, &value);
	*at += len;
	*at += strspn(*at, " \t");
	return good ? (uint32_t)value : 0;
}

/* "slot:talkgroup=conference" up to a comma or the end; false if malformed. */
static bool take_map(const char **at, struct tg_map *out)
{
	uint32_t slot = take_number(at);
	if (*(*at)++ != ':')
		return false;
	uint32_t tg = take_number(at);
	if (*(*at)++ != '=')
		return false;
	uint32_t conference = take_number(at);
	bool end = **at == 0 || **at == ',';

	if (!end || slot < 1 || slot > 2 || tg == 0 || conference == 0 ||
	    tg_is_prohibited(conference) || out->count == CONF_MAPS_MAX)
		return false;
	out->entry[out->count].slot = (uint8_t)slot;
	out->entry[out->count].tg = tg;
	out->entry[out->count].conference = conference;
	out->count++;
	return true;
}

/* Does an earlier entry have the talkgroup of the last one? */
static bool is_twice(const struct tg_map *maps)
{
	uint32_t last = maps->count - 1, i = 0;

	while (i < last && (maps->entry[i].slot != maps->entry[last].slot ||
	                    maps->entry[i].tg != maps->entry[last].tg))
		i++;
	return i < last;
}

static bool read_maps(const struct conf_key *key, const char *text, void *field,
                      struct text *expected)
{
	struct tg_map *out = field;

	(void)key;
	out->count = 0;
	while (*text) {
		if (!take_map(&text, out)) {
			text_format(expected,
			            "expected up to %u of slot:number=talkgroup, such as 2:8=2350",
			            CONF_MAPS_MAX);
			return false;
		}
		if (is_twice(out)) {
			text_format(expected, "%u:%lu is listed twice",
			            out->entry[out->count - 1].slot,
			            (unsigned long)out->entry[out->count - 1].tg);
			return false;
		}
		text += *text == ',';
	}
	return true;
}

static bool read_level(const struct conf_key *key, const char *text, void *field,
                       struct text *expected)
{
	enum log_level *out = field;

	(void)key;
	if (log_level_find(text, out))
		return true;
	text_put(expected, "expected bug, error, warning, remote, info or debug");
	return false;
}

static bool read_networks(const struct conf_key *key, const char *text, void *field,
                          struct text *expected)
{
	struct networks *out = field;

	(void)key;
	if (networks_parse(text, out))
		return true;
	text_format(expected, "expected up to %u addresses or networks such as 192.168.0.0/16",
	            NETWORKS_MAX);
	return false;
}

static bool read_bool(const struct conf_key *key, const char *text, void *field,
                      struct text *expected)
{
	(void)key;
	if (to_bool(text, field))
		return true;
	text_put(expected, "expected yes or no");
	return false;
}

/* The values of an enum by their names, in its order. */
struct words {
	const char *name[4]; /* NULL after the last */
	const char *expected;
};

static const struct words words[] = {
	[KEY_PROMPTS] =
		{{[PROMPTS_NONE] = "none", [PROMPTS_MORSE] = "morse", [PROMPTS_VOICE] = "voice"},
                 "expected voice, morse or none"},
	[KEY_LOG] = {{[LOG_TO_STDERR] = "stderr", [LOG_TO_SYSLOG] = "syslog"},
                     "expected stderr or syslog"},
	[KEY_PROTOCOL] = {{[PEER_FBP] = "fbp", [PEER_OBP] = "obp"},
                          "expected fbp (version 5) or obp (version 1)"},
	[KEY_UPLINK] = {{[UPLINK_HBP] = "hbp", [UPLINK_XLX] = "xlx"}, "expected hbp or xlx"},
};

/* All are stored as unsigned int, as compilers store an enum. */
_Static_assert(sizeof(enum prompts) == sizeof(unsigned) &&
                       sizeof(enum log_target) == sizeof(unsigned) &&
                       sizeof(enum peer_protocol) == sizeof(unsigned) &&
                       sizeof(enum uplink_protocol) == sizeof(unsigned),
               "an enum is an unsigned int");

static bool read_word(const struct conf_key *key, const char *text, void *field,
                      struct text *expected)
{
	const struct words *w = &words[key->type];
	unsigned *out = field;

	for (unsigned i = 0; w->name[i]; i++) {
		if (!text_same(text, w->name[i]))
			continue;
		*out = i;
		return true;
	}
	text_put(expected, w->expected);
	return false;
}

static void write_bool(const struct conf_key *key, const void *field, struct text *out)
{
	const bool *yes = field;

	(void)key;
	text_put(out, *yes ? "yes" : "no");
}

static void write_number(const struct conf_key *key, const void *field, struct text *out)
{
	const uint32_t *number = field;

	(void)key;
	text_format(out, "%lu", (unsigned long)*number);
}

static void write_duration(const struct conf_key *key, const void *field, struct text *out)
{
	const uint32_t *ms = field;

	(void)key;
	put_duration(*ms, out);
}

static void write_size(const struct conf_key *key, const void *field, struct text *out)
{
	const uint32_t *octets = field;

	(void)key;
	put_size(*octets, out);
}

/* Quoted if the reader would take it otherwise: blanks at the ends, or what looks like a comment.
 */
static void write_text(const struct conf_key *key, const void *field, struct text *out)
{
	const char *s = field;
	size_t len = strlen(s);
	bool quoted =
		strpbrk(s, ";#") || (len && (strchr(" \t", s[0]) || strchr(" \t", s[len - 1])));

	(void)key;
	quoted = quoted && !strchr(s, '"'); /* then it is written without quotes */
	if (quoted)
		text_char(out, '"');
	text_put(out, s);
	if (quoted)
		text_char(out, '"');
}

static void write_secret(const struct conf_key *key, const void *field, struct text *out)
{
	const char *s = field;

	(void)key;
	text_put(out, *s ? "(hidden)" : "");
}

static void write_address(const struct conf_key *key, const void *field, struct text *out)
{
	const struct addr *a = field;
	char text[ADDR_TEXT_MAX];

	(void)key;
	if (a->port != 0)
		text_put(out, addr_format(a, text));
}

static void write_talkgroups(const struct conf_key *key, const void *field, struct text *out)
{
	const struct tg_list *list = field;

	(void)key;
	for (uint32_t i = 0; i < list->count; i++)
		text_format(out, "%s%lu", i ? ", " : "", (unsigned long)list->tg[i]);
}

static void write_access(const struct conf_key *key, const void *field, struct text *out)
{
	char text[VALUE_TEXT_MAX];

	(void)key;
	access_format(field, text, sizeof(text));
	text_put(out, text);
}

static void write_maps(const struct conf_key *key, const void *field, struct text *out)
{
	const struct tg_map *maps = field;

	(void)key;
	for (uint32_t i = 0; i < maps->count; i++)
		text_format(out, "%s%u:%lu=%lu", i ? ", " : "", maps->entry[i].slot,
		            (unsigned long)maps->entry[i].tg,
		            (unsigned long)maps->entry[i].conference);
}

static void write_level(const struct conf_key *key, const void *field, struct text *out)
{
	const enum log_level *level = field;

	(void)key;
	text_put(out, log_level_name(*level));
}

static void write_networks(const struct conf_key *key, const void *field, struct text *out)
{
	(void)key;
	networks_write(field, out);
}

static void write_word(const struct conf_key *key, const void *field, struct text *out)
{
	const unsigned *value = field;

	text_put(out, words[key->type].name[*value]);
}

static bool same_text(const void *a, const void *b)
{
	return strcmp(a, b) == 0;
}

static bool same_address(const void *a, const void *b)
{
	return addr_equal(a, b);
}

static bool same_talkgroups(const void *a, const void *b)
{
	const struct tg_list *x = a, *y = b;

	return x->count == y->count && memcmp(x->tg, y->tg, x->count * sizeof(x->tg[0])) == 0;
}

static bool same_access(const void *a, const void *b)
{
	const struct access *x = a, *y = b;

	return x->deny == y->deny && x->count == y->count &&
	       memcmp(x->range, y->range, x->count * sizeof(x->range[0])) == 0;
}

static bool same_maps(const void *a, const void *b)
{
	const struct tg_map *x = a, *y = b;
	uint32_t i = 0;

	while (i < x->count && i < y->count && x->entry[i].slot == y->entry[i].slot &&
	       x->entry[i].tg == y->entry[i].tg && x->entry[i].conference == y->entry[i].conference)
		i++;
	return i == x->count && i == y->count;
}

static bool same_networks(const void *a, const void *b)
{
	return networks_same(a, b);
}

/* The operations on values of each type. */
static const struct value_type {
	const char *name;
	size_t size; /* 0: by its key, a text */
	bool (*read)(const struct conf_key *key, const char *text, void *field,
	             struct text *expected);
	void (*write)(const struct conf_key *key, const void *field, struct text *out);
	bool (*same)(const void *a, const void *b); /* NULL: octet by octet */
} types[] = {
	[KEY_BOOL] = {"bool", sizeof(bool), read_bool, write_bool, NULL},
	[KEY_NUMBER] = {"number", sizeof(uint32_t), read_number, write_number, NULL},
	[KEY_ID] = {"id", sizeof(uint32_t), read_number, write_number, NULL},
	[KEY_DURATION] = {"duration", sizeof(uint32_t), read_duration, write_duration, NULL},
	[KEY_SIZE] = {"size", sizeof(uint32_t), read_size, write_size, NULL},
	[KEY_ADDRESS] = {"address", sizeof(struct addr), read_address, write_address, same_address},
	[KEY_TEXT] = {"text", 0, read_text, write_text, same_text},
	[KEY_CALLSIGN] = {"callsign", 0, read_callsign, write_text, same_text},
	[KEY_SECRET] = {"secret", 0, read_text, write_secret, same_text},
	[KEY_PATH] = {"path", 0, read_text, write_text, same_text},
	[KEY_DIAL] = {"talkgroup", sizeof(uint32_t), read_dial, write_number, NULL},
	[KEY_TALKGROUPS] = {"talkgroups", sizeof(struct tg_list), read_talkgroups, write_talkgroups,
                            same_talkgroups},
	[KEY_ACCESS] = {"access", sizeof(struct access), read_access, write_access, same_access},
	[KEY_MAPS] = {"maps", sizeof(struct tg_map), read_maps, write_maps, same_maps},
	[KEY_PROMPTS] = {"prompts", sizeof(unsigned), read_word, write_word, NULL},
	[KEY_LOG] = {"target", sizeof(unsigned), read_word, write_word, NULL},
	[KEY_LEVEL] = {"level", sizeof(unsigned), read_level, write_level, NULL},
	[KEY_NETWORKS] = {"networks", sizeof(struct networks), read_networks, write_networks,
                          same_networks},
	[KEY_PROTOCOL] = {"protocol", sizeof(unsigned), read_word, write_word, NULL},
	[KEY_UPLINK] = {"protocol", sizeof(unsigned), read_word, write_word, NULL},
};

const char *key_type_name(enum key_type type)
{
	return types[type].name;
}

bool value_read(const struct conf_key *key, const char *text, void *row, struct text *expected)
{
	return types[key->type].read(key, text, (char *)row + key->offset, expected);
}

void value_write(const struct conf_key *key, const void *row, struct text *out)
{
	types[key->type].write(key, (const char *)row + key->offset, out);
}

static size_t size_of(const struct conf_key *key)
{
	return types[key->type].size ? types[key->type].size : key->max + 1;
}

bool value_same(const struct conf_key *key, const void *a, const void *b)
{
	const struct value_type *type = &types[key->type];
	const void *x = (const char *)a + key->offset, *y = (const char *)b + key->offset;

	return key_is_given(key, a) == key_is_given(key, b) &&
	       (type->same ? type->same(x, y) : memcmp(x, y, size_of(key)) == 0);
}

void value_copy(const struct conf_key *key, void *to, const void *from)
{
	memcpy((char *)to + key->offset, (const char *)from + key->offset, size_of(key));
}

void key_range(const struct conf_key *key, char out[static KEY_RANGE_MAX])
{
	struct text t = text_make(out, KEY_RANGE_MAX);

	if (key->type == KEY_NUMBER) {
		text_format(&t, "%lu to %lu %s.", (unsigned long)key->min, (unsigned long)key->max,
		            key->unit);
	} else if (key->type == KEY_DURATION) {
		text_put(&t, "At most ");
		put_duration(key->max, &t);
		text_char(&t, '.');
	} else if (key->type == KEY_SIZE) {
		put_size_range(key, &t);
		text_char(&t, '.');
	} else if (types[key->type].size == 0) {
		text_format(&t, "At most %lu %s.", (unsigned long)key->max,
		            key->unit ? key->unit : "octets");
	}
}
