/*
 * Reads the configuration again and applies what takes effect at once (conf/reload.h). The outcome
 * of each change, or the faults in the file, go to the log and as records to the reporter, as many
 * as fit in an answer; the final reply counts all.
 */
#ifndef PARENT_RELOAD_H
#define PARENT_RELOAD_H

#include <stdint.h>
#include <sys/types.h>

#include "base/tick.h"
#include "conf/conf.h"
#include "conf/reload.h"
#include "io/user.h"
#include "parent/audio.h"
#include "parent/listening.h"
#include "parent/sockets.h"
#include "wire/record.h"

#define RELOAD_ROWS_MAX 60u /* reported */

struct reload {
	const char *path;
	struct conf *running;
	const struct conf_room *room; /* capacity of `running` */
	struct sockets *sockets;
	struct listening *listening;
	const struct user *reporter_user;
	struct audio_room *voices; /* for voice files; NULL: voice may still play from there */
	int reporter;              /* the link to it; -1: not running */
	uint32_t number;           /* of the command that asked; 0 = a signal */
	tick_t now;

	uint32_t count[RELOAD_OUTCOMES]; /* of what was reported; initially zero */
	bool used_voices;
	bool same_reach; /* the reporter may go on (conf/reload.h) */
};

/*
 * All or nothing: everything a change needs is opened and read before anything is changed. False:
 * the file has faults, or something cannot be had, and nothing was changed.
 */
MUST_CHECK bool reload_read(struct reload *r);

/* Reports the outcome. `heard`: voice has received it. */
void reload_finish(struct reload *r, bool heard);

#endif
