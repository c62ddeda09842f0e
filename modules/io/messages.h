/*
 * An array of message headers, received and sent with as few system calls as possible. Two bodies:
 * messages_linux.c (recvmmsg, sendmmsg), and messages_posix.c, one call each. Opaque; headers are
 * zeroed when cut and filled in by their owner.
 */
#ifndef IO_MESSAGES_H
#define IO_MESSAGES_H

#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>

#include "base/arena.h"
#include "base/util.h"

struct messages;

/* NULL on a measuring arena. */
struct messages *messages_open(struct arena *arena, uint32_t count);

struct msghdr *messages_header(struct messages *m, uint32_t i);

/* Before the first is sent: what the system can leave undone for datagrams as small as ours. */
void messages_prepare(int fd);

/* Octets of a received message. */
size_t messages_len(const struct messages *m, uint32_t i);

/*
 * Receive into, or send, [first, first + count) without waiting. Return how many were done
 * before the first fault; -1 with errno when that was the first one.
 */
MUST_CHECK int messages_receive(struct messages *m, int fd, uint32_t first, uint32_t count);
MUST_CHECK int messages_send(struct messages *m, int fd, uint32_t first, uint32_t count);

#endif
