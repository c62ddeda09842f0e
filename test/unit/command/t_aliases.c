#include "command/aliases.h"

#include <string.h>

#include "base/text.h"
#include "command/alias_rows.h"
#include "harness/t.h"
#include "parent/status.h"

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

T_MAIN()
