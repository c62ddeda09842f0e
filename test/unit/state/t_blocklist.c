#include "state/blocklist.h"

#include "harness/t.h"

static struct arena arena;
static struct blocklist list;

static void open_list(void)
{
	arena_release(&arena);
	arena_measure(&arena);
	blocklist_open(&list, &arena);
	if (arena_claim(&arena, arena.used))
		blocklist_open(&list, &arena);
}

static struct addr at(uint8_t host, uint16_t port)
{
	return addr_v4((uint8_t[]){10, 0, 0, host}, port);
}

T_CASE(a_block_of_an_id_covers_its_suffixes)
{
	open_list();
	struct block *b = blocklist_add(&list, 2345001, NULL);
	T_CHECK(b && blocklist_add(&list, 2345001, NULL) == b);
	T_CHECK(blocklist_of_client(&list, 2345001) == b);
	T_CHECK(blocklist_of_client(&list, 23450019) == b);
	T_CHECK(blocklist_of_client(&list, 234500199) == b);
	T_CHECK(!blocklist_of_client(&list, 2345002) && !blocklist_of_client(&list, 23450029));
	T_CHECK(!blocklist_of_id(&list, 23450019) && !blocklist_of_id(&list, 0));
	struct block *own = blocklist_add(&list, 23450019, NULL);
	T_CHECK(own != b && blocklist_of_client(&list, 23450019) == own);
	T_CHECK(!blocklist_of_address(&list, &b->address));
}

T_CASE(a_block_of_an_address_covers_its_ports)
{
	struct addr one = at(1, 1000), same = at(1, 2000), other = at(2, 1000);

	open_list();
	struct block *b = blocklist_add(&list, 0, &one);
	T_CHECK(b && blocklist_add(&list, 0, &same) == b);
	T_CHECK(blocklist_of_address(&list, &same) == b);
	T_CHECK(!blocklist_of_address(&list, &other));
	T_CHECK(!blocklist_of_id(&list, 0));
}

T_CASE(nobody_is_not_blocked)
{
	struct addr nobody = {.port = 1}, any = addr_v4((uint8_t[4]){0}, 0);

	open_list();
	T_CHECK(!blocklist_add(&list, 0, &nobody) && !blocklist_add(&list, 0, &any));
	T_CHECK(!blocklist_add_refused(&list, 0, &nobody, "why"));
	T_EQUAL(list.pool.used, 0);
}

T_CASE(a_refused_client_is_refused_there_alone)
{
	struct addr here = at(1, 1000), port = at(1, 1001), there = at(2, 1000), any = at(3, 0),
		    some = at(3, 7);

	open_list();
	struct block *b = blocklist_add_refused(&list, 2345001, &here, "why");
	T_CHECK(b && blocklist_of_refused(&list, 2345001, &here) == b);
	T_CHECK(blocklist_refused(&list, 2345001) == b && !blocklist_refused(&list, 2345002));
	T_CHECK(!blocklist_of_refused(&list, 2345001, &port));
	T_CHECK(!blocklist_of_refused(&list, 2345001, &there));
	T_CHECK(!blocklist_of_refused(&list, 2345002, &here));
	T_CHECK(!blocklist_of_id(&list, 2345001) && !blocklist_of_client(&list, 2345001));
	T_CHECK(!blocklist_of_address(&list, &here));
	T_CHECK(blocklist_add_refused(&list, 2345001, &here, "again") == b);
	T_EQUAL(list.pool.used, 1);
	b = blocklist_add_refused(&list, 2345003, &any, "why");
	T_CHECK(b && blocklist_of_refused(&list, 2345003, &some) == b);
}

/* Nine digits are an ID of seven and a suffix; seven digits have none. */
T_CASE(block_of_an_id_is_for_its_suffixes_alone)
{
	open_list();
	struct block *b = blocklist_add(&list, 9999999, NULL);
	T_CHECK(blocklist_add(&list, 999999, NULL));
	T_CHECK(blocklist_of_client(&list, 9999999) == b);
	T_CHECK(blocklist_of_client(&list, 999999901) == b);
	open_list();
	T_CHECK(blocklist_add(&list, 999999, NULL));
	T_CHECK(!blocklist_of_client(&list, 9999999));
	T_CHECK(!blocklist_of_client(&list, 999999901));
}

T_CASE(full_list_refuses_the_newest)
{
	open_list();
	for (uint32_t id = 1; id <= BLOCKS; id++)
		T_CHECK(blocklist_add(&list, id, NULL));
	T_CHECK(!blocklist_add(&list, BLOCKS + 1, NULL));
	T_CHECK(blocklist_add(&list, BLOCKS, NULL));
}

T_MAIN()
