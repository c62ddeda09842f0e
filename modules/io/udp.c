#include "io/udp.h"

#include <errno.h>
#include <sys/uio.h>
#include <unistd.h>

#include "base/cursor.h"
#include "base/log.h"
#include "io/messages.h"
#include "io/pipe.h"
#include "io/pktinfo.h"
#include "io/sockaddr.h"

#define BUFFER_WISH (4 * 1024 * 1024) /* octets; the system gives what it allows */
#define ID_LEN 4u

/* The arrays of one direction; row i of each belongs to message i. */
struct box {
	struct messages *messages;
	struct iovec *parts;
	union sockaddr_ip *names;
	struct pktinfo *pktinfo; /* NULL: bound to one address, nothing to tell */
	uint8_t *octets;
	size_t stride;
};

struct udp {
	int fd;
	socklen_t name_len;
	struct box in, out;
	struct udp_datagram *datagrams;
	uint32_t queued;
	struct udp_counters counters;
};

static int open_bound(const struct addr *where)
{
	bool v4 = addr_is_v4(where);
	const int off = 0, wish = BUFFER_WISH;
	union sockaddr_ip name;
	int fd = socket(v4 ? AF_INET : AF_INET6, SOCK_DGRAM, 0);

	if (fd < 0)
		return -1;
	socklen_t name_len = sockaddr_preset(&name, v4);
	sockaddr_put(&name, where);
	setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &wish, sizeof(wish));
	setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &wish, sizeof(wish));
	if ((v4 || setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &off, sizeof(off)) == 0) &&
	    (!addr_is_any(where) || pktinfo_ask(fd, v4) == 0) && pipe_prepare(fd) == 0 &&
	    bind(fd, &name.any, name_len) == 0)
		return fd;
	int cause = errno;
	close(fd);
	errno = cause;
	return -1;
}

int udp_open(const struct addr *bind)
{
	static const uint8_t any[4] = {0};
	int fd = open_bound(bind);

	if (fd >= 0 || addr_is_v4(bind) || !addr_is_any(bind) ||
	    (errno != EAFNOSUPPORT && errno != EADDRNOTAVAIL))
		return fd;
	struct addr v4 = addr_v4(any, bind->port);
	log_warn("no IPv6 on this system: [::]:%u becomes 0.0.0.0:%u", bind->port, bind->port);
	return open_bound(&v4);
}

bool udp_bound(int fd, struct addr *out)
{
	union sockaddr_ip name;
	socklen_t len = sizeof(name);

	if (getsockname(fd, &name.any, &len) != 0)
		return false;
	if (name.any.sa_family != AF_INET && name.any.sa_family != AF_INET6) {
		errno = EAFNOSUPPORT;
		return false;
	}
	*out = sockaddr_take(&name);
	return true;
}

int udp_receive_buffer(int fd)
{
	int size = 0;
	socklen_t len = sizeof(size);

	getsockopt(fd, SOL_SOCKET, SO_RCVBUF, &size, &len);
	return size;
}

/* False on a measuring arena. */
static bool open_box(struct box *b, struct arena *arena, uint32_t rows, size_t stride,
                     const struct addr *bound)
{
	bool v4 = addr_is_v4(bound), wildcard = addr_is_any(bound);

	b->stride = stride;
	b->messages = messages_open(arena, rows);
	b->parts = arena_cut(arena, "udp", rows, sizeof(*b->parts));
	b->names = arena_cut(arena, "udp", rows, sizeof(*b->names));
	b->pktinfo = wildcard ? pktinfo_open(arena, rows, v4) : NULL;
	b->octets = arena_cut(arena, "udp", rows, stride);
	if (!b->messages || !b->parts || !b->names || !b->octets || (wildcard && !b->pktinfo))
		return false;
	for (uint32_t i = 0; i < rows; i++) {
		struct msghdr *header = messages_header(b->messages, i);

		b->parts[i] = (struct iovec){.iov_base = b->octets + i * stride, .iov_len = stride};
		header->msg_iov = &b->parts[i];
		header->msg_iovlen = 1;
		header->msg_name = &b->names[i];
		header->msg_namelen = sockaddr_preset(&b->names[i], v4);
	}
	return true;
}

struct udp *udp_attach(struct arena *arena, int fd)
{
	struct addr bound;
	struct box in, out;

	if (!udp_bound(fd, &bound))
		return NULL;
	struct udp *u = arena_cut(arena, "udp", 1, sizeof(*u));
	struct udp_datagram *datagrams = arena_cut(arena, "udp", UDP_INBOX, sizeof(*datagrams));
	bool ready = open_box(&in, arena, UDP_INBOX, UDP_RECEIVE_MAX, &bound);
	ready = open_box(&out, arena, UDP_OUTBOX, UDP_SEND_MAX, &bound) && ready;
	if (!ready || !u || !datagrams)
		return NULL;
	*u = (struct udp){.fd = fd, .in = in, .out = out, .datagrams = datagrams};
	u->name_len = messages_header(in.messages, 0)->msg_namelen;
	return u;
}

/*
 * A receive leaves the lengths of what came in the headers; they are rooms again before the
 * next.
 */
static void reset(struct udp *u, uint32_t i)
{
	struct msghdr *header = messages_header(u->in.messages, i);

	header->msg_namelen = u->name_len;
	if (u->in.pktinfo)
		pktinfo_attach(u->in.pktinfo, i, header);
}

/* False when the datagram did not fit. */
static bool take(struct udp *u, uint32_t i, struct udp_datagram *out)
{
	const struct msghdr *header = messages_header(u->in.messages, i);

	if (header->msg_flags & MSG_TRUNC)
		return false;
	out->bytes = u->in.octets + i * u->in.stride;
	out->len = messages_len(u->in.messages, i);
	out->sender = sockaddr_take(&u->in.names[i]);
	if (!u->in.pktinfo || !pktinfo_take(u->in.pktinfo, i, header, &out->local))
		out->local = (struct addr){.port = 0};
	return true;
}

const struct udp_datagram *udp_receive(struct udp *u, uint32_t *count)
{
	*count = 0;
	for (uint32_t i = 0; i < UDP_INBOX; i++)
		reset(u, i);
	int came = messages_receive(u->in.messages, u->fd, 0, UDP_INBOX);
	for (uint32_t i = 0; came > 0 && i < (uint32_t)came; i++) {
		u->counters.received_total++;
		if (take(u, i, &u->datagrams[*count]))
			++*count;
		else
			u->counters.oversize_total++;
	}
	return u->datagrams;
}

static void put_octets(struct box *b, uint32_t i, const struct udp_copy *copy)
{
	uint8_t *octets = b->octets + i * b->stride;
	struct wr w = wr_make(octets, b->stride);

	wr_bytes(&w, copy->bytes, copy->len);
	b->parts[i].iov_len = wr_len(&w);
	if (copy->id_at) {
		w = wr_make(octets + copy->id_at, ID_LEN);
		wr_u32(&w, copy->id);
	}
}

static void put_from(struct box *b, uint32_t i, const struct addr *from)
{
	struct msghdr *header = messages_header(b->messages, i);

	if (addr_is_any(from)) {
		header->msg_controllen = 0;
		return;
	}
	pktinfo_attach(b->pktinfo, i, header);
	pktinfo_put(b->pktinfo, i, from);
}

void udp_add(struct udp *u, const struct udp_copy *copy)
{
	if (copy->len > UDP_SEND_MAX || (copy->id_at && copy->id_at + ID_LEN > copy->len)) {
		u->counters.refused_total++;
		return;
	}
	if (u->queued == UDP_OUTBOX)
		udp_flush(u);
	put_octets(&u->out, u->queued, copy);
	sockaddr_put(&u->out.names[u->queued], copy->to);
	if (u->out.pktinfo)
		put_from(&u->out, u->queued, copy->from);
	u->queued++;
}

static bool is_full(int cause)
{
	return cause == EAGAIN || cause == EWOULDBLOCK || cause == ENOBUFS;
}

void udp_flush(struct udp *u)
{
	uint32_t at = 0;
	bool tried_again = false;

	while (at < u->queued) {
		int sent = messages_send(u->out.messages, u->fd, at, u->queued - at);

		if (sent > 0) {
			at += (uint32_t)sent;
			u->counters.sent_total += (uint64_t)sent;
			tried_again = false;
		} else if (sent == 0 || (is_full(errno) && tried_again)) {
			u->counters.dropped_total += u->queued - at;
			at = u->queued;
		} else if (is_full(errno)) {
			tried_again = true;
		} else if (errno != EINTR) {
			u->counters.refused_total++;
			at++;
		}
	}
	u->queued = 0;
}

const struct udp_counters *udp_counters(const struct udp *u)
{
	return &u->counters;
}
