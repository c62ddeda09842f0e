#include "state/pool.h"

#include <stdbool.h>
#include <string.h>

#include "base/util.h"
#include "harness/t.h"

struct thing {
	struct pool_row row;
	uint64_t value;
	char odd[3]; /* so that rows are not of a size that happens to be aligned */
};

#define THINGS 7u

static struct arena arena;
static struct pool pool;

static bool open_pool(void)
{
	struct arena measure;

	arena_release(&arena);
	arena_measure(&measure);
	pool_open(&pool, &measure, "things", THINGS, sizeof(struct thing));
	if (!arena_claim(&arena, measure.used))
		return false;
	pool_open(&pool, &arena, "things", THINGS, sizeof(struct thing));
	return pool.rows != NULL;
}

T_CASE(a_handle_finds_its_row_until_it_is_given_back)
{
	T_CHECK(open_pool());
	struct thing *a = pool_take(&pool);
	T_CHECK(a && a->value == 0);
	struct handle h = pool_handle(&a->row);
	T_CHECK(!handle_is_none(h) && pool_get(&pool, h) == a && pool_at(&pool, h.index) == a);
	pool_give(&pool, a);
	T_CHECK(!pool_get(&pool, h) && !pool_at(&pool, h.index));
}

T_CASE(a_stale_handle_does_not_find_the_next_holder)
{
	struct handle stale[100];

	T_CHECK(open_pool());
	for (size_t i = 0; i < ARRAY_LEN(stale); i++) {
		struct thing *a = pool_take(&pool);
		T_CHECK(a && a->row.index == 0);
		for (size_t k = 0; k < i; k++)
			T_CHECK(!pool_get(&pool, stale[k]));
		stale[i] = pool_handle(&a->row);
		T_CHECK(pool_get(&pool, stale[i]) == a);
		pool_give(&pool, a);
	}
}

T_CASE(no_handle_finds_nothing)
{
	T_CHECK(open_pool());
	T_CHECK(!pool_get(&pool, HANDLE_NONE));
	T_CHECK(!pool_get(&pool, (struct handle){0, 1}) &&
	        !pool_get(&pool, (struct handle){THINGS, 1}));
	T_CHECK(!pool_at(&pool, 0) && !pool_at(&pool, THINGS) && !pool_at(&pool, POOL_NONE));
	T_CHECK(pool_take(&pool) != NULL);
	T_CHECK(!pool_get(&pool, HANDLE_NONE) && !pool_get(&pool, (struct handle){0, 0}));
	T_CHECK(!pool_get(&pool, (struct handle){UINT32_MAX, 1}));
}

T_CASE(a_row_comes_zeroed_whatever_it_held)
{
	T_CHECK(open_pool());
	struct thing *a = pool_take(&pool);
	a->value = UINT64_MAX;
	memset(a->odd, 'x', sizeof(a->odd));
	pool_give(&pool, a);
	struct thing *b = pool_take(&pool);
	T_CHECK(b == a && b->value == 0 && b->odd[0] == 0 && b->odd[2] == 0 &&
	        b->row.next_free == 0);
}

T_CASE(full_table_refuses_newest)
{
	struct thing *all[THINGS];

	T_CHECK(open_pool());
	for (size_t i = 0; i < THINGS; i++) {
		all[i] = pool_take(&pool);
		T_CHECK(all[i] && all[i]->row.index == i && (uintptr_t)all[i] % 16 == 0);
	}
	T_CHECK(!pool_take(&pool) && !pool_take(&pool));
	T_EQUAL(pool.full_total, 2);
	T_EQUAL(pool.used, THINGS);
	T_EQUAL(pool.high_water, THINGS);
	for (size_t i = 0; i < THINGS; i++)
		T_CHECK(pool_get(&pool, pool_handle(&all[i]->row)) == all[i]);
	pool_give(&pool, all[3]);
	T_CHECK(pool_take(&pool) == all[3] && !pool_take(&pool));
	T_EQUAL(pool.high_water, THINGS);
}

T_CASE(last_given_back_is_first_taken)
{
	struct thing *all[4];

	T_CHECK(open_pool());
	for (size_t i = 0; i < ARRAY_LEN(all); i++)
		all[i] = pool_take(&pool);
	pool_give(&pool, all[1]);
	pool_give(&pool, all[3]);
	T_CHECK(pool_take(&pool) == all[3] && pool_take(&pool) == all[1]);
	T_EQUAL(pool.fresh, 4);
}

T_CASE(a_row_is_taken_at_its_place)
{
	T_CHECK(open_pool());
	struct thing *a = pool_take(&pool), *b = pool_take(&pool);
	pool_give(&pool, a);
	struct thing *c = pool_take_at(&pool, 4);
	T_CHECK(c && c->row.index == 4 && pool.used == 2);
	T_CHECK(!pool_take_at(&pool, 4) && !pool_take_at(&pool, 1) && !pool_take_at(&pool, THINGS));
	struct thing *d = pool_take_at(&pool, 2); /* behind others that are free */
	T_CHECK(d && d->row.index == 2 && pool_is_sound(&pool));
	T_EQUAL(b->row.index, 1);
	for (uint32_t i = pool.used; i < THINGS; i++)
		T_CHECK(pool_take(&pool));
	T_CHECK(!pool_take(&pool) && pool_is_sound(&pool));
}

/* Each in a pool of three that lived, of which one was given back. */
T_CASE(an_unsound_pool_is_known)
{
	for (unsigned fault = 0; fault < 7; fault++) {
		T_CHECK(open_pool());
		struct thing *a = pool_take(&pool), *b = pool_take(&pool), *c = pool_take(&pool);
		pool_give(&pool, b);
		T_CHECK(pool_is_sound(&pool));
		if (fault == 0)
			pool.used++;
		else if (fault == 1)
			pool.fresh = THINGS + 1;
		else if (fault == 2)
			pool.used = pool.fresh + 1;
		else if (fault == 3)
			c->row.index = 0;
		else if (fault == 4) /* which lives, and is the last */
			pool.free = a->row.index, a->row.next_free = POOL_NONE;
		else if (fault == 5)
			pool.free = THINGS; /* which was never taken */
		else
			b->row.next_free = 2; /* the list goes on */
		T_CHECK(!pool_is_sound(&pool));
	}
}

T_CASE(a_scan_meets_every_live_row_once)
{
	struct thing *all[THINGS];
	uint64_t random = 7;

	T_CHECK(open_pool());
	memset(all, 0, sizeof(all));
	for (int turn = 0; turn < 5000; turn++) {
		random = random * 6364136223846793005u + 1442695040888963407u;
		size_t i = (size_t)(random >> 33) % THINGS;
		if (all[i]) {
			pool_give(&pool, all[i]);
			all[i] = NULL;
		} else {
			struct thing *got = pool_take(&pool);
			T_CHECK(got != NULL);
			all[i] = got;
			got->value = i;
		}
		uint32_t live = 0, met = 0, at = POOL_NONE, before = 0;
		for (size_t k = 0; k < THINGS; k++)
			live += all[k] != NULL;
		for (struct thing *x; (x = pool_next(&pool, &at)); met++) {
			T_CHECK(all[x->value] == x && x->row.index == at);
			T_CHECK(met == 0 || at > before);
			before = at;
		}
		T_EQUAL(met, live);
		POOL_EACH(const struct thing *, x, &pool)
			met -= all[x->value] == x;
		T_EQUAL(met, 0);
		T_EQUAL(pool.used, live);
	}
}

/* It was another process that filled it, and what points into that has moved. */
T_CASE(who_attaches_a_pool_has_it_where_its_own_was)
{
	struct pool fresh;

	T_CHECK(open_pool());
	T_CHECK(pool_take(&pool) != NULL);
	fresh = pool;
	pool.name = "elsewhere";
	pool.rows = NULL;
	pool.row_size = pool.capacity = 1;
	pool_attach(&pool, &fresh);
	T_TEXT(pool.name, "things");
	T_CHECK(pool.rows == fresh.rows && pool.capacity == THINGS);
	T_EQUAL(pool.row_size, fresh.row_size);
	T_CHECK(pool.used == 1 && pool_is_sound(&pool));
}

T_CASE(a_scan_goes_on_behind_a_row_it_gave_back)
{
	uint32_t met = 0;

	T_CHECK(open_pool());
	for (size_t i = 0; i < THINGS; i++)
		T_CHECK(pool_take(&pool) != NULL);
	POOL_EACH(struct thing *, x, &pool) {
		T_EQUAL(x->row.index, met++);
		pool_give(&pool, x);
	}
	T_EQUAL(met, THINGS);
	T_EQUAL(pool.used, 0);
	POOL_EACH(struct thing *, x, &pool)
		met += x->row.index + 1;
	T_EQUAL(met, THINGS);
}

T_MAIN()
