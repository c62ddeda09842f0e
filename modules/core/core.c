#include "core/core.h"

#include "core/announce.h"
#include "core/block.h"
#include "core/check.h"
#include "core/dial.h"
#include "core/intake.h"
#include "core/login.h"
#include "core/mesh.h"
#include "core/obey.h"
#include "core/player.h"
#include "core/route.h"
#include "core/snapshot.h"
#include "core/step.h"
#include "core/uplink.h"

struct core *core_open(struct arena *arena, const struct conf *conf,
                       const uint8_t seed[static CORE_SEED_LEN], tick_t now)
{
	struct core *core = arena_cut(arena, "core", 1, sizeof(*core));
	struct core measured;
	const struct conf_limits *limits = &conf->limits;
	struct siphash_key secret = siphash_key_from(seed);
	uint64_t mixing = siphash(siphash_key_from(seed + 16), seed, CORE_SEED_LEN);
	struct core *c = core ? core : &measured;

	sessions_open(&c->sessions, arena, limits->sessions + conf->uplink_count, mixing);
	subscriptions_open(&c->subscriptions, arena,
	                   limits->subscriptions + conf->uplink_count * CONF_MAPS_MAX,
	                   limits->streams, mixing);
	streams_open(&c->streams, arena, limits->streams, mixing);
	players_open(&c->players, arena);
	announcements_open(&c->announcements, arena, conf->announcement_count);
	blocks_open(&c->blocks, arena);
	decisions_open(&c->decisions, arena);
	locations_open(&c->locations, arena, limits->locations, mixing);
	peers_open(&c->peers, arena, limits->peers);
	uplinks_open(&c->uplinks, arena, CONF_UPLINKS_MAX);
	claims_open(&c->claims, arena, CLAIMS_PER_STREAM * limits->streams, mixing);
	controls_open(&c->controls, arena, limits->peers, mixing);
	expiry_open(&c->expiry, arena,
	            2 * limits->sessions + limits->subscriptions + limits->streams + 2 * PLAYERS +
	                    limits->peers + CONF_UPLINKS_MAX + BLOCKS + conf->announcement_count);
	c->conf = conf;
	c->started = now;
	c->secret = secret;
	if (core) {
		mesh_open(core);
		announce_open(core);
		uplink_open(core);
	}
	return core;
}

/* What has run out, as far as the actions hold it: the rest stays due and core_next says so. */
static void expire(struct step *step)
{
	struct expiry_entry e;

	while (actions_have_room(step->actions) && expiry_pop(&step->core->expiry, step->now, &e)) {
		switch (e.kind) {
		case EXPIRE_SESSION:
			session_expire(step, &e);
			break;
		case EXPIRE_STREAM:
			stream_expire(step, &e);
			break;
		case EXPIRE_SUBSCRIPTION:
			dial_expire(step, &e);
			break;
		case EXPIRE_PLAYER:
			player_expire(step, &e);
			break;
		case EXPIRE_BLOCK:
			block_expire(step, &e);
			break;
		case EXPIRE_IDENT:
			ident_expire(step, &e);
			break;
		case EXPIRE_ANNOUNCEMENT:
			announcement_expire(step, &e);
			break;
		case EXPIRE_PEER:
			peer_expire(step, &e);
			break;
		case EXPIRE_UPLINK:
			uplink_expire(step, &e);
			break;
		}
	}
}

/* Calls first, so that listeners hear them end. As much as the actions hold; the rest at the next
 * EVENT_STOP. */
static void stop(struct step *step)
{
	struct session *s;
	struct stream *x;
	struct uplink *u;

	step->core->stopped = true;
	for (uint32_t at = POOL_NONE; (x = pool_next(&step->core->streams.pool, &at));) {
		if (!actions_have_room(step->actions))
			return;
		stream_end(step, x, CAUSE_SHUTDOWN);
	}
	for (uint32_t at = POOL_NONE; (u = pool_next(&step->core->uplinks.pool, &at));) {
		if (!actions_have_room(step->actions))
			return;
		uplink_stop(step, u);
	}
	for (uint32_t at = POOL_NONE; (s = pool_next(&step->core->sessions.pool, &at));) {
		if (!actions_have_room(step->actions))
			return;
		session_end(step, s, CAUSE_SHUTDOWN, true);
	}
}

/* Sockets are those of the listeners, then of the peers, then of the uplinks. */
static void take_datagram(struct step *step, const struct event *event)
{
	const struct conf *conf = step->core->conf;
	uint32_t socket = event->datagram.from.socket;

	if (socket < conf->listener_count)
		intake_datagram(step, event);
	else if (socket < conf->socket_count - conf->uplink_count)
		mesh_datagram(step, event);
	else
		uplink_datagram(step, event);
}

void core_step(struct core *core, tick_t now, const struct event *event, struct actions *actions)
{
	struct step step = {
		.core = core, .now = now, .wall_ns = event->wall_ns, .actions = actions};

	switch (event->kind) {
	case EVENT_DATAGRAM:
		if (!core->stopped)
			take_datagram(&step, event);
		break;
	case EVENT_COMMAND:
		obey_command(&step, event->command);
		break;
	case EVENT_TIME:
		expire(&step);
		break;
	case EVENT_ROWS:
		snapshot_go_on(&step, event->rows);
		break;
	case EVENT_ADDRESS:
		if (event->address.link < core->conf->peer_count)
			mesh_address(&step, event->address.link, &event->address.to);
		else if (!core->stopped)
			uplink_address(&step, event->address.link - core->conf->peer_count,
			               &event->address.to);
		break;
	case EVENT_CONF:
		core->conf = event->conf;
		announce_replan(&step);
		break;
	case EVENT_STOP:
		stop(&step);
		break;
	}
}

tick_t core_next(const struct core *core)
{
	return expiry_next(&core->expiry);
}

bool core_has_sessions(const struct core *core)
{
	return core->sessions.pool.used > 0;
}

bool core_wants_rows(const struct core *core)
{
	return core->snapshot.running;
}

uint64_t core_hash(const struct core *core)
{
	return snapshot_hash(core);
}

const char *core_check(const struct core *core)
{
	return check_tables(core);
}
