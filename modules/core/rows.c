/*
 * The core's tables as row records, and what changes in them.
 */
#include "core/rows.h"

#include <stdarg.h>
#include <string.h>

#include "base/text.h"

void rows_fill_session(const struct core *core, struct session_row *row, const struct session *s)
{
	row->client = s->id;
	text_copy(row->listener, sizeof(row->listener), core->conf->listener[s->at.socket].name);
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
	text_copy(row->options, sizeof(row->options), s->options);
	row->options_bad = s->options_bad;
	row->frames_in_total = s->frames_in_total;
	row->frames_out_total = s->frames_out_total;
}

void rows_fill_slot(const struct core *core, tick_t now, struct slot_row *row,
                    const struct session *s, uint8_t number)
{
	const struct slot *slot = &s->slot[number - 1];

	row->client = s->id;
	row->slot = number;
	row->until = TICK_NEVER;
	row->conference = slot->topic & TOPIC_PAIR ? 0 : slot->topic;
	row->src = slot->src;
	row->stream = slot->stream;
	const struct player *player = player_get(&core->players, slot->player);
	if (stream_get(&core->streams, slot->talk)) {
		row->state = SLOT_TALKING;
	} else if (player) {
		row->state = SLOT_PROMPT;
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

void rows_fill_subscription(const struct core *core, struct subscription_row *row,
                            const struct session *s, const struct subscription *x)
{
	row->client = s->id;
	row->slot = x->slot;
	row->rf_tg = x->rf_tg;
	row->conference = conference_at(&core->subscriptions, x->conference)->tg;
	row->mode = x->mode;
	row->active = x->active;
	row->until = x->expiry.deadline;
}

void rows_fill_block(struct block_row *row, const struct block *b)
{
	struct text t = text_make(row->what, sizeof(row->what));
	char address[ADDR_TEXT_MAX];

	if (b->id)
		text_format(&t, "%lu", (unsigned long)b->id);
	else
		text_bytes(&t, address, strlen(addr_format(&b->address, address)) - strlen(":1"));
	text_copy(row->refused, sizeof(row->refused), b->refused ? b->refused : "");
	row->until = b->expiry.deadline;
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

void rows_fill_call(const struct core *core, struct call_row *row, const struct stream *x)
{
	const struct peer *p = peer_of(core, x);
	const struct uplink *u = uplink_of(core, x);

	if (p)
		text_copy(row->peer, sizeof(row->peer), peer_conf(core, p)->name);
	if (u)
		text_copy(row->peer, sizeof(row->peer), uplink_conf(core, u)->name);
	row->server = x->server;
	row->repeater = x->repeater;
	row->delay_ms = x->delay_ms;
	row->hops = x->hops ? (uint8_t)(x->hops - 1) : 0;
	row->origin = x->origin;
	row->stream = x->id;
	row->started = x->started;
	row->slot = x->slot;
	row->src = x->src;
	row->dst = x->dst;
	row->conference = x->unit ? 0 : x->topic;
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
}

static struct record *add(struct step *step, enum record_kind kind, enum change change,
                          enum cause cause)
{
	struct record *r = actions_record(step->actions, kind, change, step->now);

	if (r)
		r->cause = cause;
	return r;
}

void rows_session(struct step *step, const struct session *s, enum change change, enum cause cause)
{
	struct record *r = add(step, RECORD_SESSION, change, cause);

	if (r)
		rows_fill_session(step->core, &r->session, s);
}

void rows_subscription(struct step *step, const struct session *s, const struct subscription *x,
                       enum change change, enum cause cause)
{
	struct record *r =
		session_is_uplink(s) ? NULL : add(step, RECORD_SUBSCRIPTION, change, cause);

	if (r)
		rows_fill_subscription(step->core, &r->subscription, s, x);
}

void rows_block(struct step *step, const struct block *b, enum change change, enum cause cause)
{
	struct record *r = add(step, RECORD_BLOCK, change, cause);

	if (r)
		rows_fill_block(&r->block, b);
}

void rows_call(struct step *step, const struct stream *x, enum change change, enum cause cause)
{
	struct record *r = add(step, RECORD_CALL, change, cause);

	if (r)
		rows_fill_call(step->core, &r->call, x);
}

static uint32_t bounded(int64_t ms)
{
	return ms < 0 ? 0 : ms > UINT32_MAX ? UINT32_MAX : (uint32_t)ms;
}

void rows_fill_peer(const struct core *core, tick_t now, struct peer_row *row, const struct peer *p)
{
	const struct conf_peer *c = peer_conf(core, p);

	text_copy(row->name, sizeof(row->name), c->name);
	text_copy(row->protocol, sizeof(row->protocol), c->protocol == PEER_FBP ? "fbp" : "obp");
	row->at = p->at.to;
	row->up = p->up;
	row->since = p->since;
	row->heard = p->heard;
	row->stunned = peer_is_stunned(p, now);
	row->stunned_until = p->stunned_until;
	row->remote = c->remote_id;
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
}

void rows_peer(struct step *step, const struct peer *p, enum change change)
{
	struct record *r = add(step, RECORD_PEER, change, CAUSE_NONE);

	if (r)
		rows_fill_peer(step->core, step->now, &r->peer, p);
}

void rows_fill_uplink(const struct core *core, struct peer_row *row, const struct uplink *u)
{
	const struct conf_uplink *c = uplink_conf(core, u);
	const struct session *s = session_get(&core->sessions, u->session);

	text_copy(row->name, sizeof(row->name), c->name);
	text_copy(row->protocol, sizeof(row->protocol), c->protocol == UPLINK_XLX ? "xlx" : "hbp");
	row->at = u->at.to;
	row->up = u->state == UPLINK_UP;
	row->since = u->since;
	row->heard = u->heard;
	row->stunned_until = TICK_LONG_AGO;
	row->frames_in_total = s ? s->frames_in_total : 0;
	row->frames_out_total = s ? s->frames_out_total : 0;
	row->lost_total = u->lost_total;
	row->refused_total = u->refused_total;
}

void rows_uplink(struct step *step, const struct uplink *u, enum change change)
{
	struct record *r = add(step, RECORD_PEER, change, CAUSE_NONE);

	if (r)
		rows_fill_uplink(step->core, &r->peer, u);
}

_Static_assert(ORIGIN_PEER == RECORD_PEER_ORIGIN, "the reporter knows origins by number");
_Static_assert(ORIGIN_UPLINK == RECORD_UPLINK_ORIGIN, "the reporter knows origins by number");

/* What legs leave to other records of the step. The snapshot shows those there was no room for. */
#define LEGS_RESERVE 100u

/* The record written last, when this leg may go with it; otherwise a new one. */
static struct legs_record *legs_for(struct step *step, const struct stream *x, bool open)
{
	const struct actions *a = step->actions;
	struct record *r = a->record_count ? &a->records[a->record_count - 1] : NULL;

	if (r && r->kind == RECORD_LEGS && r->legs.open == open && r->legs.origin == x->origin &&
	    r->legs.stream == x->id && r->legs.started == x->started &&
	    r->legs.list.count < LEGS_MAX)
		return &r->legs;
	if (a->record_cap - a->record_count <= LEGS_RESERVE)
		return NULL;
	r = add(step, RECORD_LEGS, CHANGE_UPDATE, CAUSE_NONE);
	if (!r)
		return NULL;
	r->legs = (struct legs_record){
		.origin = x->origin,
		.stream = x->id,
		.started = x->started,
		.src = x->src,
		.conference = x->unit ? 0 : x->topic,
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

void rows_loop(struct step *step, const struct peer *p, const struct hbp_burst *b, uint32_t winner)
{
	struct record *r = add(step, RECORD_LOOP, CHANGE_UPDATE, CAUSE_NONE);
	const struct core *core = step->core;

	if (!r)
		return;
	struct loop_record *out = &r->loop;
	text_copy(out->peer, sizeof(out->peer), peer_conf(core, p)->name);
	if (winner >= ORIGIN_PEER)
		text_copy(out->winner, sizeof(out->winner),
		          core->conf->peer[winner - ORIGIN_PEER].name);
	else if (winner >= ORIGIN_UPLINK)
		text_copy(out->winner, sizeof(out->winner),
		          core->conf->uplink[winner - ORIGIN_UPLINK].name);
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
