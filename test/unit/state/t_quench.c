#include "state/quench.h"

#include "harness/t.h"

static struct arena arena;
static struct quenches quenches;

static void open_table(uint32_t peers)
{
	arena_release(&arena);
	arena_measure(&arena);
	quenches_open(&quenches, &arena, peers, 1);
	if (arena_claim(&arena, arena.used))
		quenches_open(&quenches, &arena, peers, 1);
}

T_CASE(a_quench_is_of_peer_stream_and_talkgroup)
{
	open_table(3);
	struct quench *c = quench_make(&quenches, 1, 5, 91);
	T_CHECK(quench_make(&quenches, 1, 5, 91) == c);
	T_CHECK(!quench_find(&quenches, 0, 5, 91));
	T_CHECK(!quench_find(&quenches, 1, 5, 92));
	T_CHECK(!quench_find(&quenches, 1, 6, 91));
	T_CHECK(!quench_holds(c, 1000));
	c->held = true;
	c->since = c->touched = 1000;
	T_CHECK(quench_holds(c, 1000 + QUENCH_KEEP_MS - 1));
	T_CHECK(!quench_holds(c, 1000 + QUENCH_KEEP_MS));
	c->touched = 1000 + QUENCH_CAP_MS;
	T_CHECK(!quench_holds(c, 1000 + QUENCH_CAP_MS));
}

/* Another configuration may have the link at another place. */
T_CASE(a_restored_quench_is_of_the_link_it_is_given_to)
{
	open_table(3);
	struct quench from = *quench_make(&quenches, 2, 5, 91);
	from.since = 1234;
	open_table(3);
	quench_restore(&quenches, 1, &from);
	const struct quench *c = quench_find(&quenches, 1, 5, 91);
	T_CHECK(c && c->since == 1234);
	T_CHECK(quench_make(&quenches, 1, 5, 91) == c);
	quenches_forget(&quenches, 1);
	T_CHECK(!quench_find(&quenches, 1, 5, 91));
}

T_CASE(a_flood_of_quenches_reaches_its_own_link_only)
{
	open_table(2);
	quench_make(&quenches, 0, 1, 91);
	for (uint32_t i = 0; i < 10 * QUENCHES_PER_PEER; i++)
		quench_make(&quenches, 1, i, 91);
	T_CHECK(quench_find(&quenches, 0, 1, 91));
	T_CHECK(!quench_find(&quenches, 1, 0, 91));
	T_EQUAL(quenches.by_key.count, QUENCHES_PER_PEER + 1);
	quenches_forget(&quenches, 1);
	T_EQUAL(quenches.by_key.count, 1);
	T_CHECK(quench_find(&quenches, 0, 1, 91));
}

T_MAIN()
