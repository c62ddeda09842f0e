#include "io/map.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "io/guard.h"

#define PIECE_LEN 16384

bool map_look(const char *path, struct map_stamp *out)
{
	struct stat s;

	if (stat(path, &s) != 0)
		return false;
	*out = (struct map_stamp){
		.device = (uint64_t)s.st_dev,
		.inode = (uint64_t)s.st_ino,
		.size = (int64_t)s.st_size,
		.changed_s = (int64_t)s.st_mtim.tv_sec,
		.changed_ns = (int64_t)s.st_mtim.tv_nsec,
	};
	return true;
}

bool map_same(const struct map_stamp *a, const struct map_stamp *b)
{
	return a->device == b->device && a->inode == b->inode && a->size == b->size &&
	       a->changed_s == b->changed_s && a->changed_ns == b->changed_ns;
}

/* Passes the whole file on in pieces. False with errno if reading fails or its length changes. */
static bool show(int fd, size_t len, map_piece *piece, void *context)
{
	uint8_t octets[PIECE_LEN];
	size_t seen = 0;
	ssize_t n;

	while ((n = read(fd, octets, sizeof(octets))) != 0) {
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return false;
		if (piece)
			piece(context, octets, (size_t)n);
		seen += (size_t)n;
	}
	errno = EIO;
	return seen == len;
}

static bool map_file(int fd, size_t max, map_piece *piece, void *context, struct map *out)
{
	struct stat s;

	if (fstat(fd, &s) != 0)
		return false;
	errno = EINVAL;
	if (!S_ISREG(s.st_mode) || s.st_size < 1 || (uint64_t)s.st_size > max)
		return false;
	size_t len = (size_t)s.st_size;
	if (!show(fd, len, piece, context))
		return false;
	void *at = mmap(NULL, len, PROT_READ, MAP_SHARED, fd, 0);
	if (at == MAP_FAILED)
		return false;
	if (!guard_add(at, len)) {
		int cause = errno;
		munmap(at, len);
		errno = cause;
		return false;
	}
	(void)posix_madvise(at, len, POSIX_MADV_RANDOM);
	*out = (struct map){.octets = at, .len = len};
	return true;
}

bool map_open(const char *path, size_t max, map_piece *piece, void *context, struct map *out)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);

	if (fd < 0)
		return false;
	bool mapped = map_file(fd, max, piece, context, out);
	int cause = errno;
	close(fd);
	errno = cause;
	return mapped;
}

void map_close(struct map *m)
{
	if (m->octets) {
		guard_remove(m->octets);
		munmap(m->octets, m->len);
	}
	*m = (struct map){.octets = NULL};
}
