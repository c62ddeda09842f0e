/*
 * Clients by the hundred in one process, and what they see: copies, delay, loss, doubles, order.
 *
 *   load [-r] -p PORT -n CLIENTS -g GROUPS -m MODE [-s SECONDS] [-f FRAMES] [-w WINDOW] [-k
 * PASSPHRASE]
 *
 *   -r          the other side is the reflector: join instead of logging in
 *   -m MODE     realtime   each talker sends a burst every 60 ms
 *               rate       ... FRAMES bursts a second
 *               closed     ... as soon as fewer than WINDOW of its bursts are still under way
 *               ping       no calls, each client pings every 10 s
 *   load -m start -p PORT -- COMMAND...      starts a server and prints the time to the first login
 *
 * Client n is in group n modulo GROUPS; the first of each group talks. All clients share a few
 * sockets: a client is an address in 127.1.0.0/16, identified by packet info, so that receiving
 * costs this process less than sending costs the server. When all are logged in, "ready" is printed
 * and a line on standard input awaited; then the run, then one line of `name=value`.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "bench/bench.h"
#include "hotspot/talk.h"
#include "base/util.h"
#include "wire/hbp.h"

#define CLIENTS_MAX 4096
#define SOCKETS 16
#define FIRST_ADDRESS 0x7F010001u /* 127.1.0.1 */
#define FIRST_ID 2300000u
#define FIRST_TG 3001u
#define FRAME_US (DMR_BURST_MS * 1000)
#define PING_US 10000000
#define GIVE_UP_US 200000 /* a burst that has not reached all by then has been lost */
#define DRAIN_US 300000
#define DELAY_MAX_US 200000
#define TRIES 40
#define ANSWER_MS 250

enum mode { REALTIME, RATE, CLOSED, PING, START, MODES };

static const char *const mode_names[MODES] = {"realtime", "rate", "closed", "ping", "start"};

struct client {
	uint64_t last;    /* number of the newest burst that has come, from 1 */
	int64_t ping_due; /* us */
};

struct talker {
	struct talk talk;
	uint64_t sent;     /* bursts; the number of the newest one */
	uint64_t finished; /* all up to this one have reached all clients or were given up */
	int64_t due;       /* us: the next burst in realtime and rate */
	int64_t sent_at[256];
	uint32_t copies[256];
};

struct load {
	enum mode mode;
	bool reflector;
	struct sockaddr_in server;
	const char *passphrase;
	unsigned clients, groups, window;
	double seconds, frames;
	int epoll;
	int sockets[SOCKETS];
	struct client client[CLIENTS_MAX];
	struct talker *talker; /* one per group */
	uint64_t copies, doubled, reordered, pongs;
	uint32_t delay[DELAY_MAX_US + 1]; /* copies by their delay, us */
};

static uint32_t client_id(unsigned n)
{
	return FIRST_ID + n;
}

static unsigned listeners(const struct load *l, unsigned group)
{
	return l->clients / l->groups + (group < l->clients % l->groups) - 1;
}

/* Sends as that client, from its address. */
static void send_as(struct load *l, unsigned n, const void *bytes, size_t len)
{
	uint8_t copy[BENCH_DATAGRAM];
	_Alignas(struct cmsghdr) char control[CMSG_SPACE(sizeof(struct in_pktinfo))] = {0};
	struct iovec part = {.iov_base = copy, .iov_len = len};
	struct msghdr message = {
		.msg_name = &l->server,
		.msg_namelen = sizeof(l->server),
		.msg_iov = &part,
		.msg_iovlen = 1,
		.msg_control = control,
		.msg_controllen = sizeof(control),
	};
	struct in_pktinfo info = {.ipi_spec_dst.s_addr = htonl(FIRST_ADDRESS + n)};
	struct cmsghdr *c = CMSG_FIRSTHDR(&message);

	c->cmsg_level = IPPROTO_IP;
	c->cmsg_type = IP_PKTINFO;
	c->cmsg_len = CMSG_LEN(sizeof(info));
	memcpy(CMSG_DATA(c), &info, sizeof(info));
	memcpy(copy, bytes, len);
	while (sendmsg(l->sockets[n % SOCKETS], &message, 0) < 0 && errno == EINTR)
		;
}

/* The client a datagram is for; CLIENTS_MAX if unknown. */
static unsigned client_of(struct msghdr *message)
{
	struct cmsghdr *c = CMSG_FIRSTHDR(message); /* packet info is all that was asked for */
	struct in_pktinfo info;

	if (!c || c->cmsg_level != IPPROTO_IP || c->cmsg_type != IP_PKTINFO)
		return CLIENTS_MAX;
	memcpy(&info, CMSG_DATA(c), sizeof(info));
	return ntohl(info.ipi_addr.s_addr) - FIRST_ADDRESS;
}

/* Sends until something comes back; returns its length. Before the run one client speaks at a time.
 */
static size_t ask(struct load *l, unsigned n, const struct wr *question, uint8_t *answer)
{
	struct pollfd p = {.fd = l->sockets[n % SOCKETS], .events = POLLIN};

	for (int i = 0; i < TRIES; i++) {
		send_as(l, n, question->start, wr_len(question));
		if (poll(&p, 1, l->mode == START ? 1 : ANSWER_MS) <= 0)
			continue;
		ssize_t len = recv(p.fd, answer, BENCH_DATAGRAM, MSG_DONTWAIT);
		if (len > 0)
			return (size_t)len;
	}
	fprintf(stderr, "load: no answer to %.4s of client %u\n", (const char *)question->start, n);
	exit(1);
}

static void expect_ack(const uint8_t *answer, size_t len, const char *question)
{
	if (len == 10 && memcmp(answer, "RPTACK", 6) == 0)
		return;
	fprintf(stderr, "load: %s answered with %.6s\n", question, (const char *)answer);
	exit(1);
}

static void log_in(struct load *l, unsigned n)
{
	static const struct hbp_config config = {
		.callsign = "N0CALL",
		.rx_hz = 430000000,
		.tx_hz = 438000000,
		.power_w = 1,
		.cc = 1,
		.latitude = "0.0",
		.longitude = "0.0",
		.slots = '3',
		.software = "load",
	};
	uint8_t question[BENCH_DATAGRAM], answer[BENCH_DATAGRAM], digest[SHA256_LEN];
	char options[32];
	struct wr w = wr_make(question, sizeof(question));

	hbp_write_login(&w, client_id(n));
	expect_ack(answer, ask(l, n, &w, answer), "RPTL");
	hbp_digest(answer + 6, l->passphrase, digest);
	w = wr_make(question, sizeof(question));
	hbp_write_key(&w, client_id(n), digest);
	expect_ack(answer, ask(l, n, &w, answer), "RPTK");
	w = wr_make(question, sizeof(question));
	hbp_write_config(&w, client_id(n), &config);
	expect_ack(answer, ask(l, n, &w, answer), "RPTC");
	snprintf(options, sizeof(options), "TS2=%u;", FIRST_TG + n % l->groups);
	w = wr_make(question, sizeof(question));
	hbp_write_options(&w, client_id(n), options, strlen(options));
	expect_ack(answer, ask(l, n, &w, answer), "RPTO");
}

static void join(struct load *l, unsigned n)
{
	uint8_t question[BENCH_JOIN_LEN], answer[BENCH_DATAGRAM];
	struct wr w = wr_make(question, sizeof(question));

	wr_bytes(&w, BENCH_JOIN, 4);
	wr_u24(&w, FIRST_TG + n % l->groups);
	ask(l, n, &w, answer);
}

/* Burst 0 is the header, later ones voice. */
static void talk(struct load *l, unsigned group, int64_t now)
{
	static const uint8_t silence[TALK_AMBE_LEN] = {
		0xB9, 0xE8, 0x81, 0x52, 0x61, 0x73, 0x00, 0x2A, 0x6B, 0xB9, 0xE8, 0x81, 0x52, 0x61,
		0x73, 0x00, 0x2A, 0x6B, 0xB9, 0xE8, 0x81, 0x52, 0x61, 0x73, 0x00, 0x2A, 0x6B,
	};
	struct talker *t = &l->talker[group];
	uint8_t bytes[BENCH_DATAGRAM];
	struct wr w = wr_make(bytes, sizeof(bytes));
	struct hbp_burst b =
		t->sent ? talk_voice(&t->talk, silence) : talk_lc(&t->talk, DMR_VOICE_HEADER);

	t->sent++;
	t->sent_at[b.seq] = now;
	t->copies[b.seq] = 0;
	hbp_write_burst(&w, &b);
	send_as(l, group, bytes, wr_len(&w));
}

static void hang_up(struct load *l, unsigned group)
{
	uint8_t bytes[BENCH_DATAGRAM];
	struct wr w = wr_make(bytes, sizeof(bytes));
	struct hbp_burst b = talk_lc(&l->talker[group].talk, DMR_TERMINATOR);

	hbp_write_burst(&w, &b);
	send_as(l, group, bytes, wr_len(&w));
}

/* Books one copy. Its number is the newest burst sent that ends in this sequence octet. */
static void heard(struct load *l, unsigned n, const uint8_t *bytes, int64_t now)
{
	struct talker *t = &l->talker[n % l->groups];
	struct client *c = &l->client[n];
	uint8_t seq = bytes[4];
	uint64_t number = t->sent - (uint8_t)((uint8_t)(t->sent - 1) - seq);
	int64_t delay = now - t->sent_at[seq];

	if (number == c->last) {
		l->doubled++;
		return;
	}
	if (number < c->last)
		l->reordered++;
	else
		c->last = number;
	t->copies[seq]++;
	l->copies++;
	l->delay[delay < DELAY_MAX_US ? delay : DELAY_MAX_US]++;
}

static void receive(struct load *l, int fd)
{
	static uint8_t bytes[BENCH_BATCH][BENCH_DATAGRAM];
	static _Alignas(
		struct cmsghdr) char control[BENCH_BATCH][CMSG_SPACE(sizeof(struct in_pktinfo))];
	static struct iovec parts[BENCH_BATCH];
	static struct mmsghdr in[BENCH_BATCH];

	for (size_t i = 0; i < BENCH_BATCH; i++) {
		parts[i] = (struct iovec){.iov_base = bytes[i], .iov_len = BENCH_DATAGRAM};
		in[i].msg_hdr = (struct msghdr){
			.msg_iov = &parts[i],
			.msg_iovlen = 1,
			.msg_control = control[i],
			.msg_controllen = sizeof(control[i]),
		};
	}
	int count = recvmmsg(fd, in, BENCH_BATCH, MSG_DONTWAIT, NULL);
	int64_t now = bench_now_us();
	for (int i = 0; i < count; i++) {
		unsigned n = client_of(&in[i].msg_hdr);

		if (n >= l->clients)
			continue;
		if (in[i].msg_len >= 53 && memcmp(bytes[i], "DMRD", 4) == 0)
			heard(l, n, bytes[i], now);
		else if (in[i].msg_len == 11 && memcmp(bytes[i], "MSTPONG", 7) == 0)
			l->pongs++;
	}
}

/* May this talker send now? */
static bool may_talk(struct load *l, unsigned group, int64_t now)
{
	struct talker *t = &l->talker[group];

	if (l->mode != CLOSED)
		return now >= t->due;
	while (t->finished < t->sent) {
		uint8_t seq = (uint8_t)t->finished;
		if (t->copies[seq] < listeners(l, group) && now - t->sent_at[seq] < GIVE_UP_US)
			break;
		t->finished++;
	}
	return t->sent - t->finished < l->window;
}

static void talk_all(struct load *l, int64_t now)
{
	for (unsigned g = 0; g < l->groups; g++)
		while (may_talk(l, g, now)) {
			talk(l, g, now);
			l->talker[g].due += l->mode == RATE ? (int64_t)(1e6 / l->frames) : FRAME_US;
		}
}

static void ping_all(struct load *l, int64_t now)
{
	uint8_t bytes[16];

	for (unsigned n = 0; n < l->clients; n++) {
		struct wr w = wr_make(bytes, sizeof(bytes));

		if (now < l->client[n].ping_due)
			continue;
		hbp_write_ping(&w, client_id(n));
		send_as(l, n, bytes, wr_len(&w));
		l->client[n].ping_due += PING_US;
	}
}

static void receive_for(struct load *l, int timeout_ms)
{
	struct epoll_event ready[SOCKETS];
	int count = epoll_wait(l->epoll, ready, SOCKETS, timeout_ms);

	for (int i = 0; i < count; i++)
		receive(l, ready[i].data.fd);
}

/* Real time sleeps between what happens; at full speed this process polls. */
static void run(struct load *l)
{
	int64_t start = bench_now_us(), now = start;
	int64_t end = start + (int64_t)(l->seconds * 1e6);
	int pause_ms = l->mode == REALTIME ? 1 : l->mode == PING ? 5 : 0;

	for (unsigned g = 0; g < l->groups; g++)
		l->talker[g].due = start + FRAME_US * g / l->groups;
	for (unsigned n = 0; n < l->clients; n++)
		l->client[n].ping_due = start + (int64_t)PING_US * n / l->clients;
	for (; now < end; now = bench_now_us()) {
		if (l->mode == PING)
			ping_all(l, now);
		else
			talk_all(l, now);
		receive_for(l, pause_ms);
	}
	for (; now < end + DRAIN_US; now = bench_now_us())
		receive_for(l, 10);
}

static unsigned percentile(const struct load *l, unsigned percent)
{
	uint64_t seen = 0;

	for (unsigned us = 0; us <= DELAY_MAX_US; us++) {
		seen += l->delay[us];
		if (seen && seen * 100 >= l->copies * percent)
			return us;
	}
	return 0;
}

static void print_result(const struct load *l)
{
	uint64_t expected = 0, frames = 0;

	for (unsigned g = 0; g < l->groups; g++) {
		frames += l->talker[g].sent;
		expected += l->talker[g].sent * listeners(l, g);
	}
	printf("frames=%llu copies=%llu copies_per_s=%.0f p50_us=%u p99_us=%u lost=%lld "
	       "doubled=%llu "
	       "reordered=%llu pongs=%llu\n",
	       (unsigned long long)frames, (unsigned long long)l->copies,
	       (double)l->copies / l->seconds, percentile(l, 50), percentile(l, 99),
	       (long long)(expected - l->copies), (unsigned long long)l->doubled,
	       (unsigned long long)l->reordered, (unsigned long long)l->pongs);
}

static void prepare(struct load *l)
{
	int on = 1;

	l->epoll = epoll_create1(EPOLL_CLOEXEC);
	l->talker = calloc(l->groups, sizeof(*l->talker));
	for (int i = 0; i < SOCKETS; i++) {
		struct epoll_event e = {.events = EPOLLIN};

		l->sockets[i] = bench_socket(INADDR_ANY, 0);
		setsockopt(l->sockets[i], IPPROTO_IP, IP_PKTINFO, &on, sizeof(on));
		e.data.fd = l->sockets[i];
		epoll_ctl(l->epoll, EPOLL_CTL_ADD, l->sockets[i], &e);
	}
	for (unsigned g = 0; g < l->groups; g++) {
		struct talk *t = &l->talker[g].talk;

		t->next = (struct hbp_burst){
			.src = FIRST_ID + g,
			.dst = FIRST_TG + g,
			.client = client_id(g),
			.slot = 2,
			.stream = (uint32_t)bench_now_us() * 64 + g,
		};
		talk_code(t);
	}
}

/* From the start of the server to the answer to the first RPTK, then ends the server. */
static int start(struct load *l, char **command)
{
	int64_t began = bench_now_us();
	pid_t server = fork();

	if (server == 0) {
		execv(command[0], command);
		bench_die(command[0]);
	}
	log_in(l, 0);
	printf("start_us=%lld\n", (long long)(bench_now_us() - began));
	kill(server, SIGTERM);
	waitpid(server, NULL, 0);
	return 0;
}

static enum mode mode_of(const char *name)
{
	int mode = 0;

	while (mode < MODES && strcmp(mode_names[mode], name) != 0)
		mode++;
	return (enum mode)mode;
}

static bool read_options(struct load *l, int argc, char **argv)
{
	int c;

	while ((c = getopt(argc, argv, "rp:n:g:m:s:f:w:k:")) != -1) {
		switch (c) {
		case 'r':
			l->reflector = true;
			break;
		case 'p':
			l->server.sin_port = htons((uint16_t)strtoul(optarg, NULL, 10));
			break;
		case 'n':
			l->clients = (unsigned)strtoul(optarg, NULL, 10);
			break;
		case 'g':
			l->groups = (unsigned)strtoul(optarg, NULL, 10);
			break;
		case 'm':
			l->mode = mode_of(optarg);
			break;
		case 's':
			l->seconds = strtod(optarg, NULL);
			break;
		case 'f':
			l->frames = strtod(optarg, NULL);
			break;
		case 'w':
			l->window = (unsigned)strtoul(optarg, NULL, 10);
			break;
		case 'k':
			l->passphrase = optarg;
			break;
		default:
			return false;
		}
	}
	return l->mode < MODES && l->server.sin_port && l->groups && l->window && l->frames > 0 &&
	       l->clients >= l->groups && l->clients <= CLIENTS_MAX;
}

int main(int argc, char **argv)
{
	static struct load l = {
		.server = {.sin_family = AF_INET},
		.passphrase = "benchmark",
		.clients = 1,
		.groups = 1,
		.window = 2,
		.seconds = 3,
		.frames = 1000,
	};

	l.server.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	if (!read_options(&l, argc, argv)) {
		fprintf(stderr, "usage: load [-r] -p port -n clients -g groups -m mode ...\n");
		return 64;
	}
	prepare(&l);
	if (l.mode == START)
		return start(&l, argv + optind);
	for (unsigned n = 0; n < l.clients; n++)
		(l.reflector ? join : log_in)(&l, n);
	puts("ready");
	fflush(stdout);
	if (getchar() == EOF)
		return 1;
	run(&l);
	print_result(&l);
	if (l.mode != PING)
		for (unsigned g = 0; g < l.groups; g++)
			hang_up(&l, g);
	return 0;
}
