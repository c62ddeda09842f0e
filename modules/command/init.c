#include "command/init.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/util.h"
#include "command/phrase.h"
#include "conf/sample.h"
#include "io/print.h"
#include "parent/parent.h"

#define FILE_DEFAULT "freedmr.conf"

static void write_line(void *context, const char *line)
{
	print(context, "%s\n", line);
}

/* A new file that only its owner can read, or NULL with errno. */
static FILE *create(const char *path)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);

	return fd < 0 ? NULL : fdopen(fd, "w");
}

static bool write_file(const char *path, const char *phrase)
{
	const struct sample_value values[] = {
		{SECTION_SERVER, "id", "9999"},
		{SECTION_LISTENER, "bind", "[::]:62031"},
		{SECTION_LISTENER, "passphrase", phrase},
		{SECTION_REPORT, "control", "./freedmr.sock"},
	};
	FILE *f = create(path);

	if (!f)
		return false;
	sample_write(values, ARRAY_LEN(values), write_line, f);
	bool whole = !ferror(f);
	if (fclose(f) == 0 && whole)
		return true;
	int saved = errno;
	(void)unlink(path); /* half a file would only be in the way */
	errno = saved;
	return false;
}

static int fail(const char *path, const char *why)
{
	print(stderr, "freedmr: %s: %s\n", path, why);
	return STATUS_FAILED;
}

int init_main(int argc, char **argv)
{
	const char *path = argc > 1 ? argv[1] : FILE_DEFAULT;
	char phrase[PHRASE_MAX];

	if (argc > 2 || path[0] == '-') {
		fputs("usage: freedmr init [FILE]\n", stderr);
		return STATUS_USAGE;
	}
	if (!phrase_make(phrase))
		return fail("no random octets from the system", strerror(errno));
	if (!write_file(path, phrase))
		return fail(path, errno == EEXIST ? "is there already and was not touched"
		                                  : strerror(errno));
	print(stdout, "%s is written. Start the server with\n\n    freedmr -c %s\n\n", path, path);
	print(stdout,
	      "and enter in the hotspot\n\n    address     name or address of this machine\n"
	      "    port        %u\n    passphrase  %s\n\n",
	      CONF_PORT_DEFAULT, phrase);
	puts("Before you link with other servers, change id under [server] to the number you "
	     "were given.");
	return STATUS_OK;
}
