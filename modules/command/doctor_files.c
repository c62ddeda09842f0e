/* Checks of files: may others read them, can the server write them? */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/text.h"
#include "command/finding.h"
#include "io/host.h"
#include "io/user.h"

#define PATH_LEN 512u

/* The user of the reporter, and its name. One that does not exist is replaced by nobody. */
static const char *reporter_user(const struct doctor *d, struct user *u)
{
	const char *name = d->conf.server.run_as, *self = getenv("USER");

	if (user_find(name, u) != 0)
		return user_find("nobody", u) == 0 ? "nobody" : "root";
	return u->change ? name : self && geteuid() != 0 ? self : "root";
}

/* The directory of a file; a relative path begins where the server was started. */
static const char *directory_of(const struct doctor *d, const char *path, char out[static PATH_LEN])
{
	char link[64], at[PATH_LEN];
	struct text where = text_make(link, sizeof(link)), t = text_make(out, PATH_LEN);
	const char *end = strrchr(path, '/');

	text_format(&where, "/proc/%ld/cwd", d->pid);
	ssize_t len = *path == '/' || !d->pid ? 0 : readlink(link, at, sizeof(at) - 1);
	if (len > 0)
		text_format(&t, "%.*s/", (int)len, at);
	text_format(&t, "%.*s", !end ? 1 : end == path ? 1 : (int)(end - path), end ? path : ".");
	return out;
}

/* The first directory above that one that the user may not search, in `out`; NULL if there is none.
 */
static const char *closed_above(const struct user *u, const char *directory,
                                char out[static PATH_LEN])
{
	struct stat s;

	for (const char *at = strchr(directory + 1, '/'); at; at = strchr(at + 1, '/')) {
		struct text t = text_make(out, PATH_LEN);
		text_format(&t, "%.*s", (int)(at - directory), directory);
		if (stat(out, &s) == 0 && !host_user_may(u, out, X_OK))
			return out;
	}
	return NULL;
}

static void tell_not_writable(struct doctor *d, const char *what, const char *directory)
{
	struct user u;
	const char *name = reporter_user(d, &u);
	char closed[PATH_LEN], mend[PATH_LEN + 64];
	struct text t = text_make(mend, sizeof(mend));

	if (closed_above(&u, directory, closed))
		text_format(&t, "sudo chmod o+x %s", closed);
	else
		text_format(&t, "sudo install -d -o %s -m 0750 %s", name, directory);
	finding(d, FINDING_WRONG, mend, "%s file is not writable by user %s: %s", what, name,
	        directory);
}

/* The file is replaced by a new one in the same directory. */
static void look_at_file(struct doctor *d, const char *what, const char *path)
{
	char directory[PATH_LEN], mend[PATH_LEN + 64];
	struct text t = text_make(mend, sizeof(mend));
	struct user u;

	/* what is below /run is made when the service starts */
	if (!*path || (!d->running && strncmp(path, "/run/", 5) == 0))
		return;
	(void)reporter_user(d, &u);
	(void)directory_of(d, path, directory);
	enum host_room room = host_room(d->pid, directory);
	if (room == ROOM_READ_ONLY) {
		text_format(&t, "sudo nano %s && ", d->path);
		finding_put_ctl(&t, d);
		text_put(&t, " reload");
		finding(d, FINDING_WRONG, mend,
		        "%s file is where the server sees a read-only file system: %s; choose "
		        "/var/lib/freedmr, or /run/freedmr if the card is read-only",
		        what, path);
	} else if (room == ROOM_NONE) {
		text_format(&t, "df -h %s", directory);
		finding(d, FINDING_WRONG, mend, "no room is left for the %s file: %s", what, path);
	} else if (host_user_may(&u, directory, W_OK | X_OK)) {
		finding(d, FINDING_OK, NULL, "%s file is writable: %s", what, path);
	} else {
		tell_not_writable(d, what, directory);
	}
}

static void look_at_aliases(struct doctor *d, const char *path)
{
	struct user u;
	const char *name = reporter_user(d, &u);
	char mend[PATH_LEN];
	struct text t = text_make(mend, sizeof(mend));

	if (!*path || host_user_may(&u, path, R_OK))
		return;
	text_format(
		&t,
		"curl -O https://radioid.net/static/user.csv && sudo freedmr aliases user.csv -o "
		"%s",
		path);
	finding(d, FINDING_HINT, mend, "no names: %s does not exist, or user %s cannot read it",
	        path, name);
}

void doctor_look_at_files(struct doctor *d)
{
	struct stat s;

	if (stat(d->path, &s) == 0 && (s.st_mode & 077)) {
		char mend[PATH_LEN];
		struct text t = text_make(mend, sizeof(mend));

		text_format(&t, "sudo chmod 600 %s", d->path);
		finding(d, FINDING_WRONG, mend, "%s contains passphrases and is readable by others",
		        d->path);
	}
	look_at_file(d, "state", d->conf.server.state);
	look_at_file(d, "history", d->conf.report.history);
	look_at_aliases(d, d->conf.report.aliases);
}
