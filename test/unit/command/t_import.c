#include "command/import.h"

#include <stdbool.h>

#include "command/check.h"
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

/* Imports one text; its path is forgotten before the result is looked at. */
static int import(const char *text)
{
	char *path = face_path();
	FILE *f = fopen(path, "w");

	if (!f || fputs(text, f) < 0 || fclose(f) != 0)
		abort();
	int status = face_run(import_main, "import", path, NULL);
	face_forget(path);
	return status;
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
	                                    "timer = 0"};
	static const char *const told[] = {
		SAMPLE ":45: PASSPHRASE of [SYSTEM]: empty: a random one was made, "
		       "tell it your users",
		SAMPLE ":40: REPEAT of [SYSTEM]: calls go to who is subscribed, never to all",
		SAMPLE ":59: GENERATOR of [SYSTEM]: folded into one listener on one port",
		SAMPLE ":63: FOO of [SYSTEM]: no such key is known",
		SAMPLE ":69: PASSPHRASE of [PUBLIC]: everybody knows it: open = yes was set, "
		       "choose another",
		SAMPLE ":72: SUB_ACL of [PUBLIC]: not used: USE_ACL is off",
		SAMPLE ":73: [ECHO]: left out, the echo 9990 is built in",
		SAMPLE ":82: [XLX]: left out, it is not enabled"};

	T_EQUAL(face_run(import_main, "import", SAMPLE, NULL), 0);
	for (size_t i = 0; i < ARRAY_LEN(lines); i++)
		if (!has_line(face_out, lines[i]))
			t_fail(__FILE__, __LINE__, "no line \"%s\"", lines[i]);
	for (size_t i = 0; i < ARRAY_LEN(told); i++)
		if (!has_line(face_err, told[i]))
			t_fail(__FILE__, __LINE__, "not told \"%s\"", told[i]);
}

/* Every key of the sample is carried over or told: nothing goes silently. */
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
}

T_CASE(openbridge_of_version_one_and_long_passphrases)
{
	T_EQUAL(import("[GLOBAL]\nSERVER_ID: 2350\n[S]\nMODE: MASTER\nPASSPHRASE: kilo tango\n"
	               "[OBP-BM]\nMODE: OPENBRIDGE\nNETWORK_ID: 3102\nTARGET_IP: 192.0.2.9\n"
	               "PASSPHRASE: 12345678901234567890rest\nENHANCED_OBP: False\n"),
	        0);
	T_CHECK(has_line(face_out, "protocol = obp"));
	T_CHECK(has_line(face_out, "passphrase = 12345678901234567890"));
	T_CHECK(strstr(face_err, "only the first 20 octets ever counted"));
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
	T_CHECK(strstr(face_err, ":3: [S]: passphrase loses its quotes, which counted\n"));
	T_CHECK(!strstr(face_err, "kilo"));
	T_EQUAL(import("[GLOBAL]\nSERVER_ID: \"2350\"\n[S]\nMODE: MASTER\nPASSPHRASE: k\"i\n"),
	        0);
	T_CHECK(strstr(face_err, ":1: [GLOBAL]: id loses"));
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
	T_CHECK(strstr(face_err, ":2: not a key and a value\n"));
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
	T_CHECK(strstr(face_err, ":8: FOO of [A]: no such key is known\n"));
	T_CHECK(!strstr(face_err, "not a key"));
}

T_CASE(trouble_is_told)
{
	T_EQUAL(face_run(import_main, "import", NULL, NULL), 64);
	T_EQUAL(face_run(import_main, "import", "/nonexistent", NULL), 1);
	T_EQUAL(import("nonsense\n[S]\nMODE: MASTER\nPASSPHRASE: kilo\nTS2_STATIC: 91,9990,abc\n"),
	        1);
	T_CHECK(strstr(face_err, ":1: not a key and a value"));
	T_CHECK(strstr(face_err, "id = 9999 was written"));
	T_CHECK(strstr(face_err, "static-2"));
}

T_MAIN(T_ENTRY(a_server_of_freedmr_becomes_one_of_ours),
       T_ENTRY(what_comes_out_is_read_without_a_fault), T_ENTRY(old_grammar_is_read),
       T_ENTRY(hotspots_go_on_logging_in_where_the_proxy_was),
       T_ENTRY(openbridge_of_version_one_and_long_passphrases),
       T_ENTRY(addresses_of_version_six_are_read), T_ENTRY(quotes_do_not_go_silently),
       T_ENTRY(files_of_other_systems_are_read), T_ENTRY(a_long_line_is_one_line),
       T_ENTRY(trouble_is_told))
