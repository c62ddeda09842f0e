/*
 * Registration: where a listener wants it, a client that has logged in is looked up among the names
 * of ids (report/alias.h), and refused when it is not there, or there with another callsign. Voice
 * reads no file, so it lets a client in before it hears of that.
 *
 * Plain, owned by the reporter; only registration.c writes it.
 */
#ifndef REPORT_REGISTRATION_H
#define REPORT_REGISTRATION_H

#include "conf/settings.h"
#include "report/alias.h"
#include "report/link.h"

struct registration {
	const struct conf *conf;
	bool unable; /* there are no names, and it was said */
};

/* Judges the row of a session; where it is refused, voice is told so. Again with each snapshot, as
 * other names may have come. */
void registration_judge(struct registration *g, const struct aliases *known, struct link *link,
                        const struct session_row *s);

#endif
