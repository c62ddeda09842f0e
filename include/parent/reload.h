/*
 * Reads the configuration again and hands voice what counts at once (conf/reload.h). What becomes
 * of each change, or what is wrong with the file, goes to the log and as records to the reporter,
 * as many as an answer holds; the reply that ends them counts all.
 */
#ifndef PARENT_RELOAD_H
#define PARENT_RELOAD_H

#include <stdint.h>
#include <sys/types.h>

#include "base/tick.h"
#include "conf/conf.h"
#include "conf/reload.h"
#include "wire/record.h"

#define RELOAD_ROWS_MAX 60u /* told to the reporter */

struct reload {
	const char *path;
	struct conf *running;
	uint32_t clients; /* that `running` has room for */
	struct conf_offer *offer;
	pid_t voice;     /* 0: it does not run */
	int reporter;    /* the link to it; -1: it does not run */
	uint32_t number; /* of the command that asked; 0 = a signal */
	tick_t now;

	uint32_t count[RELOAD_OUTCOMES]; /* of what was told; zero at first */
};

void reload_run(struct reload *r);

#endif
