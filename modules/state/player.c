#include "state/player.h"

void players_open(struct players *t, struct arena *arena)
{
	pool_open(&t->pool, arena, "players", PLAYERS, sizeof(struct player));
	pool_open(&t->recordings, arena, "recordings", RECORDINGS, sizeof(struct recording));
}

struct player *player_get(const struct players *t, struct handle h)
{
	return pool_get(&t->pool, h);
}

struct recording *recording_get(const struct players *t, struct handle h)
{
	return pool_get(&t->recordings, h);
}
