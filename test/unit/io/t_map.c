#include "io/map.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/text.h"
#include "harness/t.h"
#include "io/guard.h"

static char directory[64], path[96];

static void write_file(const char *octets, size_t len)
{
	FILE *f = fopen(path, "w");

	if (!f || fwrite(octets, 1, len, f) != len || fclose(f) != 0)
		abort();
}

static void begin(void)
{
	text_copy(directory, sizeof(directory), "/tmp/t_map.XXXXXX");
	if (!mkdtemp(directory))
		abort();
	struct text t = text_make(path, sizeof(path));
	text_format(&t, "%s/file", directory);
}

static void end(void)
{
	unlink(path);
	rmdir(directory);
}

static size_t seen, pieces;
static unsigned long sum;

static void look(void *context, const void *octets, size_t len)
{
	const unsigned char *b = octets;

	(void)context;
	seen += len;
	pieces++;
	for (size_t i = 0; i < len; i++)
		sum += b[i];
}

T_CASE(all_of_a_file_is_shown_and_then_mapped)
{
	static char octets[40000];
	unsigned long expected = 0;
	struct map map;

	for (size_t i = 0; i < sizeof(octets); i++) {
		octets[i] = (char)(i * 7 % 128);
		expected += (unsigned char)octets[i];
	}
	begin();
	write_file(octets, sizeof(octets));
	T_CHECK(map_open(path, sizeof(octets), look, NULL, &map));
	T_EQUAL(map.len, sizeof(octets));
	T_EQUAL(memcmp(map.octets, octets, sizeof(octets)), 0);
	T_EQUAL(seen, sizeof(octets));
	T_EQUAL(sum, expected);
	T_CHECK(pieces > 1);
	map_close(&map);
	T_CHECK(map.octets == NULL);
	map_close(&map); /* twice does no harm */
	end();
}

T_CASE(what_is_cut_off_a_mapped_file_is_read_as_zeros)
{
	static char octets[40000];
	struct map map;
	const unsigned char *at;

	memset(octets, 'x', sizeof(octets));
	for (size_t left = 0; left < 20000; left += 5000) {
		begin();
		write_file(octets, sizeof(octets));
		T_CHECK(map_open(path, sizeof(octets), look, NULL, &map));
		T_EQUAL(truncate(path, (off_t)left), 0);
		at = map.octets;
		T_EQUAL(at[sizeof(octets) - 1], 0);
		T_EQUAL(at[left + 8192], 0);
		T_EQUAL(at[0], left ? 'x' : 0);
		map_close(&map);
		end();
	}
}

T_CASE(what_is_no_file_of_a_fit_size_is_refused)
{
	struct map map;

	begin();
	T_CHECK(!map_open(path, 100, look, NULL, &map));
	T_EQUAL(errno, ENOENT);
	write_file("", 0);
	T_CHECK(!map_open(path, 100, look, NULL, &map));
	T_EQUAL(errno, EINVAL);
	write_file("1234567890", 10);
	T_CHECK(!map_open(path, 9, look, NULL, &map));
	T_EQUAL(errno, EINVAL);
	T_CHECK(map_open(path, 10, look, NULL, &map));
	map_close(&map);
	T_CHECK(!map_open(directory, 100000, look, NULL, &map));
	T_EQUAL(errno, EINVAL);
	unlink(path);
	T_EQUAL(mkfifo(path, 0600), 0);
	T_CHECK(!map_open(path, 100, look, NULL, &map)); /* and does not wait for a writer */
	T_EQUAL(errno, EINVAL);
	end();
}

T_CASE(a_replaced_file_looks_different)
{
	struct map_stamp before, after;
	char beside[120];
	struct text t = text_make(beside, sizeof(beside));

	begin();
	T_CHECK(!map_look(path, &before));
	write_file("one", 3);
	T_CHECK(map_look(path, &before) && map_look(path, &after));
	T_CHECK(map_same(&before, &after));
	text_format(&t, "%s.old", path);
	T_EQUAL(rename(path, beside), 0);
	write_file("two", 3);
	T_CHECK(map_look(path, &after));
	T_CHECK(!map_same(&before, &after));
	unlink(beside);
	end();
}

/* Written to in its place, at the same length. */
T_CASE(a_changed_file_looks_different)
{
	struct map_stamp before, after;
	struct timespec times[2] = {{.tv_nsec = UTIME_OMIT}, {1000, 1}};

	begin();
	write_file("one", 3);
	T_EQUAL(utimensat(AT_FDCWD, path, times, 0), 0);
	T_CHECK(map_look(path, &before));
	write_file("more", 4);
	T_EQUAL(utimensat(AT_FDCWD, path, times, 0), 0);
	T_CHECK(map_look(path, &after));
	T_CHECK(!map_same(&before, &after));
	write_file("two", 3);
	times[1].tv_sec++;
	T_EQUAL(utimensat(AT_FDCWD, path, times, 0), 0);
	T_CHECK(map_look(path, &after));
	T_CHECK(!map_same(&before, &after));
	times[1] = (struct timespec){1000, 2};
	T_EQUAL(utimensat(AT_FDCWD, path, times, 0), 0);
	T_CHECK(map_look(path, &after));
	T_CHECK(!map_same(&before, &after));
	times[1].tv_nsec--;
	T_EQUAL(utimensat(AT_FDCWD, path, times, 0), 0);
	T_CHECK(map_look(path, &after));
	T_CHECK(map_same(&before, &after));
	end();
}

T_CASE(one_map_too_many_is_refused)
{
	struct map maps[GUARD_MAX], one_more;

	begin();
	write_file("octets", 6);
	for (size_t i = 0; i < GUARD_MAX; i++)
		T_CHECK(map_open(path, 6, look, NULL, &maps[i]));
	T_CHECK(!map_open(path, 6, look, NULL, &one_more));
	T_EQUAL(errno, EMFILE);
	map_close(&maps[1]);
	T_CHECK(map_open(path, 6, look, NULL, &maps[1]));
	for (size_t i = 0; i < GUARD_MAX; i++)
		map_close(&maps[i]);
	end();
}

/* Reads the first octet that is no more in the file: of one that is guarded, or of another. */
static _Noreturn void read_what_is_cut_off(bool guarded)
{
	static char octets[8192];
	struct map map;

	write_file(octets, sizeof(octets));
	int fd = open(path, O_RDONLY);
	const volatile char *other = mmap(NULL, sizeof(octets), PROT_READ, MAP_SHARED, fd, 0);
	if (!map_open(path, sizeof(octets), look, NULL, &map) || truncate(path, 0) != 0)
		_exit(1);
	if (guarded)
#ifdef SYS_mmap2
		t_refuse(SYS_mmap2, ENOMEM);
#else
		t_refuse(SYS_mmap, ENOMEM);
#endif
	_exit(guarded ? *(const volatile char *)map.octets : *other);
}

/* That of a file nobody guards, and where there is no memory for the zeros. */
T_CASE(what_cannot_be_read_as_zeros_ends_the_process)
{
	for (int guarded = 0; guarded < 2; guarded++) {
		int status = 0;
		begin();
		pid_t pid = fork();
		if (pid == 0)
			read_what_is_cut_off(guarded);
		T_EQUAL(waitpid(pid, &status, 0), pid);
		T_CHECK(WIFSIGNALED(status));
		T_EQUAL(WTERMSIG(status), SIGBUS);
		end();
	}
}

T_MAIN()
