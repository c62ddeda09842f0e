#include "core/step/source.h"

struct peer *source_peer(const struct core *core, struct source source)
{
	return source.kind == SOURCE_PEER ? peer_at(&core->peers, source.index) : NULL;
}

struct uplink *source_uplink(const struct core *core, struct source source)
{
	return source.kind == SOURCE_UPLINK ? uplink_at(&core->uplinks, source.index) : NULL;
}

struct session *source_session(const struct core *core, struct source source)
{
	const struct uplink *u = source_uplink(core, source);

	if (source.kind == SOURCE_CLIENT)
		return session_find(&core->sessions, source.index);
	return u ? session_get(&core->sessions, u->session) : NULL;
}

bool source_is_gateway(const struct core *core, struct source source)
{
	uint32_t gateway = core->conf->server.data_gateway;

	return gateway && source_equal(source, source_client(gateway));
}

bool source_serves_many(const struct core *core, struct source source)
{
	return source.kind == SOURCE_UPLINK || source_is_gateway(core, source);
}

const char *source_link(const struct core *core, struct source source)
{
	const struct uplink *u = source_uplink(core, source);
	const struct peer *p = source_peer(core, source);

	return u ? uplink_conf(core, u)->name : p ? peer_conf(core, p)->name : "";
}
