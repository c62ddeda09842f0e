#include "core/delivery/transit.h"

#include "conf/access.h"
#include "core/step/source.h"

/* The transit list of the link a call came by; NULL for a call of our own client. */
static const struct access *list_of(const struct core *core, struct source from)
{
	const struct uplink *u = source_uplink(core, from);
	const struct peer *p = source_peer(core, from);

	return u ? &uplink_conf(core, u)->transit : p ? &peer_conf(core, p)->transit : NULL;
}

bool transit_permits(const struct core *core, const struct stream *x, const struct access *out)
{
	const struct access *in = list_of(core, x->origin);

	if (!in)
		return true;
	return x->unit ? in->count && out->count
	               : access_permits(in, x->conversation) &&
	                         access_permits(out, x->conversation);
}

bool transit_climbs(const struct core *core, const struct session *s, const struct stream *x)
{
	const struct uplink *u = source_uplink(core, s->source);

	if (!u)
		return false;
	const struct conf_uplink *c = uplink_conf(core, u);
	if (x->unit && (c->protocol == UPLINK_XLX || !(x->data || c->private_calls)))
		return false;
	return transit_permits(core, x, &c->transit);
}
