#include "io/create.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/text.h"

#define UNUSED ".XXXXXX" /* mkstemp fills it in */

static FILE *open_stream(int fd)
{
	FILE *f = fd < 0 ? NULL : fdopen(fd, "w");

	if (fd >= 0 && !f)
		close(fd);
	return f;
}

FILE *create_first(const char *path)
{
	return open_stream(open(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC,
	                        S_IRUSR | S_IWUSR));
}

FILE *create_new(const char *path)
{
	return unlink(path) == 0 || errno == ENOENT ? create_first(path) : NULL;
}

FILE *create_beside(const char *path, char beside[static CREATE_PATH_MAX])
{
	struct text t = text_make(beside, CREATE_PATH_MAX);
	const char *slash = strrchr(path, '/');
	size_t fits = (slash ? (size_t)(slash + 1 - path) : 0) + NAME_MAX - strlen(UNUSED);
	size_t len = strlen(path);

	if (len > fits)
		for (len = fits; (path[len] & 0xc0) == 0x80;) /* within a character */
			len--;
	text_format(&t, "%.*s" UNUSED, (int)len, path);
	errno = ENAMETOOLONG;
	return open_stream(t.cut ? -1 : mkstemp(beside));
}
