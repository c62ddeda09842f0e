/*
 * `freedmr completion bash|zsh`: a script that completes the command line, made of the tables of
 * subcommands and of verbs (report/verb.h). It asks the running server for IDs, talkgroups and
 * links.
 */
#ifndef COMMAND_COMPLETION_H
#define COMMAND_COMPLETION_H

#include <stddef.h>

extern const char completion_usage[];

struct subcommand {
	const char *name, *arguments, *help;
};

int completion_main(int argc, char **argv, const struct subcommand *all, size_t count);

#endif
