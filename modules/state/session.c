#include "state/session.h"

#include "base/cursor.h"

void sessions_open(struct sessions *t, struct arena *arena, uint32_t capacity, uint64_t secret)
{
	pool_open(&t->pool, arena, "sessions", capacity, sizeof(struct session));
	hash_open(&t->by_id, arena, "sessions by id", capacity, secret);
	hash_open(&t->by_address, arena, "sessions by address", capacity, secret);
	hash_open(&t->by_radio, arena, "sessions by radio", capacity, secret);
}

/* The whole IPv4 address, or the network of an IPv6 one; mapped addresses begin with zeros, as no
 * IPv6 network does. */
static uint64_t address_key(const struct addr *a)
{
	struct rd r = rd_make(addr_is_v4(a) ? a->ip + 8 : a->ip, 8);

	return rd_u64(&r);
}

uint32_t sessions_of_address(const struct sessions *t, const struct addr *address)
{
	uint32_t count = hash_get(&t->by_address, address_key(address));
	return count == HASH_NOT_FOUND ? 0 : count;
}

static void count_address(struct sessions *t, const struct session *s, bool more)
{
	uint32_t count = sessions_of_address(t, &s->at.to);

	if (s->at.to.port == 0)
		return; /* no address so far */
	if (!more && count == 1)
		hash_remove(&t->by_address, address_key(&s->at.to));
	else
		hash_put(&t->by_address, address_key(&s->at.to), more ? count + 1 : count - 1);
}

/* Without its suffix, if any. */
uint32_t session_radio(uint32_t id)
{
	while (id > SESSION_RADIO_MAX)
		id /= 10;
	return id;
}

uint32_t sessions_of_radio(const struct sessions *t, uint32_t radio)
{
	uint32_t count = hash_get(&t->by_radio, radio);
	return count == HASH_NOT_FOUND ? 0 : count;
}

static void count_radio(struct sessions *t, uint32_t id, bool more)
{
	uint32_t radio = session_radio(id), count = sessions_of_radio(t, radio);

	if (!more && count <= 1)
		hash_remove(&t->by_radio, radio);
	else
		hash_put(&t->by_radio, radio, more ? count + 1 : count - 1);
}

void session_place(struct sessions *t, struct session *s, const struct endpoint *at)
{
	count_address(t, s, false);
	s->at = *at;
	count_address(t, s, true);
}

struct session *session_find(const struct sessions *t, uint32_t id)
{
	uint32_t index = hash_get(&t->by_id, id);
	struct session *s = index == HASH_NOT_FOUND ? NULL : pool_at(&t->pool, index);

	return s && !session_is_uplink(s) ? s : NULL;
}

struct session *session_get(const struct sessions *t, struct handle h)
{
	return pool_get(&t->pool, h);
}

void session_clear(struct session *s)
{
	s->expiry = expiry_none();
	s->ident_due = expiry_none();
	for (int i = 0; i < 2; i++) {
		s->slot[i].subscriptions = POOL_NONE;
		s->slot[i].mute_until = s->slot[i].busy_last = s->slot[i].closed = TICK_LONG_AGO;
		s->slot[i].voice_last = s->slot[i].data_out = TICK_LONG_AGO;
	}
}

static struct session *add(struct sessions *t, struct source source, uint32_t id)
{
	struct session *s = pool_take(&t->pool);

	if (!s)
		return NULL;
	s->source = source;
	s->id = id;
	session_clear(s);
	return s;
}

bool session_list(struct sessions *t, struct session *s)
{
	if (session_find(t, s->id))
		return false;
	hash_put(&t->by_id, s->id, s->row.index);
	count_address(t, s, true);
	count_radio(t, s->id, true);
	return true;
}

struct session *session_add(struct sessions *t, uint32_t id)
{
	struct session *s = add(t, source_client(id), id);

	if (!s)
		return NULL;
	hash_put(&t->by_id, id, s->row.index);
	count_radio(t, id, true);
	return s;
}

struct session *session_add_uplink(struct sessions *t, uint32_t index, uint32_t id)
{
	return add(t, (struct source){SOURCE_UPLINK, index}, id);
}

void session_remove(struct sessions *t, struct session *s)
{
	if (!session_is_uplink(s)) {
		hash_remove(&t->by_id, s->id);
		count_address(t, s, false);
		count_radio(t, s->id, false);
	}
	pool_give(&t->pool, s);
}
