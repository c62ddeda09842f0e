#include "report/event/happened.h"

static bool is_of_note(enum event_kind kind)
{
	static const bool of_note[EVENT_KINDS] = {
		[EVENT_CLIENT_UP] = true,  [EVENT_CLIENT_DOWN] = true, [EVENT_CLIENT_REJECT] = true,
		[EVENT_MESH_UP] = true,    [EVENT_MESH_DOWN] = true,   [EVENT_MESH_STUN] = true,
		[EVENT_MESH_CLEAR] = true, [EVENT_BLOCK_ON] = true,    [EVENT_BLOCK_OFF] = true,
	};

	return of_note[kind];
}

void happened_take(struct happened *h, const struct event *e, uint64_t number)
{
	if (is_of_note(e->kind))
		h->at[h->total++ % HAPPENED_MAX] = (struct happening){number, *e};
}

const struct happening *happened_nth(const struct happened *h, uint64_t nth)
{
	if (nth >= h->total || nth >= HAPPENED_MAX)
		return NULL;
	return &h->at[(h->total - 1 - nth) % HAPPENED_MAX];
}
