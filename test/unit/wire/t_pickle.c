#include "wire/pickle.h"

#include <string.h>

#include "harness/t.h"

static uint8_t bytes[1024];
static struct wr w;

static void fresh(void)
{
	w = wr_make(bytes, sizeof(bytes));
}

/* Did what was written since fresh() come to exactly these octets? */
#define T_WROTE(...)                                                                               \
	do {                                                                                       \
		const uint8_t expected[] = {__VA_ARGS__};                                          \
		T_EQUAL(wr_len(&w), sizeof(expected));                                             \
		T_BYTES(bytes, expected, sizeof(expected));                                        \
		fresh();                                                                           \
	} while (0)

T_CASE(integers_take_the_shortest_form)
{
	fresh();
	pickle_int(&w, 0);
	T_WROTE('K', 0);
	pickle_int(&w, 255);
	T_WROTE('K', 255);
	pickle_int(&w, 256);
	T_WROTE('M', 0, 1);
	pickle_int(&w, 65535);
	T_WROTE('M', 0xff, 0xff);
	pickle_int(&w, 65536);
	T_WROTE('J', 0, 0, 1, 0);
	pickle_int(&w, -1);
	T_WROTE('J', 0xff, 0xff, 0xff, 0xff);
	pickle_int(&w, INT32_MIN);
	T_WROTE('J', 0, 0, 0, 0x80);
	pickle_int(&w, 4294967295);
	T_WROTE(0x8a, 8, 0xff, 0xff, 0xff, 0xff, 0, 0, 0, 0);
	pickle_int(&w, INT64_MIN);
	T_WROTE(0x8a, 8, 0, 0, 0, 0, 0, 0, 0, 0x80);
}

T_CASE(floats_are_big_endian)
{
	fresh();
	pickle_float(&w, 1.0);
	T_WROTE('G', 0x3f, 0xf0, 0, 0, 0, 0, 0, 0);
	pickle_float(&w, -1.5);
	T_WROTE('G', 0xbf, 0xf8, 0, 0, 0, 0, 0, 0);
}

T_CASE(constants_texts_and_containers)
{
	fresh();
	pickle_none(&w);
	pickle_bool(&w, true);
	pickle_bool(&w, false);
	T_WROTE('N', 0x88, 0x89);
	pickle_str(&w, "\xc3\xa9");
	T_WROTE('X', 2, 0, 0, 0, 0xc3, 0xa9);
	pickle_begin(&w);
	pickle_dict(&w);
	pickle_str(&w, "");
	pickle_list(&w);
	pickle_list_end(&w);
	pickle_dict_end(&w);
	pickle_end(&w);
	T_WROTE(0x80, 3, '}', '(', 'X', 0, 0, 0, 0, ']', '(', 'e', 'u', '.');
}

T_CASE(long_octets_have_a_long_count)
{
	uint8_t octets[256] = {0};

	fresh();
	pickle_bytes(&w, octets, 2);
	T_WROTE('C', 2, 0, 0);
	pickle_bytes(&w, octets, 255);
	T_EQUAL(wr_len(&w), 257);
	T_EQUAL(bytes[1], 255);
	fresh();
	pickle_bytes(&w, octets, 256);
	T_EQUAL(wr_len(&w), 261);
	const uint8_t head[] = {'B', 0, 1, 0, 0};
	T_BYTES(bytes, head, sizeof(head));
}

T_MAIN()
