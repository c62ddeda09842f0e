#include "io/messages.h"

struct messages {
	struct mmsghdr *rows;
};

struct messages *messages_open(struct arena *arena, uint32_t count)
{
	struct messages *m = arena_cut(arena, "udp", 1, sizeof(*m));
	struct mmsghdr *rows = arena_cut(arena, "udp", count, sizeof(*rows));

	if (!m || !rows)
		return NULL;
	m->rows = rows;
	return m;
}

struct msghdr *messages_header(struct messages *m, uint32_t i)
{
	return &m->rows[i].msg_hdr;
}

size_t messages_len(const struct messages *m, uint32_t i)
{
	return m->rows[i].msg_len;
}

int messages_receive(struct messages *m, int fd, uint32_t first, uint32_t count)
{
	return recvmmsg(fd, m->rows + first, count, MSG_DONTWAIT, NULL);
}

int messages_send(struct messages *m, int fd, uint32_t first, uint32_t count)
{
	return sendmmsg(fd, m->rows + first, count, MSG_DONTWAIT);
}
