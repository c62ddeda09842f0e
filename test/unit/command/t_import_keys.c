#include "command/import_keys.h"

#include "command/import.h"
#include "face.h"
#include "harness/t.h"

#define TEN(text) text text text text text text text text text text

/* What precedes each row, in five lines, and what becomes of that without a note. */
#define FIVE "[GLOBAL]\nSERVER_ID: 2350\n[S]\nMODE: MASTER\nPASSPHRASE: kilo tango\n"
#define OURS "[server]\nid = 2350\n\n[listener s]\nbind = [::]:62031\npassphrase = kilo tango\n"
#define ASK "Needs your attention:\nFILE:6: "
#define TELL "Left out or changed:\nFILE:6: "

struct row {
	const char *text, *out, *notes;
};

static void rows_are(const struct row *rows, size_t count)
{
	static char all[FACE_TEXT_MAX];

	for (size_t i = 0; i < count; i++) {
		snprintf(all, sizeof(all), FIVE "%s", rows[i].text);
		T_EQUAL(face_run_on(import_main, "import", all), 0);
		T_EQUAL(strncmp(face_out, OURS, strlen(OURS)), 0);
		T_TEXT(face_out + strlen(OURS), rows[i].out);
		T_TEXT(face_err, rows[i].notes);
	}
}

T_CASE(keys_of_a_master_are_converted)
{
	static const struct row rows[] = {
		{"DEFAULT_REFLECTOR: 235\nSINGLE_MODE: on\nVOICE_IDENT: 1\n",
	         "default-dial = 235\nsingle = yes\nident = yes\n", ""},
		{"DEFAULT_REFLECTOR: 0\nSINGLE_MODE: yes\nVOICE_IDENT: off\n",
	         "default-dial = 0\nsingle = yes\nident = no\n", ""},
		{"TS1_STATIC: 1,,8, \nTS2_STATIC: 91 92\n", "static-1 = 8\nstatic-2 = 91,92\n",
	         ASK "TS1_STATIC of [S]: 1 was left out: cannot be a static talkgroup\n"},
		{"DEFAULT_UA_TIMER: 20000\n", "timer = 0\n",
	         TELL "DEFAULT_UA_TIMER of [S]: longer than a week: written as 0, which means "
	              "until unlinked\n"},
		{"GROUP_HANGTIME: 61\n", "hang-time = 60s\n",
	         TELL "GROUP_HANGTIME of [S]: longer than a minute: written as 60s\n"},
		{"GROUP_HANGTIME: x\n", "", ASK "GROUP_HANGTIME of [S]: not a number of seconds\n"},
		{"ANNOUNCEMENT_LANGUAGE:\nTS2_STATIC:\n", "", ""},
		{TEN("ABCDEFGH") ": 1\n", "",
	         TELL "ABCDEFGHABCDEFGHABCDEFGHABCDEFGHABCDEFGHABCDEFGHABCDEFGHABCDEFG of [S]: "
	              "unknown key\n"},
	};

	rows_are(rows, ARRAY_LEN(rows));
}

/* As in FreeDMR, whatever is not PERMIT denies. */
T_CASE(access_lists_are_converted_where_they_are_used)
{
	static const struct row rows[] = {
		{"SUB_ACL: PERMIT:1,5-9\n", "subscribers = permit 1,5-9\n", ""},
		{"SUB_ACL: permit:1\n", "subscribers = deny 1\n", ""},
		{"SUB_ACL: DENY:all\n", "subscribers = deny all\n", ""},
		{"SUB_ACL: PERMIT:ALL\n", "", ""},
		{"SUB_ACL:\n", "", ""},
		{"SUB_ACL: 1-5\n", "", ASK "SUB_ACL of [S]: neither PERMIT: nor DENY:\n"},
		{"SUB_ACL: DENY:1\nUSE_ACL: no\n", "",
	         TELL "SUB_ACL of [S]: not used: USE_ACL is off\n"},
		{"SUB_ACL: permit:all\nUSE_ACL: no\nTGID_TS1_ACL:\n", "", ""},
	};

	rows_are(rows, ARRAY_LEN(rows));
}

T_CASE(lists_that_are_too_long_are_left_out)
{
	static const struct row rows[] = {
		{"TS2_STATIC: " TEN(TEN("91,92,93,94,95,96,97,")) "\n", "",
	         ASK "TS2_STATIC of [S]: too long\n"},
		{"SUB_ACL: DENY:" TEN(TEN("1000001,1000002,1000003,")) "\n", "",
	         ASK "SUB_ACL of [S]: too long\n"},
	};

	rows_are(rows, ARRAY_LEN(rows));
}

T_CASE(each_kind_of_section_is_converted)
{
	static const struct row rows[] = {
		{"[P]\nMODE: MASTER\nTS2_STATIC: 9990\n", "",
	         TELL "[P]: left out, the echo on TG 9990 is built in\n"},
		{"[P]\nMODE: PEER\nOPTIONS: TS2=9990\n", "",
	         TELL "[P]: left out, the echo on TG 9990 is built in\n"},
		{"[P]\nMODE: PEER\nENABLED: False\n", "", TELL "[P]: left out, not enabled\n"},
		{"[APRS]\nENABLED: False\n", "",
	         "Left out or changed:\nFILE:7: ENABLED of [APRS]: positions go to the client in "
	         "data-gateway\n"},
		{"[O]\nMODE: OPENBRIDGE\nTARGET_IP: 192.0.2.9\n",
	         "\n;[peer o]\n;protocol = obp\n;bind = [::]:62044\n;target = 192.0.2.9:62044\n"
	         ";passphrase = \n",
	         ASK "[O]: commented out: it has no passphrase, or a well-known one; agree on one "
	             "with the other operator\n"},
		{"[O]\nMODE: OPENBRIDGE\nTARGET_IP: 192.0.2.9\nPASSPHRASE: lima\n"
	         "ENHANCED_OBP: yes\nNETWORK_ID: 3102\n",
	         "\n[peer o]\nprotocol = fbp\nbind = [::]:62044\ntarget = 192.0.2.9:62044\n"
	         "passphrase = lima\nremote-id = 3102\n",
	         ""},
		{"[X]\nMODE: XLXPEER\nXLXMODULE: 4004\nMASTER_IP: 192.0.2.8\n",
	         "\n;[uplink x]\n;protocol = xlx\n;module = D\n;target = 192.0.2.8:62031\n",
	         ASK "[X]: commented out: add map = with the talkgroups to link\n"},
		{"[X]\nMODE: XLXPEER\nXLXMODULE: D\nMASTER_IP: ::8\n",
	         "\n;[uplink x]\n;protocol = xlx\n;target = [::8]:62031\n",
	         ASK "[X]: commented out: add map = with the talkgroups to link\n\n"
	             "Left out or changed:\nFILE:8: XLXMODULE of [X]: expected a module from 4001 "
	             "to 4026\n"},
		{"[REPORTS]\nREPORT_CLIENTS: 127.0.0.1,\n[REPORTS]\nREPORT_PORT: 4322\n",
	         "\n[report]\nlegacy = 127.0.0.1:4321\n", ""},
	};

	rows_are(rows, ARRAY_LEN(rows));
}

T_MAIN()
