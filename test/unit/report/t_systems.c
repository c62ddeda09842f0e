#include "report/legacy/systems.h"

#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "base/text.h"
#include "harness/t.h"

#define STREAM 10u

static struct conf *conf;
static struct model *model;
static struct ring lines;
static struct systems *systems;
static tick_t begun; /* when calls begin */
static struct clock now_is = {.now = 100000, .epoch_ms = 1700000000000};

static void ignore_log(void *context, enum log_level level, const char *line)
{
	(void)context;
	(void)level;
	(void)line;
}

/* Two neighbours, and an uplink to another master and one to a reflector. */
static struct conf_peer peers[2];

static void add_links(void)
{
	peers[0] = (struct conf_peer){.name = "uk", .remote_id = 2340};
	peers[1] = (struct conf_peer){.name = "de, north", .remote_id = 2620};
	conf->peer = peers;
	conf->peer_count = 2;
	conf->uplink_count = 2;
	conf->uplink[0] = (struct conf_uplink){.name = "bm", .id = 234567899, .callsign = "GB7XX"};
	conf->uplink[1] = (struct conf_uplink){.name = "xlx", .protocol = UPLINK_XLX, .id = 5};
}

static bool open_systems(uint32_t count)
{
	log_set_sink(ignore_log, NULL);
	conf = calloc(1, sizeof(*conf));
	conf->listener_count = 1;
	conf->report.legacy_systems = count;
	conf->report.legacy_repeat = true;
	conf->limits.sessions = conf->limits.subscriptions = conf->limits.streams = 10;
	add_links();
	lines = (struct ring){.last = 0};
	model = model_open(&conf->limits);
	systems = systems_open(conf, model, &lines);
	now_is.now = begun = 100000;
	return systems;
}

static void close_systems(void)
{
	systems_close(systems);
	model_close(model);
	ring_close(&lines);
	free(conf);
}

static void take(struct record r)
{
	r.at = now_is.now;
	model_take(model, &r, now_is.now);
	systems_take(systems, &r, &now_is);
}

static void session(uint32_t client, enum change change)
{
	take((struct record){.kind = RECORD_SESSION,
	                     .change = change,
	                     .session = {.client = client, .state = SESSION_CONNECTED}});
}

static uint32_t generation = 1;

static void call(uint32_t client, uint32_t stream, enum change change)
{
	take((struct record){.kind = RECORD_CALL,
	                     .change = change,
	                     .call = {.origin = source_from_number(client),
	                              .stream = stream,
	                              .generation = generation,
	                              .started = begun,
	                              .slot = 2,
	                              .src = 7,
	                              .dst = 91,
	                              .conference = 91}});
}

static void leg(uint32_t origin, uint32_t client, bool open)
{
	take((struct record){
		.kind = RECORD_LEGS,
		.legs = {.origin = source_from_number(origin),
	                 .stream = STREAM,
	                 .generation = generation,
	                 .src = 7,
	                 .conference = 91,
	                 .open = open,
	                 .list = {1, {{.to = source_from_number(client), .tg = 91, .slot = 2}}}}});
}

static void snapshot(bool begin)
{
	take((struct record){.kind = RECORD_SNAPSHOT, .snapshot = {.number = 1, .begin = begin}});
}

/* The last `count` lines without length and opcode, one after the other. */
static const char *last(uint64_t count)
{
	static char buf[1024];
	struct text t = text_make(buf, sizeof(buf));

	for (uint64_t n = lines.last - count + 1; n <= lines.last; n++) {
		const char *line = ring_line(&lines, n, FORM_TEXT);
		text_put(&t, line ? strchr(line, ':') + 2 : "(gone)");
		text_char(&t, '\n');
	}
	return buf;
}

#define RX(action, system, rest) "GROUP VOICE," action ",RX," system ",10,1,7,2,91" rest ",\n"
#define TX(action, system, rest) "GROUP VOICE," action ",TX," system ",10,1,7,2,91" rest ",\n"

T_CASE(a_call_begins_once_and_ends_everywhere)
{
	T_CHECK(open_systems(3));
	session(1, CHANGE_BEGIN);
	session(2, CHANGE_BEGIN);
	call(1, STREAM, CHANGE_BEGIN);
	call(1, STREAM, CHANGE_UPDATE);
	leg(1, 2, true);
	leg(1, 2, true);
	T_EQUAL(lines.last, 2);
	T_TEXT(last(2), RX("START", "SYSTEM-0", "") TX("START", "SYSTEM-1", ""));
	now_is.now += 6425;
	call(1, STREAM, CHANGE_END);
	leg(1, 2, false);
	T_EQUAL(lines.last, 4);
	T_TEXT(last(2), TX("END", "SYSTEM-1", ",6.42") RX("END", "SYSTEM-0", ",6.42"));
	close_systems();
}

T_CASE(a_stream_id_that_comes_again_is_another_call)
{
	T_CHECK(open_systems(3));
	session(1, CHANGE_BEGIN);
	call(1, STREAM, CHANGE_BEGIN);
	now_is.now = begun += 2000;
	generation++; /* the end of the first was lost */
	call(1, STREAM, CHANGE_BEGIN);
	T_TEXT(last(2), RX("END", "SYSTEM-0", ",2.00") RX("START", "SYSTEM-0", ""));
	generation--; /* it comes too late */
	call(1, STREAM, CHANGE_END);
	T_EQUAL(lines.last, 3);
	generation++;
	call(1, STREAM, CHANGE_END);
	T_TEXT(last(1), RX("END", "SYSTEM-0", ",0.00"));
	generation = 1;
	close_systems();
}

T_CASE(who_leaves_takes_his_calls_off_the_air)
{
	T_CHECK(open_systems(3));
	session(1, CHANGE_BEGIN);
	session(2, CHANGE_BEGIN);
	call(1, STREAM, CHANGE_BEGIN);
	leg(1, 2, true);
	session(2, CHANGE_END);
	T_TEXT(last(1), TX("END", "SYSTEM-1", ",0.00"));
	session(1, CHANGE_END);
	T_TEXT(last(1), RX("END", "SYSTEM-0", ",0.00"));
	close_systems();
}

/* Every client that is logged in hears this call as its system. */
static bool sits_at(uint32_t client, const char *name)
{
	static uint32_t origin = 1000;
	char wanted[32];
	struct text t = text_make(wanted, sizeof(wanted));

	text_format(&t, ",%s,", name);
	leg(++origin, client, true);
	bool found = strstr(last(1), wanted) && strstr(last(1), "START");
	leg(origin, client, false);
	return found;
}

T_CASE(a_seat_is_kept_and_then_left_empty_for_a_while)
{
	T_CHECK(open_systems(2));
	session(1, CHANGE_BEGIN);
	session(2, CHANGE_BEGIN);
	session(1, CHANGE_END);
	session(3, CHANGE_BEGIN);
	uint64_t before = lines.last;
	leg(1, 3, true);
	T_EQUAL(lines.last, before);
	T_CHECK(sits_at(2, "SYSTEM-1"));
	session(1, CHANGE_BEGIN);
	T_CHECK(sits_at(1, "SYSTEM-0"));
	session(1, CHANGE_END);
	now_is.now += SYSTEMS_PARKED_MS;
	session(3, CHANGE_UPDATE);
	T_CHECK(sits_at(3, "SYSTEM-0"));
	close_systems();
}

T_CASE(the_start_is_repeated_only_when_another_call_has_ended)
{
	T_CHECK(open_systems(3));
	session(1, CHANGE_BEGIN);
	session(2, CHANGE_BEGIN);
	call(1, STREAM, CHANGE_BEGIN);
	call(2, 11, CHANGE_BEGIN);
	call(2, 11, CHANGE_END);
	T_EQUAL(lines.last, 3);
	call(1, STREAM, CHANGE_END);
	T_EQUAL(lines.last, 5);
	T_TEXT(last(2), RX("START", "SYSTEM-0", "") RX("END", "SYSTEM-0", ",0.00"));
	now_is.now = begun = 101000;
	call(1, STREAM, CHANGE_BEGIN);
	call(1, STREAM, CHANGE_END);
	T_EQUAL(lines.last, 7);
	close_systems();
}

T_CASE(what_a_snapshot_no_longer_shows_is_taken_off_the_air)
{
	T_CHECK(open_systems(3));
	session(1, CHANGE_BEGIN);
	session(2, CHANGE_BEGIN);
	call(1, STREAM, CHANGE_BEGIN);
	leg(1, 2, true);
	now_is.now += 1000;
	snapshot(true);
	session(1, CHANGE_SNAPSHOT);
	session(2, CHANGE_SNAPSHOT);
	snapshot(false);
	T_EQUAL(lines.last, 4);
	T_CHECK(strstr(last(2), RX("END", "SYSTEM-0", ",1.00")));
	T_CHECK(strstr(last(2), TX("END", "SYSTEM-1", ",1.00")));
	close_systems();
}

static void call_as(uint32_t client, enum change change, enum call_state state)
{
	take((struct record){.kind = RECORD_CALL,
	                     .change = change,
	                     .call = {.origin = source_from_number(client),
	                              .stream = STREAM,
	                              .generation = 1,
	                              .started = begun,
	                              .slot = 2,
	                              .src = 7,
	                              .dst = 91,
	                              .conference = 91,
	                              .state = state}});
}

T_CASE(a_call_that_waits_is_told_from_when_it_is_carried)
{
	T_CHECK(open_systems(2));
	session(1, CHANGE_BEGIN);
	call_as(1, CHANGE_BEGIN, CALL_WAITING);
	now_is.now += 3000;
	call_as(1, CHANGE_UPDATE, CALL_WAITING);
	T_EQUAL(lines.last, 0);
	call_as(1, CHANGE_UPDATE, CALL_RUNNING);
	T_TEXT(last(1), RX("START", "SYSTEM-0", ""));
	now_is.now += 1500;
	call_as(1, CHANGE_END, CALL_RUNNING);
	T_TEXT(last(1), RX("END", "SYSTEM-0", ",1.50"));
	T_EQUAL(lines.last, 2);
	close_systems();
}

T_CASE(a_call_that_waits_in_vain_is_told_nowhere)
{
	T_CHECK(open_systems(2));
	session(1, CHANGE_BEGIN);
	call_as(1, CHANGE_BEGIN, CALL_WAITING);
	call_as(1, CHANGE_END, CALL_WAITING);
	T_EQUAL(lines.last, 0);
	close_systems();
}

T_CASE(a_call_ended_here_ends_once_though_frames_go_on)
{
	T_CHECK(open_systems(2));
	session(1, CHANGE_BEGIN);
	call_as(1, CHANGE_BEGIN, CALL_RUNNING);
	now_is.now += 180000;
	call_as(1, CHANGE_UPDATE, CALL_IGNORED);
	T_TEXT(last(1), RX("END", "SYSTEM-0", ",180.00"));
	call_as(1, CHANGE_UPDATE, CALL_IGNORED);
	call_as(1, CHANGE_END, CALL_IGNORED);
	T_EQUAL(lines.last, 2);
	close_systems();
}

T_CASE(calls_of_uplinks_are_told_at_their_systems)
{
	const uint32_t bm = source_number((struct source){SOURCE_UPLINK, 0});

	T_CHECK(open_systems(2));
	session(1, CHANGE_BEGIN);
	call_as(1, CHANGE_BEGIN, CALL_RUNNING);
	leg(1, bm, true);
	leg(1, bm + 1, true);
	leg(1, bm + 2, true); /* there is none */
	T_EQUAL(lines.last, 3);
	T_TEXT(last(2), TX("START", "PEER-bm", "") TX("START", "PEER-xlx", ""));
	call_as(1, CHANGE_END, CALL_RUNNING);
	T_EQUAL(lines.last, 6);
	begun = ++now_is.now;
	call_as(bm, CHANGE_BEGIN, CALL_RUNNING);
	leg(bm, 1, true);
	T_TEXT(last(2), "GROUP VOICE,START,RX,PEER-bm,10,234567899,7,2,91,\n"
	                "GROUP VOICE,START,TX,SYSTEM-0,10,234567899,7,2,91,\n");
	now_is.now += 1000;
	snapshot(true); /* shows neither slots of uplinks nor that call */
	session(1, CHANGE_SNAPSHOT);
	snapshot(false);
	T_TEXT(last(2), "GROUP VOICE,END,TX,SYSTEM-0,10,234567899,7,2,91,1.00,\n"
	                "GROUP VOICE,END,RX,PEER-bm,10,234567899,7,2,91,1.00,\n");
	T_EQUAL(lines.last, 10);
	close_systems();
}

T_CASE(a_call_to_an_uplink_outlives_a_snapshot_that_shows_it)
{
	T_CHECK(open_systems(2));
	session(1, CHANGE_BEGIN);
	call_as(1, CHANGE_BEGIN, CALL_RUNNING);
	leg(1, source_number((struct source){SOURCE_UPLINK, 0}), true);
	now_is.now += 1000;
	snapshot(true);
	session(1, CHANGE_SNAPSHOT);
	call_as(1, CHANGE_SNAPSHOT, CALL_RUNNING);
	snapshot(false);
	T_EQUAL(lines.last, 2);
	close_systems();
}

static void data(uint32_t origin, bool unit, enum change change)
{
	take((struct record){.kind = RECORD_CALL,
	                     .change = change,
	                     .call = {.origin = source_from_number(origin),
	                              .stream = STREAM,
	                              .generation = 1,
	                              .started = begun,
	                              .slot = 2,
	                              .src = 7,
	                              .dst = 8,
	                              .unit = unit,
	                              .data = true}});
}

T_CASE(data_to_a_radio_is_told_once_wherever_it_comes_from)
{
	T_CHECK(open_systems(2));
	session(1, CHANGE_BEGIN);
	data(1, true, CHANGE_BEGIN);
	data(1, true, CHANGE_UPDATE);
	data(1, true, CHANGE_END);
	data(source_number((struct source){SOURCE_PEER, 1}), true, CHANGE_BEGIN);
	data(source_number((struct source){SOURCE_UPLINK, 0}), true, CHANGE_BEGIN);
	T_TEXT(last(3), "UNIT DATA HEADER,DATA,RX,SYSTEM-0,10,1,7,2,8,\n"
	                "UNIT DATA HEADER,DATA,RX,OBP-de- north,10,2620,7,1,8,\n"
	                "UNIT DATA HEADER,DATA,RX,PEER-bm,10,234567899,7,2,8,\n");
	T_EQUAL(lines.last, 3);
	data(1, false, CHANGE_BEGIN); /* group data: dashboards know no such line */
	data(2, true, CHANGE_BEGIN);  /* of no client */
	data(source_number((struct source){SOURCE_PEER, 2}), true, CHANGE_BEGIN);
	T_EQUAL(lines.last, 3);
	close_systems();
}

static bool config_has(const void *what, size_t len)
{
	static uint8_t octets[65536];
	struct wr w = wr_make(octets, sizeof(octets));

	systems_config(systems, &w, &now_is);
	for (size_t i = 0; i + len <= wr_len(&w); i++)
		if (memcmp(octets + i, what, len) == 0)
			return true;
	return false;
}

static void up(const char *name, bool is_up)
{
	struct record r = {.kind = RECORD_PEER, .change = CHANGE_UPDATE, .peer = {.up = is_up}};

	text_copy(r.peer.name, sizeof(r.peer.name), name);
	take(r);
}

T_CASE(uplinks_are_in_the_set_of_systems_up_or_down)
{
	T_CHECK(open_systems(2));
	T_CHECK(config_has("PEER-bm", 7) && config_has("PEER-xlx", 8) && config_has("XLXSTATS", 8));
	T_CHECK(config_has("OBP-de- north", 13));
	uint64_t before = systems_version(systems);
	up("uk", true); /* a neighbour: dashboards have no field for that */
	up("bm", false);
	T_EQUAL(systems_version(systems), before);
	up("bm", true);
	up("bm", true);
	T_EQUAL(systems_version(systems), before + 1);
	T_CHECK(config_has("\012\0\0\0CONNECTIONX\003\0\0\0YES", 22));
	up("bm", false);
	T_EQUAL(systems_version(systems), before + 2);
	T_CHECK(!config_has("\012\0\0\0CONNECTIONX\003\0\0\0YES", 22));
	close_systems();
}

T_MAIN()
