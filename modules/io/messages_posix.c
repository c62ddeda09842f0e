#include "io/messages.h"

/*
 * The other body of io/messages.h; what both do alike is written in each, as their rows differ in
 * type. MSG_DONTWAIT is not POSIX: the sockets themselves are non-blocking.
 */

struct message {
	struct msghdr header;
	size_t len;
};

struct messages {
	struct message *rows;
};

struct messages *messages_open(struct arena *arena, uint32_t count)
{
	struct messages *m = arena_cut(arena, "udp", 1, sizeof(*m));
	struct message *rows = arena_cut(arena, "udp", count, sizeof(*rows));

	if (!m || !rows)
		return NULL;
	m->rows = rows;
	return m;
}

struct msghdr *messages_header(struct messages *m, uint32_t i)
{
	return &m->rows[i].header;
}

void messages_prepare(int fd)
{
	(void)fd;
}

size_t messages_len(const struct messages *m, uint32_t i)
{
	return m->rows[i].len;
}

int messages_receive(struct messages *m, int fd, uint32_t first, uint32_t count)
{
	uint32_t done = 0;

	for (; done < count; done++) {
		struct message *row = &m->rows[first + done];
		ssize_t len = recvmsg(fd, &row->header, 0);

		if (len < 0)
			break;
		row->len = (size_t)len;
	}
	return done || !count ? (int)done : -1;
}

int messages_send(struct messages *m, int fd, uint32_t first, uint32_t count)
{
	uint32_t done = 0;

	while (done < count && sendmsg(fd, &m->rows[first + done].header, 0) >= 0)
		done++;
	return done || !count ? (int)done : -1;
}
