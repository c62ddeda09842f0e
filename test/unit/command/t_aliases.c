#include "command/aliases.h"

#include <dirent.h>
#include <errno.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include "base/text.h"
#include "command/alias_rows.h"
#include "face.h"
#include "harness/t.h"
#include "parent/status.h"

#define TEN(text) text text text text text text text text text text

static char complaints[4000];

static void keep(void *context, const char *line)
{
	(void)context;
	strncat(complaints, line, sizeof(complaints) - strlen(complaints) - 2);
	strcat(complaints, "\n");
}

/* All rows, sorted, as "kind id callsign/name/country;". */
static const char *rows_of(void (*read)(struct alias_rows *, const char *, size_t),
                           const char *text)
{
	static char buf[4000];
	struct text t = text_make(buf, sizeof(buf));
	struct alias_rows rows = {.file = "f", .complain = keep};

	complaints[0] = 0;
	size_t len = strlen(text);
	read(&rows, (const char *)t_guarded(text, len), len);
	alias_rows_sort(&rows);
	for (size_t i = 0; i < rows.count; i++)
		text_format(&t, "%c %u %s/%s/%s;", alias_kind_name(rows.row[i].kind)[0],
		            rows.row[i].id, rows.row[i].alias.callsign, rows.row[i].alias.name,
		            rows.row[i].alias.country);
	if (rows.bad)
		text_format(&t, " bad %u", (unsigned)rows.bad);
	alias_rows_release(&rows);
	return buf;
}

static const struct {
	const char *text, *rows, *complaints;
} csv[] = {
	{"RADIO_ID,CALLSIGN,FIRST_NAME,LAST_NAME,CITY,STATE,COUNTRY\n"
         "2345678,G0ABC,Zoe,Smith,Leeds,,England\n1023001,VE3AA,\"Bob, \"\"Bo\"\"\",X,Y,Z,Canada",
         "s 1023001 VE3AA/Bob, \"Bo\"/Canada;s 2345678 G0ABC/Zoe/England;", ""},
	{"2345678,G0ABC,Zoe,Smith,Leeds,,England\r\n\r\n", "s 2345678 G0ABC/Zoe/England;", ""},
	{"91,World\n2350,United Kingdom\n", "t 91 /World/;t 2350 /United Kingdom/;", ""},
	{"Talkgroup;Name\n91;Welt\n", "t 91 /Welt/;", ""},
	{"91;0;WORLD;World-wide\n# of the club\n2350;0;UK;\n9990;1;PARROT;Echo\n",
         "t 91 /WORLD/;t 2350 /UK/;t 9990 /PARROT/;", ""},
	{"# TG; kind; name\n\n91;0;WORLD\n", "t 91 /WORLD/;", ""},
	{"91;2;\"World; wide\"\n", "t 91 /World; wide/;", ""},
	{"91,0123456789012345678901234567890123456789\n"
         "92,01234567890123456789012345678901234567890",
         "t 91 /0123456789012345678901234567890123456789/;"
         "t 92 /0123456789012345678901234567890123456789/;",
         ""},
	{"tgid\tcallsign\n91\tWorld\n", "t 91 /World/;", ""},
	{"id,callsign,city,frequency\n235001,GB7XX,Leeds,439.5\n2,GB7YY,Hull,430\n",
         "r 2 GB7YY/Hull/;r 235001 GB7XX/Leeds/;", ""},
	{"id,callsign\n1,A\nx,B\n,C\n4,\n5,\"E\n6,F\n0,G\n", "s 1 A//;s 6 F//; bad 5",
         "f:3: not an ID\nf:4: missing ID\nf:5: neither callsign nor name\nf:6: unclosed quote\n"
         "f:8: not an ID\n"},
	{"id,callsign\n7,old\n7,new\n", "s 7 new//;", ""},
	{"id,callsign,name\n7,X,Zo\xeb\n8,Y,Zo\xc3\xab\n", "s 7 X/Zo\xc3\xab/;s 8 Y/Zo\xc3\xab/;",
         ""},
	{" 2345678 , G0ABC, \"Zoe, Ann\" ,Smith\n  7\t,X", "s 7 X//;s 2345678 G0ABC/Zoe, Ann/;",
         ""},
	{"Radio ID,CALL-SIGN,first-name,Country\n7,X,Zoe,England\n", "s 7 /Zoe/England;", ""},
	{"2345678,1234,Zoe\n", "s 2345678 1234/Zoe/;", ""},
	{"2345678,G0;ABC,Zoe\n", "s 2345678 G0;ABC/Zoe/;", ""},
	{"7,X\n7,Y,Z\n", "t 7 /Y/;", ""},
	{"id" TEN(",a") TEN(",b") TEN(",c") ",call,name\n7" TEN(",a") TEN(",b")
                 TEN(",c") ",X,Zoe\n",
         "s 7 X//;", ""},
	{"7,X" TEN(TEN("xyz")) ",Zoe\n", "s 7 Xxyzxyzxyzx/Zoe/;", ""},
	{"7,0,A\n7,0,B\n7,0,C\n7,0,D\n7,0,E\n7,0,F\n7,0,G\n7,0,H\n7,0,I\n", "t 7 /I/;", ""},
	{"", "", ""},
	{"\n\n", "", ""},
	{"\"", "", ""},
};

T_CASE(tables_are_read_line_by_line)
{
	for (size_t i = 0; i < ARRAY_LEN(csv); i++) {
		T_TEXT(rows_of(alias_csv_read, csv[i].text), csv[i].rows);
		T_TEXT(complaints, csv[i].complaints);
	}
}

static const struct {
	const char *text, *rows, *complaints;
} json[] = {
	{"{\"count\":1,\"users\":[{\"id\":2345678,\"radio_id\":2345678,\"callsign\":\"G0ABC\","
         "\"fname\":\"Zoe\",\"name\":\"Zoe S\",\"surname\":\"Smith\",\"country\":\"England\"}]}",
         "s 2345678 G0ABC/Zoe/England;", ""},
	{"{\"rptrs\":[{\"locator\":\"1\",\"id\":\"235001\",\"callsign\":\"GB7XX\",\"city\":"
         "\"Leeds\","
         "\"country\":\"England\",\"ts_linked\":[1,{\"id\":3}],\"map\":null},\n{\"id\":9,"
         "\"callsign\":\"X\"}]}",
         "r 9 X//;r 235001 GB7XX/Leeds/England;", ""},
	{"{\"results\":[{\"tgid\":2350,\"callsign\":\"UK\",\"id\":\"2350\"}]}", "t 2350 /UK/;", ""},
	{"{\"results\":[{\"id\":91,\"callsign\":\"World-Wide\"},\n"
         "{\"id\":\"310997\",\"callsign\":\"Parrot\"},{\"callsign\":\"WW\",\"id\":3},"
         "{\"id\":2621234,\"callsign\":\"Nord West\"},{\"id\":7,\"name\":\"Seven\"}]}",
         "t 3 /WW/;t 7 /Seven/;t 91 /World-Wide/;t 310997 /Parrot/;t 2621234 /Nord West/;", ""},
	{"{\"results\":[{\"id\":2345678,\"callsign\":\"G0ABC\"},"
         "{\"id\":2345679,\"callsign\":\"G0ABD\",\"fname\":\"Zoe\","
         "\"country\":\"England\"},"
         "{\"id\":235001,\"callsign\":\"GB7XX\",\"city\":\"Leeds\"}]}",
         "s 2345678 G0ABC//;s 2345679 G0ABD/Zoe/England;r 235001 GB7XX/Leeds/;", ""},
	{"{\"91\":\"World\", \"2350\":\"U\\u004b \\ud83d\\ude00 \\\"q\\\"\"}",
         "t 91 /World/;t 2350 /UK \xf0\x9f\x98\x80 \"q\"/;", ""},
	{"[{\"id\":1,\"callsign\":\"A\"},\n{\"id\":2,\"callsign\":},\n{\"id\":3,\"callsign\":\"C\n"
         "{\"id\":4,\"callsign\":\"D\"},{\"callsign\":\"E\"},{}]",
         "s 1 A//;s 4 D//; bad 3", "f:2: not JSON\nf:3: not JSON\nf:4: missing ID\n"},
	{"{\"users\":[{\"id\":1,\"callsign\":\"A\"},{\"id\":2,\"calls", "s 1 A//; bad 1",
         "f:1: not JSON\n"},
	{"{\"id\":16777216,\"tgid\":16777216,\"name\":\"x\"}", " bad 1", "f:1: not a talkgroup\n"},
	{"{\"7\":\"a\\ud83dz\\ude00\\ud83d\\u0041\"}",
         "t 7 /a\xef\xbf\xbdz\xef\xbf\xbd\xef\xbf\xbd"
         "A/;",
         ""},
	{"{\"7\":\"\\u00\x14\x11\"}", " bad 1", "f:1: not JSON\n"},
	{"{\"7\":\"\\u00EB\\ud83d\\ue000\\ud83d\\t\"}",
         "t 7 /\xc3\xab\xef\xbf\xbd\xee\x80\x80\xef\xbf\xbd/;", ""},
	{"{\"7\":\"a\\nb\\/c\"}", "t 7 /a b/c/;", ""},
	{"{\"7\":\"a\\xb\"}", " bad 1", "f:1: not JSON\n"},
	{"{\"users\":{\"a\":{\"id\":7,\"callsign\":\"X\"}}}", "s 7 X//;", ""},
	{"{\"tgid\":91,\"slots\":[1,{\"x\":2}],\"name\":\"World\"}", "t 91 /World/;", ""},
	{"[{\"count\":3},{\"id\":7,\"callsign\":\"X\"}]", "s 7 X//;", ""},
	{"{\"id\":7,\"callsign\":\"X\",\"remarks\":\"" TEN(TEN("xyz")) "\"}", "s 7 X//;", ""},
	{"{\"results\":[{\"id\":2345671,\"callsign\":\"G0abc\"},{\"id\":2345672,\"callsign\":"
         "\"12345\"},{\"id\":2345673,\"callsign\":\"ABC1\"},{\"id\":2345674,\"callsign\":"
         "\"1ABC\"},{\"id\":2345675,\"callsign\":\"G0ABC\"}]}",
         "s 2345674 1ABC//;s 2345675 G0ABC//;t 2345671 /G0abc/;t 2345672 /12345/;t 2345673 /ABC1/;",
         ""},
	{"{\"results\":[{\"id\":91,\"callsign\":\"X\",\"name\":\"Zoe\"}]}", "s 91 X/Zoe/;", ""},
	{"{", " bad 1", "f:1: not JSON\n"},
	{"{\"", " bad 1", "f:1: not JSON\n"},
	{"[]", "", ""},
};

T_CASE(objects_are_found_whatever_is_around_them)
{
	for (size_t i = 0; i < ARRAY_LEN(json); i++) {
		T_TEXT(rows_of(alias_json_read, json[i].text), json[i].rows);
		T_TEXT(complaints, json[i].complaints);
	}
}

T_CASE(every_prefix_is_read_to_its_end)
{
	char part[1000];

	for (size_t i = 0; i < ARRAY_LEN(json) + ARRAY_LEN(csv); i++) {
		const char *text =
			i < ARRAY_LEN(json) ? json[i].text : csv[i - ARRAY_LEN(json)].text;
		for (size_t len = 0; len < strlen(text); len++) {
			memcpy(part, text, len);
			part[len] = 0;
			(void)rows_of(i < ARRAY_LEN(json) ? alias_json_read : alias_csv_read, part);
		}
	}
}

T_CASE(only_the_first_bad_lines_are_told)
{
	char text[1000] = "id,callsign\n";

	for (int i = 0; i < 30; i++)
		strcat(text, "x,y\n");
	T_TEXT(rows_of(alias_csv_read, text), " bad 30");
	T_CHECK(strstr(complaints, "f:11: not an ID\n"));
	T_CHECK(!strstr(complaints, "f:12: "));
}

static char *directory, source[80], index_path[80];

static void begin(void)
{
	static char path[64];

	snprintf(path, sizeof(path), "/tmp/t_aliases.XXXXXX");
	directory = mkdtemp(path);
	snprintf(source, sizeof(source), "%s/source", path);
	snprintf(index_path, sizeof(index_path), "%s/index", path);
}

/* How many files there are besides the source. */
static int files(void)
{
	DIR *d = opendir(directory);
	int count = 0;

	for (const struct dirent *e; (e = readdir(d));)
		count += *e->d_name != '.';
	closedir(d);
	return count - 1;
}

static void end(void)
{
	unlink(source);
	unlink(index_path);
	rmdir(directory);
}

/* Makes the index from one text. */
static int make(const char *text)
{
	face_write(source, text, strlen(text));
	return FACE_RUN(aliases_main, "aliases", source, "-o", index_path);
}

/* What was printed, without the path of the index. */
static const char *printed(void)
{
	return strncmp(face_out, index_path, strlen(index_path)) == 0
	               ? face_out + strlen(index_path)
	               : face_out;
}

T_CASE(the_first_octet_determines_the_format)
{
	static const struct {
		const char *text, *printed;
	} rows[] = {
		{"\xef\xbb\xbf"
	         "7,X,Zoe\n8,Y\n",
	         ": 2 subscribers, 0 repeaters, 0 talkgroups, "},
		{"\xef\xbb\xbf \n{\"users\":[{\"id\":7,\"callsign\":\"X\"}]}",
	         ": 1 subscribers, 0 repeaters, 0 talkgroups, "},
		{" \t\r\n[{\"id\":7,\"callsign\":\"X\"}]",
	         ": 1 subscribers, 0 repeaters, 0 talkgroups, "},
		{"{\"91\":\"World\"}", ": 0 subscribers, 0 repeaters, 1 talkgroups, "},
	};

	begin();
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		T_EQUAL(make(rows[i].text), 0);
		T_EQUAL(strncmp(printed(), rows[i].printed, strlen(rows[i].printed)), 0);
		T_CHECK(strstr(printed(), " octets, 0 lines skipped\n"));
		T_EQUAL(files(), 1);
	}
	end();
}

T_CASE(without_a_row_there_is_no_index)
{
	static const char *const texts[] = {"7", " \n ", "id,call\n", "\xef\xbb\xbf"};

	begin();
	for (size_t i = 0; i < ARRAY_LEN(texts); i++) {
		T_EQUAL(make(texts[i]), 1);
		T_CHECK(strstr(face_err, " not replaced: no rows found\n"));
		T_EQUAL(files(), 0);
	}
	end();
}

/* Whatever it is, it has no rows that would be lost. */
T_CASE(a_damaged_index_is_replaced)
{
	begin();
	T_EQUAL(make("7,X,Zoe\n8,Y,Ann\n9,Z,Bob\n10,A,Cy\n"), 0);
	T_EQUAL(make("7,X,Zoe\n"), 1);
	T_CHECK(strstr(face_err, "more than twice as many rows"));
	T_EQUAL(FACE_RUN(aliases_main, "aliases", "-f", source, "-o", index_path), 0);
	T_EQUAL(make("7,X,Zoe\n8,Y,Ann\n9,Z,Bob\n10,A,Cy\n"), 0);
	T_EQUAL(truncate(index_path, 40), 0);
	T_EQUAL(make("7,X,Zoe\n"), 0);
	end();
}

T_CASE(an_index_that_cannot_be_written_leaves_nothing)
{
	struct rlimit limit, none;
	char path[4200];
	struct stat s;

	begin();
	face_write(source, "7,X,Zoe\n", 8);
	memset(path, 'x', sizeof(path) - 1);
	path[sizeof(path) - 1] = 0;
	T_EQUAL(FACE_RUN(aliases_main, "aliases", source, "-o", path), 1);
	T_CHECK(strstr(face_err, strerror(ENAMETOOLONG)));
	T_EQUAL(FACE_RUN(aliases_main, "aliases", source, "-o", "/nowhere/index"), 1);
	T_TEXT(face_err, "freedmr aliases: /nowhere/index: No such file or directory\n");
	T_EQUAL(mkdir(index_path, 0700), 0);
	T_EQUAL(make("7,X,Zoe\n"), 1);
	T_CHECK(strstr(face_err, ": Is a directory\n"));
	T_TEXT(face_out, "");
	T_EQUAL(stat(index_path, &s), 0);
	T_EQUAL(files(), 1);
	T_EQUAL(rmdir(index_path), 0);
	T_EQUAL(make("1,A\n2,B\n3,C\n4,D\n5,E\n6,F\n7,G\n8,H\n9,I\n"), 0);
	T_EQUAL(stat(index_path, &s), 0);
	T_CHECK(s.st_size > 100);
	T_EQUAL(unlink(index_path), 0);
	getrlimit(RLIMIT_FSIZE, &limit);
	none = limit;
	none.rlim_cur = 100; /* of the index; enough for the message */
	signal(SIGXFSZ, SIG_IGN);
	setrlimit(RLIMIT_FSIZE, &none);
	int status = FACE_RUN(aliases_main, "aliases", source, "-o", index_path);
	setrlimit(RLIMIT_FSIZE, &limit);
	T_EQUAL(status, 1);
	T_CHECK(strstr(face_err, ": File too large\n"));
	T_EQUAL(files(), 0);
	end();
}

T_CASE(each_file_and_one_index_must_be_named)
{
	begin();
	face_write(source, "7,X,Zoe\n", 8);
	T_EQUAL(FACE_RUN(aliases_main, "aliases", source), 64);
	T_EQUAL(FACE_RUN(aliases_main, "aliases", source, "-o"), 64);
	T_EQUAL(FACE_RUN(aliases_main, "aliases", source, "-x", "-o", index_path), 64);
	T_EQUAL(FACE_RUN(aliases_main, "aliases", "-o", index_path), 64);
	T_CHECK(strncmp(face_err, "usage: freedmr aliases", 22) == 0);
	T_EQUAL(FACE_RUN(aliases_main, "aliases", "/nowhere", source, "-o", index_path), 1);
	T_TEXT(face_err, "freedmr aliases: /nowhere: No such file or directory\n");
	T_EQUAL(files(), 0);
	end();
}

T_MAIN()
