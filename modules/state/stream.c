#include "state/stream.h"

#include "base/siphash.h"

/* The key in 64 bits: a keyed hash, so that nobody can construct a collision. */
static uint64_t digest(const struct streams *t, const struct stream_key *k)
{
	const uint32_t words[] = {k->origin.index, k->id, k->dst,
	                          (uint32_t)k->origin.kind << 4 | (uint32_t)k->slot << 2 |
	                                  (uint32_t)k->unit << 1 | k->data};

	return siphash((struct siphash_key){t->secret, 0}, words, sizeof(words));
}

void streams_open(struct streams *t, struct arena *arena, uint32_t capacity, uint64_t secret)
{
	pool_open(&t->pool, arena, "streams", capacity, sizeof(struct stream));
	hash_open(&t->by_id, arena, "streams by id", capacity, secret);
	t->tombstones = arena_cut(arena, "ended streams", capacity, sizeof(struct tombstone));
	hash_open(&t->buried, arena, "ended streams by id", capacity, secret);
	t->tombstone_count = 0;
	t->generation = 0;
	t->secret = secret;
}

struct stream *stream_find(const struct streams *t, const struct stream_key *key)
{
	uint32_t index = hash_get(&t->by_id, digest(t, key));
	return index == HASH_NOT_FOUND ? NULL : pool_at(&t->pool, index);
}

struct stream *stream_get(const struct streams *t, struct handle h)
{
	return pool_get(&t->pool, h);
}

struct stream *stream_add(struct streams *t, const struct stream_key *key)
{
	if (key->data && t->pool.used >= t->pool.capacity - t->pool.capacity / 4) {
		t->pool.full_total++;
		return NULL;
	}
	struct stream *s = pool_take(&t->pool);
	if (!s)
		return NULL;
	s->origin = key->origin;
	s->id = key->id;
	s->generation = ++t->generation;
	s->dst = key->dst;
	s->slot = key->slot;
	s->unit = key->unit;
	s->data = key->data;
	s->conference = POOL_NONE;
	s->peer = PEER_ALL;
	s->mesh_id = key->id;
	s->expiry = expiry_none();
	if (stream_list(t, s))
		return s;
	pool_give(&t->pool, s);
	return NULL;
}

bool stream_list(struct streams *t, struct stream *s)
{
	struct stream_key key = stream_key_of(s);

	if (stream_find(t, &key))
		return false;
	hash_put(&t->by_id, digest(t, &key), s->row.index);
	return true;
}

void tombstone_put(struct streams *t, const struct tombstone *stone)
{
	uint64_t key = digest(t, &stone->key);
	uint32_t index = hash_get(&t->buried, key);

	if (index == HASH_NOT_FOUND) {
		index = t->tombstone_count % t->pool.capacity;
		struct tombstone *old = &t->tombstones[index];
		if (t->tombstone_count >= t->pool.capacity)
			hash_remove(&t->buried, digest(t, &old->key));
		t->tombstone_count++;
		if (t->tombstone_count == 2 * t->pool.capacity)
			t->tombstone_count = t->pool.capacity; /* stays "full", same place */
		hash_put(&t->buried, key, index);
	}
	t->tombstones[index] = *stone;
}

void stream_bury(struct streams *t, struct stream *s, tick_t now, enum cause cause)
{
	struct stream_key key = stream_key_of(s);

	tombstone_put(t, &(struct tombstone){
				 .key = key,
				 .ended = now,
				 .cause = cause,
				 .sequence = s->sequence,
			 });
	hash_remove(&t->by_id, digest(t, &key));
	pool_give(&t->pool, s);
}

struct tombstone *tombstone_find(const struct streams *t, const struct stream_key *key)
{
	uint32_t index = hash_get(&t->buried, digest(t, key));
	return index == HASH_NOT_FOUND ? NULL : &t->tombstones[index];
}
