/*
 * Blocks: IDs and addresses that an operator blocked, for a time or until unblocked. A blocked ID
 * applies to clients, including those with suffixes of a 7-digit ID, and to radios. A refused
 * client gets a block that applies only to its exact client ID at the address where it was refused,
 * and to no radio: the owner of the ID may be elsewhere. Key: the id, the address, or for a refused
 * client both. Written by core/blocklist alone.
 *
 * Capacity: 256, half of it for refused clients. Full: the newest is refused.
 */
#ifndef STATE_BLOCKLIST_H
#define STATE_BLOCKLIST_H

#include <stdbool.h>
#include <stdint.h>

#include "base/addr.h"
#include "base/arena.h"
#include "base/expiry.h"
#include "state/pool.h"

#define BLOCKS 256u

struct block {
	struct pool_row row;
	uint32_t id;         /* 0: the block is of `address` */
	struct addr address; /* of a refused client; with port 0 any port of it */
	const char *refused; /* the reason a client was refused; NULL: an operator's block */
	tick_t since;
	struct expiry expiry;
};

struct blocklist {
	struct pool pool;
};

void blocklist_open(struct blocklist *t, struct arena *arena);

/* The operator's block with this ID; of this client, by its ID or the first seven digits; of this
 * address. The block of a client that was refused there; of one refused anywhere. NULL if none. */
struct block *blocklist_of_id(const struct blocklist *t, uint32_t id);
struct block *blocklist_of_client(const struct blocklist *t, uint32_t client);
struct block *blocklist_of_address(const struct blocklist *t, const struct addr *address);
struct block *blocklist_of_refused(const struct blocklist *t, uint32_t client,
                                   const struct addr *at);
struct block *blocklist_refused(const struct blocklist *t, uint32_t client);

/* The row, existing or new, of this ID or, if that is 0, of this address. NULL when full, and for
 * :: and 0.0.0.0, which nobody has. */
struct block *blocklist_add(struct blocklist *t, uint32_t id, const struct addr *address);

/* Likewise for a refused client. */
struct block *blocklist_add_refused(struct blocklist *t, uint32_t client, const struct addr *at,
                                    const char *why);

#endif
