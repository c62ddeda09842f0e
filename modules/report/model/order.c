#include "report/model/order.h"

#include <stdlib.h>
#include <string.h>

static int compare(const struct order_row *row, const uint8_t *key, size_t len)
{
	int c = memcmp(row->key, key, len < row->key_len ? len : row->key_len);

	if (c != 0)
		return c;
	return row->key_len < len ? -1 : row->key_len > len;
}

/* The links of one level: of the previous row, or of the list's head. */
static struct order_row *const *links_of(const struct order *o, const struct order_row *before)
{
	return before ? before->next : o->first;
}

/* The last row before the key on each level, from the top down; NULL: the key comes first. */
static void path_to(const struct order *o, const uint8_t *key, size_t len,
                    struct order_row *before[static ORDER_LEVELS])
{
	struct order_row *at = NULL;

	for (int level = ORDER_LEVELS - 1; level >= 0; level--) {
		struct order_row *next = links_of(o, at)[level];
		while (next && compare(next, key, len) < 0) {
			at = next;
			next = at->next[level];
		}
		before[level] = at;
	}
}

struct order_row *order_after(const struct order *o, const uint8_t *key, size_t len, bool or_equal)
{
	struct order_row *before[ORDER_LEVELS];

	path_to(o, key, len, before);
	struct order_row *row = links_of(o, before[0])[0];
	if (row && !or_equal && compare(row, key, len) == 0)
		row = row->next[0];
	return row;
}

/* The row of the key, or NULL, and the rows before it. */
static struct order_row *look(const struct order *o, const uint8_t *key, size_t len,
                              struct order_row *before[static ORDER_LEVELS])
{
	path_to(o, key, len, before);
	struct order_row *row = links_of(o, before[0])[0];

	return row && compare(row, key, len) == 0 ? row : NULL;
}

struct order_row *order_find(const struct order *o, const uint8_t *key, size_t len)
{
	struct order_row *before[ORDER_LEVELS];

	return look(o, key, len, before);
}

/* The number of levels of a new row: each further one with probability 1/4 (a xorshift). */
static int throw_dice(struct order *o)
{
	uint32_t x = o->dice ? o->dice : 2463534242u;
	int levels = 1;

	x ^= x << 13;
	x ^= x >> 17;
	x ^= x << 5;
	o->dice = x;
	while (levels < ORDER_LEVELS && (x & 3) == 0) {
		levels++;
		x >>= 2;
	}
	return levels;
}

struct order_row *order_add(struct order *o, const uint8_t *key, size_t len)
{
	struct order_row *before[ORDER_LEVELS];
	struct order_row *row = look(o, key, len, before);

	if (row || len > ORDER_KEY_MAX)
		return row;
	row = calloc(1, sizeof(*row));
	if (!row)
		return NULL;
	row->key_len = (uint8_t)len;
	memcpy(row->key, key, len);
	int levels = throw_dice(o);
	for (int i = 0; i < levels; i++) {
		struct order_row **link = before[i] ? &before[i]->next[i] : &o->first[i];
		row->next[i] = *link;
		*link = row;
	}
	o->count++;
	return row;
}

void *order_remove(struct order *o, const uint8_t *key, size_t len)
{
	struct order_row *before[ORDER_LEVELS];
	struct order_row *row = look(o, key, len, before);

	if (!row)
		return NULL;
	for (int i = 0; i < ORDER_LEVELS; i++) {
		struct order_row **link = before[i] ? &before[i]->next[i] : &o->first[i];
		if (*link == row)
			*link = row->next[i];
	}
	void *value = row->value;
	free(row);
	o->count--;
	return value;
}
