/*
 * Everything at the door that is not a burst (decisions 2 to 6).
 *
 * Nothing a stranger sends makes a row: the challenge is a keyed hash of who asked and when, so a
 * session row exists only from a correct RPTK on. A live session is displaced only by a correct
 * RPTK for the same id.
 */
#include "core/login.h"

#include "base/text.h"
#include "core/deliver.h"
#include "core/limit.h"
#include "core/route.h"
#include "core/rows.h"
#include "core/subscribe.h"
#include "core/why.h"

#define SESSION_SILENCE_MS (4 * HBP_PING_MS) /* nothing heard for so long: gone */
#define LOGIN_TIME_MS (60 * TICK_SECOND)     /* from RPTK to RPTC; clients repeat for that long */
#define SALT_PERIOD_MS ((tick_t)32768)
#define SALT_PERIODS 3   /* the running one and two before: clients repeat RPTK for up to 60 s */
#define TAKEOVER_RATE 25 /* thousandths of a token per second: 3 in 2 minutes */
#define TAKEOVER_DEPTH 3

typedef void write_notice(struct wr *w, uint32_t id);

static void answer(struct step *step, const struct endpoint *where, write_notice *put, uint32_t id)
{
	struct send *send = actions_send(step->actions);

	if (!send)
		return;
	struct wr w = wr_make(send->bytes, sizeof(send->bytes));
	put(&w, id);
	send->len = (uint16_t)wr_len(&w);
	actions_target(step->actions, send, where, id);
}

static void answer_challenge(struct step *step, const struct endpoint *where,
                             const uint8_t salt[static 4])
{
	struct send *send = actions_send(step->actions);

	if (!send)
		return;
	struct wr w = wr_make(send->bytes, sizeof(send->bytes));
	hbp_write_challenge(&w, salt);
	send->len = (uint16_t)wr_len(&w);
	actions_target(step->actions, send, where, 0);
}

static void nak(struct step *step, const struct incoming *in)
{
	count(step, COUNT_NAKS);
	answer(step, in->from, hbp_write_nak, in->message->id);
}

/* Counts, says why as often as is good for who reads it, and tells the client in the only way the
 * protocol has. */
static void refuse(struct step *step, const struct incoming *in, enum counter reason,
                   const char *why)
{
	count(step, reason);
	why_client(step, in->message->id, why);
	nak(step, in);
	if (limit_allows(step, LIMIT_LOG, &in->from->to, reason)) {
		char text[ADDR_TEXT_MAX];
		core_log(step, LOG_REMOTE,
		         "refused client=%lu from=%s listener=%s message=%s reason=\"%s\"",
		         (unsigned long)in->message->id, addr_format(&in->from->to, text),
		         in->listener->name, hbp_kind_name(in->message->kind), why);
		rows_refusal(step, in, why);
	}
}

/* At most one NAK per 5 s: enough for a client whose session is gone to log in again at once. */
void login_nak_stranger(struct step *step, const struct incoming *in)
{
	if (limit_allows(step, LIMIT_NAK, &in->from->to, 0))
		refuse(step, in, COUNT_UNKNOWN_SENDER, "no session here: log in again");
	else
		count(step, COUNT_RATE_LIMITED);
}

static void salt_for(const struct step *step, const struct incoming *in, int periods_ago,
                     uint8_t salt[static 4])
{
	uint8_t who[40];
	struct wr w = wr_make(who, sizeof(who));

	wr_bytes(&w, in->from->to.ip, sizeof(in->from->to.ip));
	wr_u16(&w, in->from->to.port);
	wr_u32(&w, in->message->id);
	wr_u64(&w, (uint64_t)(step->now / SALT_PERIOD_MS - periods_ago));
	uint64_t hash = siphash(step->core->secret, who, wr_len(&w));
	struct wr out = wr_make(salt, 4);
	wr_u32(&out, (uint32_t)hash);
}

static bool key_is_right(const struct step *step, const struct incoming *in)
{
	bool anybody = false, right = false;
	const char *passphrase =
		conf_passphrase_for(step->core->conf, in->listener, in->message->id, &anybody);

	for (int i = 0; i < SALT_PERIODS; i++) {
		uint8_t salt[4], digest[SHA256_LEN];
		salt_for(step, in, i, salt);
		hbp_digest(salt, passphrase, digest);
		right |= digest_equal(digest, in->message->digest, SHA256_LEN);
	}
	return right || anybody;
}

/* May this id have a session at all? Refuses by itself. */
static bool admitted(struct step *step, const struct incoming *in, const struct session *s)
{
	const struct sessions *t = &step->core->sessions;
	uint32_t id = in->message->id;

	if (id == 0 || id > ORIGIN_CLIENT_MAX || !access_permits(&in->listener->clients, id)) {
		refuse(step, in, COUNT_REFUSED_ID, "id not permitted");
		return false;
	}
	if (!s && t->pool.used == t->pool.capacity) {
		refuse(step, in, COUNT_REFUSED_FULL, "all sessions taken");
		return false;
	}
	if (s && !endpoint_same(&s->at, in->from)) {
		struct bucket probe = s->takeovers;
		if (!bucket_take(&probe, step->now, TAKEOVER_RATE, TAKEOVER_DEPTH)) {
			refuse(step, in, COUNT_REFUSED_TAKEOVER,
			       "this id moves too often: two clients with one id?");
			return false;
		}
	}
	return true;
}

static void on_login(struct step *step, const struct incoming *in, struct session *s)
{
	uint8_t salt[4];

	if (!limit_allows(step, LIMIT_HANDSHAKE, &in->from->to, HBP_LOGIN)) {
		count(step, COUNT_RATE_LIMITED);
		why_client(step, in->message->id, "rate limited: too many logins from its address");
		return;
	}
	if (!admitted(step, in, s))
		return;
	count(step, COUNT_CHALLENGES);
	salt_for(step, in, 0, salt);
	answer_challenge(step, in->from, salt);
}

/* A fresh row, known to be possible. */
static struct session *session_begin(struct step *step, const struct endpoint *at, uint32_t id,
                                     struct bucket takeovers)
{
	struct session *s = session_add(&step->core->sessions, id);

	if (!s)
		return NULL;
	s->at = *at;
	s->state = SESSION_AUTHENTICATED;
	s->takeovers = takeovers;
	s->since = s->last_seen = s->last_ping = step->now;
	expire_at(step, &s->expiry, EXPIRE_SESSION, &s->row, step->now + LOGIN_TIME_MS);
	return s;
}

static void on_key(struct step *step, const struct incoming *in, struct session *s)
{
	uint32_t id = in->message->id;
	struct bucket takeovers = {0};

	if (!limit_allows(step, LIMIT_HANDSHAKE, &in->from->to, HBP_KEY)) {
		count(step, COUNT_RATE_LIMITED);
		why_client(step, in->message->id, "rate limited: too many logins from its address");
		return;
	}
	if (!admitted(step, in, s))
		return;
	if (!key_is_right(step, in)) {
		refuse(step, in, COUNT_REFUSED_PASSPHRASE, "wrong passphrase");
		return;
	}
	if (s && endpoint_same(&s->at, in->from)) {
		s->rekeyed = s->state == SESSION_CONNECTED;
		answer(step, in->from, hbp_write_ack, id);
		return;
	}
	if (s) {
		takeovers = s->takeovers;
		bucket_take(&takeovers, step->now, TAKEOVER_RATE, TAKEOVER_DEPTH);
		session_end(step, s, CAUSE_REPLACED, step->now - s->last_seen < SESSION_SILENCE_MS);
	}
	if (session_begin(step, in->from, id, takeovers))
		answer(step, in->from, hbp_write_ack, id);
}

static void store_config(struct session *s, const struct hbp_config *c)
{
	s->simplex = c->slots == '4';
	s->rx_hz = c->rx_hz;
	s->tx_hz = c->tx_hz;
	s->cc = c->cc;
	text_copy(s->callsign, sizeof(s->callsign), c->callsign);
	text_copy(s->location, sizeof(s->location), c->location);
	text_copy(s->software, sizeof(s->software), c->software);
	text_copy(s->package, sizeof(s->package), c->package);
}

static void connect_session(struct step *step, struct session *s, const struct incoming *in)
{
	char text[ADDR_TEXT_MAX];

	s->state = SESSION_CONNECTED;
	s->since = step->now;
	count(step, COUNT_LOGINS);
	why_client(step, s->id, "logged in");
	rows_session(step, s, CHANGE_BEGIN, CAUSE_NONE);
	if (!s->has_options)
		subscribe_defaults(step, s);
	else if (s->simplex)
		subscribe_simplex(step, s);
	core_log(step, LOG_INFO, "session up client=%lu callsign=%s from=%s listener=%s %s",
	         (unsigned long)s->id, s->callsign[0] ? s->callsign : "-",
	         addr_format(&s->at.to, text), in->listener->name,
	         s->simplex ? "simplex" : "duplex");
}

/*
 * After RPTK the session begins; after a second RPTK from the same endpoint it begins afresh (the
 * client was restarted); without one it is a repetition, because our answer was lost.
 */
static void on_config(struct step *step, const struct incoming *in, struct session *s)
{
	const struct hbp_config *config = &in->message->config;

	if (!s || !endpoint_same(&s->at, in->from)) {
		login_nak_stranger(step, in);
		return;
	}
	bool simplex = config->slots == '4';
	if (s->state == SESSION_CONNECTED && (s->rekeyed || s->simplex != simplex)) {
		struct bucket takeovers = s->takeovers;
		session_end(step, s, CAUSE_REPLACED, false);
		s = session_begin(step, in->from, in->message->id, takeovers);
		if (!s)
			return;
	}
	store_config(s, config);
	if (s->state == SESSION_AUTHENTICATED)
		connect_session(step, s, in);
	else
		rows_session(step, s, CHANGE_UPDATE, CAUSE_NONE);
	session_touch(step, s);
	answer(step, in->from, hbp_write_ack, s->id);
}

static void on_options(struct step *step, const struct incoming *in, struct session *s)
{
	if (!s || !endpoint_same(&s->at, in->from)) {
		login_nak_stranger(step, in);
		return;
	}
	count(step, COUNT_OPTIONS);
	session_touch(step, s);
	subscribe_options(step, s, in->message->options.text, in->message->options.len);
	s->has_options = true;
	if (s->state == SESSION_CONNECTED)
		rows_session(step, s, CHANGE_UPDATE, CAUSE_NONE);
	answer(step, in->from, hbp_write_ack, s->id);
}

static bool is_at(const struct session *s, const struct incoming *in)
{
	return s && s->state == SESSION_CONNECTED && endpoint_same(&s->at, in->from);
}

struct session *login_follow_port(struct step *step, struct session *s, const struct incoming *in)
{
	if (!s || s->state != SESSION_CONNECTED || !in->listener->follow_port ||
	    s->at.socket != in->from->socket || !addr_same_ip(&s->at.to, &in->from->to))
		return NULL;
	s->at = *in->from;
	count(step, COUNT_FOLLOWED_PORT);
	rows_session(step, s, CHANGE_UPDATE, CAUSE_NONE);
	return s;
}

static void on_ping(struct step *step, const struct incoming *in, struct session *s)
{
	if (!is_at(s, in)) {
		s = login_follow_port(step, s, in);
		if (!s) {
			login_nak_stranger(step, in);
			return;
		}
	}
	count(step, COUNT_PINGS);
	s->last_ping = step->now;
	s->at.from = in->from->from; /* our own address may be another by now */
	session_touch(step, s);
	answer(step, in->from, hbp_write_pong, s->id);
}

/* The client's socket is closed when this arrives, so there is nobody to answer. */
static void on_close(struct step *step, const struct incoming *in, struct session *s)
{
	if (s && endpoint_same(&s->at, in->from))
		session_end(step, s, CAUSE_LOGOUT, false);
	else
		count(step, COUNT_FORGED_CLOSE);
}

void login_refuse_blocked(struct step *step, const struct incoming *in, const char *why)
{
	if (limit_allows(step, LIMIT_NAK, &in->from->to, 0))
		refuse(step, in, COUNT_REFUSED_ID, why);
}

void login_message(struct step *step, const struct incoming *in)
{
	struct session *s = session_find(&step->core->sessions, in->message->id);

	switch (in->message->kind) {
	case HBP_LOGIN:
		on_login(step, in, s);
		break;
	case HBP_KEY:
		on_key(step, in, s);
		break;
	case HBP_CONFIG:
		on_config(step, in, s);
		break;
	case HBP_OPTIONS:
		on_options(step, in, s);
		break;
	case HBP_PING:
		on_ping(step, in, s);
		break;
	case HBP_CLOSE:
		on_close(step, in, s);
		break;
	case HBP_ALIAS:
	case HBP_POSITION:
		route_talker(step, in);
		break;
	case HBP_HOME:
		count(step, COUNT_ALIAS_BLOCKS);
		break;
	case HBP_BURST: /* route's */
	case HBP_ACK:
	case HBP_NAK:
	case HBP_PONG:
	case HBP_CLOSED:
	case HBP_KINDS:
		count(step, COUNT_FOREIGN);
		break;
	}
}

void session_touch(struct step *step, struct session *s)
{
	s->last_seen = step->now;
	if (s->state == SESSION_CONNECTED)
		expire_at(step, &s->expiry, EXPIRE_SESSION, &s->row,
		          step->now + SESSION_SILENCE_MS);
}

static const char *session_end_words(enum cause cause)
{
	switch (cause) {
	case CAUSE_LOGOUT:
		return "session ended: the client logged out";
	case CAUSE_EXPIRED:
		return "session ended: nothing was heard of the client";
	case CAUSE_REPLACED:
		return "session ended: another login with this id took its place";
	case CAUSE_KICKED:
		return "session ended: an operator ended it";
	case CAUSE_BLOCKED:
		return "session ended: blocked";
	case CAUSE_SHUTDOWN:
		return "session ended: the server stopped";
	case CAUSE_NONE:
	case CAUSE_TERMINATOR:
	case CAUSE_TIMEOUT:
	case CAUSE_TRANSMIT_TIMEOUT:
	case CAUSE_SUPERSEDED:
	case CAUSE_SESSION_END:
	case CAUSE_OPTIONS:
	case CAUSE_TIMER:
	case CAUSE_SINGLE:
	case CAUSE_DIALLED:
	case CAUSE_OPERATOR:
	case CAUSE_CAUSES:
		break;
	}
	return "session ended";
}

/* Ends its calls for all, what it heard, its subscriptions and the row. */
void session_end(struct step *step, struct session *s, enum cause cause, bool tell_client)
{
	char text[ADDR_TEXT_MAX];

	for (int i = 0; i < 2; i++) {
		struct stream *x = stream_get(&step->core->streams, s->slot[i].talk);
		if (x)
			stream_end(step, x, CAUSE_SESSION_END);
		slot_close(step, s, &s->slot[i], cause != CAUSE_EXPIRED && cause != CAUSE_REPLACED);
	}
	subscribe_none(step, s);
	if (tell_client)
		answer(step, &s->at, hbp_write_closed, s->id);
	why_client(step, s->id, session_end_words(cause));
	if (s->state == SESSION_CONNECTED)
		core_log(step, LOG_INFO, "session down client=%lu callsign=%s from=%s cause=%s",
		         (unsigned long)s->id, s->callsign[0] ? s->callsign : "-",
		         addr_format(&s->at.to, text), cause_name(cause));
	rows_session(step, s, CHANGE_END, cause);
	session_remove(&step->core->sessions, s);
}

void session_expire(struct step *step, const struct expiry_entry *e)
{
	struct session *s = session_get(&step->core->sessions, e->row);

	if (s && expiry_due(&step->core->expiry, &s->expiry, e, step->now))
		session_end(step, s, CAUSE_EXPIRED, true);
}
