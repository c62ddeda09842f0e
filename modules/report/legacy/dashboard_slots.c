#include "report/legacy/dashboard_slots.h"

#include <inttypes.h>
#include <string.h>

#include "base/log.h"
#include "base/text.h"

/* An operator's name after the prefix by which dashboards know its kind; a comma would end the
 * field. */
static const char *name_link(const char *kind, const char *own, char name[static SYSTEM_NAME_MAX])
{
	char text[CONF_NAME_MAX];
	struct text t = text_make(name, SYSTEM_NAME_MAX);

	text_clean(text, sizeof(text), own, strlen(own));
	for (char *c = text; *c; c++)
		if (*c == ',')
			*c = '-';
	text_format(&t, "%s-%s", kind, text);
	return name;
}

const char *dashboard_slot_peer_name(const struct systems *s, uint32_t index,
                                     char name[static SYSTEM_NAME_MAX])
{
	return name_link("OBP", s->conf->peer[index].name, name);
}

bool dashboard_slot_is_uplink(const struct systems *s, const struct dashboard_slot *entry)
{
	return entry >= s->entry + s->count;
}

const struct conf_uplink *dashboard_slot_uplink(const struct systems *s,
                                                const struct dashboard_slot *entry)
{
	return &s->conf->uplink[entry - (s->entry + s->count)];
}

const char *dashboard_slot_name(const struct systems *s, const struct dashboard_slot *entry,
                                char name[static SYSTEM_NAME_MAX])
{
	struct text t = text_make(name, SYSTEM_NAME_MAX);

	if (dashboard_slot_is_uplink(s, entry))
		return name_link("PEER", dashboard_slot_uplink(s, entry)->name, name);
	text_format(&t, "SYSTEM-%u", (unsigned)(entry - s->entry));
	return name;
}

struct dashboard_slot *dashboard_slot_find(struct systems *s, struct source source)
{
	for (uint32_t i = 0; i < s->all; i++)
		if (s->entry[i].taken && source_equal(s->entry[i].source, source))
			return &s->entry[i];
	return NULL;
}

/* The slot this client left, or else the first that nobody else has left recently. */
static struct dashboard_slot *free_entry(struct systems *s, struct source client, tick_t now)
{
	struct dashboard_slot *free = NULL;

	for (uint32_t i = 0; i < s->count; i++) {
		struct dashboard_slot *entry = &s->entry[i];
		if (entry->taken)
			continue;
		if (source_equal(entry->source, client))
			return entry;
		if (!free && entry->parked <= now)
			free = entry;
	}
	return free;
}

void dashboard_slot_sit(struct systems *s, uint32_t id, tick_t now)
{
	struct source client = source_client(id);
	struct dashboard_slot *entry = dashboard_slot_find(s, client);

	if (entry)
		return;
	entry = free_entry(s, client, now);
	if (!entry)
		return;
	*entry = (struct dashboard_slot){.taken = true, .source = client};
	s->version++;
}

/* Gives slots to clients that found no room when they logged in. */
void dashboard_slot_fill(struct systems *s, tick_t now)
{
	struct model_walk walk = model_walk_kind(RECORD_SESSION);
	uint32_t taken = 0, connected = 0;
	struct record r;

	while (model_next(s->model, &walk, &r)) {
		if (!dashboard_slot_connected(&r))
			continue;
		dashboard_slot_sit(s, r.session.client, now);
		connected++;
	}
	for (uint32_t i = 0; i < s->count; i++)
		taken += s->entry[i].taken;
	uint32_t before = s->unlisted;
	s->unlisted = connected > taken ? connected - taken : 0;
	if (s->unlisted > 0 && before == 0)
		log_warn("legacy dashboards do not show all sessions (see legacy-slots) "
		         "room=%" PRIu32,
		         s->count);
}
