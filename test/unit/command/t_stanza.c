#include "command/stanza.h"

#include "base/text.h"
#include "face.h"
#include "harness/t.h"

#define TEN(text) text text text text text text text text text text

/* Reads a file, and prints its sections as "[name@line] key=value@line ..."; -1: it was refused. */
static int show(bool (*read)(struct stanzas *, const char *), const char *file)
{
	struct stanzas all = {.count = 0};
	bool good = read(&all, file);

	for (size_t i = 0; i < all.count; i++) {
		const struct stanza *s = &all.stanza[i];
		printf("%s[%s@%u]", i ? " " : "", s->name, s->line);
		for (size_t n = 0; n < s->count; n++)
			printf(" %s=%s@%u", s->entries[n].key, s->entries[n].value,
			       s->entries[n].line);
	}
	stanzas_release(&all);
	return good ? 0 : -1;
}

static int show_ini(int argc, char **argv)
{
	return show(stanzas_read, argv[argc - 1]);
}

static int show_yaml(int argc, char **argv)
{
	return show(stanzas_read_yaml, argv[argc - 1]);
}

static int show_json(int argc, char **argv)
{
	return show(stanzas_read_json, argv[argc - 1]);
}

struct row {
	const char *text, *stanzas, *complaints;
};

static void rows_are(face_main *face, const struct row *rows, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		T_EQUAL(face_run_on(face, "show", rows[i].text), 0);
		T_TEXT(face_out, rows[i].stanzas);
		T_TEXT(face_err, rows[i].complaints);
	}
}

T_CASE(lines_of_configparser_are_keys_below_headings)
{
	static const struct row rows[] = {
		{"[a]\nK: v\nx = y:z\n\n[ b ] rest\nk=\n", "[a@1] k=v@2 x=y:z@3 [b@5] k=@6", ""},
		{"k = v\n[a]\n", "[a@2]", "FILE:1: expected a key and a value\n"},
		{"[a\n[b]\n[c = d\n", "[b@2] [c=d@3", "FILE:1: expected a key and a value\n"},
		{"# [a]\n; [b]\n", "", ""},
		{"", "", ""},
	};

	rows_are(show_ini, rows, ARRAY_LEN(rows));
}

T_CASE(a_line_with_a_nul_is_left_out)
{
	static const char octets[] = "[a]\nk: v\0w\nx: y\n";
	char *path = face_path();

	face_write(path, octets, sizeof(octets) - 1);
	T_EQUAL(face_run(show_ini, "show", path, NULL), 0);
	T_TEXT(face_out, "[a@1] x=y@3");
	T_CHECK(strstr(face_err, ":2: NUL octet: expected a text in UTF-8\n"));
	face_forget(path);
}

T_CASE(mappings_of_yaml_are_keys_below_the_last_key)
{
	static const struct row rows[] = {
		{"---\nA:\n  k: v\n\r\n  B:\n    x: y\n", "[A@2] k=v@3 [B@5] x=y@6", ""},
		{"A:\n  k: 'it # is'\n  l: \"v\" # it is\n  m: b#c # d\n",
	         "[A@1] k=it # is@2 l=v@3 m=b#c@4", ""},
		{"A:\n  k: ''\n  l: # nothing\n  m:\n", "[A@1] k=@2 l=@3 m=@4", ""},
		{"k: v\n", "", "FILE:1: not in a section\n"},
		{"A:\n  - k: v\n  x:y: z\n\tk: v\n  l: w\n", "[A@1] l=w@5",
	         "FILE:2: expected a key and a value\nFILE:3: expected a key and a value\n"
	         "FILE:4: expected a key and a value\n"},
		{"A:\n  B:\n    k: v\n  x: y\n", "[A@1] [B@2] k=v@3", "FILE:4: not in a section\n"},
		{"", "", ""},
	};

	rows_are(show_yaml, rows, ARRAY_LEN(rows));
}

T_CASE(objects_of_json_are_named_by_their_path)
{
	static const struct row rows[] = {
		{"{\"a\": 1,\n \"B\": {\"c\": \"d\\\"\\n\\/\", \"e\": null}, \"f\": true}\n",
	         "[@1] a=1@1 f=true@2 [B@2] c=d\" /@2 e=@2", ""},
		{"{\"a\": [1, 2, [7, 9]], \"b\": [{\"c\": -1.5e3}, {\"c\": []}]}",
	         "[@1] a=1,2,7-9@1 b=@1 [b.0@1] c=-1.5e3@1 [b.1@1] c=@1", ""},
		{"{}", "[@1]", ""},
	};

	rows_are(show_json, rows, ARRAY_LEN(rows));
}

T_CASE(what_is_not_json_is_refused_with_its_line)
{
	static const struct {
		const char *text;
		unsigned line;
	} rows[] = {
		{"", 1},
		{"[1]", 1},
		{"{} {}", 1},
		{"{\"a\": 1\n \"b\": 2}", 2},
		{"{\"a\": 1,}", 1},
		{"{,\"a\": 1}", 1},
		{"{\"a\" 1}", 1},
		{"{\"a\": [1 2]}", 1},
		{"{\"a\": [[[1]]]}", 1},
		{"{\"a\": \"b\n\"}", 1},
		{"{\n\"a\": \"b", 2},
		{"{\"a\": \"b\\", 1},
		{"{\"a\": @}", 1},
		{"{" TEN("\"a\":{") TEN("\"a\":{") TEN("}") TEN("}") "}", 1},
		{"{\"" TEN("abcdefghij") TEN("abcdefghij") "\": {\"" TEN("abcdefghij") "\": 1}}",
	         1},
		{"{\"a\": \"" TEN(TEN(TEN("abcde"))) "\"}", 1},
		{"{\"a\": " TEN(TEN(TEN("12345"))) "}", 1},
	};
	char expected[64];

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		T_EQUAL(face_run_on(show_json, "show", rows[i].text), -1);
		snprintf(expected, sizeof(expected), "FILE:%u: not valid JSON\n", rows[i].line);
		T_TEXT(face_err, expected);
	}
}

T_CASE(a_file_that_cannot_be_read_is_reported)
{
	static face_main *const faces[] = {show_ini, show_yaml, show_json};

	for (size_t i = 0; i < ARRAY_LEN(faces); i++) {
		T_EQUAL(face_run(faces[i], "show", "/nowhere/file", NULL), -1);
		T_TEXT(face_err, "freedmr: /nowhere/file: No such file or directory\n");
		T_EQUAL(face_run(faces[i], "show", "/tmp", NULL), -1);
		T_TEXT(face_err, "freedmr: /tmp: Is a directory\n");
		T_TEXT(face_out, "");
	}
}

T_MAIN()
