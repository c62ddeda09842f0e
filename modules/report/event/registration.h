/*
 * Registration: if a listener requires it, a client that has logged in is looked up in the alias
 * index (report/model/alias.h) and refused if its ID is missing or has another callsign. Voice
 * reads no file, so it admits the client until it hears of that.
 *
 * Plain, owned by the reporter; only registration.c writes it.
 */
#ifndef REPORT_REGISTRATION_H
#define REPORT_REGISTRATION_H

#include "conf/settings.h"
#include "report/model/alias.h"
#include "report/connection/voice_pipe.h"

struct registration {
	const struct conf *conf;
	bool unable; /* no names are loaded, and the log says so */
};

/* Checks the row of a session, and reports to voice if it is refused, or if its callsign is newly
 * found correct. Repeated with each snapshot, because names may have changed. */
void registration_judge(struct registration *g, const struct aliases *known,
                        struct voice_pipe *link, const struct session_row *s, bool news);

#endif
