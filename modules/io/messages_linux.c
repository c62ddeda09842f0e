#include "io/messages.h"

#include <sys/syscall.h>
#include <unistd.h>

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

/*
 * The system call itself: musl's sendmmsg is a loop of sendmsg where the kernel's message header is
 * wider than POSIX's. The padding it guards against is zero here, as the rows come from the arena.
 */
int messages_send(struct messages *m, int fd, uint32_t first, uint32_t count)
{
	return (int)syscall(SYS_sendmmsg, fd, m->rows + first, count, MSG_DONTWAIT);
}
