#include "state/stream.h"

static uint64_t stream_key(uint32_t origin, uint32_t id)
{
	return (uint64_t)origin << 32 | id;
}

void streams_open(struct streams *t, struct arena *arena, uint32_t capacity, uint64_t secret)
{
	pool_open(&t->pool, arena, "streams", capacity, sizeof(struct stream));
	hash_open(&t->by_id, arena, "streams by id", capacity, secret);
	t->tombstones = arena_cut(arena, "ended streams", capacity, sizeof(struct tombstone));
	hash_open(&t->buried, arena, "ended streams by id", capacity, secret);
	t->tombstone_count = 0;
}

struct stream *stream_find(const struct streams *t, uint32_t origin, uint32_t id)
{
	uint32_t index = hash_get(&t->by_id, stream_key(origin, id));
	return index == HASH_NOT_FOUND ? NULL : pool_at(&t->pool, index);
}

struct stream *stream_get(const struct streams *t, struct handle h)
{
	return pool_get(&t->pool, h);
}

struct stream *stream_add(struct streams *t, uint32_t origin, uint32_t id, bool data)
{
	if (data && t->pool.used >= t->pool.capacity - t->pool.capacity / 4) {
		t->pool.full_total++;
		return NULL;
	}
	struct stream *s = pool_take(&t->pool);
	if (!s)
		return NULL;
	s->origin = origin;
	s->id = id;
	s->data = data;
	s->conference = POOL_NONE;
	s->peer = PEER_ALL;
	s->mesh_id = id;
	s->expiry = expiry_none();
	hash_put(&t->by_id, stream_key(origin, id), s->row.index);
	return s;
}

static void tombstone_put(struct streams *t, const struct tombstone *stone)
{
	uint64_t key = stream_key(stone->origin, stone->id);
	uint32_t index = hash_get(&t->buried, key);

	if (index == HASH_NOT_FOUND) {
		index = t->tombstone_count % t->pool.capacity;
		struct tombstone *old = &t->tombstones[index];
		if (t->tombstone_count >= t->pool.capacity)
			hash_remove(&t->buried, stream_key(old->origin, old->id));
		t->tombstone_count++;
		if (t->tombstone_count == 2 * t->pool.capacity)
			t->tombstone_count = t->pool.capacity; /* stays "full", same place */
		hash_put(&t->buried, key, index);
	}
	t->tombstones[index] = *stone;
}

void stream_bury(struct streams *t, struct stream *s, tick_t now, enum cause cause)
{
	tombstone_put(t, &(struct tombstone){
				 .origin = s->origin,
				 .id = s->id,
				 .ended = now,
				 .cause = cause,
				 .sequence = s->sequence,
			 });
	hash_remove(&t->by_id, stream_key(s->origin, s->id));
	pool_give(&t->pool, s);
}

struct tombstone *tombstone_find(const struct streams *t, uint32_t origin, uint32_t id)
{
	uint32_t index = hash_get(&t->buried, stream_key(origin, id));
	return index == HASH_NOT_FOUND ? NULL : &t->tombstones[index];
}
