/* Whose hotspot is it: by its kind and number. */
#include "core/routing/locate.h"
#include "harness/t.h"

#define RADIO 2345001u

T_CASE(its_own_hotspot_has_its_number_with_or_without_a_suffix)
{
	T_CHECK(locate_is_own((struct source){SOURCE_CLIENT, RADIO}, RADIO));
	T_CHECK(locate_is_own((struct source){SOURCE_CLIENT, RADIO * 100 + 7}, RADIO));
	T_CHECK(!locate_is_own((struct source){SOURCE_CLIENT, RADIO + 1}, RADIO));
}

T_CASE(a_link_of_the_same_number_is_nobodys_hotspot)
{
	T_CHECK(!locate_is_own((struct source){SOURCE_PEER, RADIO}, RADIO));
	T_CHECK(!locate_is_own((struct source){SOURCE_UPLINK, RADIO}, RADIO));
	T_CHECK(!locate_is_own((struct source){SOURCE_LOCAL, RADIO}, RADIO));
}

T_MAIN()
