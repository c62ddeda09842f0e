#include "command/completion.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "base/util.h"
#include "io/print.h"
#include "parent/status.h"
#include "report/verb.h"

const char completion_usage[] =
	"usage: freedmr completion bash|zsh\n\n"
	"  print a script that completes the command line, for example\n"
	"  freedmr completion bash > /usr/share/bash-completion/completions/freedmr\n"
	"  freedmr completion zsh > /usr/share/zsh/site-functions/_freedmr\n";

/* $1: a verb. The key of each row in its answer, which is the first field. */
static const char rows[] =
	"_freedmr_rows() {\n"
	"\tfreedmr ctl \"${at[@]}\" --json \"$1\" 2>/dev/null |\n"
	"\t\tsed -n 's/^{\"row\":\"[a-z]*\",\"[a-z]*\":\"\\{0,1\\}\\([^\",}]*\\).*/\\1/p'\n"
	"}\n\n";

static const char bash_head[] =
	"_freedmr() {\n"
	"\tlocal cur=${COMP_WORDS[COMP_CWORD]} verb=2 of='' at=()\n\n"
	"\tCOMPREPLY=()\n"
	"\twhile [[ ${COMP_WORDS[verb]-} == -* && $verb -lt $COMP_CWORD ]]; do\n"
	"\t\t[[ ${COMP_WORDS[verb]} != -s ]] || at=(-s \"${COMP_WORDS[++verb]-}\")\n"
	"\t\t((++verb))\n"
	"\tdone\n";

static const char bash_tail[] =
	"\telif [[ ${COMP_WORDS[1]} != ctl ]]; then\n"
	"\t\tof=$(_freedmr_words \"${COMP_WORDS[1]}\")\n"
	"\telif ((COMP_CWORD > verb)); then\n"
	"\t\t_freedmr_argument \"${COMP_WORDS[verb]}\" $((COMP_CWORD - verb))\n"
	"\tfi\n"
	"\tCOMPREPLY=($(compgen -W \"$of\" -- \"$cur\"))\n"
	"}\n\n"
	"complete -o default -F _freedmr freedmr\n";

static const char zsh_head[] = "_freedmr() {\n"
			       "\tlocal verb=3 of='' at=()\n"
			       "\tlocal -a subcommands verbs\n\n"
			       "\twhile [[ ${words[verb]-} == -* && $verb -lt $CURRENT ]]; do\n"
			       "\t\t[[ ${words[verb]} != -s ]] || at=(-s \"${words[++verb]-}\")\n"
			       "\t\t((++verb))\n"
			       "\tdone\n";

static const char zsh_tail[] = "\tif [[ ${words[CURRENT]} == -* ]]; then\n"
			       "\t\tcompadd -- ${=$(_freedmr_options \"${words[2]}\")}\n"
			       "\telif ((CURRENT == 2)); then\n"
			       "\t\t_describe subcommand subcommands\n"
			       "\telif ((CURRENT < verb)) && [[ ${words[2]} == ctl ]]; then\n"
			       "\t\t_files\n"
			       "\telif [[ ${words[2]} != ctl ]]; then\n"
			       "\t\tof=$(_freedmr_words \"${words[2]}\")\n"
			       "\t\tif [[ $of ]]; then compadd -- ${=of}; else _files; fi\n"
			       "\telif ((CURRENT == verb)); then\n"
			       "\t\t_describe verb verbs\n"
			       "\telse\n"
			       "\t\t_freedmr_argument \"${words[verb]}\" $((CURRENT - verb))\n"
			       "\t\tcompadd -- ${=of}\n"
			       "\tfi\n"
			       "}\n\n"
			       "_freedmr \"$@\"\n";

/* The literal words of "a|b|DATE". */
static void put_choices(const char *name, size_t len)
{
	fputs("of='", stdout);
	for (size_t i = 0; i < len; i++) {
		bool placeholder = name[i] >= 'A' && name[i] <= 'Z';
		if (!placeholder)
			putchar(name[i] == '|' ? ' ' : name[i]);
	}
	fputs("'", stdout);
}

/* The values of the nth argument of a verb, as a case of the script. */
static void put_argument(const struct verb *v, int nth, const char *name, size_t len)
{
	static const struct {
		const char *name, *of;
	} kinds[] = {{"ID", "of=$(_freedmr_rows sessions)"},
	             {"TARGET", "of=$(_freedmr_rows block)"},
	             {"TG", "of=$(_freedmr_rows conferences)"},
	             {"NAME", "of=$(_freedmr_rows peers)"},
	             {"CALL", "of=$(freedmr ctl \"${at[@]}\" --json calls 2>/dev/null | sed -n "
	                      "'s/.*\"stream\":\"\\([^\"]*\\).*/\\1/p')"},
	             {"SLOT", "of='1 2'"}};

	for (size_t i = 0; i < ARRAY_LEN(kinds); i++)
		if (strlen(kinds[i].name) == len && memcmp(kinds[i].name, name, len) == 0)
			print(stdout, "\t%s.%d) %s ;;\n", v->name, nth, kinds[i].of);
	if (!memchr(name, '|', len) && (*name < 'a' || *name > 'z'))
		return;
	print(stdout, "\t%s.%d) ", v->name, nth);
	put_choices(name, len);
	puts(" ;;");
}

/* A shell function: $1 is a verb, $2 counts its arguments. */
static void put_arguments(void)
{
	const struct verb *v;

	fputs("_freedmr_argument() {\n\tcase $1.$2 in\n", stdout);
	for (size_t i = 0; (v = verb_at(i)); i++) {
		const char *at = v->arguments;
		for (int nth = 1; *at; nth++) {
			bool optional = *at == '[';
			size_t len = strcspn(at += optional, "] ");
			put_argument(v, nth, at, len);
			at += len + (at[len] == ']');
			at += *at == ' ';
		}
	}
	fputs("\tesac\n}\n\n", stdout);
}

/* The words of "[-s SOCKET] bash|zsh" that are typed as they are: options, or what is no option. */
static void put_typed(const char *arguments, bool options)
{
	static const char between[] = "[]| ";

	for (const char *at = arguments; *(at += strspn(at, between)); at += strcspn(at, between)) {
		bool typed = options ? *at == '-' : *at >= 'a' && *at <= 'z';
		if (typed)
			print(stdout, " %.*s", (int)strcspn(at, between), at);
	}
}

/* A shell function: $1 is a subcommand. */
static void put_typed_of(const char *name, const struct subcommand *all, size_t count, bool options)
{
	print(stdout, "%s() {\n\tcase $1 in\n", name);
	for (size_t i = 0; i < count; i++) {
		print(stdout, "\t%s) echo", all[i].name);
		put_typed(all[i].arguments, options);
		puts(" ;;");
	}
	fputs(options ? "\t-*) echo -c ;;\n\tesac\n\techo -h --help --version\n}\n\n"
	              : "\tesac\n}\n\n",
	      stdout);
}

static void put_bash(const struct subcommand *all, size_t count)
{
	const struct verb *v;

	fputs(bash_head, stdout);
	fputs("\tif [[ $cur == -* ]]; then\n\t\tof=$(_freedmr_options \"${COMP_WORDS[1]}\")\n"
	      "\telif ((COMP_CWORD == 1)); then\n\t\tof='",
	      stdout);
	for (size_t i = 0; i < count; i++)
		print(stdout, "%s%s", i ? " " : "", all[i].name);
	fputs("'\n\telif [[ ${COMP_WORDS[1]} == ctl ]] && ((COMP_CWORD == verb)); then\n\t\tof='",
	      stdout);
	for (size_t i = 0; (v = verb_at(i)); i++)
		print(stdout, "%s%s", i ? " " : "", v->name);
	fputs("'\n", stdout);
	fputs(bash_tail, stdout);
}

static void put_zsh(const struct subcommand *all, size_t count)
{
	const struct verb *v;

	fputs(zsh_head, stdout);
	fputs("\tsubcommands=(\n", stdout);
	for (size_t i = 0; i < count; i++)
		print(stdout, "\t\t'%s:%s'\n", all[i].name, all[i].help);
	fputs("\t)\n\tverbs=(\n", stdout);
	for (size_t i = 0; (v = verb_at(i)); i++)
		print(stdout, "\t\t'%s:%s'\n", v->name, v->help);
	fputs("\t)\n", stdout);
	fputs(zsh_tail, stdout);
}

int completion_main(int argc, char **argv, const struct subcommand *all, size_t count)
{
	bool zsh = argc == 2 && strcmp(argv[1], "zsh") == 0;

	if (!zsh && (argc != 2 || strcmp(argv[1], "bash") != 0)) {
		fputs(completion_usage, stderr);
		return STATUS_USAGE;
	}
	fputs(zsh ? "#compdef freedmr\n" : "# Completes freedmr in bash.\n", stdout);
	fputs(rows, stdout);
	put_arguments();
	put_typed_of("_freedmr_options", all, count, true);
	put_typed_of("_freedmr_words", all, count, false);
	(zsh ? put_zsh : put_bash)(all, count);
	return STATUS_OK;
}
