/*
 * Private to answers: the flight recorder's memory (wire/recording.h), a piece in base64 each line.
 * The FILE that the verb lists is written by ctl.
 */
#ifndef REPORT_TELL_RECORDING_H
#define REPORT_TELL_RECORDING_H

#include "report/control/answer_private.h"

tell tell_recording;

#endif
