#include "state/location.h"

#include "harness/t.h"

#define ROOM 4u

static struct arena arena;
static struct locations table;

static void open_table(void)
{
	arena_release(&arena);
	arena_measure(&arena);
	locations_open(&table, &arena, ROOM, 1);
	if (arena_claim(&arena, arena.used))
		locations_open(&table, &arena, ROOM, 1);
}

T_CASE(a_radio_is_where_it_was_heard_last)
{
	open_table();
	T_CHECK(!location_find(&table, 7));
	location_learn(&table, 7, source_client(70), 1, 1000);
	location_learn(&table, 7, source_client(71), 2, 2000);
	const struct location *at = location_find(&table, 7);
	T_CHECK(at && at->radio == 7 && source_equal(at->origin, source_client(71)));
	T_EQUAL(at->slot, 2);
	T_EQUAL(at->at, 2000);
	T_EQUAL(table.used, 1);
}

T_CASE(who_is_gone_has_no_radio)
{
	open_table();
	location_learn(&table, 7, source_client(70), 1, 1000);
	location_learn(&table, 8, source_client(71), 1, 1000);
	location_hear(&table, 8, source_client(70), 2);
	locations_forget(&table, source_client(70));
	T_CHECK(source_equal(location_find(&table, 7)->origin, source_client(0)));
	T_CHECK(source_equal(location_find(&table, 8)->origin, source_client(71)));
	T_CHECK(source_equal(location_find(&table, 8)->heard, source_client(0)));
}

/* Whatever became of the rows, each is found, and none is beyond the end. */
T_CASE(a_torn_table_is_listed_anew)
{
	open_table();
	for (uint32_t i = 0; i < ROOM; i++)
		location_learn(&table, 1 + i, source_client(1), 1, 1000);
	T_CHECK(locations_sound(&table));
	table.used = 99;
	table.rows[1].radio = ~table.rows[0].radio + 2;
	table.rows[2].radio = table.rows[0].radio;
	table.rows[3].radio = table.rows[0].radio;
	T_CHECK(!locations_sound(&table));
	locations_relist(&table);
	T_EQUAL(table.used, ROOM);
	T_CHECK(locations_sound(&table));
	T_EQUAL(table.rows[0].radio, 1);
}

T_CASE(full_table_replaces_the_one_learned_first)
{
	open_table();
	for (uint32_t radio = 1; radio <= 2 * ROOM + 1; radio++) {
		location_learn(&table, radio, source_client(radio), 1, radio);
		location_learn(&table, radio, source_client(radio), 2, radio); /* again: no row */
		for (uint32_t known = 1; known <= radio; known++)
			T_EQUAL(location_find(&table, known) != NULL, known + ROOM > radio);
		T_EQUAL(table.used, radio < ROOM ? radio : ROOM);
		T_EQUAL(table.by_radio.count, table.used);
	}
}

T_MAIN()
