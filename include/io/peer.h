/*
 * The user at the other end of a Unix socket, as reported by the kernel. Not POSIX, so each system
 * has its own body (peer_linux.c).
 */
#ifndef IO_PEER_H
#define IO_PEER_H

#include <stdbool.h>

struct peer_identity {
	long uid;
	long pid;
};

/* False if the system cannot tell. */
bool peer_identify(int fd, struct peer_identity *out);

#endif
