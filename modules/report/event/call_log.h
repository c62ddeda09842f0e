/*
 * With call-log = yes, one log line for each call that has ended:
 *
 *   call from=2345001 callsign=G0ABC name="Zoe" talkgroup=91 slot=2 seconds=12.4 lost=0.3%
 *   ber=0.8% via=2345678 reason=terminator
 *
 * `via` is the client or link it came from; a private call has radio=ID instead of talkgroup.
 */
#ifndef REPORT_CALL_LOG_H
#define REPORT_CALL_LOG_H

#include "wire/record.h"

void call_log(const struct record *r);

#endif
