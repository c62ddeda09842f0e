/*
 * Records of a block number and seven octets, as DMRA brings them. The text so far, made an alias
 * of ours and sent as link control, begins the same.
 *
 * Decoder: dmr/alias.c
 */
#include <assert.h>
#include <string.h>

#include "dmr/alias.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void send_again(const char *text)
{
	struct talker_alias made = alias_make(text), heard = {0};
	char back[ALIAS_TEXT_CAP];

	for (unsigned block = 0; block < ALIAS_BLOCKS; block++) {
		struct lc lc = alias_lc(&made, block);
		if (made.have >> block & 1)
			assert(alias_put_lc(&heard, &lc));
	}
	(void)alias_text(&heard, back);
	assert(strncmp(text, back, strlen(back)) == 0 && (!*text || *back));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct talker_alias alias = {0};
	for (; size > ALIAS_BLOCK_LEN; data += 1 + ALIAS_BLOCK_LEN, size -= 1 + ALIAS_BLOCK_LEN) {
		char text[ALIAS_TEXT_CAP];
		bool news = alias_put(&alias, data[0], data + 1);
		assert(!news || data[0] < ALIAS_BLOCKS);
		(void)alias_text(&alias, text);
		assert(memchr(text, 0, sizeof(text)) != NULL);
		send_again(text);
	}
	return 0;
}
