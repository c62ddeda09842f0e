#include "base/arena.h"

#include <errno.h>
#include <stdint.h>
#include <string.h>

#include "harness/t.h"

struct odd_row {
	char c[37];
};

/* The set-up code that runs twice. */
static void set_up(struct arena *arena, void *cuts[static 3])
{
	cuts[0] = arena_cut(arena, "rows", 10, sizeof(struct odd_row));
	cuts[1] = arena_cut(arena, "index", 3, 1);
	cuts[2] = arena_cut(arena, "rows", 1, 8);
}

T_CASE(measured_size_is_exactly_enough)
{
	struct arena arena;
	void *cuts[3];

	arena_measure(&arena);
	set_up(&arena, cuts);
	T_CHECK(!cuts[0] && !cuts[1] && !cuts[2]);
	size_t size = arena.used;
	T_CHECK(arena_claim(&arena, size));
	set_up(&arena, cuts);
	T_CHECK(cuts[0] && cuts[1] && cuts[2]);
	T_EQUAL(arena.used, size);
	T_CHECK(arena_cut(&arena, "more", 1, 1) == NULL);
	T_EQUAL(arena.used, size);
	memset(cuts[2], 1, 64); /* the last line ends in the block: the sanitiser checks it */
	arena_release(&arena);
}

T_CASE(cuts_are_zeroed_apart_and_on_cache_lines)
{
	static const uint8_t zeros[370];
	struct arena arena;
	void *cuts[3];

	T_CHECK(arena_claim(&arena, 1024));
	set_up(&arena, cuts);
	for (size_t i = 0; i < 3; i++)
		T_EQUAL((uintptr_t)cuts[i] % 64, 0);
	T_BYTES(cuts[0], zeros, 370);
	memset(cuts[0], 0xff, 370);
	T_BYTES(cuts[1], zeros, 3);
	memset(cuts[1], 0xff, 3);
	T_BYTES(cuts[2], zeros, 8);
	arena_release(&arena);
	T_CHECK(arena.block == NULL && arena.used == 0);
}

T_CASE(blocks_of_all_sizes_begin_on_a_cache_line)
{
	for (size_t size = 64; size <= 2048; size += 16) {
		struct arena arena;
		T_CHECK(arena_claim(&arena, size));
		T_EQUAL((uintptr_t)arena.block % 64, 0);
		memset(arena.block, 1, size);
		arena_release(&arena);
	}
}

T_CASE(cuts_of_one_name_are_listed_in_one_row)
{
	struct arena arena;
	void *cuts[3];

	arena_measure(&arena);
	set_up(&arena, cuts);
	T_EQUAL(arena.cuts, 2);
	T_TEXT(arena.cut[0].name, "rows");
	T_EQUAL(arena.cut[0].rows, 11);
	T_EQUAL(arena.cut[0].bytes, 384 + 64);
	T_TEXT(arena.cut[1].name, "index");
	T_EQUAL(arena.cut[0].bytes + arena.cut[1].bytes, arena.used);
}

T_CASE(more_names_than_rows_are_still_counted)
{
	static char names[ARENA_CUTS_MAX + 2][4];
	struct arena arena;

	arena_measure(&arena);
	for (size_t i = 0; i < ARENA_CUTS_MAX + 2; i++) {
		names[i][0] = (char)('0' + i / 10);
		names[i][1] = (char)('0' + i % 10);
		arena_cut(&arena, names[i], 1, 64);
	}
	T_EQUAL(arena.cuts, ARENA_CUTS_MAX);
	T_EQUAL(arena.used, (ARENA_CUTS_MAX + 2) * 64);
}

T_CASE(a_size_that_does_not_fit_cannot_be_claimed)
{
	static const struct {
		size_t rows, row_size;
	} huge[] = {{SIZE_MAX / 2, 3}, {SIZE_MAX, 1}, {2, SIZE_MAX - 5}, {SIZE_MAX / 8 + 1, 8}};

	for (size_t i = 0; i < sizeof(huge) / sizeof(huge[0]); i++) {
		struct arena arena;
		arena_measure(&arena);
		arena_cut(&arena, "small", 1, 1);
		arena_cut(&arena, "huge", huge[i].rows, huge[i].row_size);
		arena_cut(&arena, "small", 1, 1);
		T_CHECK(arena.used == SIZE_MAX);
		T_CHECK(!arena_claim(&arena, arena.used));
		T_EQUAL(errno, ENOMEM);
		T_CHECK(arena_claim(&arena, 64));
		T_CHECK(arena_cut(&arena, "huge", huge[i].rows, huge[i].row_size) == NULL);
		arena_release(&arena);
	}
}

/* The largest that can be counted in whole lines of the cache, and the next. */
T_CASE(a_size_is_counted_up_to_the_last)
{
	struct arena arena;

	arena_measure(&arena);
	arena_cut(&arena, "huge", SIZE_MAX - 63, 1);
	T_CHECK(arena.used == SIZE_MAX - 63);
	T_CHECK(!arena_claim(&arena, arena.used));
	arena_measure(&arena);
	arena_cut(&arena, "huge", SIZE_MAX - 64, 1);
	T_CHECK(arena.used == SIZE_MAX - 63);
	arena_measure(&arena);
	arena_cut(&arena, "huge", SIZE_MAX - 62, 1);
	T_CHECK(arena.used == SIZE_MAX);
}

T_CASE(rows_of_no_size_need_no_room)
{
	struct arena arena;

	arena_measure(&arena);
	arena_cut(&arena, "nothing", 5, 0);
	T_EQUAL(arena.used, 0);
}

T_CASE(an_empty_arena_gives_nothing)
{
	struct arena arena;

	T_CHECK(arena_claim(&arena, 0));
	T_CHECK(arena_cut(&arena, "row", 1, 1) == NULL);
	arena_release(&arena);
	arena_release(&arena);
}

T_MAIN()
