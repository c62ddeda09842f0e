#include "base/expiry.h"

void expiry_open(struct expiry_heap *h, struct arena *arena, uint32_t rows)
{
	uint32_t capacity = rows > UINT32_MAX / 2 ? UINT32_MAX : 2 * rows;

	*h = (struct expiry_heap){
		.entries = arena_cut(arena, "expiry", capacity, sizeof(struct expiry_entry)),
		.capacity = capacity,
	};
}

struct expiry expiry_none(void)
{
	return (struct expiry){.deadline = TICK_NEVER, .hint = TICK_NEVER};
}

static bool before(const struct expiry_entry *a, const struct expiry_entry *b)
{
	if (a->at != b->at)
		return a->at < b->at;
	if (a->kind != b->kind)
		return a->kind < b->kind;
	return a->row.index < b->row.index;
}

/* Entry i's children are 2i + 1 and 2i + 2; neither is earlier than its parent. */
static bool push(struct expiry_heap *h, const struct expiry_entry *e)
{
	if (h->count == h->capacity)
		return false;
	uint32_t i = h->count++;
	while (i > 0 && before(e, &h->entries[(i - 1) / 2])) {
		h->entries[i] = h->entries[(i - 1) / 2];
		i = (i - 1) / 2;
	}
	h->entries[i] = *e;
	if (h->count > h->high_water)
		h->high_water = h->count;
	return true;
}

/* Puts `e` into the gap at the top and sifts it down. */
static void sink(struct expiry_heap *h, const struct expiry_entry *e)
{
	uint32_t i = 0;

	for (;;) {
		size_t child = 2 * (size_t)i + 1;
		if (child + 1 < h->count && before(&h->entries[child + 1], &h->entries[child]))
			child++;
		if (child >= h->count || !before(&h->entries[child], e))
			break;
		h->entries[i] = h->entries[child];
		i = (uint32_t)child;
	}
	h->entries[i] = *e;
}

bool expiry_push(struct expiry_heap *h, struct expiry *x, uint32_t kind, struct handle row)
{
	struct expiry_entry e = {
		.at = x->deadline,
		.kind = kind,
		.row = row,
	};

	if (!push(h, &e))
		return false;
	x->hint = x->deadline;
	return true;
}

bool expiry_pop(struct expiry_heap *h, tick_t now, struct expiry_entry *out)
{
	if (h->count == 0 || h->entries[0].at > now)
		return false;
	*out = h->entries[0];
	h->count--;
	if (h->count > 0) {
		struct expiry_entry last = h->entries[h->count];
		sink(h, &last);
	}
	return true;
}

bool expiry_due(struct expiry_heap *h, struct expiry *x, const struct expiry_entry *e)
{
	if (e->at != x->hint)
		return false;
	x->hint = TICK_NEVER; /* its entry is gone */
	if (x->deadline <= e->at)
		return true;
	if (x->deadline != TICK_NEVER)
		(void)expiry_push(h, x, e->kind, e->row); /* the popped entry left room */
	return false;
}

tick_t expiry_next(const struct expiry_heap *h)
{
	return h->count ? h->entries[0].at : TICK_NEVER;
}

void expiry_clear(struct expiry_heap *h)
{
	h->count = 0;
	h->rebuilds_total++;
}

bool expiry_put_back(struct expiry_heap *h, struct expiry *x, uint32_t kind, struct handle row)
{
	x->hint = TICK_NEVER;
	return expiry_set(h, x, kind, row, x->deadline);
}
