#include "state/location.h"

void locations_open(struct locations *t, struct arena *arena, uint32_t capacity, uint64_t secret)
{
	*t = (struct locations){.capacity = capacity};
	t->rows = arena_cut(arena, "locations", capacity, sizeof(struct location));
	hash_open(&t->by_radio, arena, "locations by radio", capacity, secret);
}

bool locations_sound(const struct locations *t)
{
	if (t->used != t->by_radio.count)
		return false;
	for (uint32_t i = 0; i < t->used; i++)
		if (hash_get(&t->by_radio, t->rows[i].radio) != i)
			return false;
	return true;
}

void locations_relist(struct locations *t)
{
	hash_clear(&t->by_radio);
	if (t->used > t->capacity)
		t->used = t->capacity;
	for (uint32_t i = 0; i < t->used; i++) {
		while (hash_get(&t->by_radio, t->rows[i].radio) != HASH_NOT_FOUND)
			t->rows[i].radio += 0x9e3779b9; /* of nobody; odd: it passes all */
		hash_put(&t->by_radio, t->rows[i].radio, i);
	}
}

const struct location *location_find(const struct locations *t, uint32_t radio)
{
	uint32_t index = hash_get(&t->by_radio, radio);
	return index == HASH_NOT_FOUND ? NULL : &t->rows[index];
}

void location_learn(struct locations *t, uint32_t radio, struct source origin, uint8_t slot,
                    tick_t now)
{
	uint32_t index = hash_get(&t->by_radio, radio);

	if (index == HASH_NOT_FOUND) {
		index = t->next;
		t->next = (t->next + 1) % t->capacity;
		if (t->used == t->capacity)
			hash_remove(&t->by_radio, t->rows[index].radio);
		else
			t->used++;
		hash_put(&t->by_radio, radio, index);
	}
	t->rows[index] = (struct location){radio, origin, slot, now, origin, slot};
}

void location_hear(struct locations *t, uint32_t radio, struct source origin, uint8_t slot)
{
	uint32_t index = hash_get(&t->by_radio, radio);

	if (index == HASH_NOT_FOUND)
		return;
	t->rows[index].heard = origin;
	t->rows[index].heard_slot = slot;
}

void locations_forget(struct locations *t, struct source origin)
{
	for (uint32_t i = 0; i < t->used; i++) {
		if (source_equal(t->rows[i].origin, origin))
			t->rows[i].origin = source_client(0);
		if (source_equal(t->rows[i].heard, origin))
			t->rows[i].heard = source_client(0);
	}
}
