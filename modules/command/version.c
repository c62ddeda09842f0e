#include "command/version.h"

#include <stdio.h>

#include "io/poller.h"
#include "io/print.h"
#include "io/process.h"
#include "parent/status.h"

int version_main(int argc, char **argv)
{
	if (argc > 1) {
		print(stderr, "usage: freedmr %s\n", argv[0]);
		return STATUS_USAGE;
	}
	print(stdout, "freedmr %s (%s, %s)\n", VERSION, poller_name(),
	       process_is_static() ? "static" : "dynamic");
	return STATUS_OK;
}
