#include "report/remembered.h"

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
		wr_bytes(&w, i->what, strlen(i->what));
		break;
	case ITEM_LOCATION:
		wr_u32(&w, i->tg);
		break;
	case ITEM_SUBSCRIPTION:
		wr_u32(&w, i->client);
		wr_u8(&w, i->slot);
		wr_u32(&w, i->tg);
		break;
	}
	return wr_len(&w);
}

/* But for what the two clocks drift. */
static bool is_same(const struct item *a, const struct item *b)
{
	return a->tell == b->tell && a->alive == b->alive && a->dial == b->dial &&
	       a->client == b->client && a->slot == b->slot && a->conference == b->conference &&
	       a->seen == b->seen && llabs(a->until - b->until) < 1000;
}

void remembered_put(struct memory *m, const struct item *i)
{
	uint8_t key[ORDER_KEY_MAX];
	size_t len = key_of(i, key);
	struct order_row *row = order_find(&m->items, key, len);

	if (!row && m->items.count >= m->room)
		return;
	struct item *kept = row ? row->value : NULL;
	if (kept && is_same(kept, i))
		return;
	if (!kept) {
		kept = malloc(sizeof(*kept));
		row = kept ? order_add(&m->items, key, len) : NULL;
		if (!row) {
			free(kept);
			return;
		}
		row->value = kept;
	}
	m->dirty = true;
	*kept = *i;
}

void remembered_drop(struct memory *m, const struct item *i)
{
	uint8_t key[ORDER_KEY_MAX];
	void *gone = order_remove(&m->items, key, key_of(i, key));

	m->dirty |= gone != NULL;
	free(gone);
}

bool remembered_counts(const struct memory *m, const struct item *i, int64_t now)
{
	switch (i->kind) {
	case ITEM_BLOCK:
		return !i->until || i->until > now;
	case ITEM_LOCATION:
		return now - i->seen < LOCATION_AGE_MS;
	case ITEM_SUBSCRIPTION:
		return i->alive ||
		       ((!i->until || i->until > now) && now - i->seen <= m->remember_ms);
	}
	return false;
}

void remembered_forget(struct memory *m, int64_t now)
{
	struct order_row *next;

	for (struct order_row *row = m->items.first[0]; row; row = next) {
		const struct item *i = row->value;
		next = row->next[0];
		if (!remembered_counts(m, i, now))
			remembered_drop(m, i);
	}
}

void remembered_release(struct memory *m)
{
	while (m->items.first[0])
		free(order_remove(&m->items, m->items.first[0]->key, m->items.first[0]->key_len));
}
