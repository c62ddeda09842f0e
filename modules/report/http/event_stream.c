#include "report/http/event_stream.h"

#include <inttypes.h>
#include <string.h>

#include "report/event/events.h"
#include "report/event/server_status.h"

static void put_event(const struct http *h, const char *line, uint64_t position, struct text *t)
{
	text_format(t, "id: %016" PRIx64 "-%" PRIu64 "\ndata: %s\n\n",
	            h->sources->events->ring.boot, position, line);
}

/* The number after our boot ID in Last-Event-ID; false if there is none, or the boot ID differs. */
static bool last_seen(const struct http *h, const struct http_request *r, uint64_t *seq)
{
	struct http_text id = http_field(r, "last-event-id");
	char boot[20];
	struct text t = text_make(boot, sizeof(boot));

	text_format(&t, "%016" PRIx64 "-", h->sources->events->ring.boot);
	return id.len > t.len && memcmp(id.at, boot, t.len) == 0 &&
	       text_to_u64(id.at + t.len, id.len - t.len, 0, h->sources->events->ring.last, seq);
}

void event_stream_begin(const struct http *h, struct visit *v, const struct http_request *r,
                        const struct clock *clock, struct text *t)
{
	const struct ring *ring = &h->sources->events->ring;
	uint64_t seq = ring->last;
	char line[RECORD_JSON_MAX];
	struct text hello = text_make(line, sizeof(line));
	bool goes_on = last_seen(h, r, &seq) && ring_behind(ring, seq) < RING_LINES;

	v->position = goes_on ? seq : ring->last;
	text_put(t, "retry: 2000\n\n");
	if (goes_on)
		return;
	server_status_hello(&hello, h->sources, clock);
	if (http_field(r, "last-event-id").at)
		text_put(t, "event: resync\n");
	put_event(h, line, v->position, t);
}

enum tell event_stream_next(struct http *h, struct visit *v, const struct clock *clock,
                            struct text *t)
{
	const char *line = events_line(h->sources->events, v->position + 1, FORM_JSON);

	(void)clock;
	if (!line)
		return TELL_WAIT;
	v->position++;
	put_event(h, line, v->position, t);
	return TELL_MORE;
}
