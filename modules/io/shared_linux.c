#include "io/shared.h"

#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

void *shared_claim(size_t len)
{
	void *at = mmap(NULL, len, PROT_READ | PROT_WRITE,
	                MAP_SHARED | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

	return at == MAP_FAILED ? NULL : at;
}

int shared_file(size_t len)
{
	int fd = (int)syscall(SYS_memfd_create, "freedmr", 1u /* closed on exec */);

	if (fd >= 0 && ftruncate(fd, (off_t)len) != 0) {
		close(fd);
		return -1;
	}
	return fd;
}

void *shared_map(int fd, size_t len)
{
	void *at = mmap(NULL, len, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_NORESERVE, fd, 0);

	return at == MAP_FAILED ? NULL : at;
}

bool shared_inherit(void *at, size_t len, bool yes)
{
	return madvise(at, len, yes ? MADV_DOFORK : MADV_DONTFORK) == 0;
}

bool shared_clear(void *at, size_t len)
{
	return madvise(at, len, MADV_REMOVE) == 0;
}

void shared_only_read(void *at, size_t len)
{
	(void)!mprotect(at, len, PROT_READ);
}

void shared_release(void *at, size_t len)
{
	if (at)
		munmap(at, len);
}
