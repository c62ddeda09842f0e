#include "state/session.h"

void sessions_open(struct sessions *t, struct arena *arena, uint32_t capacity, uint64_t secret)
{
	pool_open(&t->pool, arena, "sessions", capacity, sizeof(struct session));
	hash_open(&t->by_id, arena, "sessions by id", capacity, secret);
}

struct session *session_find(const struct sessions *t, uint32_t id)
{
	uint32_t index = hash_get(&t->by_id, id);
	return index == HASH_NOT_FOUND ? NULL : pool_at(&t->pool, index);
}

struct session *session_get(const struct sessions *t, struct handle h)
{
	return pool_get(&t->pool, h);
}

struct session *session_add_unlisted(struct sessions *t, uint32_t id)
{
	struct session *s = pool_take(&t->pool);

	if (!s)
		return NULL;
	s->id = s->told_id = id;
	s->expiry = expiry_none();
	s->ident_due = expiry_none();
	for (int i = 0; i < 2; i++) {
		s->slot[i].subscriptions = POOL_NONE;
		s->slot[i].mute_until = s->slot[i].busy_last = s->slot[i].closed = TICK_LONG_AGO;
	}
	return s;
}

struct session *session_add(struct sessions *t, uint32_t id)
{
	struct session *s = session_add_unlisted(t, id);

	if (s)
		hash_put(&t->by_id, id, s->row.index);
	return s;
}

void session_remove(struct sessions *t, struct session *s)
{
	hash_remove(&t->by_id, s->id);
	pool_give(&t->pool, s);
}
