/*
 * Blocks: ids and addresses an operator wants to hear nothing of, for a time or until he says
 * otherwise. An id is that of a client, with the suffixes of a 7-digit one, and of a radio. A
 * client that was refused has a block of its own, which is of exactly its id and of no radio. Key:
 * the id, or the address. Written by core/block alone.
 *
 * Capacity: 256, half of it for refused clients. Full: the newest is refused.
 */
#ifndef STATE_BLOCK_H
#define STATE_BLOCK_H

#include <stdbool.h>
#include <stdint.h>

#include "base/addr.h"
#include "base/arena.h"
#include "base/expiry.h"
#include "state/pool.h"

#define BLOCKS 256u

struct block {
	struct pool_row row;
	uint32_t id; /* 0: it is of `address` */
	struct addr address;
	const char *refused; /* a client, for this; NULL: an operator's */
	struct expiry expiry;
};

struct blocks {
	struct pool pool;
};

void blocks_open(struct blocks *t, struct arena *arena);

struct block *block_get(const struct blocks *t, struct handle h);

/* The block with this id; of this client, by its id or by the first seven digits; of this radio; of
 * this address; NULL when there is none. */
struct block *block_of_id(const struct blocks *t, uint32_t id);
struct block *block_of_client(const struct blocks *t, uint32_t client);
struct block *block_of_radio(const struct blocks *t, uint32_t radio);
struct block *block_of_address(const struct blocks *t, const struct addr *address);

/* A row of this id, or, when that is 0, of this address; the one there is, or a new one. NULL when
 * full. */
struct block *block_add(struct blocks *t, uint32_t id, const struct addr *address);

#endif
