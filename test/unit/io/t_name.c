#include "io/name.h"

#include "harness/t.h"

T_CASE(this_machine_has_a_name)
{
	struct addr a;
	T_CHECK(name_resolve("localhost", 62044, false, &a));
	T_CHECK(addr_is_loopback(&a));
	T_EQUAL(a.port, 62044);
}

T_CASE(version_four_is_had_where_it_must_be)
{
	struct addr a;
	T_CHECK(name_resolve("localhost", 1, true, &a));
	T_CHECK(addr_is_v4(&a));
}

T_CASE(what_is_no_name_is_not_found)
{
	struct addr a = {.port = 7};
	T_CHECK(!name_resolve("no.such.name.invalid", 1, false, &a));
	T_EQUAL(a.port, 7);
}

T_MAIN()
