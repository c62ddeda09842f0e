/*
 * Links to servers that take us for a hotspot: login, keepalive, and what a reflector wants to be
 * told. Bursts go to route and come from deliver like those of any session.
 *
 * A round of the login has a time; when that is over the next one begins and may take twice as
 * long, so nobody is asked more often than every 10 s at first and every minute later. Nothing of a
 * frame but where it comes from says whom it is from: ids in acknowledgements and bursts are not
 * looked at, because reflectors and some masters put in others (decision 23).
 */
#include "core/uplink.h"

#include <string.h>

#include "base/text.h"
#include "core/deliver.h"
#include "core/event.h"
#include "core/limit.h"
#include "core/route.h"
#include "core/rows.h"
#include "core/subscribe.h"
#include "core/way.h"
#include "dmr/burst.h"

#define ROUND_FIRST_MS (10 * TICK_SECOND)
#define ROUND_LONGEST_MS TICK_MINUTE
#define PINGS_MISSED_MAX 3
#define SLOT_HANG_MS (5 * TICK_SECOND) /* decision 7 */
#define SOFTWARE "freedmr"

/* What a reflector is told: leave any module, then go to ours, and once more if it says nothing. */
#define MODULE_NONE 4000u
#define MODULE_A 4001u
#define MODULE_PAUSE_MS ((tick_t)200)
#define MODULE_AGAIN_MS (2 * TICK_SECOND)
#define MODULE_HEADERS 3u
#define MODULE_FRAMES 5u
#define SRC_MAX 0xFFFFFFu

static struct session *session_of(const struct core *core, const struct uplink *u)
{
	return session_get(&core->sessions, u->session);
}

static void open_session(struct core *core, struct uplink *u)
{
	const struct conf_uplink *c = uplink_conf(core, u);
	struct session *s = session_add_unlisted(&core->sessions, ORIGIN_UPLINK + u->row.index);

	s->told_id = c->id;
	s->at = u->at;
	s->hang = SLOT_HANG_MS;
	u->session = pool_handle(&s->row);
	for (uint32_t i = 0; i < c->map.count; i++) {
		uint8_t slot = c->map.entry[i].slot;
		uint32_t tg = c->map.entry[i].tg;
		if (!subscription_find(&core->subscriptions, s, slot, tg))
			subscription_add(&core->subscriptions, s, slot, tg,
			                 c->map.entry[i].conference, SUBSCRIPTION_STATIC);
	}
}

void uplink_open(struct core *core)
{
	struct uplink *u;

	uplinks_fill(&core->uplinks, core->conf);
	for (uint32_t at = POOL_NONE; (u = pool_next(&core->uplinks.pool, &at));) {
		u->since = core->started;
		u->round_wait = ROUND_FIRST_MS;
		open_session(core, u);
		expiry_set(&core->expiry, &u->timer, EXPIRE_UPLINK, pool_handle(&u->row),
		           core->started);
	}
}

static void wake_at(struct step *step, struct uplink *u, tick_t when)
{
	expire_at(step, &u->timer, EXPIRE_UPLINK, &u->row, when);
}

static struct send *begin_send(struct step *step, const struct uplink *u, struct wr *w)
{
	struct send *send = u->has_address ? actions_send(step->actions) : NULL;

	if (send)
		*w = wr_make(send->bytes, sizeof(send->bytes));
	return send;
}

static void end_send(struct step *step, const struct uplink *u, struct send *send,
                     const struct wr *w)
{
	send->len = (uint16_t)wr_len(w);
	actions_target(step->actions, send, &u->at, uplink_conf(step->core, u)->id);
}

static void send_notice(struct step *step, const struct uplink *u,
                        void (*put)(struct wr *w, uint32_t id))
{
	struct wr w;
	struct send *send = begin_send(step, u, &w);

	if (!send)
		return;
	put(&w, uplink_conf(step->core, u)->id);
	end_send(step, u, send, &w);
}

static void send_key(struct step *step, const struct uplink *u, const uint8_t salt[static 4])
{
	const struct conf_uplink *c = uplink_conf(step->core, u);
	uint8_t digest[SHA256_LEN];
	struct wr w;
	struct send *send = begin_send(step, u, &w);

	if (!send)
		return;
	hbp_digest(salt, c->passphrase, digest);
	hbp_write_key(&w, c->id, digest);
	end_send(step, u, send, &w);
}

static void send_config(struct step *step, const struct uplink *u)
{
	const struct conf_uplink *c = uplink_conf(step->core, u);
	const struct conf_server *ours = &step->core->conf->server;
	struct hbp_config config = {
		.cc = 1,
		.latitude = "0.00000",
		.longitude = "0.00000",
		.slots = '3', /* duplex: both */
		.software = SOFTWARE,
		.package = SOFTWARE,
	};
	struct wr w;
	struct send *send = begin_send(step, u, &w);

	if (!send)
		return;
	text_copy(config.callsign, sizeof(config.callsign),
	          c->callsign[0] ? c->callsign : ours->callsign);
	text_copy(config.description, sizeof(config.description), ours->name);
	hbp_write_config(&w, c->id, &config);
	end_send(step, u, send, &w);
}

static void send_options(struct step *step, const struct uplink *u)
{
	const struct conf_uplink *c = uplink_conf(step->core, u);
	struct wr w;
	struct send *send = begin_send(step, u, &w);

	if (!send)
		return;
	hbp_write_options(&w, c->id, c->options, strlen(c->options));
	end_send(step, u, send, &w);
}

/* So that servers that lost the same neighbour do not all come back at once. */
static tick_t jitter(struct step *step, tick_t wait)
{
	return (tick_t)(core_random(step->core) % (uint32_t)(wait / 8));
}

static void begin_round(struct step *step, struct uplink *u)
{
	tick_t wait = u->round_wait;

	uplink_turn(u);
	u->state = UPLINK_LOGIN;
	send_notice(step, u, hbp_write_login);
	u->round_wait = 2 * wait < ROUND_LONGEST_MS ? 2 * wait : ROUND_LONGEST_MS;
	wake_at(step, u, step->now + wait + jitter(step, wait));
}

static void tell(struct step *step, struct uplink *u, bool up, const char *why)
{
	char text[ADDR_TEXT_MAX];

	u->since = step->now;
	rows_uplink(step, u, CHANGE_UPDATE);
	core_log(step, up ? LOG_INFO : LOG_WARN, "uplink %s name=%s at=%s%s%s", up ? "up" : "down",
	         uplink_conf(step->core, u)->name, addr_format(&u->at.to, text),
	         *why ? " cause=" : "", why);
}

static void set_up(struct step *step, struct uplink *u)
{
	struct session *s = session_of(step->core, u);
	bool xlx = uplink_conf(step->core, u)->protocol == UPLINK_XLX;

	u->state = UPLINK_UP;
	u->round_wait = ROUND_FIRST_MS;
	u->pings_missed = 0;
	u->ping_due = step->now + HBP_PING_MS;
	u->module_due = xlx ? step->now : TICK_NEVER;
	u->module_step = 0;
	s->state = SESSION_CONNECTED;
	s->at = u->at;
	wake_at(step, u, xlx ? u->module_due : u->ping_due);
	tell(step, u, true, "");
}

/* What ran over it ends for everybody else; over there nobody can be told. */
static void set_down(struct step *step, struct uplink *u, const char *why)
{
	struct session *s = session_of(step->core, u);

	if (u->state != UPLINK_UP)
		return;
	u->state = UPLINK_WAITS;
	if (step->now - u->since >= ROUND_FIRST_MS) /* sent away at once: as if not let in */
		u->turn = CONF_TARGETS_MAX - 1;     /* the first is next */
	for (int i = 0; i < 2; i++) {
		struct stream *x = stream_get(&step->core->streams, s->slot[i].talk);
		if (x)
			stream_end(step, x, CAUSE_SESSION_END);
		slot_close(step, s, &s->slot[i], false);
	}
	s->state = SESSION_AUTHENTICATED;
	tell(step, u, false, why);
}

static void send_module(struct step *step, const struct uplink *u, uint32_t number)
{
	const struct conf_uplink *c = uplink_conf(step->core, u);
	uint32_t src = c->id > SRC_MAX ? c->id / 100 : c->id;
	struct lc lc = lc_make(FLCO_UNIT, number, src);
	struct lc_coded coded;
	struct hbp_burst b = {.src = src,
	                      .dst = number,
	                      .client = c->id,
	                      .slot = 2,
	                      .unit = true,
	                      .type = HBP_DATA_SYNC,
	                      .stream = core_random(step->core)};

	lc_encode(&lc, &coded);
	for (uint32_t i = 0; i < MODULE_FRAMES; i++) {
		struct wr w;
		struct send *send = begin_send(step, u, &w);
		if (!send)
			return;
		b.seq = (uint8_t)i;
		b.detail = i < MODULE_HEADERS ? DMR_VOICE_HEADER : DMR_TERMINATOR;
		burst_make_lc(b.payload, &coded, (enum dmr_data_type)b.detail, 1);
		burst_put_sync(b.payload, SYNC_MS_DATA);
		hbp_write_burst(&w, &b);
		end_send(step, u, send, &w);
	}
}

/* The next frames for a reflector. It ignores a module while it is linked, and what was lost. */
static void ask_for_module(struct step *step, struct uplink *u)
{
	uint32_t module = MODULE_A + (uint32_t)(uplink_conf(step->core, u)->module[0] - 'A');

	switch (u->module_step++) {
	case 0:
		send_module(step, u, MODULE_NONE);
		u->module_due = step->now + MODULE_PAUSE_MS;
		return;
	case 1:
		send_module(step, u, module);
		u->module_due = step->now + MODULE_AGAIN_MS;
		return;
	default:
		if (step->now - u->audio >= MODULE_AGAIN_MS)
			send_module(step, u, module);
		u->module_due = TICK_NEVER;
	}
}

static void ping(struct step *step, struct uplink *u)
{
	const struct session *s = session_of(step->core, u);
	uint64_t frames = s->frames_in_total + s->frames_out_total + u->refused_total;

	u->pings_missed++;
	u->ping_due = step->now + HBP_PING_MS;
	send_notice(step, u, hbp_write_ping);
	if (frames != u->frames_told)
		rows_uplink(step, u, CHANGE_UPDATE);
	u->frames_told = frames;
}

static void keep_up(struct step *step, struct uplink *u)
{
	if (step->now >= u->module_due)
		ask_for_module(step, u);
	if (step->now >= u->ping_due && u->pings_missed >= PINGS_MISSED_MAX) {
		set_down(step, u, "silence");
		begin_round(step, u);
		return;
	}
	if (step->now >= u->ping_due)
		ping(step, u);
	wake_at(step, u, u->module_due < u->ping_due ? u->module_due : u->ping_due);
}

void uplink_expire(struct step *step, const struct expiry_entry *e)
{
	struct core *core = step->core;
	struct uplink *u = pool_get(&core->uplinks.pool, e->row);

	if (!u || !expiry_due(&core->expiry, &u->timer, e, step->now) || core->stopped)
		return;
	if (u->state == UPLINK_UP)
		keep_up(step, u);
	else
		begin_round(step, u);
}

static void on_ack(struct step *step, struct uplink *u, const struct hbp_message *m)
{
	const struct conf_uplink *c = uplink_conf(step->core, u);

	switch (u->state) {
	case UPLINK_LOGIN:
		u->state = UPLINK_KEY;
		send_key(step, u, m->salt);
		break;
	case UPLINK_KEY:
		u->state = UPLINK_CONFIG;
		send_config(step, u);
		break;
	case UPLINK_CONFIG:
		if (c->options[0] && c->protocol == UPLINK_HBP) {
			u->state = UPLINK_OPTIONS;
			send_options(step, u);
			break;
		}
		set_up(step, u);
		break;
	case UPLINK_OPTIONS:
		set_up(step, u);
		break;
	case UPLINK_WAITS:
	case UPLINK_UP:
		break;
	}
}

/* A login under way is over, but its round still takes its time. */
static void on_refusal(struct step *step, struct uplink *u, const char *why)
{
	if (u->state == UPLINK_UP) {
		set_down(step, u, why);
		wake_at(step, u, step->now + u->round_wait + jitter(step, u->round_wait));
		return;
	}
	if (u->state != UPLINK_WAITS && limit_allows(step, LIMIT_LOG, &u->at.to, COUNT_UPLINK_NAKS))
		core_log(step, LOG_WARN, "uplink refused name=%s after=%s",
		         uplink_conf(step->core, u)->name,
		         u->state == UPLINK_KEY ? "passphrase" : "login");
	u->state = UPLINK_WAITS;
}

/* Is it a copy of what came by another way, and so perhaps our own call (decision 23)? */
static bool is_copy(struct step *step, const struct session *s, const struct hbp_burst *b)
{
	const struct subscriptions *t = &step->core->subscriptions;
	const struct subscription *x =
		b->unit ? NULL : subscription_find(t, s, b->slot, b->dst);
	struct claim *c;

	if (!x && !b->unit)
		return false;
	uint32_t number = x ? conference_at(t, x->conference)->tg : b->dst;
	if (!way_counts(step, claim_key(b->stream, number, b->unit), s->id, &c))
		return true;
	c->last = step->now;
	return false;
}

static void on_burst(struct step *step, struct uplink *u, const struct hbp_burst *b)
{
	struct session *s = session_of(step->core, u);

	if (u->state != UPLINK_UP) {
		count(step, COUNT_REFUSED_STATE);
		return;
	}
	if (is_copy(step, s, b)) {
		count(step, COUNT_UPLINK_ECHO);
		u->refused_total++;
		return;
	}
	u->audio = step->now;
	s->frames_in_total++;
	route_burst(step, s, b);
}

static void on_message(struct step *step, struct uplink *u, const struct hbp_message *m)
{
	u->heard = step->now;
	switch (m->kind) {
	case HBP_ACK:
		on_ack(step, u, m);
		break;
	case HBP_NAK:
		count(step, COUNT_UPLINK_NAKS);
		on_refusal(step, u, "refused");
		break;
	case HBP_CLOSED:
		on_refusal(step, u, "closed");
		break;
	case HBP_PONG:
		u->pings_missed = 0;
		break;
	case HBP_BURST:
		on_burst(step, u, &m->burst);
		break;
	case HBP_LOGIN:
	case HBP_KEY:
	case HBP_CONFIG:
	case HBP_OPTIONS:
	case HBP_PING:
	case HBP_CLOSE:
	case HBP_ALIAS:
	case HBP_POSITION:
	case HBP_HOME:
	case HBP_KINDS:
		count(step, COUNT_FOREIGN);
		break;
	}
}

void uplink_datagram(struct step *step, const struct event *event)
{
	const struct conf *conf = step->core->conf;
	const struct endpoint *from = &event->datagram.from;
	uint32_t first = conf->socket_count - conf->uplink_count;
	struct uplink *u = uplink_at(&step->core->uplinks, from->socket - first);
	struct hbp_message m;
	const char *reason = "";

	count(step, COUNT_DATAGRAMS);
	if (!u || !u->has_address || !addr_equal(&u->at.to, &from->to)) {
		count(step, COUNT_UNKNOWN_SENDER);
		return;
	}
	switch (hbp_parse(event->datagram.bytes, event->datagram.len, &m, &reason)) {
	case PARSE_IGNORE:
		count(step, COUNT_FOREIGN);
		break;
	case PARSE_BAD:
		count(step, COUNT_MALFORMED);
		break;
	case PARSE_OK:
		on_message(step, u, &m);
		break;
	}
}

/* The round under way is for nothing; another begins, with the target of that place. */
static void begin_anew(struct step *step, struct uplink *u, uint32_t place)
{
	u->turn = place + CONF_TARGETS_MAX - 1;
	u->round_wait = ROUND_FIRST_MS;
	begin_round(step, u);
}

void uplink_address(struct step *step, uint32_t link, const struct addr *to)
{
	struct uplink *u = uplink_at(&step->core->uplinks, link / CONF_TARGETS_MAX);
	uint32_t place = link % CONF_TARGETS_MAX;

	if (!u || addr_equal(&u->target[place], to))
		return;
	u->target[place] = *to;
	if (u->state != UPLINK_UP && (!u->has_address || u->turn == place))
		begin_anew(step, u, place);
}

static void leave(struct step *step, struct uplink *u, const char *why)
{
	if (u->state != UPLINK_WAITS)
		send_notice(step, u, hbp_write_close);
	set_down(step, u, why);
}

void uplink_reset(struct step *step, struct uplink *u)
{
	leave(step, u, "reset");
	begin_anew(step, u, 0);
}

void uplink_stop(struct step *step, struct uplink *u)
{
	struct session *s = session_of(step->core, u);

	if (!s)
		return;
	leave(step, u, "shutdown");
	subscribe_none(step, s);
	session_remove(&step->core->sessions, s);
}
