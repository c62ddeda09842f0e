/*
 * Runs a fuzz harness without a fuzzer: over its corpus and over every vector of test/data, whole,
 * cut short at every length, and with single bits turned over; over what a fuzzer has learnt, whose
 * names are digests, as it is. So the harnesses cannot rot, and what a fuzzer has once found stays
 * found. What the core did with all of them has a golden digest.
 *
 *   fuzz_x             all of that; prints a result line
 *   fuzz_x -w          the same inputs, whole only: what they reach is counted
 *   fuzz_x -o DIR      writes the vectors as files into DIR, as seeds for a fuzzer
 *   fuzz_x FILE...     these files only, as they are: to look at what a fuzzer has found
 */
#include <ctype.h>
#include <dirent.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness/golden.h"

#define INPUT_MAX 65536
#define DIGEST_LEN 40    /* of the names that libFuzzer gives, in hex */
#define EVERY_BIT_TO 128 /* octets; in longer inputs one bit of each octet is turned */

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len);

typedef void input_fn(const char *name, const uint8_t *bytes, size_t len, const char *where);

/* See fuzz.h and play.h. */
extern int fuzz_no_datagrams;
__attribute__((weak)) int fuzz_no_datagrams;
extern uint64_t fuzz_digest;
__attribute__((weak)) uint64_t fuzz_digest;

static unsigned long runs;
static uint64_t all_digests = GOLDEN_START;

/* In a block of its very length, so that the address sanitiser sees one octet too far. */
static void once(const uint8_t *bytes, size_t len)
{
	uint8_t *copy = malloc(len ? len : 1);

	if (!copy)
		abort();
	memcpy(copy, bytes, len);
	fuzz_digest = GOLDEN_START;
	LLVMFuzzerTestOneInput(copy, len);
	golden_number(&all_digests, fuzz_digest);
	free(copy);
	runs++;
}

static void torment(const char *name, const uint8_t *bytes, size_t len, const char *where)
{
	static uint8_t turned[INPUT_MAX];

	(void)name;
	(void)where;
	for (size_t part = 0; part <= len; part++)
		once(bytes, part);
	memcpy(turned, bytes, len);
	for (size_t bit = 0; bit < len * 8; bit += len <= EVERY_BIT_TO ? 1 : 9) {
		uint8_t mask = (uint8_t)(0x80 >> bit % 8);

		turned[bit / 8] ^= mask;
		once(turned, len);
		turned[bit / 8] ^= mask;
	}
}

static void keep(const char *name, const uint8_t *bytes, size_t len, const char *where)
{
	char path[512];

	snprintf(path, sizeof(path), "%s/%s", where, name);
	FILE *f = fopen(path, "wb");
	if (!f || fwrite(bytes, 1, len, f) != len || fclose(f) != 0) {
		perror(path);
		exit(1);
	}
}

static bool file(const char *path, input_fn *use)
{
	static uint8_t bytes[INPUT_MAX];
	FILE *f = fopen(path, "rb");

	if (!f)
		return false;
	size_t len = fread(bytes, 1, sizeof(bytes), f);
	fclose(f);
	use(path, bytes, len, NULL);
	return true;
}

/* Each line `name = hex` of a vector file; other lines are none of ours. */
static void vectors(const char *path, input_fn *use, const char *where)
{
	static char line[2 * INPUT_MAX];
	static uint8_t bytes[INPUT_MAX];
	FILE *f = fopen(path, "r");

	while (f && fgets(line, sizeof(line), f)) {
		char *hex = strstr(line, " = ");
		size_t len = 0;

		if (line[0] == '#' || !hex)
			continue;
		*hex = 0;
		hex += 3;
		for (; isxdigit((unsigned char)hex[0]) && isxdigit((unsigned char)hex[1]);
		     hex += 2) {
			char pair[3] = {hex[0], hex[1], 0};
			bytes[len++] = (uint8_t)strtoul(pair, NULL, 16);
		}
		use(line, bytes, len, where);
	}
	if (f)
		fclose(f);
}

/* Calls `each` for the plain files of a directory; none is no error. */
static void directory(const char *dir, const char *ending, void (*each)(const char *path))
{
	struct dirent **entries;
	int count = scandir(dir, &entries, NULL, alphasort);
	char path[1024];

	for (int i = 0; i < count; i++) {
		const char *file_name = entries[i]->d_name;
		size_t len = strlen(file_name), end = strlen(ending);
		if (file_name[0] != '.' && len >= end &&
		    strcmp(file_name + len - end, ending) == 0) {
			snprintf(path, sizeof(path), "%s/%s", dir, file_name);
			each(path);
		}
		free(entries[i]);
	}
	if (count >= 0)
		free(entries);
}

static const char *seeds; /* where to keep the vectors, with -o */
static bool whole;        /* -w */

static void use_whole(const char *name, const uint8_t *bytes, size_t len, const char *where)
{
	(void)name;
	(void)where;
	once(bytes, len);
}

static bool is_digest(const char *name)
{
	return strlen(name) == DIGEST_LEN && strspn(name, "0123456789abcdef") == DIGEST_LEN;
}

static void vectors_of(const char *path)
{
	vectors(path, seeds ? keep : whole || fuzz_no_datagrams ? use_whole : torment, seeds);
}

static void corpus_of(const char *path)
{
	file(path, whole || is_digest(strrchr(path, '/') + 1) ? use_whole : torment);
}

static void as_it_is(const char *name, const uint8_t *bytes, size_t len, const char *where)
{
	use_whole(name, bytes, len, where);
	printf("%s: %zu octets, nothing found\n", name, len);
}

int main(int argc, char **argv)
{
	const char *name = strrchr(argv[0], '/');
	char corpus[256];

	name = name ? name + 1 : argv[0];
	if (argc == 3 && strcmp(argv[1], "-o") == 0)
		seeds = argv[2];
	whole = argc == 2 && strcmp(argv[1], "-w") == 0;
	for (int i = 1; i < argc && !seeds && !whole; i++)
		if (!file(argv[i], as_it_is))
			perror(argv[i]);
	if (argc > 1 && !seeds && !whole)
		return 0;
	directory("test/data", ".txt", vectors_of);
	if (seeds)
		return 0;
	snprintf(corpus, sizeof(corpus), "test/fuzz/corpus/%s",
	         name + (strncmp(name, "fuzz_", 5) ? 0 : 5));
	directory(corpus, "", corpus_of);
	printf("%lu inputs\n", runs);
	if (!whole && !golden_is(name, all_digests)) {
		printf("not ok %s.corpus: its digest in " GOLDEN_FILE " is another\n", name);
		return 1;
	}
	printf(runs ? "ok %s.corpus\n" : "not ok %s.corpus: no input\n", name);
	return runs ? 0 : 1;
}
