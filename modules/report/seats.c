#include "report/seats.h"

#include <inttypes.h>
#include <string.h>

#include "base/log.h"
#include "base/text.h"

/* A name of the operator's behind what dashboards tell its kind by; a comma would end the field. */
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

const char *seats_peer_name(const struct systems *s, uint32_t place,
                            char name[static SYSTEM_NAME_MAX])
{
	return name_link("OBP", s->conf->peer[place].name, name);
}

bool seats_is_uplink(const struct systems *s, const struct seat *seat)
{
	return seat >= s->seat + s->count;
}

const struct conf_uplink *seats_uplink(const struct systems *s, const struct seat *seat)
{
	return &s->conf->uplink[seat - (s->seat + s->count)];
}

const char *seats_name(const struct systems *s, const struct seat *seat,
                       char name[static SYSTEM_NAME_MAX])
{
	struct text t = text_make(name, SYSTEM_NAME_MAX);

	if (seats_is_uplink(s, seat))
		return name_link("PEER", seats_uplink(s, seat)->name, name);
	text_format(&t, "SYSTEM-%u", (unsigned)(seat - s->seat));
	return name;
}

struct seat *seats_find(struct systems *s, uint32_t client)
{
	for (uint32_t i = 0; i < s->all; i++)
		if (s->seat[i].taken && s->seat[i].client == client)
			return &s->seat[i];
	return NULL;
}

/* The seat this client left, or else the first that nobody else has left just now. */
static struct seat *free_seat(struct systems *s, uint32_t client, tick_t now)
{
	struct seat *free = NULL;

	for (uint32_t i = 0; i < s->count; i++) {
		struct seat *seat = &s->seat[i];
		if (seat->taken)
			continue;
		if (seat->client == client)
			return seat;
		if (!free && seat->parked <= now)
			free = seat;
	}
	return free;
}

void seats_sit(struct systems *s, uint32_t client, tick_t now)
{
	struct seat *seat = seats_find(s, client);

	if (seat)
		return;
	seat = free_seat(s, client, now);
	if (!seat)
		return;
	*seat = (struct seat){.taken = true, .client = client};
	s->version++;
}

/* Seats whoever found no room when he came. */
void seats_fill(struct systems *s, tick_t now)
{
	struct model_walk walk = model_walk_kind(RECORD_SESSION);
	uint32_t taken = 0, connected = 0;
	struct record r;

	while (model_next(s->model, &walk, &r)) {
		if (!seats_connected(&r))
			continue;
		seats_sit(s, r.session.client, now);
		connected++;
	}
	for (uint32_t i = 0; i < s->count; i++)
		taken += s->seat[i].taken;
	uint32_t before = s->unseated;
	s->unseated = connected > taken ? connected - taken : 0;
	if (s->unseated > 0 && before == 0)
		log_warn("legacy dashboards are not shown all sessions room=%" PRIu32, s->count);
}
