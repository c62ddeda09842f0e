#include "base/expiry.h"

#include "base/util.h"
#include "harness/t.h"

#define ROWS 24
#define KIND 3

/* A table as its owner would keep it, and the naive model: the deadlines alone. */
static struct arena arena;
static struct expiry_heap heap;
static struct expiry rows[ROWS];
static uint32_t generations[ROWS];
static tick_t naive[ROWS];

static void open_table(uint32_t count)
{
	arena_release(&arena);
	if (arena_claim(&arena, 1 << 16))
		expiry_open(&heap, &arena, count);
	for (uint32_t i = 0; i < ROWS; i++) {
		rows[i] = expiry_none();
		generations[i] = 1;
		naive[i] = TICK_NEVER;
	}
}

static struct handle handle_of(uint32_t i)
{
	return (struct handle){i, generations[i]};
}

static bool set(uint32_t i, tick_t deadline)
{
	return expiry_set(&heap, &rows[i], KIND, handle_of(i), deadline);
}

/* The row that is due next, ROWS when none is. Leftovers are passed by. */
static uint32_t next_due(tick_t now)
{
	struct expiry_entry e;

	while (expiry_pop(&heap, now, &e)) {
		uint32_t i = e.row.index;
		if (e.row.generation == generations[i] && expiry_due(&heap, &rows[i], &e))
			return i;
	}
	return ROWS;
}

T_CASE(rows_come_out_in_order_of_time)
{
	static const tick_t times[] = {50, 10, 40, 10, 30, 20, 60, 0};
	static const uint32_t order[] = {7, 1, 3, 5, 4, 2, 0, 6};

	open_table(ROWS);
	T_CHECK(expiry_next(&heap) == TICK_NEVER);
	for (uint32_t i = 0; i < ARRAY_LEN(times); i++)
		T_CHECK(set(i, times[i]));
	for (uint32_t i = 0; i < ARRAY_LEN(order); i++) {
		T_EQUAL(expiry_next(&heap), times[order[i]]);
		T_EQUAL(next_due(times[order[i]] - 1), ROWS);
		T_EQUAL(next_due(times[order[i]]), order[i]);
	}
	T_EQUAL(heap.count, 0);
	T_EQUAL(heap.high_water, 8);
}

T_CASE(equal_times_come_out_by_kind_and_row)
{
	struct expiry x = expiry_none(), y = expiry_none();
	struct expiry_entry e;

	open_table(ROWS);
	T_CHECK(expiry_set(&heap, &x, KIND + 1, (struct handle){0, 1}, 100));
	for (uint32_t i = 0; i < ROWS; i++)
		T_CHECK(set((i * 7) % ROWS, 100));
	T_CHECK(expiry_set(&heap, &y, KIND - 1, (struct handle){ROWS, 1}, 100));
	T_CHECK(expiry_pop(&heap, 100, &e) && e.kind == KIND - 1);
	for (uint32_t i = 0; i < ROWS; i++)
		T_EQUAL(next_due(100), i);
	T_CHECK(expiry_pop(&heap, 100, &e) && e.kind == KIND + 1);
}

/* Row 0 was postponed, so its entry is the first, and both are due when somebody looks. */
T_CASE(whoever_looks_late_finds_rows_by_their_deadlines)
{
	open_table(ROWS);
	T_CHECK(set(0, 100) && set(0, 120) && set(1, 110));
	T_EQUAL(next_due(200), 1);
	T_EQUAL(next_due(200), 0);
	T_EQUAL(next_due(200), ROWS);
}

T_CASE(an_entry_carries_kind_and_row)
{
	struct expiry x = expiry_none();
	struct expiry_entry e;

	open_table(ROWS);
	T_CHECK(expiry_set(&heap, &x, 9, (struct handle){4, 77}, 5));
	T_CHECK(expiry_pop(&heap, 5, &e));
	T_EQUAL(e.kind, 9);
	T_CHECK(handle_equal(e.row, (struct handle){4, 77}));
	T_EQUAL(e.at, 5);
}

T_CASE(postponing_never_touches_the_heap)
{
	open_table(ROWS);
	T_CHECK(set(0, 100));
	for (tick_t t = 100; t < 5000; t += 60)
		T_CHECK(set(0, t));
	T_CHECK(set(0, TICK_NEVER) && set(0, 5000));
	T_EQUAL(heap.count, 1);
	T_EQUAL(expiry_next(&heap), 100);
	T_EQUAL(next_due(4999), ROWS); /* looked at once, pushed again */
	T_EQUAL(expiry_next(&heap), 5000);
	T_EQUAL(next_due(5000), 0);
	T_EQUAL(heap.count, 0);
}

T_CASE(a_cancelled_row_is_forgotten_and_can_be_set_again)
{
	open_table(ROWS);
	T_CHECK(set(0, 100) && set(0, TICK_NEVER));
	T_EQUAL(next_due(1000), ROWS);
	T_EQUAL(heap.count, 0);
	T_CHECK(set(0, 2000));
	T_EQUAL(next_due(2000), 0);
	T_EQUAL(next_due(TICK_NEVER - 1), ROWS);
}

T_CASE(an_earlier_deadline_leaves_a_leftover)
{
	open_table(ROWS);
	T_CHECK(set(0, 100) && set(0, 50));
	T_EQUAL(heap.count, 2);
	T_EQUAL(next_due(50), 0);
	T_EQUAL(next_due(100), ROWS);
	T_EQUAL(heap.count, 0);
}

T_CASE(a_released_row_is_never_due)
{
	open_table(ROWS);
	T_CHECK(set(0, 100));
	generations[0]++;
	rows[0] = expiry_none();
	T_CHECK(set(0, 200));
	T_EQUAL(next_due(199), ROWS);
	T_EQUAL(next_due(200), 0);
}

static void rebuild(void)
{
	expiry_clear(&heap);
	for (uint32_t i = 0; i < ROWS; i++)
		T_CHECK(expiry_put_back(&heap, &rows[i], KIND, handle_of(i)));
}

T_CASE(a_full_heap_refuses_until_it_is_rebuilt)
{
	tick_t t = 1000000;

	open_table(ROWS);
	for (uint32_t i = 0; i < ROWS; i++)
		T_CHECK(set(i, t - i));
	while (set(0, t -= 10) && t > 0)
		;
	T_EQUAL(heap.count, 2 * ROWS);
	T_EQUAL(rows[0].deadline, t); /* the row knows although the heap does not */
	T_CHECK(set(1, 2000000));     /* needs no entry */
	rebuild();
	T_EQUAL(heap.count, ROWS);
	T_EQUAL(heap.rebuilds_total, 1);
	T_EQUAL(heap.high_water, 2 * ROWS);
	T_EQUAL(next_due(t), 0);
	for (uint32_t i = ROWS; i-- > 2;)
		T_EQUAL(next_due(1000000), i);
	T_EQUAL(next_due(1999999), ROWS);
	T_EQUAL(next_due(2000000), 1);
}

T_CASE(a_heap_without_rows_refuses)
{
	open_table(0);
	T_CHECK(!set(0, 1));
	T_CHECK(set(1, TICK_NEVER));
	T_CHECK(expiry_next(&heap) == TICK_NEVER);
}

/* All rows due at `now` come out, each once; no other does. */
static void compare_due(tick_t now)
{
	for (uint32_t i; (i = next_due(now)) != ROWS;) {
		T_CHECK(naive[i] <= now && naive[i] == rows[i].deadline);
		T_CHECK(rows[i].hint == TICK_NEVER);
		naive[i] = TICK_NEVER;
		T_CHECK(set(i, TICK_NEVER));
	}
	for (uint32_t i = 0; i < ROWS; i++)
		T_CHECK(naive[i] > now);
}

static void change(uint32_t i, uint32_t what, tick_t deadline)
{
	if (what == 0) { /* released and taken again */
		generations[i]++;
		rows[i] = expiry_none();
		deadline = TICK_NEVER;
	} else if (what == 1) {
		deadline = TICK_NEVER;
	}
	naive[i] = deadline;
	if (!set(i, deadline))
		rebuild();
}

T_CASE(it_agrees_with_a_naive_model)
{
	uint32_t seed = 1;
	tick_t now = 0;

	open_table(ROWS);
	for (int n = 0; n < 50000 && !t_failed(); n++) {
		seed = seed * 1664525 + 1013904223;
		uint32_t i = (seed >> 8) % ROWS, what = (seed >> 16) % 16;
		tick_t deadline = now + (seed >> 20) % 997;
		if (what < 14) {
			change(i, what, deadline);
		} else {
			now += deadline % 40;
			compare_due(now);
		}
		T_CHECK(heap.count <= heap.capacity);
		T_CHECK(naive[i] == TICK_NEVER || expiry_next(&heap) <= naive[i]);
	}
	T_CHECK(heap.rebuilds_total > 10);
	compare_due(now + 2000);
	arena_release(&arena);
}

T_CASE(more_rows_than_numbers_need_the_whole_heap)
{
	struct expiry_heap whole;
	struct arena measure;

	arena_measure(&measure);
	expiry_open(&whole, &measure, UINT32_MAX / 2 + 1);
	T_EQUAL(whole.capacity, UINT32_MAX);
	arena_measure(&measure);
	expiry_open(&whole, &measure, UINT32_MAX / 2);
	T_EQUAL(whole.capacity, UINT32_MAX - 1);
}

/* The poller takes an int; what is further away than that is looked at again. */
T_CASE(a_wait_is_an_int)
{
	T_EQUAL(tick_wait_ms(TICK_NEVER), -1);
	T_EQUAL(tick_wait_ms(-5), 0);
	T_EQUAL(tick_wait_ms(5), 5);
	T_EQUAL(tick_wait_ms((tick_t)INT32_MAX + 1), INT32_MAX);
	T_EQUAL(tick_wait_ms(INT32_MAX), INT32_MAX);
	T_EQUAL(tick_wait_ms((tick_t)INT32_MAX + 1), INT32_MAX);
}

T_MAIN()
