#include "command/top_keys.h"

#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "harness/t.h"
#include "command/top_tables.h"

static int keyboard[2] = {-1, -1};

/* On a terminal of 24 rows; nothing is asked of a server. */
static void begin(struct top *top)
{
	memset(top, 0, sizeof(*top));
	T_EQUAL(pipe(keyboard), 0);
	T_EQUAL(fcntl(keyboard[0], F_SETFL, O_NONBLOCK), 0);
	top->screen.in = keyboard[0];
	top->screen.rows = 24;
	top->fd = -1;
	top_keys_show_table(top, 0);
}

static void end(struct top *top)
{
	top_list_release(&top->rows);
	close(keyboard[0]);
	close(keyboard[1]);
}

static void press(struct top *top, const char *keys)
{
	T_EQUAL(write(keyboard[1], keys, strlen(keys)), (ssize_t)strlen(keys));
	top_keys_take(top);
}

T_CASE(rows_are_walked_with_arrows_letters_and_pages)
{
	static const struct {
		const char *keys;
		int at;
	} pressed[] = {
		{"j", 1},          {"\033[B", 2},     {"\033OB", 3},   {"k", 2},
		{"\033[A", 1},     {" ", 15},         {"\033[6~", 29}, {"\033[5~", 15},
		{"\033[1;5A", 14}, {"jj\033[Bk", 16}, {"\033[", 16},   {"\033[Z", 16},
		{"\033[1", 16},    {"\033xk", 15},    {"!", 15},       {"\033[\177A", 14},
	};
	struct top top;

	begin(&top);
	for (size_t i = 0; i < ARRAY_LEN(pressed); i++) {
		press(&top, pressed[i].keys);
		T_EQUAL(top.at, pressed[i].at);
		T_CHECK(!top.stop && top.again);
	}
	top.screen.rows = 12;
	press(&top, " ");
	T_EQUAL(top.at, 16);
	end(&top);
}

T_CASE(columns_are_sorted_and_tables_follow_each_other)
{
	struct top top;

	begin(&top);
	top.sort = 0;
	press(&top, "\033[D");
	T_EQUAL(top.sort, -1);
	press(&top, "<");
	T_EQUAL(top.sort, top_tables[0].columns - 1);
	press(&top, "\033[C");
	T_EQUAL(top.sort, -1);
	press(&top, ">");
	T_EQUAL(top.sort, 0);
	bool descending = top.descending;
	press(&top, "r");
	T_EQUAL(top.descending, !descending);
	for (int i = 1; i <= TOP_TABLES; i++) {
		press(&top, "\t");
		T_EQUAL(top.table, i % TOP_TABLES);
	}
	end(&top);
}

T_CASE(a_filter_is_typed_corrected_kept_and_cleared)
{
	struct top top;

	begin(&top);
	press(&top, "/g0b\177a\b");
	T_TEXT(top.filter, "g0");
	T_CHECK(top.typing);
	press(&top, "\177\177\177q\n");
	T_TEXT(top.filter, "q");
	T_CHECK(!top.typing && !top.stop);
	press(&top, "/0123456789012345678901234567890123456789");
	T_EQUAL(strlen(top.filter), TOP_FILTER_MAX - 1);
	press(&top, "\t\033");
	T_TEXT(top.filter, "");
	T_CHECK(!top.typing);
	press(&top, "/a\r");
	press(&top, "\033");
	T_TEXT(top.filter, "");
	T_CHECK(!top.stop);
	press(&top, "q");
	T_CHECK(top.stop);
	end(&top);
}

T_CASE(a_session_is_opened_scrolled_and_left)
{
	struct top top;
	int table = 0;

	begin(&top);
	while (!top_tables[table].id)
		table++;
	top_keys_show_table(&top, table);
	press(&top, "\r");
	T_TEXT(top.session, "");
	top_list_add(&top.rows, &top_tables[table], 0,
	             "{\"client\":2345001,\"origin\":2345001,\"peer\":\"\"}", "", 0);
	T_EQUAL(top.rows.count, 1);
	top.first = 5;
	press(&top, "\r");
	T_CHECK(*top.session && top.first == 0);
	press(&top, "j/");
	T_EQUAL(top.first, 1);
	T_EQUAL(top.at, 0);
	T_CHECK(!top.typing);
	press(&top, "q");
	T_TEXT(top.session, "");
	T_CHECK(!top.stop);
	press(&top, "\003");
	T_CHECK(top.stop);
	end(&top);
}

T_CASE(a_talkgroup_has_no_session_to_open)
{
	struct top top;
	int table = 0;

	begin(&top);
	while (top_tables[table].id)
		table++;
	top_keys_show_table(&top, table);
	top_list_add(&top.rows, &top_tables[table], 0, "{\"conference\":91}", "", 0);
	T_EQUAL(top.rows.count, 1);
	press(&top, "\r");
	T_TEXT(top.session, "");
	end(&top);
}

T_CASE(a_terminal_that_is_gone_ends_it)
{
	struct top top;

	begin(&top);
	top_keys_take(&top);
	T_CHECK(!top.screen.dead); /* nothing was pressed */
	close(keyboard[1]);
	top_keys_take(&top);
	T_CHECK(top.screen.dead);
	close(keyboard[0]);
	top.screen.dead = false;
	top_keys_take(&top);
	T_CHECK(top.screen.dead);
	keyboard[0] = keyboard[1] = -1;
	end(&top);
}

T_MAIN()
