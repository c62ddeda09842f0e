#include "core/way.h"

#include "core/route.h"

bool way_counts(struct step *step, uint64_t key, uint32_t origin, struct claim **claim)
{
	struct core *core = step->core;
	struct claim *c = claim_find(&core->claims, key, step->now);
	bool outranked = c && claim_outranks(c, origin, step->now);

	if (c)
		c->seen = step->now;
	if (c && !outranked && c->origin != origin) {
		/* the call ends here softly, and begins anew from the next */
		struct stream *x = stream_find(&core->streams, c->origin, (uint32_t)(key >> 32));
		if (x)
			stream_end(step, x, CAUSE_TIMEOUT);
		count(step, COUNT_MESH_TAKEN_OVER);
		c = NULL;
	}
	*claim = c ? c : claim_take(&core->claims, key, origin, step->now);
	return !outranked;
}
