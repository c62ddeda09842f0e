#include "io/shared.h"

#include <sys/mman.h>

void *shared_claim(size_t len)
{
	void *at = mmap(NULL, len, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	return at == MAP_FAILED ? NULL : at;
}

void shared_release(void *at, size_t len)
{
	if (at)
		munmap(at, len);
}
