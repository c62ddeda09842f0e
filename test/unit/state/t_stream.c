#include "state/stream.h"

#include <stdbool.h>
#include <string.h>

#include "base/util.h"
#include "harness/t.h"

#define STREAMS 16u

static struct arena arena;
static struct streams table;

static bool open_table(void)
{
	struct arena measure;

	arena_release(&arena);
	arena_measure(&measure);
	streams_open(&table, &measure, STREAMS, 1);
	if (!arena_claim(&arena, measure.used))
		return false;
	streams_open(&table, &arena, STREAMS, 1);
	return true;
}

/* A call of `origin` under `id`, or data; whatever else is in its key is the same. */
static const struct stream_key *key(uint32_t origin, uint32_t id, bool data)
{
	static struct stream_key k;

	k = (struct stream_key){source_client(origin), id, 91, 2, false, data};
	return &k;
}

static struct tombstone *buried(uint32_t origin, uint32_t id, tick_t at)
{
	struct stream *s = stream_add(&table, key(origin, id, false));

	if (s)
		stream_bury(&table, s, at, CAUSE_TERMINATOR);
	return tombstone_find(&table, key(origin, id, false));
}

T_CASE(a_stream_is_found_by_its_key)
{
	T_CHECK(open_table());
	struct stream *a = stream_add(&table, key(1, 7, false)),
		      *b = stream_add(&table, key(2, 7, true));
	T_CHECK(a && b && a != b);
	T_CHECK(stream_find(&table, key(1, 7, false)) == a);
	T_CHECK(stream_find(&table, key(2, 7, true)) == b);
	T_CHECK(!stream_find(&table, key(7, 1, false)) && !stream_find(&table, key(1, 8, false)));
	T_EQUAL(a->conference, POOL_NONE);
	T_EQUAL(a->expiry.deadline, TICK_NEVER);
	T_CHECK(!a->data && b->data);
}

/* A player's may come from another binary, with the number that it is about to draw. */
T_CASE(a_key_is_of_one_stream)
{
	T_CHECK(open_table());
	struct stream *a = stream_add(&table, key(1, 7, false));
	T_CHECK(a && !stream_add(&table, key(1, 7, false)));
	T_CHECK(stream_find(&table, key(1, 7, false)) == a);
	T_EQUAL(table.pool.used, 1);
}

/* Two streams that differ in one part of the key alone, for each part; and their tombstones. */
T_CASE(every_part_of_the_key_makes_another)
{
	static const struct stream_key keys[] = {
		{{SOURCE_CLIENT, 1}, 7, 91, 1, false, false},
		{{SOURCE_CLIENT, 2}, 7, 91, 1, false, false},
		{{SOURCE_CLIENT, 1}, 8, 91, 1, false, false},
		{{SOURCE_CLIENT, 1}, 7, 92, 1, false, false},
		{{SOURCE_CLIENT, 1}, 7, 91, 2, false, false},
		{{SOURCE_CLIENT, 1}, 7, 91, 1, true, false},
		{{SOURCE_CLIENT, 1}, 7, 91, 1, false, true},
		{{SOURCE_CLIENT, 7}, 1, 91, 1, false, false},
		{{SOURCE_PEER, 1}, 7, 91, 1, false, false},
	};
	struct stream *x[ARRAY_LEN(keys)];

	T_CHECK(open_table());
	for (size_t i = 0; i < ARRAY_LEN(keys); i++) {
		T_CHECK(!stream_find(&table, &keys[i]));
		x[i] = stream_add(&table, &keys[i]);
		T_CHECK(x[i] != NULL);
	}
	for (size_t i = 0; i < ARRAY_LEN(keys); i++) {
		struct stream_key told = stream_key_of(x[i]);
		T_CHECK(stream_find(&table, &keys[i]) == x[i] &&
		        stream_find(&table, &told) == x[i]);
	}
	for (size_t i = 0; i < ARRAY_LEN(keys); i++) {
		stream_bury(&table, x[i], (tick_t)i, CAUSE_TERMINATOR);
		T_CHECK(!stream_find(&table, &keys[i]));
		for (size_t k = 0; k < ARRAY_LEN(keys); k++) {
			const struct tombstone *t = tombstone_find(&table, &keys[k]);
			T_CHECK(k <= i ? t && t->ended == (tick_t)k : !t);
		}
	}
}

T_CASE(full_table_refuses_newest)
{
	T_CHECK(open_table());
	for (uint32_t id = 1; id <= STREAMS; id++)
		T_CHECK(stream_add(&table, key(1, id, false)) != NULL);
	T_CHECK(!stream_add(&table, key(1, 99, false)) && !stream_find(&table, key(1, 99, false)));
	for (uint32_t id = 1; id <= STREAMS; id++)
		T_EQUAL(stream_find(&table, key(1, id, false))->id, id);
}

T_CASE(data_never_takes_the_last_quarter)
{
	T_CHECK(open_table());
	for (uint32_t id = 1; id <= STREAMS; id++)
		T_CHECK((stream_add(&table, key(1, id, true)) != NULL) ==
		        (id <= STREAMS - STREAMS / 4));
	T_EQUAL(table.pool.full_total, STREAMS / 4);
	for (uint32_t id = 101; id <= 100 + STREAMS / 4; id++)
		T_CHECK(stream_add(&table, key(1, id, false)) != NULL);
	T_CHECK(!stream_add(&table, key(1, 200, false)));
}

T_CASE(an_ended_stream_leaves_a_tombstone)
{
	T_CHECK(open_table());
	struct stream *s = stream_add(&table, key(1, 7, false));
	struct handle h = pool_handle(&s->row);
	s->sequence = (struct sequence){.last = 41, .late_run = 2};
	stream_bury(&table, s, 5000, CAUSE_TIMEOUT);
	T_CHECK(!stream_get(&table, h) && !stream_find(&table, key(1, 7, false)));
	const struct tombstone *t = tombstone_find(&table, key(1, 7, false));
	T_CHECK(t && !tombstone_find(&table, key(2, 7, false)));
	T_EQUAL(t->ended, 5000);
	T_EQUAL(t->cause, CAUSE_TIMEOUT);
	T_EQUAL(t->sequence.last, 41);
	T_EQUAL(t->sequence.late_run, 2);
}

T_CASE(an_id_that_ends_again_keeps_one_tombstone)
{
	T_CHECK(open_table());
	for (uint32_t id = 1; id <= STREAMS; id++)
		T_CHECK(buried(1, id, id) != NULL);
	for (tick_t at = 100; at < 200; at++)
		T_EQUAL(buried(1, 7, at)->ended, at);
	for (uint32_t id = 1; id <= STREAMS; id++)
		T_CHECK(tombstone_find(&table, key(1, id, false)) != NULL);
	T_EQUAL(table.buried.count, STREAMS);
}

/* Far more burials than the ring's own counter takes to turn over. */
T_CASE(the_oldest_tombstone_is_replaced)
{
	T_CHECK(open_table());
	for (uint32_t id = 1; id <= 10 * STREAMS + 3; id++) {
		T_EQUAL(buried(1, id, id)->ended, id);
		for (uint32_t k = 1; k <= id; k++) {
			const struct tombstone *t = tombstone_find(&table, key(1, k, false));
			T_CHECK((t != NULL) == (k + STREAMS > id));
			T_CHECK(!t || t->ended == k);
		}
	}
	T_EQUAL(table.buried.count, STREAMS);
}

/* Two plain lists, of what runs and of what has ended, the latter in the order of its first end. */
T_CASE(the_indexes_equal_plain_lists)
{
	enum { IDS = 40, TURNS = 20000 };
	bool runs[IDS] = {0};
	tick_t ended[IDS] = {0};
	uint32_t ring[STREAMS], count = 0, used = 0;
	uint64_t random = 9;

	T_CHECK(open_table());
	for (int turn = 1; turn <= TURNS; turn++) {
		random = random * 6364136223846793005u + 1442695040888963407u;
		uint32_t i = (uint32_t)(random >> 33) % IDS;
		if (!runs[i]) {
			bool data = i & 1;
			bool fits = used < (data ? STREAMS - STREAMS / 4 : STREAMS);
			T_CHECK((stream_add(&table, key(i % 3, i, data)) != NULL) == fits);
			runs[i] = fits;
			used += fits;
		} else {
			stream_bury(&table, stream_find(&table, key(i % 3, i, i & 1)), turn,
			            CAUSE_TERMINATOR);
			runs[i] = false;
			used--;
			if (!ended[i]) {
				if (count >= STREAMS)
					ended[ring[count % STREAMS]] = 0;
				ring[count++ % STREAMS] = i;
			}
			ended[i] = turn;
		}
		for (uint32_t k = 0; k < IDS; k++) {
			const struct tombstone *t = tombstone_find(&table, key(k % 3, k, k & 1));
			T_CHECK((stream_find(&table, key(k % 3, k, k & 1)) != NULL) == runs[k]);
			T_EQUAL(t ? t->ended : 0, ended[k]);
		}
		T_EQUAL(table.pool.used, used);
		T_EQUAL(table.by_id.count, used);
	}
}

T_MAIN()
