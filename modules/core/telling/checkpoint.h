/*
 * A core in a recording (voice/recorder.h): its rows as for the next binary
 * (core/telling/handover.h), but in their places and without secrets, and what else decides the
 * next step. What is derived from rows was rebuilt just before (core/mend.h), so both cores have
 * it alike.
 */
#ifndef CORE_CHECKPOINT_H
#define CORE_CHECKPOINT_H

#include "core/step/step.h"

/* The number of octets written; 0 when they do not fit. */
size_t checkpoint_write(const struct core *core, void *at, size_t room);

/* Fills a core that was just opened. NULL on success, else a constant text. */
const char *checkpoint_read(struct core *core, const void *octets, size_t len, struct arena *room);

#endif
