/*
 * Runs a face of the binary within the test and keeps what it printed.
 */
#ifndef TEST_COMMAND_FACE_H
#define TEST_COMMAND_FACE_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/util.h"

#define FACE_TEXT_MAX 65536

static char face_out[FACE_TEXT_MAX], face_err[FACE_TEXT_MAX];

/* Puts a file in the place of a descriptor; the descriptor that was there. */
static int face_divert(int fd, FILE *file)
{
	int kept = dup(fd);

	if (!file || kept < 0 || dup2(fileno(file), fd) < 0)
		abort();
	return kept;
}

static void face_restore(int fd, int kept, FILE *file, char text[static FACE_TEXT_MAX])
{
	dup2(kept, fd);
	close(kept);
	rewind(file);
	text[fread(text, 1, FACE_TEXT_MAX - 1, file)] = 0;
	fclose(file);
}

/* `a` and `b` are the words behind the first; NULL = not given. */
static int face_run(int (*face)(int, char **), const char *word, const char *a, const char *b)
{
	char words[3][128];
	char *argv[] = {words[0], a ? words[1] : NULL, b ? words[2] : NULL, NULL};
	FILE *out = tmpfile(), *err = tmpfile();

	snprintf(words[0], sizeof(words[0]), "%s", word);
	snprintf(words[1], sizeof(words[1]), "%s", a ? a : "");
	snprintf(words[2], sizeof(words[2]), "%s", b ? b : "");
	fflush(stdout);
	int kept_out = face_divert(STDOUT_FILENO, out), kept_err = face_divert(STDERR_FILENO, err);
	int status = face(b ? 3 : a ? 2 : 1, argv);
	fflush(stdout);
	face_restore(STDOUT_FILENO, kept_out, out, face_out);
	face_restore(STDERR_FILENO, kept_err, err, face_err);
	return status;
}

/* A path in a fresh directory, gone with face_forget(). */
static char *face_path(void)
{
	static char path[64];

	snprintf(path, sizeof(path), "/tmp/freedmr.XXXXXX");
	if (!mkdtemp(path))
		abort();
	strncat(path, "/conf", sizeof(path) - strlen(path) - 1);
	return path;
}

static void face_forget(char *path)
{
	unlink(path);
	*strrchr(path, '/') = 0;
	rmdir(path);
}

static size_t face_read(const char *path, char text[static FACE_TEXT_MAX])
{
	FILE *f = fopen(path, "r");
	size_t len = f ? fread(text, 1, FACE_TEXT_MAX - 1, f) : 0;

	if (f)
		fclose(f);
	text[len] = 0;
	return len;
}

#endif
