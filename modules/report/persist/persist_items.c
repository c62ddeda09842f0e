#include "report/persist/persist_items.h"

#include <stdlib.h>
#include <string.h>

#include "base/cursor.h"

#define LOCATION_AGE_MS INT64_C(86400000)

static size_t key_of(const struct item *i, uint8_t key[static ORDER_KEY_MAX])
{
	struct wr w = wr_make(key, ORDER_KEY_MAX - 1);

	wr_u8(&w, (uint8_t)i->kind);
	switch (i->kind) {
	case ITEM_BLOCK:
	case ITEM_NEIGHBOUR:
		wr_bytes(&w, i->what, strlen(i->what));
		break;
	case ITEM_LOCATION:
		wr_u32(&w, i->tg);
		break;
	case ITEM_CARE:
		wr_u32(&w, i->client);
		break;
	case ITEM_SUBSCRIPTION:
		wr_u32(&w, i->client);
		wr_u8(&w, i->slot);
		wr_u32(&w, i->tg);
		break;
	}
	return wr_len(&w);
}

/* Apart from the drift between the two clocks. */
static bool is_same(const struct item *a, const struct item *b)
{
	return a->tell == b->tell && a->alive == b->alive && a->dial == b->dial &&
	       a->stunned == b->stunned && addr_equal(&a->at, &b->at) && a->client == b->client &&
	       a->slot == b->slot && a->conference == b->conference && !a->care && !b->care &&
	       a->seen == b->seen && llabs(a->until - b->until) < 1000;
}

void persist_items_put(struct persist *m, const struct item *i)
{
	uint8_t key[ORDER_KEY_MAX];
	size_t len = key_of(i, key);
	struct order_row *row = order_find(&m->items, key, len);

	if (!row && m->items.count >= m->room)
		return;
	struct item *kept = row ? row->value : NULL;
	if (kept && is_same(kept, i))
		return;
	char *care = i->care ? strdup(i->care) : NULL;
	if (i->care && !care)
		return;
	if (!kept) {
		kept = malloc(sizeof(*kept));
		row = kept ? order_add(&m->items, key, len) : NULL;
		if (!row) {
			free(kept);
			free(care);
			return;
		}
		row->value = kept;
	} else {
		free(kept->care);
	}
	m->dirty = true;
	*kept = *i;
	kept->care = care;
}

static void free_item(struct item *i)
{
	if (i)
		free(i->care);
	free(i);
}

void persist_items_drop(struct persist *m, const struct item *i)
{
	uint8_t key[ORDER_KEY_MAX];
	struct item *gone = order_remove(&m->items, key, key_of(i, key));

	m->dirty |= gone != NULL;
	free_item(gone);
}

const struct item *persist_items_find(const struct persist *m, const struct item *i)
{
	uint8_t key[ORDER_KEY_MAX];
	struct order_row *row = order_find(&m->items, key, key_of(i, key));

	return row ? row->value : NULL;
}

bool persist_items_counts(const struct persist *m, const struct item *i, int64_t now)
{
	switch (i->kind) {
	case ITEM_BLOCK:
		return !i->until || i->until > now;
	case ITEM_CARE:
	case ITEM_NEIGHBOUR:
		return true;
	case ITEM_LOCATION:
		return now - i->seen < LOCATION_AGE_MS;
	case ITEM_SUBSCRIPTION:
		return i->alive ||
		       ((!i->until || i->until > now) && now - i->seen <= m->remember_ms);
	}
	return false;
}

void persist_items_forget(struct persist *m, int64_t now)
{
	struct order_row *next;

	for (struct order_row *row = m->items.first[0]; row; row = next) {
		const struct item *i = row->value;
		next = row->next[0];
		if (!persist_items_counts(m, i, now))
			persist_items_drop(m, i);
	}
}

void persist_items_release(struct persist *m)
{
	while (m->items.first[0])
		free_item(order_remove(&m->items, m->items.first[0]->key,
		                       m->items.first[0]->key_len));
}
