#include "harness/t.h"

#include <ctype.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

static const char *suite;
static const char *running;
static int failed;
static struct t_case *cases;

void t_fail(const char *file, int line, const char *format, ...)
{
	va_list args;

	if (!failed) {
		printf("not ok %s.%s: %s:%d: ", suite, running, file, line);
		va_start(args, format);
		vprintf(format, args);
		va_end(args);
		putchar('\n');
	}
	failed = 1;
}

int t_failed(void)
{
	return failed;
}

int t_same_text(const char *a, const char *b)
{
	return strcmp(a, b) == 0;
}

int t_same_bytes(const char *file, int line, const char *what, const void *a, const void *b,
                 size_t len)
{
	const uint8_t *x = a, *y = b;

	if (memcmp(a, b, len) == 0)
		return 1;
	char got[2 * 512 + 1] = "", want[2 * 512 + 1] = "";
	for (size_t i = 0; i < len && i < 512; i++) {
		snprintf(got + 2 * i, 3, "%02x", x[i]);
		snprintf(want + 2 * i, 3, "%02x", y[i]);
	}
	t_fail(file, line, "%s is %s, not %s", what, got, want);
	return 0;
}

static _Noreturn void give_up(const char *what, const char *name)
{
	printf("not ok %s.%s: %s %s\n", suite ? suite : "?", running ? running : "?", what, name);
	exit(1);
}

size_t t_hex(const char *hex, void *out, size_t cap)
{
	uint8_t *bytes = out;
	size_t len = 0;

	for (; isxdigit((unsigned char)hex[0]); hex += 2) {
		char pair[3] = {hex[0], hex[1], 0};
		if (!isxdigit((unsigned char)hex[1]) || len == cap)
			give_up("bad hex", hex);
		bytes[len++] = (uint8_t)strtoul(pair, NULL, 16);
	}
	return len;
}

size_t t_vector(const char *file, const char *name, void *out, size_t cap)
{
	char path[256], line[4096];
	size_t name_len = strlen(name);

	snprintf(path, sizeof(path), "test/data/%s", file);
	FILE *f = fopen(path, "r");
	if (!f)
		give_up("cannot open", path);
	while (fgets(line, sizeof(line), f)) {
		if (strncmp(line, name, name_len) != 0 || strncmp(line + name_len, " =", 2) != 0)
			continue;
		fclose(f);
		const char *hex = line + name_len + 2;
		return t_hex(hex + strspn(hex, " "), out, cap);
	}
	fclose(f);
	give_up("no vector", name);
}

const uint8_t *t_guarded(const void *bytes, size_t len)
{
	static uint8_t *pages;
	static size_t page;

	if (!pages) {
		page = (size_t)sysconf(_SC_PAGESIZE);
		pages = mmap(NULL, 2 * page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS,
		             -1, 0);
		if (pages == MAP_FAILED || mprotect(pages + page, page, PROT_NONE) != 0)
			give_up("no", "guard page");
	}
	if (len > page)
		give_up("too long for", "the guard page");
	if (len)
		memcpy(pages + page - len, bytes, len);
	return pages + page - len;
}

void t_apart(void (*body)(void))
{
	int status = -1;

	fflush(stdout);
	pid_t pid = fork();
	if (pid == 0) {
		body();
		fflush(stdout);
		_exit(failed);
	}
	if (waitpid(pid, &status, 0) != pid || !WIFEXITED(status))
		t_fail(__FILE__, __LINE__, "the process apart ended with status %d", status);
	else if (WEXITSTATUS(status))
		failed = 1; /* it has said why */
}

void t_refuse(long call, int error)
{
	t_refuse_where(call, -1, 0, error);
}

void t_refuse_where(long call, int argument, uint32_t value, int error)
{
	/* as in linux/filter.h and linux/seccomp.h, which not every libc brings */
	enum { LOAD = 0x20, IF_EQUAL = 0x15, RETURN = 0x06, REFUSE = 0x50000, ALLOW = 0x7fff0000 };
	enum { AT_CALL = 0, AT_ARGUMENTS = 16, MODE_FILTER = 1 };
	const uint32_t at = argument < 0 ? AT_CALL : AT_ARGUMENTS + 8 * (uint32_t)argument;
	const struct {
		uint16_t code;
		uint8_t if_true, if_false;
		uint32_t k;
	} steps[] = {
		{LOAD, 0, 0, AT_CALL},
		{IF_EQUAL, 0, 3, (uint32_t)call},
		{LOAD, 0, 0, at},
		{IF_EQUAL, 0, 1, argument < 0 ? (uint32_t)call : value},
		{RETURN, 0, 0, REFUSE | (uint32_t)error},
		{RETURN, 0, 0, ALLOW},
	};
	const struct {
		unsigned short len;
		const void *steps;
	} program = {sizeof(steps) / sizeof(steps[0]), steps};

	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0 ||
	    syscall(SYS_seccomp, MODE_FILTER, 0, &program) != 0)
		t_fail(__FILE__, __LINE__, "no call can be refused here");
}

void t_add(struct t_case *one)
{
	struct t_case **at = &cases;

	while (*at && (*at)->line < one->line)
		at = &(*at)->next;
	one->next = *at;
	*at = one;
}

int t_run(const char *file)
{
	static char name[64];
	const char *base = strrchr(file, '/');
	int bad = 0;

	snprintf(name, sizeof(name), "%s", base ? base + 1 : file);
	name[strcspn(name, ".")] = 0;
	suite = name;
	setvbuf(stdout, NULL, _IOLBF, 0);
	for (const struct t_case *c = cases; c; c = c->next) {
		running = c->name;
		failed = 0;
		c->run();
		if (failed)
			bad = 1;
		else
			printf("ok %s.%s\n", suite, running);
	}
	return bad;
}
