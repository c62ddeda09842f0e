#include "command/top_server.h"

#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "command/top_keys.h"
#include "command/top_tables.h"
#include "harness/t.h"
#include "io/pipe.h"

#define END "{\"end\":true,\"ok\":true}\n"

static struct top top;
static int server = -1; /* the other end of its connection */

/* Connected, and nothing was requested yet. */
static void begin(void)
{
	int ends[2];

	memset(&top, 0, sizeof(top));
	if (socketpair(AF_UNIX, SOCK_STREAM, 0, ends) != 0 || pipe_prepare(ends[0]) != 0)
		return t_fail(__FILE__, __LINE__, "no socket pair");
	top.fd = ends[0];
	server = ends[1];
	top.path = "/nowhere/socket";
	top.epoch = 100000;
	top.part = PARTS;
	top_keys_show_table(&top, 0);
}

static void end(void)
{
	struct top_list *lists[] = {&top.slots,     &top.calls,    &top.rows,      &top.detail,
	                            &top.new_calls, &top.new_rows, &top.new_detail};

	for (size_t i = 0; i < ARRAY_LEN(lists); i++)
		top_list_release(lists[i]);
	top_server_hang_up(&top);
	close(server);
}

/* Requests, and receives that. */
static void answer(const char *text)
{
	char request[256];
	size_t len = strlen(text);

	top_server_ask(&top);
	if (read(server, request, sizeof(request)) <= 0 || write(server, text, len) != (ssize_t)len)
		t_fail(__FILE__, __LINE__, "it did not ask");
	top_server_receive(&top);
}

T_CASE(the_head_names_the_server_and_how_long_it_runs)
{
	begin();
	answer("{\"row\":\"server\",\"id\":2345,\"name\":\"Mine\",\"version\":\"2.0\","
	       "\"started\":40.5}\n{\"row\":\"listener\",\"id\":9}\n" END END END END);
	T_TEXT(top.server, "2345 Mine  up 59s  freedmr 2.0");
	answer("{\"row\":\"server\",\"id\":2345,\"name\":\"Mine\",\"version\":\"2.0\"}\n" END END
	               END END);
	T_TEXT(top.server, "2345 Mine  freedmr 2.0");
	end();
}

T_CASE(slots_show_what_they_do)
{
	static const struct {
		const char *state, *conference, *shown;
	} rows[] = {
		{"talking", "91", "tx 91"}, {"hearing", "0", "rx"}, {"hang", "91", "hold 91"},
		{"prompt", "null", "says"}, {"resting", "91", "-"},
	};
	char text[512];

	begin();
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		snprintf(text, sizeof(text),
		         END END
		         "{\"client\":2345001,\"slot\":2,\"state\":\"%s\",\"conference\":%s}\n" END
		         "{\"client\":2345001,\"callsign\":\"G0ABC\"}\n" END,
		         rows[i].state, rows[i].conference);
		answer(text);
		T_EQUAL(top.rows.count, 1);
		char wanted[64];
		snprintf(wanted, sizeof(wanted),
		         "  2345001  G0ABC      -           -           %-10s  ", rows[i].shown);
		T_EQUAL(strncmp(top.rows.row[0].shown, wanted, strlen(wanted)), 0);
	}
	end();
}

T_CASE(old_answers_are_known_as_such)
{
	static const char stale[] = "{\"end\":true,\"ok\":true,\"stale\":true}\n";
	char text[256];

	begin();
	snprintf(text, sizeof(text), "%s" END END END, stale);
	answer(text);
	T_CHECK(top.stale);
	answer(END END END END);
	T_CHECK(!top.stale);
	snprintf(text, sizeof(text), END END END "%s", stale);
	answer(text);
	T_CHECK(top.stale);
	end();
}

T_CASE(an_open_session_has_lines_or_the_reason_why_not)
{
	begin();
	strcpy(top.session, "2345001");
	answer(END END END END " options TS2=91\n slot 1\n.\n");
	T_EQUAL(top.part, PARTS);
	T_EQUAL(top.detail.count, 2);
	T_TEXT(top.detail.row[0].shown, "options TS2=91");
	T_TEXT(top.detail.row[1].shown, "slot 1");
	answer(END END END END "!no session 2345001\n");
	T_EQUAL(top.detail.count, 1);
	T_TEXT(top.detail.row[0].shown, "no session 2345001");
	top_server_ask(&top);
	top.session[0] = 0; /* it was closed meanwhile */
	T_EQUAL(write(server, END END END END "!no session 2345001\n {}\n", strlen(END) * 4 + 24),
	        (ssize_t)strlen(END) * 4 + 24);
	top_server_receive(&top);
	T_EQUAL(top.detail.count, 0);
	end();
}

/* Another table than the one that was requested keeps what it has. */
T_CASE(answers_for_another_table_are_not_shown)
{
	begin();
	top_server_ask(&top);
	top_keys_show_table(&top, 2);
	T_EQUAL(write(server, END END END "{\"client\":1}\n" END, strlen(END) * 4 + 13),
	        (ssize_t)strlen(END) * 4 + 13);
	top_server_receive(&top);
	T_EQUAL(top.part, PARTS);
	T_EQUAL(top.rows.count, 0);
	answer(END END END "{\"conference\":91,\"name\":\"World\"}\n" END);
	T_EQUAL(top.rows.count, 1);
	end();
}

T_CASE(a_line_without_an_end_ends_the_connection)
{
	static char line[TOP_IN_MAX];

	begin();
	top_server_ask(&top);
	memset(line, 'x', sizeof(line));
	for (size_t sent = 0; sent < sizeof(line) && top.fd >= 0;) {
		ssize_t n = write(server, line + sent, 4096);
		T_CHECK(n > 0);
		sent += (size_t)n;
		T_CHECK(top.fd >= 0);
		top_server_receive(&top);
	}
	T_EQUAL(top.fd, -1);
	T_EQUAL(top.in_len, 0);
	end();
}

T_CASE(a_server_that_is_gone_is_called_again)
{
	begin();
	close(server);
	top_server_ask(&top); /* nobody takes it */
	T_EQUAL(top.fd, -1);
	top.now = 5000;
	top_server_ask(&top); /* nobody is there */
	T_EQUAL(top.fd, -1);
	T_EQUAL(top.asked_at, 5000);
	T_EQUAL(top.part, PARTS);
	server = -1;
	end();
}

T_MAIN()
