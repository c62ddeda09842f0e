#include "io/filter.h"

#include <errno.h>
#include <sys/prctl.h>

/* As in linux/filter.h, linux/seccomp.h and linux/audit.h, which not every libc brings. */
enum {
	LOAD = 0x20, /* a word at k of what describes the call */
	AND = 0x54,
	IF_EQUAL = 0x15,
	RETURN = 0x06,
};

enum {
	AT_CALL = 0,
	AT_MACHINE = 4,
	AT_ARGUMENTS = 16, /* of eight octets each, the lower half first */
};

#define MODE_FILTER 2

#if defined(__x86_64__)
const uint32_t filter_machine = 0xc000003e;
#elif defined(__aarch64__) && defined(__AARCH64EL__)
const uint32_t filter_machine = 0xc00000b7;
#elif defined(__arm__) && defined(__ARMEL__)
const uint32_t filter_machine = 0x40000028;
#else
const uint32_t filter_machine = 0;
#endif

static void add(struct filter *f, uint16_t code, uint32_t k, uint8_t if_true, uint8_t if_false)
{
	f->code[f->code_len++] = (struct filter_step){code, if_true, if_false, k};
}

static void add_rule(struct filter *f, const struct filter_rule *r)
{
	int tests = !r->tests[0].mask ? 0 : !r->tests[1].mask ? 1 : 2;

	add(f, IF_EQUAL, r->call, 0, (uint8_t)(tests ? 3 * tests + 2 : 1));
	for (int i = 0; i < tests; i++) {
		add(f, LOAD, AT_ARGUMENTS + 8u * r->tests[i].argument, 0, 0);
		add(f, AND, r->tests[i].mask, 0, 0);
		add(f, IF_EQUAL, r->tests[i].value, 0, (uint8_t)(3 * (tests - 1 - i) + 1));
	}
	add(f, RETURN, FILTER_ALLOW, 0, 0);
	if (tests)
		add(f, LOAD, AT_CALL, 0, 0);
}

void filter_make(struct filter *f)
{
	f->code_len = 0;
	add(f, LOAD, AT_MACHINE, 0, 0);
	add(f, IF_EQUAL, filter_machine, 1, 0);
	add(f, RETURN, FILTER_TRAP, 0, 0);
	add(f, LOAD, AT_CALL, 0, 0);
	for (size_t i = 0; i < f->rule_count; i++)
		add_rule(f, &f->rules[i]);
	add(f, RETURN, FILTER_TRAP, 0, 0);
}

int filter_install(const struct filter *f)
{
	const struct {
		unsigned short len;
		const struct filter_step *code;
	} program = {(unsigned short)f->code_len, f->code};

	return prctl(PR_SET_SECCOMP, MODE_FILTER, &program, 0, 0);
}

/* EFAULT for a filter at address 0 shows that the kernel has filters. */
bool filter_is_there(void)
{
	return filter_machine && prctl(PR_SET_SECCOMP, MODE_FILTER, NULL, 0, 0) != 0 &&
	       errno == EFAULT;
}
