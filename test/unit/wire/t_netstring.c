#include "wire/netstring.h"

#include <string.h>

#include "harness/t.h"

T_CASE(a_netstring_comes_back_as_it_went)
{
	static const size_t lengths[] = {0, 1, 9, 10, 99, 100, 1234};
	uint8_t bytes[1300], payload[1234];

	for (size_t i = 0; i < sizeof(payload); i++)
		payload[i] = (uint8_t)i;
	for (size_t i = 0; i < sizeof(lengths) / sizeof(lengths[0]); i++) {
		struct wr w = wr_make(bytes, sizeof(bytes));
		netstring_write(&w, payload, lengths[i]);
		struct rd stream = rd_make(t_guarded(bytes, wr_len(&w)), wr_len(&w)), body;
		T_EQUAL(netstring_take(&stream, sizeof(payload), &body), PARSE_OK);
		T_EQUAL(rd_left(&body), lengths[i]);
		T_EQUAL(memcmp(body.at, payload, lengths[i]), 0);
		T_EQUAL(rd_left(&stream), 0);
	}
}

T_CASE(every_prefix_waits_for_the_rest)
{
	static const char whole[] = "12:hello world!,";

	for (size_t len = 0; len < sizeof(whole) - 1; len++) {
		struct rd stream = rd_make(t_guarded(whole, len), len), body;
		T_EQUAL(netstring_take(&stream, 100, &body), PARSE_IGNORE);
		T_EQUAL(rd_left(&stream), len);
	}
}

T_CASE(what_is_no_netstring_is_refused)
{
	static const char *const bad[] = {
		":,",  "03:abc,", "00:,", "a",   "1a:", " 1:a,",
		"-1:", "101:",    "1:ab", "0:;", "99999999999999999999999",
	};

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		struct rd stream = rd_make(t_guarded(bad[i], strlen(bad[i])), strlen(bad[i])), body;
		T_EQUAL(netstring_take(&stream, 100, &body), PARSE_BAD);
	}
}

T_CASE(without_room_nothing_is_written)
{
	uint8_t bytes[7];

	for (size_t cap = 0; cap < 7; cap++) {
		struct wr w = wr_make(bytes, cap);
		netstring_write(&w, "1234", 4);
		T_EQUAL(wr_len(&w), 0);
	}
	struct wr w = wr_make(bytes, 7);
	netstring_write(&w, "1234", 4);
	T_BYTES(bytes, (const uint8_t *)"4:1234,", 7);
}

T_MAIN()
