#include "harness/t.h"

#include <ctype.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
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
