/*
 * What answers are made from; and the reporter's own tables and counters as rows like those of the
 * voice process.
 */
#ifndef REPORT_SOURCES_H
#define REPORT_SOURCES_H

#include <stdbool.h>
#include <stdint.h>

#include "report/alias_index.h"
#include "report/connection/connections.h"
#include "report/event/events.h"
#include "report/event/happened.h"
#include "report/event/refusals.h"
#include "report/history/history.h"
#include "report/model/clock.h"
#include "report/connection/voice_pipe.h"
#include "report/model/model.h"
#include "report/model/row_cursor.h"
#include "wire/record.h"
#include "wire/recording.h"

#define SOURCES_SEED 32u

/* Counters of the MQTT publisher. */
struct mqtt_figures {
	bool online;
	uint64_t calls_total;         /* attempts to connect */
	uint64_t failures_total;      /* connections that failed or were lost */
	uint64_t published_total;     /* messages */
	uint64_t lost_total;          /* events replaced in the ring before they were sent */
	uint32_t behind, behind_high; /* events not sent yet, at most RING_LINES */
};

struct persist;

/* Owned by others. */
struct sources {
	const struct model *model;
	struct events *events;
	struct voice_pipe *link;
	struct recording recording;                          /* of the flight recorder */
	bool persists;                                       /* blocks outlive a restart */
	tick_t began;                                        /* when the reporter was started */
	const struct connections_figures *figures[SERVICES]; /* NULL: that service is off */
	const struct mqtt_figures *mqtt;                     /* NULL: off */
	const struct alias_index *aliases;                   /* NULL: there is none */
	const struct refusals *refusals;
	const struct happened *happened;
	const uint8_t *seed;     /* SOURCES_SEED random octets; NULL: there are none */
	long uid;                /* of the reporter */
	const char *machine;     /* its host name; NULL: not known */
	struct persist *persist; /* NULL: nothing outlives a restart */
	struct history *history; /* NULL: there is none; it keeps answers for a while */
	char *help;              /* of /metrics (http/help.h) */
};

/* The nth last call with its names, 0 = the newest; false: there is none. */
bool sources_heard(const struct sources *s, uint32_t nth, const struct clock *clock,
                   struct record *out);

/* The next of the reporter's own rows of that kind; false: there are no more. *nth counts those of
 * all kinds from 0. */
bool sources_row(const struct sources *s, uint64_t *nth, enum record_kind kind, struct record *out);

/* The next row of a kind: those of the voice process, then the reporter's own. */
bool sources_next(const struct sources *s, struct row_cursor *at, enum record_kind kind,
                  struct record *out);

#endif
