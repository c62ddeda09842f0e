/* Records of a block number and seven octets, as DMRA brings them. */
#include <assert.h>
#include <string.h>

#include "dmr/alias.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct talker_alias alias = {0};
	for (; size > ALIAS_BLOCK_LEN; data += 1 + ALIAS_BLOCK_LEN, size -= 1 + ALIAS_BLOCK_LEN) {
		char text[ALIAS_TEXT_CAP];
		bool news = alias_put(&alias, data[0], data + 1);
		assert(!news || data[0] < ALIAS_BLOCKS);
		(void)alias_text(&alias, text);
		assert(memchr(text, 0, sizeof(text)) != NULL);
	}
	return 0;
}
