#include "state/session.h"

#include <stdbool.h>
#include <string.h>

#include "base/util.h"
#include "harness/t.h"

#define SESSIONS 16u

static struct arena arena;
static struct sessions table;

static bool open_table(void)
{
	struct arena measure;

	arena_release(&arena);
	arena_measure(&measure);
	sessions_open(&table, &measure, SESSIONS, 1);
	if (!arena_claim(&arena, measure.used))
		return false;
	sessions_open(&table, &arena, SESSIONS, 1);
	return true;
}

T_CASE(a_new_session_holds_nothing)
{
	T_CHECK(open_table());
	struct session *s = session_add(&table, 234500001);
	T_CHECK(s && session_find(&table, 234500001) == s);
	T_EQUAL(s->id, 234500001);
	T_EQUAL(s->state, SESSION_AUTHENTICATED);
	T_EQUAL(s->expiry.deadline, TICK_NEVER);
	for (int i = 0; i < 2; i++) {
		const struct slot *slot = &s->slot[i];
		T_EQUAL(slot->subscriptions, POOL_NONE);
		T_CHECK(handle_is_none(slot->talk) && handle_is_none(slot->heard));
		T_CHECK(slot->busy_last < -TICK_MINUTE && slot->closed < -TICK_MINUTE &&
		        slot->mute_until < -TICK_MINUTE);
	}
}

T_CASE(full_table_refuses_newest)
{
	T_CHECK(open_table());
	for (uint32_t id = 1; id <= SESSIONS; id++)
		T_CHECK(session_add(&table, id) != NULL);
	T_CHECK(!session_add(&table, 99) && !session_find(&table, 99));
	for (uint32_t id = 1; id <= SESSIONS; id++)
		T_CHECK(session_find(&table, id)->id == id);
	session_remove(&table, session_find(&table, 5));
	T_CHECK(session_add(&table, 99) != NULL && !session_find(&table, 5));
}

T_CASE(a_handle_of_a_session_gone_finds_nothing_though_the_id_is_back)
{
	T_CHECK(open_table());
	struct session *s = session_add(&table, 7);
	struct handle h = pool_handle(&s->row);
	session_remove(&table, s);
	T_CHECK(!session_get(&table, h) && !session_find(&table, 7));
	struct session *again = session_add(&table, 7);
	T_CHECK(again == s && !session_get(&table, h));
	T_CHECK(session_get(&table, pool_handle(&again->row)) == again);
}

T_CASE(simplex_clients_have_only_slot_two)
{
	struct session s = {.simplex = true};

	T_CHECK(session_slot(&s, 1) == &s.slot[1] && session_slot(&s, 2) == &s.slot[1]);
	s.simplex = false;
	T_CHECK(session_slot(&s, 1) == &s.slot[0] && session_slot(&s, 2) == &s.slot[1]);
}

T_CASE(an_endpoint_is_address_port_and_socket)
{
	struct endpoint a = {.socket = 1}, b = a;

	a.to.port = b.to.port = 5;
	T_CHECK(endpoint_same(&a, &b));
	b.from.ip[3] = 9; /* which of our addresses it wrote to is no part of who it is */
	T_CHECK(endpoint_same(&a, &b));
	b.socket = 2;
	T_CHECK(!endpoint_same(&a, &b));
	b = a;
	b.to.port = 6;
	T_CHECK(!endpoint_same(&a, &b));
	b = a;
	b.to.ip[15] = 1;
	T_CHECK(!endpoint_same(&a, &b));
}

/* Ids of two dozen clients that come and go; a plain array says who is there. */
T_CASE(the_index_equals_a_plain_list)
{
	enum { IDS = 24, TURNS = 20000 };
	static const uint32_t high[2] = {0, 0xFFFFFF00u};
	struct handle model[IDS];
	uint32_t there = 0;
	uint64_t random = 3;

	T_CHECK(open_table());
	memset(model, 0, sizeof(model));
	for (int turn = 0; turn < TURNS; turn++) {
		random = random * 6364136223846793005u + 1442695040888963407u;
		uint32_t i = (uint32_t)(random >> 33) % IDS, id = i + 1 + high[i % 2];
		if (!handle_is_none(model[i])) {
			session_remove(&table, session_find(&table, id));
			T_CHECK(!session_get(&table, model[i]));
			model[i] = HANDLE_NONE;
			there--;
		} else {
			struct session *s = session_add(&table, id);
			T_CHECK((s != NULL) == (there < SESSIONS));
			if (s)
				model[i] = pool_handle(&s->row);
			there += s != NULL;
		}
		for (uint32_t k = 0; k < IDS; k++)
			T_CHECK(session_find(&table, k + 1 + high[k % 2]) ==
			        session_get(&table, model[k]));
		T_EQUAL(table.pool.used, there);
		T_EQUAL(table.by_id.count, there);
	}
}

/* Rows are cut once, so their size is what a server for a thousand clients costs. */
_Static_assert(sizeof(struct slot) <= 256 && sizeof(struct session) <= 1024, "rows are light");

T_CASE(rows_are_cut_once_in_one_size)
{
	T_CHECK(open_table());
	const unsigned char *rows = table.pool.rows;
	for (uint32_t i = 0; i < SESSIONS; i++) {
		const struct session *s = session_add(&table, 2345001 + i);
		T_CHECK((const unsigned char *)s == rows + i * sizeof(*s));
	}
	session_remove(&table, session_find(&table, 2345003));
	T_CHECK((unsigned char *)session_add(&table, 9) == rows + 2 * sizeof(struct session));
}

T_MAIN(T_ENTRY(a_new_session_holds_nothing), T_ENTRY(full_table_refuses_newest),
       T_ENTRY(a_handle_of_a_session_gone_finds_nothing_though_the_id_is_back),
       T_ENTRY(simplex_clients_have_only_slot_two), T_ENTRY(an_endpoint_is_address_port_and_socket),
       T_ENTRY(the_index_equals_a_plain_list), T_ENTRY(rows_are_cut_once_in_one_size))
