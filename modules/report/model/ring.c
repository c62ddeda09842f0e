#include "report/model/ring.h"

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

static void forget(char *line[static FORM_FORMS])
{
	for (size_t form = 0; form < FORM_FORMS; form++) {
		free(line[form]);
		line[form] = NULL;
	}
}

void ring_close(struct ring *ring)
{
	for (size_t i = 0; i < RING_LINES; i++)
		forget(ring->lines[i]);
	ring->last = 0;
}

uint64_t ring_next(struct ring *ring)
{
	forget(ring->lines[++ring->last % RING_LINES]);
	return ring->last;
}

const char *ring_keep(struct ring *ring, uint64_t number, enum form form, const char *line)
{
	char **kept = &ring->lines[number % RING_LINES][form];

	free(*kept);
	*kept = strdup(line);
	return *kept ? *kept : "";
}

bool ring_has(const struct ring *ring, uint64_t number)
{
	return number > 0 && number <= ring->last && ring->last - number < RING_LINES;
}

const char *ring_line(const struct ring *ring, uint64_t number, enum form form)
{
	return ring_has(ring, number) ? ring->lines[number % RING_LINES][form] : NULL;
}

uint64_t ring_behind(const struct ring *ring, uint64_t position)
{
	return position < ring->last ? ring->last - position : 0;
}
