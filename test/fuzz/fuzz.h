/*
 * What fuzzers of texts and files share.
 */
#ifndef FUZZ_FUZZ_H
#define FUZZ_FUZZ_H

#include <dirent.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define FUZZ_PATH_MAX 64u

/* Set by a harness whose inputs are not datagrams: it gets the vectors, which are, whole only. */
extern int fuzz_no_datagrams;

/* The input in a block of its own, so that the sanitiser sees one octet too far. Release it. */
static inline char *fuzz_text(const uint8_t *data, size_t size)
{
	char *text = malloc(size ? size : 1);

	if (!text)
		abort();
	if (size)
		memcpy(text, data, size);
	return text;
}

static char fuzz_directory[FUZZ_PATH_MAX];

static inline void fuzz_empty_directory(void)
{
	DIR *d = opendir(fuzz_directory);

	for (struct dirent *entry; d && (entry = readdir(d));)
		(void)unlinkat(dirfd(d), entry->d_name, 0);
	if (d)
		closedir(d);
}

/* Whatever ends this process, SIGKILL as well, ends what a child waits for, who removes the
 * directory then. It ignores what a terminal sends to both. */
static inline void fuzz_remove_directory_at_the_end(void)
{
	static const char wait[] = "trap '' HUP INT TERM; read -r end; rm -rf \"$0\"";
	int life[2];

	if (pipe(life) != 0 || fcntl(life[1], F_SETFD, FD_CLOEXEC) != 0)
		abort();
	pid_t child = fork();
	if (child < 0)
		abort();
	if (child > 0) {
		close(life[0]);
		return;
	}
	if (dup2(life[0], STDIN_FILENO) >= 0 && freopen("/dev/null", "w", stdout) &&
	    freopen("/dev/null", "w", stderr))
		execl("/bin/sh", "sh", "-c", wait, fuzz_directory, (char *)NULL);
	_exit(1);
}

/* A directory for files of the input, in memory if there is such a place: nothing waits for a disk.
 * It goes with the process. */
static inline void fuzz_make_directory(void)
{
	struct stat about;
	int memory = stat("/dev/shm", &about) == 0;

	snprintf(fuzz_directory, sizeof(fuzz_directory), "%s/freedmr.XXXXXX",
	         memory ? "/dev/shm" : "/tmp");
	if (!mkdtemp(fuzz_directory))
		abort();
	fuzz_remove_directory_at_the_end();
}

#endif
