#include "report/model/ring.h"

#include <stdio.h>

#include "harness/t.h"

static void publish(struct ring *ring, unsigned count)
{
	for (unsigned i = 0; i < count; i++) {
		char json[32], text[32];
		uint64_t number = ring_next(ring);
		snprintf(json, sizeof(json), "j%llu", (unsigned long long)number);
		snprintf(text, sizeof(text), "t%llu", (unsigned long long)number);
		T_TEXT(ring_keep(ring, number, FORM_JSON, json), json);
		T_TEXT(ring_keep(ring, number, FORM_TEXT, text), text);
	}
}

T_CASE(each_line_has_its_number_and_both_forms)
{
	struct ring ring = {.last = 0};

	T_CHECK(!ring_line(&ring, 1, FORM_JSON));
	publish(&ring, 3);
	T_CHECK(!ring_line(&ring, 0, FORM_JSON));
	T_TEXT(ring_line(&ring, 1, FORM_JSON), "j1");
	T_TEXT(ring_line(&ring, 3, FORM_TEXT), "t3");
	T_CHECK(!ring_line(&ring, 4, FORM_TEXT));
	T_CHECK(!ring_line(&ring, 5, FORM_TEXT));
	T_EQUAL(ring_behind(&ring, 1), 2);
	T_EQUAL(ring_behind(&ring, 3), 0);
	T_EQUAL(ring_behind(&ring, 9), 0);
	ring_close(&ring);
}

T_CASE(the_oldest_gives_way_to_the_newest)
{
	struct ring ring = {.last = 0};

	publish(&ring, RING_LINES);
	T_TEXT(ring_line(&ring, 1, FORM_JSON), "j1");
	publish(&ring, 1);
	T_CHECK(!ring_line(&ring, 1, FORM_JSON));
	T_TEXT(ring_line(&ring, 2, FORM_JSON), "j2");
	T_TEXT(ring_line(&ring, RING_LINES + 1, FORM_JSON), "j257");
	T_EQUAL(ring_behind(&ring, 0), RING_LINES + 1);
	ring_close(&ring);
}

T_CASE(a_line_is_there_before_a_form_of_it_is_kept)
{
	struct ring ring = {.last = 0};

	T_CHECK(!ring_has(&ring, 0) && !ring_has(&ring, 1));
	publish(&ring, RING_LINES);
	T_EQUAL(ring_next(&ring), RING_LINES + 1);
	T_CHECK(ring_has(&ring, RING_LINES + 1) && !ring_has(&ring, RING_LINES + 2));
	T_CHECK(ring_has(&ring, 2) && !ring_has(&ring, 1));
	T_CHECK(!ring_line(&ring, RING_LINES + 1, FORM_JSON)); /* not that of line 1 */
	T_TEXT(ring_keep(&ring, RING_LINES + 1, FORM_TEXT, "a"), "a");
	T_TEXT(ring_keep(&ring, RING_LINES + 1, FORM_TEXT, "b"), "b");
	T_TEXT(ring_line(&ring, RING_LINES + 1, FORM_TEXT), "b");
	T_CHECK(!ring_line(&ring, RING_LINES + 1, FORM_JSON));
	ring_close(&ring);
	T_CHECK(!ring_has(&ring, 2));
}

T_CASE(forms_have_names)
{
	T_TEXT(form_name(FORM_JSON), "json");
	T_TEXT(form_name(FORM_TEXT), "text");
	T_TEXT(form_name(FORM_FORMS), "?");
}

T_MAIN()
