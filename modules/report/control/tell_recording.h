/*
 * Private to answers: the flight recorder's memory (wire/recording.h), a piece in base64 each line.
 * FILE in the arguments of the verb is for who asks.
 */
#ifndef REPORT_TELL_RECORDING_H
#define REPORT_TELL_RECORDING_H

#include "report/control/answer_private.h"

tell tell_recording;

#endif
