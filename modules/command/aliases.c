#include "command/aliases.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/text.h"
#include "command/alias_rows.h"
#include "io/create.h"
#include "io/map.h"
#include "io/print.h"
#include "parent/status.h"

#define SOURCE_MAX ((size_t)512 * 1024 * 1024)

struct wish {
	const char *index;
	bool force;
};

const char aliases_usage[] =
	"usage: freedmr aliases [-f] FILE... -o INDEX\n\n"
	"  FILE        user.csv, users.json, rptrs.json or a list of talkgroups; if an ID\n"
	"              occurs twice, the later row wins\n"
	"  -o INDEX    the index to write; set aliases = INDEX under [report]\n"
	"  -f          replace the index even if the new one is less than half as large\n";

static int fail(const char *path)
{
	print_errno("freedmr aliases", path);
	return STATUS_FAILED;
}

static void complain(void *context, const char *line)
{
	(void)context;
	print(stderr, "freedmr aliases: %s\n", line);
}

/* The first octet that is not blank determines the format. */
static void read_text(struct alias_rows *rows, const char *text, size_t len)
{
	static const char mark[] = "\xef\xbb\xbf"; /* some tools write one before UTF-8 */
	size_t at = 0;

	if (len >= 3 && memcmp(text, mark, 3) == 0)
		at = 3;
	text += at;
	len -= at;
	for (at = 0; at < len && strchr(" \t\r\n", text[at]);)
		at++;
	if (at < len && (text[at] == '{' || text[at] == '['))
		alias_json_read(rows, text, len);
	else
		alias_csv_read(rows, text, len);
}

static bool read_file(struct alias_rows *rows, const char *path)
{
	struct map map;

	if (!map_open(path, SOURCE_MAX, NULL, NULL, &map)) {
		fail(path);
		return false;
	}
	rows->file = path;
	read_text(rows, map.octets, map.len);
	map_close(&map);
	return true;
}

/* The number of rows in the existing index; 0 if there is none. */
static uint64_t rows_before(const char *path)
{
	struct alias_index index = {.octets = NULL};
	uint64_t sum = 0;
	struct map map;

	if (!map_open(path, ALIAS_INDEX_MAX, NULL, NULL, &map))
		return 0;
	if (alias_index_open(map.octets, map.len, &index)) {
		for (int kind = 0; kind < ALIAS_KINDS; kind++)
			sum += index.count[kind];
	}
	map_close(&map);
	return sum;
}

/* Written to a temporary file, then renamed: whoever maps the old one keeps it, and nobody sees
 * half of one. */
static bool put(const char *path, const uint8_t *octets, size_t len)
{
	char beside[CREATE_PATH_MAX];
	FILE *f = create_beside(path, beside);

	if (!f)
		return false;
	bool good = fwrite(octets, 1, len, f) == len && fflush(f) == 0 && fsync(fileno(f)) == 0 &&
	            fchmod(fileno(f), S_IRUSR | S_IWUSR | S_IRGRP | S_IROTH) == 0;
	good = fclose(f) == 0 && good && rename(beside, path) == 0;
	int cause = errno;
	if (!good)
		unlink(beside);
	errno = cause;
	return good;
}

static void tell(const struct alias_rows *rows, const char *index, size_t len)
{
	uint64_t count[ALIAS_KINDS] = {0};

	for (size_t i = 0; i < rows->count; i++)
		count[rows->row[i].kind]++;
	print(stdout, "%s:", index);
	for (enum alias_kind kind = 0; kind < ALIAS_KINDS; kind++)
		print(stdout, " %" PRIu64 " %s,", count[kind], alias_kind_name(kind));
	print(stdout, " %zu octets, %" PRIu64 " lines skipped\n", len, rows->bad);
}

static int make(struct alias_rows *rows, const struct wish *wish)
{
	size_t len = 0;

	alias_rows_sort(rows);
	uint64_t before = rows_before(wish->index);
	if (rows->full || rows->count == 0 || (!wish->force && rows->count < before / 2)) {
		print(stderr, "freedmr aliases: %s not replaced: %s\n", wish->index,
		      rows->full         ? "out of memory"
		      : rows->count == 0 ? "no rows found"
		                         : "it has more than twice as many rows (use -f to replace "
		                           "it anyway)");
		return STATUS_FAILED;
	}
	uint8_t *octets = alias_index_make(rows->row, rows->count, &len);
	if (!octets) {
		fputs("freedmr aliases: too many rows\n", stderr);
		return STATUS_FAILED;
	}
	int status = put(wish->index, octets, len) ? STATUS_OK : fail(wish->index);
	free(octets);
	if (status == STATUS_OK)
		tell(rows, wish->index, len);
	return status;
}

/* Removes the options from argv, at any position; the files remain. -1: misuse. */
static int read_options(int argc, char **argv, struct wish *wish)
{
	int files = 0;

	for (int i = 1; i < argc; i++) {
		if (strcmp(argv[i], "-f") == 0)
			wish->force = true;
		else if (strcmp(argv[i], "-o") == 0 && i + 1 < argc)
			wish->index = argv[++i];
		else if (argv[i][0] == '-')
			return -1;
		else
			argv[files++] = argv[i];
	}
	return files > 0 && wish->index ? files : -1;
}

int aliases_main(int argc, char **argv)
{
	struct alias_rows rows = {.complain = complain};
	struct wish wish = {.force = false};
	int files = read_options(argc, argv, &wish);
	bool all = true;

	if (files < 0) {
		fputs(aliases_usage, stderr);
		return STATUS_USAGE;
	}
	for (int i = 0; i < files && all; i++)
		all = read_file(&rows, argv[i]);
	int status = all ? make(&rows, &wish) : STATUS_FAILED;
	alias_rows_release(&rows);
	return status;
}
