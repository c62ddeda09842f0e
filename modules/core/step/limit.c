/*
 * Rate limits towards strangers: a fixed array of token buckets found by keyed hash, so a flood of
 * forged addresses takes no memory and only shares buckets. Each limit has its own array, so
 * garbage blocks no login. A key has a bucket to itself as long as one of its set is unused.
 */
#include "core/step/limit.h"

#include "base/cursor.h"

static const struct rule {
	int64_t rate_milli; /* thousandths of a token per second */
	int64_t depth;
	bool with_port;
} rules[LIMIT_LIMITS] = {
	[LIMIT_NAK] = {200, 1, true},         [LIMIT_HANDSHAKE] = {2000000, 5000, false},
	[LIMIT_WASTED] = {20000, 100, false}, [LIMIT_LOGIN] = {1000, 20, false},
	[LIMIT_OWNER] = {200, 5, false},      [LIMIT_LINES] = {200, 20, false},
	[LIMIT_LOG] = {17, 1, false},         [LIMIT_STRANGER] = {640000, 1280, false},
	[LIMIT_LOOP] = {17, 1, true},
};

/* The key's own bucket, else an unused one, else a shared one. */
static struct bucket *bucket_of(struct step *step, enum limit limit, uint64_t hash)
{
	const struct rule *rule = &rules[limit];
	struct limit_bucket *all = step->core->limits[limit];
	struct limit_bucket *set = all + hash % (LIMITS / LIMIT_WAYS) * LIMIT_WAYS;
	struct limit_bucket *free = NULL;
	uint32_t key = (uint32_t)(hash >> 32);

	for (uint32_t i = 0; i < LIMIT_WAYS; i++) {
		if (set[i].bucket.used && set[i].key == key)
			return &set[i].bucket;
		if (!free &&
		    bucket_is_full(&set[i].bucket, step->now, rule->rate_milli, rule->depth))
			free = &set[i];
	}
	if (!free)
		return &set[key % LIMIT_WAYS].bucket;
	free->key = key;
	return &free->bucket;
}

static struct bucket *find(struct step *step, enum limit limit, const struct addr *who,
                           uint64_t what)
{
	uint8_t key[32];
	struct wr w = wr_make(key, sizeof(key));

	wr_u8(&w, (uint8_t)limit);
	wr_bytes(&w, who->ip, sizeof(who->ip));
	wr_u16(&w, rules[limit].with_port ? who->port : 0);
	wr_u64(&w, what);
	return bucket_of(step, limit, siphash(step->core->secret, key, wr_len(&w)));
}

bool limit_allows(struct step *step, enum limit limit, const struct addr *who, uint64_t what)
{
	const struct rule *rule = &rules[limit];

	return bucket_take(find(step, limit, who, what), step->now, rule->rate_milli, rule->depth);
}

bool limit_would_allow(struct step *step, enum limit limit, const struct addr *who, uint64_t what)
{
	const struct rule *rule = &rules[limit];
	struct bucket probe = *find(step, limit, who, what);

	return bucket_take(&probe, step->now, rule->rate_milli, rule->depth);
}
