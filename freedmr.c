/*
 * freedmr: options, and which face of the binary is wanted. What a face does is in command/ and
 * parent/.
 */
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "base/util.h"
#include "command/aliases.h"
#include "command/check.h"
#include "command/completion.h"
#include "command/ctl.h"
#include "command/doctor.h"
#include "command/handover.h"
#include "command/import.h"
#include "command/init.h"
#include "command/replay.h"
#include "command/top.h"
#include "command/version.h"
#include "io/print.h"
#include "io/process.h"
#include "parent/parent.h"

#define CONF_DEFAULT "/etc/freedmr.conf"

/* A subcommand. The face gets the arguments from its name on. */
struct face {
	const char *word;
	int (*main)(int argc, char **argv);
	const char *arguments;
	const char *help;
	const char *usage; /* NULL: it reads --help itself */
};

static int completion(int argc, char **argv);

static const struct face faces[] = {
	{"check", check_main, "FILE|--keys|--sample", "check a configuration and report its errors",
         check_usage},
	{"init", init_main, "[--show|--set ...] [FILE]", "write a first configuration", init_usage},
	{"import", import_main, "[--keep-open] FILE...",
         "convert a configuration of FreeDMR, HBlink or ADN", import_usage},
	{"aliases", aliases_main, "[-f] FILE... -o INDEX", "build the index of names",
         aliases_usage},
	{"ctl", ctl_main, "[-s SOCKET] [--json] ...", "query or control the running server", NULL},
	{"top", top_main, "[-s SOCKET]", "watch the running server live in the terminal",
         top_usage},
	{"doctor", doctor_main, "[-c FILE] [--json]", "find out what is wrong, and what mends it",
         doctor_usage},
	{"replay", replay_main, "FILE [--why ID]", "do again what freedmr ctl record has saved",
         replay_usage},
	{"completion", completion, "bash|zsh", "print a completion script for a shell",
         completion_usage},
	{"version", version_main, "", "print the version", version_usage},
	{"handover", handover_main, "FILE", NULL, NULL}, /* not for people */
};

static int completion(int argc, char **argv)
{
	struct subcommand all[ARRAY_LEN(faces)];
	size_t count = 0;

	for (size_t i = 0; i < ARRAY_LEN(faces); i++)
		if (faces[i].help)
			all[count++] = (struct subcommand){faces[i].word, faces[i].arguments,
			                                   faces[i].help};
	return completion_main(argc, argv, all, count);
}

static int usage(FILE *out, int status)
{
	fputs("usage: freedmr [-c FILE]\n       freedmr COMMAND ...\n\n", out);
	print(out, "  %-30s run the server in the foreground (default FILE: %s)\n", "[-c FILE]",
	      CONF_DEFAULT);
	for (size_t i = 0; i < ARRAY_LEN(faces); i++) {
		char buf[64];
		struct text words = text_make(buf, sizeof(buf));
		if (!faces[i].help)
			continue;
		text_format(&words, "%s %s", faces[i].word, faces[i].arguments);
		print(out, "  %-30s %s\n", buf, faces[i].help);
	}
	fputs("\nEvery subcommand, and every command of ctl, accepts --help and --version.\n"
	      "Manuals: freedmr(8), freedmr-ctl(8), freedmr.conf(5), freedmr-events(7).\n",
	      out);
	return status;
}

static bool is_help(const char *option)
{
	return strcmp(option, "-h") == 0 || strcmp(option, "--help") == 0;
}

/* The first of the options that every subcommand accepts, at any position; NULL if there is none.
 */
static const char *common_option(int argc, char **argv)
{
	for (int i = 1; i < argc; i++)
		if (is_help(argv[i]) || strcmp(argv[i], "--version") == 0)
			return argv[i];
	return NULL;
}

static int tell_version(void)
{
	char word[] = "version";
	char *argv[] = {word, NULL};

	return version_main(1, argv);
}

static int be(int argc, char **argv)
{
	const char *option = common_option(argc, argv);

	for (size_t i = 0; i < ARRAY_LEN(faces); i++) {
		if (strcmp(argv[0], faces[i].word) != 0)
			continue;
		if (option && !is_help(option))
			return tell_version();
		if (!option || !faces[i].usage)
			return faces[i].main(argc, argv);
		fputs(faces[i].usage, stdout);
		return STATUS_OK;
	}
	print(stderr, "freedmr: unknown command '%s'\n", argv[0]);
	return usage(stderr, STATUS_USAGE);
}

int main(int argc, char **argv)
{
	const struct process_title title = process_title_of(argc, argv);
	const char *option = common_option(argc, argv);

	if (argc > 1 && argv[1][0] != '-')
		return be(argc - 1, argv + 1);
	if (option)
		return is_help(option) ? usage(stdout, STATUS_OK) : tell_version();
	if (argc == 1)
		return (int)parent_run(CONF_DEFAULT, &title);
	if (argc == 3 && strcmp(argv[1], "-c") == 0)
		return (int)parent_run(argv[2], &title);
	return usage(stderr, STATUS_USAGE);
}
