#include "io/messages.h"

#include <netinet/in.h>
#include <sys/syscall.h>
#include <unistd.h>

#ifndef SYS_recvmmsg /* 32 bits with times of 64 only; none is given */
#define SYS_recvmmsg SYS_recvmmsg_time64
#endif

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

/*
 * Never fragmented, and so without a number for the fragments (RFC 6864), which takes the kernel a
 * twentieth of its time for a datagram. All that the core makes is far below the 552 octets under
 * which the kernel believes no message that a path is narrow.
 */
void messages_prepare(int fd)
{
	const int never = IP_PMTUDISC_DO;

	(void)!setsockopt(fd, IPPROTO_IP, IP_MTU_DISCOVER, &never, sizeof(never));
}

size_t messages_len(const struct messages *m, uint32_t i)
{
	return m->rows[i].msg_len;
}

/*
 * The system calls themselves: where the kernel's message header is wider than POSIX's, musl clears
 * the padding of each header before it receives, and sends them one by one. The padding is zero
 * here, as the rows come from the arena.
 */
int messages_receive(struct messages *m, int fd, uint32_t first, uint32_t count)
{
	return (int)syscall(SYS_recvmmsg, fd, m->rows + first, count, MSG_DONTWAIT, NULL);
}

int messages_send(struct messages *m, int fd, uint32_t first, uint32_t count)
{
	return (int)syscall(SYS_sendmmsg, fd, m->rows + first, count, MSG_DONTWAIT);
}
