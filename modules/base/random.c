#include "base/random.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

static bool read_all(int fd, unsigned char *out, size_t len)
{
	while (len > 0) {
		ssize_t got = read(fd, out, len);
		if (got < 0 && errno == EINTR)
			continue;
		if (got <= 0)
			return false;
		out += got;
		len -= (size_t)got;
	}
	return true;
}

bool random_fill(void *out, size_t len)
{
	int fd = open("/dev/urandom", O_RDONLY | O_CLOEXEC);

	if (fd < 0)
		return false;
	bool filled = read_all(fd, out, len);
	int cause = errno;
	close(fd);
	errno = cause;
	return filled;
}
