#include "io/udp.h"

#include <errno.h>
#include <sys/uio.h>
#include <unistd.h>

#include "base/cursor.h"
#include "base/log.h"
#include "io/messages.h"
#include "io/pipe.h"
#include "io/pktinfo.h"
#include "io/share.h"
#include "io/sockaddr.h"

/* Octets; the system grants what it allows, and charges some 800 for a frame. */
#define SEND_WISH (4 * 1024 * 1024)
#define RECEIVE_WISH (1024 * 1024) /* anything older than about 200 ms is worthless */
#define ID_LEN 4u

/* The arrays of one direction; row i of each belongs to message i. */
struct box {
	struct messages *messages;
	struct iovec *parts;
	union sockaddr_ip *names;
	struct pktinfo *room, *pktinfo; /* NULL: bound to one address */
	uint8_t *octets;
	uint32_t rows;
	size_t stride;
};

struct udp {
	int fd;
	socklen_t name_len;
	struct box in, out;
	struct udp_datagram *datagrams;
	uint32_t taken; /* rows of `in` whose headers hold the lengths of what came */
	uint32_t queued;
	struct udp_counters counters;
};

void udp_share(int fd, bool yes)
{
	share_port(fd, yes);
}

static int open_bound(const struct addr *where, bool shared)
{
	bool v4 = addr_is_v4(where);
	const int off = 0, receive = RECEIVE_WISH, send = SEND_WISH;
	union sockaddr_ip name;
	int fd = socket(v4 ? AF_INET : AF_INET6, SOCK_DGRAM, 0);

	if (fd < 0)
		return -1;
	socklen_t name_len = sockaddr_preset(&name, v4);
	sockaddr_put(&name, where);
	if (shared)
		udp_share(fd, true);
	setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &receive, sizeof(receive));
	setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &send, sizeof(send));
	messages_prepare(fd);
	if ((v4 || setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &off, sizeof(off)) == 0) &&
	    (!addr_is_any(where) || pktinfo_ask(fd, v4) == 0) && pipe_prepare(fd) == 0 &&
	    bind(fd, &name.any, name_len) == 0)
		return fd;
	int cause = errno;
	close(fd);
	errno = cause;
	return -1;
}

int udp_open(const struct addr *bind, bool shared)
{
	static const uint8_t any[4] = {0};
	int fd = open_bound(bind, shared);

	if (fd >= 0 || addr_is_v4(bind) || !addr_is_any(bind) ||
	    (errno != EAFNOSUPPORT && errno != EADDRNOTAVAIL))
		return fd;
	struct addr v4 = addr_v4(any, bind->port);
	log_warn("no IPv6 on this system: [::]:%u replaced by 0.0.0.0:%u", bind->port, bind->port);
	return open_bound(&v4, shared);
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
static bool cut_box(struct box *b, struct arena *arena, uint32_t rows, size_t stride)
{
	*b = (struct box){
		.messages = messages_open(arena, rows),
		.parts = arena_cut(arena, "udp", rows, sizeof(*b->parts)),
		.names = arena_cut(arena, "udp", rows, sizeof(*b->names)),
		.rows = rows,
		.stride = stride,
	};
	b->room = pktinfo_open(arena, rows);
	b->octets = arena_cut(arena, "udp", rows, stride);
	return b->messages && b->parts && b->names && b->octets && b->room;
}

static void preset(struct box *b, const struct addr *bound)
{
	bool v4 = addr_is_v4(bound);

	b->pktinfo = addr_is_any(bound) ? b->room : NULL;
	pktinfo_preset(b->room, b->rows, v4);
	for (uint32_t i = 0; i < b->rows; i++) {
		struct msghdr *header = messages_header(b->messages, i);

		*header = (struct msghdr){.msg_name = &b->names[i]};
		b->parts[i] =
			(struct iovec){.iov_base = b->octets + i * b->stride, .iov_len = b->stride};
		header->msg_iov = &b->parts[i];
		header->msg_iovlen = 1;
		header->msg_namelen = sockaddr_preset(&b->names[i], v4);
	}
}

struct udp *udp_cut(struct arena *arena)
{
	struct box in, out;
	struct udp *u = arena_cut(arena, "udp", 1, sizeof(*u));
	struct udp_datagram *datagrams = arena_cut(arena, "udp", UDP_INBOX, sizeof(*datagrams));
	bool ready = cut_box(&in, arena, UDP_INBOX, UDP_RECEIVE_MAX);

	ready = cut_box(&out, arena, UDP_OUTBOX, UDP_SEND_MAX) && ready;
	if (!ready || !u || !datagrams)
		return NULL;
	*u = (struct udp){.fd = -1, .in = in, .out = out, .datagrams = datagrams};
	return u;
}

void udp_use(struct udp *u, int fd, const struct addr *bound)
{
	preset(&u->in, bound);
	preset(&u->out, bound);
	u->fd = fd;
	u->taken = UDP_INBOX;
	u->queued = 0;
	u->name_len = messages_header(u->in.messages, 0)->msg_namelen;
}

struct udp *udp_attach(struct arena *arena, int fd)
{
	struct addr bound;
	struct udp *u = udp_bound(fd, &bound) ? udp_cut(arena) : NULL;

	if (u)
		udp_use(u, fd, &bound);
	return u;
}

int udp_descriptor(const struct udp *u)
{
	return u->fd;
}

/* A header that holds the lengths of what came gets its capacities back. */
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
	for (uint32_t i = 0; i < u->taken; i++)
		reset(u, i);
	int came = messages_receive(u->in.messages, u->fd, 0, UDP_INBOX);
	u->taken = came > 0 ? (uint32_t)came : 0;
	for (uint32_t i = 0; i < u->taken; i++) {
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

static bool is_from_nowhere(int cause)
{
	return cause == EINVAL || cause == ENETUNREACH || cause == EADDRNOTAVAIL;
}

/* The requested source address may no longer be ours: then the routing table chooses. False if none
 * was requested. */
static bool forget_from(struct box *b, uint32_t i)
{
	struct msghdr *header = messages_header(b->messages, i);
	bool asked = header->msg_controllen > 0;

	header->msg_controllen = 0;
	return asked;
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
		} else if (is_from_nowhere(errno) && forget_from(&u->out, at)) {
			continue;
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
