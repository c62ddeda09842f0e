#include "wire/record.h"

#include <stdio.h>
#include <string.h>

#include "harness/t.h"

/* One record of each kind with every field set, as the voice process would fill it. */
static const struct record samples[RECORD_KINDS] = {
	[RECORD_SERVER] = {.kind = RECORD_SERVER,
                           .change = CHANGE_BEGIN,
                           .at = 1000,
                           .server = {2345, "Example", "N0CALL", "1.0-3", 900}},
	[RECORD_LISTENER] = {.kind = RECORD_LISTENER,
                             .at = 1,
                             .listener = {"hotspots",
                                          {.ip = {[10] = 255, 255, 127, 0, 0, 1}, .port = 62031},
                                          3}},
	[RECORD_SESSION] =
		{.kind = RECORD_SESSION,
                 .change = CHANGE_END,
                 .cause = CAUSE_EXPIRED,
                 .at = 123456789012,
                 .session = {.client = 234567801,
                             .listener = "hotspots",
                             .at = {.ip = {[0] = 0xfe, 0x80, [15] = 9}, .scope = 2, .port = 4711},
                             .state = SESSION_CONNECTED,
                             .since = 5,
                             .last_ping = TICK_NEVER,
                             .callsign = "G0ABC",
                             .rx_hz = 430000000,
                             .tx_hz = 431000000,
                             .cc = 15,
                             .simplex = true,
                             .location = "Caf\xc3\xa9",
                             .software = "20260101_MMDVM",
                             .package = "MMDVM_DMO",
                             .options = "TS2=91,\"2350\"\\;DIAL=0",
                             .options_bad = 4000000000,
                             .frames_in_total = UINT64_MAX,
                             .frames_out_total = 1,
                             .owner = {.name = "Zoe", .country = "Wales"}}},
	[RECORD_SLOT] = {.kind = RECORD_SLOT,
                         .change = CHANGE_UPDATE,
                         .at = 7,
                         .slot = {234567801, 2, SLOT_HANG, 91, 2345678, 0xdeadbeef, 6000,
                                  .caller = {"G0ABC", "Zoe", "Wales"},
                                  .conference_alias = {.name = "World"}}},
	[RECORD_SUBSCRIPTION] = {.kind = RECORD_SUBSCRIPTION,
                                 .cause = CAUSE_SINGLE,
                                 .at = 7,
                                 .subscription = {234567801, 2, 9, 4400, SUBSCRIPTION_DEFAULT, true,
                                                  TICK_NEVER,
                                                  .conference_alias = {.name = "World"}}},
	[RECORD_CALL] = {.kind = RECORD_CALL,
                         .change = CHANGE_END,
                         .cause = CAUSE_TERMINATOR,
                         .at = 9000,
                         .call = {{SOURCE_CLIENT, 234567801},
                                  0x0000abcd,
                                  12,
                                  8000,
                                  2,
                                  2345678,
                                  91,
                                  91,
                                  true,
                                  true,
                                  CALL_WAITING,
                                  100,
                                  1,
                                  2,
                                  3,
                                  4,
                                  73,
                                  17,
                                  .caller = {"G0ABC", "Zoe", "Wales"},
                                  .called = {.callsign = "G0XYZ"},
                                  .conference_alias = {.name = "World"}}},
	[RECORD_PEER] = {.kind = RECORD_PEER,
                         .change = CHANGE_UPDATE,
                         .at = 9,
                         .peer = {.name = "uk",
                                  .protocol = "fbp",
                                  .at = {.ip = {[10] = 255, 255, 192, 0, 2, 1}, .port = 62044},
                                  .up = true,
                                  .state = LINK_UNHEARD,
                                  .since = 3,
                                  .heard = 4,
                                  .stunned_until = TICK_NEVER,
                                  .stunned = true,
                                  .stunned_by = ISSUER_OPERATOR,
                                  .remote = 2340,
                                  .version = 5,
                                  .behind_ms = 4000000000,
                                  .lost_total = UINT64_MAX,
                                  .quenches_out_total = 1}},
	[RECORD_BLOCK] = {.kind = RECORD_BLOCK,
                          .at = 5,
                          .block = {"192.0.2.1", "unknown", 9000, 4000}},
	[RECORD_TABLE] = {.kind = RECORD_TABLE, .at = 1, .table = {"streams", 1, 2, 3}},
	[RECORD_COUNTER] = {.kind = RECORD_COUNTER,
                            .at = 1,
                            .counter = {"bad_datagrams_total", 77}},
	[RECORD_SNAPSHOT] = {.kind = RECORD_SNAPSHOT, .at = 1, .snapshot = {12, true}},
	[RECORD_LOG] = {.kind = RECORD_LOG, .at = 1, .log = {LOG_REMOTE, "login=refused client=1"}},
	[RECORD_DROPPED] = {.kind = RECORD_DROPPED, .at = 1, .dropped = {5, 50}},
	[RECORD_REPLY] = {.kind = RECORD_REPLY, .at = 1, .reply = {3, true, "kicked 1"}},
	[RECORD_LEGS] =
		{.kind = RECORD_LEGS,
                 .at = 1,
                 .legs = {{SOURCE_PEER, 3},
                          0x0000abcd,
                          12,
                          8000,
                          2345678,
                          91,
                          true,
                          {2, {{{SOURCE_UPLINK, 1}, 91, 2}, {{SOURCE_CLIENT, 234567803}, 9, 1}}}}},
	[RECORD_PING] = {.kind = RECORD_PING, .at = 1, .ping = {234567801}},
	[RECORD_DECISION] = {.kind = RECORD_DECISION,
                             .at = 1,
                             .decision = {3, 5000, 234567801, 2345678, 2, 91, 4, "carried"}},
	[RECORD_REFUSAL] =
		{.kind = RECORD_REFUSAL,
                 .at = 1,
                 .refusal = {234567801, "hotspots", {.port = 62031}, "RPTK", "wrong passphrase"}},
	[RECORD_LOOP] = {.kind = RECORD_LOOP,
                         .at = 1,
                         .loop = {"uk", "", 0x0000abcd, 2345678, 91, false}},
	[RECORD_QUENCH] = {.kind = RECORD_QUENCH,
                           .at = 1,
                           .quench = {7, "uk", 91, 0x0000abcd, QUENCH_BROUGHT, ISSUER_NEIGHBOUR,
                                      180000}},
	[RECORD_RELOAD] = {.kind = RECORD_RELOAD,
                           .at = 1,
                           .reload = {7, RELOAD_DEFERRED, "[limits] peers"}},
	[RECORD_RESOLVED] = {.kind = RECORD_RESOLVED,
                             .at = 1,
                             .resolved = {{SOURCE_UPLINK, 3},
                                          1,
                                          {.ip = {0x20, 1}, .scope = 2, .port = 62044}}},
	[RECORD_BEAT] = {.kind = RECORD_BEAT, .at = 1, .beat = {9}},
	[RECORD_SOCKET] = {.kind = RECORD_SOCKET, .at = 1, .socket = {.place = 32}},
	[RECORD_OFFER] = {.kind = RECORD_OFFER, .at = 1, .offer = {4}},
};

static size_t encode(const struct record *r, uint8_t out[static RECORD_MAX])
{
	struct wr w = wr_make(out, RECORD_MAX);

	record_write(&w, r);
	return wr_len(&w);
}

static const char *json_of(const struct record *r, int64_t epoch_ms)
{
	static char buf[RECORD_JSON_MAX];
	struct text t = text_make(buf, sizeof(buf));

	record_json(&t, r, epoch_ms);
	return t.cut ? "(cut)" : buf;
}

T_CASE(every_kind_comes_back_as_it_went)
{
	uint8_t bytes[RECORD_MAX], again[RECORD_MAX];
	const char *reason = NULL;

	for (size_t k = 0; k < RECORD_KINDS; k++) {
		struct record back;
		size_t len = encode(&samples[k], bytes);
		T_CHECK(len > 12);
		T_EQUAL(record_parse(t_guarded(bytes, len), len, &back, &reason), PARSE_OK);
		T_EQUAL(encode(&back, again), len);
		T_BYTES(again, bytes, len);
		char first[RECORD_JSON_MAX];
		snprintf(first, sizeof(first), "%s", json_of(&samples[k], 0));
		T_TEXT(json_of(&back, 0), first);
	}
}

T_CASE(a_slot_row_is_these_octets)
{
	uint8_t bytes[RECORD_MAX], want[64];
	size_t want_len = t_hex("01030200"
	                        "0000000000000007"
	                        "0dfb3879"
	                        "02"
	                        "03"
	                        "0000005b"
	                        "0023cace"
	                        "deadbeef"
	                        "0000000000001770"
	                        "00054730414243"
	                        "00035a6f65"
	                        "000557616c6573"
	                        "0005576f726c64",
	                        want, sizeof(want));

	T_EQUAL(encode(&samples[RECORD_SLOT], bytes), want_len);
	T_BYTES(bytes, want, want_len);
}

T_CASE(no_prefix_and_no_longer_form_is_read)
{
	uint8_t bytes[RECORD_MAX + 1];

	for (size_t k = 0; k < RECORD_KINDS; k++) {
		struct record out = {.at = 4242};
		const char *reason = NULL;
		size_t len = encode(&samples[k], bytes);
		for (size_t cut = 0; cut < len; cut++) {
			T_EQUAL(record_parse(t_guarded(bytes, cut), cut, &out, &reason), PARSE_BAD);
			T_CHECK(reason);
		}
		bytes[len] = 0;
		T_EQUAL(record_parse(t_guarded(bytes, len + 1), len + 1, &out, &reason), PARSE_BAD);
		T_EQUAL(out.at, 4242);
	}
}

T_CASE(values_no_field_can_hold_are_refused)
{
	static const struct {
		enum record_kind kind;
		size_t at;
		uint8_t value;
		enum parse answer;
	} rows[] = {
		{RECORD_SLOT, 0, 0, PARSE_BAD}, /* version */
		{RECORD_SLOT, 0, 2, PARSE_BAD},
		{RECORD_SLOT, 1, RECORD_KINDS, PARSE_IGNORE},
		{RECORD_SLOT, 1, 255, PARSE_IGNORE},
		{RECORD_SLOT, 2, CHANGE_END, PARSE_OK},
		{RECORD_SLOT, 2, CHANGE_END + 1, PARSE_BAD},
		{RECORD_SLOT, 3, CAUSE_CAUSES - 1, PARSE_OK},
		{RECORD_SLOT, 3, CAUSE_CAUSES, PARSE_BAD},
		{RECORD_SLOT, 4, 0x80, PARSE_OK}, /* a tick long ago */
		{RECORD_SLOT, 17, SLOT_HANG, PARSE_OK},
		{RECORD_SLOT, 17, SLOT_PROMPT + 1, PARSE_BAD},
		{RECORD_SUBSCRIPTION, 25, SUBSCRIPTION_DIAL + 1, PARSE_BAD},
		{RECORD_SUBSCRIPTION, 26, 1, PARSE_OK},
		{RECORD_SUBSCRIPTION, 26, 2, PARSE_BAD}, /* a bool */
		{RECORD_LOG, 12, LOG_DEBUG, PARSE_OK},
		{RECORD_LOG, 12, LOG_DEBUG + 1, PARSE_BAD},
		{RECORD_LOG, 13, 1, PARSE_BAD},  /* a text longer than its field */
		{RECORD_LOG, 14, 21, PARSE_BAD}, /* shorter than what is there */
		{RECORD_LOG, 15, 0, PARSE_BAD},  /* a terminator inside */
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct record out;
		const char *reason;
		uint8_t bytes[RECORD_MAX];
		size_t len = encode(&samples[rows[i].kind], bytes);
		bytes[rows[i].at] = rows[i].value;
		enum parse answer = record_parse(t_guarded(bytes, len), len, &out, &reason);
		if (answer != rows[i].answer) {
			t_fail(__FILE__, __LINE__, "row %zu is %s", i, parse_name(answer));
			return;
		}
	}
}

T_CASE(the_longest_texts_fit_in_record_key_and_json)
{
	uint8_t bytes[RECORD_MAX], key[RECORD_KEY_MAX];

	for (enum record_kind k = 0; k < RECORD_KINDS; k++) {
		struct record r = samples[k], back;
		const struct record_info *info = record_info(k);
		const char *reason;
		for (size_t i = 0; i < info->field_count; i++) {
			const struct record_field *f = &info->fields[i];
			if (f->type == FIELD_TEXT)
				memset((char *)&r + f->offset, '"',
				       f->size); /* not even terminated */
			if (f->type == FIELD_LEGS)
				memset((char *)&r + f->offset, 0xff, sizeof(struct leg_list));
		}
		size_t len = encode(&r, bytes);
		T_CHECK(len > 0 && len <= RECORD_MAX);
		T_EQUAL(record_parse(bytes, len, &back, &reason), PARSE_OK);
		T_CHECK(strcmp(json_of(&back, 0), "(cut)") != 0);
		struct wr w = wr_make(key, sizeof(key));
		record_key(&w, &r);
		T_CHECK(wr_len(&w) > 0);
	}
	struct record control = samples[RECORD_SESSION];
	memset(control.session.options, 1, sizeof(control.session.options) - 1);
	T_CHECK(strcmp(json_of(&control, 0), "(cut)") != 0); /* six octets for one */
}

T_CASE(json_has_every_form_of_field)
{
	T_TEXT(json_of(&samples[RECORD_SESSION], 1700000000000),
	       "{\"kind\":\"session\",\"change\":\"end\",\"cause\":\"expired\",\"time\":1823456789."
	       "012,"
	       "\"client\":234567801,\"listener\":\"hotspots\",\"at\":\"[fe80::9%2]:4711\","
	       "\"state\":\"connected\",\"since\":1700000000.005,\"last_ping\":null,"
	       "\"callsign\":\"G0ABC\",\"rx_hz\":430000000,\"tx_hz\":431000000,\"cc\":15,"
	       "\"simplex\":true,"
	       "\"location\":\"Caf\xc3\xa9\",\"software\":\"20260101_MMDVM\",\"package\":\"MMDVM_"
	       "DMO\","
	       "\"options\":\"TS2=91,\\\"2350\\\"\\\\;DIAL=0\",\"options_bad\":4000000000,"
	       "\"frames_in_total\":18446744073709551615,\"frames_out_total\":1,\"name\":\"Zoe\","
	       "\"country\":\"Wales\"}");
	T_TEXT(json_of(&samples[RECORD_SLOT], 0),
	       "{\"kind\":\"slot\",\"change\":\"update\",\"cause\":\"none\",\"time\":0.007,"
	       "\"client\":234567801,\"slot\":2,\"state\":\"hang\",\"conference\":91,\"src\":"
	       "2345678,"
	       "\"stream\":\"deadbeef\",\"until\":6.000,\"src_callsign\":\"G0ABC\","
	       "\"src_name\":\"Zoe\",\"src_country\":\"Wales\",\"conference_name\":\"World\"}");
}

T_CASE(times_out_of_reach_are_null)
{
	static const struct {
		tick_t at;
		int64_t epoch_ms;
		const char *text;
	} rows[] = {
		{0, 0, "0.000"},
		{1, 999, "1.000"},
		{TICK_NEVER, 0, "null"},
		{TICK_NEVER, 1700000000000, "null"},
		{TICK_NEVER - 1, -5, "null"},
		{253402300799999, 0, "253402300799.999"},
		{253402300799999, 1, "null"},
		{5, -5, "0.000"},
		{4, -5, "null"},
		{TICK_LONG_AGO, 1700000000000, "null"},
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		char buf[40];
		struct text t = text_make(buf, sizeof(buf));
		record_json_time(&t, rows[i].at, rows[i].epoch_ms);
		T_TEXT(buf, rows[i].text);
	}
}

T_CASE(keys_are_the_key_fields_only)
{
	struct record a = samples[RECORD_SUBSCRIPTION], b = a;

	b.at++;
	b.change = CHANGE_END;
	b.subscription.active = false;
	b.subscription.until = 1;
	T_CHECK(record_same_key(&a, &b));
	b.subscription.mode = SUBSCRIPTION_USER;
	T_CHECK(!record_same_key(&a, &b));
	b = samples[RECORD_SLOT];
	T_CHECK(!record_same_key(&a, &b));
	a = samples[RECORD_TABLE];
	b = a;
	b.table.used++;
	T_CHECK(record_same_key(&a, &b));
	strcpy(b.table.name, "streamsx");
	T_CHECK(!record_same_key(&a, &b));
}

T_CASE(a_call_is_known_by_origin_stream_and_generation_alone)
{
	struct record a = samples[RECORD_CALL], b = a;

	b.call.started += 1;
	b.call.src++;
	T_CHECK(record_same_key(&a, &b));
	b = a;
	b.call.generation++;
	T_CHECK(!record_same_key(&a, &b));
}

static int compare_keys(const struct record *a, const struct record *b)
{
	uint8_t x[RECORD_KEY_MAX] = {0}, y[RECORD_KEY_MAX] = {0};
	struct wr wx = wr_make(x, sizeof(x)), wy = wr_make(y, sizeof(y));

	record_key(&wx, a);
	record_key(&wy, b);
	return memcmp(x, y, sizeof(x));
}

T_CASE(keys_sort_as_numbers_and_words_do)
{
	struct record a = samples[RECORD_SESSION], b = a;

	a.session.client = 255;
	b.session.client = 256;
	T_CHECK(compare_keys(&a, &b) < 0);
	T_CHECK(compare_keys(&samples[RECORD_CALL], &a) > 0);
	a = b = samples[RECORD_COUNTER];
	strcpy(a.counter.name, "late");
	strcpy(b.counter.name, "late_2");
	T_CHECK(compare_keys(&a, &b) < 0);
}

T_CASE(a_stream_of_frames_splits_at_any_cut)
{
	uint8_t stream[4 * RECORD_FRAME_MAX];
	struct wr w = wr_make(stream, sizeof(stream));

	record_frame_write(&w, &samples[RECORD_SESSION]);
	size_t first = wr_len(&w);
	record_frame_write(&w, &samples[RECORD_SLOT]);
	size_t all = wr_len(&w);
	T_CHECK(first > 2 && all > first + 2);
	for (size_t cut = 0; cut <= all; cut++) {
		struct rd r = rd_make(t_guarded(stream, cut), cut), body;
		size_t frames = 0;
		while (record_frame_take(&r, &body) == PARSE_OK) {
			struct record out;
			const char *reason;
			T_EQUAL(record_parse(body.at, rd_left(&body), &out, &reason), PARSE_OK);
			T_EQUAL(out.kind, frames == 0 ? RECORD_SESSION : RECORD_SLOT);
			frames++;
		}
		T_EQUAL(frames, cut == all ? 2 : cut >= first ? 1 : 0);
		T_EQUAL(rd_left(&r), frames == 2 ? 0 : frames == 1 ? cut - first : cut);
	}
}

T_CASE(a_frame_no_record_has_is_bad)
{
	static const uint8_t none[] = {0, 0, 1}, longer[] = {0x04, 0x01};
	struct rd r = rd_make(t_guarded(none, sizeof(none)), sizeof(none)), body;

	T_EQUAL(record_frame_take(&r, &body), PARSE_BAD);
	T_EQUAL(rd_left(&r), 3);
	r = rd_make(t_guarded(longer, sizeof(longer)), sizeof(longer));
	T_EQUAL(record_frame_take(&r, &body), PARSE_BAD);
}

T_CASE(a_frame_without_room_is_not_written)
{
	uint8_t small[20];
	struct wr w = wr_make(small, sizeof(small));

	record_frame_write(&w, &samples[RECORD_SLOT]);
	T_EQUAL(wr_len(&w), 0);
}

T_CASE(every_enum_value_has_a_name)
{
	for (int i = 0; i < RECORD_KINDS; i++)
		T_CHECK(strcmp(record_kind_name((enum record_kind)i), "?") != 0);
	for (int i = 0; i <= CHANGE_END; i++)
		T_CHECK(strcmp(change_name((enum change)i), "?") != 0);
	for (int i = 0; i < CAUSE_CAUSES; i++)
		T_CHECK(strcmp(cause_name((enum cause)i), "?") != 0);
	for (int i = 0; i <= SESSION_CONNECTED; i++)
		T_CHECK(strcmp(session_state_name((enum session_state)i), "?") != 0);
	for (int i = 0; i <= SLOT_PROMPT; i++)
		T_CHECK(strcmp(slot_state_name((enum slot_state)i), "?") != 0);
	for (int i = 0; i <= SUBSCRIPTION_DIAL; i++)
		T_CHECK(strcmp(subscription_mode_name((enum subscription_mode)i), "?") != 0);
	for (int i = 0; i <= CALL_IGNORED; i++)
		T_CHECK(strcmp(call_state_name((enum call_state)i), "?") != 0);
	for (int i = 0; i < LINK_STATES; i++)
		T_CHECK(strcmp(link_state_name((enum link_state)i), "?") != 0);
	for (int i = 0; i < ISSUERS; i++)
		T_CHECK(strcmp(issuer_name((enum issuer)i), "?") != 0);
	for (int i = 0; i < QUENCH_REASONS; i++)
		T_CHECK(strcmp(quench_reason_name((enum quench_reason)i), "?") != 0);
	for (int i = 0; i < RELOAD_OUTCOMES; i++)
		T_CHECK(strcmp(reload_outcome_name((enum reload_outcome)i), "?") != 0);
	T_TEXT(cause_name(CAUSE_CAUSES), "?");
	T_TEXT(change_name((enum change)99), "?");
	T_TEXT(record_kind_name(RECORD_KINDS), "?");
	T_TEXT(call_state_name((enum call_state)3), "?");
	T_TEXT(parse_name(PARSE_OK), "ok");
	T_TEXT(parse_name(PARSE_IGNORE), "ignore");
	T_TEXT(parse_name(PARSE_BAD), "bad");
	T_TEXT(parse_name((enum parse)3), "?");
}

T_CASE(fields_are_found_by_name)
{
	const struct record_field *f = record_field_find(RECORD_CALL, "stream");

	T_CHECK(f);
	T_EQUAL(f->type, FIELD_HEX32);
	T_EQUAL(record_number(&samples[RECORD_CALL], f), 0xabcd);
	T_CHECK(!record_field_find(RECORD_CALL, "strea"));
	T_EQUAL(record_number(&samples[RECORD_PEER], record_field_find(RECORD_PEER, "name")), 0);
}

T_MAIN()
