#include "wire/command.h"

#include <string.h>

#define RESERVED_LEN (COMMAND_LEN - 15u - COMMAND_TEXT_MAX)

const char *command_kind_name(enum command_kind kind)
{
	switch (kind) {
	case COMMAND_SNAPSHOT:
		return "snapshot";
	case COMMAND_KICK:
		return "kick";
	case COMMAND_LINK:
		return "link";
	case COMMAND_UNLINK:
		return "unlink";
	case COMMAND_DEFAULT:
		return "default";
	case COMMAND_OPTIONS:
		return "options";
	case COMMAND_WHY:
		return "why";
	case COMMAND_PEER:
		return "peer";
	case COMMAND_BLOCK:
		return "block";
	case COMMAND_UNBLOCK:
		return "unblock";
	case COMMAND_RESTORE:
		return "restore";
	case COMMAND_LOCATE:
		return "locate";
	case COMMAND_ALIAS:
		return "alias";
	case COMMAND_REFUSE:
		return "refuse";
	case COMMAND_READY:
		return "ready";
	case COMMAND_RELOAD:
		return "reload";
	case COMMAND_KINDS:
		break;
	}
	return "?";
}

static void text_write(struct wr *w, const char text[static COMMAND_TEXT_MAX])
{
	const char *end = memchr(text, 0, COMMAND_TEXT_MAX - 1);
	size_t len = end ? (size_t)(end - text) : COMMAND_TEXT_MAX - 1;

	wr_bytes(w, text, len);
	wr_fill(w, 0, COMMAND_TEXT_MAX - len);
}

void command_write(struct wr *w, const struct command *c)
{
	wr_u8(w, COMMAND_VERSION);
	wr_u8(w, (uint8_t)c->kind);
	wr_u32(w, c->number);
	wr_u32(w, c->client);
	wr_u8(w, c->slot);
	wr_u32(w, c->tg);
	text_write(w, c->text);
	wr_fill(w, 0, RESERVED_LEN);
}

/* One terminated text, blank behind its end. */
static bool text_is_clean(const char text[static COMMAND_TEXT_MAX])
{
	size_t len = 0;

	while (len < COMMAND_TEXT_MAX && text[len])
		len++;
	for (size_t i = len; i < COMMAND_TEXT_MAX; i++) {
		if (text[i])
			return false;
	}
	return len < COMMAND_TEXT_MAX;
}

enum parse command_parse(const uint8_t *bytes, size_t len, struct command *out, const char **reason)
{
	struct rd r = rd_make(bytes, len);
	uint8_t version = rd_u8(&r);
	uint8_t kind = rd_u8(&r);
	struct command c = {.number = rd_u32(&r)};

	c.client = rd_u32(&r);
	c.slot = rd_u8(&r);
	c.tg = rd_u32(&r);
	rd_bytes(&r, c.text, sizeof(c.text));
	rd_skip(&r, RESERVED_LEN);
	if (!rd_done(&r)) {
		*reason = "length";
		return PARSE_BAD;
	}
	if (version != COMMAND_VERSION) {
		*reason = "version";
		return PARSE_BAD;
	}
	if (kind >= COMMAND_KINDS)
		return PARSE_IGNORE;
	if (!text_is_clean(c.text)) {
		*reason = "text";
		return PARSE_BAD;
	}
	c.kind = kind;
	*out = c;
	return PARSE_OK;
}
