/*
 * What fuzzers of texts and files share.
 */
#ifndef FUZZ_FUZZ_H
#define FUZZ_FUZZ_H

#include <dirent.h>
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

static inline void fuzz_remove_directory(void)
{
	fuzz_empty_directory();
	rmdir(fuzz_directory);
}

/* A directory for files of the input, in memory if there is such a place: nothing waits for a disk.
 * It is gone with the process. */
static inline void fuzz_make_directory(void)
{
	struct stat about;
	int memory = stat("/dev/shm", &about) == 0;

	snprintf(fuzz_directory, sizeof(fuzz_directory), "%s/freedmr.XXXXXX",
	         memory ? "/dev/shm" : "/tmp");
	if (!mkdtemp(fuzz_directory))
		abort();
	atexit(fuzz_remove_directory);
}

#endif
