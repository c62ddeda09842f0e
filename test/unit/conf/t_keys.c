#include "conf/keys.h"
#include "conf/nearest.h"

#include <string.h>

#include "base/text.h"
#include "conf/conf.h"
#include "conf/value.h"
#include "harness/t.h"

static union {
	struct conf_server server;
	struct conf_listener listener;
	struct conf_client client;
	struct conf_announcement announcement;
	struct conf_limits limits;
	struct conf_report report;
} row;

T_CASE(every_row_of_the_table_is_whole)
{
	for (enum section_kind kind = 0; kind < SECTION_KINDS; kind++) {
		const struct conf_section *section = section_info(kind);
		T_EQUAL(section->kind, kind);
		T_CHECK(section_find(section_name(kind)) == section);
		T_CHECK(section->help && section->key_count > 0 &&
		        section->key_count <= SECTION_KEYS_MAX);
		for (size_t i = 0; i < section->key_count; i++) {
			const struct conf_key *key = &section->keys[i];
			T_CHECK(key_find(section, key->name) == key);
			T_CHECK(key->help && key->example);
			T_CHECK(strchr(key_type_name(key->type), '?') == NULL);
			/* Required, with a default, or the listener's. */
			T_CHECK(key->required == !key->initial || kind == SECTION_CLIENT);
		}
	}
}

/* Reads a text as the value of a key; the answer, or "=" and the value written out again. */
static const char *take(const struct conf_key *key, const char *text)
{
	static char out[VALUE_TEXT_MAX];
	struct text t = text_make(out, sizeof(out));

	memset(&row, 0, sizeof(row));
	if (!value_read(key, text, &row, &t))
		return out;
	text_char(&t, '=');
	value_write(key, &row, &t);
	return out;
}

T_CASE(defaults_and_examples_are_good_values)
{
	for (enum section_kind kind = 0; kind < SECTION_KINDS; kind++) {
		const struct conf_section *section = section_info(kind);
		for (size_t i = 0; i < section->key_count; i++) {
			const struct conf_key *key = &section->keys[i];
			T_EQUAL(take(key, key->example)[0], '=');
			if (key->initial)
				T_EQUAL(take(key, key->initial)[0], '=');
		}
	}
}

T_CASE(values_by_type)
{
	static const struct {
		enum section_kind section;
		const char *key, *text, *expected;
	} rows[] = {
		{SECTION_LISTENER, "open", "yes", "=yes"},
		{SECTION_LISTENER, "open", "TRUE", "=yes"},
		{SECTION_LISTENER, "open", "on", "=yes"},
		{SECTION_LISTENER, "open", "1", "=yes"},
		{SECTION_LISTENER, "open", "no", "=no"},
		{SECTION_LISTENER, "open", "false", "=no"},
		{SECTION_LISTENER, "open", "Off", "=no"},
		{SECTION_LISTENER, "open", "0", "=no"},
		{SECTION_LISTENER, "open", "", "expected yes or no"},
		{SECTION_LISTENER, "open", "2", "expected yes or no"},
		{SECTION_SERVER, "id", "1000", "=1000"},
		{SECTION_SERVER, "id", "9999999", "=9999999"},
		{SECTION_SERVER, "id", "999", "expected 4 to 7 digits"},
		{SECTION_SERVER, "id", "10000000", "expected 4 to 7 digits"},
		{SECTION_SERVER, "id", "-2345", "expected 4 to 7 digits"},
		{SECTION_LIMITS, "streams", "16", "=16"},
		{SECTION_LIMITS, "streams", "65535", "=65535"},
		{SECTION_LIMITS, "streams", "15", "expected a number from 16 to 65535"},
		{SECTION_LIMITS, "streams", "65536", "expected a number from 16 to 65535"},
		{SECTION_LIMITS, "subscriptions", "1000000", "=1000000"},
		{SECTION_LIMITS, "frames-per-second", "0", "=0"},
		{SECTION_LISTENER, "hang-time", "500ms", "=500ms"},
		{SECTION_LISTENER, "hang-time", "0", "=0s"},
		{SECTION_LISTENER, "hang-time", "7", "=7s"},
		{SECTION_LISTENER, "hang-time", "7 s", "=7s"},
		{SECTION_LISTENER, "hang-time", "60s", "=1m"},
		{SECTION_LISTENER, "hang-time", "1m", "=1m"},
		{SECTION_LISTENER, "hang-time", "61s", "expected a duration from 0s to 1m"},
		{SECTION_LISTENER, "timer", "90m", "=90m"},
		{SECTION_LISTENER, "timer", "2h", "=2h"},
		{SECTION_LISTENER, "timer", "1001ms", "=1001ms"},
		{SECTION_LISTENER, "timer", "169h", "expected a duration from 0s to 168h"},
		{SECTION_LISTENER, "timer", "4294967295h", "expected a duration from 0s to 168h"},
		{SECTION_LISTENER, "timer", "10x", "expected a duration such as 30s, 10m or 2h"},
		{SECTION_LISTENER, "timer", "m", "expected a duration such as 30s, 10m or 2h"},
		{SECTION_LISTENER, "timer", "", "expected a duration such as 30s, 10m or 2h"},
		{SECTION_LISTENER, "timer", "-1s", "expected a duration such as 30s, 10m or 2h"},
		{SECTION_LISTENER, "timer", "1.5h", "expected a duration such as 30s, 10m or 2h"},
		{SECTION_SERVER, "recorder", "0", "=0"},
		{SECTION_SERVER, "recorder", "0M", "=0"},
		{SECTION_SERVER, "recorder", "1M", "=1M"},
		{SECTION_SERVER, "recorder", "8m", "=8M"},
		{SECTION_SERVER, "recorder", "1536k", "=1536K"},
		{SECTION_SERVER, "recorder", "2048K", "=2M"},
		{SECTION_SERVER, "recorder", "1048577", "=1048577"},
		{SECTION_SERVER, "recorder", "256M", "=256M"},
		{SECTION_SERVER, "recorder", "257M", "expected 0, or 1M to 256M"},
		{SECTION_SERVER, "recorder", "1G", "expected 0, or 1M to 256M"},
		{SECTION_SERVER, "recorder", "4294967295G", "expected 0, or 1M to 256M"},
		{SECTION_SERVER, "recorder", "1048575", "expected 0, or 1M to 256M"},
		{SECTION_SERVER, "recorder", "", "expected 0, or 1M to 256M"},
		{SECTION_SERVER, "recorder", "M", "expected 0, or 1M to 256M"},
		{SECTION_SERVER, "recorder", "8MB", "expected 0, or 1M to 256M"},
		{SECTION_SERVER, "recorder", "-1", "expected 0, or 1M to 256M"},
		{SECTION_LISTENER, "bind", "[::]:62031", "=[::]:62031"},
		{SECTION_LISTENER, "bind", "127.0.0.1", "=127.0.0.1:62031"},
		{SECTION_LISTENER, "bind", "0.0.0.0:0",
	         "expected a numeric address and port such as [::]:62031"},
		{SECTION_LISTENER, "bind", "master.example:62031",
	         "expected a numeric address and port such as [::]:62031"},
		{SECTION_SERVER, "callsign", "N0CALL", "=N0CALL"},
		{SECTION_SERVER, "callsign", "n0call", "=N0CALL"},
		{SECTION_SERVER, "callsign", "N0CALL/P", "expected letters and digits"},
		{SECTION_SERVER, "name", "0123456789012345678901234567890",
	         "=0123456789012345678901234567890"},
		{SECTION_SERVER, "name", "01234567890123456789012345678901",
	         "expected at most 31 octets"},
		{SECTION_SERVER, "name", " a ", "=\" a \""},
		{SECTION_SERVER, "name", "a ;b", "=\"a ;b\""},
		{SECTION_SERVER, "name", "a\";b", "=a\";b"},
		{SECTION_SERVER, "name", "a ", "=\"a \""},
		{SECTION_SERVER, "callsign", "01234567890123456789012345678901",
	         "expected at most 31 octets"},
		{SECTION_SERVER, "log-level", "warning", "=warning"},
		{SECTION_SERVER, "log-level", "loud",
	         "expected bug, error, warning, remote, info or debug"},
		{SECTION_LISTENER, "passphrase", "hush", "=(hidden)"},
		{SECTION_LISTENER, "passphrase", "", "="},
		{SECTION_LISTENER, "default-dial", "", "=0"},
		{SECTION_LISTENER, "default-dial", "no", "=0"},
		{SECTION_LISTENER, "default-dial", "false", "=0"},
		{SECTION_LISTENER, "default-dial", "0", "=0"},
		{SECTION_LISTENER, "default-dial", "2350", "=2350"},
		{SECTION_LISTENER, "default-dial", "9",
	         "expected a talkgroup that may be dialled, or 0 for none"},
		{SECTION_LISTENER, "default-dial", "yes",
	         "expected a talkgroup that may be dialled, or 0 for none"},
		{SECTION_LISTENER, "default-dial", "4294967387",
	         "expected a talkgroup that may be dialled, or 0 for none"},
		{SECTION_LISTENER, "static-1", "91,92 , 2350", "=91, 92, 2350"},
		{SECTION_LISTENER, "static-1", "91, A92, 9",
	         "\"A92\": not a talkgroup number; \"9\": cannot be a static talkgroup"},
		{SECTION_LISTENER, "static-1", "a,b,c,d,e,f",
	         "\"a\": not a talkgroup number; \"b\": not a talkgroup number; "
	         "\"c\": not a talkgroup number; \"d\": not a talkgroup number; and 2 more"},
		{SECTION_LISTENER, "clients", "deny 1-5", "=deny 1-5"},
		{SECTION_LISTENER, "clients", "permit 5-1",
	         "expected the smaller ID of a range first"},
		{SECTION_REPORT, "control", "./freedmr.sock", "=./freedmr.sock"},
		{SECTION_REPORT, "control", "", "="},
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		const struct conf_key *key = key_find(section_info(rows[i].section), rows[i].key);
		const char *got = take(key, rows[i].text);
		if (strcmp(got, rows[i].expected) != 0)
			t_fail(__FILE__, __LINE__, "%s = %s gives %s, not %s", rows[i].key,
			       rows[i].text, got, rows[i].expected);
	}
}

T_CASE(the_longest_values_fit)
{
	char path[CONF_PATH_MAX + 1];
	const struct conf_key *key = key_find(section_info(SECTION_REPORT), "control");

	memset(path, 'p', sizeof(path));
	path[CONF_PATH_MAX] = 0;
	T_TEXT(take(key, path), "expected at most 107 octets");
	path[CONF_PATH_MAX - 1] = 0;
	T_TEXT(take(key, path) + 1, path);
}

T_CASE(the_nearest_name_is_found)
{
	static const struct {
		const char *written, *nearest;
	} rows[] = {
		{"pasphrase", "passphrase"},
		{"pass-phrase", "passphrase"},
		{"password", NULL},
		{"Bind", "bind"},
		{"bnd", "bind"},
		{"static1", "static-1"},
		{"static_2", "static-2"},
		{"hangtime", "hang-time"},
		{"followport", "follow-port"},
		{"clients-", "clients"},
		{"timr", "timer"},
		{"itmer", "timer"},
		{"tiemr", "timer"},
		{"bidn", "bind"},
		{"opne", "open"},
		{"STATIC_2", "static-2"},
		{"my-timer", "timer"},
		{"timers", "timer"},
		{"anytimer", NULL},
		{"timer-maximum", "timer"},
		{"timerly-maximum", NULL},
		{"hang-time-and-my-timer", "hang-time"},
		{"my-timer-and-follow-port", "follow-port"},
		{"frequency", NULL},
		{"", NULL},
		{"o", NULL},
		{"abcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstuvwxyz", NULL},
	};
	const struct conf_section *listener = section_info(SECTION_LISTENER);

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		const char *got = key_nearest(listener, rows[i].written);
		if (!got != !rows[i].nearest || (got && strcmp(got, rows[i].nearest) != 0))
			t_fail(__FILE__, __LINE__, "%s is near %s", rows[i].written,
			       got ? got : "nothing");
	}
	T_TEXT(section_nearest("listner"), "listener");
	T_TEXT(section_name(SECTION_KINDS), "?");
	T_TEXT(section_nearest("Limits"), "limits");
	T_CHECK(section_nearest("bridge") == NULL);
}

T_CASE(a_key_like_one_of_another_section_is_found)
{
	const struct conf_section *where, *server = section_info(SECTION_SERVER);

	T_TEXT(key_nearest_elsewhere(server, "stream", &where), "streams");
	T_CHECK(where == section_info(SECTION_LIMITS));
	T_TEXT(key_nearest_elsewhere(server, "max-peers", &where), "peers");
	T_CHECK(where == section_info(SECTION_LIMITS));
	T_CHECK(key_nearest_elsewhere(server, "data-gatway", &where) == NULL);
}

T_MAIN()
