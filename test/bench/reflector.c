/*
 * The least that a conference server can do, as the measure of ours: whatever comes for a talkgroup
 * goes to all clients that joined it but the sender. No session, no check, no clock. One recvmmsg
 * for what has come, one sendmmsg for what goes out.
 *
 *   reflector PORT
 *
 *   JOIN tg(3)    the sender hears this talkgroup from now on; answered with the same
 *   RPTPING id    answered with MSTPONG id
 *   others        sent to the talkgroup in octets 8..10, where a DMRD has its destination
 */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "bench/bench.h"

#define GROUPS 64
#define MEMBERS 2048
#define OUT 256

struct group {
	uint32_t tg;
	size_t count;
	struct sockaddr_in members[MEMBERS];
};

static struct group groups[GROUPS];

struct out {
	int fd;
	unsigned count;
	struct mmsghdr messages[OUT];
	struct iovec parts[OUT];
};

static uint32_t read_tg(const uint8_t *at)
{
	return (uint32_t)at[0] << 16 | (uint32_t)at[1] << 8 | at[2];
}

/* The group of that talkgroup, or a free one; NULL when all are taken. */
static struct group *group_find(uint32_t tg)
{
	for (size_t i = 0; i < GROUPS; i++)
		if (groups[i].tg == tg || !groups[i].tg)
			return &groups[i];
	return NULL;
}

static bool same_endpoint(const struct sockaddr_in *a, const struct sockaddr_in *b)
{
	return a->sin_port == b->sin_port && a->sin_addr.s_addr == b->sin_addr.s_addr;
}

/* musl's sendmmsg is a loop of sendmsg; its headers are laid out as the kernel's when the padding
 * is zero. */
static int send_many(int fd, struct mmsghdr *messages, unsigned count)
{
	return (int)syscall(SYS_sendmmsg, fd, messages, count, 0);
}

static void out_flush(struct out *o)
{
	for (unsigned sent = 0; sent < o->count;) {
		int n = send_many(o->fd, o->messages + sent, o->count - sent);
		sent += n > 0 ? (unsigned)n : 1;
	}
	o->count = 0;
}

static void out_add(struct out *o, struct sockaddr_in *to, void *bytes, size_t len)
{
	if (o->count == OUT)
		out_flush(o);
	o->parts[o->count] = (struct iovec){.iov_base = bytes, .iov_len = len};
	o->messages[o->count].msg_hdr = (struct msghdr){
		.msg_name = to,
		.msg_namelen = sizeof(*to),
		.msg_iov = &o->parts[o->count],
		.msg_iovlen = 1,
	};
	o->count++;
}

static void join(struct out *o, struct sockaddr_in *from, uint8_t *bytes)
{
	struct group *g = group_find(read_tg(bytes + 4));

	if (!g || g->count == MEMBERS)
		return;
	g->tg = read_tg(bytes + 4);
	g->members[g->count++] = *from;
	out_add(o, from, bytes, BENCH_JOIN_LEN);
}

static void fan_out(struct out *o, const struct sockaddr_in *from, uint8_t *bytes, size_t len)
{
	struct group *g = group_find(read_tg(bytes + 8));

	if (!g)
		return;
	for (size_t i = 0; i < g->count; i++)
		if (!same_endpoint(&g->members[i], from))
			out_add(o, &g->members[i], bytes, len);
}

static void take(struct out *o, struct sockaddr_in *from, uint8_t *bytes, size_t len)
{
	if (len == BENCH_JOIN_LEN && memcmp(bytes, BENCH_JOIN, 4) == 0) {
		join(o, from, bytes);
	} else if (len == 11 && memcmp(bytes, "RPTPING", 7) == 0) {
		memcpy(bytes, "MSTPONG", 7);
		out_add(o, from, bytes, len);
	} else if (len >= 11) {
		fan_out(o, from, bytes, len);
	}
}

int main(int argc, char **argv)
{
	static uint8_t bytes[BENCH_BATCH][BENCH_DATAGRAM];
	static struct sockaddr_in from[BENCH_BATCH];
	static struct iovec parts[BENCH_BATCH];
	static struct mmsghdr in[BENCH_BATCH];
	static struct out out;

	if (argc != 2)
		return 64;
	out.fd = bench_socket(INADDR_LOOPBACK, (uint16_t)strtoul(argv[1], NULL, 10));
	for (;;) {
		for (size_t i = 0; i < BENCH_BATCH; i++) {
			parts[i] = (struct iovec){.iov_base = bytes[i], .iov_len = BENCH_DATAGRAM};
			in[i].msg_hdr = (struct msghdr){
				.msg_name = &from[i],
				.msg_namelen = sizeof(from[i]),
				.msg_iov = &parts[i],
				.msg_iovlen = 1,
			};
		}
		int count = recvmmsg(out.fd, in, BENCH_BATCH, MSG_WAITFORONE, NULL);
		for (int i = 0; i < count; i++)
			take(&out, &from[i], bytes[i], in[i].msg_len);
		out_flush(&out);
	}
}
