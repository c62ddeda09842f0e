/*
 * What goes wrong around a core: its own address changes, it is stopped for a while, a
 * configuration takes back what runs, more forms of a frame are heard than it keeps at hand, more
 * clients are refused than there is room for.
 */
#include <unistd.h>

#include "base/text.h"
#include "core/step/step.h"
#include "dmr/burst.h"
#include "harness/t.h"
#include "state/blocklist.h"
#include "world.h"

#define HEAD                                                                                       \
	"[server]\nid = 2345\n[limits]\nframes-per-second = 0\n[listener hotspots]\n"              \
	"bind = [::]:62031\npassphrase = " WORLD_PASSPHRASE "\n"
#define TALKER 2300101u

static struct world w;

static void talk(uint32_t n, uint32_t tg)
{
	struct endpoint at = world_endpoint(1, 1000);
	struct hbp_burst b = world_frame(TALKER, tg, n);

	world_burst(&w, &at, &b);
}

static uint32_t bursts(void)
{
	uint32_t n = 0;

	for (uint32_t i = 0; i < w.actions.target_count; i++)
		n += w.actions.sends[w.actions.targets[i].send].len == HBP_BURST_LEN;
	return n;
}

/* A server behind a router gets another address while its clients go on writing to its name. */
T_CASE(bursts_leave_from_the_address_that_was_pinged_last)
{
	struct endpoint talker = world_endpoint(1, 1000), listener = world_endpoint(2, 1000);
	const uint8_t moved[4] = {192, 0, 2, 77};
	uint8_t bytes[16];
	struct wr wr = wr_make(bytes, sizeof(bytes));

	world_open(&w, HEAD "static-2 = 91\n", 1);
	T_CHECK(world_login(&w, &talker, TALKER, '3'));
	T_CHECK(world_login(&w, &listener, 2300102, '3'));
	listener.from = addr_v4(moved, 0);
	hbp_write_ping(&wr, 2300102);
	world_datagram(&w, &listener, bytes, wr_len(&wr));
	T_EQUAL(w.actions.target_count, 1);
	actions_empty(&w.actions);
	talk(0, 91);
	T_EQUAL(bursts(), 1);
	T_CHECK(addr_same_ip(&w.actions.targets[0].where.from, &listener.from));
	world_close(&w);
}

/* Some hundred listeners, and all hear the conference under one of twelve numbers. */
T_CASE(many_names_of_a_conference_need_few_datagrams)
{
	enum { LISTENERS = 600, NAMES = 12 };
	static char text[4096];
	size_t len = (size_t)snprintf(text, sizeof(text), "%s", HEAD);
	struct endpoint talker = world_endpoint(1, 1000);

	for (int i = 1; i < NAMES; i++)
		len += (size_t)snprintf(
			text + len, sizeof(text) - len,
			"[listener l%d]\nbind = 192.0.2.1:%d\npassphrase = " WORLD_PASSPHRASE
			"\nmap = 2:%d = 91\n",
			i, 3000 + i, 100 + i);
	world_open(&w, text, 1);
	T_CHECK(world_login(&w, &talker, TALKER, '3'));
	for (uint32_t i = 0; i < LISTENERS; i++) {
		struct endpoint at = world_endpoint((uint8_t)(2 + i % 8), (uint16_t)(1000 + i));
		at.socket = 1 + i % (NAMES - 1);
		T_CHECK(world_login(&w, &at, 2400001 + i, '3'));
	}
	actions_empty(&w.actions);
	talk(1, 91); /* without its header: each gets one, and the frame */
	T_EQUAL(bursts(), 2 * LISTENERS);
	T_EQUAL(w.actions.send_count, 2 * (NAMES - 1));
	T_EQUAL(w.actions.refused_total, 0);
	world_close(&w);
}

/* Those beyond are made again for each listener; nothing about the call is taken for broken. */
T_CASE(more_names_than_are_kept_are_all_heard)
{
	enum { LISTENERS = VARIANTS + 6 };
	static char text[10000];
	size_t len = (size_t)snprintf(text, sizeof(text), "%s", HEAD);
	struct endpoint talker = world_endpoint(1, 1000);

	for (unsigned i = 0; i < LISTENERS; i++)
		len += (size_t)snprintf(text + len, sizeof(text) - len,
		                        "[client %u]\nmap = 2:%u = 91\n", 2400001 + i, 100 + i);
	world_open(&w, text, 1);
	T_CHECK(world_login(&w, &talker, TALKER, '3'));
	for (uint32_t i = 0; i < LISTENERS; i++) {
		struct endpoint at = world_endpoint((uint8_t)(2 + i), 1000);
		T_CHECK(world_login(&w, &at, 2400001 + i, '3'));
	}
	talk(0, 91);
	actions_empty(&w.actions);
	talk(1, 91);
	T_EQUAL(bursts(), LISTENERS);
	for (uint32_t i = 0; i < w.actions.target_count; i++) {
		uint8_t sent[SEND_MAX];
		world_sent(&w, i, sent);
		T_EQUAL(sent[9] << 8 | sent[10], 100 + w.actions.targets[i].id - 2400001);
	}
	T_CHECK(core_check(w.core) == NULL);
	world_step(&w, &(struct event){.kind = EVENT_MEND, .all = true});
	T_EQUAL(core_calls(w.core), 1);
	world_close(&w);
}

static void take_conf(const struct conf *conf)
{
	world_step(&w, &(struct event){.kind = EVENT_CONF, .conf = conf});
}

T_CASE(an_announcement_can_be_taken_back_and_given_again)
{
	static struct conf never, often;

	world_open(&w, HEAD "[announcement news]\nrecording = 9991\nevery = 1m\n", 1);
	never = often = w.conf;
	never.announcement[0].every_ms = 0;
	alarm(20);
	world_sleep(&w, 90 * TICK_SECOND);
	T_CHECK(core_next(w.core) <= w.now + TICK_MINUTE);
	take_conf(&never);
	world_sleep(&w, 5 * TICK_MINUTE);
	T_EQUAL(core_next(w.core), TICK_NEVER);
	take_conf(&often);
	T_CHECK(core_next(w.core) <= w.now + TICK_MINUTE);
	world_sleep(&w, 5 * TICK_MINUTE);
	T_CHECK(core_next(w.core) <= w.now + TICK_MINUTE);
	alarm(0);
	world_close(&w);
}

/* The process was stopped for ten seconds: what it would have said meanwhile does not come at once.
 */
T_CASE(a_player_that_stood_still_does_not_make_up_for_it)
{
	struct endpoint talker = world_endpoint(1, 1000);

	world_open(&w, HEAD, 1);
	T_CHECK(world_login(&w, &talker, TALKER, '3'));
	for (uint32_t i = 1; i <= 300; i++, w.now += DMR_BURST_MS)
		talk(i, 9990);
	actions_empty(&w.actions);
	world_sleep(&w, 6 * TICK_SECOND);
	T_CHECK(bursts() > 20);
	actions_empty(&w.actions);
	w.now += 10 * TICK_SECOND;
	world_step(&w, &(struct event){.kind = EVENT_TIME});
	T_CHECK(bursts() <= 2);
	actions_empty(&w.actions);
	world_sleep(&w, TICK_SECOND);
	T_CHECK(bursts() >= 15 && bursts() <= 18);
	world_close(&w);
}

/* The low bits beside a sync are ignored. */
T_CASE(the_echo_looks_at_no_number_beside_a_sync)
{
	struct endpoint at = world_endpoint(1, 1000);
	uint8_t bytes[64];

	world_open(&w, HEAD, 1);
	T_CHECK(world_login(&w, &at, TALKER, '3'));
	for (uint32_t i = 0; i < 12; i++, w.now += DMR_BURST_MS) {
		struct hbp_burst b = {.seq = (uint8_t)i,
		                      .src = TALKER,
		                      .dst = 9990,
		                      .client = TALKER,
		                      .slot = 2,
		                      .class = i % 6 ? burst_of_position(i % 6)
		                                     : (enum burst_class)0x19,
		                      .stream = 0x0a};
		struct wr wr = wr_make(bytes, sizeof(bytes));
		hbp_write_burst(&wr, &b);
		world_datagram(&w, &at, bytes, wr_len(&wr));
	}
	actions_empty(&w.actions);
	world_sleep(&w, 10 * TICK_SECOND);
	T_EQUAL(bursts(), 1 + 12 + 1); /* header, voice, terminator */
	world_close(&w);
}

static void order(struct command c)
{
	actions_empty(&w.actions);
	world_step(&w, &(struct event){.kind = EVENT_COMMAND, .command = &c});
}

static void refuse(uint32_t client, const struct endpoint *at)
{
	order((struct command){.kind = COMMAND_REFUSE, .refuse = {.client = client, .at = at->to}});
}

static void block(const char *whom)
{
	struct command c = {.kind = COMMAND_BLOCK};

	T_CHECK(block_target_parse(whom, strlen(whom), &c.block.target));
	order(c);
}

/* The last answer to a command. */
static bool is_done(void)
{
	const struct record *last = &w.actions.records[w.actions.record_count - 1];

	return w.actions.record_count && last->kind == RECORD_REPLY && last->reply.done;
}

/* With a public passphrase anyone can log in with any number of unknown IDs. */
T_CASE(refused_clients_leave_the_operator_room_for_blocks)
{
	struct endpoint at = world_endpoint(1, 1000), strangers = world_endpoint(2, 1000);

	world_open(&w, HEAD, 1);
	T_CHECK(world_login(&w, &at, TALKER, '3'));
	for (uint32_t i = 0; i < BLOCKS; i++)
		refuse(2400001 + i, &strangers);
	T_EQUAL(w.core->blocks.pool.used, BLOCKS / 2);
	block("203.0.113.1");
	T_CHECK(is_done());
	refuse(TALKER, &at);
	T_CHECK(!core_has_sessions(w.core));
	T_EQUAL(w.actions.target_count, 1); /* it is sent MSTCL */
	for (uint32_t i = 0; i < BLOCKS / 2 - 1; i++) {
		char id[16];
		snprintf(id, sizeof(id), "%u", 2500001 + i);
		block(id);
		T_CHECK(is_done());
	}
	block("2600001");
	T_CHECK(!is_done());
	T_TEXT(w.actions.records[w.actions.record_count - 1].reply.text,
	       "no room for another block");
	world_close(&w);
}

/* The list of actions is nearly full: the loop has not sent yet what came before. */
static void leave_room_for(uint32_t records)
{
	actions_empty(&w.actions);
	w.actions.record_count = w.actions.record_cap - records;
}

T_CASE(a_block_of_many_ends_the_rest_with_their_next_datagram)
{
	enum { HOTSPOTS = 5 };
	struct command c = {.kind = COMMAND_BLOCK};
	uint8_t bytes[16];

	world_open(&w, HEAD "static-2 = 91\n", 1);
	for (uint32_t i = 0; i < HOTSPOTS; i++) {
		struct endpoint at = world_endpoint(1, (uint16_t)(1000 + i));
		T_CHECK(world_login(&w, &at, TALKER + i, '3'));
	}
	talk(0, 91);
	T_CHECK(block_target_parse("10.0.1.1", 8, &c.block.target));
	leave_room_for(2);
	world_step(&w, &(struct event){.kind = EVENT_COMMAND, .command = &c});
	T_CHECK(is_done());
	T_EQUAL(core_sessions(w.core), HOTSPOTS);
	for (uint32_t i = 0; i < HOTSPOTS; i++) {
		struct endpoint at = world_endpoint(1, (uint16_t)(1000 + i));
		struct wr out = wr_make(bytes, sizeof(bytes));
		actions_empty(&w.actions);
		hbp_write_ping(&out, TALKER + i);
		world_datagram(&w, &at, bytes, wr_len(&out));
		T_EQUAL(core_sessions(w.core), HOTSPOTS - 1 - i);
	}
	T_EQUAL(core_calls(w.core), 0);
	world_close(&w);
}

/* A radio is cut as well, at its next frame. */
T_CASE(a_block_of_a_radio_waits_for_room)
{
	struct command c = {.kind = COMMAND_BLOCK, .block = {.target = {.id = 2300777}}};
	struct endpoint at = world_endpoint(1, 1000), other = world_endpoint(2, 1000);
	struct hbp_burst b = world_frame(TALKER, 91, 0);

	world_open(&w, HEAD "static-2 = 91\n", 1);
	T_CHECK(world_login(&w, &at, TALKER, '3'));
	T_CHECK(world_login(&w, &other, TALKER + 1, '3'));
	b.src = 2300777;
	world_burst(&w, &at, &b);
	leave_room_for(2);
	world_step(&w, &(struct event){.kind = EVENT_COMMAND, .command = &c});
	T_EQUAL(core_calls(w.core), 1);
	world_close(&w);
}

/* What has no room is refused and counted, and what was there before stays as it was. */
T_CASE(full_lists_refuse_and_count)
{
	struct endpoint at = world_endpoint(1, 1000);
	struct actions *a = &w.actions;
	uint32_t sends = 0, targets = 0;
	struct wr wr;

	world_open(&w, HEAD, 1);
	T_CHECK(actions_have_room(a));
	while (a->send_count < a->send_cap) {
		struct send *send = actions_send(a, &wr);
		wr_u8(&wr, (uint8_t)++sends);
		send->len = (uint16_t)wr_len(&wr);
	}
	T_CHECK(!actions_have_room(a));
	T_EQUAL(a->refused_total, 0);
	actions_notice(a, &at, 7, hbp_write_ack); /* neither a datagram nor a receiver */
	T_EQUAL(a->refused_total, 2);
	T_EQUAL(a->send_count, sends);
	T_EQUAL(a->target_count, 0);
	T_EQUAL(a->sends[sends - 1].bytes[0], (uint8_t)sends);
	a->send_count = 0;
	T_CHECK(actions_have_room(a));
	struct send *send = actions_send(a, &wr);
	for (; a->refused_total == 2; targets++)
		actions_target(a, send, &at, targets);
	T_EQUAL(targets, a->target_cap + 1);
	T_EQUAL(a->target_count, a->target_cap);
	T_EQUAL(a->targets[a->target_cap - 1].id, a->target_cap - 1);
	T_CHECK(!actions_have_room(a));
	actions_empty(a);
	T_CHECK(actions_have_room(a));
	world_close(&w);
}

static void configure(const struct hbp_config *config)
{
	struct endpoint at = world_endpoint(1, 1000);
	uint8_t bytes[400];
	struct wr out = wr_make(bytes, sizeof(bytes));

	actions_empty(&w.actions);
	w.now += 2 * TICK_SECOND;
	hbp_write_config(&out, TALKER, config);
	world_datagram(&w, &at, bytes, wr_len(&out));
}

static bool is_told(void)
{
	bool told = false;

	for (uint32_t i = 0; i < w.actions.record_count; i++)
		told |= w.actions.records[i].kind == RECORD_SESSION &&
		        w.actions.records[i].change == CHANGE_UPDATE;
	return told;
}

/* A dashboard shows what the hotspot says of itself now; what it only repeats is no news. */
T_CASE(each_changed_field_of_a_configuration_is_told)
{
	struct endpoint at = world_endpoint(1, 1000);
	const struct hbp_config first = {.callsign = "N0CALL", .slots = '3'};
	struct hbp_config changed[7];

	for (size_t i = 0; i < ARRAY_LEN(changed); i++)
		changed[i] = first;
	changed[0].rx_hz = 430000000;
	changed[1].tx_hz = 430000000;
	changed[2].cc = 7;
	text_copy(changed[3].callsign, sizeof(changed[3].callsign), "G0ABC");
	text_copy(changed[4].location, sizeof(changed[4].location), "Hill");
	text_copy(changed[5].software, sizeof(changed[5].software), "Pi-Star");
	text_copy(changed[6].package, sizeof(changed[6].package), "MMDVM");
	world_open(&w, HEAD, 1);
	T_CHECK(world_login(&w, &at, TALKER, '3'));
	for (size_t i = 0; i < ARRAY_LEN(changed); i++) {
		configure(&first);
		T_CHECK(is_told() == (i > 0));
		configure(&first);
		T_CHECK(!is_told());
		T_EQUAL(w.actions.target_count, 1);
		configure(&changed[i]);
		T_CHECK(is_told());
	}
	world_close(&w);
}

/* To a server we log in to: the callsign of its section, or ours. */
T_CASE(an_uplink_says_its_callsign)
{
	for (int own = 0; own < 2; own++) {
		uint8_t sent[SEND_MAX], ip[4] = {198, 51, 100, 9};
		struct endpoint at = {.to = addr_v4(ip, 62031), .socket = CONF_UPLINK_SOCKETS};
		char text[600];

		snprintf(text, sizeof(text),
		         "[server]\nid = 2345\ncallsign = GB7AA\n[listener l]\nbind = "
		         "192.0.2.1:62031\npassphrase = " WORLD_PASSPHRASE
		         "\n[uplink up]\ntarget = 198.51.100.9:62031\nid = 234567899\n"
		         "passphrase = x\nmap = 2:91 = 91\n%s",
		         own ? "callsign = GB7XY\n" : "");
		world_open(&w, text, 1);
		world_sleep(&w, 10);
		world_datagram(&w, &at, "RPTACK1234", 10);
		actions_empty(&w.actions);
		world_datagram(&w, &at, "RPTACK", 6);
		T_EQUAL(w.actions.target_count, 1);
		T_EQUAL(world_sent(&w, 0, sent), 302);
		T_CHECK(memcmp(sent + 8, own ? "GB7XY   " : "GB7AA   ", 8) == 0);
		world_close(&w);
	}
}

T_MAIN()
