#include "report/ring.h"

#include <stdio.h>

#include "harness/t.h"

static void publish(struct ring *ring, unsigned count)
{
	for (unsigned i = 0; i < count; i++) {
		char json[32], text[32];
		snprintf(json, sizeof(json), "j%llu", (unsigned long long)ring->last + 1);
		snprintf(text, sizeof(text), "t%llu", (unsigned long long)ring->last + 1);
		ring_publish(ring, json, text);
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

T_CASE(forms_have_names)
{
	T_TEXT(form_name(FORM_JSON), "json");
	T_TEXT(form_name(FORM_TEXT), "text");
	T_TEXT(form_name(FORM_FORMS), "?");
}

T_MAIN(T_ENTRY(each_line_has_its_number_and_both_forms),
       T_ENTRY(the_oldest_gives_way_to_the_newest), T_ENTRY(forms_have_names))
