#include "dmr/dmr.h"

#include "unit/dmr/vectors.h"

T_CASE(every_data_type_has_a_name)
{
	static const char *const expected[] = {
		"pi-header",        "voice-header", "terminator",    "csbk",          "mbc-header",
		"mbc-continuation", "data-header",  "rate-1/2-data", "rate-3/4-data", "idle",
		"rate-1-data",      "reserved",     "reserved",      "reserved",      "reserved",
		"reserved",
	};
	for (size_t i = 0; i < ARRAY_LEN(expected); i++)
		T_TEXT(dmr_data_type_name((enum dmr_data_type)i), expected[i]);
}

T_CASE(every_flco_has_a_name)
{
	static const char *const expected[] = {
		"group",   "reserved", "reserved", "unit", "alias-header",
		"alias-1", "alias-2",  "alias-3",  "gps",  "reserved",
	};
	for (size_t i = 0; i < ARRAY_LEN(expected); i++)
		T_TEXT(dmr_flco_name((enum dmr_flco)i), expected[i]);
	T_TEXT(dmr_flco_name((enum dmr_flco)63), "reserved");
}

T_CASE(every_lcss_has_a_name)
{
	static const char *const expected[] = {"single", "first", "last", "continuation",
	                                       "reserved"};
	for (size_t i = 0; i < ARRAY_LEN(expected); i++)
		T_TEXT(dmr_lcss_name((enum dmr_lcss)i), expected[i]);
}

T_MAIN()
