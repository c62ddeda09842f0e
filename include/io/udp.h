/*
 * One UDP socket with its inbox and outbox, both allocated at startup. Datagrams are received up to
 * UDP_INBOX at a time and sent up to UDP_OUTBOX at a time; the constant parts of the message
 * headers are preset, so a copy costs its octets, the receiver's id and an address.
 *
 * Nothing here waits. What does not fit into the socket's buffer is dropped and counted: a late
 * voice frame is worthless. A datagram the system refuses (no route, port unreachable) is skipped
 * and counted alone.
 *
 * On a socket bound to a wildcard, datagrams are received with, and leave from, the local address
 * the other side knows (packet information). Opaque; owned by its loop.
 */
#ifndef IO_UDP_H
#define IO_UDP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/addr.h"
#include "base/arena.h"
#include "base/util.h"

#define UDP_INBOX 64u
#define UDP_OUTBOX 32u /* so few stay in the nearest cache, and the first leave early */
#define UDP_RECEIVE_MAX 1024u /* octets; longer datagrams are dropped and counted */
#define UDP_SEND_MAX 320u

struct udp_datagram {
	const uint8_t *bytes; /* valid until the next udp_receive */
	size_t len;
	struct addr sender;
	struct addr local; /* ip only: destination address; any on a socket bound to one address */
};

/* One copy to send. */
struct udp_copy {
	const uint8_t *bytes;
	size_t len;   /* up to UDP_SEND_MAX */
	size_t id_at; /* where `id` replaces four octets, big-endian; 0 = nowhere */
	uint32_t id;
	const struct addr *to;
	const struct addr *from; /* ip only: of udp_datagram.local; any = the system chooses */
};

struct udp_counters {
	uint64_t received_total;
	uint64_t oversize_total;
	uint64_t sent_total;
	uint64_t dropped_total; /* the socket's buffer was full */
	uint64_t refused_total; /* the system refused this one */
};

/*
 * Opens and binds a socket. IPv6 takes IPv4 too; [::] on a system without IPv6 becomes 0.0.0.0,
 * with one log line. `shared`: also beside those of ours that udp_share lets. -1 with errno.
 */
MUST_CHECK int udp_open(const struct addr *bind, bool shared);

/* May others of our user be bound to this address, too? */
void udp_share(int fd, bool yes);

/* The address the socket is bound to. False with errno. */
MUST_CHECK bool udp_bound(int fd, struct addr *out);

/* Receive buffer size in octets. */
int udp_receive_buffer(int fd);

struct udp;

/* Cuts inbox and outbox; NULL on a measuring arena. */
struct udp *udp_cut(struct arena *arena);

/* Uses them for an open socket from now on; datagrams waiting to be sent are dropped. */
void udp_use(struct udp *u, int fd, const struct addr *bound);

/* Both at once; NULL when either fails, with errno for a bad socket. */
struct udp *udp_attach(struct arena *arena, int fd);

/* -1 before udp_use. */
int udp_descriptor(const struct udp *u);

/* Receives without waiting: an array of `*count`. If that is UDP_INBOX there may be more. */
const struct udp_datagram *udp_receive(struct udp *u, uint32_t *count);

/* Puts a copy into the outbox, which is flushed first when it is full. */
void udp_add(struct udp *u, const struct udp_copy *copy);

/* Sends what the outbox holds. */
void udp_flush(struct udp *u);

const struct udp_counters *udp_counters(const struct udp *u);

#endif
