#include "wire/mqtt.h"

#include <string.h>

#include "harness/t.h"

static uint8_t bytes[512];

static const struct mqtt_connect plain = {
	.client_id = "freedmr-1",
	.user = "",
	.password = "not sent",
	.will_topic = "a/status",
	.will = "offline",
	.keep_alive_s = 60,
};

T_CASE(a_connect_is_these_octets)
{
	static const char wanted[] = "\x10\x28\0\4MQTT\4\x26\0\x3c\0\x09"
				     "freedmr-1\0\x08"
				     "a/status\0\7offline";
	struct wr w = wr_make(bytes, sizeof(bytes));

	mqtt_write_connect(&w, &plain);
	T_EQUAL(wr_len(&w), sizeof(wanted) - 1);
	T_BYTES(bytes, (const uint8_t *)wanted, sizeof(wanted) - 1);
}

T_CASE(user_and_password_follow_the_will)
{
	struct mqtt_connect c = plain;
	struct wr w = wr_make(bytes, sizeof(bytes));

	c.user = "u";
	c.password = "pw";
	mqtt_write_connect(&w, &c);
	T_EQUAL(bytes[1], 0x28 + 3 + 4);
	T_EQUAL(bytes[9], 0xe6);
	T_BYTES(bytes + wr_len(&w) - 7, (const uint8_t *)"\0\1u\0\2pw", 7);
	c.password = "";
	w = wr_make(bytes, sizeof(bytes));
	mqtt_write_connect(&w, &c);
	T_EQUAL(bytes[9], 0xa6);
	T_BYTES(bytes + wr_len(&w) - 3, (const uint8_t *)"\0\1u", 3);
}

T_CASE(lengths_take_one_to_four_groups)
{
	static const struct {
		size_t rest;
		size_t groups;
		uint8_t octets[4];
	} rows[] = {
		{3, 1, {3}},
		{127, 1, {0x7f}},
		{128, 2, {0x80, 1}},
		{16383, 2, {0xff, 0x7f}},
		{16384, 3, {0x80, 0x80, 1}},
		{2097151, 3, {0xff, 0xff, 0x7f}},
		{2097152, 4, {0x80, 0x80, 0x80, 1}},
		{MQTT_REST_MAX, 4, {0xff, 0xff, 0xff, 0x7f}},
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct wr w = wr_make(bytes, sizeof(bytes));
		mqtt_write_publish(&w, "t", i % 2, rows[i].rest - 3);
		T_EQUAL(wr_len(&w), 1 + rows[i].groups + 3);
		T_EQUAL(bytes[0], 0x30 + i % 2);
		T_BYTES(bytes + 1, rows[i].octets, rows[i].groups);
		T_BYTES(bytes + 1 + rows[i].groups, (const uint8_t *)"\0\1t", 3);
	}
	struct wr w = wr_make(bytes, sizeof(bytes));
	mqtt_write_publish(&w, "t", false, MQTT_REST_MAX - 2);
	T_EQUAL(wr_len(&w), 0);
}

T_CASE(pings_and_the_end_have_two_octets)
{
	struct wr w = wr_make(bytes, sizeof(bytes));

	mqtt_write_pingreq(&w);
	mqtt_write_disconnect(&w);
	T_EQUAL(wr_len(&w), 4);
	T_BYTES(bytes, (const uint8_t *)"\xc0\0\xe0\0", 4);
}

T_CASE(without_room_nothing_is_written)
{
	for (size_t cap = 0; cap < 42; cap++) {
		struct wr w = wr_make(bytes, cap);
		mqtt_write_connect(&w, &plain);
		T_EQUAL(wr_len(&w), 0);
	}
}

/* A string has 16 bits for its length. */
T_CASE(a_topic_may_be_as_long_as_its_length_says)
{
	static uint8_t room[70000];
	static char topic[65537];

	memset(topic, 'a', sizeof(topic) - 1);
	struct wr w = wr_make(room, sizeof(room));
	mqtt_write_publish(&w, topic, false, 0);
	T_EQUAL(wr_len(&w), 0);
	topic[65535] = 0;
	w = wr_make(room, sizeof(room));
	mqtt_write_publish(&w, topic, false, 0);
	T_EQUAL(wr_len(&w), 4 + 2 + 65535);
	T_BYTES(room,
	        "\x30\x81\x80\x04\xff\xff"
	        "aa",
	        8);
}

T_CASE(answers_are_read_and_their_prefixes_wait)
{
	static const struct {
		const char *octets;
		size_t len;
		struct mqtt_answer answer;
	} rows[] = {
		{"\x20\2\0\0", 4, {MQTT_CONNACK, 0}},
		{"\x20\2\1\5", 4, {MQTT_CONNACK, 5}},
		{"\xd0\0", 2, {MQTT_PINGRESP, 0}},
	};
	const char *reason = NULL;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct mqtt_answer a = {.code = 99};
		for (size_t cut = 0; cut < rows[i].len; cut++) {
			struct rd stream = rd_make(t_guarded(rows[i].octets, cut), cut);
			T_EQUAL(mqtt_take(&stream, &a, &reason), PARSE_IGNORE);
			T_EQUAL(rd_left(&stream), cut);
			T_EQUAL(a.code, 99);
		}
		struct rd stream = rd_make(t_guarded(rows[i].octets, rows[i].len), rows[i].len);
		T_EQUAL(mqtt_take(&stream, &a, &reason), PARSE_OK);
		T_EQUAL(a.kind, rows[i].answer.kind);
		T_EQUAL(a.code, rows[i].answer.code);
		T_EQUAL(rd_left(&stream), 0);
	}
}

T_CASE(what_no_broker_may_send_is_refused)
{
	for (unsigned first = 0; first < 256; first++) {
		const uint8_t octets[] = {(uint8_t)first, 0x7f};
		struct rd stream = rd_make(t_guarded(octets, 2), 2);
		struct mqtt_answer a;
		const char *reason = NULL;
		T_EQUAL(mqtt_take(&stream, &a, &reason), PARSE_BAD);
		T_TEXT(reason, first == 0x20 || first == 0xd0 ? "length" : "packet");
	}
}

T_CASE(kinds_and_refusals_have_names)
{
	T_TEXT(mqtt_refusal(4), "wrong user or password");
	T_TEXT(mqtt_refusal(6), "unknown reason");
	T_TEXT(mqtt_answer_kind_name(MQTT_CONNACK), "connack");
	T_TEXT(mqtt_answer_kind_name((enum mqtt_answer_kind)9), "?");
}

T_MAIN()
