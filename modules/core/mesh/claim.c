#include "core/mesh/claim.h"

#include "core/routing/stream.h"
#include "state/pool.h"

/* The stream of a claim. Its number is that of the conference, whatever number an uplink uses. */
static struct stream *claimed_stream(const struct core *core, const struct claim *c)
{
	POOL_EACH(struct stream *, x, &core->streams.pool)
		if (source_equal(x->origin, c->origin) &&
		    claim_key(x->id, x->src, x->unit ? x->dst : x->conversation, x->unit,
		              x->data) == c->key)
			return x;
	return NULL;
}

bool claim_counts(struct step *step, const struct hbp_burst *b, uint64_t key, struct source origin,
                  struct claim **claim)
{
	struct core *core = step->core;
	struct claim *c = claim_find(&core->claims, key, step->now);
	bool others = c && !source_equal(c->origin, origin);
	/* an end is the end of what that path has brought: with it alone no call starts again */
	bool outranked = others && (b->class == BURST_TERMINATOR ||
	                            claim_outranks(c, origin, step->now) ||
	                            claim_has_carried(c, b, step->now));

	if (c)
		c->seen = step->now;
	if (others && !outranked) {
		/* the call ends softly here and starts again from the next neighbour */
		struct stream *x = claimed_stream(core, c);
		if (x)
			stream_end(step, x, CAUSE_TIMEOUT);
		count(step, COUNT_MESH_TAKEN_OVER);
		c = NULL;
	}
	*claim = c ? c : claim_take(&core->claims, key, origin, step->now);
	return *claim && !outranked;
}
