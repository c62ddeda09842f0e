#include "io/rights.h"

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

/* As in linux/capability.h, which not every libc brings. */
enum {
	READ_ANY_FILE = 1u << 2,
	KILL = 1u << 5,
	SET_GROUP = 1u << 6,
	SET_USER = 1u << 7,
	DROP_FROM_BOUNDS = 1u << 8, /* children drop the rest */
	BIND_LOW_PORTS = 1u << 10,
};

#define FEW (KILL | SET_GROUP | SET_USER | DROP_FROM_BOUNDS | BIND_LOW_PORTS)
#define RIGHTS_VERSION 0x20080522u
#define AMBIENT 47
#define AMBIENT_CLEAR 4

struct rights_header {
	uint32_t version;
	int pid;
};

/* [0] rights 0 to 31, [1] the others. */
struct rights {
	uint32_t effective, permitted, inheritable;
};

static int get(struct rights out[static 2])
{
	struct rights_header header = {.version = RIGHTS_VERSION};

	return (int)syscall(SYS_capget, &header, out);
}

static int set(uint32_t effective, uint32_t permitted)
{
	struct rights_header header = {.version = RIGHTS_VERSION};
	const struct rights rights[2] = {{effective, permitted, 0}, {0, 0, 0}};

	return (int)syscall(SYS_capset, &header, rights);
}

/* Without permission to drop them they are useless too: no new privileges. */
static void bound(uint32_t kept)
{
	for (unsigned right = 0; right < 64; right++)
		if (right >= 32 || !(kept & 1u << right))
			(void)prctl(PR_CAPBSET_DROP, right, 0, 0, 0);
	(void)prctl(AMBIENT, AMBIENT_CLEAR, 0, 0, 0);
}

static int no_new_privileges(void)
{
	return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
}

void rights_bound_none(void)
{
	bound(0);
}

int rights_drop(void)
{
	return no_new_privileges() == 0 ? set(0, 0) : -1;
}

static bool can_read(const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);

	if (fd < 0)
		return errno != EACCES && errno != EPERM;
	close(fd);
	return true;
}

int rights_keep_few(const char *path)
{
	struct rights have[2];
	uint32_t kept = FEW;

	if (get(have) != 0 || no_new_privileges() != 0)
		return -1;
	bound(FEW | READ_ANY_FILE);
	if (set(have[0].permitted & FEW, have[0].permitted & (FEW | READ_ANY_FILE)) != 0)
		return -1;
	if (!can_read(path))
		kept |= READ_ANY_FILE;
	bound(kept);
	kept &= have[0].permitted;
	return set(kept, kept);
}
