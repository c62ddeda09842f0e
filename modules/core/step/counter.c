#include "core/step/counter.h"

#include <stddef.h>
#include <stdint.h>

/* One text after the other: a table of pointers would be three times as long. */
#define MEMBER(counter, name) char counter[sizeof(name)];
#define TEXT(counter, name) .counter = name,
#define PLACE(counter, name) [COUNT_##counter] = offsetof(struct names, counter),

static const struct names {
	COUNTERS(MEMBER)
} names = {COUNTERS(TEXT)};
static const uint16_t places[COUNT_COUNTERS] = {COUNTERS(PLACE)};

const char *counter_name(enum counter counter)
{
	return (unsigned)counter < COUNT_COUNTERS ? (const char *)&names + places[counter] : "?";
}
