/*
 * A system call filter in classic BPF, run by the kernel before each call (seccomp). Written by
 * hand, so that no library and no kernel header is needed. Each system has its own body
 * (filter_linux.c, filter_rules_linux.c).
 *
 * The rules are a list of what is allowed; the first match allows the call. Everything else traps,
 * including calls of another instruction set.
 */
#ifndef IO_FILTER_H
#define IO_FILTER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/util.h"
#include "io/sandbox.h"

#define FILTER_RULES_MAX 128u
#define FILTER_CODE_MAX (8u + 9u * FILTER_RULES_MAX)

/* An argument has this value below the mask. */
struct filter_test {
	uint8_t argument; /* from 0; its lower 32 bits */
	uint32_t mask;    /* 0 = no test */
	uint32_t value;
};

/* Allows a call where its tests hold. */
struct filter_rule {
	uint32_t call;
	struct filter_test tests[2]; /* the second only if the first is used */
};

/* As struct sock_filter of the kernel. */
struct filter_step {
	uint16_t code;
	uint8_t if_true, if_false;
	uint32_t k;
};

struct filter {
	struct filter_rule rules[FILTER_RULES_MAX];
	size_t rule_count;
	struct filter_step code[FILTER_CODE_MAX];
	size_t code_len;
};

#define FILTER_ALLOW 0x7fff0000u
#define FILTER_TRAP 0x00030000u

/* AUDIT_ARCH_* of this instruction set; 0 = we have no filter for it. */
extern const uint32_t filter_machine;

/* The calls that process needs. */
void filter_rules(struct filter *f, const struct sandbox *s);

/* Turns the rules into code. */
void filter_make(struct filter *f);

/* Installs the filter for this process, permanently. -1 with errno. */
MUST_CHECK int filter_install(const struct filter *f);

/* Does this kernel have filters? */
bool filter_is_there(void);

#endif
