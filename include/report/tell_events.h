/* The inside of report/answer: following the events, as far as they pass a filter. */
#ifndef REPORT_TELL_EVENTS_H
#define REPORT_TELL_EVENTS_H

#include "report/answering.h"

tell tell_events;

#endif
