#include "command/handover.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "core/core.h"
#include "io/print.h"
#include "parent/load.h"
#include "parent/status.h"

#define HEAD_MAX 65536u

static void print_fault(void *context, enum log_level level, const char *line)
{
	(void)context;
	(void)level;
	print(stdout, "%s\n", line);
}

/*
 * False with errno: what is on standard input cannot be read now, which says nothing about it. Else
 * `fault` is why this version does not understand it, NULL if it does.
 */
static bool judge_state(const char **fault)
{
	unsigned char *head = malloc(HEAD_MAX);

	if (!head)
		return false;
	size_t len = fread(head, 1, HEAD_MAX, stdin);
	bool is_read = len > 0 && !ferror(stdin);
	*fault = core_reads_handover(head, len);
	free(head);
	return is_read;
}

int handover_main(int argc, char **argv)
{
	struct conf conf;

	log_set_sink(print_fault, NULL);
	if (argc != 2 || load_tried(argv[1], &conf) != STATUS_OK)
		return STATUS_CONFIG;
	conf_release(&conf);
	const char *fault;
	if (!judge_state(&fault)) {
		print(stdout, "cannot read the state: %s\n", strerror(errno));
		return STATUS_SYSTEM;
	}
	if (fault)
		print(stdout, "handover clean %s: %s\n", VERSION, fault);
	else
		print(stdout, "handover whole %s\n", VERSION);
	return STATUS_OK;
}
