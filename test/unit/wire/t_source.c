#include "wire/source.h"

#include "base/util.h"
#include "harness/t.h"

/* Dashboards and files of statistics have these numbers. */
T_CASE(every_source_has_its_number)
{
	static const struct {
		struct source source;
		uint32_t number;
	} pairs[] = {
		{{SOURCE_CLIENT, 0}, 0},          {{SOURCE_CLIENT, 999999999}, 999999999},
		{{SOURCE_UPLINK, 0}, 3489660928}, {{SOURCE_UPLINK, 7}, 3489660935},
		{{SOURCE_PEER, 0}, 3758096384},   {{SOURCE_PEER, 255}, 3758096639},
		{{SOURCE_LOCAL, 0}, 4026531840},  {{SOURCE_LOCAL, 63}, 4026531903},
	};

	for (size_t i = 0; i < ARRAY_LEN(pairs); i++) {
		T_EQUAL(source_number(pairs[i].source), pairs[i].number);
		T_CHECK(source_equal(source_from_number(pairs[i].number), pairs[i].source));
	}
}

T_CASE(no_two_sources_are_the_same)
{
	const struct source client = source_client(1), uplink = {SOURCE_UPLINK, 1};

	T_CHECK(source_equal(client, source_client(1)));
	T_CHECK(!source_equal(client, source_client(2)) && !source_equal(client, uplink));
}

T_MAIN()
