#include "base/log.h"

#include <errno.h>
#include <stdarg.h>
#include <string.h>
#include <unistd.h>

#include "base/text.h"

#define LINE_MAX_LEN 400
#define NAME_MAX_LEN 64

static struct {
	log_sink *sink;
	void *context;
	enum log_level highest;
	const char *name;
} out = {.highest = LOG_INFO, .name = "freedmr"};

const char *log_level_name(enum log_level level)
{
	switch (level) {
	case LOG_BUG:
		return "bug";
	case LOG_ERROR:
		return "error";
	case LOG_WARN:
		return "warning";
	case LOG_REMOTE:
		return "remote";
	case LOG_INFO:
		return "info";
	case LOG_DEBUG:
		return "debug";
	}
	return "?";
}

bool log_level_find(const char *name, enum log_level *found)
{
	for (enum log_level level = LOG_BUG; level <= LOG_DEBUG; level++) {
		if (strcmp(name, log_level_name(level)) != 0)
			continue;
		*found = level;
		return true;
	}
	return false;
}

enum log_level log_highest(void)
{
	return out.highest;
}

void log_set_sink(log_sink *sink, void *context)
{
	out.sink = sink;
	out.context = context;
}

void log_set_level(enum log_level highest)
{
	out.highest = highest;
}

void log_set_name(const char *name)
{
	out.name = name;
}

const char *log_name(void)
{
	return out.name;
}

/* One write, so lines of several processes do not mix. A failed write cannot be reported anywhere.
 */
void log_stderr(void *context, enum log_level level, const char *line)
{
	char buf[NAME_MAX_LEN + LINE_MAX_LEN + 16];
	struct text t = text_make(buf, sizeof(buf));

	(void)context;
	text_format(&t, "%.*s: ", NAME_MAX_LEN, out.name);
	if (level != LOG_INFO)
		text_format(&t, "%s: ", log_level_name(level));
	text_put(&t, line);
	text_char(&t, '\n');
	while (write(STDERR_FILENO, t.at, t.len) < 0 && errno == EINTR)
		;
}

void log_line(enum log_level level, const char *format, ...)
{
	char line[LINE_MAX_LEN + 1];
	struct text t = text_make(line, sizeof(line));
	int cause = errno;
	va_list args;

	if (level > out.highest)
		return;
	va_start(args, format);
	text_vformat(&t, format, args);
	va_end(args);
	for (char *c = line; *c; c++)
		if ((unsigned char)*c < 0x20 || *c == 0x7f)
			*c = '?';
	if (out.sink)
		out.sink(out.context, level, line);
	else
		log_stderr(NULL, level, line);
	errno = cause;
}
