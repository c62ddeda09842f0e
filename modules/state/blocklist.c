#include "state/blocklist.h"

#define ID_DIGITS_MAX 9999999u /* seven digits: an ID without suffix */

void blocklist_open(struct blocklist *t, struct arena *arena)
{
	pool_open(&t->pool, arena, "blocks", BLOCKS, sizeof(struct block));
}

struct block *blocklist_of_id(const struct blocklist *t, uint32_t id)
{
	POOL_EACH(struct block *, b, &t->pool)
		if (id && b->id == id && !b->refused)
			return b;
	return NULL;
}

struct block *blocklist_of_client(const struct blocklist *t, uint32_t client)
{
	struct block *b = blocklist_of_id(t, client);
	uint32_t base = client;

	while (base > ID_DIGITS_MAX)
		base /= 10;
	return b || base == client ? b : blocklist_of_id(t, base);
}

struct block *blocklist_of_address(const struct blocklist *t, const struct addr *address)
{
	POOL_EACH(struct block *, b, &t->pool)
		if (!b->id && addr_same_ip(&b->address, address))
			return b;
	return NULL;
}

static bool is_at(const struct block *b, const struct addr *at)
{
	return addr_same_ip(&b->address, at) && (!b->address.port || b->address.port == at->port);
}

struct block *blocklist_of_refused(const struct blocklist *t, uint32_t client,
                                   const struct addr *at)
{
	POOL_EACH(struct block *, b, &t->pool)
		if (b->refused && b->id == client && is_at(b, at))
			return b;
	return NULL;
}

struct block *blocklist_refused(const struct blocklist *t, uint32_t client)
{
	POOL_EACH(struct block *, b, &t->pool)
		if (b->refused && b->id == client)
			return b;
	return NULL;
}

static struct block *add(struct blocklist *t, uint32_t id, const struct addr *address,
                         const char *refused)
{
	struct block *b = id || !addr_is_any(address) ? pool_take(&t->pool) : NULL;

	if (!b)
		return NULL;
	b->id = id;
	if (address)
		b->address = *address;
	b->refused = refused;
	b->expiry = expiry_none();
	return b;
}

struct block *blocklist_add(struct blocklist *t, uint32_t id, const struct addr *address)
{
	struct block *b = id ? blocklist_of_id(t, id) : blocklist_of_address(t, address);

	return b ? b : add(t, id, id ? NULL : address, NULL);
}

struct block *blocklist_add_refused(struct blocklist *t, uint32_t client, const struct addr *at,
                                    const char *why)
{
	struct block *b = blocklist_of_refused(t, client, at);

	return b ? b : add(t, client, at, why);
}
