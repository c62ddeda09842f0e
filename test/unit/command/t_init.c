#include "command/init.h"

#include <ctype.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include "command/check.h"
#include "conf/keys.h"
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
	T_EQUAL(face_run(init_main, "init", "--show", "-x"), 64);
}

static char directory[64];

static int init_there(int argc, char **argv)
{
	return chdir(directory) == 0 ? init_main(argc, argv) : -1;
}

T_CASE(without_a_name_it_is_a_file_of_this_directory)
{
	char path[80], first[32], again[32];

	snprintf(directory, sizeof(directory), "/tmp/t_init.XXXXXX");
	T_CHECK(mkdtemp(directory));
	snprintf(path, sizeof(path), "%s/freedmr.conf", directory);
	T_EQUAL(FACE_RUN_APART(init_there, NULL, "init"), 0);
	T_CHECK(strstr(face_out, "\nWrote freedmr.conf. Start the server with\n"));
	find_phrase(face_out, "passphrase  ", first);
	T_EQUAL(FACE_RUN_APART(init_there, NULL, "init", "--show"), 0);
	find_phrase(face_out, "passphrase  ", again);
	T_TEXT(again, first);
	T_EQUAL(unlink(path), 0);
	T_EQUAL(FACE_RUN_APART(init_there, NULL, "init", "--set", "server.name=Mine"), 0);
	T_CHECK(face_read(path, text) > 0 && strstr(text, "\nname = Mine\n"));
	T_EQUAL(unlink(path), 0);
	T_EQUAL(rmdir(directory), 0);
}

T_CASE(there_is_room_for_a_number_of_settings)
{
	static char settings[FACE_WORDS_MAX][80];
	const char *words[FACE_WORDS_MAX] = {"init"};
	const struct conf_section *limits = section_info(SECTION_LIMITS),
				  *report = section_info(SECTION_REPORT);
	size_t count = 0;

	for (size_t i = 0; i < limits->key_count && count < 40; i++)
		snprintf(settings[count++], sizeof(*settings), "limits.%s=1", limits->keys[i].name);
	for (size_t i = 0; i < report->key_count && count < 40; i++)
		snprintf(settings[count++], sizeof(*settings), "report.%s=1", report->keys[i].name);
	T_CHECK(count > 30);
	for (size_t i = 0; i < count; i++) {
		words[1 + 2 * i] = "--set";
		words[2 + 2 * i] = settings[i];
	}
	words[1 + 2 * count] = "/nowhere/freedmr.conf";
	T_EQUAL(face_keep(init_main, words, false, NULL), 64);
	T_CHECK(strstr(face_err, " exceeds the number of settings\n"));
	T_EQUAL(FACE_RUN(init_main, "init", "--set", "nonsense.id=1", "/nowhere/freedmr.conf"), 64);
	T_TEXT(face_err, "freedmr: --set nonsense is not in server, listener, limits or report\n");
}

T_CASE(of_a_file_that_does_not_fit_nothing_is_left)
{
	char *path = face_path(), wanted[128];
	struct rlimit limit, small;

	getrlimit(RLIMIT_FSIZE, &limit);
	small = limit;
	small.rlim_cur = 100; /* enough for the message */
	signal(SIGXFSZ, SIG_IGN);
	setrlimit(RLIMIT_FSIZE, &small);
	int status = FACE_RUN(init_main, "init", path);
	setrlimit(RLIMIT_FSIZE, &limit);
	snprintf(wanted, sizeof(wanted), "freedmr: %s: File too large\n", path);
	T_EQUAL(status, 1);
	T_TEXT(face_err, wanted);
	T_CHECK(access(path, F_OK) != 0);
	face_forget(path);
}

T_MAIN()
