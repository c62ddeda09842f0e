/*
 * Speaking to a consumer as its connections do. Whoever includes this gives spin(), which lets the
 * consumer do what it can do now.
 */
#ifndef TEST_CALLER_H
#define TEST_CALLER_H

#include <errno.h>
#include <stddef.h>
#include <string.h>
#include <sys/socket.h>

#include "harness/t.h"

static void spin(void);

static inline void say(int fd, const char *words, size_t len)
{
	if (send(fd, words, len, MSG_NOSIGNAL) != (ssize_t)len)
		t_fail(__FILE__, __LINE__, "cannot say %zu octets", len);
	spin();
}

/* All that can be heard now, terminated; "(end)" is added if the other side has closed. */
static inline const char *hear(int fd)
{
	static char heard[1 << 20];
	size_t len = 0;

	for (;;) {
		ssize_t n = recv(fd, heard + len, sizeof(heard) - 8 - len, 0);
		if (n > 0) {
			len += (size_t)n;
			spin();
			continue;
		}
		heard[len] = 0;
		if (n == 0 || errno == ECONNRESET)
			memcpy(heard + len, "(end)", sizeof("(end)"));
		return heard;
	}
}

#endif
