/*
 * What the kernel puts into the receive buffer of a datagram socket.
 */
#ifndef IO_ARRIVE_H
#define IO_ARRIVE_H

#include <stddef.h>

/*
 * Longer datagrams are not put there: a few hundred of them fill it, because the kernel counts two
 * to four kilobytes for each, and then what is legal is lost. If the system cannot do it, they
 * arrive.
 */
void arrive_at_most(int fd, size_t octets);

#endif
