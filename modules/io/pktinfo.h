/*
 * Packet information: which of our addresses a datagram arrived at or leaves from, on a socket
 * bound to a wildcard. POSIX has no name for it, so each system has its own body (pktinfo_linux.c).
 *
 * A row is the control data of one message; rows are allocated at startup with preset headers, so
 * sending only fills in the address.
 */
#ifndef IO_PKTINFO_H
#define IO_PKTINFO_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/socket.h>

#include "base/addr.h"
#include "base/arena.h"
#include "base/util.h"

struct pktinfo;

/* Enables packet information on the socket. -1 with errno. */
MUST_CHECK int pktinfo_ask(int fd, bool v4);

/* Cuts rows; NULL on a measuring arena. */
struct pktinfo *pktinfo_open(struct arena *arena, uint32_t rows);

/* For a socket of one family. */
void pktinfo_preset(struct pktinfo *p, uint32_t rows, bool v4);

/* Makes the row the message's control data, with its whole room. */
void pktinfo_attach(struct pktinfo *p, uint32_t row, struct msghdr *m);

/* The message leaves from this address. */
void pktinfo_put(struct pktinfo *p, uint32_t row, const struct addr *from);

/* The local address of a received message. False if there is none. */
MUST_CHECK bool pktinfo_take(struct pktinfo *p, uint32_t row, const struct msghdr *m,
                             struct addr *local);

#endif
