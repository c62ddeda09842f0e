/*
 * Datagrams of clients: decodes them and finds the session. Bursts go to route, the rest to login.
 */
#include "core/intake.h"

#include "core/access/blocklist.h"
#include "core/delivery/refuse.h"
#include "core/event.h"
#include "core/access/login.h"
#include "core/access/session.h"
#include "core/routing/route.h"
#include "wire/parse.h"

bool intake_knows(const struct core *core, const struct event *event)
{
	const struct endpoint *from = &event->datagram.from;
	struct hbp_message m;
	const char *reason;

	if (hbp_parse(event->datagram.bytes, event->datagram.len, &m, &reason) != PARSE_OK)
		return false;
	const struct session *s = session_find(&core->sessions, m.id);
	return s && s->state == SESSION_CONNECTED && endpoint_same(&s->at, from);
}

void intake_datagram(struct step *step, const struct event *event)
{
	struct core *core = step->core;
	const struct endpoint *from = &event->datagram.from;
	size_t len = event->datagram.len;
	struct hbp_message message;
	const char *reason = "";

	count(step, COUNT_DATAGRAMS);
	switch (hbp_parse(event->datagram.bytes, len, &message, &reason)) {
	case PARSE_IGNORE:
		refuse_datagram(step, REFUSED_FOREIGN, from);
		return;
	case PARSE_BAD:
		refuse(step, REFUSED_MALFORMED,
		       &(struct subject){.from = from, .len = len, .words = reason});
		return;
	case PARSE_OK:
		break;
	}

	struct incoming in = {&message, from, &core->conf->listener[from->socket], len};
	if (core->blocks.pool.used && blocklist_drops(step, &in))
		return;
	if (message.kind != HBP_BURST) {
		login_message(step, &in);
		return;
	}
	struct session *s = session_find(&core->sessions, message.id);
	enum speaker speaker = session_speaker(step, s, &in);
	if (speaker == SPEAKER_UNKNOWN) {
		refuse_message(step, REFUSED_NO_SESSION, &in);
		return;
	}
	if (speaker == SPEAKER_MOVED)
		session_follow(step, s, &in);
	session_touch(step, s, len);
	s->frames_in_total++;
	struct inbound burst = inbound_from(s, &message.burst);
	route_burst(step, &burst);
}
