/*
 * All client datagrams except bursts (decisions 2 to 6).
 *
 * A stranger cannot create a row: the challenge is a keyed hash of sender and time, so a session
 * row exists only after a correct RPTK. Only a correct RPTK for the same ID replaces a live
 * session, and where callsigns are judged (`same-callsign`) only the following RPTC does, if it has
 * the registered callsign.
 */
#include "core/access/login.h"

#include <string.h>

#include "base/text.h"
#include "core/access/blocklist.h"
#include "conf/access.h"
#include "conf/networks.h"
#include "core/access/session.h"
#include "core/delivery/refuse.h"
#include "core/step/limit.h"
#include "core/routing/route.h"
#include "core/telling/rows.h"
#include "core/conference/subscribe.h"

#define SALT_PERIOD_MS ((tick_t)32768)
#define SALT_PERIODS                                                                               \
	3 /* the current period and two before it: clients repeat RPTK for up to 60 s */
#define TAKEOVER_RATE 25 /* thousandths of a token per second: 3 in 2 minutes */
#define TAKEOVER_DEPTH 3
#define ADDRESS_LEAST 16u /* sessions of one address, even in a small table */
#define NEWS_RATE 1000    /* likewise: changed options or configuration (decision 38) */
#define NEWS_DEPTH 5
#define WASTED_RATE                                                                                \
	2000000 /* likewise: wrong answers from any sender, one digest each (decision 39) */
#define WASTED_DEPTH 200

static void answer_challenge(struct step *step, const struct endpoint *where,
                             const uint8_t salt[static 4])
{
	struct wr w;
	struct send *send = actions_send(step->actions, &w);

	hbp_write_challenge(&w, salt);
	actions_sent(step->actions, send, &w, where, 0);
}

/* Counts the accepted answers of this endpoint for this ID; `whose` identifies both. */
static struct answers_taken *taken_of(struct step *step, const struct incoming *in, uint32_t *whose)
{
	uint8_t who[32];
	struct wr w = wr_make(who, sizeof(who));

	wr_bytes(&w, in->from->to.ip, sizeof(in->from->to.ip));
	wr_u16(&w, in->from->to.port);
	wr_u32(&w, in->message->id);
	uint64_t digest = siphash(step->core->secret, who, wr_len(&w));
	*whose = (uint32_t)(digest >> 32);
	return &step->core->challenges.taken[digest % CHALLENGE_TAKEN];
}

static uint8_t count_taken(struct step *step, const struct incoming *in)
{
	uint32_t whose;
	const struct answers_taken *t = taken_of(step, in, &whose);

	return t->whose == whose ? t->count : 0;
}

static void take_answer(struct step *step, const struct incoming *in)
{
	uint32_t whose;
	struct answers_taken *t = taken_of(step, in, &whose);

	*t = (struct answers_taken){whose, (uint8_t)(t->whose == whose ? t->count + 1 : 1)};
}

/* Takes the place of the count in the hash that a correct answer leaves. */
#define CHALLENGER UINT8_MAX

/* Keyed hash of a challenge: the salt is made of it, and half of it selects the bit that records
 * the challenge. */
static uint64_t challenge_of(const struct step *step, const struct incoming *in, int periods_ago,
                             uint8_t taken)
{
	uint8_t who[40];
	struct wr w = wr_make(who, sizeof(who));

	wr_bytes(&w, in->from->to.ip, sizeof(in->from->to.ip));
	wr_u16(&w, in->from->to.port);
	wr_u32(&w, in->message->id);
	wr_u64(&w, (uint64_t)(step->now / SALT_PERIOD_MS - periods_ago));
	wr_u8(&w, taken);
	return siphash(step->core->secret, who, wr_len(&w));
}

static void salt_of(const struct step *step, uint64_t challenge, uint8_t salt[static 4])
{
	uint8_t octets[8];
	struct wr w = wr_make(octets, sizeof(octets)), out = wr_make(salt, 4);

	wr_u64(&w, challenge);
	wr_u32(&out, (uint32_t)siphash(step->core->salts, octets, sizeof(octets)));
}

static uint32_t bit_of(uint64_t challenge)
{
	return (uint32_t)(challenge >> 32) % CHALLENGE_BITS;
}

static void note_challenge(struct step *step, uint64_t challenge)
{
	struct challenges *t = &step->core->challenges;
	int64_t period = step->now / SALT_PERIOD_MS;
	size_t row = (size_t)period % CHALLENGE_PERIODS;
	uint32_t bit = bit_of(challenge);

	if (t->period[row] != period + 1)
		for (size_t i = 0; i < sizeof(t->bits[row]); i++)
			t->bits[row][i] = 0;
	t->period[row] = period + 1;
	t->bits[row][bit / 8] |= (uint8_t)(1u << bit % 8);
}

static bool was_challenged(const struct step *step, uint64_t challenge, int periods_ago)
{
	const struct challenges *t = &step->core->challenges;
	int64_t period = step->now / SALT_PERIOD_MS - periods_ago;
	size_t row = (size_t)(period + CHALLENGE_PERIODS) % CHALLENGE_PERIODS;
	uint32_t bit = bit_of(challenge);

	return t->period[row] == period + 1 && (t->bits[row][bit / 8] >> bit % 8 & 1);
}

static bool is_answer(struct step *step, const struct incoming *in, uint64_t challenge,
                      const char *passphrase)
{
	uint8_t salt[4], digest[SHA256_LEN];

	count(step, COUNT_DIGESTS);
	salt_of(step, challenge, salt);
	hbp_digest(salt, passphrase, digest);
	return judged(step, digest_equal(digest, in->message->digest, SHA256_LEN));
}

/* Where any answer counts, one that is made of a passphrase we can guess proves that our challenge
 * has arrived. */
static bool is_guessed(struct step *step, const struct incoming *in, uint64_t challenge)
{
	const char *passphrase;

	for (size_t i = 0; (passphrase = conf_open_passphrase(i)); i++)
		if (is_answer(step, in, challenge, passphrase))
			return true;
	return false;
}

/* Computes a digest only for senders that were challenged; `taken` answers were accepted before. */
static enum verdict judge_key(struct step *step, const struct incoming *in, uint8_t taken,
                              bool *proven)
{
	bool anybody = false;
	const char *passphrase =
		conf_passphrase_for(step->core->conf, in->listener, in->message->id, &anybody);
	enum verdict verdict = REFUSED_NO_SESSION;

	for (int i = 0; i < SALT_PERIODS && verdict != ACCEPTED; i++) {
		uint64_t challenge = challenge_of(step, in, i, taken);

		if (!was_challenged(step, challenge, i))
			continue;
		*proven = anybody ? is_guessed(step, in, challenge)
		                  : is_answer(step, in, challenge, passphrase);
		verdict = *proven ? ACCEPTED : REFUSED_PASSPHRASE;
	}
	return verdict == REFUSED_PASSPHRASE && anybody ? ACCEPTED : verdict;
}

/* Where many share an address, each port of it has limits of its own. */
static uint64_t sharer(const struct step *step, const struct incoming *in)
{
	const struct addr *at = &in->from->to;

	return networks_hold(&step->core->conf->limits.shared, at) ? at->port : 0;
}

/* Limits the digests wasted on wrong answers. */
static bool may_waste(struct step *step, const struct incoming *in)
{
	struct bucket probe = step->core->wasted;

	return limit_would_allow(step, LIMIT_WASTED, &in->from->to, sharer(step, in)) &&
	       bucket_take(&probe, step->now, WASTED_RATE, WASTED_DEPTH);
}

static void waste(struct step *step, const struct incoming *in)
{
	(void)limit_allows(step, LIMIT_WASTED, &in->from->to, sharer(step, in));
	bucket_take(&step->core->wasted, step->now, WASTED_RATE, WASTED_DEPTH);
}

/* Does this address already have the maximum number of sessions? */
static bool is_crowded(const struct core *core, const struct addr *address)
{
	const struct conf_limits *limits = &core->conf->limits;
	uint32_t most = limits->sessions_per_address;

	if (most == 0)
		most = limits->sessions / 4 > ADDRESS_LEAST ? limits->sessions / 4 : ADDRESS_LEAST;
	return sessions_of_address(&core->sessions, address) >= most &&
	       !networks_hold(&limits->shared, address);
}

static bool may_take_over(const struct step *step, const struct session *s)
{
	struct bucket probe = s->budget.takeovers;

	return bucket_take(&probe, step->now, TAKEOVER_RATE, TAKEOVER_DEPTH);
}

/* May this ID have a session now? */
static enum verdict judge_handshake(struct step *step, const struct incoming *in,
                                    const struct session *s)
{
	uint32_t id = in->message->id;
	uint64_t what = sharer(step, in) << 8 | in->message->kind;

	if (!limit_allows(step, LIMIT_HANDSHAKE, &in->from->to, what))
		return REFUSED_ADDRESS_TOO_OFTEN;
	if (id == 0 || id > CONF_CLIENT_ID_MAX ||
	    !access_permits_client(&in->listener->clients, id))
		return REFUSED_ID;
	if (!s && !session_has_room(step->core))
		return REFUSED_FULL;
	if ((!s || !addr_same_ip(&s->at.to, &in->from->to)) &&
	    is_crowded(step->core, &in->from->to))
		return REFUSED_CROWDED;
	if (s && !endpoint_same(&s->at, in->from) && !may_take_over(step, s))
		return REFUSED_TAKEOVER;
	return ACCEPTED;
}

static bool is_at(const struct session *s, const struct incoming *in)
{
	return s && endpoint_same(&s->at, in->from);
}

/* What is known of an answer. */
struct answer {
	bool repeated; /* by the owner of the session */
	bool proven;   /* it can only come from where our challenge went */
};

/* Is the answer to our challenge correct? The owner of the session may repeat it if our
 * acknowledgement was lost. */
static enum verdict judge_answer(struct step *step, const struct incoming *in,
                                 const struct session *s, struct answer *a)
{
	enum verdict verdict = judge_handshake(step, in, s);
	uint8_t taken = count_taken(step, in);

	if (verdict == ACCEPTED && !may_waste(step, in))
		return REFUSED_WRONG_TOO_OFTEN;
	if (verdict == ACCEPTED)
		verdict = judge_key(step, in, taken, &a->proven);
	a->repeated = verdict == REFUSED_NO_SESSION && is_at(s, in);
	if (a->repeated)
		verdict = judge_key(step, in, (uint8_t)(taken - 1), &a->proven);
	if (verdict == ACCEPTED && !a->proven && s && !is_at(s, in) && !s->budget.unproven)
		return REFUSED_UNPROVEN;
	if (verdict == ACCEPTED && !limit_allows(step, LIMIT_LOGIN, &in->from->to, in->message->id))
		return REFUSED_LOGIN_TOO_OFTEN;
	return verdict;
}

static void on_login(struct step *step, const struct incoming *in, struct session *s)
{
	uint8_t salt[4];
	enum verdict verdict = judge_handshake(step, in, s);

	if (verdict != ACCEPTED) {
		refuse_message(step, verdict, in);
		return;
	}
	count(step, COUNT_CHALLENGES);
	uint64_t challenge = challenge_of(step, in, 0, count_taken(step, in));
	note_challenge(step, challenge);
	salt_of(step, challenge, salt);
	answer_challenge(step, in->from, salt);
}

/* The ID has logged in from another address: its session ends, and the new one inherits the
 * budgets. */
static struct budgets take_over(struct step *step, struct session *s)
{
	struct budgets budget = s->budget;

	bucket_take(&budget.takeovers, step->now, TAKEOVER_RATE, TAKEOVER_DEPTH);
	session_end(step, s, CAUSE_REPLACED, step->now - s->last_seen < SESSION_SILENCE_MS);
	return budget;
}

/* Does the callsign decide whether the session is displaced? */
static bool waits_for_callsign(const struct incoming *in, const struct session *s)
{
	return in->listener->same_callsign && s->admitted;
}

static void on_key(struct step *step, const struct incoming *in, struct session *s)
{
	uint32_t id = in->message->id;
	struct budgets budget = {0};
	struct answer answer = {0};
	enum verdict verdict = judge_answer(step, in, s, &answer);

	if (verdict == REFUSED_PASSPHRASE || (verdict == ACCEPTED && !answer.proven))
		waste(step, in);
	if (verdict != ACCEPTED) {
		refuse_message(step, verdict, in);
		return;
	}
	if (answer.repeated) {
		actions_notice(step->actions, in->from, id, hbp_write_ack);
		return;
	}
	take_answer(step, in);
	if (is_at(s, in)) {
		s->rekeyed = s->state == SESSION_CONNECTED;
		s->budget.unproven &= !answer.proven;
		actions_notice(step->actions, in->from, id, hbp_write_ack);
		return;
	}
	if (s && waits_for_callsign(in, s)) {
		s->challenger = challenge_of(step, in, 0, CHALLENGER);
		actions_notice(step->actions, in->from, id, hbp_write_ack);
		return;
	}
	if (s)
		budget = take_over(step, s);
	budget.unproven = !answer.proven;
	budget.credit = 0;
	session_begin(step, in->from, id, &budget);
	actions_notice(step->actions, in->from, id, hbp_write_ack);
}

/* Repetitions are free; the rate of changes is limited. */
static bool may_change(const struct step *step, struct bucket *b)
{
	return bucket_take(b, step->now, NEWS_RATE, NEWS_DEPTH);
}

static bool has_config(const struct session *s, const struct hbp_config *c)
{
	return s->simplex == (c->slots == '4') && s->rx_hz == c->rx_hz && s->tx_hz == c->tx_hz &&
	       s->cc == c->cc && strcmp(s->callsign, c->callsign) == 0 &&
	       strcmp(s->location, c->location) == 0 && strcmp(s->software, c->software) == 0 &&
	       strcmp(s->package, c->package) == 0;
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

/* The configuration of a sender whose RPTK was correct while the ID has a session elsewhere. NULL:
 * it is refused. */
static struct session *judge_challenger(struct step *step, const struct incoming *in,
                                        struct session *s)
{
	const char *why = unregistered_name(UNREGISTERED_CALLSIGN);

	s->challenger = 0;
	if (waits_for_callsign(in, s) && !text_same(s->callsign, in->message->config.callsign)) {
		blocklist_keep_out(step, s->id, &in->from->to, why);
		refuse(step, REFUSED_LOGIN_OF_BLOCKED,
		       &(struct subject){
			       .who = s->source, .words = why, .from = in->from, .client = in});
		return NULL;
	}
	struct budgets budget = take_over(step, s);
	s = session_begin(step, in->from, in->message->id, &budget);
	s->admitted = true;
	return s;
}

/* Clients repeat RPTC for up to 60 s, too. */
static bool is_challenger(const struct step *step, const struct session *s,
                          const struct incoming *in)
{
	bool is = false;

	for (int i = 0; s && s->challenger && i < SALT_PERIODS; i++)
		is |= s->challenger == challenge_of(step, in, i, CHALLENGER);
	return is;
}

/*
 * The first RPTC after RPTK starts the session. After a second RPTK from the same endpoint it
 * restarts the session (the client was restarted); otherwise it is a repetition because our answer
 * was lost.
 */
static void on_config(struct step *step, const struct incoming *in, struct session *s)
{
	const struct hbp_config *config = &in->message->config;

	if (is_challenger(step, s, in)) {
		s = judge_challenger(step, in, s);
		if (!s)
			return;
	}
	if (!is_at(s, in)) {
		refuse_message(step, REFUSED_NO_SESSION, in);
		return;
	}
	bool simplex = config->slots == '4';
	bool known = s->state == SESSION_CONNECTED && !s->rekeyed && has_config(s, config);
	if (!known && !may_change(step, &s->budget.configs)) {
		refuse_message(step, REFUSED_CHANGE_TOO_OFTEN, in);
		return;
	}
	if (s->state == SESSION_CONNECTED && (s->rekeyed || s->simplex != simplex)) {
		struct budgets budget = s->budget;
		session_end(step, s, CAUSE_REPLACED, false);
		s = session_begin(step, in->from, in->message->id, &budget);
	}
	s->admitted &= s->state != SESSION_CONNECTED || strcmp(s->callsign, config->callsign) == 0;
	store_config(s, config);
	if (s->state == SESSION_AUTHENTICATED)
		session_connect(step, s);
	else if (!known)
		rows_tell(step, KIND_SESSION, s, CHANGE_UPDATE, CAUSE_NONE);
	session_touch(step, s, in->len);
	actions_notice(step->actions, in->from, s->id, hbp_write_ack);
}

static void on_options(struct step *step, const struct incoming *in, struct session *s)
{
	if (!is_at(s, in)) {
		refuse_message(step, REFUSED_NO_SESSION, in);
		return;
	}
	count(step, COUNT_OPTIONS);
	session_touch(step, s, in->len);
	if (!subscribe_has_options(s, in->message->options.text, in->message->options.len) &&
	    !may_change(step, &s->budget.options)) {
		refuse_message(step, REFUSED_CHANGE_TOO_OFTEN, in);
		return;
	}
	if (subscribe_options(step, s, in->message->options.text, in->message->options.len) &&
	    s->state == SESSION_CONNECTED)
		rows_tell(step, KIND_SESSION, s, CHANGE_UPDATE, CAUSE_NONE);
	actions_notice(step->actions, in->from, s->id, hbp_write_ack);
}

/* At most once a second, whatever the ping rate. */
static bool is_news(const struct session *s, tick_t now)
{
	return now / TICK_SECOND != s->last_ping / TICK_SECOND;
}

static void on_ping(struct step *step, const struct incoming *in, struct session *s)
{
	enum speaker speaker = session_speaker(step, s, in);

	if (speaker == SPEAKER_UNKNOWN) {
		refuse_message(step, REFUSED_NO_SESSION, in);
		return;
	}
	if (speaker == SPEAKER_MOVED)
		session_follow(step, s, in);
	count(step, COUNT_PINGS);
	bool news = is_news(s, step->now);
	s->last_ping = step->now;
	s->at.from = in->from->from; /* our own address may have changed */
	session_touch(step, s, in->len);
	actions_notice(step->actions, in->from, s->id, hbp_write_pong);
	if (news)
		rows_ping(step, s);
}

/* No answer: the client has already closed its socket. */
static void on_close(struct step *step, const struct incoming *in, struct session *s)
{
	if (is_at(s, in) && !s->close_forged) {
		session_end(step, s, CAUSE_LOGOUT, false);
		return;
	}
	if (s)
		s->close_forged = true; /* a sender that tries all ports would find the right one */
	refuse_message(step, REFUSED_FORGED_CLOSE, in);
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
	case HBP_BURST: /* never: intake has it */
	case HBP_ACK:
	case HBP_NAK:
	case HBP_PONG:
	case HBP_CLOSED:
	case HBP_KINDS:
		refuse_message(step, REFUSED_FOREIGN, in);
		break;
	}
}
