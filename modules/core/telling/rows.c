/*
 * The core's tables as row records, and their changes.
 */
#include "core/telling/rows.h"

#include <stdarg.h>
#include <string.h>

#include "base/text.h"
#include "core/step/source.h"
#include "wire/command.h"

#ifndef VERSION
#define VERSION "unknown"
#endif

bool rows_server(const struct core *core, tick_t now, const void *shown, struct record *r)
{
	(void)now;
	(void)shown;
	struct server_row *server = &r->server;

	r->kind = RECORD_SERVER;
	server->id = core->conf->server.id;
	text_copy(server->name, sizeof(server->name), core->conf->server.name);
	text_copy(server->callsign, sizeof(server->callsign), core->conf->server.callsign);
	text_copy(server->version, sizeof(server->version), VERSION);
	server->started = core->started;
	return true;
}

bool rows_session(const struct core *core, tick_t now, const void *shown, struct record *r)
{
	const struct session *s = shown;
	struct session_row *row = &r->session;

	(void)now;
	r->kind = RECORD_SESSION;
	if (session_is_uplink(s))
		return false;
	row->client = s->id;
	text_copy(row->listener, sizeof(row->listener), listener_conf(core, s)->name);
	row->at = s->at.to;
	row->state = s->state;
	row->since = s->since;
	row->last_ping = s->last_ping;
	text_copy(row->callsign, sizeof(row->callsign), s->callsign);
	row->rx_hz = s->rx_hz;
	row->tx_hz = s->tx_hz;
	row->cc = s->cc;
	row->simplex = s->simplex;
	text_copy(row->location, sizeof(row->location), s->location);
	text_copy(row->software, sizeof(row->software), s->software);
	text_copy(row->package, sizeof(row->package), s->package);
	options_clean(s->options, options_kept(s), row->options, sizeof(row->options));
	row->options_bad = s->options_bad;
	row->frames_in_total = s->frames_in_total;
	row->frames_out_total = s->frames_out_total;
	return true;
}

void rows_fill_slot(const struct core *core, tick_t now, struct slot_row *row,
                    const struct session *s, uint8_t number)
{
	const struct slot *slot = &s->slot[number - 1];
	const struct stream *talk = stream_get(&core->streams, slot->talk);
	uint32_t conversation = talk ? talk->conversation : slot->conversation;

	row->client = s->id;
	row->slot = number;
	row->until = TICK_NEVER;
	row->conference = conversation & CONVERSATION_PAIR ? 0 : conversation;
	row->src = slot->src;
	row->stream = slot->stream;
	const struct player *player = player_get(&core->players, slot->player);
	if (talk) {
		row->state = SLOT_TALKING;
	} else if (player) {
		row->state = SLOT_PROMPT;
		row->conference = 0; /* not of the call before */
		if (handle_is_none(player->stream))
			row->until = player->give_up;
	} else if (stream_get(&core->streams, slot->heard)) {
		row->state = SLOT_HEARING;
	} else if (now - slot->busy_last < s->hang) {
		row->state = SLOT_HANG;
		row->until = slot->busy_last + s->hang;
	} else {
		row->state = SLOT_IDLE;
	}
}

bool rows_subscription(const struct core *core, tick_t now, const void *shown, struct record *r)
{
	const struct subscription *x = shown;
	const struct session *s = pool_at(&core->sessions.pool, x->session);
	struct subscription_row *row = &r->subscription;

	(void)now;
	r->kind = RECORD_SUBSCRIPTION;
	if (!s || session_is_uplink(s))
		return false;
	row->client = s->id;
	row->slot = x->slot;
	row->rf_tg = x->rf_tg;
	row->conference = subscription_tg(&core->subscriptions, x);
	row->mode = x->mode;
	row->active = x->active;
	row->until = x->expiry.deadline;
	return true;
}

bool rows_block(const struct core *core, tick_t now, const void *shown, struct record *r)
{
	const struct block *b = shown;
	struct block_row *row = &r->block;
	struct text t = text_make(row->what, sizeof(row->what));

	(void)core;
	(void)now;
	r->kind = RECORD_BLOCK;
	block_target_format(&(struct block_target){b->id, b->address}, &t);
	text_copy(row->refused, sizeof(row->refused), b->refused ? b->refused : "");
	row->until = b->expiry.deadline;
	row->since = b->since;
	return true;
}

static void put_degrees(struct text *t, int32_t udeg)
{
	uint32_t size = udeg < 0 ? 0u - (uint32_t)udeg : (uint32_t)udeg;

	text_format(t, "%s%lu.%05lu", udeg < 0 ? "-" : "", (unsigned long)(size / 1000000),
	            (unsigned long)(size % 1000000 / 10));
}

static void fill_talker(struct call_row *row, const struct stream *x)
{
	struct text t = text_make(row->position, sizeof(row->position));
	char alias[ALIAS_TEXT_CAP];

	(void)alias_text(&x->alias, alias);
	text_copy(row->talker, sizeof(row->talker), alias);
	if (!x->has_gps)
		return;
	put_degrees(&t, x->gps.lat_udeg);
	text_char(&t, ',');
	put_degrees(&t, x->gps.lon_udeg);
}

bool rows_call(const struct core *core, tick_t now, const void *shown, struct record *r)
{
	const struct stream *x = shown;
	struct call_row *row = &r->call;

	(void)now;
	r->kind = RECORD_CALL;
	if (!x->told)
		return false;
	text_copy(row->peer, sizeof(row->peer), source_link(core, x->origin));
	row->server = x->server;
	row->repeater = x->repeater;
	row->delay_ms = x->delay_ms;
	row->hops = x->hops ? (uint8_t)(x->hops - 1) : 0;
	row->origin = x->origin;
	row->stream = x->id;
	row->generation = x->generation;
	row->started = x->started;
	row->slot = x->slot;
	row->src = x->src;
	row->dst = x->dst;
	row->conference = x->unit ? 0 : x->conversation;
	row->unit = x->unit;
	row->data = x->data;
	row->state = x->state;
	row->frames = x->frames;
	row->lost = x->lost;
	row->late = x->late;
	row->duplicate = x->duplicate;
	row->ber_errors = x->ber_errors;
	row->rssi = x->rssi;
	fill_talker(row, x);
	row->listeners = x->listeners;
	return true;
}

static struct record *add(struct step *step, enum record_kind kind, enum change change,
                          enum cause cause)
{
	struct record *r = actions_record(step->actions, kind, change, step->now);

	if (r)
		r->cause = cause;
	return r;
}

void rows_tell(struct step *step, enum kind kind, const void *row, enum change change,
               enum cause cause)
{
	struct record *r = add(step, RECORD_TABLE, change, cause);

	if (r && !kinds[kind].show(step->core, step->now, row, r))
		step->actions->record_count--;
}

void rows_ping(struct step *step, const struct session *s)
{
	struct record *r = add(step, RECORD_PING, CHANGE_UPDATE, CAUSE_NONE);

	if (r)
		r->ping.client = s->id;
}

static uint32_t bounded(int64_t ms)
{
	return ms < 0 ? 0 : ms > UINT32_MAX ? UINT32_MAX : (uint32_t)ms;
}

/* Without keepalives the state of a neighbour is unknown until it sends something. */
static enum link_state state_of(const struct core *core, const struct peer *p)
{
	const struct conf_peer *c = peer_conf(core, p);
	bool watched = c->protocol == PEER_FBP && c->keepalive;

	if (!watched && p->heard == TICK_LONG_AGO)
		return p->frames_out_total ? LINK_UNHEARD : LINK_QUIET;
	return p->up ? LINK_UP : LINK_DOWN;
}

bool rows_peer(const struct core *core, tick_t now, const void *shown, struct record *r)
{
	const struct peer *p = shown;
	const struct conf_peer *c = peer_conf(core, p);
	struct peer_row *row = &r->peer;

	r->kind = RECORD_PEER;
	text_copy(row->name, sizeof(row->name), c->name);
	text_copy(row->protocol, sizeof(row->protocol), c->protocol == PEER_FBP ? "fbp" : "obp");
	row->at = p->at.to;
	row->up = p->up;
	row->state = state_of(core, p);
	row->since = p->since;
	row->heard = p->heard;
	row->stunned = peer_is_stunned(p, now);
	row->stunned_by = !row->stunned                    ? ISSUER_NONE
	                  : p->stunned_until == TICK_NEVER ? ISSUER_OPERATOR
	                                                   : ISSUER_NEIGHBOUR;
	row->stunned_until = p->stunned_until;
	row->remote = c->remote_id;
	row->origin = peer_source(p);
	row->version = p->version;
	row->clock_differs = p->clock_told;
	row->behind_ms = bounded(p->offset_ms);
	row->ahead_ms = bounded(-p->offset_ms);
	row->frames_in_total = p->frames_in_total;
	row->frames_out_total = p->frames_out_total;
	row->lost_total = p->lost_total;
	row->refused_total = p->refused_total;
	row->stale_total = p->stale_total;
	row->quenches_in_total = p->quenches_in_total;
	row->quenches_out_total = p->quenches_out_total;
	return true;
}

void rows_listeners(struct step *step, const struct conf *conf, const struct conf *other,
                    enum change change)
{
	for (uint32_t i = 0; i < conf->listener_count; i++) {
		const struct conf_listener *c = &conf->listener[i];
		struct record *r = NULL;

		if (c->name[0] && !conf_keeps_listener(conf, other, i))
			r = add(step, RECORD_LISTENER, change, CAUSE_NONE);
		if (!r)
			continue;
		text_copy(r->listener.name, sizeof(r->listener.name), c->name);
		r->listener.bind = c->bind;
	}
}

bool rows_uplink(const struct core *core, tick_t now, const void *shown, struct record *r)
{
	const struct uplink *u = shown;
	const struct conf_uplink *c = uplink_conf(core, u);
	const struct session *s = session_get(&core->sessions, u->session);
	struct peer_row *row = &r->peer;

	(void)now;
	r->kind = RECORD_PEER;
	text_copy(row->name, sizeof(row->name), c->name);
	text_copy(row->protocol, sizeof(row->protocol), c->protocol == UPLINK_XLX ? "xlx" : "hbp");
	row->at = u->at.to;
	row->up = u->state == UPLINK_UP;
	row->state = row->up ? LINK_UP : LINK_DOWN;
	row->origin = (struct source){SOURCE_UPLINK, u->row.index};
	row->since = u->since;
	row->heard = u->heard;
	row->stunned_until = TICK_LONG_AGO;
	row->frames_in_total = s ? s->frames_in_total : 0;
	row->frames_out_total = s ? s->frames_out_total : 0;
	row->lost_total = u->lost_total;
	row->refused_total = u->refused_total;
	return true;
}

/* The room that legs leave for other records of the step. Legs without room appear in the next
 * snapshot. */
#define LEGS_RESERVE 100u

/* The last record if this leg can be added to it, else a new one. */
static struct legs_record *legs_for(struct step *step, const struct stream *x, bool open)
{
	const struct actions *a = step->actions;
	struct record *r = a->record_count ? &a->records[a->record_count - 1] : NULL;

	if (r && r->kind == RECORD_LEGS && r->legs.open == open &&
	    r->legs.generation == x->generation && r->legs.list.count < LEGS_MAX)
		return &r->legs;
	if (a->record_cap - a->record_count <= LEGS_RESERVE)
		return NULL;
	r = add(step, RECORD_LEGS, CHANGE_UPDATE, CAUSE_NONE);
	r->legs = (struct legs_record){
		.origin = x->origin,
		.stream = x->id,
		.generation = x->generation,
		.started = x->started,
		.src = x->src,
		.conference = x->unit ? 0 : x->conversation,
		.open = open,
	};
	return &r->legs;
}

void rows_leg(struct step *step, const struct stream *x, const struct call_leg *leg, bool open)
{
	struct legs_record *legs = legs_for(step, x, open);

	if (legs)
		legs->list.leg[legs->list.count++] = *leg;
}

void rows_refusal(struct step *step, const struct incoming *in, const char *why)
{
	struct record *r = add(step, RECORD_REFUSAL, CHANGE_UPDATE, CAUSE_NONE);

	if (!r)
		return;
	struct refusal_record *out = &r->refusal;
	out->client = in->message->id;
	text_copy(out->listener, sizeof(out->listener), in->listener->name);
	out->at = in->from->to;
	text_copy(out->message, sizeof(out->message), hbp_kind_name(in->message->kind));
	text_copy(out->why, sizeof(out->why), why);
}

void rows_loop(struct step *step, const struct peer *p, const struct hbp_burst *b,
               struct source winner)
{
	struct record *r = add(step, RECORD_LOOP, CHANGE_UPDATE, CAUSE_NONE);
	const struct core *core = step->core;

	if (!r)
		return;
	struct loop_record *out = &r->loop;
	text_copy(out->peer, sizeof(out->peer), peer_conf(core, p)->name);
	text_copy(out->winner, sizeof(out->winner), source_link(core, winner));
	out->stream = b->stream;
	out->src = b->src;
	out->dst = b->dst;
	out->unit = b->unit;
}

void rows_reply(struct step *step, uint32_t number, bool done, const char *text)
{
	struct record *r = add(step, RECORD_REPLY, CHANGE_SNAPSHOT, CAUSE_NONE);

	if (!r)
		return;
	r->reply.number = number;
	r->reply.done = done;
	text_copy(r->reply.text, sizeof(r->reply.text), text);
}

void core_log(struct step *step, int level, const char *format, ...)
{
	struct record *r = add(step, RECORD_LOG, CHANGE_SNAPSHOT, CAUSE_NONE);
	va_list args;

	if (!r)
		return;
	struct text t = text_make(r->log.line, sizeof(r->log.line));
	r->log.level = (uint8_t)level;
	va_start(args, format);
	text_vformat(&t, format, args);
	va_end(args);
}
