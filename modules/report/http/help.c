#include "report/http/help.h"

#include <stdbool.h>
#include <string.h>

#include "io/linked.h"

extern const char help_octets[];
extern const uint32_t help_len;

LINKED_FILE(help, "build/help.txt.gz");

char *help_open(void)
{
	char *help = linked_text(help_octets, help_len);

	for (char *end = help; end && (end = strchr(end, '\n'));)
		*end++ = 0;
	return help;
}

/* A line is for one name, or if it begins with '_' for all that end with this. */
static bool is_for(const char *line, size_t tail, const char *name)
{
	size_t len = strlen(name);

	return (*line == '_' ? len > tail : len == tail) &&
	       memcmp(name + len - tail, line, tail) == 0;
}

const char *help_of(const char *help, const char *name)
{
	for (const char *line = help; line && *line; line += strlen(line) + 1) {
		size_t tail = strcspn(line, " ");
		if (is_for(line, tail, name))
			return line + tail + 1;
	}
	return "See freedmr(8).";
}
