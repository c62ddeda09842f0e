#include "command/finding.h"

#include <sys/stat.h>

#include "base/text.h"
#include "face.h"
#include "harness/t.h"

#define NOBODY 65534

static char directory[64]; /* everybody may write there */

static void begin(void)
{
	snprintf(directory, sizeof(directory), "/tmp/t_doctor_files.XXXXXX");
	if (!mkdtemp(directory) || chmod(directory, 0777) != 0)
		abort();
}

/* The words are the user of the reporter, and the files state, history and aliases. */
static void prepare(struct doctor *d, char **words)
{
	d->path = "/nowhere/freedmr.conf";
	d->running = true;
	text_copy(d->conf.server.run_as, sizeof(d->conf.server.run_as), words[0]);
	text_copy(d->conf.server.state, sizeof(d->conf.server.state), words[1]);
	text_copy(d->conf.report.history, sizeof(d->conf.report.history), words[2]);
	text_copy(d->conf.report.aliases, sizeof(d->conf.report.aliases), words[3]);
}

/* Where a relative path begins with the directory of this process. */
static int look(int argc, char **argv)
{
	static struct doctor d;

	(void)argc;
	prepare(&d, argv + 1);
	if (chdir(directory) != 0)
		return -1;
	doctor_look_at_files(&d);
	return (int)d.wrong;
}

/* Likewise with that of the server, which has this process ID. */
static int look_at_server(int argc, char **argv)
{
	static struct doctor d;

	(void)argc;
	prepare(&d, argv + 1);
	d.pid = (long)getpid();
	if (chdir(directory) != 0)
		return -1;
	doctor_look_at_files(&d);
	return (int)d.wrong;
}

/* Asked by somebody else than root, who cannot have a reporter of another user. */
static int look_as_nobody(int argc, char **argv)
{
	if (geteuid() == 0 && setuid(NOBODY) != 0)
		return -1;
	if (setenv("USER", "zoe", 1) != 0)
		return -1;
	return look(argc, argv);
}

static int look_as_who(int argc, char **argv)
{
	if (unsetenv("USER") != 0 || (geteuid() == 0 && setuid(NOBODY) != 0))
		return -1;
	return look(argc, argv);
}

T_CASE(a_relative_path_begins_where_the_server_was_started)
{
	begin();
	T_EQUAL(FACE_RUN_APART(look, NULL, "look", "", "state", "", ""), 0);
	T_TEXT(face_out, "ok    state file is writable: state\n");
	T_EQUAL(FACE_RUN_APART(look_at_server, NULL, "look", "", "state", "./history", ""), 0);
	T_TEXT(face_out, "ok    state file is writable: state\n"
	                 "ok    history file is writable: ./history\n");
	T_EQUAL(FACE_RUN_APART(look_at_server, NULL, "look", "", "in/state", "", ""), 1);
	char wanted[256];
	snprintf(wanted, sizeof(wanted), ": %s/in\n", directory);
	T_CHECK(strstr(face_out, "wrong state file is not writable by user "));
	T_CHECK(strstr(face_out, wanted));
	T_EQUAL(rmdir(directory), 0);
}

T_CASE(a_directory_that_is_not_there_is_made_for_the_user)
{
	static const struct {
		face_main *look;
		const char *user;
	} rows[] = {{look_as_nobody, "zoe"}, {look_as_who, "root"}};
	char wanted[256];

	begin();
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		T_EQUAL(FACE_RUN_APART(rows[i].look, NULL, "look", "daemon", "/nowhere/a/b/state",
		                       "", ""),
		        1);
		snprintf(wanted, sizeof(wanted),
		         "wrong state file is not writable by user %s: /nowhere/a/b\n"
		         "        sudo install -d -o %s -m 0750 /nowhere/a/b\n",
		         rows[i].user, rows[i].user);
		T_TEXT(face_out, wanted);
	}
	T_EQUAL(FACE_RUN_APART(look_as_nobody, NULL, "look", "", "/state", "", ""), 1);
	T_CHECK(strstr(face_out, "wrong state file is not writable by user zoe: /\n"));
	T_EQUAL(rmdir(directory), 0);
}

T_CASE(an_index_that_cannot_be_read_is_a_hint)
{
	char path[80], wanted[400];

	begin();
	snprintf(path, sizeof(path), "%s/aliases", directory);
	face_write(path, "", 0);
	T_EQUAL(chmod(path, 0644), 0);
	T_EQUAL(FACE_RUN_APART(look_as_nobody, NULL, "look", "", "", "", path), 0);
	T_TEXT(face_out, "");
	T_EQUAL(unlink(path), 0);
	T_EQUAL(FACE_RUN_APART(look_as_nobody, NULL, "look", "", "", "", path), 0);
	snprintf(wanted, sizeof(wanted),
	         "hint  no names: %s does not exist, or user zoe cannot read it\n"
	         "        curl -O https://radioid.net/static/user.csv && sudo freedmr aliases "
	         "user.csv -o %s\n",
	         path, path);
	T_TEXT(face_out, wanted);
	T_EQUAL(rmdir(directory), 0);
}

T_MAIN()
