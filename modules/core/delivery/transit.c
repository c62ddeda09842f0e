#include "core/delivery/transit.h"

#include "conf/access.h"

/* The transit list of the link a call came by; NULL for a call of our own client. */
static const struct access *list_of(const struct conf *conf, struct source from)
{
	return from.kind == SOURCE_PEER     ? &conf->peer[from.index].transit
	       : from.kind == SOURCE_UPLINK ? &conf->uplink[from.index].transit
	                                    : NULL;
}

bool transit_permits(const struct core *core, const struct stream *x, const struct access *out)
{
	const struct access *in = list_of(core->conf, x->origin);

	if (!in)
		return true;
	return x->unit ? in->count && out->count
	               : access_permits(in, x->conversation) &&
	                         access_permits(out, x->conversation);
}

bool transit_climbs(const struct core *core, const struct session *s, const struct stream *x)
{
	const struct conf_uplink *c = &core->conf->uplink[s->source.index];

	if (x->unit && (c->protocol == UPLINK_XLX || !(x->data || c->private_calls)))
		return false;
	return transit_permits(core, x, &c->transit);
}
