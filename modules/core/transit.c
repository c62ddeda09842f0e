#include "core/transit.h"

/* The transit list of the link a call came by; NULL when it is of a client of ours. */
static const struct access *list_of(const struct core *core, const struct stream *x)
{
	const struct peer *p = peer_of(core, x);
	const struct uplink *u = uplink_of(core, x);

	return p ? &peer_conf(core, p)->transit : u ? &uplink_conf(core, u)->transit : NULL;
}

bool transit_permits(const struct core *core, const struct stream *x, const struct access *out)
{
	const struct access *in = list_of(core, x);

	if (!in)
		return true;
	return x->unit ? in->count && out->count
	               : access_permits(in, x->topic) && access_permits(out, x->topic);
}

bool transit_climbs(const struct core *core, const struct session *s, const struct stream *x)
{
	const struct conf_uplink *c = &core->conf->uplink[s->id - ORIGIN_UPLINK];

	if (x->unit && (c->protocol == UPLINK_XLX || !(x->data || c->private_calls)))
		return false;
	return transit_permits(core, x, &c->transit);
}
