#include "state/announcement.h"

void announcements_open(struct announcements *t, struct arena *arena, uint32_t capacity)
{
	pool_open(&t->pool, arena, "announcements", capacity, sizeof(struct announcement));
}
