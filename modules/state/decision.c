#include "state/decision.h"

#include <stdbool.h>
#include <stddef.h>

void decisions_open(struct decisions *t, struct arena *arena)
{
	*t = (struct decisions){
		.rows = arena_cut(arena, "decisions", DECISIONS, sizeof(struct decision)),
	};
}

static struct decision *row_at(const struct decisions *t, uint32_t ago)
{
	if (ago >= DECISIONS || ago >= t->count)
		return NULL;
	return &t->rows[(t->count - 1 - ago) % DECISIONS];
}

const struct decision *decision_at(const struct decisions *t, uint32_t ago)
{
	return row_at(t, ago);
}

static bool is_same(const struct decision *a, const struct decision *b)
{
	return source_equal(a->who, b->who) && a->radio == b->radio && a->slot == b->slot &&
	       a->tg == b->tg && a->words == b->words && a->number == b->number;
}

void decision_restore(struct decisions *t, const struct decision *d)
{
	t->rows[t->count++ % DECISIONS] = *d;
}

void decision_add(struct decisions *t, const struct decision *d)
{
	for (uint32_t ago = 0; ago < DECISIONS_LAST; ago++) {
		struct decision *old = row_at(t, ago);
		if (!old || !is_same(old, d))
			continue;
		uint32_t times = old->times + 1;
		for (; ago > 0; ago--)
			*row_at(t, ago) = *row_at(t, ago - 1);
		*row_at(t, 0) = *d;
		row_at(t, 0)->times = times;
		return;
	}
	t->rows[t->count % DECISIONS] = *d;
	t->rows[t->count % DECISIONS].times = 1;
	t->count++;
}
