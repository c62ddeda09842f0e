#include "io/unix.h"

#include <errno.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/text.h"
#include "io/pipe.h"

#define CALLERS_WAITING 16

union address {
	struct sockaddr any;
	struct sockaddr_un un;
};

static int fail_closing(int fd)
{
	int cause = errno;

	close(fd);
	errno = cause;
	return -1;
}

static int address_of(const char *path, union address *out)
{
	*out = (union address){.un.sun_family = AF_UNIX};
	if (*path && text_copy(out->un.sun_path, sizeof(out->un.sun_path), path))
		return 0;
	errno = *path ? ENAMETOOLONG : EINVAL;
	return -1;
}

static int connect_prepared(const union address *a, bool wait)
{
	int fd = socket(AF_UNIX, SOCK_STREAM, 0);

	if (fd < 0)
		return -1;
	if ((wait || pipe_prepare(fd) == 0) && connect(fd, &a->any, sizeof(a->un)) == 0)
		return fd;
	return fail_closing(fd);
}

/*
 * A socket file without a listener. We do not wait for a live server that is too busy to answer.
 */
static bool is_dead(const union address *a)
{
	struct stat s;

	if (lstat(a->un.sun_path, &s) != 0 || !S_ISSOCK(s.st_mode))
		return false;
	int fd = connect_prepared(a, false);
	if (fd >= 0) {
		close(fd);
		return false;
	}
	return errno == ECONNREFUSED;
}

/* The file is created with its mode, so there is never a moment when everybody may connect. */
static int bind_0660(int fd, const union address *a)
{
	mode_t before = umask(S_IXUSR | S_IXGRP | S_IRWXO);
	int result = bind(fd, &a->any, sizeof(a->un));
	int cause = errno;

	umask(before);
	errno = cause;
	return result;
}

static int bind_over_dead(int fd, const union address *a)
{
	if (bind_0660(fd, a) == 0)
		return 0;
	if (errno != EADDRINUSE)
		return -1;
	if (is_dead(a) && unlink(a->un.sun_path) == 0)
		return bind_0660(fd, a);
	errno = EADDRINUSE;
	return -1;
}

int unix_listen(const char *path)
{
	union address a;

	if (address_of(path, &a) != 0)
		return -1;
	int fd = socket(AF_UNIX, SOCK_STREAM, 0);
	if (fd < 0)
		return -1;
	if (bind_over_dead(fd, &a) != 0 || listen(fd, CALLERS_WAITING) != 0 ||
	    pipe_prepare(fd) != 0)
		return fail_closing(fd);
	return fd;
}

int unix_accept(int fd)
{
	int conn = accept(fd, NULL, NULL);

	if (conn < 0)
		return -1;
	return pipe_prepare(conn) == 0 ? conn : fail_closing(conn);
}

int unix_connect(const char *path)
{
	union address a;

	return address_of(path, &a) == 0 ? connect_prepared(&a, true) : -1;
}
