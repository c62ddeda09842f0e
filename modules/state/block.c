#include "state/block.h"

#define ID_DIGITS_MAX 9999999u /* seven digits: what an id has without its suffix */

void blocks_open(struct blocks *t, struct arena *arena)
{
	pool_open(&t->pool, arena, "blocks", BLOCKS, sizeof(struct block));
}

struct block *block_get(const struct blocks *t, struct handle h)
{
	return pool_get(&t->pool, h);
}

struct block *block_of_id(const struct blocks *t, uint32_t id)
{
	struct block *b;

	for (uint32_t at = POOL_NONE; id && (b = pool_next(&t->pool, &at));)
		if (b->id == id)
			return b;
	return NULL;
}

struct block *block_of_radio(const struct blocks *t, uint32_t radio)
{
	struct block *b = block_of_id(t, radio);

	return b && !b->refused ? b : NULL;
}

struct block *block_of_client(const struct blocks *t, uint32_t client)
{
	struct block *b = block_of_id(t, client);
	uint32_t base = client;

	while (base > ID_DIGITS_MAX)
		base /= 10;
	return b || base == client ? b : block_of_radio(t, base);
}

struct block *block_of_address(const struct blocks *t, const struct addr *address)
{
	struct block *b;

	for (uint32_t at = POOL_NONE; (b = pool_next(&t->pool, &at));)
		if (!b->id && addr_same_ip(&b->address, address))
			return b;
	return NULL;
}

struct block *block_add(struct blocks *t, uint32_t id, const struct addr *address)
{
	struct block *b = id ? block_of_id(t, id) : block_of_address(t, address);

	if (b)
		return b;
	b = pool_take(&t->pool);
	if (!b)
		return NULL;
	b->id = id;
	if (!id)
		b->address = *address;
	b->expiry = expiry_none();
	return b;
}
