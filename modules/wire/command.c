#include "wire/command.h"

#include <string.h>

#include "base/text.h"
#include "wire/field.h"

#define FIELDS_OF struct command
#include "wire/fields.h"

#define CLIENT_ID_MAX 999999999u

static const char *const peer_orders[PEER_ORDERS] = {
	[PEER_STUN] = "stun", [PEER_CLEAR] = "clear", [PEER_RESET] = "reset"};

static const char *const unregistered_names[UNREGISTERED_KINDS] = {
	[UNREGISTERED_ID] = "ID not registered",
	[UNREGISTERED_CALLSIGN] = "ID registered with another callsign"};

const char *peer_order_name(enum peer_order order)
{
	return order < PEER_ORDERS ? peer_orders[order] : "?";
}

const char *unregistered_name(enum unregistered why)
{
	return why < UNREGISTERED_KINDS ? unregistered_names[why] : "?";
}

static const struct record_field kick_fields[] = {
	{FIELD("client", kick.client)},
};

static const struct record_field link_fields[] = {
	{FIELD("client", link.client)},
	{FIELD("slot", link.slot)},
	{FIELD("tg", link.tg)},
};

static const struct record_field reflector_fields[] = {
	{FIELD("client", reflector.client)},
	{FIELD("tg", reflector.tg)},
};

static const struct record_field options_fields[] = {
	{FIELD("client", options.client)},
	{FIELD("text", options.text)},
};

static const struct record_field why_fields[] = {
	{FIELD("id", why.id)},
};

static const struct record_field peer_fields[] = {
	{FIELD("name", peer.name)},
	{ENUM("order", peer.order, PEER_ORDERS, peer_order_name)},
};

static const struct record_field quenches_fields[] = {
	{FIELD("peer", quenches.peer)},
};

static const struct record_field call_fields[] = {
	{FIELD("origin", call.origin)},
	{HEX("stream", call.stream)},
	{FIELD("generation", call.generation)},
};

static const struct record_field block_fields[] = {
	{FIELD("id", block.target.id)},
	{FIELD("address", block.target.address)},
	{FIELD("ms", block.ms)},
	{FIELD("ago", block.ago)},
};

static const struct record_field restore_fields[] = {
	{FIELD("client", restore.client)},
	{FIELD("slot", restore.slot)},
	{FIELD("tg", restore.tg)},
	{ENUM("mode", restore.mode, SUBSCRIPTION_DIAL + 1, subscription_mode_name)},
	{FIELD("conference", restore.conference)},
	{FIELD("seconds", restore.seconds)},
};

static const struct record_field locate_fields[] = {
	{FIELD("client", locate.client)},
	{FIELD("slot", locate.slot)},
	{FIELD("radio", locate.radio)},
	{FIELD("seconds", locate.seconds)},
};

static const struct record_field neighbour_fields[] = {
	{FIELD("name", neighbour.name)},
	{FIELD("at", neighbour.at)},
	{FIELD("stunned", neighbour.stunned)},
};

static const struct record_field alias_fields[] = {
	{FIELD("origin", alias.origin)},
	{FIELD("stream", alias.stream)},
	{FIELD("text", alias.text)},
};

static const struct record_field verify_fields[] = {
	{FIELD("client", verify.client)},
	{FIELD("from", verify.from)},
	{FIELD("salt", verify.salt)},
	{FIELD("digest", verify.digest)},
};

static const struct record_field care_fields[] = {
	{FIELD("client", care.client)},
	{FIELD("text", care.text)},
};

static const struct record_field refuse_fields[] = {
	{FIELD("client", refuse.client)},
	{ENUM("why", refuse.why, UNREGISTERED_KINDS, unregistered_name)},
	{FIELD("at", refuse.at)},
};

static const struct record_field admit_fields[] = {
	{FIELD("client", admit.client)},
	{FIELD("at", admit.at)},
};

static const struct record_field denied_fields[] = {
	{FIELD("call", denied.call)},
};

/* clang-format off */
#define FIELDS(kind) kind##_fields, ARRAY_LEN(kind##_fields)
/* clang-format on */

static const struct record_info infos[COMMAND_KINDS] = {
	[COMMAND_SNAPSHOT] = {"snapshot", NULL, 0},
	[COMMAND_KICK] = {"kick", FIELDS(kick)},
	[COMMAND_LINK] = {"link", FIELDS(link)},
	[COMMAND_UNLINK] = {"unlink", FIELDS(link)},
	[COMMAND_DEFAULT] = {"default", FIELDS(reflector)},
	[COMMAND_OPTIONS] = {"options", FIELDS(options)},
	[COMMAND_WHY] = {"why", FIELDS(why)},
	[COMMAND_PEER] = {"peer", FIELDS(peer)},
	[COMMAND_QUENCHES] = {"quenches", FIELDS(quenches)},
	[COMMAND_CALL] = {"call", FIELDS(call)},
	[COMMAND_BLOCK] = {"block", FIELDS(block)},
	[COMMAND_UNBLOCK] = {"unblock", FIELDS(block)},
	[COMMAND_RESTORE] = {"restore", FIELDS(restore)},
	[COMMAND_LOCATE] = {"locate", FIELDS(locate)},
	[COMMAND_NEIGHBOUR] = {"neighbour", FIELDS(neighbour)},
	[COMMAND_ALIAS] = {"alias", FIELDS(alias)},
	[COMMAND_VERIFY] = {"verify", FIELDS(verify)},
	[COMMAND_CARE] = {"care", FIELDS(care)},
	[COMMAND_REFUSE] = {"refuse", FIELDS(refuse)},
	[COMMAND_ADMIT] = {"admit", FIELDS(admit)},
	[COMMAND_READY] = {"ready", NULL, 0},
	[COMMAND_RELOAD] = {"reload", NULL, 0},
	[COMMAND_UPGRADE] = {"upgrade", NULL, 0},
	[COMMAND_UPGRADED] = {"upgraded", NULL, 0},
	[COMMAND_BEAT] = {"beat", NULL, 0},
	[COMMAND_DENIED] = {"denied", FIELDS(denied)},
	[COMMAND_KEEP] = {"keep", NULL, 0},
};

const struct record_info *command_info(enum command_kind kind)
{
	return &infos[kind];
}

void command_write(struct wr *w, const struct command *c)
{
	const struct record_info *info = &infos[c->kind];
	size_t start = wr_len(w);

	wr_u8(w, COMMAND_VERSION);
	wr_u8(w, (uint8_t)c->kind);
	wr_u32(w, c->number);
	for (size_t i = 0; i < info->field_count; i++)
		field_write(w, c, &info->fields[i]);
	wr_fill(w, 0, COMMAND_LEN - (wr_len(w) - start));
}

/* Zeros after the fields, to the end. */
static bool is_blank(struct rd *r)
{
	uint8_t octets = 0;

	while (rd_more(r))
		octets |= rd_u8(r);
	return rd_done(r) && octets == 0;
}

enum parse command_parse(const uint8_t *bytes, size_t len, struct command *out, const char **reason)
{
	struct rd r = rd_make(bytes, len);
	uint8_t version = rd_u8(&r);
	uint8_t kind = rd_u8(&r);

	*reason = "length";
	if (len != COMMAND_LEN)
		return PARSE_BAD;
	*reason = "version";
	if (version != COMMAND_VERSION)
		return PARSE_BAD;
	if (kind >= COMMAND_KINDS)
		return PARSE_IGNORE;

	struct command c = {.kind = kind, .number = rd_u32(&r)};
	for (size_t i = 0; i < infos[kind].field_count; i++)
		field_read(&r, &c, &infos[kind].fields[i]);
	*reason = "fields";
	if (!is_blank(&r))
		return PARSE_BAD;
	*out = c;
	return PARSE_OK;
}

bool block_target_parse(const char *text, size_t len, struct block_target *out)
{
	char word[ADDR_TEXT_MAX];
	struct text t = text_make(word, sizeof(word));
	struct block_target target = {.id = 0};
	uint64_t id;

	text_bytes(&t, text, len);
	if (text_to_u64(text, len, 1, CLIENT_ID_MAX, &id))
		target.id = (uint32_t)id;
	else if (t.cut || !addr_parse(word, 1, &target.address) || addr_is_any(&target.address))
		return false;
	target.address.port = 0;
	*out = target;
	return true;
}

void block_target_format(const struct block_target *target, struct text *t)
{
	char address[ADDR_TEXT_MAX];

	if (target->id)
		text_format(t, "%lu", (unsigned long)target->id);
	else
		text_bytes(t, address,
		           strlen(addr_format(&target->address, address)) - strlen(":0"));
}
