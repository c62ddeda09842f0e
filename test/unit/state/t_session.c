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

T_CASE(of_an_option_string_no_more_is_kept_than_fits)
{
	static struct session s;

	s.options_len = 7;
	T_EQUAL(options_kept(&s), 7);
	s.options_len = UINT64_MAX; /* as another binary may have left it */
	T_EQUAL(options_kept(&s), sizeof(s.options));
}

T_CASE(an_endpoint_is_address_port_and_socket)
{
	struct endpoint a = {.socket = 1}, b = a;

	a.to.port = b.to.port = 5;
	T_CHECK(endpoint_same(&a, &b));
	b.from.ip[3] = 9; /* which of our addresses it wrote to is not part of its identity */
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

/* IDs of two dozen clients that come and go; a plain array lists those present. */
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

T_CASE(sessions_are_counted_by_address_wherever_they_move)
{
	static const uint8_t home[5][16] = {
		{[10] = 0xFF, [11] = 0xFF, [12] = 10, [15] = 1},
		{[10] = 0xFF, [11] = 0xFF, [12] = 10, [15] = 2},
		{0x20, 1, 0x0D, 0xB8, [7] = 1, [15] = 1},
		{0x20, 1, 0x0D, 0xB8, [7] = 1, [15] = 2}, /* counts with the previous one */
		{0x20, 1, 0x0D, 0xB8, [7] = 2, [15] = 1},
	};
	static const unsigned network[5] = {0, 1, 2, 2, 3};
	uint64_t random = 7;
	unsigned at[SESSIONS] = {0}; /* 0 = no session, else 1 + home */

	T_CHECK(open_table());
	for (int round = 0; round < 4000; round++) {
		random = random * 6364136223846793005u + 1442695040888963407u;
		uint32_t n = (uint32_t)(random >> 33) % SESSIONS, to = (uint32_t)(random >> 40) % 6;
		struct session *s = session_find(&table, n + 1);

		if (to == 5 && s)
			session_remove(&table, s);
		if (to < 5) {
			struct endpoint where = {.to.port = (uint16_t)(1000 + n)};

			memcpy(where.to.ip, home[to], sizeof(where.to.ip));
			session_place(&table, s ? s : session_add(&table, n + 1), &where);
		}
		at[n] = to == 5 ? 0 : 1 + to;
		for (unsigned h = 0; h < 5; h++) {
			struct addr address = {0};
			uint32_t expected = 0;

			memcpy(address.ip, home[h], sizeof(address.ip));
			for (uint32_t k = 0; k < SESSIONS; k++)
				expected += at[k] && network[at[k] - 1] == network[h];
			T_EQUAL(sessions_of_address(&table, &address), expected);
		}
	}
}

T_CASE(sessions_are_counted_by_radio_whatever_their_suffix)
{
	static const uint32_t radio[4] = {2345001, 2345002, 234567, 9999999};
	static const uint32_t id[8] = {2345001, 23450011, 234500100, 234500199,
	                               2345002, 234567,   9999999,   999999999};
	static const unsigned whose[8] = {0, 0, 0, 0, 1, 2, 3, 3};
	uint64_t random = 11;

	T_CHECK(open_table());
	for (int round = 0; round < 2000; round++) {
		random = random * 6364136223846793005u + 1442695040888963407u;
		uint32_t n = (uint32_t)(random >> 33) % 8;
		uint32_t expected[4] = {0};
		struct session *s = session_find(&table, id[n]);

		if (s)
			session_remove(&table, s);
		else
			T_CHECK(session_add(&table, id[n]) != NULL);
		for (uint32_t k = 0; k < 8; k++)
			expected[whose[k]] += session_find(&table, id[k]) != NULL;
		for (unsigned r = 0; r < 4; r++)
			T_EQUAL(sessions_of_radio(&table, radio[r]), expected[r]);
	}
}

/* Rows are cut once, so their size is what a server for a thousand clients costs. */
_Static_assert(sizeof(struct slot) <= 384 && sizeof(struct session) <= 1728, "rows are light");

/* A copy of a frame touches two lines of the session, and one of the slot. */
#define LINE(member) (offsetof(struct session, member) / CACHE_LINE)
_Static_assert(LINE(row) == LINE(frames_out_total) && LINE(budget.unproven) == LINE(at.socket),
               "a session has two lines");
_Static_assert(LINE(slot[0].heard) == LINE(slot[0].voice_last) &&
                       LINE(slot[1].heard) == LINE(slot[1].voice_last),
               "a slot begins with one line");

T_CASE(rows_are_cut_once_in_one_size)
{
	T_CHECK(open_table());
	const unsigned char *rows = table.pool.rows;
	for (uint32_t i = 0; i < SESSIONS; i++) {
		const struct session *s = session_add(&table, 2345001 + i);
		T_CHECK((const unsigned char *)s == rows + i * table.pool.row_size);
	}
	session_remove(&table, session_find(&table, 2345003));
	T_CHECK((unsigned char *)session_add(&table, 9) == rows + 2 * table.pool.row_size);
}

T_MAIN()
