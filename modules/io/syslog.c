#include "io/syslog.h"

#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/text.h"
#include "io/pipe.h"

#define FACILITY_DAEMON 3
#define LINE_MAX_LEN 512

void syslog_open(struct syslog *s, const char *path)
{
	*s = (struct syslog){.path = path, .fd = -1};
}

void syslog_close(struct syslog *s)
{
	if (s->fd >= 0)
		close(s->fd);
	s->fd = -1;
}

static int severity(enum log_level level)
{
	switch (level) {
	case LOG_BUG:
		return 2;
	case LOG_ERROR:
		return 3;
	case LOG_WARN:
		return 4;
	case LOG_REMOTE:
		return 5;
	case LOG_INFO:
		return 6;
	case LOG_DEBUG:
		return 7;
	}
	return 6;
}

static void call(struct syslog *s)
{
	union {
		struct sockaddr any;
		struct sockaddr_un un;
	} a = {.un = {.sun_family = AF_UNIX}};

	syslog_close(s);
	s->fd = socket(AF_UNIX, SOCK_DGRAM, 0);
	if (s->fd < 0)
		return;
	text_copy(a.un.sun_path, sizeof(a.un.sun_path), s->path);
	if (pipe_prepare(s->fd) != 0 || connect(s->fd, &a.any, sizeof(a.un)) != 0)
		syslog_close(s);
}

static bool put(const struct syslog *s, const struct text *t)
{
	return s->fd >= 0 && send(s->fd, t->at, t->len, MSG_NOSIGNAL) == (ssize_t)t->len;
}

void syslog_line(void *context, enum log_level level, const char *line)
{
	struct syslog *s = context;
	char buf[LINE_MAX_LEN];
	struct text t = text_make(buf, sizeof(buf));

	text_format(&t, "<%d>%s: %s", FACILITY_DAEMON * 8 + severity(level), log_name(), line);
	if (put(s, &t))
		return;
	call(s);
	if (!put(s, &t))
		log_stderr(NULL, level, line);
}
