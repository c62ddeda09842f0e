#include "command/import_read.h"

#include "command/import.h"
#include "face.h"
#include "harness/t.h"

#define DEFAULT "\"default\": {\"passphrase\": \"lima\"}"

struct row {
	const char *text, *out, *note; /* the end of what is written, and what is among the notes */
};

static void rows_are(const struct row *rows, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		T_EQUAL(face_run_on(import_main, "import", rows[i].text), 0);
		size_t len = strlen(face_out), wanted = strlen(rows[i].out);
		T_TEXT(face_out + (len < wanted ? 0 : len - wanted), rows[i].out);
		T_CHECK(strstr(face_err, rows[i].note));
	}
}

T_CASE(the_socket_is_of_version_four_where_six_differs)
{
	static const struct row rows[] = {
		{"{\"global\": {\"bind_ipv4\": \"192.0.2.1\", \"disable_ipv6\": false},\n"
	         "\"repeater_configurations\": {" DEFAULT "}}",
	         "\n[listener hotspots]\nbind = 192.0.2.1:62031\npassphrase = lima\n", ""},
		{"{\"global\": {\"bind_ipv6\": \"::1\", \"disable_ipv6\": false, \"port_ipv4\": "
	         "62040},\n"
	         "\"repeater_configurations\": {" DEFAULT "}}",
	         "\n[listener hotspots]\nbind = 0.0.0.0:62040\npassphrase = lima\n", ""},
		{"{\"repeater_configurations\": {" DEFAULT "}}",
	         "\n[listener hotspots]\nbind = 0.0.0.0:62031\npassphrase = lima\n", ""},
	};

	rows_are(rows, ARRAY_LEN(rows));
}

T_CASE(without_defaults_users_get_a_password)
{
	T_EQUAL(face_run_on(import_main, "import", "{\"global\":\n{}}"), 0);
	T_CHECK(strstr(face_err, "FILE:2: PASSPHRASE of [hotspots]: was empty: all users of "
	                         "0.0.0.0:62031 now have to enter the password "));
}

T_CASE(patterns_become_clients_where_they_have_numbers)
{
	static const struct row rows[] = {
		{"{\"global\": {}, \"repeater_configurations\": {\"patterns\": [{\"name\": "
	         "\"a\"},\n"
	         "{\"name\": \"b\", \"match\": {\"ids\": [310001]}},\n"
	         "{\"name\": \"c\", \"match\": {\"ids\": [310002]}, \"config\": {\"passphrase\": "
	         "\" kilo\"}},\n"
	         "{\"match\": {\"ids\": [310003]}, \"config\": {\"passphrase\": \"kilo "
	         "\"}}],\n" DEFAULT "}}",
	         "passphrase = lima\n\n[client 310002]\npassphrase = \" kilo\"\n\n[client 310003]\n"
	         "passphrase = \"kilo \"\n",
	         ""},
		{"{\"global\": {}, \"repeater_configurations\": {\"patterns\": [\n{\"name\": "
	         "\"a\",\n"
	         "\"match\": {\"id_ranges\": [[310003, 310001]]}, \"config\": {}}],\n" DEFAULT "}}",
	         "passphrase = lima\n", "FILE:2: a: too many IDs"},
		{"{\"global\": {}, \"repeater_configurations\": {\"patterns\": [\n{\"name\": "
	         "\"a\",\n"
	         "\"match\": {\"ids\": [310001, \"x\"]}, \"config\": {}}],\n" DEFAULT "}}",
	         "passphrase = lima\n", "FILE:2: a: too many IDs"},
		{"{\"global\": {}, \"repeater_configurations\": {\"patterns\": [\n"
	         "{\"match\": {\"ids\": [310001], \"callsigns\": [\"G0*\"]}, \"config\": "
	         "{}}],\n" DEFAULT "}}",
	         "passphrase = lima\n\n[client 310001]\n",
	         "FILE:2: a pattern: callsigns cannot be matched here"},
	};

	rows_are(rows, ARRAY_LEN(rows));
}

/* What repeaters of one pattern have in common is noted once; others may begin in the same line. */
T_CASE(sections_of_one_line_have_notes_of_their_own)
{
	static const struct row rows[] = {
		{"{\"global\": {}, \"repeater_configurations\": {\"patterns\": [{\"match\": "
	         "{\"ids\": "
	         "[310001]},\n\"config\": {\"slot1_talkgroups\": [1]}}, {\"match\": {\"ids\": "
	         "[310002]},\n\"config\": {\"slot1_talkgroups\": [1]}}], " DEFAULT "}}",
	         "\n[client 310001]\n\n[client 310002]\n",
	         "FILE:3: TS1_STATIC of [310002]: 1 was left out: cannot be a static talkgroup\n"},
		{"{\"global\": {}, \"repeater_configurations\": {\"patterns\": [{\"match\": "
	         "{\"ids\": "
	         "[310001]}, \"config\": {\"slot1_talkgroups\": [1]}}], " DEFAULT "}}",
	         "\n[client 310001]\n",
	         "FILE:1: TS1_STATIC of [310001]: 1 was left out: cannot be a static talkgroup\n"},
		{"{\"global\": {}, \"repeater_configurations\": {" DEFAULT "}, "
	         "\"openbridge_connections\": [{\"name\": \"Core\", \"target_ip\": \"192.0.2.9\", "
	         "\"passphrase\": \"12345678901234567890rest\"}]}",
	         "target = 192.0.2.9:62044\npassphrase = 12345678901234567890\n",
	         "FILE:1: PASSPHRASE of [Core]: cut to the first 20 octets; the rest was never "
	         "used\n"},
	};

	rows_are(rows, ARRAY_LEN(rows));
}

T_CASE(json_without_a_socket_and_defaults_is_of_something_else)
{
	static const char *const texts[] = {
		"{}", "{\"other\": {\"a\": 1}}",
		"{\"repeater_configurations\": {\"patterns\": [{\"match\": {\"ids\": [1]}}]}}"};

	for (size_t i = 0; i < ARRAY_LEN(texts); i++) {
		T_EQUAL(face_run_on(import_main, "import", texts[i]), 1);
		T_TEXT(face_out, "");
		T_TEXT(face_err, "freedmr: FILE: JSON, but not a configuration of HBlink4\n");
	}
}

T_MAIN()
