/* What is written equals, octet by octet, what both monitors were run with (test/data/report). */
#include "wire/legacy.h"

#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "harness/t.h"
#include "wire/netstring.h"

#define T0 INT64_C(1767225600000) /* the hour of the vectors, in milliseconds since the epoch */

static uint8_t vector[8192], message[8192];

/* Reads a vector; 0 when it is not there. */
static size_t load(const char *name)
{
	char path[128];
	struct text t = text_make(path, sizeof(path));

	text_format(&t, "test/data/report/%s", name);
	FILE *f = fopen(path, "rb");
	size_t len = f ? fread(vector, 1, sizeof(vector), f) : 0;
	if (f)
		fclose(f);
	return len;
}

static const struct legacy_client hotspot = {
	.id = 2340001, .since_ms = T0 - 3600000, .ip = "192.0.2.10", .port = 51000,
	.callsign = "M0AAA", .rx_hz = 430100000, .tx_hz = 430100000, .cc = 1, .slots = 4,
	.location = "London", .description = "MMDVM hotspot", .url = "https://example.org",
	.software = "20250101_Pi-Star", .package = "MMDVM_HS_Hat",
};

static const struct legacy_client repeater = {
	.id = 235123, .since_ms = T0 - 90061000, .ip = "192.0.2.20", .port = 51001,
	.callsign = "GB7ZZ", .rx_hz = 430500000, .tx_hz = 438100000, .cc = 3, .slots = 3,
	.location = "Anytown", .description = "Repeater", .url = "https://example.org",
	.software = "20240210", .package = "MMDVM",
};

#define OPTIONS(ts1, ts2)                                                                          \
	"TS1_STATIC=" ts1 ";TS2_STATIC=" ts2 ";SINGLE=1;DEFAULT_UA_TIMER=10;VOICE=0;LANG=en_GB"

static const struct legacy_master masters[] = {
	{"SYSTEM-0", true, "", "2350,23526", OPTIONS("", "2350,23526"), &hotspot},
	{"SYSTEM-1", true, "91", "2350", OPTIONS("91", "2350"), &repeater},
	{"SYSTEM-2", true, "", "", OPTIONS("", ""), NULL},
};

static const struct legacy_openbridge neighbour = {"OBP-2341", 2341, "198.51.100.7", 62044};

static const struct legacy_uplink uplinks[] = {
	{.name = "UPLINK", .location = "London", .description = "Uplink", .callsign = "M0AAA",
	 .url = "https://example.org", .radio_id = 234000199, .master_ip = "203.0.113.5",
	 .master_port = 62031, .slots = 3, .up = true, .since_ms = T0 - 600000,
	 .pings_sent = 120, .pings_answered = 119},
	{.name = "XLX950", .xlx = true, .location = "London", .description = "XLX link", .url = "",
	 .callsign = "M0AAA", .radio_id = 234000198, .master_ip = "203.0.113.9",
	 .master_port = 62030, .slots = 2},
};

static void config(struct wr *w)
{
	legacy_config_begin(w);
	for (size_t i = 0; i < ARRAY_LEN(masters); i++)
		legacy_master_write(w, &masters[i]);
	legacy_openbridge_write(w, &neighbour);
	for (size_t i = 0; i < ARRAY_LEN(uplinks); i++)
		legacy_uplink_write(w, &uplinks[i]);
	legacy_config_end(w);
}

T_CASE(config_equals_the_vector)
{
	struct wr w = wr_make(message, sizeof(message));
	size_t len = load("config_min.pickle.bin");

	config(&w);
	T_CHECK(len > 0);
	T_EQUAL(message[0], LEGACY_CONFIG);
	T_EQUAL(wr_len(&w), len + 1);
	T_BYTES(message + 1, vector, len);
}

static const struct {
	const char *bridge;
	struct legacy_leg leg;
} legs[] = {
	{"2350", {"SYSTEM-0", 2, 2350, true, LEGACY_TIMER_OFF, T0 + 600000, 2350, 0}},
	{"2350", {"SYSTEM-1", 2, 2350, true, LEGACY_TIMER_OFF, T0 + 600000, 2350, 0}},
	{"2350", {"OBP-2341", 1, 2350, true, LEGACY_TIMER_NONE, T0, 0, 0}},
	{"91", {"SYSTEM-0", 2, 91, true, LEGACY_TIMER_ON, T0 + 431000, 91, 0}},
	{"91", {"SYSTEM-0", 1, 91, false, LEGACY_TIMER_ON, T0, 91, 0}},
	{"91", {"SYSTEM-1", 1, 91, true, LEGACY_TIMER_OFF, T0 + 600000, 91, 0}},
	{"91", {"OBP-2341", 1, 91, true, LEGACY_TIMER_NONE, T0, 0, 0}},
	{"#23526", {"SYSTEM-0", 2, 9, false, LEGACY_TIMER_ON, T0, 23526, 4000}},
	{"#23526", {"OBP-2341", 1, 23526, true, LEGACY_TIMER_STAT, T0, 0, 0}},
};

T_CASE(bridges_equal_the_vector)
{
	struct wr w = wr_make(message, sizeof(message));
	size_t len = load("bridges_min.pickle.bin");
	const char *open = "";

	legacy_bridges_begin(&w);
	for (size_t i = 0; i < ARRAY_LEN(legs); i++) {
		if (strcmp(open, legs[i].bridge) != 0) {
			if (*open)
				legacy_bridge_end(&w);
			open = legs[i].bridge;
			legacy_bridge_begin(&w, open);
		}
		legacy_leg_write(&w, &legs[i].leg);
	}
	legacy_bridge_end(&w);
	legacy_bridges_end(&w);
	T_CHECK(len > 0);
	T_EQUAL(message[0], LEGACY_BRIDGES);
	T_EQUAL(wr_len(&w), len + 1);
	T_BYTES(message + 1, vector, len);
}

static const struct legacy_event events[] = {
	{LEGACY_START, false, "SYSTEM-0", 3735928559, 2340001, 2340001, 2, 2350, 0},
	{LEGACY_START, true, "SYSTEM-1", 3735928559, 2340001, 2340001, 2, 2350, 0},
	{LEGACY_START, true, "OBP-2341", 3735928559, 2340001, 2340001, 1, 2350, 0},
	{LEGACY_END, true, "SYSTEM-1", 3735928559, 2340001, 2340001, 2, 2350, 6420},
	{LEGACY_END, true, "OBP-2341", 3735928559, 2340001, 2340001, 1, 2350, 6420},
	{LEGACY_END, false, "SYSTEM-0", 3735928559, 2340001, 2340001, 2, 2350, 6420},
	{LEGACY_START, false, "OBP-2341", 305419896, 2341, 2341555, 1, 91, 0},
	{LEGACY_START, true, "SYSTEM-1", 305419896, 2341, 2341555, 1, 91, 0},
	{LEGACY_END, true, "SYSTEM-1", 305419896, 2341, 2341555, 1, 91, 12069},
	{LEGACY_END, false, "OBP-2341", 305419896, 2341, 2341555, 1, 91, 12060},
	{LEGACY_DATA, false, "SYSTEM-0", 19088743, 2340001, 2340001, 2, 2341555, 0},
};

/* The vectors go on with two families monitors only warn about; we never send those. */
T_CASE(events_equal_the_vectors)
{
	struct wr w = wr_make(message, sizeof(message));
	size_t len = load("events.netstring.bin");

	for (size_t i = 0; i < ARRAY_LEN(events); i++)
		legacy_event_write(&w, &events[i]);
	T_CHECK(wr_len(&w) > 0 && wr_len(&w) < len);
	T_BYTES(message, vector, wr_len(&w));
}

T_CASE(bridge_updated_equals_the_vector)
{
	struct wr w = wr_make(message, sizeof(message));
	size_t len = load("bridge_updated.netstring.bin");

	netstring_write(&w, LEGACY_BRIDGE_UPDATED, strlen(LEGACY_BRIDGE_UPDATED));
	T_EQUAL(wr_len(&w), len);
	T_BYTES(message, vector, len);
}

T_CASE(without_room_the_message_is_bad)
{
	struct wr whole = wr_make(message, sizeof(message));

	config(&whole);
	for (size_t cap = 0; cap < wr_len(&whole); cap++) {
		struct wr w = wr_make(vector, cap);
		config(&w);
		T_EQUAL(wr_len(&w), 0);
	}
}

T_CASE(the_longest_event_fits)
{
	static const struct legacy_event e = {LEGACY_DATA, true,
	                                      "OBP-0123456789012345678901234567890",
	                                      UINT32_MAX, UINT32_MAX, UINT32_MAX, 255,
	                                      UINT32_MAX, INT64_C(999999999)};
	struct legacy_event end = e;
	struct wr w = wr_make(message, LEGACY_EVENT_MAX);

	legacy_event_write(&w, &e);
	T_CHECK(wr_len(&w) > 0);
	end.action = LEGACY_END;
	w = wr_make(message, LEGACY_EVENT_MAX);
	legacy_event_write(&w, &end);
	T_CHECK(wr_len(&w) > 0);
}

T_CASE(timers_have_names)
{
	T_TEXT(legacy_timer_name(LEGACY_TIMER_ON), "ON");
	T_TEXT(legacy_timer_name((enum legacy_timer)99), "?");
}

T_MAIN()
