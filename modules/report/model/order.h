/*
 * An ordered map from octets to the owner's values: a skip list. Rows are in memcmp order of their
 * keys, a shorter key before its extensions, so rows with a common prefix are adjacent, and a walk
 * continues after the last key it saw however the map has changed.
 *
 * Plain for readers; only order.c links rows. Grows on the heap; the owner limits it.
 */
#ifndef REPORT_ORDER_H
#define REPORT_ORDER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define ORDER_LEVELS 8 /* one row in four reaches the next level: good for 4^8 rows */
#define ORDER_KEY_MAX 64u

struct order_row {
	struct order_row *next[ORDER_LEVELS];
	void *value; /* the owner's */
	uint8_t key_len;
	uint8_t key[ORDER_KEY_MAX];
};

struct order {
	struct order_row *first[ORDER_LEVELS];
	uint32_t count;
	uint32_t dice; /* which level a new row reaches; not a secret */
};

/* NULL when absent. */
struct order_row *order_find(const struct order *o, const uint8_t *key, size_t len);

/* The row of this key, created with a NULL value if necessary. NULL: out of memory, or the key is
 * too long. */
struct order_row *order_add(struct order *o, const uint8_t *key, size_t len);

/* The first row with a greater key; with `or_equal`, greater or equal. NULL: none. */
struct order_row *order_after(const struct order *o, const uint8_t *key, size_t len, bool or_equal);

/* Removes the row of this key and returns its value; NULL if absent. */
void *order_remove(struct order *o, const uint8_t *key, size_t len);

#endif
