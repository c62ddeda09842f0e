#include "report/ring.h"

#include <stdlib.h>
#include <string.h>

const char *form_name(enum form form)
{
	switch (form) {
	case FORM_JSON:
		return "json";
	case FORM_TEXT:
		return "text";
	case FORM_FORMS:
		break;
	}
	return "?";
}

void ring_close(struct ring *ring)
{
	for (size_t i = 0; i < RING_LINES; i++) {
		for (size_t form = 0; form < FORM_FORMS; form++)
			free(ring->lines[i][form]);
	}
	*ring = (struct ring){.last = 0};
}

static void replace(char **line, const char *with)
{
	free(*line);
	*line = strdup(with);
}

void ring_publish(struct ring *ring, const char *json, const char *text)
{
	char **line = ring->lines[++ring->last % RING_LINES];

	replace(&line[FORM_JSON], json);
	replace(&line[FORM_TEXT], text);
	ring->topics[ring->last % RING_LINES] = (struct topic){.kind = RECORD_KINDS};
}

static uint32_t number_in(const struct record *r, const char *field)
{
	const struct record_field *f = record_field_find(r->kind, field);

	return f ? (uint32_t)record_number(r, f) : 0;
}

void ring_topic(struct ring *ring, const struct record *r)
{
	ring->topics[ring->last % RING_LINES] = (struct topic){
		.kind = r->kind,
		.client = number_in(r, r->kind == RECORD_CALL ? "origin" : "client"),
		.conference = number_in(r, "conference"),
	};
}

bool ring_passes(const struct ring *ring, uint64_t number, const struct topic_filter *filter)
{
	const struct topic *topic = &ring->topics[number % RING_LINES];

	if (!ring_line(ring, number, FORM_TEXT))
		return true;
	return (!filter->kinds || filter->kinds >> topic->kind & 1) &&
	       (!filter->client || filter->client == topic->client) &&
	       (!filter->conference || filter->conference == topic->conference);
}

const char *ring_line(const struct ring *ring, uint64_t number, enum form form)
{
	if (number == 0 || number > ring->last || ring->last - number >= RING_LINES)
		return NULL;
	const char *line = ring->lines[number % RING_LINES][form];
	return line ? line : "";
}

uint64_t ring_behind(const struct ring *ring, uint64_t position)
{
	return position < ring->last ? ring->last - position : 0;
}
