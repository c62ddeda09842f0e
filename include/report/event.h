/*
 * The event model, version 2: what the reporter publishes, a JSON object to a line.
 * freedmr-events(7) explains it, man/freedmr-events.schema.json defines it.
 *
 *   {"v":2,"seq":17,"boot":"5f0c3b1e9a72d604","t":1767225600.123,"ev":"client.down",
 *    "reason":"logout","client":2345678,...}
 *
 * The fields are those of the record (wire/record.h), so that there is one word for a thing in
 * every outlet. DIFFERS: the model that is known from other servers wraps who and where in objects.
 *
 * The addresses of clients and neighbours and the positions of radios are not among them: they are
 * shown to the operator by ctl, not to everybody who may look on.
 *
 * What begins ends once: what went while records were lost is told with the reason "unknown" when a
 * snapshot no longer shows it.
 */
#ifndef REPORT_EVENT_H
#define REPORT_EVENT_H

#include <stdbool.h>

#include "base/text.h"
#include "report/clock.h"
#include "report/sources.h"
#include "wire/record.h"

#define EVENT_VERSION 2

/*
 * Is it news? `before` is the row of this key as it was known, NULL when it was not; in a snapshot
 * only what was missed is, and how a call gets on.
 */
bool event_is_news(const struct record *r, const struct record *before);

/* "client.up" */
const char *event_name(const struct record *r, const struct record *before);

/* One event without its newline, as the next line of the ring. */
void event_json(struct text *t, const struct record *r, const struct record *before,
                const struct ring *ring, const struct clock *clock);

/* The fields of a row, without what says where somebody is. */
void event_fields(struct text *t, const struct record *r, const struct clock *clock);

/* Why it ended or changed, in a word. */
const char *event_reason(const struct record *r);

/* What a row of a call is in figures: ,"dur":6.420,"loss":0.93,"ber":0.12 */
void event_call_figures(struct text *t, const struct record *r, const struct clock *clock);

/* The first line a follower is told: which line was published last. */
void event_hello(struct text *t, const struct sources *s, const struct clock *clock);

/* How the reporter and what it reports on are doing, as the next line of the ring. */
void event_health_json(struct text *t, const struct sources *s, const struct clock *clock);
void event_health_text(struct text *t, const struct sources *s, const struct clock *clock);

#endif
