#include "conf/conf.h"

#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "conf/parse.h"
#include "conf/print.h"
#include "harness/t.h"

#define SERVER "[server]\nid = 2345\n"
#define LISTENER "[listener hotspots]\nbind = [::]:62031\npassphrase = hotel mike nine\n"

static struct conf conf;
static char complaints[32768];
static struct text told;

static void note(void *context, const char *line)
{
	text_put(context, line);
	text_char(context, '\n');
}

/* Reads a text that ends at a guard page; the complaints, one to a line. */
static const char *read_octets(const void *text, size_t len)
{
	told = text_make(complaints, sizeof(complaints));
	conf_release(&conf);
	size_t faults =
		conf_parse((const char *)t_guarded(text, len), len, "f", &conf, note, &told);
	size_t lines = 0;
	for (const char *c = complaints; *c; c++)
		lines += *c == '\n';
	if (faults != lines)
		t_fail(__FILE__, __LINE__, "%zu faults in %zu lines", faults, lines);
	return complaints;
}

static const char *read_text(const char *text)
{
	return read_octets(text, strlen(text));
}

static const char *printed(void)
{
	static char buf[8192];
	struct text t = text_make(buf, sizeof(buf));

	conf_print(&conf, note, &t);
	return buf;
}

T_CASE(the_smallest_file_is_complete)
{
	T_TEXT(read_text(SERVER LISTENER), "");
	T_EQUAL(conf.server.id, 2345);
	T_TEXT(conf.server.name, "");
	T_TEXT(conf.server.run_as, "freedmr");
	T_EQUAL(conf.listener_count, 1);
	const struct conf_listener *l = &conf.listener[0];
	T_TEXT(l->name, "hotspots");
	T_TEXT(l->passphrase, "hotel mike nine");
	T_EQUAL(l->bind.port, 62031);
	T_CHECK(addr_is_any(&l->bind) && !l->open && !l->follow_port);
	T_CHECK(access_permits(&l->clients, 2345678));
	T_EQUAL(l->defaults.statics[0].count + l->defaults.statics[1].count, 0);
	T_EQUAL(l->defaults.dial, 0);
	T_CHECK(l->defaults.single);
	T_EQUAL(l->defaults.timer_ms, 600000);
	T_EQUAL(l->defaults.hang_ms, 5000);
	T_EQUAL(conf.client_count, 0);
	T_EQUAL(conf.limits.sessions, 1024);
	T_EQUAL(conf.limits.subscriptions, 16384);
	T_EQUAL(conf.limits.streams, 1024);
	T_EQUAL(conf.limits.frames_per_second, 25);
	T_EQUAL(conf.limits.transmit_timeout_ms, 180000);
	T_TEXT(conf.report.control, "/run/freedmr/control.sock");
	T_CHECK(addr_is_loopback(&conf.report.http) && conf.report.metrics);
	T_EQUAL(conf.report.http.port, 8080);
	T_EQUAL(conf.report.legacy.port, 0);
	T_EQUAL(conf.report.legacy_systems, 200);
}

T_CASE(every_key_is_kept)
{
	T_TEXT(read_text("; sample\r\n"
	                 "[server]\r\nid = 234567\nname = Some \"server\"\ncallsign = "
	                 "N0CALL\nrun-as = nobody\n"
	                 "[limits]\nsessions = 1\nsubscriptions = 2\nstreams = "
	                 "16\nframes-per-second = 0\n"
	                 "transmit-timeout = 0\n"
	                 "[listener a]\nbind = 127.0.0.1:1\nopen = yes\nfollow-port = yes\n"
	                 "clients = deny 1234567\nstatic-1 = 91 ; comment\nstatic-2 = 92, 93\n"
	                 "default-dial = 94\nsingle = no\ntimer = 0\nhang-time = 1500ms\n"
	                 "[listener b]\nbind = [::1]:1\npassphrase = \" hush ;# \"\n"
	                 "[report]\ncontrol =\nlegacy = [::1]\nlegacy-allow = 192.0.2.0/24\n"
	                 "legacy-systems = 7\nlegacy-repeat = no\n"
	                 "mqtt = 192.0.2.1\nmqtt-user = us\nmqtt-password = \" hush ;# \"\n"
	                 "mqtt-topic = club\n"
	                 "[client 234567]\nnotes = first\n"),
	       "");
	T_TEXT(conf.server.name, "Some \"server\"");
	T_TEXT(conf.server.callsign, "N0CALL");
	T_TEXT(conf.server.run_as, "nobody");
	T_EQUAL(conf.listener_count, 2);
	const struct conf_listener *a = &conf.listener[0], *b = &conf.listener[1];
	T_CHECK(a->open && a->follow_port && !access_permits(&a->clients, 1234567));
	T_EQUAL(a->defaults.statics[0].tg[0], 91);
	T_CHECK(tg_list_has(&a->defaults.statics[1], 93));
	T_EQUAL(a->defaults.dial, 94);
	T_CHECK(!a->defaults.single && b->defaults.single);
	T_EQUAL(a->defaults.timer_ms, 0);
	T_EQUAL(a->defaults.hang_ms, 1500);
	T_TEXT(b->passphrase, " hush ;# ");
	T_EQUAL(conf.limits.sessions + conf.limits.subscriptions + conf.limits.streams, 19);
	T_EQUAL(conf.limits.frames_per_second + conf.limits.transmit_timeout_ms, 0);
	T_TEXT(conf.report.control, "");
	T_EQUAL(conf.report.legacy.port, 4321);
	T_EQUAL(conf.report.legacy_allow.count, 1);
	T_EQUAL(conf.report.legacy_systems, 7);
	T_CHECK(!conf.report.legacy_repeat);
	T_TEXT(conf.report.mqtt, "192.0.2.1");
	T_EQUAL(conf.report.broker.address.port, 1883);
	T_TEXT(conf.report.mqtt_user, "us");
	T_TEXT(conf.report.mqtt_password, " hush ;# ");
	T_TEXT(conf.report.mqtt_topic, "club");
	T_EQUAL(conf.client_count, 1);
	T_TEXT(conf.client[0].notes, "first");
}

T_CASE(every_fault_is_told_in_one_run)
{
	T_TEXT(read_text("name = lost\n"
	                 "[server]\n"
	                 "id = 23\n"
	                 "nme = Example\n"
	                 "[listener hotspots]\n"
	                 "bind = hotspots.example:62031\n"
	                 "pasphrase = x\n"
	                 "passphrase = hotel mike nine\n"
	                 "timer = 10x\n"
	                 "static-1 = 91, 9\n"
	                 "streams = 4\n"
	                 "rubbish\n"
	                 "[client 12345]\n"
	                 "single = perhaps\n"
	                 "[bridge x]\n"
	                 "unread = 1\n"
	                 "[limits]\n"
	                 "sessions = 0\n"),
	       "f:1: key \"name\" outside a section; expected [server] first\n"
	       "f:3: id = 23: expected 4 to 7 digits\n"
	       "f:4: unknown key \"nme\" in [server]; did you mean \"name\"?\n"
	       "f:6: bind = hotspots.example:62031: expected a numeric address and port such as "
	       "[::]:62031\n"
	       "f:7: unknown key \"pasphrase\" in [listener hotspots]; did you mean "
	       "\"passphrase\"?\n"
	       "f:9: timer = 10x: expected a duration such as 30s, 10m or 2h\n"
	       "f:10: static-1 = 91, 9: \"9\": cannot be a static talkgroup\n"
	       "f:11: unknown key \"streams\" in [listener hotspots]; it belongs in [limits]\n"
	       "f:12: missing = after the key\n"
	       "f:13: [client 12345]: expected an ID of 6 to 9 digits\n"
	       "f:14: single = perhaps: expected yes or no\n"
	       "f:15: unknown section [bridge]\n"
	       "f:18: sessions = 0: expected a number from 1 to 65535\n");
}

T_CASE(faults_come_in_the_order_of_the_file)
{
	T_TEXT(read_text("[report]\nhttp = 0.0.0.0:8080\nhttp-token = short\nmetrics = perhaps\n"
	                 "self-care = yes\n"
	                 "[client 2345678]\npassphrase = passw0rd\nsingle = perhaps\n"
	                 "[listener hotspots]\ntimer = 10x\nbind = 0.0.0.0:1\n"
	                 "[announcement a]\nlistener = club\n"
	                 "[client 1234567]\npassphrase = passw0rd\n"
	                 "[server]\nid = 23\n"),
	       "f:3: http-token: expected at least 12 octets\n"
	       "f:4: metrics = perhaps: expected yes or no\n"
	       "f:5: self-care = yes: expected state in [server] as well\n"
	       "f:6: [client 2345678]: the passphrase is known from sample files; expected one of "
	       "your own\n"
	       "f:8: single = perhaps: expected yes or no\n"
	       "f:9: [listener hotspots]: the passphrase is empty; expected one of your own, or "
	       "open = yes\n"
	       "f:10: timer = 10x: expected a duration such as 30s, 10m or 2h\n"
	       "f:12: [announcement a] has no recording; expected one such as recording = 9991\n"
	       "f:12: [announcement a] has no every; expected one such as every = 2h\n"
	       "f:12: [announcement a]: there is no [listener club]\n"
	       "f:14: [client 1234567]: the passphrase is known from sample files; expected one of "
	       "your own\n"
	       "f:17: id = 23: expected 4 to 7 digits\n");
}

T_CASE(very_many_faults_are_all_told)
{
	char text[4096] = SERVER LISTENER;
	struct text t = {.at = text, .cap = sizeof(text), .len = strlen(text)};

	for (int i = 0; i < 600; i++)
		text_put(&t, "x\n");
	read_text(text);
	T_CHECK(strncmp(complaints, "f:6: missing = after the key\nf:7: ", 34) == 0);
	T_CHECK(strstr(complaints, "\nf:605: missing = after the key\n"));
}

T_CASE(a_key_is_pointed_where_it_belongs)
{
	T_TEXT(read_text("[server]\nid = 2345\nnmae = Example\nmax-peers = 4\npassphrase = x\n"
	                 "max_sessions = 9\n" LISTENER "HANG_TIME = 3s\ntransmit-timoeut = 60s\n"
	                 "frequency = 1\n[report]\nbind = ::1\nhttp_port = 80\n"),
	       "f:3: unknown key \"nmae\" in [server]; did you mean \"name\"?\n"
	       "f:4: unknown key \"max-peers\" in [server]; did you mean \"peers\" in "
	       "[limits]?\n"
	       "f:5: unknown key \"passphrase\" in [server]; it belongs in [listener], [client], "
	       "[peer] or [uplink]\n"
	       "f:6: unknown key \"max_sessions\" in [server]; did you mean \"sessions\" in "
	       "[limits]?\n"
	       "f:10: unknown key \"HANG_TIME\" in [listener hotspots]; did you mean "
	       "\"hang-time\"?\n"
	       "f:11: unknown key \"transmit-timoeut\" in [listener hotspots]; did you mean "
	       "\"transmit-timeout\" in [limits]?\n"
	       "f:12: unknown key \"frequency\" in [listener hotspots]\n"
	       "f:14: unknown key \"bind\" in [report]; it belongs in [listener] or [peer]\n"
	       "f:15: unknown key \"http_port\" in [report]; did you mean \"http\"?\n");
}

/* The n-th line is at fault, and only that. */
static void bad_map(const char *map)
{
	char text[600], fault[600];

	snprintf(text, sizeof(text), SERVER LISTENER "map = %s\n", map);
	snprintf(fault, sizeof(fault),
	         "f:6: map = %s: expected up to 16 of slot:number=talkgroup, such as 2:8=2350\n",
	         map);
	T_TEXT(read_text(text), fault);
}

T_CASE(a_map_is_slot_number_and_talkgroup)
{
	char many[300] = "1:1=1001";

	bad_map("2");
	bad_map("2:8");
	bad_map("2=8");
	bad_map("2:8=91 x");
	bad_map("0:8=91");
	bad_map("3:8=91");
	bad_map("2:0=91");
	bad_map("2:8=0");
	bad_map("2:8=9990");
	bad_map("2:8=16777215");
	for (unsigned i = 2; i <= CONF_MAPS_MAX; i++)
		snprintf(many + strlen(many), sizeof(many) - strlen(many), ",1:%u=%u", i, 1000 + i);
	char text[600];
	snprintf(text, sizeof(text), SERVER LISTENER "map = %s\n", many);
	T_TEXT(read_text(text), "");
	T_EQUAL(conf.listener[0].defaults.maps.count, CONF_MAPS_MAX);
	snprintf(many + strlen(many), sizeof(many) - strlen(many), ",1:99=91");
	snprintf(text, sizeof(text), SERVER LISTENER "map = %s\n", many);
	T_CHECK(strstr(read_text(text), "expected up to 16 of slot:number=talkgroup") != NULL);
}

T_CASE(a_map_has_each_talkgroup_once)
{
#define MAP(map) UPLINK_START "map = " map "\n"
#define UPLINK_START                                                                               \
	SERVER LISTENER "[uplink bm]\ntarget = master.example\nid = 2345678\n"                     \
			"callsign = N0CALL\npassphrase = kilo nine tango\n"
	T_TEXT(read_text(MAP("2:91 = 91, 1:91 = 235, 2:92 = 91")), "");
	T_TEXT(read_text(MAP("2:91 = 91, 1:235 = 235, 2:91 = 92")),
	       "f:11: map = 2:91 = 91, 1:235 = 235, 2:91 = 92: 2:91 is listed twice\n");
	T_TEXT(read_text(MAP("1:8 = 91,1:8 = 91")),
	       "f:11: map = 1:8 = 91,1:8 = 91: 1:8 is listed twice\n");
}

T_CASE(a_callsign_is_raised)
{
	T_TEXT(read_text(SERVER "callsign = g0Abc\n" LISTENER), "");
	T_TEXT(conf.server.callsign, "G0ABC");
}

T_CASE(what_must_be_there_is_missed)
{
	T_TEXT(read_text(""),
	       "f:1: no [server] section; expected one with id = and the server's number\n"
	       "f:1: no [listener NAME] section; expected at least one\n");
	T_TEXT(read_text("[server]\n\n[listener a]\nopen = yes\n"),
	       "f:1: [server] has no id; expected one such as id = 2345\n"
	       "f:3: [listener a] has no bind; expected one such as bind = [::]:62031\n");
}

T_CASE(announcements_are_checked)
{
	T_TEXT(read_text(SERVER LISTENER "[announcement news]\nrecording = 9991\nevery = 1m\n"
	                                 "listener = hotspots\n"),
	       "");
	T_EQUAL(conf.announcement_count, 1);
	T_EQUAL(conf.announcement[0].recording, 9991);
	T_EQUAL(conf.announcement[0].every_ms, 60000);
	T_EQUAL(conf.announcement[0].tg, 9);
	T_TEXT(conf.announcement[0].listener, "hotspots");
	T_TEXT(read_text(SERVER LISTENER "[announcement]\nrecording = 9990\nevery = 59s\n"
	                                 "[announcement a]\nrecording = 9999\nevery = 0\n"
	                                 "[announcement a]\nevery = 1h\nlistener = club\n"),
	       "f:6: [announcement] has no name; expected [announcement NAME]\n"
	       "f:7: recording = 9990: expected a number from 9991 to 9999\n"
	       "f:8: [announcement] every: expected at least 1m, or 0 for never\n"
	       "f:12: duplicate section [announcement a] (first on line 9)\n"
	       "f:12: [announcement a] has no recording; expected one such as recording = 9991\n"
	       "f:12: [announcement a]: there is no [listener club]\n");
}

T_CASE(a_text_is_utf_8_with_or_without_its_mark)
{
	static const char utf_16[] = "\xff\xfe[\0s\0]\0\n\0k\0=\0v\0\n";
	static const char late[] = SERVER LISTENER "name = a\0b\nfoo = 1\n";

	T_TEXT(read_text("\xef\xbb\xbf" SERVER LISTENER), "");
	T_EQUAL(conf.server.id, 2345);
	T_TEXT(read_text("\xef\xbb\xbf" SERVER LISTENER "foo = 1"),
	       "f:6: unknown key \"foo\" in [listener hotspots]\n");
	T_TEXT(read_octets(utf_16, sizeof(utf_16)), "f:1: NUL octet: expected a text in UTF-8\n");
	T_TEXT(read_octets(late, sizeof(late) - 1), "f:6: NUL octet: expected a text in UTF-8\n");
	T_TEXT(read_octets("\xef\xbb\xbf\0", 4), "f:1: NUL octet: expected a text in UTF-8\n");
}

T_CASE(lines_end_as_they_like)
{
	T_TEXT(read_text("[server]\r\nid = 2345\r\n[listener a]\r\nbind = [::]:62031\r\n"
	                 "passphrase = hotel mike nine"),
	       "");
	T_TEXT(conf.listener[0].passphrase, "hotel mike nine");
	T_TEXT(read_text("[server]\r\nid = 2345 \r\r\n" LISTENER),
	       "f:1: [server] has no id; expected one such as id = 2345\n"
	       "f:2: control character in the line\n");
}

T_CASE(a_peer_and_a_listener_bind_apart_in_either_order)
{
#define PEER "[peer uk]\nbind = [::]:62031\ntarget = uk.example\npassphrase = kilo nine tango\n"
	T_TEXT(read_text(SERVER LISTENER PEER),
	       "f:7: [peer uk]: [listener hotspots] on line 3 also binds [::]:62031\n");
	T_TEXT(read_text(SERVER PEER LISTENER),
	       "f:8: [listener hotspots]: [peer uk] on line 3 also binds [::]:62031\n");
}

T_CASE(nothing_may_stand_twice)
{
	T_TEXT(read_text(SERVER "id = 2346\n" LISTENER
	                        "[listener b]\nbind = [::]:62031\nopen = yes\n"
	                        "[listener hotspots]\nbind = [::]:62032\nopen = yes\nopen = no\n"
	                        "[server]\nid = 1234\n[client 2345678]\n[client 1234567]\n"
	                        "[client 2345678]\n"),
	       "f:3: duplicate key \"id\" in [server] (first set on line 2)\n"
	       "f:8: [listener b]: [listener hotspots] on line 4 also binds [::]:62031\n"
	       "f:10: duplicate section [listener hotspots] (first on line 4)\n"
	       "f:10: [listener hotspots]: the passphrase is empty; expected one of your own, or "
	       "open = yes\n"
	       "f:13: duplicate key \"open\" in [listener hotspots] (first set on line 12)\n"
	       "f:14: duplicate section [server] (first on line 1)\n"
	       "f:18: duplicate section [client 2345678] (another on line 16)\n");
}

T_CASE(names_of_sections)
{
	T_TEXT(read_text("[server x]\nid = 2345\n[listener]\nbind = [::1]:1\n"
	                 "[listener 0123456789012345678901234567890a]\nbind = [::1]:2\n[client]\n"
	                 "[listner a]\n[limits]\n[]\nx = 1\n[client 1234567 8]\ntimer = z\n"),
	       "f:1: [server] takes no name\n"
	       "f:3: [listener] has no name; expected [listener NAME]\n"
	       "f:5: [listener 0123456789012345678901234567890a]: expected a name of at most 31 "
	       "octets\n"
	       "f:7: [client]: expected an ID of 6 to 9 digits\n"
	       "f:8: unknown section [listner]; did you mean [listener]?\n"
	       "f:10: empty section name\n"
	       "f:12: expected [TYPE] or [TYPE NAME], the name without blanks\n");
}

T_CASE(thirty_two_listeners_and_no_more)
{
	char text[4096];
	struct text t = text_make(text, sizeof(text));

	text_put(&t, SERVER);
	for (unsigned i = 0; i < CONF_LISTENERS_MAX; i++)
		text_format(&t, "[listener l%u]\nbind = [::1]:%u\n", i, 1000 + i);
	T_TEXT(read_text(text), "");
	T_EQUAL(conf.listener_count, CONF_LISTENERS_MAX);
	text_put(&t, "[listener one-more]\nbind = [::1]:9\nrubbish = 1\n");
	T_TEXT(read_text(text), "f:67: more than 32 listeners\n");
}

T_CASE(a_passphrase_must_be_ones_own)
{
	static const struct {
		const char *keys;
		bool good;
	} rows[] = {
		{"bind = [::]:1\npassphrase = hotel mike nine", true},
		{"bind = [::]:1\npassphrase = passw0rd", false},
		{"bind = [::]:1\npassphrase = PASSWORD", false},
		{"bind = [::]:1\npassphrase =", false},
		{"bind = [::]:1", false},
		{"bind = 192.0.2.1:1\npassphrase = passw0rd", false},
		{"bind = 127.0.0.1:1\npassphrase = passw0rd", true},
		{"bind = 127.0.0.1:1", true},
		{"bind = [::1]:1", true},
		{"open = yes\nbind = [::]:1\npassphrase = passw0rd", true},
		{"bind = [::]:1\nopen = yes", true},
		{"bind = [::]:1\nopen = no", false},
	};
	char text[256];

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct text t = text_make(text, sizeof(text));
		text_format(&t, SERVER "[listener a]\n%s\n", rows[i].keys);
		const char *got = read_text(text);
		if ((*got == 0) != rows[i].good)
			t_fail(__FILE__, __LINE__, "%s: %s", rows[i].keys, got);
	}
}

T_CASE(a_client_s_passphrase_must_be_its_own)
{
	T_TEXT(read_text(SERVER LISTENER "[client 2345678]\npassphrase = passw0rd\n"),
	       "f:6: [client 2345678]: the passphrase is known from sample files; expected one of "
	       "your "
	       "own\n");
	T_TEXT(read_text(SERVER LISTENER "open = yes\n[client 2345678]\npassphrase = passw0rd\n"),
	       "");
	T_TEXT(read_text("[client 2345678]\npassphrase = passw0rd\n" SERVER
	                 "[listener a]\nbind = 127.0.0.1:1\n"),
	       "");
}

/* Servers use 20 octets of it, and not all of them count octets. */
T_CASE(a_peer_s_passphrase_is_the_same_for_both_servers)
{
#define TOLD "f:9: [peer bm]: "
	static const struct {
		const char *keys, *told;
	} rows[] = {
		{"obp\npassphrase = 12345678901234567890", ""},
		{"obp\npassphrase = 123456789012345678901\nfull-key = yes", ""},
		{"obp\npassphrase = 123456789012345678901",
	         TOLD "servers use only 20 octets of a passphrase; expected at most 20\n"},
		{"fbp\npassphrase = Stra\xc3\x9f"
	         "e",
	         TOLD "expected a passphrase of ASCII letters, digits and signs\n"},
		{"fbp\nfull-key = yes\npassphrase = kilo tango",
	         TOLD "full-key is for protocol = obp only\n"},
	};
	char text[256];

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct text t = text_make(text, sizeof(text));
		text_format(&t, SERVER LISTENER "[peer bm]\ntarget = 192.0.2.9:1\nprotocol = %s\n",
		            rows[i].keys);
		T_TEXT(read_text(text), rows[i].told);
	}
#undef TOLD
}

T_CASE(clients_are_sorted_and_found)
{
	T_TEXT(read_text(SERVER LISTENER "[client 234567801]\nnotes = exact\n[client 2345678]\n"
	                                 "notes = base\n[client 234567]\nnotes = repeater\n"),
	       "");
	T_EQUAL(conf.client_count, 3);
	T_TEXT(conf_client_find(&conf, 234567801)->notes, "exact");
	T_TEXT(conf_client_find(&conf, 2345678)->notes, "base");
	T_TEXT(conf_client_find(&conf, 23456780)->notes, "base");
	T_TEXT(conf_client_find(&conf, 234567802)->notes, "base");
	T_TEXT(conf_client_find(&conf, 234567)->notes, "repeater");
	T_CHECK(conf_client_find(&conf, 2345679) == NULL);
	T_CHECK(conf_client_find(&conf, 234567901) == NULL);
	T_CHECK(conf_client_find(&conf, 2345670) == NULL);    /* six digits cover no suffixes */
	T_CHECK(conf_client_find(&conf, 2345678012) == NULL); /* ten digits are not an owner's */
	T_CHECK(conf_client_find(&conf, 0) == NULL);
}

T_CASE(a_client_overrides_only_what_it_names)
{
	T_TEXT(read_text(SERVER LISTENER
	                 "static-1 = 91\nstatic-2 = 92\ndefault-dial = 93\ntimer = 5m\n"
	                 "[client 2345678]\nstatic-1 =\nhang-time = 1s\n"
	                 "[client 2345679]\nstatic-2 = 94\ndefault-dial = 0\nsingle = no\n"
	                 "timer = 0\n"),
	       "");
	struct session_defaults d = conf_defaults_for(&conf, &conf.listener[0], 234567801);
	T_EQUAL(d.statics[0].count, 0);
	T_CHECK(tg_list_has(&d.statics[1], 92));
	T_EQUAL(d.dial, 93);
	T_CHECK(d.single);
	T_EQUAL(d.timer_ms, 300000);
	T_EQUAL(d.hang_ms, 1000);
	d = conf_defaults_for(&conf, &conf.listener[0], 2345679);
	T_CHECK(tg_list_has(&d.statics[0], 91) && tg_list_has(&d.statics[1], 94));
	T_EQUAL(d.dial, 0);
	T_CHECK(!d.single);
	T_EQUAL(d.timer_ms, 0);
	T_EQUAL(d.hang_ms, 5000);
	d = conf_defaults_for(&conf, &conf.listener[0], 1234567);
	T_CHECK(tg_list_has(&d.statics[1], 92) && d.hang_ms == 5000);
}

T_CASE(the_passphrase_that_counts)
{
	bool anybody = true;

	T_TEXT(read_text(SERVER LISTENER
	                 "[listener free]\nbind = [::]:1\nopen = yes\n"
	                 "[listener known]\nbind = [::]:2\nopen = yes\npassphrase = passw0rd\n"
	                 "[listener near]\nbind = [::1]:3\n"
	                 "[client 2345678]\npassphrase = mine\n[client 2345679]\n"),
	       "");
	const struct conf_listener *l = conf.listener;
	T_TEXT(conf_passphrase_for(&conf, &l[0], 234567801, &anybody), "mine");
	T_CHECK(!anybody);
	T_TEXT(conf_passphrase_for(&conf, &l[0], 2345679, &anybody), "hotel mike nine");
	T_CHECK(!anybody);
	T_TEXT(conf_passphrase_for(&conf, &l[1], 2345678, &anybody), "mine");
	T_CHECK(!anybody);
	T_TEXT(conf_passphrase_for(&conf, &l[1], 1234567, &anybody), "");
	T_CHECK(anybody);
	T_TEXT(conf_passphrase_for(&conf, &l[2], 1234567, &anybody), "passw0rd");
	T_CHECK(!anybody);
	T_TEXT(conf_passphrase_for(&conf, &l[3], 1234567, &anybody), "");
	T_CHECK(!anybody);
}

T_CASE(a_page_for_others_needs_a_token_or_a_list)
{
	static const struct {
		const char *report, *complaint;
	} rows[] = {
		{"http =\n", ""},
		{"http = [::1]\n", ""},
		{"http = [::]:80\nhttp-allow = 10.0.0.0/8\n", ""},
		{"http = 192.0.2.1\nhttp-token = kilo-tango.4_~\n", ""},
		{"http = [::]:80\n",
	         "f:7: http is not on loopback; expected http-allow or http-token as well\n"},
		{"http-token = kilo-tango-4\n", ""},
		{"http-token = kilo-tango4\n", "f:7: http-token: expected at least 12 octets\n"},
		{"http-token = kilo tango four\n",
	         "f:7: http-token: expected letters, digits and the signs - . _ ~\n"},
		{"http-allow = 10.0.0.1/8\n",
	         "f:7: http-allow = 10.0.0.1/8: expected up to 16 addresses or networks such as "
	         "192.168.0.0/16\n"},
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		char buf[400];
		struct text t = text_make(buf, sizeof(buf));
		text_put(&t, SERVER LISTENER "[report]\n");
		text_put(&t, rows[i].report);
		T_TEXT(read_text(buf), rows[i].complaint);
	}
}

T_CASE(what_is_printed_reads_the_same)
{
	char first[8192];
	struct text t = text_make(first, sizeof(first));

	T_TEXT(read_text(SERVER "name = \"a ; b\"\n" LISTENER
	                        "static-2 = 91,92\nclients = deny 1-5\ntimer = 90s\n"
	                        "[client 2345678]\nstatic-1 =\nsingle = no\nnotes = x\n"
	                        "[uplink bm]\ntarget = 192.0.2.9:62031\nid = 234567899\n"
	                        "map = 2:91=91, 1:7=235\n"
	                        "[announcement a]\nrecording = 9992\nevery = 2h\n"
	                        "[report]\ncontrol =\n"),
	       "");
	text_put(&t, printed());
	T_TEXT(read_text(first), "");
	T_TEXT(printed(), first);
	T_CHECK(strstr(first, "[uplink bm]\n") && strstr(first, "map = 2:91=91, 1:7=235\n"));
	T_CHECK(strstr(first, "[client 2345678]\nnotes = x\nstatic-1 =\nsingle = no\n"));
	T_CHECK(strstr(first, "[announcement a]\nrecording = 9992\nevery = 2h\n"));
}

/* Is `secret` anywhere in the object? */
static bool holds(const void *object, size_t size, const char *secret)
{
	size_t len = strlen(secret);

	for (size_t i = 0; i + len <= size; i++)
		if (memcmp((const char *)object + i, secret, len) == 0)
			return true;
	return false;
}

T_CASE(secrets_are_never_printed)
{
	T_TEXT(read_text(SERVER LISTENER "[client 2345678]\npassphrase = quebec seven\n"), "");
	T_CHECK(strstr(printed(), "passphrase = (hidden)"));
	T_CHECK(!strstr(printed(), "mike") && !strstr(printed(), "quebec"));
	/* Nor in what is said about faults in and around them. */
	char text[512];
	struct text t = text_make(text, sizeof(text));
	text_put(&t, SERVER LISTENER "passphrase = ");
	for (unsigned i = 0; i < CONF_PASSPHRASE_MAX; i++)
		text_char(&t, 'Q');
	text_put(&t, "\npasphrase = QQQ\n[client 2345678]\npassphrase = \"QQQ\n[client 1234567]\n"
	             "passphrase = hotspot\n[lstener QQ]\n");
	read_text(text);
	T_CHECK(strstr(complaints, "f:6: duplicate key \"passphrase\""));
	T_CHECK(strstr(complaints, "f:6: passphrase: expected at most 127 octets\n"));
	T_CHECK(!strstr(complaints, "mike") && !strchr(complaints, 'Q'));
	T_CHECK(!strstr(complaints, "= hotspot"));
}

T_CASE(each_process_forgets_what_the_other_needs)
{
	T_TEXT(read_text(SERVER LISTENER
	                 "[report]\nmqtt-password = delta echo\nhttp-token = kilo-tango-four\n"),
	       "");
	conf_forget_passphrases(&conf);
	T_CHECK(!holds(&conf, sizeof(conf), "mike"));
	T_TEXT(conf.report.mqtt_password, "delta echo");
	T_TEXT(conf.report.http_token, "kilo-tango-four");
	T_TEXT(read_text(SERVER LISTENER
	                 "[report]\nmqtt-password = delta echo\nhttp-token = kilo-tango-four\n"),
	       "");
	conf_forget_report_secrets(&conf);
	T_CHECK(holds(&conf, sizeof(conf), "mike"));
	T_CHECK(!holds(&conf, sizeof(conf), "delta") && !holds(&conf, sizeof(conf), "tango-four"));
}

/* An option string may hold one: PASS. */
T_CASE(the_options_of_an_uplink_are_a_secret_of_voice)
{
	T_TEXT(read_text(SERVER LISTENER "[uplink up]\ntarget = 192.0.2.9\nid = 234567899\n"
	                                 "map = 2:91=91\noptions = PASS=sierra\n"),
	       "");
	conf_forget_report_secrets(&conf);
	T_CHECK(holds(&conf, sizeof(conf), "sierra"));
	conf_forget_passphrases(&conf);
	T_CHECK(!holds(&conf, sizeof(conf), "sierra"));
}

T_CASE(forgotten_secrets_are_gone)
{
	T_TEXT(read_text(SERVER LISTENER "[client 2345678]\npassphrase = quebec seven\n"), "");
	T_CHECK(holds(&conf, sizeof(conf), "hotel mike nine"));
	T_CHECK(holds(conf.client, sizeof(*conf.client), "quebec seven"));
	conf_forget_secrets(&conf);
	T_CHECK(!holds(&conf, sizeof(conf), "mike"));
	T_CHECK(!holds(conf.client, sizeof(*conf.client), "quebec"));
	T_EQUAL(conf.listener_count, 1);
	T_EQUAL(conf.client[0].id, 2345678);
	read_text("[server]\n" LISTENER);
	T_CHECK(!holds(&conf, sizeof(conf), "mike"));
}

T_CASE(sample_passphrases_are_known)
{
	T_CHECK(conf_passphrase_is_sample("") && conf_passphrase_is_sample("passw0rd"));
	T_CHECK(conf_passphrase_is_sample("Passw0rd") && conf_passphrase_is_sample("s3cr37w0rd"));
	T_CHECK(conf_passphrase_is_sample("kilo tango four"));
	T_CHECK(!conf_passphrase_is_sample("passw0rd1") &&
	        !conf_passphrase_is_sample("correct horse"));
}

T_CASE(strange_octets_are_told_cleanly)
{
	static const char nul[] = SERVER LISTENER "open = y\0s\n";

	T_CHECK(strstr(read_octets(nul, sizeof(nul) - 1), "f:6: NUL octet"));
	T_TEXT(read_text(SERVER LISTENER "op\xe9n = y\nopen = \xff\n"),
	       "f:6: unknown key \"op\xc3\xa9n\" in [listener hotspots]; did you mean \"open\"?\n"
	       "f:7: open = \xc3\xbf: expected yes or no\n");
}

T_CASE(every_prefix_is_read)
{
	static const char text[] =
		SERVER LISTENER "[client 2345678]\nstatic-1 = 91\n[report]\ncontrol = x\n";

	for (size_t len = 0; len < sizeof(text); len++)
		(void)read_octets(text, len);
	conf_release(&conf);
	conf_release(&conf);
}

#define UPLINK(more) "[uplink bm]\ntarget = 192.0.2.9\nid = 234567899\n" more

#define TARGETS(list) "[uplink bm]\ntarget = " list "\nid = 234567899\nmap = 2:91=91\n"
#define BAD_TARGET(list)                                                                           \
	"f:7: target = " list                                                                      \
	": expected an address or a name with a port, such as master.example:62031\n"

T_CASE(uplinks_are_read_and_checked)
{
	static const struct {
		const char *text, *told;
	} rows[] = {
		{UPLINK("map = 2:91=91\n"), ""},
		{UPLINK("map = 2:9=91\nprotocol = xlx\nmodule = D\n"), ""},
		{TARGETS("192.0.2.9 , a.example:7,[2001:db8::1]:8,b"), ""},
		{TARGETS("a,b,c,d,e"), BAD_TARGET("a,b,c,d,e")},
		{TARGETS("a,,b"), BAD_TARGET("a,,b")},
		{TARGETS("a,"), BAD_TARGET("a,")},
		{TARGETS("a,b c"), BAD_TARGET("a,b c")},
		{TARGETS("a,192.0.2.9:0"), BAD_TARGET("a,192.0.2.9:0")},
		{UPLINK(""), "f:6: [uplink bm] has no map; expected one such as "
	                     "map = 2:91=91, 1:235=235\n"},
		{UPLINK("map = 2:9=91\nprotocol = xlx\n"),
	         "f:6: [uplink bm]: expected module = and a letter from A to Z\n"},
		{UPLINK("map = 2:9=91\nprotocol = xlx\nmodule = d\n"),
	         "f:11: [uplink bm]: expected module = and a letter from A to Z\n"},
		{UPLINK("map = 1:9=91\nprotocol = xlx\nmodule = D\n"),
	         "f:9: [uplink bm]: expected map = 2:9 = and one talkgroup\n"},
		{UPLINK("map = 2:91=91\nprotocol = xlx\nmodule = D\n"),
	         "f:9: [uplink bm]: expected map = 2:9 = and one talkgroup\n"},
		{UPLINK("map = 2:9=91, 2:8=92\nprotocol = xlx\nmodule = D\n"),
	         "f:9: [uplink bm]: expected map = 2:9 = and one talkgroup\n"},
		{UPLINK("map = 2:91=91\npassphrase = m\xc3\xbcller\n"),
	         "f:10: [uplink bm]: expected a passphrase of ASCII letters, digits and signs\n"},
		{"[uplink bm]\nid = 234567899\nmap = 2:91=91\n",
	         "f:6: [uplink bm] has no target; expected one such as target = "
	         "master.example:62031\n"},
		{UPLINK("map = 2:91=91\nprotocol = obp\n"),
	         "f:10: protocol = obp: expected hbp or xlx\n"},
		{UPLINK("map = 2:91=91\n") UPLINK("map = 2:91=91\n"),
	         "f:10: duplicate section [uplink bm] (first on line 6)\n"},
		{UPLINK("map = 2:91=91\n") "[peer bm]\npassphrase = hotel mike\n",
	         "f:6: [uplink bm]: [peer bm] has the same name\n"},
		{"[uplink bm]\ntarget = a b\nid = 234567899\nmap = 2:91=91\n",
	         "f:7: target = a b: expected an address or a name with a port, such as "
	         "master.example:62031\n"},
	};
	char text[512];

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		snprintf(text, sizeof(text), "%s%s", SERVER LISTENER, rows[i].text);
		T_TEXT(read_text(text), rows[i].told);
	}
}

T_CASE(neighbours_are_checked)
{
#define BOUND "[peer uk]\nbind = 192.0.2.1:62044\n"
	static const struct {
		const char *text, *told;
	} rows[] = {
		{BOUND "passphrase = kilo nine tango\n", ""},
		{BOUND "passphrase = kilo nine tango\ntarget = a b\n",
	         "f:9: target = a b: expected an address or a name with a port, such as "
	         "server.example:62044\n"},
		{BOUND, "f:6: [peer uk] has no passphrase; expected one such as passphrase = kilo "
	                "tango four\n"},
		{BOUND "passphrase =\n",
	         "f:8: [peer uk]: the passphrase is empty; expected one of your own\n"},
		{BOUND "passphrase = passw0rd\n",
	         "f:8: [peer uk]: the passphrase is known from sample "
	         "files; expected one of your own\n"},
		{"[peer uk]\nbind = 127.0.0.1:62044\npassphrase = passw0rd\n", ""},
		{BOUND "passphrase = m\xc3\xbcller\n",
	         "f:8: [peer uk]: expected a passphrase of ASCII letters, digits and signs\n"},
		{BOUND "passphrase = a\tb\n",
	         "f:8: [peer uk]: expected a passphrase of ASCII letters, digits and signs\n"},
		{BOUND "passphrase = twenty octets, or more\n",
	         "f:8: [peer uk]: servers use only 20 octets of a passphrase; expected at most "
	         "20\n"},
		{BOUND "passphrase = twenty octets, or more\nprotocol = obp\nfull-key = yes\n", ""},
		{BOUND "passphrase = twenty octets\nfull-key = yes\n",
	         "f:9: [peer uk]: full-key is for protocol = obp only\n"},
		{"[limits]\npeers = 1\n" BOUND "passphrase = kilo nine tango\n"
	         "[peer de]\nbind = 192.0.2.1:62044\npassphrase = kilo nine tango\n",
	         "f:11: more peers than [limits] peers = 1 allows\n"},
	};
	char text[512];

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		snprintf(text, sizeof(text), "%s%s", SERVER LISTENER, rows[i].text);
		T_TEXT(read_text(text), rows[i].told);
	}
}

T_CASE(an_indented_header_that_is_wrong_begins_a_section)
{
	T_TEXT(read_text(SERVER LISTENER " \t[report\nnonsense = 1\n"),
	       "f:6: missing ] after the section\n");
	T_TEXT(read_text("[server]\nid = 2345\n[listener a]\npassphrase = kilo nine\n[peer uk]\n"
	                 "bind = 192.0.2.1:62044\npassphrase = kilo nine\n"),
	       "f:3: [listener a] has no bind; expected one such as bind = [::]:62031\n");
	T_TEXT(read_text(SERVER "state = /var/lib/freedmr/state\n" LISTENER
	                        "[report]\nself-care = yes\n"),
	       "");
}

/* A name is as long as the system resolves it. */
T_CASE(a_name_has_253_octets_and_no_more)
{
	char text[600], name[CONF_HOST_MAX + 1];

	memset(name, 'a', CONF_HOST_MAX);
	for (unsigned cut = 0; cut < 2; cut++) {
		name[CONF_HOST_MAX - cut] = 0;
		snprintf(text, sizeof(text), SERVER LISTENER "[report]\nmqtt = %s\n", name);
		T_CHECK((*read_text(text) == 0) == (cut == 1));
	}
}

T_CASE(neighbours_have_sixty_four_sockets)
{
	static char text[16384];

	for (unsigned count = CONF_PEER_BINDS_MAX; count <= CONF_PEER_BINDS_MAX + 1; count++) {
		struct text t = text_make(text, sizeof(text));
		text_put(&t, SERVER LISTENER "[limits]\npeers = 100\n");
		for (unsigned i = 0; i < count; i++)
			text_format(&t, "[peer p%u]\nbind = 192.0.2.1:%u\npassphrase = kilo nine\n",
			            i, 1000 + i);
		text_put(&t, "[peer again]\nbind = 192.0.2.1:1000\npassphrase = kilo nine\n");
		read_text(text);
		T_CHECK(strstr(complaints, "peers with more than 64 different binds")
		                ? count > CONF_PEER_BINDS_MAX
		                : count == CONF_PEER_BINDS_MAX && !*complaints);
	}
}

/* Each has a socket of its own behind all others, and the system chooses its port. */
T_CASE(uplinks_have_the_last_sockets)
{
	T_TEXT(read_text(SERVER LISTENER "[uplink bm]\ntarget = 192.0.2.9\nid = 234567899\n"
	                                 "map = 2:91=91, 1:235=2350\n"
	                                 "[peer uk]\npassphrase = hotel mike\n"
	                                 "[uplink two]\ntarget = master.example:7, "
	                                 "192.0.2.8:8, other.example\n"
	                                 "id = 234567898\nmap = 1:8=8\n"),
	       "");
	T_EQUAL(conf.uplink_count, 2);
	T_EQUAL(conf.peer[0].socket, CONF_PEER_SOCKETS);
	T_EQUAL(conf.uplink[0].socket, CONF_UPLINK_SOCKETS);
	T_EQUAL(conf.uplink[1].socket, CONF_UPLINK_SOCKETS + 1);
	T_EQUAL(conf_socket_bind(&conf, CONF_UPLINK_SOCKETS + 1)->port, 0);
	T_CHECK(addr_is_any(conf_socket_bind(&conf, CONF_UPLINK_SOCKETS + 1)));
	T_CHECK(!conf_socket_bind(&conf, 3) && !conf_socket_bind(&conf, CONF_UPLINK_SOCKETS + 2));
	T_CHECK(conf_socket(&conf, 0).user == USER_LISTENER);
	T_CHECK(conf_socket(&conf, CONF_PEER_SOCKETS).user == USER_PEERS);
	T_CHECK(conf_socket(&conf, CONF_UPLINK_SOCKETS + 1).user == USER_UPLINK &&
	        conf_socket(&conf, CONF_UPLINK_SOCKETS + 1).index == 1);
	const struct conf_target *first = conf.uplink[0].targets, *second = conf.uplink[1].targets;
	T_EQUAL(first[0].address.port, CONF_UPLINK_PORT_DEFAULT);
	T_EQUAL(first[1].address.port, 0);
	T_EQUAL(second[0].address.port, 7);
	T_TEXT(second[0].host, "master.example");
	T_EQUAL(second[1].address.port, 8);
	T_TEXT(second[1].host, "");
	T_EQUAL(second[2].address.port, CONF_UPLINK_PORT_DEFAULT);
	T_TEXT(second[2].host, "other.example");
	T_EQUAL(second[3].address.port, 0);
	T_EQUAL(conf.uplink[0].map.count, 2);
	T_EQUAL(conf.uplink[0].map.entry[1].conference, 2350);
	T_EQUAL(conf.uplink[0].transit.count, 0);
}

/* Each row: as written, the name to be resolved, the port; 0 = a fault. */
T_CASE(a_broker_has_an_address_or_a_name)
{
	static const struct {
		const char *written, *host;
		uint16_t port;
	} rows[] = {
		{"", "", 0},
		{"192.0.2.1:7", "", 7},
		{"[2001:db8::1]", "", 1883},
		{"broker.local", "broker.local", 1883},
		{"broker.local:8", "broker.local", 8},
		{"broker.local:", NULL, 0},
		{"broker.local:65536", NULL, 0},
		{"mqtt://broker.local", NULL, 0},
		{"0.0.0.0:1883", NULL, 0},
		{"two, brokers", NULL, 0},
	};
	char text[256], fault[256];

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		const char *s = rows[i].written;
		snprintf(text, sizeof(text), SERVER LISTENER "[report]\nmqtt = %s\n", s);
		snprintf(fault, sizeof(fault),
		         "f:7: mqtt = %s: expected an address or a name with a port, such as "
		         "127.0.0.1:1883\n",
		         s);
		T_TEXT(read_text(text), rows[i].host ? "" : fault);
		if (!rows[i].host)
			continue;
		T_TEXT(conf.report.broker.host, rows[i].host);
		T_EQUAL(conf.report.broker.address.port, rows[i].port);
	}
}

T_MAIN()
