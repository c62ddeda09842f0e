#include "parent/offer.h"

#include "base/log.h"
#include "io/ipc.h"
#include "parent/open.h"
#include "parent/reload.h"

#define RENEW_PAUSE ((tick_t)200) /* in which whoever ordered the reload gets the answer */

static bool hand_sockets(struct parent *p, int which, int link)
{
	return which == VOICE ? sockets_hand(&p->sockets, link, p->now)
	                      : listening_hand(&p->listening, link, p->now);
}

bool offer_configuration(struct parent *p, int which)
{
	const struct record r = {.kind = RECORD_OFFER, .at = p->now};
	struct offer *o = &p->offer[which];
	int link = p->child[which].link;

	if (link < 0)
		return false; /* it will start with the current configuration */
	bool put = conf_offer_put(o->at, &p->conf, &p->room,
	                          which == VOICE ? CONF_VOICE : CONF_REPORTER);
	o->to_tell |= put;
	if (o->to_tell && hand_sockets(p, which, link) && ipc_tell(link, &r))
		o->to_tell = false;
	o->to_put = !put || o->to_tell;
	return !o->to_put;
}

void offer_again(struct parent *p)
{
	for (int i = 0; i < CHILDREN; i++)
		if (p->offer[i].to_put)
			(void)offer_configuration(p, i);
}

void offer_known(struct parent *p, int which)
{
	struct offer *o = &p->offer[which];

	conf_offer_take(o->at);
	o->to_put = o->to_tell = false;
	if (which == VOICE)
		sockets_known(&p->sockets);
	else
		listening_known(&p->listening);
}

/* The half that voice does not use; NULL while it may use both. */
static struct audio_room *audio_room(struct parent *p, struct audio_room *room)
{
	*room = (struct audio_room){.size = AUDIO_MAX};
	room->at = (unsigned char *)p->voices.at + p->voices_half * (size_t)AUDIO_MAX;
	return p->voices.at && !conf_offer_look(p->offer[VOICE].at) ? room : NULL;
}

/* Both children get it; a reporter that is confined to less than it needs is restarted. */
void offer_reload(struct parent *p, uint32_t number)
{
	struct audio_room room;
	struct reload r = {
		.path = p->path,
		.running = &p->conf,
		.room = &p->room,
		.sockets = &p->sockets,
		.listening = &p->listening,
		.reporter_user = &p->user[REPORT],
		.voices = audio_room(p, &room),
		.reporter = p->child[REPORT].link,
		.number = number,
		.now = p->now,
	};
	enum log_level level = p->conf.server.log_level;
	enum log_target target = p->conf.server.log;

	if (!reload_read(&r))
		return;
	if (r.used_voices)
		p->voices_half = !p->voices_half;
	if (level != p->conf.server.log_level || target != p->conf.server.log)
		open_log(p);
	resolver_renew(&p->resolver, p->now);
	bool heard = offer_configuration(p, VOICE);
	if (r.same_reach)
		(void)offer_configuration(p, REPORT);
	else
		p->renew_at = p->now + RENEW_PAUSE;
	reload_finish(&r, heard);
}
