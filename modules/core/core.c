#include "core/core.h"

#include "core/conference/announce.h"
#include "core/access/blocklist.h"
#include "core/telling/checkpoint.h"
#include "core/telling/invariants.h"
#include "core/conference/dial.h"
#include "core/intake.h"
#include "core/access/session.h"
#include "core/mend.h"
#include "core/mesh.h"
#include "core/command.h"
#include "core/conference/player.h"
#include "core/routing/stream.h"
#include "core/conference/settle.h"
#include "core/telling/rows.h"
#include "core/telling/snapshot.h"
#include "core/telling/takeover.h"
#include "core/step/expire.h"
#include "core/step/tables.h"
#include "core/access/uplink.h"
#include "state/pool.h"

struct core *core_open(struct arena *arena, const struct conf *conf,
                       const uint8_t seed[static CORE_SEED_LEN], tick_t now)
{
	struct core measured;
	struct pool itself;
	struct siphash_key secret = siphash_key_from(seed);
	uint64_t mixing = siphash(siphash_key_from(seed + 16), seed, CORE_SEED_LEN);

	pool_open(&itself, arena, "core", 1, sizeof(struct core));
	struct core *core = itself.rows ? pool_take(&itself) : NULL;
	struct core *c = core ? core : &measured;
	c->itself = itself;
	tables_cut(c, arena, conf, mixing);
	c->conf = conf;
	c->started = now;
	c->secret = secret;
	c->salts = siphash_key_from(seed + 16);
	if (core) {
		mesh_open(core);
		announce_open(core);
		settle_open(core);
		uplink_open(core);
	}
	return core;
}

struct core *core_find(struct arena *arena, const struct conf *conf)
{
	struct core fresh; /* used only to locate its tables */

	pool_open(&fresh.itself, arena, "core", 1, sizeof(struct core));
	struct core *core = (void *)fresh.itself.rows;
	if (!core)
		return NULL;
	tables_cut(&fresh, arena, conf, 0);
	tables_attach(core, &fresh);
	core->conf = conf;
	return core;
}

const char *core_adopt(struct core *core)
{
	const char *fault =
		core->stopped ? "the old process was shutting down" : invariants_of_tables(core);

	if (fault)
		return fault;
	core->snapshot = (struct snapshot){.running = false};
	core->variant_count = 0;
	expire_rebuild(core);
	return NULL;
}

size_t core_handover_size(const struct conf *conf)
{
	struct arena measure;
	struct core measured;

	arena_measure(&measure);
	pool_open(&measured.itself, &measure, "core", 1, sizeof(struct core));
	tables_cut(&measured, &measure, conf, 0);
	return handover_size(&measured);
}

size_t core_hand_over(const struct core *core, void *at, size_t room)
{
	return handover_write(core, CARRIED_NEXT, at, room);
}

size_t core_handover_head(void *at, size_t room)
{
	return handover_write_head(at, room);
}

const char *core_reads_handover(const void *octets, size_t len)
{
	return takeover_reads(octets, len);
}

const char *core_take_over(struct core *core, const void *octets, size_t len, struct arena *room,
                           uint32_t *left)
{
	struct arena measure;

	arena_measure(&measure);
	takeover_measure(octets, len, &measure);
	if (!arena_claim(room, measure.used)) /* never: out of memory */
		return "out of memory";
	return takeover_fill(core, octets, len, room, left);
}

size_t core_checkpoint(const struct core *core, void *at, size_t room)
{
	return checkpoint_write(core, at, room);
}

const char *core_resume(struct core *core, const void *octets, size_t len, struct arena *room)
{
	const char *fault = checkpoint_read(core, octets, len, room);

	if (!fault)
		fault = invariants_of_tables(core);
	if (fault)
		return fault;
	mend_derived(core);
	return invariants_broken(core);
}

bool core_lost_client(struct core *core, uint32_t *at, struct lost_client *out)
{
	core->sessions.pool.fresh = core->sessions.pool.capacity;
	for (const struct session *s; (s = pool_next(&core->sessions.pool, at));) {
		*out = (struct lost_client){.id = s->id, .where = s->at};
		if (!session_is_uplink(s) && s->id > 0 && s->id <= CONF_CLIENT_ID_MAX &&
		    s->at.to.port != 0 && s->at.socket < core->conf->listener_count)
			return true;
	}
	return false;
}

uint32_t core_sessions(const struct core *core)
{
	return core->sessions.pool.used;
}

uint32_t core_calls(const struct core *core)
{
	return core->streams.pool.used;
}

/* Handles timeouts while the actions have room; the rest stays due, as core_next reports. */
static void expire(struct step *step)
{
	while (actions_have_room(step->actions) && expire_next(step))
		continue;
}

/* Calls first, so that listeners get a terminator. As many as fit in the actions; the rest at the
 * next EVENT_STOP. */
static void stop(struct step *step)
{
	step->core->stopped = true;
	POOL_EACH(struct stream *, x, &step->core->streams.pool) {
		if (!actions_have_room(step->actions))
			return;
		stream_end(step, x, CAUSE_SHUTDOWN);
	}
	POOL_EACH(struct uplink *, u, &step->core->uplinks.pool) {
		if (!actions_have_room(step->actions))
			return;
		uplink_stop(step, u);
	}
	POOL_EACH(struct session *, s, &step->core->sessions.pool) {
		if (!actions_have_room(step->actions))
			return;
		session_end(step, s, CAUSE_SHUTDOWN, true);
	}
}

bool core_knows(const struct core *core, const struct event *event)
{
	enum conf_user user = conf_socket(core->conf, event->datagram.from.socket).user;

	return user == USER_LISTENER
	               ? intake_knows(core, event)
	               : user == USER_UPLINK || mesh_knows(core, &event->datagram.from);
}

static void take_datagram(struct step *step, const struct event *event)
{
	struct conf_socket socket = conf_socket(step->core->conf, event->datagram.from.socket);

	switch (socket.user) {
	case USER_LISTENER:
		intake_datagram(step, event);
		break;
	case USER_PEERS:
		mesh_datagram(step, event);
		break;
	case USER_UPLINK:
		uplink_datagram(step, uplink_at(&step->core->uplinks, socket.index), event);
		break;
	}
}

static void take_address(struct step *step, const struct resolved_record *r)
{
	if (r->of.kind == SOURCE_PEER)
		mesh_address(step, r->of.index, &r->to);
	else if (!step->core->stopped)
		uplink_address(step, r);
}

/* Ends the sessions of a listener that was removed or moved, while its socket can still notify
 * them. */
static bool leave_listeners(struct step *step, const struct conf *conf)
{
	POOL_EACH(struct session *, s, &step->core->sessions.pool) {
		if (session_is_uplink(s) ||
		    conf_keeps_listener(step->core->conf, conf, s->at.socket))
			continue;
		if (!actions_have_room(step->actions))
			return false;
		session_end(step, s, CAUSE_SHUTDOWN, true);
	}
	return true;
}

/* Ends what was removed, still under the old configuration, which stays in force while the actions
 * are full. */
static void follow_conf(struct step *step, const struct conf *conf)
{
	struct core *core = step->core;
	const struct conf *before = core->conf;

	if (!leave_listeners(step, conf) || !mesh_leave(step, conf) || !uplink_leave(step, conf))
		return;
	rows_listeners(step, before, conf, CHANGE_END);
	core->conf = conf;
	rows_listeners(step, conf, before, CHANGE_BEGIN);
	mesh_follow(step, before);
	if (!core->stopped)
		uplink_follow(step);
	announce_follow(step, before);
	player_follow(step, before);
	settle_begin(step);
}

bool core_follows(const struct core *core, const struct conf *conf)
{
	return core->conf == conf;
}

void core_step(struct core *core, tick_t now, const struct event *event, struct actions *actions)
{
	struct step step = {
		.core = core, .now = now, .wall_ns = event->wall_ns, .actions = actions};

	actions->verdicts.count = 0;
	switch (event->kind) {
	case EVENT_DATAGRAM:
		if (!core->stopped)
			take_datagram(&step, event);
		break;
	case EVENT_COMMAND:
		command_run(&step, event->command);
		break;
	case EVENT_TIME:
		expire(&step);
		break;
	case EVENT_ROWS:
		snapshot_go_on(&step, event->rows);
		break;
	case EVENT_ADDRESS:
		take_address(&step, &event->address);
		break;
	case EVENT_CONF:
		follow_conf(&step, event->conf);
		break;
	case EVENT_DERIVE:
		mend_derived(core);
		break;
	case EVENT_MEND:
		if (event->all)
			mend_all(&step);
		else
			mend_some(&step);
		break;
	case EVENT_LOST:
		session_tell_lost(&step, &event->lost);
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
	return core_sessions(core) > 0;
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
	return invariants_broken(core);
}
