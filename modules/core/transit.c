#include "core/transit.h"

/* The transit list of the link a call came by; NULL when it is of a client of ours. */
static const struct access *list_of(const struct core *core, const struct stream *x)
{
	const struct peer *p = peer_of(core, x);
	const struct uplink *u = uplink_of(core, x);

	return p ? &peer_conf(core, p)->transit : u ? &uplink_conf(core, u)->transit : NULL;
}

bool transit_permits(const struct core *core, const struct stream *x, const struct access *out,
                     uint32_t tg)
{
	const struct access *in = list_of(core, x);

	return !in || (access_permits(in, tg) && access_permits(out, tg));
}

bool transit_permits_unit(const struct core *core, const struct stream *x, const struct access *out)
{
	const struct access *in = list_of(core, x);

	return !in || (in->count && out->count);
}
