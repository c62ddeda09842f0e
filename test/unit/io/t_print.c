#include "io/print.h"

#include <stdlib.h>
#include <string.h>

#include "harness/t.h"

T_CASE(what_is_printed_is_formatted)
{
	char *text = NULL;
	size_t len = 0;
	FILE *f = open_memstream(&text, &len);

	T_CHECK(print(f, "%s:%u: %s\n", "file", 7u, "what"));
	T_CHECK(print(f, "%s", ""));
	fclose(f);
	T_TEXT(text, "file:7: what\n");
	free(text);
}

T_CASE(what_is_too_long_is_cut_and_told)
{
	static char longest[PRINT_MAX + 1];
	char *text = NULL;
	size_t len = 0;
	FILE *f = open_memstream(&text, &len);

	memset(longest, 'x', PRINT_MAX - 1);
	T_CHECK(print(f, "%s", longest));
	fflush(f);
	T_EQUAL(len, PRINT_MAX - 1);
	longest[PRINT_MAX - 1] = 'y';
	T_CHECK(!print(f, "%s", longest));
	fclose(f);
	T_EQUAL(len, 2 * (PRINT_MAX - 1));
	free(text);
}

T_CASE(a_stream_that_fails_is_told)
{
	FILE *f = fopen("/dev/full", "w");

	if (!f)
		return;
	setvbuf(f, NULL, _IONBF, 0);
	T_CHECK(!print(f, "%d", 7));
	fclose(f);
}

T_MAIN()
