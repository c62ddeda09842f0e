#include "io/linked.h"

#include <stdlib.h>
#include <string.h>

#include "harness/t.h"

extern const char sample_octets[];
extern const uint32_t sample_len;

LINKED_FILE(sample, "build/help.txt.gz");

T_CASE(a_linked_file_is_a_text)
{
	char *text = linked_text(sample_octets, sample_len);

	T_CHECK(text && strstr(text, "\nlogins_total Logins with the right passphrase.\n"));
	free(text);
}

T_CASE(a_damaged_one_is_none)
{
	T_CHECK(!linked_text(sample_octets, sample_len - 9));
	T_CHECK(!linked_text(sample_octets, 3));
}

T_MAIN()
