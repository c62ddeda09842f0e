#include "report/model/alias.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/log.h"
#include "base/text.h"
#include "base/util.h"
#include "harness/t.h"

static const struct alias_row rows[] = {
	{ALIAS_SUBSCRIBER, 2345677, 0, {"G0AAA", "Ann", "Wales"}},
	{ALIAS_SUBSCRIBER, 2345678, 0, {"G0ABC", "Zo\xc3\xab", "Wales"}},
	{ALIAS_SUBSCRIBER, 3100001, 0, {"K1AA", "", "United States"}},
	{ALIAS_REPEATER, 235001, 0, {"GB7XX", "Leeds", ""}},
	{ALIAS_REPEATER, 234567899, 0, {"GB7YY", "Hull", ""}},
	{ALIAS_TALKGROUP, 91, 0, {"", "World", ""}},
	{ALIAS_TALKGROUP, 2345678, 0, {"", "same number", ""}},
};

static uint8_t *made;
static size_t made_len;

static bool make_index(struct alias_index *index)
{
	free(made);
	made = alias_index_make(rows, ARRAY_LEN(rows), &made_len);
	return made && alias_index_open(made, made_len, index);
}

static const char *who(const struct alias_index *index, uint32_t id)
{
	static char buf[100];
	struct alias a;

	bool found = alias_index_who(index, id, &a);
	snprintf(buf, sizeof(buf), "%s %s %s %s", found ? "yes" : "no", a.callsign, a.name,
	         a.country);
	return buf;
}

T_CASE(every_row_is_found_and_nothing_else)
{
	struct alias_index index;
	struct alias a;

	T_CHECK(make_index(&index));
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		T_CHECK(alias_index_find(&index, rows[i].kind, rows[i].id, &a));
		T_TEXT(a.callsign, rows[i].alias.callsign);
		T_TEXT(a.name, rows[i].alias.name);
		T_TEXT(a.country, rows[i].alias.country);
		T_CHECK(!alias_index_find(&index, rows[i].kind, rows[i].id + 2, &a));
		T_TEXT(a.name, "");
	}
	for (enum alias_kind kind = 0; kind < ALIAS_KINDS; kind++) {
		T_CHECK(!alias_index_find(&index, kind, 0, &a));
		T_CHECK(!alias_index_find(&index, kind, UINT32_MAX, &a));
	}
	T_TEXT(who(&index, 2345678), "yes G0ABC Zo\xc3\xab Wales");
	T_TEXT(who(&index, 234567801), "yes G0ABC Zo\xc3\xab Wales");
	T_TEXT(who(&index, 23456780), "yes G0ABC Zo\xc3\xab Wales");
	T_TEXT(who(&index, 234567899), "yes GB7YY Hull ");
	T_TEXT(who(&index, 235001), "yes GB7XX Leeds ");
	T_TEXT(who(&index, 91), "no   ");
}

T_CASE(no_rows_are_an_index_too)
{
	struct alias_index index;
	struct alias a;

	free(made);
	made = alias_index_make(rows, 0, &made_len);
	T_CHECK(alias_index_open(made, made_len, &index));
	T_CHECK(!alias_index_find(&index, ALIAS_SUBSCRIBER, 1, &a));
}

T_CASE(more_countries_than_there_is_room_for_are_left_out)
{
	enum { COUNTRIES = 300 };
	static struct alias_row many[COUNTRIES];
	struct alias_index index;
	struct alias a;

	for (uint32_t i = 0; i < COUNTRIES; i++) {
		many[i] = (struct alias_row){.id = i + 1, .alias = {.callsign = "X"}};
		snprintf(many[i].alias.country, sizeof(many[i].alias.country), "country %u", i);
	}
	free(made);
	made = alias_index_make(many, COUNTRIES, &made_len);
	T_CHECK(alias_index_open(made, made_len, &index));
	T_CHECK(alias_index_find(&index, ALIAS_SUBSCRIBER, 255, &a));
	T_TEXT(a.country, "country 254");
	T_CHECK(alias_index_find(&index, ALIAS_SUBSCRIBER, 256, &a));
	T_TEXT(a.country, "");
	T_TEXT(a.callsign, "X");
}

/* Whatever an octet becomes, every look-up stays within the block. */
T_CASE(a_damaged_index_leads_nowhere_else)
{
	struct alias_index index;
	struct alias a;

	T_CHECK(make_index(&index));
	for (size_t at = 0; at < made_len; at++) {
		for (int bit = 0; bit < 8; bit += 7) {
			uint8_t broken[1024];
			T_CHECK(made_len <= sizeof(broken));
			memcpy(broken, made, made_len);
			broken[at] ^= (uint8_t)(1 << bit);
			if (!alias_index_open(t_guarded(broken, made_len), made_len, &index))
				continue;
			for (size_t i = 0; i < ARRAY_LEN(rows); i++)
				(void)alias_index_find(&index, rows[i].kind, rows[i].id, &a);
		}
	}
	for (size_t len = 0; len < made_len; len++) {
		if (!alias_index_open(t_guarded(made, len), len, &index))
			continue;
		for (size_t i = 0; i < ARRAY_LEN(rows); i++)
			(void)alias_index_find(&index, rows[i].kind, rows[i].id, &a);
	}
}

static char path[64], beside[70];
static char last_log[400];
static int logs;

static void keep_log(void *context, enum log_level level, const char *line)
{
	(void)context;
	(void)level;
	logs++;
	text_copy(last_log, sizeof(last_log), line);
}

static bool write_file(const void *octets, size_t len)
{
	int fd = open(beside, O_WRONLY | O_CREAT | O_TRUNC, 0600);
	bool good = fd >= 0 && write(fd, octets, len) == (ssize_t)len;

	if (fd >= 0)
		close(fd);
	return good && rename(beside, path) == 0;
}

static void begin(void)
{
	snprintf(path, sizeof(path), "/tmp/t_alias.%d", (int)getpid());
	snprintf(beside, sizeof(beside), "%s.new", path);
	log_set_sink(keep_log, NULL);
	logs = 0;
}

static void end(struct aliases *a)
{
	aliases_close(a);
	unlink(path);
	log_set_sink(NULL, NULL);
}

T_CASE(a_file_that_takes_the_place_is_mapped_within_a_minute)
{
	struct alias_index index;
	struct aliases a;

	begin();
	T_CHECK(make_index(&index));
	aliases_open(&a, path, 1000);
	T_EQUAL(logs, 1); /* it is not there */
	aliases_look(&a, 1000 + ALIAS_LOOK_MS);
	T_EQUAL(logs, 1); /* which is reported once */
	T_CHECK(write_file(made, made_len));
	aliases_look(&a, 1000 + 2 * ALIAS_LOOK_MS - 1);
	T_CHECK(!a.index.octets);
	aliases_look(&a, 1000 + 2 * ALIAS_LOOK_MS);
	T_CHECK(a.index.octets);
	T_CHECK(strstr(last_log, "subscribers=3 repeaters=2 talkgroups=2"));
	aliases_look(&a, 1000 + 3 * ALIAS_LOOK_MS);
	T_EQUAL(logs, 2);
	free(made);
	made = alias_index_make(rows, 1, &made_len);
	T_CHECK(write_file(made, made_len));
	aliases_look(&a, 1000 + 4 * ALIAS_LOOK_MS);
	T_CHECK(strstr(last_log, "subscribers=1 repeaters=0 talkgroups=0"));
	T_TEXT(who(&a.index, 2345677), "yes G0AAA Ann Wales");
	end(&a);
}

T_CASE(a_damaged_file_is_reported_and_ignored)
{
	struct alias_index index;
	struct aliases a;

	begin();
	T_CHECK(make_index(&index));
	T_CHECK(write_file(made, made_len));
	aliases_open(&a, path, 0);
	T_CHECK(a.index.octets);
	tick_t now = 0;
	for (size_t at = 0; at < made_len; at++) {
		made[at] ^= 0x10;
		T_CHECK(write_file(made, made_len));
		made[at] ^= 0x10;
		now += ALIAS_LOOK_MS;
		aliases_look(&a, now);
		T_CHECK(strstr(last_log, "ignored: damaged"));
		int told = logs;
		now += ALIAS_LOOK_MS;
		aliases_look(&a, now);
		T_EQUAL(logs, told);
	}
	for (size_t len = 0; len < made_len; len += 7) {
		T_CHECK(write_file(made, len));
		now += ALIAS_LOOK_MS;
		aliases_look(&a, now);
		T_CHECK(strstr(last_log, "ignored: "));
	}
	T_TEXT(who(&a.index, 2345678), "yes G0ABC Zo\xc3\xab Wales");
	unlink(path);
	aliases_look(&a, now + ALIAS_LOOK_MS);
	T_TEXT(who(&a.index, 2345678), "yes G0ABC Zo\xc3\xab Wales");
	end(&a);
}

T_CASE(rows_get_the_names_of_their_ids)
{
	struct alias_index index;
	struct aliases a;
	struct record call = {.kind = RECORD_CALL,
	                      .call = {.src = 2345678, .dst = 91, .conference = 91}};
	struct record unit = {.kind = RECORD_CALL,
	                      .call = {.src = 1, .dst = 2345677, .unit = true}};
	struct record session = {.kind = RECORD_SESSION, .session = {.client = 234567801}};
	struct record slot = {.kind = RECORD_SLOT, .slot = {.src = 3100001, .conference = 91}};
	struct record sub = {.kind = RECORD_SUBSCRIPTION, .subscription = {.conference = 91}};

	begin();
	T_CHECK(make_index(&index) && write_file(made, made_len));
	aliases_open(&a, path, 0);
	aliases_fill(&a.index, &call);
	T_TEXT(call.call.caller.callsign, "G0ABC");
	T_TEXT(call.call.caller.country, "Wales");
	T_TEXT(call.call.conference_alias.name, "World");
	T_TEXT(call.call.called.callsign, "");
	aliases_fill(&a.index, &unit);
	T_TEXT(unit.call.caller.callsign, "");
	T_TEXT(unit.call.called.callsign, "G0AAA");
	T_TEXT(unit.call.conference_alias.name, "");
	aliases_fill(&a.index, &session);
	T_TEXT(session.session.owner.name, "Zo\xc3\xab");
	aliases_fill(&a.index, &slot);
	T_TEXT(slot.slot.caller.country, "United States");
	T_TEXT(slot.slot.conference_alias.name, "World");
	aliases_fill(&a.index, &sub);
	T_TEXT(sub.subscription.conference_alias.name, "World");
	end(&a);
	free(made);
	made = NULL;
}

T_CASE(a_format_is_filled_in)
{
	static const struct alias ann = {.callsign = "G0AAA", .name = "Ann"},
				  nobody = {.name = "x"};
	static const struct {
		const char *format, *said;
	} said[] = {
		{"{callsign} {name}", "G0AAA Ann"},
		{"DE {callsign}", "DE G0AAA"},
		{"{name}{name}", "AnnAnn"},
		{"{callsign", "{callsign"},
		{"{city}", "{city}"},
	};
	char text[28];

	for (size_t i = 0; i < ARRAY_LEN(said); i++) {
		T_CHECK(aliases_say(said[i].format, &ann, text, sizeof(text)));
		T_TEXT(text, said[i].said);
	}
	T_CHECK(!aliases_say("", &ann, text, sizeof(text)));
	T_CHECK(!aliases_say("{callsign} {name}", &nobody, text, sizeof(text)));
}

T_MAIN()
