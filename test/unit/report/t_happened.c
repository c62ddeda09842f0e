/*
 * Events of note are kept beyond the ring of all events, the newest of them.
 */
#include "report/event/happened.h"

#include "harness/t.h"

static struct happened h;

static void take(enum event_kind kind, uint64_t number)
{
	happened_take(&h, &(struct event){.kind = kind}, number);
}

T_CASE(events_of_note_are_kept_the_newest_first)
{
	h = (struct happened){.total = 0};
	T_CHECK(!happened_nth(&h, 0));
	take(EVENT_CLIENT_UP, 7);
	take(EVENT_CALL_START, 8);
	take(EVENT_CLIENT_UPDATE, 9);
	take(EVENT_MESH_LOSS, 10);
	take(EVENT_BLOCK_ON, 11);
	T_EQUAL(happened_nth(&h, 0)->number, 11);
	T_EQUAL(happened_nth(&h, 1)->number, 7);
	T_EQUAL(happened_nth(&h, 1)->event.kind, EVENT_CLIENT_UP);
	T_CHECK(!happened_nth(&h, 2));
}

T_CASE(when_full_the_oldest_gives_way)
{
	h = (struct happened){.total = 0};
	for (uint64_t i = 0; i < HAPPENED_MAX + 3; i++)
		take(EVENT_CLIENT_DOWN, 100 + i);
	T_EQUAL(happened_nth(&h, 0)->number, 100 + HAPPENED_MAX + 2);
	T_EQUAL(happened_nth(&h, HAPPENED_MAX - 1)->number, 103);
	T_CHECK(!happened_nth(&h, HAPPENED_MAX));
}

T_MAIN()
