#include "io/rights.h"

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "harness/t.h"

#ifndef SYS_open
#define SYS_open SYS_openat
#endif

#define READ_ANY_FILE (1u << 2)
#define CHANGE_OWNERS 1u

/* What this process may, of the first 32 rights. */
static uint32_t rights(void)
{
	struct {
		uint32_t version;
		int pid;
	} header = {.version = 0x20080522u};
	struct {
		uint32_t effective, permitted, inheritable;
	} have[2] = {{0, 0, 0}};

	return syscall(SYS_capget, &header, have) == 0 ? have[0].permitted : UINT32_MAX;
}

static char path[] = "/tmp/t_rights.XXXXXX";

static void keeps_few(void)
{
	uint32_t before = rights();

	T_EQUAL(rights_keep_few(path), 0);
	T_EQUAL(rights(), before & rights());
	T_CHECK(!(rights() & (CHANGE_OWNERS | READ_ANY_FILE)));
	T_EQUAL(prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0), 1);
}

/* Where only that right lets the file be read, whoever has it keeps it. */
static void keeps_one_more(void)
{
	uint32_t before = rights();

	t_refuse(SYS_open, EPERM);
	t_refuse(SYS_openat, EPERM);
	T_EQUAL(rights_keep_few(path), 0);
	T_EQUAL(rights() & READ_ANY_FILE, before & READ_ANY_FILE);
	T_CHECK(!(rights() & CHANGE_OWNERS));
}

T_CASE(few_rights_are_kept_and_one_more_if_the_file_needs_it)
{
	int fd = mkstemp(path);

	T_CHECK(fd >= 0);
	close(fd);
	t_apart(keeps_few);
	t_apart(keeps_one_more);
	unlink(path);
}

static void drops_all(void)
{
	T_EQUAL(rights_drop(), 0);
	T_EQUAL(rights(), 0);
}

static long call;

static void is_refused(void)
{
	t_refuse(call, EPERM);
	errno = 0;
	T_EQUAL(rights_keep_few("/"), -1);
	T_EQUAL(errno, EPERM);
}

T_CASE(rights_are_dropped_or_it_is_told)
{
	static const long calls[] = {SYS_capget, SYS_capset, SYS_prctl};

	t_apart(drops_all);
	for (size_t i = 0; i < ARRAY_LEN(calls); i++) {
		call = calls[i];
		t_apart(is_refused);
	}
}

T_MAIN()
