/*
 * The reporter's loop: records from the voice process keep the mirror (report/model.h)
 * and are published as events (report/ring.h); callers of the control socket are
 * answered (report/control.h). It may be slow, stopped or killed: the voice process
 * does not notice, and nothing here can steer it except a command record.
 *
 * The only reader of the two clocks in this room; the others get a struct clock.
 */
#ifndef REPORT_REPORT_H
#define REPORT_REPORT_H

#include "conf/conf.h"
#include "report/outlet.h"

struct report_start {
	int record_pipe;  /* read end */
	int command_pipe; /* write end */
	int listening[OUTLET_OUTLETS]; /* sockets; -1 = off */
	int parent; /* our end of the pair with it (io/kin.h); its end is ours */
	const struct conf *conf; /* without secrets */
};

/*
 * The life of the process, until SIGTERM or the parent's end (0), or until something it cannot do
 * without is missing (1). Begins by discarding what a predecessor left in the record pipe, and asks
 * for a snapshot.
 */
int report_run(const struct report_start *start);

#endif
