#include "io/shared.h"

#include <errno.h>
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "harness/t.h"

#define LEN ((size_t)3 << 16)

/* In a process forked from now on: is it there, and does it hold this? */
static bool others_see(const char *at, char octet)
{
	int status = -1, ends[2];

	if (pipe(ends) != 0)
		return false;
	pid_t pid = fork();
	if (pid == 0) /* a system call only says that the memory is not there */
		_exit(write(ends[1], at, 1) == 1 && *at == octet ? 0 : 1);
	waitpid(pid, &status, 0);
	close(ends[0]);
	close(ends[1]);
	return status == 0;
}

T_CASE(memory_is_inherited_if_it_is_to_be)
{
	char *at = shared_claim(LEN);

	T_CHECK(at);
	T_EQUAL(at[LEN - 1], 0);
	at[0] = 'a';
	T_CHECK(others_see(at, 'a'));
	T_CHECK(shared_inherit(at, LEN, false));
	T_CHECK(!others_see(at, 'a'));
	T_CHECK(shared_inherit(at, LEN, true));
	T_CHECK(others_see(at, 'a'));
	T_CHECK(shared_clear(at, LEN));
	T_CHECK(others_see(at, 0));
	shared_release(at, LEN);
	T_CHECK(!shared_inherit(at, LEN, true)); /* it is gone */
	T_EQUAL(errno, ENOMEM);
	shared_release(NULL, LEN);
}

T_CASE(a_file_in_memory_is_mapped_by_whoever_has_it)
{
	int fd = shared_file(LEN);
	char *one = shared_map(fd, LEN), *other = shared_map(fd, LEN);

	T_CHECK(fd >= 0 && one && other && one != other);
	T_CHECK(!shared_map(-1, LEN));
	T_EQUAL(errno, EBADF);
	strcpy(one + LEN - 8, "written");
	T_TEXT(other + LEN - 8, "written");
	T_CHECK(shared_clear(one, LEN));
	T_EQUAL(other[LEN - 8], 0);
	close(fd);
	shared_release(one, LEN);
	shared_release(other, LEN);
}

T_CASE(more_than_there_can_be_is_not_claimed)
{
	T_CHECK(!shared_claim(SIZE_MAX / 2));
	T_EQUAL(errno, ENOMEM);
}

T_CASE(private_memory_is_not_cleared_for_all)
{
	char *own = mmap(NULL, LEN, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	T_CHECK(own != MAP_FAILED);
	own[1] = 'x';
	T_CHECK(!shared_clear(own, LEN));
	T_EQUAL(own[1], 'x');
	munmap(own, LEN);
}

/* A read goes on; a write, here of the kernel for us, does not. */
T_CASE(what_is_only_read_is_not_written)
{
	char *at = shared_claim(LEN);
	int ends[2];

	T_CHECK(at && pipe(ends) == 0);
	at[5] = 'x';
	shared_only_read(at, LEN);
	T_EQUAL(write(ends[1], at + 5, 1), 1);
	T_EQUAL(read(ends[0], at, 1), -1);
	T_EQUAL(errno, EFAULT);
	T_EQUAL(at[5], 'x');
	close(ends[0]);
	close(ends[1]);
	shared_release(at, LEN);
}

T_MAIN()
