#include "report/registration.h"

#include <string.h>

#include "base/log.h"
#include "base/text.h"

static const struct conf_listener *listener_of(const struct conf *conf, const char *name)
{
	for (uint32_t i = 0; i < conf->listener_count; i++)
		if (strcmp(conf->listener[i].name, name) == 0)
			return &conf->listener[i];
	return NULL;
}

/* Without names nobody is refused, which is worth a line each time they have gone. */
static bool is_able(struct registration *g, const struct aliases *known, const char *listener)
{
	bool able = known->index.octets;

	if (!able && !g->unable)
		log_warn("listener=%s refuses nobody as unknown: there are no aliases", listener);
	g->unable = !able;
	return able;
}

void registration_judge(struct registration *g, const struct aliases *known, struct link *link,
                        const struct session_row *s)
{
	const struct conf_listener *l = listener_of(g->conf, s->listener);
	struct command c = {.kind = COMMAND_REFUSE, .client = s->client};
	char callsign[sizeof(s->callsign)]; /* as much of one as a client can tell */
	struct alias owner;

	if (s->state != SESSION_CONNECTED || !l || (!l->registered && !l->same_callsign) ||
	    !is_able(g, known, l->name))
		return;
	bool found = alias_index_who(&known->index, s->client, &owner);
	text_copy(callsign, sizeof(callsign), owner.callsign);
	if (l->registered && !found)
		c.slot = UNREGISTERED_ID;
	else if (l->same_callsign && found && !text_same(callsign, s->callsign))
		c.slot = UNREGISTERED_CALLSIGN;
	else
		return;
	(void)link_command(link, &c); /* a full pipe: at its next row */
}
