/*
 * Rate limits towards strangers: a fixed array of token buckets found by keyed hash, so a flood of
 * invented addresses takes no memory and only ever shares buckets. Each limit has its own: garbage
 * keeps nobody from logging in.
 */
#include "core/limit.h"

#include "base/cursor.h"

static const struct {
	int64_t rate_milli; /* thousandths of a token per second */
	int64_t depth;
	bool with_port;
} rules[LIMIT_LIMITS] = {
	[LIMIT_NAK] = {200, 1, true},
	[LIMIT_HANDSHAKE] = {200000, 2000, false},
	[LIMIT_LOG] = {17, 1, false},
	[LIMIT_LOOP] = {17, 1, true},
};

bool limit_allows(struct step *step, enum limit limit, const struct addr *who, uint64_t what)
{
	uint8_t key[32];
	struct wr w = wr_make(key, sizeof(key));

	wr_u8(&w, (uint8_t)limit);
	wr_bytes(&w, who->ip, sizeof(who->ip));
	wr_u16(&w, rules[limit].with_port ? who->port : 0);
	wr_u64(&w, what);
	uint64_t hash = siphash(step->core->secret, key, wr_len(&w));
	return bucket_take(&step->core->limits[limit][hash % LIMITS], step->now,
	                   rules[limit].rate_milli, rules[limit].depth);
}
