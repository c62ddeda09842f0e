#include "base/wipe.h"

#include <stdint.h>
#include <string.h>

#include "harness/t.h"

T_CASE(all_of_it_and_nothing_else_is_gone)
{
	for (size_t from = 0; from < 20; from++) {
		for (size_t len = 0; from + len <= 20; len++) {
			char text[] = "kilo tango four mike";
			wipe(text + from, len);
			for (size_t i = 0; i < 20; i++)
				T_EQUAL(text[i] == 0, i >= from && i < from + len);
		}
	}
	wipe(NULL, 0);
}

T_MAIN()
