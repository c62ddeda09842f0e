#include "command/version.h"

#include <stdio.h>

#include "io/poller.h"
#include "io/print.h"
#include "io/process.h"
#include "parent/status.h"

/* The name that `make cross` uses. */
#if defined(__arm__)
#define TARGET "arm"
#elif defined(__aarch64__)
#define TARGET "arm64"
#elif defined(__x86_64__)
#define TARGET "x86_64"
#else
#define TARGET "other"
#endif

const char version_usage[] = "usage: freedmr version\n\n  print the version, the commit, the "
			     "target and the build options\n";

int version_main(int argc, char **argv)
{
	(void)argv;
	if (argc > 1) {
		fputs(version_usage, stderr);
		return STATUS_USAGE;
	}
	print(stdout, "freedmr %s (commit %s, %s, %s, %s)\n", VERSION, COMMIT, TARGET,
	      poller_name(), process_is_static() ? "static" : "dynamic");
	return STATUS_OK;
}
