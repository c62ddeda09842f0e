#include "command/import.h"

#include <stdbool.h>
#include <sys/stat.h>

#include "base/text.h"
#include "command/check.h"
#include "command/import_keys.h"
#include "face.h"
#include "harness/t.h"

#define SAMPLE "test/data/freedmr.cfg"

static bool has_line(const char *text, const char *line)
{
	size_t len = strlen(line);

	for (const char *at = text; (at = strstr(at, line)); at++)
		if ((at == text || at[-1] == '\n') && (at[len] == '\n' || at[len] == 0))
			return true;
	return false;
}

static int import(const char *text)
{
	return face_run_on(import_main, "import", text);
}

T_CASE(a_server_of_freedmr_becomes_one_of_ours)
{
	static const char *const lines[] = {"id = 2341",
	                                    "[peer obp-test]",
	                                    "protocol = fbp",
	                                    "target = 192.0.2.5:62044",
	                                    "passphrase = mypass",
	                                    "remote-id = 2342",
	                                    "talkgroups = deny 0-82,92-199",
	                                    "[listener system]",
	                                    "bind = [::]:62031",
	                                    "static-2 = 91,2350",
	                                    "timer = 60m",
	                                    "single = yes",
	                                    "hang-time = 5s",
	                                    "ident = yes",
	                                    "language = en_GB",
	                                    "clients = deny 1",
	                                    "subscribers = deny 1",
	                                    "[listener public]",
	                                    "bind = [::]:62040",
	                                    "passphrase = passw0rd",
	                                    "open = yes",
	                                    "timer = 0",
	                                    "[report]",
	                                    "legacy = 127.0.0.1:4321"};
	static const char *const told[] = {
		SAMPLE ":40: REPEAT of [SYSTEM]: calls go to subscribers, never to all",
		SAMPLE ":59: GENERATOR of [SYSTEM]: combined into one listener on one port",
		SAMPLE ":63: FOO of [SYSTEM]: unknown key",
		SAMPLE ":69: PASSPHRASE of [PUBLIC]: well known, so open = yes was set: choose "
		       "another one",
		SAMPLE ":72: SUB_ACL of [PUBLIC]: not used: USE_ACL is off",
		SAMPLE ":73: [ECHO]: left out, the echo on TG 9990 is built in",
		SAMPLE ":82: [XLX]: left out, not enabled"};
	static const char phrase[] = SAMPLE ":45: PASSPHRASE of [SYSTEM]: was empty: all users of "
					    "[::]:62031 now have to enter the "
					    "password ";

	T_EQUAL(face_run(import_main, "import", SAMPLE, NULL), 0);
	for (size_t i = 0; i < ARRAY_LEN(lines); i++)
		if (!has_line(face_out, lines[i]))
			t_fail(__FILE__, __LINE__, "no line \"%s\"", lines[i]);
	for (size_t i = 0; i < ARRAY_LEN(told); i++)
		if (!has_line(face_err, told[i]))
			t_fail(__FILE__, __LINE__, "not told \"%s\"", told[i]);
	T_CHECK(strstr(face_err, phrase));
}

/* Imports a file, and has what comes out checked. False: something is amiss. */
static bool imports(const char *option, const char *file)
{
	static char err[FACE_TEXT_MAX], out[FACE_TEXT_MAX];

	if (face_run(import_main, "import", option ? option : file, option ? file : NULL) != 0)
		return false;
	memcpy(err, face_err, sizeof(err));
	memcpy(out, face_out, sizeof(out));
	char *path = face_path();
	FILE *f = fopen(path, "w");
	if (!f || fputs(out, f) < 0 || fclose(f) != 0)
		abort();
	bool good = face_run(check_main, "check", path, NULL) == 0 && !*face_err;
	face_forget(path);
	memcpy(face_err, err, sizeof(err));
	memcpy(face_out, out, sizeof(out));
	return good;
}

/* All these lines are in what was written. */
static void lines_are(const char *const *lines, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (!has_line(face_out, lines[i]))
			t_fail(__FILE__, __LINE__, "no line \"%s\"", lines[i]);
}

T_CASE(a_server_of_hblink_becomes_one_of_ours)
{
	static const char *const lines[] = {"id = 9999",
	                                    "[peer obp-1]",
	                                    "bind = 0.0.0.0:62035",
	                                    "target = 192.0.2.4:62036",
	                                    "local-id = 2629100",
	                                    "[listener master-1]",
	                                    "bind = 0.0.0.0:54000",
	                                    "hang-time = 60s",
	                                    "[listener master-1-2]",
	                                    "bind = 0.0.0.0:54010",
	                                    "[listener d-aprs]",
	                                    "bind = [::]:54070",
	                                    "legacy = [::]:4322",
	                                    "legacy-allow = ::/0",
	                                    ";[uplink repeater-1]"};

	T_CHECK(imports(NULL, "test/data/hblink.cfg"));
	lines_are(lines, ARRAY_LEN(lines));
	T_CHECK(strncmp(face_err, "Needs your attention:\n", 22) == 0);
	T_CHECK(strstr(face_err, "[PARROT]: left out, the echo on TG 9990 is built in"));
	T_CHECK(strstr(face_err,
	               "set data-gateway in [server] to the ID that this program logs in with"));
	T_CHECK(!strstr(face_err, "shared word") && !strstr(face_err, "gate word"));
}

T_CASE(a_server_of_hblink4_becomes_one_of_ours)
{
	static const char *const lines[] = {"[listener hotspots]",
	                                    "bind = [::]:62032",
	                                    "passphrase = guest word",
	                                    "static-1 = 8",
	                                    "static-2 = 91",
	                                    "hang-time = 10s",
	                                    "clients = deny 1,2,315000-315999,316000-316009",
	                                    "[client 262001]",
	                                    "[client 262003]",
	                                    "[client 262100]",
	                                    "passphrase = hill word",
	                                    "[peer core]",
	                                    "protocol = obp",
	                                    "local-id = 2629900",
	                                    "bind = 0.0.0.0:62035",
	                                    "target = core.example.net:62036",
	                                    "talkgroups = permit 31,3120",
	                                    ";[uplink other]",
	                                    ";target = 192.0.2.77:62031"};

	T_CHECK(imports(NULL, "test/data/hblink4.json"));
	lines_are(lines, ARRAY_LEN(lines));
	T_CHECK(!strstr(face_out, "club word") && !strstr(face_out, "spare"));
	T_CHECK(strstr(face_err, "Club: callsigns cannot be matched here"));
	T_CHECK(strstr(face_err, "9 was left out: cannot be a static talkgroup"));
}

T_CASE(a_server_of_adn_becomes_one_of_ours)
{
	static const char *const lines[] = {
		"id = 26210",          "[listener system]", "bind = [::]:62031",
		"static-2 = 262,2621", "timer = 60m",       "single = no",
		"[peer obp-uk]",       "protocol = fbp",    "passphrase = shared word",
		"remote-id = 23401",   "relaxed = yes",     "legacy = 127.0.0.1:4321"};

	T_CHECK(imports(NULL, "test/data/adn.yaml"));
	lines_are(lines, ARRAY_LEN(lines));
	T_CHECK(strstr(face_err, "[ECHO]: left out"));
	T_CHECK(strstr(face_err, "now have to enter the password "));
}

T_CASE(who_wants_it_stays_open)
{
	T_CHECK(imports("--keep-open", SAMPLE));
	T_CHECK(has_line(face_out, "passphrase = ") && has_line(face_out, "open = yes"));
	T_CHECK(!strstr(face_err, "now enters"));
	T_CHECK(strstr(face_err, "left empty with open = yes: anyone can log in"));
}

/* What a person has to do is one list, and before the rest. */
T_CASE(what_needs_a_person_comes_first)
{
	T_CHECK(imports(NULL, SAMPLE));
	const char *rest = strstr(face_err, "\nLeft out or changed:\n");
	const char *ask = strstr(face_err, "PASSPHRASE of [SYSTEM]");
	const char *tell = strstr(face_err, "PATH of [GLOBAL]");
	T_CHECK(rest && ask && tell && ask < rest && rest < tell);
}

T_CASE(rules_are_answered_with_one_sentence)
{
	T_EQUAL(face_run(import_main, "import", "test/data/rules.py", NULL), 1);
	T_TEXT(face_out, "");
	T_CHECK(strstr(face_err, "test/data/rules.py: bridges need no rules"));
	T_EQUAL(face_run(import_main, "import", "test/data/hblink.cfg", "test/data/rules.py"), 0);
	T_CHECK(has_line(face_out, "[listener master-1]"));
	T_CHECK(strstr(face_err, "test/data/rules.py: bridges need no rules"));
}

T_CASE(what_the_server_would_refuse_is_a_comment)
{
	T_EQUAL(import("[GLOBAL]\nSERVER_ID: 2350\n[S]\nMODE: MASTER\nPASSPHRASE: kilo tango\n"
	               "SUB_ACL: DENY:1,x\n[T]\nMODE: MASTER\nPASSPHRASE: lima\n"),
	        0);
	T_CHECK(has_line(face_out, ";subscribers = deny 1,x"));
	T_CHECK(has_line(face_out, "[listener s]") && has_line(face_out, ";[listener t]"));
	T_CHECK(strstr(face_err, "\"subscribers\" was commented out: "));
	T_CHECK(!strstr(face_err, "lima"));
}

/* Said once, not once a round. */
T_CASE(without_a_master_there_is_nobody_to_serve)
{
	T_EQUAL(import("[GLOBAL]\nSERVER_ID: 2350\nSUB_ACL: DENY:1\n[O]\nMODE: OPENBRIDGE\n"
	               "TARGET_IP: 192.0.2.9\nPASSPHRASE: kilo\nNETWORK_ID: 3102\n"),
	        1);
	T_CHECK(strstr(face_err, "no section with MODE: MASTER is enabled"));
	T_CHECK(!strstr(face_err, "was commented out"));
	T_TEXT(face_out, "");
	T_EQUAL(import("[S]\nMODE: MASTER\nPORT: 0\nPASSPHRASE: kilo\n"), 1);
	const char *first = strstr(face_err, "no [listener NAME] section");
	T_CHECK(first && !strstr(first + 1, "no [listener NAME] section"));
}

T_CASE(a_peer_with_the_passphrase_of_the_sample_is_one_comment)
{
	T_EQUAL(import("[S]\nMODE: MASTER\nPASSPHRASE: kilo tango\n[O]\nMODE: OPENBRIDGE\n"
	               "TARGET_IP: 192.0.2.9\nPASSPHRASE: password\nNETWORK_ID: 3102\n"),
	        0);
	T_CHECK(has_line(face_out, ";[peer o]") && has_line(face_out, ";passphrase = password"));
	T_CHECK(strstr(face_err,
	               ":4: [O]: commented out: it has no passphrase, or a well-known one"));
	T_CHECK(!strstr(face_err, "\" was commented out"));
}

/* However many: the lists go on to their last line. */
T_CASE(long_lists_are_told_to_their_end)
{
	static char text[16384];
	struct text t = text_make(text, sizeof(text));

	text_put(&t, "[S]\nMODE: MASTER\nPASSPHRASE: kilo tango\n");
	for (unsigned i = 0; i < 250; i++)
		text_format(&t, "KEY_%u: %u\n", i, i);
	T_EQUAL(import(text), 0);
	T_CHECK(strstr(face_err, ":4: KEY_0 of [S]: "));
	T_CHECK(strstr(face_err, ":253: KEY_249 of [S]: "));
}

T_CASE(what_repeaters_of_one_pattern_share_is_told_once)
{
	T_EQUAL(import("{\"global\": {}, \"repeater_configurations\": {\"patterns\": [\n"
	               "{\"name\": \"a\", \"match\": {\"id_ranges\": [[310000, 310019]]},\n"
	               "\"config\": {\"passphrase\": \"kilo\", \"slot1_talkgroups\": [1, 8]}}],\n"
	               "\"default\": {\"passphrase\": \"lima\"}}}\n"),
	        0);
	const char *first = strstr(face_err, "of [310000]: 1 was left out");
	T_CHECK(first && !strstr(first + 20, "1 was left out"));
	T_CHECK(has_line(face_out, "[client 310019]"));
}

T_CASE(a_pattern_with_too_many_repeaters_gets_no_part_of_them)
{
	T_EQUAL(import("{\"global\": {}, \"repeater_configurations\": {\"patterns\": [\n"
	               "{\"name\": \"all\", \"match\": {\"id_ranges\": [[310000, 310999]]},\n"
	               "\"config\": {\"passphrase\": \"kilo\"}}],\n"
	               "\"default\": {\"passphrase\": \"lima\"}}}\n"),
	        0);
	T_CHECK(strstr(face_err, ":2: all: too many IDs"));
	T_CHECK(!strstr(face_out, "[client "));
}

T_CASE(dashboards_of_other_machines_call_on)
{
	T_EQUAL(import("[REPORTS]\nREPORT_CLIENTS: 10.0.0.1, 127.0.0.1\n[S]\nMODE: MASTER\n"
	               "PASSPHRASE: kilo tango\n"),
	        0);
	T_CHECK(has_line(face_out, "legacy = [::]:4321"));
	T_CHECK(has_line(face_out, "legacy-allow = 10.0.0.1, 127.0.0.1"));
	T_EQUAL(import("[REPORTS]\nREPORT: False\n[S]\nMODE: MASTER\nPASSPHRASE: kilo\n"), 0);
	T_CHECK(!strstr(face_out, "legacy"));
}

T_CASE(spoilt_json_and_yaml_are_told)
{
	static const char *const bad[] = {"{", "{\"global\": {\"a\": }}", "{\"a\": [[[1]]]}",
	                                  "{\"a\": \"b\n\"}", "{\"other\": {\"a\": 1}}"};

	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		T_EQUAL(import(bad[i]), 1);
		T_CHECK(strstr(face_err, "JSON"));
		T_TEXT(face_out, "");
	}
	T_EQUAL(import("GLOBAL:\n  SERVER_ID: 2341\nSYSTEMS:\n  S:\n    MODE: MASTER\n    - one\n"
	               "    PASSPHRASE: kilo  # two\n  odd: 1\n"),
	        0);
	T_CHECK(strstr(face_err, ":6: expected a key and a value") &&
	        strstr(face_err, ":8: not in a section"));
	T_CHECK(has_line(face_out, "passphrase = kilo"));
}

/* Every key of the sample is converted or listed: none is dropped silently. */
T_CASE(what_comes_out_is_read_without_a_fault)
{
	static char text[FACE_TEXT_MAX];

	T_EQUAL(face_run(import_main, "import", SAMPLE, NULL), 0);
	char *path = face_path();
	FILE *f = fopen(path, "w");
	if (!f || fputs(face_out, f) < 0 || fclose(f) != 0)
		abort();
	T_CHECK(face_read(path, text) > 500);
	T_EQUAL(face_run(check_main, "check", path, NULL), 0);
	T_TEXT(face_err, "");
	face_forget(path);
}

T_CASE(old_grammar_is_read)
{
	T_EQUAL(import("# comment\n; another\n[global]\nServer_Id = 2350\n\n[A b!]\nmode=MASTER\n"
	               "PASSPHRASE: a;b # c\nPORT:62100\nDEFAULT_REFLECTOR: False\n"
	               "DEFAULT_UA_TIMER: many\n"),
	        0);
	T_CHECK(has_line(face_out, "[listener a-b-]"));
	T_CHECK(has_line(face_out, "passphrase = \"a;b # c\""));
	T_CHECK(has_line(face_out, "default-dial = 0"));
	T_CHECK(strstr(face_err, ":11: DEFAULT_UA_TIMER of [A b!]: not a number of minutes"));
}

T_CASE(hotspots_go_on_logging_in_where_the_proxy_was)
{
	T_EQUAL(import("[GLOBAL]\nSERVER_ID: 2350\n[PROXY]\nListenPort = 62035\nTimeout = 30\n"
	               "[S]\nMODE: MASTER\nIP: 127.0.0.1\nPORT: 54000\nGENERATOR: 50\n"
	               "PASSPHRASE: kilo tango\n"),
	        0);
	T_CHECK(has_line(face_out, "bind = [::]:62035"));
	T_CHECK(strstr(face_err, ":5: TIMEOUT of [PROXY]: there is no proxy"));
	T_EQUAL(import("PROXY:\n  LISTEN_PORT: 62055\n  LISTEN_IP: \"192.0.2.3\"\n"
	               "  TARGET_SYSTEM: S\nSYSTEMS:\n  S:\n    MODE: MASTER\n"
	               "    PASSPHRASE: kilo tango\n    MAX_PEERS: 102\n  T:\n    MODE: MASTER\n"
	               "    PASSPHRASE: kilo tango\n    PORT: 62040\n"),
	        0);
	T_CHECK(has_line(face_out, "bind = 192.0.2.3:62055"));
	T_CHECK(has_line(face_out, "bind = [::]:62040"));
	T_CHECK(!strstr(face_err, "LISTEN_PORT"));
}

/* HBlink3 of 2026 has other words for the same. */
T_CASE(servers_and_outbound_are_masters_and_peers)
{
	T_EQUAL(import("[GLOBAL]\nSERVER_ID: 2350\n[S]\nMODE: SERVER\nPASSPHRASE: kilo tango\n"
	               "MAX_REPEATERS: 10\n[O]\nMODE: OUTBOUND\nSERVER_IP: 192.0.2.7\n"
	               "SERVER_PORT: 54000\nRADIO_ID: 312000\nPASSPHRASE: kilo\n"),
	        0);
	T_CHECK(has_line(face_out, "[listener s]"));
	T_CHECK(has_line(face_out, ";target = 192.0.2.7:54000"));
	T_CHECK(!strstr(face_err, "unknown key"));
}

T_CASE(openbridge_of_version_one_and_long_passphrases)
{
	T_EQUAL(import("[GLOBAL]\nSERVER_ID: 2350\n[S]\nMODE: MASTER\nPASSPHRASE: kilo tango\n"
	               "[OBP-BM]\nMODE: OPENBRIDGE\nNETWORK_ID: 3102\nTARGET_IP: 192.0.2.9\n"
	               "PASSPHRASE: 12345678901234567890rest\nENHANCED_OBP: False\n"),
	        0);
	T_CHECK(has_line(face_out, "protocol = obp"));
	T_CHECK(has_line(face_out, "passphrase = 12345678901234567890"));
	T_CHECK(strstr(face_err, "cut to the first 20 octets"));
}

/* Version 5 of the frames, but no control packets: nothing would keep the link alive. */
T_CASE(openbridge_that_is_not_enhanced_has_no_keepalives)
{
	T_EQUAL(import("[GLOBAL]\nSERVER_ID: 2350\n[S]\nMODE: MASTER\nPASSPHRASE: kilo tango\n"
	               "[OBP-UK]\nMODE: OPENBRIDGE\nNETWORK_ID: 2340\nTARGET_IP: 192.0.2.9\n"
	               "PASSPHRASE: kilo\nENHANCED_OBP: False\nPROTO_VER: 5\n"),
	        0);
	T_CHECK(has_line(face_out, "protocol = fbp"));
	T_CHECK(has_line(face_out, "keepalive = no"));
}

T_CASE(addresses_of_version_six_are_read)
{
	T_EQUAL(import("[GLOBAL]\nSERVER_ID: 2350\n[S]\nMODE: MASTER\nIP: ::\n"
	               "PASSPHRASE: kilo tango\n[O]\nMODE: OPENBRIDGE\nIP: [::1]\n"
	               "TARGET_IP: 2001:db8::1\nPASSPHRASE: kilo\nNETWORK_ID: 3102\n"),
	        0);
	T_CHECK(has_line(face_out, "bind = [::]:62031"));
	T_CHECK(has_line(face_out, "bind = [::1]:62044"));
	T_CHECK(has_line(face_out, "target = [2001:db8::1]:62044"));
}

T_CASE(quotes_do_not_go_silently)
{
	T_EQUAL(import("[GLOBAL]\nSERVER_ID: 2350\n[S]\nMODE: MASTER\n"
	               "PASSPHRASE: \"kilo tango\"\n"),
	        0);
	T_CHECK(strstr(face_err,
	               ":3: [S]: passphrase quotes removed, which were part of the value\n"));
	T_CHECK(!strstr(face_err, "kilo"));
	T_EQUAL(import("[GLOBAL]\nSERVER_ID: \"2350\"\n[S]\nMODE: MASTER\nPASSPHRASE: k\"i\n"), 0);
	T_CHECK(strstr(face_err, "id = 9999 was set"));
	T_CHECK(!strstr(face_err, "passphrase"));
}

#define MASTER "MODE: MASTER\nPORT: 62031\nPASSPHRASE: hotel mike nine\n"

T_CASE(files_of_other_systems_are_read)
{
	T_EQUAL(import("\xef\xbb\xbf[GLOBAL]\r\nSERVER_ID: 2341\r\n[A]  # the first\r\n" MASTER
	               "TS2_STATIC: 91"),
	        0);
	T_TEXT(face_err, "");
	T_CHECK(has_line(face_out, "id = 2341") && has_line(face_out, "[listener a]"));
	T_CHECK(has_line(face_out, "static-2 = 91"));
	T_CHECK(import("[GLOBAL]\n\"") != 0);
	T_CHECK(strstr(face_err, ":2: expected a key and a value\n"));
	T_CHECK(face_run(import_main, "import", "/tmp", NULL) != 0);
	T_TEXT(face_err, "freedmr: /tmp: Is a directory\n");
}

T_CASE(a_long_line_is_one_line)
{
	static char text[8192] = "[GLOBAL]\nSERVER_ID: 2341\n[A]\n" MASTER "# ";
	size_t len = strlen(text);

	memset(text + len, '=', 6000);
	strcpy(text + len + 6000, "\nFOO: 1\n");
	T_EQUAL(import(text), 0);
	T_CHECK(strstr(face_err, ":8: FOO of [A]: unknown key\n"));
	T_CHECK(!strstr(face_err, "not a key"));
}

/* A rule that nobody understands would leave its key without a word. */
T_CASE(each_rule_does_something)
{
	static char buf[3][4096];
	char key[64] = "server_id", value[] = "PERMIT:1";
	struct import m = {.all = {NULL, 0}};

	T_CHECK(import_open(&m) && m.rules.count == PROXY + 1);
	for (enum stanza_kind kind = 0; kind < m.rules.count; kind++)
		for (size_t i = 0; i < m.rules.stanza[kind].count; i++) {
			struct entry e = {key, value, 1};
			struct stanza s = {"file", key, 1, &e, 1};
			text_copy(key, sizeof(key), m.rules.stanza[kind].entries[i].key);
			m.out = text_make(buf[0], sizeof(buf[0]));
			m.ask = text_make(buf[1], sizeof(buf[1]));
			m.tell = text_make(buf[2], sizeof(buf[2]));
			m.all = (struct stanzas){&s, 1};
			m.now = &s;
			import_keys(&m, kind);
			bool silent = m.out.len + m.ask.len + m.tell.len == 0;
			T_CHECK(silent == !m.rules.stanza[kind].entries[i].value[0]);
		}
	stanzas_release(&m.rules);
}

T_CASE(trouble_is_told)
{
	T_EQUAL(face_run(import_main, "import", NULL, NULL), 64);
	T_EQUAL(face_run(import_main, "import", "--nonsense", SAMPLE), 64);
	T_EQUAL(face_run(import_main, "import", "--keep-open", NULL), 64);
	T_EQUAL(face_run(import_main, "import", "/nonexistent", NULL), 1);
	T_EQUAL(import("nonsense\n[S]\nMODE: MASTER\nPASSPHRASE: kilo\nTS2_STATIC: 91,9990,abc\n"),
	        0);
	T_CHECK(strstr(face_err, ":1: expected a key and a value"));
	T_CHECK(strstr(face_err, "id = 9999 was set"));
	T_CHECK(has_line(face_out, "static-2 = 91"));
	T_CHECK(strstr(face_err, "9990 was left out: ") && strstr(face_err, "abc was left out: "));
}

/* A text with so many faults that the server would refuse, four or fewer for each of its masters.
 */
static const char *faulty(unsigned faults)
{
	static const char *const lists[] = {"SUB_ACL", "REG_ACL", "TGID_TS1_ACL", "TGID_TS2_ACL"};
	static char text[16384];
	struct text t = text_make(text, sizeof(text));

	for (unsigned i = 0; i < faults; i++) {
		if (i % 4 == 0)
			text_format(&t, "[M%u]\nMODE: MASTER\nPORT: %u\nPASSPHRASE: kilo\n", i,
			            62031 + i);
		text_format(&t, "%s: DENY:x\n", lists[i % 4]);
	}
	return text;
}

T_CASE(fifty_faults_become_comments_and_more_are_reported)
{
	unsigned comments = 0;

	T_EQUAL(import(faulty(50)), 0);
	for (const char *at = face_out; (at = strstr(at, "\n;")); at++)
		comments++;
	T_EQUAL(comments, 50);
	T_CHECK(!strstr(face_err, "result:"));
	T_EQUAL(import(faulty(52)), 1);
	T_TEXT(face_out, "");
	const char *left = strstr(face_err, "result:");
	T_CHECK(left && strstr(left + 1, "\nresult:"));
}

T_CASE(only_what_is_refused_becomes_a_comment)
{
	T_EQUAL(import("[GLOBAL]\nSERVER_ID: 2350\n[S]\nMODE: MASTER\nPASSPHRASE: kilo tango\n"
	               "[T]\nMODE: MASTER\nPASSPHRASE: lima\n[U]\nMODE: MASTER\nPORT: 62040\n"
	               "PASSPHRASE: mike\n"),
	        0);
	T_CHECK(strstr(face_out, "\n;[listener t]\n;bind = [::]:62031\n;passphrase = lima\n\n"
	                         "[listener u]\nbind = [::]:62040\npassphrase = mike\n"));
}

T_CASE(a_master_without_a_passphrase_is_like_one_with_an_empty_one)
{
	static const char text[] = "[GLOBAL]\nSERVER_ID: 2350\n[S]\nMODE: MASTER\n";
	T_EQUAL(import(text), 0);
	T_CHECK(strstr(face_err, "FILE:3: PASSPHRASE of [S]: was empty: all users of [::]:62031 "
	                         "now have to enter the password "));
	char *path = face_path();
	face_write(path, text, strlen(text));
	T_EQUAL(face_run(import_main, "import", "--keep-open", path), 0);
	T_CHECK(has_line(face_out, "passphrase = ") && has_line(face_out, "open = yes"));
	T_CHECK(strstr(face_err, ":3: PASSPHRASE of [S]: left empty with open = yes: anyone can "
	                         "log in\n"));
	face_forget(path);
}

/* It cannot be written, and so is a fault of the result like any other. */
T_CASE(a_quote_that_is_not_closed_becomes_a_comment)
{
	T_EQUAL(import("[GLOBAL]\nSERVER_ID: 2350\n[S]\nMODE: MASTER\nPASSPHRASE: \"kilo\n"
	               "[T]\nMODE: MASTER\nPORT: 62040\nPASSPHRASE: lima\n"),
	        0);
	T_CHECK(has_line(face_out, ";[listener s]") && has_line(face_out, ";passphrase = \"kilo"));
	T_CHECK(has_line(face_out, "[listener t]"));
	T_CHECK(strstr(face_err, "\"[listener s]\" was commented out: "));
}

T_CASE(names_are_cut_and_numbered)
{
	static char text[16384];
	struct text t = text_make(text, sizeof(text));
	unsigned last = 0;

	text_put(&t, "[GLOBAL]\nSERVER_ID: 2350\n[A name of more than thirty octets]\n"
	             "MODE: MASTER\nPASSPHRASE: kilo tango\n");
	for (unsigned i = 0; i < 101; i++)
		text_put(&t, "[O]\nMODE: OPENBRIDGE\n");
	T_EQUAL(import(text), 0);
	T_CHECK(has_line(face_out, "[listener a-name-of-more-than-thirty-]"));
	T_CHECK(has_line(face_out, ";[peer o]") && has_line(face_out, ";[peer o-2]"));
	for (const char *at = face_out; (at = strstr(at, ";[peer o-99]\n")); at++)
		last++;
	T_EQUAL(last, 3); /* comments, which may have one name */
}

/* The number that FreeDMR expects from the other side. */
T_CASE(enhanced_openbridge_is_of_freedmr)
{
	T_EQUAL(import("[S]\nMODE: MASTER\nPASSPHRASE: kilo tango\n[O]\nMODE: OPENBRIDGE\n"
	               "TARGET_IP: 192.0.2.9\nPASSPHRASE: lima\nENHANCED_OBP: True\n"
	               "NETWORK_ID: 3102\n"),
	        0);
	T_CHECK(has_line(face_out, "remote-id = 3102"));
}

T_CASE(the_grammar_is_that_of_the_first_line)
{
	static const struct {
		const char *text, *told;
		int status;
	} rows[] = {
		{"---\nSYSTEMS:\n  S:\n    MODE: MASTER\n    PASSPHRASE: kilo\n", "", 0},
		{"# of mine\nSYSTEMS: # all\n  S:\n    MODE: MASTER\n    PASSPHRASE: kilo\n", "",
	         0},
		{"BRIDGES = {\n", "FILE: bridges need no rules", 1},
		{"MODE: MASTER\n[S]\nMODE: MASTER\nPASSPHRASE: kilo\n",
	         "FILE:1: expected a key and a value\n", 0},
		{"# nothing\n", "no section with MODE: MASTER is enabled", 1},
		{"", "no section with MODE: MASTER is enabled", 1},
		{"SYSTEMS:", "no section with MODE: MASTER is enabled", 1},
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		T_EQUAL(import(rows[i].text), rows[i].status);
		T_CHECK(strstr(face_err, rows[i].told));
		T_EQUAL(has_line(face_out, "[listener s]"), rows[i].status == 0);
	}
}

/* Both sections begin in the first line of their file. */
T_CASE(several_files_are_one_configuration)
{
	static const char first[] = "[GLOBAL]\nSERVER_ID: 2350\n",
			  second[] = "[S]\nMODE: MASTER\nPASSPHRASE: kilo\nFOO: 1\n";
	char *path = face_path(), other[80];

	snprintf(other, sizeof(other), "%s.2", path);
	face_write(path, first, strlen(first));
	face_write(other, second, strlen(second));
	T_EQUAL(face_run(import_main, "import", path, other), 0);
	T_CHECK(has_line(face_out, "id = 2350") && has_line(face_out, "[listener s]"));
	T_CHECK(strstr(face_err, ".2:4: FOO of [S]: unknown key\n"));
	T_EQUAL(unlink(other), 0);
	T_EQUAL(face_run(import_main, "import", path, other), 1);
	T_CHECK(strstr(face_err, ".2: No such file or directory\n"));
	face_forget(path);
}

T_CASE(what_does_not_fit_is_reported)
{
	static char text[16384], name[2001];
	struct text t = text_make(text, sizeof(text));

	memset(name, 'n', sizeof(name) - 1);
	text_format(&t,
	            "{\"global\": {}, \"repeater_configurations\": {\"patterns\": [{\"match\": "
	            "{\"id_ranges\": [[310000, 310180]]}, \"config\": {\"description\": \"%s\"}}"
	            "]}}",
	            name);
	T_EQUAL(import(text), 1);
	T_TEXT(face_out, "");
	T_CHECK(strstr(face_err, "freedmr: the result is too long\n"));
	t = text_make(text, sizeof(text));
	text_format(&t, "[%s]\nMODE: MASTER\nPASSPHRASE: kilo tango\nTS1_STATIC: ", name);
	for (unsigned i = 0; i < 150; i++)
		text_put(&t, "x,");
	T_EQUAL(import(text), 0);
	T_CHECK(strstr(face_err, "freedmr: too many notes: some are not shown\n"));
	t = text_make(text, sizeof(text));
	text_format(&t, "[%s]\nMODE: MASTER\nPASSPHRASE: kilo tango\n", name);
	for (unsigned i = 0; i < 150; i++)
		text_format(&t, "KEY_%u: %u\n", i, i);
	T_EQUAL(import(text), 0);
	T_CHECK(strstr(face_err, "freedmr: too many notes: some are not shown\n"));
}

static const char *target;

/* Imports with another standard output: the target. */
static int import_to(int argc, char **argv)
{
	if (!freopen(target, "w", stdout))
		abort();
	return import_main(argc, argv);
}

/* A file that the shell created for everyone to read is closed to others, or gets nothing. */
T_CASE(passphrases_are_not_left_for_others_to_read)
{
	char *path = face_path(), copy[80];
	struct stat s;

	snprintf(copy, sizeof(copy), "%s.out", path);
	face_write(copy, "", 0);
	T_EQUAL(chmod(copy, 0644), 0);
	target = copy;
	T_EQUAL(FACE_RUN_APART(import_to, NULL, "import", SAMPLE), 0);
	T_EQUAL(stat(copy, &s), 0);
	T_EQUAL(s.st_mode & 07777, 0600);
	T_CHECK(s.st_size > 500);
	T_EQUAL(unlink(copy), 0);
	target = "/dev/null";
	T_EQUAL(FACE_RUN_APART(import_to, NULL, "import", SAMPLE), 0);
	target = "/proc/self/comm"; /* whose mode nobody may change */
	T_EQUAL(FACE_RUN_APART(import_to, NULL, "import", SAMPLE), 1);
	T_CHECK(strstr(face_err, "freedmr import: others could read the passphrases in that file: "
	                         "Operation not permitted\n"));
	face_forget(path);
}

T_MAIN()
