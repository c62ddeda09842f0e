#include "command/doctor.h"

#include <sys/stat.h>

#include "face.h"
#include "harness/t.h"

#define SERVER "[server]\nid = 2345\n[report]\ncontrol = /nowhere/socket\n"

/* What it finds with a configuration of that text, which only its owner may read. */
static int doctor(const char *text)
{
	char *path = face_path();

	face_write(path, text, strlen(text));
	chmod(path, 0600);
	int status = FACE_RUN_APART(doctor_main, NULL, "doctor", "-c", path);
	for (char *at = face_out; (at = strstr(at, path)); at += strlen("FILE")) {
		memmove(at + strlen("FILE"), at + strlen(path), strlen(at + strlen(path)) + 1);
		memcpy(at, "FILE", strlen("FILE"));
	}
	face_forget(path);
	return status;
}

/* The line of a finding with the one below, which is how to mend it. */
static bool finds(const char *finding, const char *mend)
{
	char both[1024];

	snprintf(both, sizeof(both), "\n%s\n        %s\n", finding, mend);
	return strncmp(face_out, both + 1, strlen(both + 1)) == 0 || strstr(face_out, both);
}

T_CASE(faults_of_the_file_come_with_how_to_mend_them)
{
	T_EQUAL(doctor(SERVER "[listener a]\nbnd = 127.0.0.1:62031\nopen = yes\n"), 1);
	T_CHECK(finds("wrong FILE:6: unknown key \"bnd\" in [listener a]; did you mean \"bind\"?",
	              "sudo nano FILE && sudo freedmr check FILE"));
	T_CHECK(!strstr(face_out, "has no faults"));
	T_EQUAL(FACE_RUN_APART(doctor_main, NULL, "doctor", "-c", "/dev/null/x"), 1);
	T_CHECK(finds("wrong /dev/null/x: Not a directory", "sudo freedmr doctor -c /dev/null/x"));
	T_EQUAL(FACE_RUN_APART(doctor_main, NULL, "doctor", "-c", "/nowhere/x"), 1);
	T_CHECK(finds(
		"wrong /nowhere/x: No such file or directory; freedmr init writes a first one",
		"sudo freedmr init /nowhere/x"));
}

T_CASE(findings_without_a_remedy_are_one_line)
{
	(void)doctor(SERVER "[listener a]\nbind = 127.0.0.1:62031\nopen = yes\npassphrase =\n");
	T_CHECK(strncmp(face_out, "ok    FILE has no faults\n", 25) == 0);
	T_CHECK(finds(
		"hint  listener a only accepts clients on this machine; bind = [::]:62031 accepts "
		"others, too",
		"sudo nano FILE && sudo freedmr ctl -s /nowhere/socket reload"));
	T_CHECK(!strstr(face_out, "known from sample files"));
}

T_CASE(the_socket_of_the_service_needs_no_option)
{
	(void)doctor("[server]\nid = 2345\n[listener a]\nbind = 127.0.0.1:62031\n"
	             "passphrase = passw0rd\nopen = yes\n"
	             "[report]\ncontrol = /run/freedmr/control.sock\n");
	T_CHECK(finds(
		"wrong listener a has a passphrase that is known from sample files: choose another",
		"sudo nano FILE && sudo freedmr ctl reload"));
}

T_CASE(names_that_resolve_are_good_and_other_addresses_are_not_in_use)
{
	(void)doctor(SERVER "[listener a]\nbind = 192.0.2.1:62031\npassphrase = kilo tango\n"
	                    "[peer uk]\nprotocol = obp\nbind = 127.0.0.1:62044\n"
	                    "target = localhost:62044\nremote-id = 2340\npassphrase = lima mike\n");
	T_CHECK(strstr(face_out, "\nok    uk: localhost resolves\n"));
	T_CHECK(!strstr(face_out, "in use by another program"));
}

T_CASE(wrong_words_are_64)
{
	T_EQUAL(FACE_RUN_APART(doctor_main, NULL, "doctor", "-c"), 64);
	T_TEXT(face_err, doctor_usage);
	T_EQUAL(FACE_RUN_APART(doctor_main, NULL, "doctor", "--nonsense"), 64);
	T_EQUAL(FACE_RUN_APART(doctor_main, NULL, "doctor", "/etc/freedmr.conf"), 64);
	T_TEXT(face_out, "");
}

T_MAIN()
