#include "report/event/event_kind.h"

#include <string.h>

/* A line for each kind, in full, because the name of an event is searched for as a whole. */
static const struct event_info kinds[EVENT_KINDS] = {
	[EVENT_NONE] = {"", RECORD_KINDS, NULL, false},
	[EVENT_SERVER_START] = {"server.start", RECORD_SERVER, "ev/server", true},
	[EVENT_SERVER_UPDATE] = {"server.update", RECORD_SERVER, "ev/server", true},
	[EVENT_SERVER_STOP] = {"server.stop", RECORD_SERVER, "ev/server", true},
	[EVENT_SERVER_RELOAD] = {"server.reload", RECORD_RELOAD, "ev/server", true},
	[EVENT_SERVER_CLOCK] = {"server.clock", RECORD_KINDS, "ev/server", true},
	[EVENT_LISTENER_UP] = {"listener.up", RECORD_LISTENER, "ev/listener", true},
	[EVENT_LISTENER_UPDATE] = {"listener.update", RECORD_LISTENER, "ev/listener", true},
	[EVENT_LISTENER_DOWN] = {"listener.down", RECORD_LISTENER, "ev/listener", true},
	[EVENT_CLIENT_UP] = {"client.up", RECORD_SESSION, "ev/client", true},
	[EVENT_CLIENT_UPDATE] = {"client.update", RECORD_SESSION, "ev/client", true},
	[EVENT_CLIENT_OPTIONS] = {"client.options", RECORD_SESSION, "ev/client", true},
	[EVENT_CLIENT_DOWN] = {"client.down", RECORD_SESSION, "ev/client", true},
	[EVENT_CLIENT_REJECT] = {"client.reject", RECORD_REFUSAL, "ev/client", true},
	[EVENT_SUBSCRIPTION_ON] = {"subscription.on", RECORD_SUBSCRIPTION, "ev/subscription", true},
	[EVENT_SUBSCRIPTION_EXTEND] = {"subscription.extend", RECORD_SUBSCRIPTION,
                                       "ev/subscription", true},
	[EVENT_SUBSCRIPTION_SUSPEND] = {"subscription.suspend", RECORD_SUBSCRIPTION,
                                        "ev/subscription", true},
	[EVENT_SUBSCRIPTION_OFF] = {"subscription.off", RECORD_SUBSCRIPTION, "ev/subscription",
                                    true},
	[EVENT_SUBSCRIPTION_EXPIRE] = {"subscription.expire", RECORD_SUBSCRIPTION,
                                       "ev/subscription", true},
	[EVENT_CALL_START] = {"call.start", RECORD_CALL, "ev/call", true},
	[EVENT_CALL_UPDATE] = {"call.update", RECORD_CALL, "ev/call", true},
	[EVENT_CALL_END] = {"call.end", RECORD_CALL, "ev/call", true, EVENT_TOPIC_LAST_CALL},
	[EVENT_CALL_LOST] = {"call.lost", RECORD_CALL, "ev/call", true, EVENT_TOPIC_LAST_CALL},
	[EVENT_DATA_START] = {"data.start", RECORD_CALL, "ev/data", true},
	[EVENT_DATA_UPDATE] = {"data.update", RECORD_CALL, "ev/data", true},
	[EVENT_DATA_END] = {"data.end", RECORD_CALL, "ev/data", true},
	[EVENT_LEG_START] = {"leg.start", RECORD_LEGS, "ev/leg", true},
	[EVENT_LEG_END] = {"leg.end", RECORD_LEGS, "ev/leg", true},
	[EVENT_MESH_UP] = {"mesh.up", RECORD_PEER, "ev/mesh", true},
	[EVENT_MESH_UPDATE] = {"mesh.update", RECORD_PEER, "ev/mesh", true},
	[EVENT_MESH_DOWN] = {"mesh.down", RECORD_PEER, "ev/mesh", true},
	[EVENT_MESH_REMOVED] = {"mesh.removed", RECORD_PEER, "ev/mesh", true},
	[EVENT_MESH_STUN] = {"mesh.stun", RECORD_PEER, "ev/mesh", true},
	[EVENT_MESH_CLEAR] = {"mesh.clear", RECORD_PEER, "ev/mesh", true},
	[EVENT_MESH_VERSION] = {"mesh.version", RECORD_PEER, "ev/mesh", true},
	[EVENT_MESH_ADDRESS] = {"mesh.address", RECORD_PEER, "ev/mesh", true},
	[EVENT_MESH_SKEW] = {"mesh.skew", RECORD_PEER, "ev/mesh", true},
	[EVENT_MESH_QUENCH] = {"mesh.quench", RECORD_PEER, "ev/mesh", true},
	[EVENT_MESH_LOSS] = {"mesh.loss", RECORD_PEER, "ev/mesh", true},
	[EVENT_BLOCK_ON] = {"block.on", RECORD_BLOCK, "ev/block", true},
	[EVENT_BLOCK_UPDATE] = {"block.update", RECORD_BLOCK, "ev/block", true},
	[EVENT_BLOCK_OFF] = {"block.off", RECORD_BLOCK, "ev/block", true},
	[EVENT_LOOP_SUPPRESSED] = {"loop.suppressed", RECORD_LOOP, "ev/loop", false},
	[EVENT_LOG_LINE] = {"log.line", RECORD_LOG, NULL, false}, /* the operator's */
	[EVENT_GAP] = {"gap", RECORD_DROPPED, "ev/health", false},
	[EVENT_MISSED] = {"gap", RECORD_KINDS, "ev/health", false},
	[EVENT_PING] = {"ping", RECORD_KINDS, NULL, false}, /* too many */
	[EVENT_HEALTH] = {"health", RECORD_KINDS, "ev/health", false},
	[EVENT_HELLO] = {"hello", RECORD_KINDS, NULL, false},
};

const struct event_info *event_info(enum event_kind kind)
{
	return &kinds[kind];
}

/* Changes of a row, unless the field that changed has a kind of its own. */
static const struct {
	enum event_kind begin, update, end;
} changes[RECORD_KINDS] = {
	[RECORD_SERVER] = {EVENT_SERVER_START, EVENT_SERVER_UPDATE, EVENT_SERVER_STOP},
	[RECORD_LISTENER] = {EVENT_LISTENER_UP, EVENT_LISTENER_UPDATE, EVENT_LISTENER_DOWN},
	[RECORD_SESSION] = {EVENT_CLIENT_UP, EVENT_CLIENT_UPDATE, EVENT_CLIENT_DOWN},
	[RECORD_SUBSCRIPTION] = {EVENT_SUBSCRIPTION_ON, EVENT_SUBSCRIPTION_EXTEND,
                                 EVENT_SUBSCRIPTION_OFF},
	[RECORD_CALL] = {EVENT_CALL_START, EVENT_CALL_UPDATE, EVENT_CALL_END},
	[RECORD_PEER] = {EVENT_MESH_UP, EVENT_MESH_UPDATE, EVENT_MESH_REMOVED},
	[RECORD_BLOCK] = {EVENT_BLOCK_ON, EVENT_BLOCK_UPDATE, EVENT_BLOCK_OFF},
};

static enum event_kind session_update(const struct record *r, const struct record *before)
{
	bool same = !before || strcmp(r->session.options, before->session.options) == 0;

	return same ? EVENT_CLIENT_UPDATE : EVENT_CLIENT_OPTIONS;
}

static enum event_kind subscription_update(const struct record *r, const struct record *before)
{
	if (before && r->subscription.active != before->subscription.active)
		return r->subscription.active ? EVENT_SUBSCRIPTION_ON : EVENT_SUBSCRIPTION_SUSPEND;
	return EVENT_SUBSCRIPTION_EXTEND;
}

static enum event_kind mesh_change(const struct record *r, const struct record *before)
{
	if (!before || before->peer.up != r->peer.up)
		return r->peer.up ? EVENT_MESH_UP : EVENT_MESH_DOWN;
	const struct peer_row *was = &before->peer, *is = &r->peer;
	if (was->stunned != is->stunned)
		return is->stunned ? EVENT_MESH_STUN : EVENT_MESH_CLEAR;
	if (was->version != is->version)
		return EVENT_MESH_VERSION;
	if (!addr_equal(&was->at, &is->at))
		return EVENT_MESH_ADDRESS;
	if (was->clock_differs != is->clock_differs)
		return EVENT_MESH_SKEW;
	if (was->quenches_in_total != is->quenches_in_total ||
	    was->quenches_out_total != is->quenches_out_total)
		return EVENT_MESH_QUENCH;
	return was->lost_total != is->lost_total ? EVENT_MESH_LOSS : EVENT_MESH_UPDATE;
}

static enum event_kind row_end(const struct record *r)
{
	if (r->kind == RECORD_SUBSCRIPTION && r->cause == CAUSE_TIMER)
		return EVENT_SUBSCRIPTION_EXPIRE;
	if (r->kind == RECORD_CALL && r->call.data)
		return EVENT_DATA_END;
	if (r->kind == RECORD_CALL && r->cause == CAUSE_TIMEOUT)
		return EVENT_CALL_LOST;
	return changes[r->kind].end;
}

static enum event_kind row_change(const struct record *r, const struct record *before)
{
	bool begins = r->change == CHANGE_BEGIN || (r->change == CHANGE_SNAPSHOT && !before);

	if (r->change == CHANGE_END)
		return row_end(r);
	if (r->kind == RECORD_PEER)
		return mesh_change(r, before);
	if (r->kind == RECORD_CALL && r->call.data)
		return begins ? EVENT_DATA_START : EVENT_DATA_UPDATE;
	if (begins)
		return changes[r->kind].begin;
	if (r->kind == RECORD_SESSION)
		return session_update(r, before);
	return r->kind == RECORD_SUBSCRIPTION ? subscription_update(r, before)
	                                      : changes[r->kind].update;
}

/* Is a row in a snapshot that was known before news? */
static bool gets_on(const struct record *r, const struct record *before)
{
	if (r->kind == RECORD_PEER)
		return r->peer.frames_in_total != before->peer.frames_in_total ||
		       r->peer.frames_out_total != before->peer.frames_out_total;
	return r->kind == RECORD_CALL && r->call.frames != before->call.frames;
}

enum event_kind event_kind_of(const struct record *r, const struct record *before)
{
	static const enum event_kind alone[RECORD_KINDS] = {
		[RECORD_LOG] = EVENT_LOG_LINE,          [RECORD_DROPPED] = EVENT_GAP,
		[RECORD_REFUSAL] = EVENT_CLIENT_REJECT, [RECORD_RELOAD] = EVENT_SERVER_RELOAD,
		[RECORD_LOOP] = EVENT_LOOP_SUPPRESSED,
	};

	if (r->kind == RECORD_LEGS)
		return r->legs.open ? EVENT_LEG_START : EVENT_LEG_END;
	if (r->kind >= RECORD_ROWS)
		return alone[r->kind];
	if (r->change == CHANGE_SNAPSHOT && before && !gets_on(r, before))
		return EVENT_NONE;
	return changes[r->kind].begin ? row_change(r, before) : EVENT_NONE;
}
