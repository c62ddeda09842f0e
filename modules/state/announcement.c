#include "state/announcement.h"

void announcements_open(struct announcements *t, struct arena *arena, uint32_t capacity)
{
	pool_open(&t->pool, arena, "announcements", capacity, sizeof(struct announcement));
}

struct announcement *announcement_get(const struct announcements *t, struct handle h)
{
	return pool_get(&t->pool, h);
}
