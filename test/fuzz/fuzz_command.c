/*
 * Commands of any octets: what is read is written so that it reads the same again.
 *
 * Decoder: wire/command.c
 */
#include <assert.h>
#include <string.h>

#include "wire/command.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_names(const struct command *c)
{
	char text[ADDR_TEXT_MAX];
	struct text t = text_make(text, sizeof(text));
	struct block_target back;

	assert(command_info(c->kind)->name);
	assert(c->kind != COMMAND_PEER || *peer_order_name(c->peer.order) != '?');
	assert(c->kind != COMMAND_REFUSE || *unregistered_name(c->refuse.why) != '?');
	if (c->kind != COMMAND_BLOCK)
		return;
	block_target_format(&c->block.target, &t);
	if (block_target_parse(text, t.len, &back))
		assert(back.id == c->block.target.id &&
		       (back.id || addr_same_ip(&back.address, &c->block.target.address)));
}

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
	check_names(&c);
	command_write(&a, &c);
	assert(wr_len(&a) == COMMAND_LEN);
	enum parse again = command_parse(first, sizeof(first), &c, &reason);
	assert(again == PARSE_OK);
	command_write(&b, &c);
	assert(wr_len(&b) == COMMAND_LEN && memcmp(first, second, COMMAND_LEN) == 0);
	return 0;
}
