/*
 * Packet information: which of our addresses a datagram came to, and which one it
 * leaves from, on a socket bound to a wildcard. POSIX has no name for it, so each
 * system has its own body (pktinfo_linux.c).
 *
 * A row is the control data of one message; rows are claimed at start and their
 * headers preset, so that a send fills in the address and nothing else.
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

/* Asks the system to tell the address with each datagram. -1 with errno. */
MUST_CHECK int pktinfo_ask(int fd, bool v4);

/* Cuts rows for a socket of one family; NULL on a measuring arena. */
struct pktinfo *pktinfo_open(struct arena *arena, uint32_t rows, bool v4);

/* Makes the row the message's control data, with its whole room. */
void pktinfo_attach(struct pktinfo *p, uint32_t row, struct msghdr *m);

/* The message leaves from this address. */
void pktinfo_put(struct pktinfo *p, uint32_t row, const struct addr *from);

/* What came with a received message. False when the system told nothing. */
MUST_CHECK bool pktinfo_take(struct pktinfo *p, uint32_t row, const struct msghdr *m,
                             struct addr *local);

#endif
