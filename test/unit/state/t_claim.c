#include "state/claim.h"

#include "harness/t.h"
#include "state/stream.h"

static struct arena arena;
static struct claims claims;

static void open_table(uint32_t rows)
{
	arena_release(&arena);
	arena_measure(&arena);
	claims_open(&claims, &arena, rows, 1);
	if (arena_claim(&arena, arena.used))
		claims_open(&claims, &arena, rows, 1);
}

T_CASE(a_claim_is_of_stream_number_and_kind)
{
	open_table(8);
	struct claim *c = claim_take(&claims, claim_key(1, 91, false), 7, 1000);
	T_CHECK(claim_find(&claims, claim_key(1, 91, false), 1000) == c);
	T_CHECK(!claim_find(&claims, claim_key(1, 92, false), 1000));
	T_CHECK(!claim_find(&claims, claim_key(2, 91, false), 1000));
	T_CHECK(!claim_find(&claims, claim_key(1, 91, true), 1000));
	T_EQUAL(c->origin, 7);
}

T_CASE(a_claim_counts_for_three_minutes)
{
	open_table(8);
	uint64_t key = claim_key(1, 91, false);
	claim_take(&claims, key, 7, 1000);
	T_CHECK(claim_find(&claims, key, 1000 + CLAIM_KEEP_MS - 1));
	T_CHECK(!claim_find(&claims, key, 1000 + CLAIM_KEEP_MS));
	T_EQUAL(claim_take(&claims, key, 8, 1000 + CLAIM_KEEP_MS)->origin, 8);
	T_EQUAL(claims.used, 1);
}

T_CASE(who_has_to_give_way)
{
	const uint32_t client = 234567801, uplink = ORIGIN_UPLINK, peer = ORIGIN_PEER;

	open_table(8);
	struct claim *c = claim_take(&claims, claim_key(1, 91, false), client, 1000);
	T_CHECK(!claim_outranks(c, client, 1000));
	T_CHECK(claim_outranks(c, uplink, 1000) && claim_outranks(c, peer, 1999));
	T_CHECK(!claim_outranks(c, uplink, 2000) && !claim_outranks(c, peer, 2000));
	c->ended = true;
	T_CHECK(claim_outranks(c, uplink, 1000) && claim_outranks(c, peer, 100000));
	c = claim_take(&claims, claim_key(2, 91, false), uplink, 1000);
	T_CHECK(!claim_outranks(c, uplink, 1000));
	T_CHECK(claim_outranks(c, uplink + 1, 1999) && claim_outranks(c, peer, 1999));
	T_CHECK(!claim_outranks(c, uplink + 1, 2000) && !claim_outranks(c, peer, 2000));
	c->ended = true; /* perhaps not by who spoke: as its silence */
	c->seen = 3000;
	T_CHECK(claim_outranks(c, peer, 1999) && !claim_outranks(c, peer, 2000));
	T_CHECK(claim_is_over(c, 1999) && !claim_is_over(c, 2000));
	c = claim_take(&claims, claim_key(3, 91, false), peer, 1000);
	T_CHECK(!claim_is_over(c, 1000));
	c->ended = true; /* copies of it keep it */
	c->seen = 3000;
	T_CHECK(claim_outranks(c, uplink, 3999) && !claim_outranks(c, uplink, 4000));
	T_CHECK(claim_is_over(c, 4000));
}

T_CASE(full_table_replaces_the_oldest_that_is_silent)
{
	open_table(4);
	for (uint32_t i = 0; i < 4; i++)
		claim_take(&claims, claim_key(i, 91, false), i, 1000);
	claim_find(&claims, claim_key(0, 91, false), 1000)->last = 2500;
	claim_take(&claims, claim_key(9, 91, false), 9, 2600);
	T_CHECK(claim_find(&claims, claim_key(0, 91, false), 2600));
	T_CHECK(!claim_find(&claims, claim_key(1, 91, false), 2600));
	T_CHECK(claim_find(&claims, claim_key(9, 91, false), 2600));
	T_EQUAL(claims.by_key.count, 4);
}

T_MAIN(T_ENTRY(who_has_to_give_way), T_ENTRY(a_claim_is_of_stream_number_and_kind),
       T_ENTRY(a_claim_counts_for_three_minutes),
       T_ENTRY(full_table_replaces_the_oldest_that_is_silent))
