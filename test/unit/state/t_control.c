#include "state/control.h"

#include "harness/t.h"

static struct arena arena;
static struct controls controls;

static void open_table(uint32_t peers)
{
	arena_release(&arena);
	arena_measure(&arena);
	controls_open(&controls, &arena, peers, 1);
	if (arena_claim(&arena, arena.used))
		controls_open(&controls, &arena, peers, 1);
}

T_CASE(a_quench_is_of_peer_stream_and_talkgroup)
{
	open_table(3);
	struct control *c = control_make(&controls, 1, 5, 91);
	T_CHECK(control_make(&controls, 1, 5, 91) == c);
	T_CHECK(!control_find(&controls, 0, 5, 91));
	T_CHECK(!control_find(&controls, 1, 5, 92));
	T_CHECK(!control_find(&controls, 1, 6, 91));
	T_CHECK(!control_holds(c, 1000));
	c->held = true;
	c->since = c->touched = 1000;
	T_CHECK(control_holds(c, 1000 + CONTROL_KEEP_MS - 1));
	T_CHECK(!control_holds(c, 1000 + CONTROL_KEEP_MS));
	c->touched = 1000 + CONTROL_CAP_MS;
	T_CHECK(!control_holds(c, 1000 + CONTROL_CAP_MS));
}

T_CASE(a_flood_of_quenches_reaches_its_own_link_only)
{
	open_table(2);
	control_make(&controls, 0, 1, 91);
	for (uint32_t i = 0; i < 10 * CONTROLS_PER_PEER; i++)
		control_make(&controls, 1, i, 91);
	T_CHECK(control_find(&controls, 0, 1, 91));
	T_CHECK(!control_find(&controls, 1, 0, 91));
	T_EQUAL(controls.by_key.count, CONTROLS_PER_PEER + 1);
	controls_forget(&controls, 1);
	T_EQUAL(controls.by_key.count, 1);
	T_CHECK(control_find(&controls, 0, 1, 91));
}

T_MAIN(T_ENTRY(a_quench_is_of_peer_stream_and_talkgroup),
       T_ENTRY(a_flood_of_quenches_reaches_its_own_link_only))
