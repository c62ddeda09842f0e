#include "base/ini.h"

#include <string.h>

#include "harness/t.h"

#define ABC8 "abcdefgh"
#define ABC63 ABC8 ABC8 ABC8 ABC8 ABC8 ABC8 ABC8 "abcdefg"

static enum ini_kind split(const char *line, size_t len, struct ini_line *out)
{
	return ini_split((const char *)t_guarded(line, len), len, out);
}

T_CASE(lines_without_content_are_empty)
{
	static const char *const rows[] = {"",    " ",        "\t \t", "\r", "  \r", "; x",
	                                   "# x", "  ;x = y", "#[a]",  ";",  " #"};
	struct ini_line line;

	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		T_EQUAL(split(rows[i], strlen(rows[i]), &line), INI_EMPTY);
	T_EQUAL(ini_split(NULL, 0, &line), INI_EMPTY);
}

T_CASE(sections_have_a_word_and_perhaps_a_name)
{
	static const struct {
		const char *line, *section, *name;
	} rows[] = {
		{"[server]", "server", ""},
		{"  [ server ]  ", "server", ""},
		{"[server]\r", "server", ""},
		{"[server] ; one", "server", ""},
		{"[server]\t# one", "server", ""},
		{"[listener hotspots]", "listener", "hotspots"},
		{"[listener \t hotspots ]", "listener", "hotspots"},
		{"[client 234567801]", "client", "234567801"},
		{"[peer a;b#c]", "peer", "a;b#c"},
		{"[;]", ";", ""},
		{"[" ABC63 " " ABC63 "]", ABC63, ABC63},
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct ini_line line;
		T_EQUAL(split(rows[i].line, strlen(rows[i].line), &line), INI_SECTION);
		T_EQUAL(line.kind, INI_SECTION);
		T_TEXT(line.section, rows[i].section);
		T_TEXT(line.name, rows[i].name);
		T_CHECK(line.reason == NULL);
	}
}

T_CASE(pairs_have_a_key_and_a_value)
{
	static const struct {
		const char *line, *key, *value;
	} rows[] = {
		{"id = 2345", "id", "2345"},
		{"id=2345", "id", "2345"},
		{" \tid\t=\t2345\t \r", "id", "2345"},
		{"static-1 =", "static-1", ""},
		{"static-1 = ; none", "static-1", ""},
		{"options = TS2=91;DIAL=0", "options", "TS2=91;DIAL=0"},
		{"options = TS2=91;DIAL=0; x", "options", "TS2=91;DIAL=0; x"},
		{"options = TS2=91;DIAL=0 ; x", "options", "TS2=91;DIAL=0"},
		{"options =;x", "options", ";x"},
		{"name = a#b #c", "name", "a#b"},
		{"name = a\t;c", "name", "a"},
		{"passphrase = correct horse", "passphrase", "correct horse"},
		{"passphrase = \" ; # \" ; real", "passphrase", " ; # "},
		{"passphrase = \"\"", "passphrase", ""},
		{"passphrase = \"a\"", "passphrase", "a"},
		{"passphrase = \"a\" #\"b\"", "passphrase", "a"},
		{"passphrase = a \"b\" c", "passphrase", "a \"b\" c"},
		{"passphrase = a\" ;b\"", "passphrase", "a\""},
		{"passphrase = a ; \"", "passphrase", "a"},
		{"passphrase = ; \"a\"", "passphrase", ""},
		{"passphrase = \"back\\slash\"", "passphrase", "back\\slash"},
		{"name = [x]", "name", "[x]"},
		{"map = 2:91 = 91, 1:235 = 235", "map", "2:91 = 91, 1:235 = 235"},
		{"name = caf\xc3\xa9", "name", "caf\xc3\xa9"},
		{"two words = x", "two words", "x"},
		{ABC63 " = x", ABC63, "x"},
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct ini_line line;
		T_EQUAL(split(rows[i].line, strlen(rows[i].line), &line), INI_PAIR);
		T_EQUAL(line.kind, INI_PAIR);
		T_TEXT(line.key, rows[i].key);
		T_TEXT(line.value, rows[i].value);
		T_CHECK(line.reason == NULL);
	}
}

T_CASE(bad_lines_say_why)
{
	static const struct {
		const char *line, *reason;
	} rows[] = {
		{"[server", "missing ] after the section"},
		{"[", "missing ] after the section"},
		{"[server ;]", "missing ] after the section"},
		{"[]", "empty section name"},
		{"[ \t]", "empty section name"},
		{"[server] x", "text after the section's ]"},
		{"[server]; x", "text after the section's ]"},
		{"[server]]", "text after the section's ]"},
		{"[a b c]", "expected [TYPE] or [TYPE NAME], the name without blanks"},
		{"[" ABC63 "h]", "section type longer than 63 octets"},
		{"[a " ABC63 "h]", "section name longer than 63 octets"},
		{"server", "missing = after the key"},
		{"server ; = x", "missing = after the key"},
		{"= x", "missing key before the ="},
		{" \t=", "missing key before the ="},
		{ABC63 "h = x", "key longer than 63 octets"},
		{"a = \"x", "missing closing quote"},
		{"a = \"", "missing closing quote"},
		{"a = \"x ; \\", "missing closing quote"},
		{"a = \"x\" y", "text after the closing quote"},
		{"a = \"x\"y", "text after the closing quote"},
		{"a = \"x\"\"y\"", "text after the closing quote"},
		{"a = \"x\";y", "text after the closing quote"},
		{"a = x\x01", "control character in the line"},
		{"a = \x7f", "control character in the line"},
		{"a = x\ry", "control character in the line"},
		{"a = x\ny", "control character in the line"},
		{"[ser\x01ver]", "control character in the line"},
		{"[server]\x7f", "control character in the line"},
		{"; \x1b", "control character in the line"},
		{"a = x\r\r", "control character in the line"},
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct ini_line line;
		T_EQUAL(split(rows[i].line, strlen(rows[i].line), &line), INI_BAD);
		T_EQUAL(line.kind, INI_BAD);
		T_TEXT(line.reason, rows[i].reason);
	}
	struct ini_line line;
	T_EQUAL(split("a = x\0y", 7, &line), INI_BAD);
	T_TEXT(line.reason, "NUL octet in the line: is this a text file?");
}

T_CASE(a_value_may_have_1023_octets)
{
	char text[4 + 1024 + 2] = "a = ";
	struct ini_line line;

	memset(text + 4, 'v', 1024);
	T_EQUAL(split(text, 4 + 1023, &line), INI_PAIR);
	T_EQUAL(strlen(line.value), 1023);
	T_EQUAL(split(text, 4 + 1024, &line), INI_BAD);
	T_TEXT(line.reason, "value longer than 1023 octets");
	memcpy(text, "a =\"", 4);
	text[4 + 1023] = '"';
	T_EQUAL(split(text, 4 + 1024, &line), INI_PAIR);
	T_EQUAL(strlen(line.value), 1023);
	text[4 + 1023] = 'v';
	text[4 + 1024] = '"';
	T_EQUAL(split(text, 4 + 1025, &line), INI_BAD);
	T_TEXT(line.reason, "value longer than 1023 octets");
}

T_CASE(nothing_of_the_line_before_remains)
{
	struct ini_line line;

	T_EQUAL(split("[peer uk]", 9, &line), INI_SECTION);
	T_EQUAL(split("a = b", 5, &line), INI_PAIR);
	T_TEXT(line.section, "");
	T_TEXT(line.name, "");
	T_EQUAL(split("[", 1, &line), INI_BAD);
	T_TEXT(line.key, "");
	T_TEXT(line.value, "");
	T_EQUAL(split("", 0, &line), INI_EMPTY);
	T_CHECK(line.reason == NULL);
}

T_CASE(every_prefix_is_split_safely)
{
	static const char *const rows[] = {"[listener hotspots] ; x", "key = \"a ; b\" # c\r",
	                                   "options = TS2=91;DIAL=0 ; c"};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		for (size_t len = 0; len <= strlen(rows[i]); len++) {
			struct ini_line line;
			enum ini_kind kind = split(rows[i], len, &line);
			T_EQUAL(kind, line.kind);
			T_EQUAL(kind == INI_BAD, line.reason != NULL);
		}
	}
}

T_CASE(kinds_have_names)
{
	T_TEXT(ini_kind_name(INI_EMPTY), "empty");
	T_TEXT(ini_kind_name(INI_SECTION), "section");
	T_TEXT(ini_kind_name(INI_PAIR), "pair");
	T_TEXT(ini_kind_name(INI_BAD), "bad");
	T_TEXT(ini_kind_name((enum ini_kind)9), "?");
}

T_MAIN()
