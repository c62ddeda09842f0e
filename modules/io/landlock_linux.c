#include "io/landlock.h"

#include <errno.h>
#include <fcntl.h>
#include <stddef.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/text.h"

#define PATH_CAP 1024u

/* As in linux/landlock.h, which not every libc brings; the numbers are the same on all machines. */
enum { CALL_CREATE = 444, CALL_ADD = 445, CALL_RESTRICT = 446 };
enum { RULE_BELOW = 1, RULE_PORT = 2 };

enum {
	WRITE_FILE = 0x2,
	READ_FILE = 0x4,
	REMOVE_FILE = 0x20,
	MAKE_FILE = 0x100,
	TRUNCATE = 0x4000,
	FILES_1 = 0x1fff, /* all that the first version knows */
	REFER_2 = 0x2000,
	TRUNCATE_3 = TRUNCATE,
	CONNECT_4 = 0x2,
	PORTS_4 = 0x3, /* bind and connect */
	DEVICES_5 = 0x8000,
	SCOPES_6 = 0x3, /* abstract sockets and signals */
};

struct rules {
	uint64_t files;
	uint64_t ports;
	uint64_t scopes;
};

struct below {
	uint64_t allowed;
	int32_t fd;
} __attribute__((packed));

struct port {
	uint64_t allowed;
	uint64_t port;
};

int landlock_version(void)
{
	long version = syscall(CALL_CREATE, NULL, 0, 1);

	return version > 0 ? (int)version : 0;
}

/* Everything not allowed below is forbidden. Returns how much of *out the version knows. */
static size_t forbid(int version, struct rules *out)
{
	*out = (struct rules){.files = FILES_1};
	if (version >= 2)
		out->files |= REFER_2;
	if (version >= 3)
		out->files |= TRUNCATE_3;
	if (version >= 5)
		out->files |= DEVICES_5;
	if (version < 4)
		return offsetof(struct rules, ports);
	out->ports = PORTS_4;
	if (version < 6)
		return offsetof(struct rules, scopes);
	out->scopes = SCOPES_6;
	return sizeof(*out);
}

/* A missing file cannot be allowed and need not be. */
static int allow_below(int rules, const char *path, uint64_t allowed)
{
	int fd = open(path, O_PATH | O_CLOEXEC);

	if (fd < 0)
		return errno == ENOENT || errno == EACCES || errno == ENOTDIR ? 0 : -1;
	const struct below below = {.allowed = allowed, .fd = fd};
	long result = syscall(CALL_ADD, rules, RULE_BELOW, &below, 0);
	int cause = errno;
	close(fd);
	errno = cause;
	return (int)result;
}

/* The directory of a file, because the file is replaced. */
static int allow_beside(int rules, const char *path, uint64_t allowed)
{
	char directory[PATH_CAP];
	const char *slash = strrchr(path, '/');
	struct text t = text_make(directory, sizeof(directory));

	if (!slash)
		text_put(&t, ".");
	else
		text_bytes(&t, path, slash == path ? 1 : (size_t)(slash - path));
	if (!t.cut)
		return allow_below(rules, directory, allowed);
	errno = ENAMETOOLONG;
	return -1;
}

/* The new file is created beside the old one; only the current one may be read. */
static int allow_replacing(int rules, const char *path, uint64_t known)
{
	const uint64_t made = WRITE_FILE | MAKE_FILE | REMOVE_FILE | TRUNCATE;

	if (!*path)
		return 0;
	return allow_beside(rules, path, made & known) != 0 ||
	                       allow_below(rules, path, READ_FILE) != 0
	               ? -1
	               : 0;
}

static int allow_files(int rules, const struct sandbox *s, uint64_t known)
{
	if (*s->aliases && allow_beside(rules, s->aliases, READ_FILE) != 0)
		return -1;
	if (allow_replacing(rules, s->state, known) != 0)
		return -1;
	return allow_replacing(rules, s->history, known);
}

static int allow_port(int rules, uint16_t number, uint64_t known)
{
	const struct port port = {.allowed = CONNECT_4, .port = number};

	if (!number || !known)
		return 0;
	return (int)syscall(CALL_ADD, rules, RULE_PORT, &port, 0);
}

int landlock_enter(const struct sandbox *s)
{
	struct rules forbidden;
	size_t len = forbid(landlock_version(), &forbidden);
	int rules = (int)syscall(CALL_CREATE, &forbidden, len, 0);
	long result = -1;

	if (rules < 0)
		return -1;
	if (s->role == SANDBOX_VOICE || (allow_files(rules, s, forbidden.files) == 0 &&
	                                 allow_port(rules, s->broker, forbidden.ports) == 0))
		result = syscall(CALL_RESTRICT, rules, 0);
	int cause = errno;
	close(rules);
	errno = cause;
	return (int)result;
}
