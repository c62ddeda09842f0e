#include "core/step/tables.h"

#include "core/step/expire.h"
#include "core/step/kind.h"
#include "state/pool.h"

void tables_cut(struct core *c, struct arena *arena, const struct conf *conf, uint64_t mixing)
{
	const struct conf_limits *limits = &conf->limits;

	sessions_open(&c->sessions, arena, kind_capacity(KIND_SESSION, limits), mixing);
	subscriptions_open(&c->subscriptions, arena, kind_capacity(KIND_SUBSCRIPTION, limits),
	                   kind_capacity(KIND_CONFERENCE, limits), mixing);
	subscriptions_reserve(&c->subscriptions, limits->subscriptions, limits->sessions);
	streams_open(&c->streams, arena, kind_capacity(KIND_STREAM, limits), mixing);
	players_open(&c->players, arena);
	announcements_open(&c->announcements, arena, kind_capacity(KIND_ANNOUNCEMENT, limits));
	blocklist_open(&c->blocks, arena);
	decisions_open(&c->decisions, arena);
	locations_open(&c->locations, arena, limits->locations, mixing);
	peers_open(&c->peers, arena, kind_capacity(KIND_PEER, limits));
	uplinks_open(&c->uplinks, arena, kind_capacity(KIND_UPLINK, limits));
	claims_open(&c->claims, arena, CLAIMS_PER_STREAM * limits->streams, mixing);
	quenches_open(&c->quenches, arena, limits->peers, mixing);
	c->words =
		(struct words){.rows = arena_cut(arena, "words of before", WORDS_ROWS, WORDS_LEN)};
	expire_open(c, arena);
	c->sessions.pool.kept = CONF_UPLINKS_MAX;
	c->subscriptions.pool.kept = CONF_UPLINKS_MAX * CONF_MAPS_MAX;
}

static void attach_indexes(struct core *c, const struct core *fresh)
{
	hash_attach(&c->sessions.by_id, &fresh->sessions.by_id);
	hash_attach(&c->sessions.by_address, &fresh->sessions.by_address);
	hash_attach(&c->sessions.by_radio, &fresh->sessions.by_radio);
	hash_attach(&c->subscriptions.by_rf, &fresh->subscriptions.by_rf);
	hash_attach(&c->subscriptions.by_tg, &fresh->subscriptions.by_tg);
	hash_attach(&c->streams.by_id, &fresh->streams.by_id);
	hash_attach(&c->streams.buried, &fresh->streams.buried);
	hash_attach(&c->locations.by_radio, &fresh->locations.by_radio);
	hash_attach(&c->claims.by_key, &fresh->claims.by_key);
	hash_attach(&c->quenches.by_key, &fresh->quenches.by_key);
}

void tables_attach(struct core *c, const struct core *fresh)
{
	for (enum kind kind = 0; kind < KINDS; kind++)
		pool_attach(kind_pool_of(c, kind), kind_pool(fresh, kind));
	attach_indexes(c, fresh);
	c->streams.tombstones = fresh->streams.tombstones;
	c->decisions.rows = fresh->decisions.rows;
	c->locations.rows = fresh->locations.rows;
	c->locations.capacity = fresh->locations.capacity;
	c->claims.rows = fresh->claims.rows;
	c->claims.capacity = fresh->claims.capacity;
	c->quenches.rows = fresh->quenches.rows;
	c->quenches.next = fresh->quenches.next;
	c->expiry.entries = fresh->expiry.entries;
	c->expiry.capacity = fresh->expiry.capacity;
}
