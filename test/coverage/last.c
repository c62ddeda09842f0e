/*
 * Counts in a file that all processes share, COUNTS: so what they do is counted although they may
 * open no file, and although they are killed. The counters are mapped from there before main();
 * they fill whole pages, because first.c stands before them and this behind. A count may be lost
 * where two processes count the same at once, which makes no branch look untaken.
 *
 * LLVM_PROFILE_FILE: as usual instead, each process writes its own at its end. COUNTED: writes what
 * is in the shared file as a profile of that name, and ends.
 */
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#define PAGE 4096

__attribute__((used, retain, aligned(PAGE),
               section("__llvm_prf_cnts"))) static char last_of_counters[PAGE];
__attribute__((used, retain, aligned(PAGE),
               section("__llvm_prf_bits"))) static char last_of_bits[PAGE];

/* Of compiler-rt. Because the last is here, it does nothing by itself. */
char *__llvm_profile_begin_counters(void);
char *__llvm_profile_end_counters(void);
char *__llvm_profile_begin_bitmap(void);
char *__llvm_profile_end_bitmap(void);
void __llvm_profile_initialize_file(void);
int __llvm_profile_register_write_file_atexit(void);
void __llvm_profile_set_filename(const char *path);
int __llvm_profile_write_file(void);
extern int __llvm_profile_runtime;
int __llvm_profile_runtime;

/* How much of the file it takes; 0 if it cannot be mapped. */
static off_t share(int fd, off_t from, char *begin, const char *end)
{
	size_t len = (size_t)(end - begin);

	return mmap(begin, len, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_FIXED, fd, from) == begin
	               ? (off_t)len
	               : 0;
}

__attribute__((constructor)) static void count_in_file(void)
{
	const char *counted = getenv("COUNTED");

	if (getenv("LLVM_PROFILE_FILE")) {
		__llvm_profile_initialize_file();
		__llvm_profile_register_write_file_atexit();
		return;
	}
	int fd = open(COUNTS, O_RDWR | O_CLOEXEC);
	if (fd < 0)
		return;
	off_t len = share(fd, 0, __llvm_profile_begin_counters(), __llvm_profile_end_counters());
	if (len > 0)
		share(fd, len, __llvm_profile_begin_bitmap(), __llvm_profile_end_bitmap());
	close(fd);
	if (counted) {
		__llvm_profile_set_filename(counted);
		_exit(__llvm_profile_write_file() != 0);
	}
}
