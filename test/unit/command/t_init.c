#include "command/init.h"

#include <ctype.h>
#include <sys/stat.h>

#include "command/check.h"
#include "face.h"
#include "harness/t.h"

static char text[FACE_TEXT_MAX];

/* The passphrase in what was written or printed, "" when there is none. */
static void find_phrase(const char *from, const char *before, char out[static 32])
{
	const char *at = strstr(from, before);

	snprintf(out, 32, "%.*s", at ? (int)strcspn(at + strlen(before), "\n") : 0,
	         at ? at + strlen(before) : "");
}

T_CASE(the_file_is_good_as_it_is)
{
	char *path = face_path();
	struct stat file;

	T_EQUAL(face_run(init_main, "init", path, NULL), 0);
	T_TEXT(face_err, "");
	T_EQUAL(stat(path, &file), 0);
	T_EQUAL(file.st_mode & 0777, 0600);
	T_EQUAL(face_run(check_main, "check", path, NULL), 0);
	T_CHECK(strstr(face_out, "bind = [::]:62031\n") &&
	        strstr(face_out, "control = ./freedmr.sock\n"));
	T_CHECK(strstr(face_out, "passphrase = (hidden)\nopen = no\n"));
	face_forget(path);
}

T_CASE(the_passphrase_printed_is_the_one_written)
{
	char *path = face_path();
	char printed[32], written[32];

	T_EQUAL(face_run(init_main, "init", path, NULL), 0);
	T_CHECK(face_read(path, text) > 0);
	face_forget(path);
	find_phrase(face_out, "passphrase  ", printed);
	find_phrase(text, "\npassphrase = ", written);
	T_TEXT(printed, written);
	T_EQUAL(strlen(written), 19);
	for (size_t i = 0; i < 19; i++)
		T_CHECK(i % 5 == 4 ? written[i] == '-' : isalnum((unsigned char)written[i]) != 0);
}

T_CASE(passphrases_differ_and_have_no_letters_to_mistake)
{
	char last[32] = "", phrase[32];

	for (size_t i = 0; i < 20; i++) {
		char *path = face_path();
		T_EQUAL(face_run(init_main, "init", path, NULL), 0);
		face_forget(path);
		find_phrase(face_out, "passphrase  ", phrase);
		T_EQUAL(strcspn(phrase, "01loABCDEFGHIJKLMNOPQRSTUVWXYZ"), 19);
		T_CHECK(strcmp(phrase, last) != 0);
		memcpy(last, phrase, sizeof(last));
	}
}

T_CASE(a_file_that_is_there_stays)
{
	char *path = face_path();
	FILE *f = fopen(path, "w");

	fputs("mine", f);
	fclose(f);
	T_EQUAL(face_run(init_main, "init", path, NULL), 1);
	T_CHECK(strstr(face_err, "already exists, left unchanged"));
	T_TEXT(face_out, "");
	T_EQUAL(face_read(path, text), 4);
	T_TEXT(text, "mine");
	face_forget(path);
}

T_CASE(what_to_enter_is_shown_again)
{
	char *path = face_path();
	char first[32], again[32];

	T_EQUAL(face_run(init_main, "init", path, NULL), 0);
	find_phrase(face_out, "passphrase  ", first);
	T_EQUAL(face_run(init_main, "init", "--show", path), 0);
	find_phrase(face_out, "passphrase  ", again);
	T_TEXT(again, first);
	T_CHECK(strstr(face_out, "    port        62031\n"));
	T_CHECK(strstr(face_out, "Web page: http://127.0.0.1:8080/\n"));
	FILE *f = fopen(path, "w");
	fputs("[server]\nid = 2345\n[listener a]\nbind = [::1]:62040\npassphrase =\nopen = yes\n"
	      "[listener b]\nbind = 127.0.0.2\npassphrase = kilo;tango\n[report]\nhttp =\n",
	      f);
	fclose(f);
	T_EQUAL(face_run(init_main, "init", "--show", path), 0);
	T_CHECK(strstr(face_out, "address     ::1\n    port        62040\n"
	                         "    passphrase  any (the listener is open)\n"));
	T_CHECK(strstr(face_out, "address     127.0.0.2\n    port        62031\n"
	                         "    passphrase  kilo;tango\n"));
	T_CHECK(strstr(face_out, "No web page"));
	f = fopen(path, "w");
	fputs("[server]\n", f);
	fclose(f);
	T_CHECK(face_run(init_main, "init", "--show", path) != 0);
	T_CHECK(strstr(face_err, ": "));
	T_TEXT(face_out, "");
	face_forget(path);
}

T_CASE(what_cannot_be_written_is_told)
{
	T_EQUAL(face_run(init_main, "init", "/nowhere/freedmr.conf", NULL), 1);
	T_CHECK(strstr(face_err, "freedmr: /nowhere/freedmr.conf: "));
	T_EQUAL(face_run(init_main, "init", "--help", NULL), 64);
	T_EQUAL(face_run(init_main, "init", "a", "b"), 64);
}

T_MAIN()
