#include "report/model/order.h"

#include <stdlib.h>
#include <string.h>

#include "harness/t.h"

#define KEYS 300

static uint32_t random_state = 12345;

static uint32_t any(uint32_t below)
{
	random_state = random_state * 1664525u + 1013904223u;
	return (random_state >> 8) % below;
}

/* Keys of one to three octets, so that many are extensions of others. */
static size_t key_of(uint32_t n, uint8_t key[static 3])
{
	key[0] = (uint8_t)(n % 7);
	key[1] = (uint8_t)(n / 7 % 7);
	key[2] = (uint8_t)(n / 49 % 7);
	return n < 7 ? 1 : n < 49 ? 2 : 3;
}

static void clear(struct order *o)
{
	while (o->first[0])
		(void)order_remove(o, o->first[0]->key, o->first[0]->key_len);
}

T_CASE(random_rows_are_found_in_order_and_removed)
{
	struct order o = {.count = 0};
	static int there[KEYS];
	uint32_t count = 0;

	for (int step = 0; step < 20000; step++) {
		uint32_t n = any(KEYS);
		uint8_t key[3];
		size_t len = key_of(n, key);
		if (any(2)) {
			struct order_row *row = order_add(&o, key, len);
			T_CHECK(row);
			T_CHECK(row->value == (there[n] ? &there[n] : NULL));
			row->value = &there[n];
			count += there[n] ? 0 : 1;
			there[n] = 1;
		} else {
			void *value = order_remove(&o, key, len);
			T_CHECK(value == (there[n] ? &there[n] : NULL));
			count -= there[n] ? 1 : 0;
			there[n] = 0;
		}
		T_EQUAL(o.count, count);
		T_CHECK(!order_find(&o, key, len) == !there[n]);
	}
	uint32_t seen = 0;
	for (const struct order_row *row = o.first[0]; row; row = row->next[0]) {
		const struct order_row *next = row->next[0];
		seen++;
		if (!next)
			break;
		size_t common = row->key_len < next->key_len ? row->key_len : next->key_len;
		int c = memcmp(row->key, next->key, common);
		T_CHECK(c < 0 || (c == 0 && row->key_len < next->key_len));
	}
	T_EQUAL(seen, count);
	clear(&o);
	T_EQUAL(o.count, 0);
}

T_CASE(after_finds_the_next_row_whether_the_key_is_there_or_not)
{
	struct order o = {.count = 0};

	T_CHECK(order_add(&o, (const uint8_t *)"b", 1));
	T_CHECK(order_add(&o, (const uint8_t *)"bb", 2));
	T_CHECK(order_add(&o, (const uint8_t *)"d", 1));
	T_EQUAL(order_after(&o, (const uint8_t *)"", 0, true)->key_len, 1);
	T_CHECK(order_after(&o, (const uint8_t *)"b", 1, true)->key_len == 1);
	T_CHECK(order_after(&o, (const uint8_t *)"b", 1, false)->key_len == 2);
	T_EQUAL(order_after(&o, (const uint8_t *)"bb", 2, false)->key[0], 'd');
	T_EQUAL(order_after(&o, (const uint8_t *)"c", 1, true)->key[0], 'd');
	T_CHECK(!order_after(&o, (const uint8_t *)"d", 1, false));
	clear(&o);
}

T_CASE(a_key_beyond_the_room_is_refused)
{
	struct order o = {.count = 0};
	uint8_t key[ORDER_KEY_MAX + 1] = {0};

	T_CHECK(!order_add(&o, key, sizeof(key)));
	T_CHECK(order_add(&o, key, ORDER_KEY_MAX));
	T_EQUAL(o.count, 1);
	clear(&o);
}

T_MAIN()
