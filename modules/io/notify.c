#include "io/notify.h"

#include <errno.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/text.h"
#include "io/pipe.h"

void notify_send(const char *words)
{
	const char *path = getenv("NOTIFY_SOCKET");
	union {
		struct sockaddr any;
		struct sockaddr_un un;
	} a = {.un = {.sun_family = AF_UNIX}};

	if (!path || (*path != '/' && *path != '@') ||
	    !text_copy(a.un.sun_path, sizeof(a.un.sun_path), path))
		return;
	socklen_t len = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + strlen(path));
	if (*path == '@')
		a.un.sun_path[0] = 0; /* a name that is in no directory */
	int fd = socket(AF_UNIX, SOCK_DGRAM, 0);
	if (fd < 0)
		return;
	if (pipe_prepare(fd) == 0)
		(void)!sendto(fd, words, strlen(words), MSG_NOSIGNAL, &a.any, len);
	close(fd);
}

static uint64_t number_of(const char *name)
{
	const char *text = getenv(name);
	uint64_t v;

	return text && text_to_u64(text, strlen(text), 0, UINT64_MAX, &v) ? v : 0;
}

tick_t notify_watchdog(void)
{
	uint64_t within_us = number_of("WATCHDOG_USEC");
	uint64_t whose = number_of("WATCHDOG_PID");

	if (within_us < 2000 || (whose && whose != (uint64_t)getpid()))
		return TICK_NEVER;
	within_us /= 1000;
	return within_us < TICK_MINUTE ? (tick_t)within_us : TICK_MINUTE;
}
