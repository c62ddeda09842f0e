/*
 * Session rows are taken here, on a correct RPTK, and given back here. Before a row goes, its
 * calls, the calls it hears and its subscriptions end.
 */
#include "core/access/session.h"

#include "core/conference/subscribe.h"
#include "core/delivery/slot.h"
#include "core/routing/stream.h"
#include "core/step/expire.h"
#include "core/step/kind.h"
#include "core/step/limit.h"
#include "core/telling/rows.h"
#include "core/telling/decision.h"
#include "state/pool.h"

#define CREDIT_RATE 2 /* octets that an unproven sender gets for each of its own */
#define CREDIT_MAX (1u << 20)
#define LOGIN_TIME_MS (60 * TICK_SECOND) /* from RPTK to RPTC, as long as clients retry */
#define FOLLOW_SILENCE_MS (HBP_PING_MS + 2 * TICK_SECOND) /* a ping was missed at the old port */

/* The oldest session that has sent RPTK but no RPTC; NULL if there is none. */
static struct session *oldest_half_open(const struct sessions *t)
{
	for (uint32_t i = 0; i < SESSIONS_HALF_OPEN; i++) {
		uint32_t at = (t->half_open_next + i) % SESSIONS_HALF_OPEN;
		struct session *s = session_get(t, t->half_open[at]);

		if (s && s->state == SESSION_AUTHENTICATED)
			return s;
	}
	return NULL;
}

static bool is_full(const struct sessions *t)
{
	return t->pool.used >= pool_size(&t->pool);
}

bool session_has_room(const struct core *core)
{
	return !is_full(&core->sessions) || oldest_half_open(&core->sessions);
}

struct session *session_begin(struct step *step, const struct endpoint *at, uint32_t id,
                              const struct budgets *budget)
{
	struct sessions *t = &step->core->sessions;
	struct session *yields = is_full(t) ? oldest_half_open(t) : NULL;

	if (yields)
		session_end(step, yields, CAUSE_REPLACED, false);
	struct session *s = session_add(t, id);
	t->half_open[t->half_open_next] = pool_handle(&s->row);
	t->half_open_next = (t->half_open_next + 1) % SESSIONS_HALF_OPEN;
	session_place(t, s, at);
	s->state = SESSION_AUTHENTICATED;
	s->budget = *budget;
	s->since = s->last_seen = s->last_ping = step->now;
	expire_at(step->core, KIND_SESSION, s, step->now + LOGIN_TIME_MS);
	return s;
}

/* Logs that a session starts or ends, rate limited. */
static bool may_tell(struct step *step, const struct session *s)
{
	return limit_allows(step, LIMIT_LINES, &(struct addr){0}, s->id);
}

void session_connect(struct step *step, struct session *s)
{
	char text[ADDR_TEXT_MAX];

	s->state = SESSION_CONNECTED;
	s->since = step->now;
	count(step, COUNT_LOGINS);
	decision_client(step, s->id,
	                s->budget.unproven
	                        ? "logged in with an unknown password: hears only a little"
	                        : "logged in");
	rows_tell(step, KIND_SESSION, s, CHANGE_BEGIN, CAUSE_NONE);
	if (!s->has_options)
		subscribe_defaults(step, s);
	else if (s->simplex)
		subscribe_simplex(step, s);
	if (!may_tell(step, s))
		return;
	core_log(step, LOG_INFO, "session up client=%lu callsign=%s from=%s listener=%s %s",
	         (unsigned long)s->id, s->callsign[0] ? s->callsign : "-",
	         addr_format(&s->at.to, text), listener_conf(step->core, s)->name,
	         s->simplex ? "simplex" : "duplex");
}

enum speaker session_speaker(const struct step *step, const struct session *s,
                             const struct incoming *in)
{
	if (!s || s->state != SESSION_CONNECTED)
		return SPEAKER_UNKNOWN;
	if (endpoint_same(&s->at, in->from))
		return SPEAKER_KNOWN;
	if (!in->listener->follow_port || s->at.socket != in->from->socket ||
	    !addr_same_ip(&s->at.to, &in->from->to) || step->now - s->last_seen < FOLLOW_SILENCE_MS)
		return SPEAKER_UNKNOWN;
	return SPEAKER_MOVED;
}

void session_follow(struct step *step, struct session *s, const struct incoming *in)
{
	session_place(&step->core->sessions, s, in->from);
	count(step, COUNT_FOLLOWED_PORT);
	rows_tell(step, KIND_SESSION, s, CHANGE_UPDATE, CAUSE_NONE);
}

void session_touch(struct step *step, struct session *s, size_t len)
{
	s->last_seen = step->now;
	if (s->budget.unproven && s->budget.credit < CREDIT_MAX)
		s->budget.credit += CREDIT_RATE * (uint32_t)len;
	if (s->state == SESSION_CONNECTED)
		expire_at(step->core, KIND_SESSION, s, step->now + SESSION_SILENCE_MS);
}

static const char *end_words(enum cause cause)
{
	static const char *const words[CAUSE_CAUSES] = {
		[CAUSE_LOGOUT] = "session ended: the client logged out",
		[CAUSE_EXPIRED] = "session ended: client timed out",
		[CAUSE_REPLACED] = "session ended: replaced by another login with this ID",
		[CAUSE_KICKED] = "session ended by an operator",
		[CAUSE_BLOCKED] = "session ended: blocked",
		[CAUSE_SHUTDOWN] = "session ended: server shut down",
	};

	return words[cause];
}

void session_silence(struct step *step, struct session *s, bool tell)
{
	for (int i = 0; i < 2; i++) {
		struct stream *x = stream_get(&step->core->streams, s->slot[i].talk);
		if (x)
			stream_end(step, x, CAUSE_SESSION_END);
		slot_close(step, s, &s->slot[i], tell);
	}
}

void session_end(struct step *step, struct session *s, enum cause cause, bool tell_client)
{
	char text[ADDR_TEXT_MAX];

	session_silence(step, s, cause != CAUSE_EXPIRED && cause != CAUSE_REPLACED);
	subscribe_none(step, s);
	if (tell_client)
		actions_notice(step->actions, &s->at, s->id, hbp_write_closed);
	decision_client(step, s->id, end_words(cause));
	if (s->state == SESSION_CONNECTED && may_tell(step, s))
		core_log(step, LOG_INFO, "session down client=%lu callsign=%s from=%s cause=%s",
		         (unsigned long)s->id, s->callsign[0] ? s->callsign : "-",
		         addr_format(&s->at.to, text), cause_name(cause));
	rows_tell(step, KIND_SESSION, s, CHANGE_END, cause);
	session_remove(&step->core->sessions, s);
}

void session_expire(struct step *step, void *row)
{
	session_end(step, row, CAUSE_EXPIRED, true);
}

void session_tell_lost(struct step *step, const struct lost_client *lost)
{
	actions_notice(step->actions, &lost->where, lost->id, hbp_write_closed);
}
