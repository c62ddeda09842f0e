#include "report/event/refusals.h"

#include <string.h>

static bool is_same(const struct refusal *x, const struct refusal_record *r)
{
	return x->last.client == r->client && strcmp(x->last.why, r->why) == 0;
}

/* The row of this client and reason; a blank one if there is none yet. */
static struct refusal *row_for(struct refusals *t, const struct refusal_record *r)
{
	struct refusal *oldest = &t->row[0];

	for (uint32_t i = 0; i < t->count; i++) {
		if (is_same(&t->row[i], r))
			return &t->row[i];
		if (t->row[i].at < oldest->at)
			oldest = &t->row[i];
	}
	if (t->count < REFUSALS_MAX)
		oldest = &t->row[t->count++];
	*oldest = (struct refusal){.times = 0};
	return oldest;
}

void refusals_take(struct refusals *t, const struct record *r)
{
	if (r->kind != RECORD_REFUSAL)
		return;
	struct refusal *x = row_for(t, &r->refusal);
	if (x->times++ == 0)
		x->since = r->at;
	x->at = r->at;
	x->last = r->refusal;
}
