/*
 * freedmr: options, and which face of the binary is wanted. What a face does is its
 * own business (command/, parent/).
 */
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "base/util.h"
#include "command/aliases.h"
#include "command/check.h"
#include "command/ctl.h"
#include "command/import.h"
#include "command/init.h"
#include "command/top.h"
#include "command/version.h"
#include "io/print.h"
#include "io/process.h"
#include "parent/parent.h"

#define CONF_DEFAULT "/etc/freedmr.conf"

/* A word of the command line. The face gets the arguments from that word on. */
struct face {
	const char *word;
	int (*main)(int argc, char **argv);
	const char *arguments;
	const char *help;
};

static const struct face faces[] = {
	{"check", check_main, "FILE", "read a configuration and say what is wrong with it"},
	{"init", init_main, "[FILE]", "write a first configuration"},
	{"import", import_main, "FILE...", "turn a FreeDMR or HBlink configuration into ours"},
	{"aliases", aliases_main, "[-f] FILE... -o INDEX", "make the index of names"},
	{"ctl", ctl_main, "[-s SOCKET] WORD ...", "ask or tell the running server"},
	{"top", top_main, "[-s SOCKET]", "watch the running server on the whole terminal"},
	{"version", version_main, "", "say what this is"},
};

static int usage(FILE *out, int status)
{
	fputs("usage: freedmr [-c FILE]\n       freedmr WORD ...\n\n", out);
	print(out, "  %-30s serve, in the foreground (FILE: %s)\n", "[-c FILE]", CONF_DEFAULT);
	for (size_t i = 0; i < ARRAY_LEN(faces); i++) {
		char buf[64];
		struct text words = text_make(buf, sizeof(buf));
		text_format(&words, "%s %s", faces[i].word, faces[i].arguments);
		print(out, "  %-30s %s\n", buf, faces[i].help);
	}
	fputs("\nThe manual: freedmr(8), freedmr.conf(5).\n", out);
	return status;
}

static int be(int argc, char **argv)
{
	for (size_t i = 0; i < ARRAY_LEN(faces); i++) {
		if (strcmp(argv[0], faces[i].word) != 0)
			continue;
		if (argc == 2 && strcmp(argv[1], "-h") == 0) {
			print(stdout, "usage: freedmr %s %s\n       %s\n", faces[i].word,
			      faces[i].arguments, faces[i].help);
			return STATUS_OK;
		}
		return faces[i].main(argc, argv);
	}
	print(stderr, "freedmr: unknown word '%s'\n", argv[0]);
	return usage(stderr, STATUS_USAGE);
}

int main(int argc, char **argv)
{
	const struct process_title title = process_title_of(argc, argv);

	if (argc > 1 && argv[1][0] != '-')
		return be(argc - 1, argv + 1);
	if (argc == 1)
		return (int)parent_run(CONF_DEFAULT, &title);
	if (argc == 3 && strcmp(argv[1], "-c") == 0)
		return (int)parent_run(argv[2], &title);
	if (argc == 2 && strcmp(argv[1], "-h") == 0)
		return usage(stdout, STATUS_OK);
	return usage(stderr, STATUS_USAGE);
}
