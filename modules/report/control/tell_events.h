/* The answer to `events`: the events that pass a filter, as they are published. */
#ifndef REPORT_TELL_EVENTS_H
#define REPORT_TELL_EVENTS_H

#include "report/control/answer_private.h"

tell tell_events;

#endif
