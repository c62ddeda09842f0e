/*
 * An event as a struct that holds everything its lines say, so that they say the same whenever they
 * are made. The event model is version 2, one JSON object per line; freedmr-events(7) explains it,
 * man/freedmr-events.schema.json defines it.
 *
 *   {"v":2,"seq":17,"boot":"5f0c3b1e9a72d604","t":1767225600.123,"ev":"client.down",
 *    "reason":"logout","client":2345678,...}
 *
 * The fields are those of the record (wire/record.h), so that every service uses the same word for
 * a thing. DIFFERS: the event model of other servers groups them in objects.
 *
 * Addresses of clients and neighbours and positions of radios are left out: ctl shows them to the
 * operator, but viewers must not see them.
 *
 * Everything that begins also ends, once: a row that ended while records were lost ends with the
 * reason "unknown" when a snapshot no longer has it.
 */
#ifndef REPORT_EVENT_H
#define REPORT_EVENT_H

#include "base/text.h"
#include "conf/conf.h"
#include "report/model/clock.h"
#include "report/event/event_kind.h"
#include "wire/record.h"

#define EVENT_VERSION 2
#define EVENT_PINGS_MAX 100u

/* Clients that have pinged since the last such event, published twice a second. */
struct pings {
	tick_t since; /* the first */
	uint32_t count;
	struct ping {
		uint32_t client;
		int32_t after_ms;
	} ping[EVENT_PINGS_MAX];
};

/* The health of the reporter and of the server it reports on. */
enum health_figure {
	HEALTH_UP, /* seconds */
	HEALTH_QUEUE,
	HEALTH_QUEUE_MAX,
	HEALTH_DROPPED,
	HEALTH_SESSIONS,
	HEALTH_CALLS,
	HEALTH_SUBSCRIPTIONS,
	HEALTH_REPORT_CLIENTS,
	HEALTH_AGE, /* seconds since the voice process showed its rows */
	HEALTH_FIGURES,
};

struct event {
	enum event_kind kind;
	struct clock clock; /* when it was published */
	union {
		struct record record; /* of the kinds that show one */
		struct pings pings;
		uint64_t health[HEALTH_FIGURES];
		int64_t set_by_ms; /* the clock */
		struct {
			uint64_t lost, total; /* events */
		} missed;
		struct {
			bool known;
			uint32_t server;
		} hello;
	};
};

/* The event as the line of this number, without its newline. */
void event_json(struct text *t, const struct event *e, uint64_t number, uint64_t boot);

/* For people; "" if it is of no use to them. `conf` has the names of links; NULL: only names in the
 * record itself. */
void event_text(struct text *t, const struct event *e, const struct conf *conf);

/* The fields of a row without addresses and positions. */
void event_fields(struct text *t, const struct record *r, const struct clock *clock);

/* The cause of an end or change, in a word. */
const char *event_reason(const struct record *r);

/* The figures of a call: ,"dur":6.420,"loss":0.93,"ber":0.12 */
void event_call_figures(struct text *t, const struct record *r, const struct clock *clock);

#endif
