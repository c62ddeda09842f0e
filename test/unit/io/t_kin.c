#include "io/kin.h"

#include <stdio.h>
#include <unistd.h>

#include "harness/t.h"
#include "io/pipe.h"

T_CASE(orders_go_up_and_records_down_each_a_message)
{
	struct command order = {.kind = COMMAND_RELOAD, .number = 7}, c;
	struct record row = {.kind = RECORD_RELOAD, .reload = {7, RELOAD_APPLIED, "a"}}, r;
	int ends[2];

	T_EQUAL(pipe_pair(ends), 0);
	T_EQUAL(kin_take_order(ends[0], &c), KIN_NOTHING);
	T_CHECK(kin_order(ends[1], &order));
	T_CHECK(kin_tell(ends[0], &row));
	row.reload.number = 8;
	T_CHECK(kin_tell(ends[0], &row));
	T_EQUAL(kin_take_order(ends[0], &c), KIN_MESSAGE);
	T_EQUAL(c.kind, COMMAND_RELOAD);
	T_EQUAL(c.number, 7);
	for (uint32_t number = 7; number <= 8; number++) {
		T_EQUAL(kin_take_record(ends[1], &r), KIN_MESSAGE);
		T_EQUAL(r.reload.number, number);
	}
	T_EQUAL(kin_take_record(ends[1], &r), KIN_NOTHING);
	close(ends[0]);
	T_EQUAL(kin_take_record(ends[1], &r), KIN_END);
	close(ends[1]);
}

T_CASE(what_is_no_message_is_passed_over)
{
	char octets[COMMAND_LEN + 100] = {0};
	const struct record row = {.kind = RECORD_RESOLVED, .resolved = {.place = 5}};
	struct command c;
	struct record r;
	int ends[2];

	T_EQUAL(pipe_pair(ends), 0);
	T_CHECK(kin_order(ends[1], &(struct command){.kind = COMMAND_READY}));
	ssize_t len = pipe_take(ends[0], octets, sizeof(octets));
	T_EQUAL(len, COMMAND_LEN);
	for (size_t n = 1; n <= sizeof(octets); n++) {
		T_CHECK(pipe_put(ends[1], octets, n));
		T_EQUAL(kin_take_order(ends[0], &c), n == COMMAND_LEN ? KIN_MESSAGE : KIN_NOTHING);
	}
	T_CHECK(pipe_put(ends[0], octets, sizeof(octets)));
	T_CHECK(kin_tell(ends[0], &row));
	T_EQUAL(kin_take_record(ends[1], &r), KIN_NOTHING);
	T_EQUAL(kin_take_record(ends[1], &r), KIN_MESSAGE);
	T_EQUAL(r.resolved.place, 5);
	close(ends[0]);
	close(ends[1]);
}

T_CASE(a_pair_that_is_full_takes_no_more_and_loses_nothing)
{
	struct record row = {.kind = RECORD_RELOAD, .reload = {.outcome = RELOAD_REFUSED}}, r;
	uint32_t sent = 0;
	int ends[2];

	T_EQUAL(pipe_pair(ends), 0);
	for (size_t i = 0; i + 1 < sizeof(row.reload.what); i++)
		row.reload.what[i] = 'x';
	while (kin_tell(ends[0], &row))
		row.reload.number = ++sent;
	T_CHECK(sent >= 100); /* an answer, and more */
	for (uint32_t i = 0; i < sent; i++) {
		T_EQUAL(kin_take_record(ends[1], &r), KIN_MESSAGE);
		T_EQUAL(r.reload.number, i);
	}
	T_EQUAL(kin_take_record(ends[1], &r), KIN_NOTHING);
	close(ends[0]);
	close(ends[1]);
}

T_MAIN(T_ENTRY(orders_go_up_and_records_down_each_a_message),
       T_ENTRY(what_is_no_message_is_passed_over),
       T_ENTRY(a_pair_that_is_full_takes_no_more_and_loses_nothing))
