#include "command/completion.h"

#include "face.h"
#include "harness/t.h"
#include "parent/status.h"

static const struct subcommand subcommands[] = {{"check", "FILE | --keys", "check a file"},
                                                {"completion", "bash|zsh", "complete"}};

static int complete(int argc, char **argv)
{
	return completion_main(argc, argv, subcommands, ARRAY_LEN(subcommands));
}

T_CASE(each_shell_has_its_script)
{
	T_EQUAL(FACE_RUN(complete, "completion", "bash"), STATUS_OK);
	T_CHECK(strstr(face_out, "complete -o default -F _freedmr freedmr\n"));
	T_CHECK(strstr(face_out, "\tof='check completion'\n"));
	T_CHECK(strstr(face_out, "\tcheck) echo --keys ;;\n"));
	T_CHECK(strstr(face_out, "\tcompletion) echo bash zsh ;;\n"));
	T_EQUAL(FACE_RUN(complete, "completion", "zsh"), STATUS_OK);
	T_EQUAL(strncmp(face_out, "#compdef freedmr\n", 17), 0);
	T_CHECK(strstr(face_out, "\t\t'check:check a file'\n"));
}

T_CASE(other_shells_have_none)
{
	T_EQUAL(FACE_RUN(complete, "completion"), STATUS_USAGE);
	T_TEXT(face_err, completion_usage);
	T_EQUAL(FACE_RUN(complete, "completion", "fish"), STATUS_USAGE);
	T_EQUAL(FACE_RUN(complete, "completion", "bash", "zsh"), STATUS_USAGE);
	T_EQUAL(FACE_RUN(complete, "completion", "zsh", "bash"), STATUS_USAGE);
	T_TEXT(face_out, "");
}

T_MAIN()
