/* Commands of any octets: what is read is written so that it reads the same again. */
#include <assert.h>
#include <string.h>

#include "wire/command.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	uint8_t first[COMMAND_LEN], second[COMMAND_LEN];
	struct wr a = wr_make(first, sizeof(first)), b = wr_make(second, sizeof(second));
	const char *reason = NULL;
	struct command c;

	enum parse answer = command_parse(data, size, &c, &reason);
	assert(answer != PARSE_BAD || reason);
	if (answer != PARSE_OK)
		return 0;
	command_write(&a, &c);
	assert(wr_len(&a) == COMMAND_LEN);
	enum parse again = command_parse(first, sizeof(first), &c, &reason);
	assert(again == PARSE_OK);
	command_write(&b, &c);
	assert(wr_len(&b) == COMMAND_LEN && memcmp(first, second, COMMAND_LEN) == 0);
	return 0;
}
