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
