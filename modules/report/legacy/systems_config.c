#include "report/legacy/systems_config.h"

#include <inttypes.h>
#include <string.h>

#include "base/text.h"
#include "wire/legacy.h"
#include "wire/options.h"

#define LIST_MAX 512u      /* a full list of static talkgroups */
#define DEFAULTS_MAX 1100u /* two of them with their names */

static void list_format(const struct tg_list *list, char out[static LIST_MAX])
{
	struct text t = text_make(out, LIST_MAX);

	for (uint32_t i = 0; i < list->count; i++)
		text_format(&t, "%s%" PRIu32, i ? "," : "", list->tg[i]);
}

/* The current static talkgroups of a client's slot. */
static void statics_of(const struct systems *s, uint32_t client, uint8_t slot,
                       char out[static LIST_MAX])
{
	struct model_walk walk = model_walk_client(RECORD_SUBSCRIPTION, client);
	struct tg_list list = {.count = 0};
	struct record r;

	while (model_next(s->model, &walk, &r) && list.count < TGLIST_MAX)
		if (r.subscription.slot == slot && r.subscription.mode == SUBSCRIPTION_STATIC)
			list.tg[list.count++] = r.subscription.rf_tg;
	list_format(&list, out);
}

static const struct conf_listener *listener_of(const struct systems *s, const char *name)
{
	for (uint32_t i = 0; i < s->conf->listener_count; i++)
		if (strcmp(s->conf->listener[i].name, name) == 0)
			return &s->conf->listener[i];
	return &s->conf->listener[0];
}

static bool is_single(const struct systems *s, const struct session_row *row)
{
	struct options options;
	struct bad_tokens bad;

	options_parse(row->options, strlen(row->options), &options, &bad);
	struct session_defaults in_force =
		conf_defaults_for(s->conf, listener_of(s, row->listener), row->client);
	session_merge(&in_force, &options.own);
	return in_force.single;
}

static void defaults_format(const struct conf_listener *l, char out[static DEFAULTS_MAX])
{
	char lists[2][LIST_MAX];
	struct text t = text_make(out, DEFAULTS_MAX);

	for (size_t i = 0; i < ARRAY_LEN(lists); i++)
		list_format(&l->defaults.statics[i], lists[i]);
	text_format(&t, "TS1_STATIC=%s;TS2_STATIC=%s", lists[0], lists[1]);
}

/* Texts of a session as dashboards accept them: UTF-8 without control characters. */
struct clean_texts {
	char callsign[32], location[128], software[256], package[256];
};

static void clean(char *out, size_t cap, const char *text)
{
	text_clean(out, cap, text, strlen(text));
}

static void write_taken(struct systems *s, struct wr *w, const struct legacy_master *empty,
                        const struct session_row *row, const struct clock *clock)
{
	char statics[2][LIST_MAX], defaults[DEFAULTS_MAX];
	struct clean_texts text;

	clean(text.callsign, sizeof(text.callsign), row->callsign);
	clean(text.location, sizeof(text.location), row->location);
	clean(text.software, sizeof(text.software), row->software);
	clean(text.package, sizeof(text.package), row->package);
	const struct legacy_client client = {
		.id = row->client,
		.since_ms = row->since + clock->epoch_ms,
		.ip = "", /* private, and no dashboard shows it */
		.callsign = text.callsign,
		.rx_hz = row->rx_hz,
		.tx_hz = row->tx_hz,
		.cc = row->cc,
		.slots = row->simplex ? 4 : 3,
		.location = text.location,
		.description = "",
		.url = "",
		.software = text.software,
		.package = text.package,
	};
	defaults_format(listener_of(s, row->listener), defaults);
	for (uint8_t slot = 1; slot <= 2; slot++)
		statics_of(s, row->client, slot, statics[slot - 1]);
	struct legacy_master taken = *empty;
	taken.single = is_single(s, row);
	taken.static_1 = statics[0];
	taken.static_2 = statics[1];
	taken.options = defaults;
	taken.client = &client;
	legacy_master_write(w, &taken);
}

static void write_entry(struct systems *s, struct wr *w, const struct dashboard_slot *entry,
                        const struct clock *clock)
{
	struct model_walk walk = model_walk_client(RECORD_SESSION, entry->source.index);
	char name[SYSTEM_NAME_MAX], defaults[DEFAULTS_MAX];
	struct legacy_master m = {.name = dashboard_slot_name(s, entry, name),
	                          .static_1 = "",
	                          .static_2 = "",
	                          .options = defaults};
	struct record r;

	defaults_format(&s->conf->listener[0], defaults);
	if (entry->taken && model_next(s->model, &walk, &r))
		write_taken(s, w, &m, &r.session, clock);
	else
		legacy_master_write(w, &m);
}

/* Dashboards have no field for its state, and do not need its address. */
static void write_peer(const struct systems *s, struct wr *w, uint32_t index)
{
	char name[SYSTEM_NAME_MAX];
	const struct legacy_openbridge o = {
		.name = dashboard_slot_peer_name(s, index, name),
		.network_id = s->conf->peer[index].remote_id,
		.target_ip = "",
		.target_port = s->conf->peer[index].address.port,
	};

	legacy_openbridge_write(w, &o);
}

/* The numbers of pings and answers are not sent; both zero: nothing was lost. */
static void write_uplink(const struct systems *s, struct wr *w, const struct dashboard_slot *entry,
                         const struct clock *clock)
{
	const struct conf_uplink *c = dashboard_slot_uplink(s, entry);
	char name[SYSTEM_NAME_MAX], callsign[CONF_NAME_MAX];

	clean(callsign, sizeof(callsign), c->callsign);
	const struct legacy_uplink u = {
		.name = dashboard_slot_name(s, entry, name),
		.xlx = c->protocol == UPLINK_XLX,
		.location = "",
		.description = "",
		.url = "",
		.callsign = callsign,
		.radio_id = c->id,
		.master_ip = "",
		.master_port = c->targets[0].address.port,
		.slots = c->protocol == UPLINK_XLX ? 2 : 3,
		.up = entry->up,
		.since_ms = entry->since + clock->epoch_ms,
	};

	legacy_uplink_write(w, &u);
}

void systems_config_write(struct systems *s, struct wr *w, const struct clock *clock)
{
	legacy_config_begin(w);
	for (uint32_t i = 0; i < s->count; i++)
		write_entry(s, w, &s->entry[i], clock);
	for (uint32_t i = s->count; i < s->all; i++)
		if (dashboard_slot_uplink(s, &s->entry[i])->name[0])
			write_uplink(s, w, &s->entry[i], clock);
	for (uint32_t i = 0; i < s->conf->peer_count; i++)
		if (s->conf->peer[i].name[0])
			write_peer(s, w, i);
	legacy_config_end(w);
}
