#include "state/decision.h"

#include "harness/t.h"

static struct arena arena;
static struct decisions ring;

static void open_ring(void)
{
	arena_release(&arena);
	arena_measure(&arena);
	decisions_open(&ring, &arena);
	if (arena_claim(&arena, arena.used))
		decisions_open(&ring, &arena);
}

static struct decision about(uint32_t radio, tick_t at)
{
	return (struct decision){
		.at = at, .who = source_client(5), .radio = radio, .tg = 91, .words = "w"};
}

static void add(uint32_t radio, tick_t at)
{
	struct decision d = about(radio, at);

	decision_add(&ring, &d);
}

T_CASE(a_repeated_decision_is_counted_and_is_the_newest)
{
	open_ring();
	T_CHECK(!decision_at(&ring, 0));
	add(1, 10);
	add(2, 20);
	add(3, 30);
	add(1, 40);
	T_EQUAL(decision_at(&ring, 0)->radio, 1);
	T_EQUAL(decision_at(&ring, 0)->times, 2);
	T_EQUAL(decision_at(&ring, 0)->at, 40);
	T_EQUAL(decision_at(&ring, 1)->radio, 3);
	T_EQUAL(decision_at(&ring, 1)->times, 1);
	T_EQUAL(decision_at(&ring, 2)->radio, 2);
	T_CHECK(!decision_at(&ring, 3));
}

T_CASE(decisions_that_differ_in_one_thing_are_two)
{
	struct decision d = about(1, 10);

	open_ring();
	decision_add(&ring, &d);
	d.who = source_client(6);
	decision_add(&ring, &d);
	d.radio = 2;
	decision_add(&ring, &d);
	d.slot = 1;
	decision_add(&ring, &d);
	d.tg = 92;
	decision_add(&ring, &d);
	d.words = "v";
	decision_add(&ring, &d);
	d.number = 3;
	decision_add(&ring, &d);
	T_EQUAL(ring.count, 7);
	decision_add(&ring, &d);
	T_EQUAL(ring.count, 7);
}

T_CASE(only_the_last_ones_are_searched)
{
	open_ring();
	add(100, 0);
	for (uint32_t i = 1; i < DECISIONS_LAST; i++)
		add(i, i);
	add(100, 50);
	T_EQUAL(ring.count, DECISIONS_LAST);
	open_ring();
	add(100, 0);
	for (uint32_t i = 1; i <= DECISIONS_LAST; i++)
		add(i, i);
	add(100, 50);
	T_EQUAL(ring.count, DECISIONS_LAST + 2);
}

T_CASE(full_ring_replaces_the_oldest)
{
	open_ring();
	for (uint32_t i = 1; i <= DECISIONS + 5; i++)
		add(i, i);
	T_EQUAL(decision_at(&ring, 0)->radio, DECISIONS + 5);
	T_EQUAL(decision_at(&ring, DECISIONS - 1)->radio, 6);
	T_CHECK(!decision_at(&ring, DECISIONS));
}

T_MAIN()
