#include "report/event/call_log.h"

#include <inttypes.h>
#include <string.h>

#include "base/log.h"
#include "report/history/history_types.h"

#define LINE_ROOM 320u

/* `v` in tenths. */
static void put_tenths(struct text *t, const char *name, uint64_t v, const char *unit)
{
	text_format(t, " %s=%" PRIu64 ".%d%s", name, v / 10, (int)(v % 10), unit);
}

/* In quotes if it has blanks, without quotes inside. */
static void put_name(struct text *t, const char *key, const char *name)
{
	char clean[64];

	text_clean(clean, sizeof(clean), name, strlen(name));
	for (char *c = clean; *c; c++)
		if (*c == '"')
			*c = '\'';
	if (*clean)
		text_format(t, strchr(clean, ' ') ? " %s=\"%s\"" : " %s=%s", key, clean);
}

void call_log(const struct record *r)
{
	const struct call_row *c = &r->call;
	tick_t ms = r->at > c->started ? r->at - c->started : 0;
	char line[LINE_ROOM];
	struct text t = text_make(line, sizeof(line));

	text_format(&t, "%s from=%" PRIu32, c->data ? "data" : "call", c->src);
	put_name(&t, "callsign", c->caller.callsign);
	put_name(&t, "name", c->caller.name);
	text_format(&t, c->unit ? " radio=%" PRIu32 : " talkgroup=%" PRIu32,
	            c->unit ? c->dst : c->conference);
	text_format(&t, " slot=%u", c->slot);
	put_tenths(&t, "seconds", (uint64_t)ms / 100, "");
	put_tenths(&t, "lost", history_loss(c->lost, c->frames) / 10, "%");
	put_tenths(&t, "ber", history_ber(c->ber_errors, c->frames) / 10, "%");
	if (*c->peer)
		put_name(&t, "via", c->peer);
	else
		text_format(&t, " via=%" PRIu32, source_number(c->origin));
	if (c->state != CALL_RUNNING)
		text_format(&t, " state=%s", call_state_name(c->state));
	log_info("%s reason=%s", line, cause_name(r->cause));
}
