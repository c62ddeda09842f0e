/*
 * Runs a face of the binary, within the test or in a process of its own, and keeps what it printed.
 */
#ifndef TEST_COMMAND_FACE_H
#define TEST_COMMAND_FACE_H

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/util.h"

#define FACE_TEXT_MAX (1 << 20)
#define FACE_WORDS_MAX 100

typedef int face_main(int argc, char **argv);

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

/* The first of the words is the name of the face; it may change its copies of them. */
static int face_call(face_main *face, const char *const *words)
{
	char *copies[FACE_WORDS_MAX], *argv[FACE_WORDS_MAX];
	int argc = 0;

	for (; words[argc]; argc++)
		if (argc + 1 == FACE_WORDS_MAX || !(copies[argc] = strdup(words[argc])))
			abort();
	copies[argc] = NULL;
	memcpy(argv, copies, sizeof(*argv) * ((size_t)argc + 1));
	int status = face(argc, argv);
	fflush(stdout);
	while (argc > 0)
		free(copies[--argc]);
	return status;
}

/* With `in` as its standard input, in a process of its own, where it may change what it likes. */
static int face_call_apart(face_main *face, const char *const *words, FILE *in)
{
	int status;
	pid_t pid = fork();

	if (pid == 0) {
		if (in && dup2(fileno(in), STDIN_FILENO) < 0)
			abort();
		_exit(face_call(face, words));
	}
	return waitpid(pid, &status, 0) == pid && WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static int face_keep(face_main *face, const char *const *words, bool apart, FILE *in)
{
	FILE *out = tmpfile(), *err = tmpfile();

	fflush(stdout);
	int kept_out = face_divert(STDOUT_FILENO, out), kept_err = face_divert(STDERR_FILENO, err);
	int status = apart ? face_call_apart(face, words, in) : face_call(face, words);
	face_restore(STDOUT_FILENO, kept_out, out, face_out);
	face_restore(STDERR_FILENO, kept_err, err, face_err);
	return status;
}

/* Runs it with any number of words, which end with NULL. Its exit status. */
#define FACE_RUN(face, ...) face_keep(face, (const char *const[]){__VA_ARGS__, NULL}, false, NULL)
#define FACE_RUN_APART(face, in, ...)                                                              \
	face_keep(face, (const char *const[]){__VA_ARGS__, NULL}, true, in)

/* `a` and `b` are the words behind the first; NULL = not given. */
static inline int face_run(face_main *face, const char *word, const char *a, const char *b)
{
	return FACE_RUN(face, word, a, b);
}

/* A path in a fresh directory, gone with face_forget(); one at a time, also of face_run_on(). */
static inline char *face_path(void)
{
	static char path[64];

	snprintf(path, sizeof(path), "/tmp/freedmr.XXXXXX");
	if (!mkdtemp(path))
		abort();
	strncat(path, "/conf", sizeof(path) - strlen(path) - 1);
	return path;
}

static inline void face_forget(char *path)
{
	unlink(path);
	*strrchr(path, '/') = 0;
	rmdir(path);
}

static inline void face_write(const char *path, const void *octets, size_t len)
{
	FILE *f = fopen(path, "w");

	if (!f || fwrite(octets, 1, len, f) != len || fclose(f) != 0)
		abort();
}

/* Runs it on a file with this text. In what it says the path becomes "FILE". */
static inline int face_run_on(face_main *face, const char *word, const char *text)
{
	static const char name[] = "FILE";
	char *path = face_path();

	face_write(path, text, strlen(text));
	int status = face_run(face, word, path, NULL);
	for (char *at = face_err; (at = strstr(at, path)); at += strlen(name)) {
		memmove(at + strlen(name), at + strlen(path), strlen(at + strlen(path)) + 1);
		memcpy(at, name, strlen(name));
	}
	face_forget(path);
	return status;
}

static inline size_t face_read(const char *path, char text[static FACE_TEXT_MAX])
{
	FILE *f = fopen(path, "r");
	size_t len = f ? fread(text, 1, FACE_TEXT_MAX - 1, f) : 0;

	if (f)
		fclose(f);
	text[len] = 0;
	return len;
}

#endif
