/*
 * Links to servers where we log in as a hotspot: login, keepalive, and module selection on
 * reflectors. Bursts go to route and come from deliver as for any session.
 *
 * Each attempt to log in has a timeout that doubles from 10 s to one minute. The sender of a frame
 * is known by its address alone: IDs in acknowledgements and bursts are ignored, because reflectors
 * and some masters send other ones (decision 23).
 */
#include "core/access/uplink.h"

#include <string.h>

#include "base/text.h"
#include "core/access/session.h"
#include "core/delivery/refuse.h"
#include "core/event.h"
#include "core/step/expire.h"
#include "core/step/kind.h"
#include "core/step/limit.h"
#include "core/routing/route.h"
#include "core/telling/rows.h"
#include "core/conference/subscribe.h"
#include "core/mesh/claim.h"
#include "dmr/burst.h"
#include "state/pool.h"
#include "wire/frame.h"
#include "wire/parse.h"

#define ROUND_FIRST_MS (10 * TICK_SECOND)
#define ROUND_LONGEST_MS TICK_MINUTE
#define PINGS_MISSED_MAX 3
#define SOFTWARE "freedmr"

/* Module selection: leave any module, then join ours, and repeat once if there is no answer. */
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

/* Rows are reserved for uplinks that a reload may add. */
static void keep_rows(struct core *core, const struct uplink *u, int sign)
{
	core->sessions.pool.kept += (uint32_t)sign;
	core->subscriptions.pool.kept += (uint32_t)sign * u->maps;
}

static void open_session(struct core *core, struct uplink *u)
{
	const struct conf_uplink *c = uplink_conf(core, u);

	u->maps = c->map.count;
	keep_rows(core, u, -1);
	struct session *s = session_add_uplink(&core->sessions, u->row.index, c->id);

	s->at = u->at;
	s->hang = 0; /* the remote server decides (decision 34) */
	u->session = pool_handle(&s->row);
	for (uint32_t i = 0; i < c->map.count; i++) {
		uint8_t slot = c->map.entry[i].slot;
		uint32_t tg = c->map.entry[i].tg;
		subscription_add(&core->subscriptions, s, slot, tg, c->map.entry[i].conference,
		                 SUBSCRIPTION_STATIC);
	}
}

static void begin(struct core *core, uint32_t place, tick_t now)
{
	struct uplink *u = uplink_add(&core->uplinks, core->conf, place);

	u->since = now;
	u->round_wait = ROUND_FIRST_MS;
	open_session(core, u);
	expire_at(core, KIND_UPLINK, u, now);
}

void uplink_open(struct core *core)
{
	for (uint32_t i = 0; i < core->conf->uplink_count; i++)
		if (core->conf->uplink[i].name[0])
			begin(core, i, core->started);
}

static void wake_at(struct step *step, struct uplink *u, tick_t when)
{
	expire_at(step->core, KIND_UPLINK, u, when);
}

static void end_send(struct step *step, const struct uplink *u, struct send *send,
                     const struct wr *w)
{
	actions_sent(step->actions, send, w, &u->at, uplink_conf(step->core, u)->id);
}

/* Sends nothing while no address is known. */
static void send_notice(struct step *step, const struct uplink *u,
                        void (*put)(struct wr *w, uint32_t id))
{
	if (u->has_address)
		actions_notice(step->actions, &u->at, uplink_conf(step->core, u)->id, put);
}

static void send_key(struct step *step, const struct uplink *u, const uint8_t salt[static 4])
{
	const struct conf_uplink *c = uplink_conf(step->core, u);
	uint8_t digest[SHA256_LEN];
	struct wr w;
	struct send *send = actions_send(step->actions, &w);

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
	struct send *send = actions_send(step->actions, &w);

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
	struct send *send = actions_send(step->actions, &w);

	hbp_write_options(&w, c->id, c->options, strlen(c->options));
	end_send(step, u, send, &w);
}

/* Jitter, so that servers that lost the same target do not all return at once. */
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
	u->round_wait = tick_first(2 * wait, ROUND_LONGEST_MS);
	wake_at(step, u, step->now + wait + jitter(step, wait));
}

static void tell(struct step *step, struct uplink *u, bool up, const char *why)
{
	char text[ADDR_TEXT_MAX];

	u->since = step->now;
	rows_tell(step, KIND_UPLINK, u, CHANGE_UPDATE, CAUSE_NONE);
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

/* Ends its calls for all other listeners; the other server can no longer be reached. */
static void set_down(struct step *step, struct uplink *u, const char *why)
{
	struct session *s = session_of(step->core, u);

	if (u->state != UPLINK_UP)
		return;
	u->state = UPLINK_WAITS;
	if (step->now - u->since >=
	    ROUND_FIRST_MS) /* disconnected at once: counts as a refused login */
		u->turn = CONF_TARGETS_MAX - 1; /* the first target is next */
	session_silence(step, s, false);
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
	                      .stream = core_random(step->core)};

	lc_encode(&lc, &coded);
	for (uint32_t i = 0; i < MODULE_FRAMES; i++) {
		struct wr w;
		struct send *send = actions_send(step->actions, &w);
		b.seq = (uint8_t)i;
		b.class = i < MODULE_HEADERS ? BURST_VOICE_HEADER : BURST_TERMINATOR;
		burst_make_lc(b.payload, &coded, burst_type(&b), 1);
		burst_put_sync(b.payload, SYNC_MS_DATA);
		hbp_write_burst(&w, &b);
		end_send(step, u, send, &w);
	}
}

/* The next control frames for a reflector. It ignores a module change while linked, and frames may
 * get lost. */
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
		rows_tell(step, KIND_UPLINK, u, CHANGE_UPDATE, CAUSE_NONE);
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
	wake_at(step, u, tick_first(u->module_due, u->ping_due));
}

void uplink_expire(struct step *step, void *row)
{
	struct uplink *u = row;

	if (step->core->stopped)
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

/* Ends a login in progress; its attempt still runs to its timeout. */
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

/* Use this frame, or is it a copy of a call that came by another path, perhaps our own (decision
 * 23)? A number that is not a talkgroup has no claim. */
static bool counts(struct step *step, const struct session *s, const struct hbp_burst *b,
                   struct claim **claim)
{
	const struct subscriptions *t = &step->core->subscriptions;
	const struct subscription *x = b->unit ? NULL : subscription_find(t, s, b->slot, b->dst);

	if (!x && !b->unit)
		return true;
	uint32_t number = x ? subscription_tg(t, x) : b->dst;
	return claim_counts(step, b,
	                    claim_key(b->stream, b->src, number, b->unit, burst_is_data(b)),
	                    s->source, claim);
}

static void on_burst(struct step *step, struct uplink *u, const struct hbp_burst *b)
{
	struct session *s = session_of(step->core, u);
	struct claim *c = NULL;

	if (u->state != UPLINK_UP) {
		refuse_source(step, REFUSED_UPLINK_DOWN, s->source);
		return;
	}
	if (!counts(step, s, b, &c)) {
		u->refused_total++;
		refuse_source(step, REFUSED_UPLINK_COPY, s->source);
		return;
	}
	if (c)
		claim_carry(c, b, !stream_of(step->core, s->source, b->slot, b), step->now);
	u->audio = step->now;
	s->frames_in_total++;
	struct inbound in = inbound_from(s, b);
	route_burst(step, &in);
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
		refuse_datagram(step, REFUSED_FOREIGN, &u->at);
		break;
	}
}

void uplink_datagram(struct step *step, struct uplink *u, const struct event *event)
{
	const struct endpoint *from = &event->datagram.from;
	struct hbp_message m;
	const char *reason = "";

	count(step, COUNT_DATAGRAMS);
	if (!u || !u->has_address || !addr_equal(&u->at.to, &from->to)) {
		refuse_datagram(step, REFUSED_NO_UPLINK, from);
		return;
	}
	switch (hbp_parse(event->datagram.bytes, event->datagram.len, &m, &reason)) {
	case PARSE_IGNORE:
		refuse_datagram(step, REFUSED_FOREIGN, from);
		break;
	case PARSE_BAD:
		refuse(step, REFUSED_MALFORMED, &(struct subject){.words = reason});
		break;
	case PARSE_OK:
		on_message(step, u, &m);
		break;
	}
}

/* Abandons the current attempt and starts a new one with this target. */
static void begin_anew(struct step *step, struct uplink *u, uint32_t target)
{
	u->turn = target + CONF_TARGETS_MAX - 1;
	u->round_wait = ROUND_FIRST_MS;
	begin_round(step, u);
}

void uplink_address(struct step *step, const struct resolved_record *r)
{
	struct uplink *u = uplink_at(&step->core->uplinks, r->of.index);

	if (!u || r->target >= CONF_TARGETS_MAX || addr_equal(&u->target[r->target], &r->to))
		return;
	u->target[r->target] = r->to;
	if (u->state != UPLINK_UP && (!u->has_address || u->turn == r->target))
		begin_anew(step, u, r->target);
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

static void end_for_good(struct step *step, struct uplink *u)
{
	stream_forget_source(step, (struct source){SOURCE_UPLINK, u->row.index});
	uplink_stop(step, u);
	keep_rows(step->core, u, 1);
	rows_tell(step, KIND_UPLINK, u, CHANGE_END, CAUSE_NONE);
	pool_give(&step->core->uplinks.pool, u);
}

void uplink_mend(struct step *step, struct uplink *u)
{
	const struct conf *conf = step->core->conf;
	uint32_t place = u->row.index;

	if (place >= conf->uplink_count || !conf->uplink[place].name[0]) {
		end_for_good(step, u);
		return;
	}
	u->at.socket = conf->uplink[place].socket;
	u->timer.deadline = TICK_NEVER;
	uplink_reset(step, u);
}

bool uplink_leave(struct step *step, const struct conf *conf)
{
	POOL_EACH(struct uplink *, u, &step->core->uplinks.pool) {
		uint32_t place = u->row.index;
		if (place < conf->uplink_count &&
		    conf_same_uplink(&conf->uplink[place], uplink_conf(step->core, u)))
			continue;
		if (!actions_have_room(step->actions))
			return false;
		end_for_good(step, u);
	}
	return true;
}

void uplink_follow(struct step *step)
{
	struct core *core = step->core;

	for (uint32_t i = 0; i < core->conf->uplink_count; i++) {
		if (uplink_at(&core->uplinks, i) || !core->conf->uplink[i].name[0])
			continue;
		begin(core, i, step->now);
		rows_tell(step, KIND_UPLINK, uplink_at(&core->uplinks, i), CHANGE_BEGIN,
		          CAUSE_NONE);
	}
}
