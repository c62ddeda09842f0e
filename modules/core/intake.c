/*
 * The door: what is it, who sent it? A burst of a session goes to route, everything else to login.
 */
#include "core/intake.h"

#include "core/block.h"
#include "core/event.h"
#include "core/limit.h"
#include "core/login.h"
#include "core/route.h"
#include "core/rows.h"

void intake_datagram(struct step *step, const struct event *event)
{
	struct core *core = step->core;
	const struct endpoint *from = &event->datagram.from;
	const uint8_t *bytes = event->datagram.bytes;
	size_t len = event->datagram.len;
	struct hbp_message message;
	const char *reason = "";

	count(step, COUNT_DATAGRAMS);
	switch (hbp_parse(bytes, len, &message, &reason)) {
	case PARSE_IGNORE:
		count(step, COUNT_FOREIGN);
		return;
	case PARSE_BAD:
		goto drop;
	case PARSE_OK:
		break;
	}

	struct incoming in = {&message, from, &core->conf->listener[from->socket]};
	if (core->blocks.pool.used && block_drops(step, &in))
		return;
	if (message.kind != HBP_BURST) {
		login_message(step, &in);
		return;
	}
	struct session *s = session_find(&core->sessions, message.id);
	if (!s || !endpoint_same(&s->at, from) || s->state != SESSION_CONNECTED) {
		s = login_follow_port(step, s, &in);
		if (!s) {
			login_nak_stranger(step, &in);
			return;
		}
	}
	session_touch(step, s);
	s->frames_in_total++;
	route_burst(step, s, &message.burst);
	return;

drop:
	count(step, COUNT_MALFORMED);
	if (limit_allows(step, LIMIT_LOG, &from->to, COUNT_MALFORMED)) {
		char text[ADDR_TEXT_MAX];
		core_log(step, LOG_REMOTE, "dropped datagram from=%s len=%u reason=\"%s\"",
		         addr_format(&from->to, text), (unsigned)len, reason);
	}
}
