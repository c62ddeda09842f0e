#include "command/top_picture.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "command/top_keys.h"
#include "command/top_tables.h"
#include "harness/t.h"

static struct top top;

/* On what is not a terminal: 24 rows of 80 columns. */
static void begin(void)
{
	memset(&top, 0, sizeof(top));
	top.screen.out = open("/dev/null", O_WRONLY);
	top.screen.signals = -1;
	top.fd = 0;
	top_keys_show_table(&top, 1); /* without order, so rows stay as they are added */
}

static void end(void)
{
	top_list_release(&top.rows);
	top_list_release(&top.calls);
	top_list_release(&top.detail);
	close(top.screen.out);
}

static void add(struct top_list *list, const struct top_table *table, unsigned count)
{
	char json[64];

	for (unsigned i = 0; i < count; i++) {
		snprintf(json, sizeof(json), "{\"src\":%u,\"origin\":%u}", 100 + i, 100 + i);
		top_list_add(list, table, -1, json, "", 0);
	}
}

/* Is the text in that row? */
static bool shows(int row, const char *text)
{
	top_picture_draw(&top);
	return strstr(top.screen.shown[row], text);
}

T_CASE(old_data_are_marked)
{
	begin();
	T_CHECK(!shows(1, "old"));
	top.stale = true;
	T_CHECK(shows(1, "The voice process does not respond: the data below is old."));
	top.fd = -1;
	T_CHECK(shows(1, "Connection to the server lost: the data below is old. Reconnecting."));
	T_CHECK(shows(0, "0 on air  freedmr"));
	strcpy(top.server, "2345 Mine");
	T_CHECK(shows(0, "0 on air  2345 Mine"));
	end();
}

T_CASE(the_foot_has_the_keys_of_now)
{
	begin();
	T_CHECK(shows(23, "q quit  tab next list"));
	top.typing = true;
	T_CHECK(shows(23, "filter: _"));
	strcpy(top.filter, "g0");
	T_CHECK(shows(23, "filter: g0_"));
	top.typing = false;
	T_CHECK(shows(23, "filter: g0") && !shows(23, "_"));
	strcpy(top.session, "2345001");
	T_CHECK(shows(23, "q back"));
	end();
}

/* Calls have a third of the screen, the table the rest. */
T_CASE(each_part_has_its_rows)
{
	begin();
	T_CHECK(shows(2, "ON AIR: nobody"));
	add(&top.calls, &top_calls, 20);
	T_CHECK(shows(0, "20 on air"));
	T_CHECK(strstr(top.screen.shown[3], "100") && strstr(top.screen.shown[10], "107"));
	T_TEXT(top.screen.shown[11], "");
	T_CHECK(strstr(top.screen.shown[12], "LAST HEARD: 0"));
	end();
}

T_CASE(the_selected_row_stays_visible)
{
	begin();
	add(&top.rows, &top_tables[1], 100);
	T_CHECK(shows(4, "LAST HEARD: 100"));
	T_CHECK(strstr(top.screen.shown[6], "100") && strstr(top.screen.shown[6], "\x1b[7m"));
	top.at = 200;
	T_CHECK(shows(22, "199"));
	T_EQUAL(top.at, 99);
	T_EQUAL(top.first, 83);
	top.at = 50;
	T_CHECK(shows(6, "150"));
	T_EQUAL(top.first, 50);
	top.at = -5;
	T_CHECK(shows(6, "100"));
	T_EQUAL(top.at, 0);
	end();
}

T_CASE(a_session_is_scrolled_within_its_lines)
{
	begin();
	strcpy(top.session, "2345001");
	add(&top.detail, &top_tables[1], 30);
	top.first = 40;
	T_CHECK(shows(2, "129"));
	T_EQUAL(top.first, 29);
	top.first = -3;
	T_CHECK(shows(2, "100") && shows(22, "120"));
	T_EQUAL(top.first, 0);
	end();
}

T_MAIN()
