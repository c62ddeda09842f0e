#include "wire/legacy.h"

#include <inttypes.h>
#include <string.h>

#include "base/text.h"
#include "wire/netstring.h"
#include "wire/pickle.h"

#define FREQUENCY_DIGITS 9

static void key(struct wr *w, const char *name)
{
	pickle_str(w, name);
}

static void put_str(struct wr *w, const char *name, const char *utf8)
{
	key(w, name);
	pickle_str(w, utf8);
}

static void put_bytes(struct wr *w, const char *name, const char *utf8)
{
	key(w, name);
	pickle_bytes(w, utf8, strlen(utf8));
}

static void put_bool(struct wr *w, const char *name, bool v)
{
	key(w, name);
	pickle_bool(w, v);
}

static void put_int(struct wr *w, const char *name, int64_t v)
{
	key(w, name);
	pickle_int(w, v);
}

static void put_time(struct wr *w, const char *name, int64_t epoch_ms)
{
	key(w, name);
	pickle_float(w, (double)epoch_ms / 1000.0);
}

static void pickle_id(struct wr *w, uint32_t id)
{
	uint8_t octets[4];
	struct wr number = wr_make(octets, sizeof(octets));

	wr_u32(&number, id);
	pickle_bytes(w, octets, sizeof(octets));
}

static void pickle_tg(struct wr *w, uint32_t tg)
{
	uint8_t octets[3];
	struct wr number = wr_make(octets, sizeof(octets));

	wr_u24(&number, tg);
	pickle_bytes(w, octets, sizeof(octets));
}

/* A number as digits of fixed length, as bytes: "01". */
static void put_digits(struct wr *w, const char *name, uint32_t v, int digits)
{
	char text[FREQUENCY_DIGITS + 2];
	struct text t = text_make(text, sizeof(text));

	text_format(&t, "%0*" PRIu32, digits, v);
	put_bytes(w, name, text);
}

/* A list of one talkgroup, or an empty one. */
static void put_tgs(struct wr *w, const char *name, uint32_t tg)
{
	key(w, name);
	pickle_list(w);
	if (tg)
		pickle_tg(w, tg);
	pickle_list_end(w);
}

/* The name of a system and the properties common to all systems. */
static void system_begin(struct wr *w, const char *name, const char *mode)
{
	key(w, name);
	pickle_dict(w);
	put_str(w, "MODE", mode);
	put_bool(w, "ENABLED", true);
}

static void message_begin(struct wr *w, enum legacy_opcode opcode)
{
	wr_u8(w, (uint8_t)opcode);
	pickle_begin(w);
	pickle_dict(w);
}

static void message_end(struct wr *w)
{
	pickle_dict_end(w);
	pickle_end(w);
}

void legacy_config_begin(struct wr *w)
{
	message_begin(w, LEGACY_CONFIG);
}

void legacy_config_end(struct wr *w)
{
	message_end(w);
}

static void client_write(struct wr *w, const struct legacy_client *c)
{
	pickle_id(w, c->id);
	pickle_dict(w);
	put_str(w, "CONNECTION", "YES");
	put_time(w, "CONNECTED", c->since_ms);
	put_str(w, "IP", c->ip);
	put_int(w, "PORT", c->port);
	put_bytes(w, "CALLSIGN", c->callsign);
	put_digits(w, "RX_FREQ", c->rx_hz, FREQUENCY_DIGITS);
	put_digits(w, "TX_FREQ", c->tx_hz, FREQUENCY_DIGITS);
	put_digits(w, "COLORCODE", c->cc, 2);
	put_bytes(w, "LOCATION", c->location);
	put_bytes(w, "DESCRIPTION", c->description);
	put_digits(w, "SLOTS", c->slots, 1);
	put_bytes(w, "URL", c->url);
	put_bytes(w, "SOFTWARE_ID", c->software);
	put_bytes(w, "PACKAGE_ID", c->package);
	pickle_dict_end(w);
}

void legacy_master_write(struct wr *w, const struct legacy_master *m)
{
	system_begin(w, m->name, "MASTER");
	put_bool(w, "REPEAT", true);
	put_bool(w, "SINGLE_MODE", m->single);
	put_str(w, "TS1_STATIC", m->static_1);
	put_str(w, "TS2_STATIC", m->static_2);
	put_str(w, "_default_options", m->options);
	key(w, "PEERS");
	pickle_dict(w);
	if (m->client)
		client_write(w, m->client);
	pickle_dict_end(w);
	pickle_dict_end(w);
}

void legacy_openbridge_write(struct wr *w, const struct legacy_openbridge *o)
{
	system_begin(w, o->name, "OPENBRIDGE");
	key(w, "NETWORK_ID");
	pickle_id(w, o->network_id);
	put_str(w, "TARGET_IP", o->target_ip);
	put_int(w, "TARGET_PORT", o->target_port);
	pickle_dict_end(w);
}

static void stats_write(struct wr *w, const struct legacy_uplink *u)
{
	key(w, u->xlx ? "XLXSTATS" : "STATS");
	pickle_dict(w);
	put_str(w, "CONNECTION", u->up ? "YES" : "NO");
	key(w, "CONNECTED");
	if (u->up)
		pickle_float(w, (double)u->since_ms / 1000.0);
	else
		pickle_none(w);
	put_int(w, "PINGS_SENT", u->pings_sent);
	put_int(w, "PINGS_ACKD", u->pings_answered);
	pickle_dict_end(w);
}

void legacy_uplink_write(struct wr *w, const struct legacy_uplink *u)
{
	system_begin(w, u->name, u->xlx ? "XLXPEER" : "PEER");
	put_bytes(w, "LOCATION", u->location);
	put_bytes(w, "DESCRIPTION", u->description);
	put_bytes(w, "URL", u->url);
	put_bytes(w, "CALLSIGN", u->callsign);
	key(w, "RADIO_ID");
	pickle_id(w, u->radio_id);
	put_str(w, "MASTER_IP", u->master_ip);
	put_int(w, "MASTER_PORT", u->master_port);
	put_digits(w, "SLOTS", u->slots, 1);
	stats_write(w, u);
	pickle_dict_end(w);
}

void legacy_bridges_begin(struct wr *w)
{
	message_begin(w, LEGACY_BRIDGES);
}

void legacy_bridges_end(struct wr *w)
{
	message_end(w);
}

void legacy_bridge_begin(struct wr *w, const char *name)
{
	key(w, name);
	pickle_list(w);
}

void legacy_bridge_end(struct wr *w)
{
	pickle_list_end(w);
}

const char *legacy_timer_name(enum legacy_timer timer)
{
	switch (timer) {
	case LEGACY_TIMER_ON:
		return "ON";
	case LEGACY_TIMER_OFF:
		return "OFF";
	case LEGACY_TIMER_NONE:
		return "NONE";
	case LEGACY_TIMER_STAT:
		return "STAT";
	}
	return "?";
}

void legacy_leg_write(struct wr *w, const struct legacy_leg *l)
{
	pickle_dict(w);
	put_str(w, "SYSTEM", l->system);
	put_int(w, "TS", l->slot);
	key(w, "TGID");
	pickle_tg(w, l->tg);
	put_bool(w, "ACTIVE", l->active);
	put_str(w, "TO_TYPE", legacy_timer_name(l->timer));
	put_time(w, "TIMER", l->deadline_ms);
	put_tgs(w, "ON", l->on);
	put_tgs(w, "OFF", l->off);
	pickle_dict_end(w);
}

static const char *action_text(const struct legacy_event *e)
{
	switch (e->action) {
	case LEGACY_START:
		return "GROUP VOICE,START";
	case LEGACY_END:
		return "GROUP VOICE,END";
	case LEGACY_DATA:
		return "UNIT DATA HEADER,DATA";
	}
	return "?";
}

void legacy_event_write(struct wr *w, const struct legacy_event *e)
{
	char line[LEGACY_EVENT_MAX];
	struct text t = text_make(line, sizeof(line));

	text_format(&t, "%c%s,%s,%s,%" PRIu32 ",%" PRIu32 ",%" PRIu32 ",%u,%" PRIu32, LEGACY_EVENT,
	            action_text(e), e->sent ? "TX" : "RX", e->system, e->stream, e->peer, e->src,
	            e->slot, e->dst);
	if (e->action == LEGACY_END)
		text_format(&t, ",%" PRId64 ".%02d", e->duration_ms / 1000,
		            (int)(e->duration_ms % 1000 / 10));
	netstring_write(w, line, t.len);
}
