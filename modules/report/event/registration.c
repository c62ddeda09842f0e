#include "report/event/registration.h"

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

/* Without names nobody is refused: logged each time they have become unavailable. */
static bool is_able(struct registration *g, const struct aliases *known, const char *listener)
{
	bool able = known->index.octets;

	if (!able && !g->unable)
		log_warn("listener=%s cannot check registrations: no aliases are loaded (see "
		         "aliases in [report])",
		         listener);
	g->unable = !able;
	return able;
}

void registration_judge(struct registration *g, const struct aliases *known,
                        struct voice_pipe *link, const struct session_row *s, bool news)
{
	const struct conf_listener *l = listener_of(g->conf, s->listener);
	struct command c = {.kind = COMMAND_REFUSE, .refuse = {s->client, 0, s->at}};
	char callsign[sizeof(s->callsign)]; /* cut to the length that a client can send */
	struct alias owner;

	if (s->state != SESSION_CONNECTED || !l || (!l->registered && !l->same_callsign) ||
	    !is_able(g, known, l->name))
		return;
	bool found = alias_index_who(&known->index, s->client, &owner);
	text_copy(callsign, sizeof(callsign), owner.callsign);
	if (l->registered && !found)
		c.refuse.why = UNREGISTERED_ID;
	else if (l->same_callsign && found && !text_same(callsign, s->callsign))
		c.refuse.why = UNREGISTERED_CALLSIGN;
	else if (l->same_callsign && found && news)
		c = (struct command){.kind = COMMAND_ADMIT, .admit = {s->client, s->at}};
	else
		return;
	(void)voice_pipe_command(link, &c); /* if the pipe is full: with its next row */
}
