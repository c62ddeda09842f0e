#include "conf/value.h"

#include <string.h>

#include "base/addr.h"
#include "conf/settings.h"

static bool read_bool(const char *text, bool *out)
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

static bool read_number(const struct conf_key *key, const char *text, uint32_t *out,
                        struct text *expected)
{
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

/* Largest first; a duration is written in the largest unit that leaves no rest. */
static const struct {
	const char *name;
	uint32_t ms;
} duration_units[] = {{"h", 3600000}, {"m", 60000}, {"s", 1000}, {"ms", 1}};

static void write_duration(uint32_t ms, struct text *out)
{
	size_t unit = 0;

	while (ms % duration_units[unit].ms != 0)
		unit++;
	if (ms == 0)
		text_put(out, "0s");
	else
		text_format(out, "%lu%s", (unsigned long)(ms / duration_units[unit].ms),
		            duration_units[unit].name);
}

static bool duration_unit(const char *name, uint32_t *ms)
{
	if (*name == 0)
		name = "s";
	for (size_t i = 0; i < ARRAY_LEN(duration_units); i++) {
		if (strcmp(name, duration_units[i].name) != 0)
			continue;
		*ms = duration_units[i].ms;
		return true;
	}
	return false;
}

static bool read_duration(const struct conf_key *key, const char *text, uint32_t *out,
                          struct text *expected)
{
	size_t len = strspn(text, "0123456789");
	uint64_t number;
	uint32_t unit;

	if (!text_to_u64(text, len, 0, UINT32_MAX, &number) ||
	    !duration_unit(text + len + strspn(text + len, " "), &unit)) {
		text_put(expected, "expected a duration such as 30s, 10m or 2h");
		return false;
	}
	if (number * unit < key->min || number * unit > key->max) {
		text_put(expected, "expected a duration from ");
		write_duration(key->min, expected);
		text_put(expected, " to ");
		write_duration(key->max, expected);
		return false;
	}
	*out = (uint32_t)(number * unit);
	return true;
}

static bool read_address(const struct conf_key *key, const char *text, struct addr *out,
                         struct text *expected)
{
	if (*text == 0 && !key->required) {
		*out = (struct addr){.port = 0};
		return true;
	}
	if (addr_parse(text, key->port, out) && out->port != 0)
		return true;
	text_format(expected, "expected a numeric address and port such as %s", key->example);
	return false;
}

static bool read_text(const struct conf_key *key, const char *text, char *out,
                      struct text *expected)
{
	size_t len = strlen(text);

	if (len < key->min || len > key->max) {
		text_format(expected, "expected at most %lu octets", (unsigned long)key->max);
		return false;
	}
	return text_copy(out, key->max + 1, text);
}

static bool read_callsign(const struct conf_key *key, const char *text, char *out,
                          struct text *expected)
{
	if (strspn(text, "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789") == strlen(text))
		return read_text(key, text, out, expected);
	text_put(expected, "expected upper-case letters and digits");
	return false;
}

static bool read_dial(const char *text, uint32_t *out, struct text *expected)
{
	uint64_t number = 0;
	bool on = true;

	if (*text == 0 || (read_bool(text, &on) && !on)) {
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

static bool read_talkgroups(const char *text, struct tg_list *out, struct text *expected)
{
	struct bad_tokens bad = {.total = 0};

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

static bool read_access(const char *text, struct access *out, struct text *expected)
{
	const char *reason;

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

/* "slot:talkgroup=conference" up to a comma or the end; false when it is not that. */
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

static bool read_maps(const char *text, struct tg_map *out, struct text *expected)
{
	out->count = 0;
	while (*text) {
		if (!take_map(&text, out)) {
			text_format(
				expected,
				"expected up to %u of slot:talkgroup=conference, such as 2:8=2350",
				CONF_MAPS_MAX);
			return false;
		}
		text += *text == ',';
	}
	return true;
}

static bool read_level(const char *text, enum log_level *out, struct text *expected)
{
	if (log_level_find(text, out))
		return true;
	text_put(expected, "expected bug, error, warning, remote, info or debug");
	return false;
}

static bool read_networks(const char *text, struct networks *out, struct text *expected)
{
	if (networks_parse(text, out))
		return true;
	text_format(expected, "expected up to %u addresses or networks such as 192.168.0.0/16",
	            NETWORKS_MAX);
	return false;
}

/* The values of an enum by their names, in its order. */
struct words {
	const char *name[3];
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

/* All of them are kept as the unsigned int that a compiler makes of an enum. */
_Static_assert(sizeof(enum prompts) == sizeof(unsigned) &&
                       sizeof(enum log_target) == sizeof(unsigned) &&
                       sizeof(enum peer_protocol) == sizeof(unsigned) &&
                       sizeof(enum uplink_protocol) == sizeof(unsigned),
               "an enum is an unsigned int");

static bool read_word(const struct words *w, const char *text, unsigned *out, struct text *expected)
{
	for (unsigned i = 0; i < ARRAY_LEN(w->name) && w->name[i]; i++) {
		if (!text_same(text, w->name[i]))
			continue;
		*out = i;
		return true;
	}
	text_put(expected, w->expected);
	return false;
}

bool value_read(const struct conf_key *key, const char *text, void *row, struct text *expected)
{
	void *field = (unsigned char *)row + key->offset;

	switch (key->type) {
	case KEY_BOOL:
		if (read_bool(text, field))
			return true;
		text_put(expected, "expected yes or no");
		return false;
	case KEY_NUMBER:
	case KEY_ID:
		return read_number(key, text, field, expected);
	case KEY_DURATION:
		return read_duration(key, text, field, expected);
	case KEY_ADDRESS:
		return read_address(key, text, field, expected);
	case KEY_TEXT:
	case KEY_SECRET:
	case KEY_PATH:
		return read_text(key, text, field, expected);
	case KEY_CALLSIGN:
		return read_callsign(key, text, field, expected);
	case KEY_DIAL:
		return read_dial(text, field, expected);
	case KEY_TALKGROUPS:
		return read_talkgroups(text, field, expected);
	case KEY_ACCESS:
		return read_access(text, field, expected);
	case KEY_MAPS:
		return read_maps(text, field, expected);
	case KEY_LEVEL:
		return read_level(text, field, expected);
	case KEY_NETWORKS:
		return read_networks(text, field, expected);
	case KEY_PROMPTS:
	case KEY_LOG:
	case KEY_PROTOCOL:
	case KEY_UPLINK:
		return read_word(&words[key->type], text, field, expected);
	}
	return false;
}

/* Quoted where the file would read it otherwise: blanks at the ends, what looks like a comment. */
static void write_text(const char *s, struct text *out)
{
	size_t len = strlen(s);
	bool quoted =
		strpbrk(s, ";#") || (len && (strchr(" \t", s[0]) || strchr(" \t", s[len - 1])));

	quoted = quoted && !strchr(s, '"'); /* then it stood there without quotes */
	if (quoted)
		text_char(out, '"');
	text_put(out, s);
	if (quoted)
		text_char(out, '"');
}

static void write_address(const struct addr *a, struct text *out)
{
	char text[ADDR_TEXT_MAX];

	if (a->port != 0)
		text_put(out, addr_format(a, text));
}

static void write_talkgroups(const struct tg_list *list, struct text *out)
{
	for (uint32_t i = 0; i < list->count; i++)
		text_format(out, "%s%lu", i ? ", " : "", (unsigned long)list->tg[i]);
}

static void write_access(const struct access *list, struct text *out)
{
	char text[VALUE_TEXT_MAX];

	access_format(list, text, sizeof(text));
	text_put(out, text);
}

static void write_maps(const struct tg_map *maps, struct text *out)
{
	for (uint32_t i = 0; i < maps->count; i++)
		text_format(out, "%s%u:%lu=%lu", i ? ", " : "", maps->entry[i].slot,
		            (unsigned long)maps->entry[i].tg,
		            (unsigned long)maps->entry[i].conference);
}

void value_write(const struct conf_key *key, const void *row, struct text *out)
{
	const void *field = (const unsigned char *)row + key->offset;

	switch (key->type) {
	case KEY_BOOL:
		text_put(out, *(const bool *)field ? "yes" : "no");
		break;
	case KEY_NUMBER:
	case KEY_ID:
	case KEY_DIAL:
		text_format(out, "%lu", (unsigned long)*(const uint32_t *)field);
		break;
	case KEY_DURATION:
		write_duration(*(const uint32_t *)field, out);
		break;
	case KEY_ADDRESS:
		write_address(field, out);
		break;
	case KEY_TEXT:
	case KEY_CALLSIGN:
	case KEY_PATH:
		write_text(field, out);
		break;
	case KEY_SECRET:
		text_put(out, *(const char *)field ? "(hidden)" : "");
		break;
	case KEY_TALKGROUPS:
		write_talkgroups(field, out);
		break;
	case KEY_ACCESS:
		write_access(field, out);
		break;
	case KEY_MAPS:
		write_maps(field, out);
		break;
	case KEY_LEVEL:
		text_put(out, log_level_name(*(const enum log_level *)field));
		break;
	case KEY_NETWORKS:
		networks_write(field, out);
		break;
	case KEY_PROMPTS:
	case KEY_LOG:
	case KEY_PROTOCOL:
	case KEY_UPLINK:
		text_put(out, words[key->type].name[*(const unsigned *)field]);
		break;
	}
}

void key_range(const struct conf_key *key, char out[static KEY_RANGE_MAX])
{
	struct text t = text_make(out, KEY_RANGE_MAX);

	switch (key->type) {
	case KEY_NUMBER:
		text_format(&t, "%lu to %lu %s.", (unsigned long)key->min, (unsigned long)key->max,
		            key->unit);
		break;
	case KEY_DURATION:
		text_put(&t, "At most ");
		write_duration(key->max, &t);
		text_char(&t, '.');
		break;
	case KEY_TEXT:
	case KEY_CALLSIGN:
	case KEY_SECRET:
	case KEY_PATH:
		text_format(&t, "At most %lu %s.", (unsigned long)key->max, key->unit);
		break;
	case KEY_BOOL:
	case KEY_ID:
	case KEY_ADDRESS:
	case KEY_DIAL:
	case KEY_TALKGROUPS:
	case KEY_ACCESS:
	case KEY_MAPS:
	case KEY_PROMPTS:
	case KEY_LOG:
	case KEY_LEVEL:
	case KEY_NETWORKS:
	case KEY_PROTOCOL:
	case KEY_UPLINK:
		break; /* the help says it */
	}
}
