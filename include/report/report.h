/*
 * The reporter's loop: records from the voice process keep the mirror (report/model.h) and are
 * published as events (report/ring.h); requests on the control socket are answered
 * (report/control.h). It may be slow, stopped or killed without the voice process noticing, and
 * only command records influence routing.
 *
 * The only reader of the two clocks in this room; the others get a struct clock.
 */
#ifndef REPORT_REPORT_H
#define REPORT_REPORT_H

#include "conf/conf.h"
#include "conf/reload.h"
#include "io/sandbox.h"
#include "report/service.h"

struct report_start {
	int record_pipe;         /* read end */
	int command_pipe;        /* write end */
	int listening[SERVICES]; /* sockets; -1 = off */
	int parent;              /* our end of the pair with it (io/ipc.h); its end is ours */
	bool heir; /* left by a voice process that may have died in the middle of a record */
	struct conf *conf;        /* without secrets, its own: a reload changes it */
	struct conf_offer *offer; /* looked at on RECORD_OFFER; NULL = there is none */
	void *recorder;           /* of the flight recorder, only read; NULL = off */
	size_t recorder_size;
	const struct sandbox *sandbox; /* entered before any foreign input is read; NULL = none */
};

/*
 * Runs until SIGTERM or the parent's end (0), or until something essential fails (1). A first
 * reporter begins with the records already in the pipe, a restarted one discards them; both request
 * a snapshot.
 */
int report_run(const struct report_start *start);

/* Memory its history needs with this configuration, in octets. */
size_t report_history_size(const struct conf_report *conf);

#endif
