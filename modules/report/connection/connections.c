#include "report/connection/connections.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/log.h"
#include "io/pipe.h"
#include "io/tcp.h"
#include "io/unix.h"

#define STEPS_MAX 16 /* how often one connection is written to per turn */

static uint64_t tag_of(const struct connections *c, const struct connection *x)
{
	return service_tag(c->protocol->service, x->generation, (uint16_t)connections_index(c, x));
}

struct connections *connections_open(int listening, struct poller *poller, const struct ring *ring,
                                     const struct protocol *protocol, void *owner)
{
	size_t each = protocol->in_max + protocol->out_max;
	struct connections *c = calloc(1, sizeof(*c) + protocol->capacity * sizeof(c->at[0]));

	if (!c)
		return NULL;
	c->octets = malloc(protocol->capacity * each);
	if (!c->octets ||
	    (listening >= 0 && poller_watch(poller, listening, POLLER_READ,
	                                    service_tag(protocol->service, 0, 0)) != 0)) {
		free(c->octets);
		free(c);
		return NULL;
	}
	c->protocol = protocol;
	c->owner = owner;
	c->ring = ring;
	c->poller = poller;
	c->listening = listening;
	c->figures.connections_max = protocol->capacity;
	for (uint32_t i = 0; i < protocol->capacity; i++) {
		c->at[i].fd = -1;
		c->at[i].in = c->octets + i * each;
		c->at[i].out = c->at[i].in + protocol->in_max;
	}
	return c;
}

static void hang_up(struct connections *c, struct connection *x)
{
	if (c->protocol->end)
		c->protocol->end(c->owner, x);
	poller_drop(c->poller, x->fd);
	close(x->fd);
	x->fd = -1;
	c->figures.connections--;
}

void connections_close(struct connections *c)
{
	for (uint32_t i = 0; i < c->protocol->capacity; i++) {
		if (c->at[i].fd >= 0)
			hang_up(c, &c->at[i]);
	}
	if (c->listening >= 0)
		poller_drop(c->poller, c->listening);
	free(c->octets);
	free(c);
}

void connections_listen(struct connections *c, int listening)
{
	if (c->listening >= 0)
		poller_drop(c->poller, c->listening);
	c->listening = listening;
	if (listening >= 0 && poller_watch(c->poller, listening, POLLER_READ,
	                                   service_tag(c->protocol->service, 0, 0)) != 0)
		log_error("%s cannot be watched: %s", service_name(c->protocol->service),
		          strerror(errno));
}

/* The connection without an answer in progress that has been silent longest; NULL: none. */
static struct connection *find_idle(struct connections *c)
{
	struct connection *idle = NULL;

	for (uint32_t i = 0; i < c->protocol->capacity; i++) {
		struct connection *x = &c->at[i];
		bool is_idle = x->fd >= 0 && !c->protocol->answers(c->owner, x);
		if (is_idle && (!idle || x->active < idle->active))
			idle = x;
	}
	return idle;
}

/* A free place, or that of who is idle. The last free one is for this machine, if any is kept. */
static struct connection *find_room(struct connections *c, const struct addr *from)
{
	struct connection *room = NULL;
	bool keep = c->protocol->each_max && !addr_is_loopback(from);
	uint32_t left = c->protocol->capacity - c->figures.connections;

	for (uint32_t i = 0; i < c->protocol->capacity && left > keep; i++) {
		if (c->at[i].fd < 0)
			return &c->at[i];
	}
	if (c->protocol->give_way)
		room = find_idle(c);
	if (room) {
		c->figures.idle_total++;
		hang_up(c, room);
	}
	return room;
}

/* Has this address as many connections as one may have? */
static bool is_crowded(const struct connections *c, const struct addr *from)
{
	uint32_t same = 0;

	if (!c->protocol->each_max || addr_is_loopback(from))
		return false;
	for (uint32_t i = 0; i < c->protocol->capacity; i++)
		same += c->at[i].fd >= 0 && addr_same_site(&c->at[i].from, from);
	return same >= c->protocol->each_max;
}

static void begin(struct connections *c, struct connection *x, int fd, const struct clock *clock)
{
	struct connections_figures *f = &c->figures;

	x->fd = fd;
	x->generation += x->generation == UINT32_MAX ? 2 : 1; /* 0 is the listening socket */
	x->interest = POLLER_READ;
	x->active = clock->now;
	x->ended = x->blocked = x->more = x->leaving = x->left = false;
	x->in_len = x->out_begin = x->out_end = 0;
	f->connections++;
	if (f->connections > f->connections_high)
		f->connections_high = f->connections;
	c->protocol->begin(c->owner, x, clock);
	if (poller_watch(c->poller, fd, x->interest, tag_of(c, x)) != 0)
		hang_up(c, x);
}

static void turn_away(struct connections *c, int fd, const char *why)
{
	c->figures.refused_total++;
	(void)!send(fd, why, strlen(why), MSG_NOSIGNAL);
	close(fd);
}

/* The next connection, -1 if none is waiting; and whether it is admitted. */
static int next_connection(const struct connections *c, struct addr *from, bool *admitted)
{
	*admitted = true;
	if (!c->protocol->admits)
		return unix_accept(c->listening);
	int fd = tcp_accept(c->listening, from);
	if (fd >= 0)
		*admitted = c->protocol->admits(c->owner, from);
	return fd;
}

static void accept_connections(struct connections *c, const struct clock *clock)
{
	for (uint32_t i = 0; i < c->protocol->capacity; i++) {
		struct addr from = {.port = 0};
		bool admitted;
		int fd = next_connection(c, &from, &admitted);
		if (fd < 0)
			return;
		struct connection *x =
			admitted && !is_crowded(c, &from) ? find_room(c, &from) : NULL;
		if (x)
			x->from = from;
		if (x)
			begin(c, x, fd, clock);
		else
			turn_away(c, fd, admitted ? c->protocol->refusal : c->protocol->stranger);
	}
}

static bool may_hear(const struct connections *c, const struct connection *x)
{
	return !x->ended && (x->in_len < c->protocol->in_max || x->left);
}

static void receive(struct connections *c, struct connection *x, const struct clock *clock)
{
	if (x->left)
		x->in_len = 0;
	ssize_t n = pipe_take(x->fd, x->in + x->in_len, c->protocol->in_max - x->in_len);
	if (n < 0)
		x->ended = true;
	if (n > 0 && !x->left) {
		x->in_len += (size_t)n;
		x->active = clock->now;
	}
}

void connections_event(struct connections *c, const struct poller_event *e,
                       const struct clock *clock)
{
	uint16_t index = service_index(e->tag);
	struct connection *x = index < c->protocol->capacity ? &c->at[index] : NULL;

	if (service_generation(e->tag) == 0) {
		accept_connections(c, clock);
		return;
	}
	if (!x || x->fd < 0 || x->generation != service_generation(e->tag))
		return;
	if (e->ready & POLLER_WRITE)
		x->blocked = false;
	if ((e->ready & POLLER_READ) && may_hear(c, x))
		receive(c, x, clock);
	if (e->ready & POLLER_END)
		hang_up(c, x);
}

void connection_forget(struct connection *x, size_t len)
{
	memmove(x->in, x->in + len, x->in_len - len);
	x->in_len -= len;
}

/* Writes the output. False if some is left: the connection cannot take more, or is gone. */
static bool flush(struct connections *c, struct connection *x, const struct clock *clock)
{
	if (x->out_begin == x->out_end)
		return true;
	ssize_t n = send(x->fd, x->out + x->out_begin, x->out_end - x->out_begin, MSG_NOSIGNAL);
	if (n < 0 && errno != EAGAIN && errno != EWOULDBLOCK && errno != EINTR) {
		hang_up(c, x);
		return false;
	}
	if (n > 0) {
		x->out_begin += (size_t)n;
		x->active = clock->now;
	}
	if (x->out_begin < x->out_end) {
		x->blocked = true;
		return false;
	}
	x->out_begin = x->out_end = 0;
	return true;
}

/* Makes pieces while there is room for another. False if there is nothing to send now. */
static bool make_pieces(struct connections *c, struct connection *x, const struct clock *clock)
{
	while (!x->leaving && c->protocol->out_max - x->out_end > c->protocol->piece_max) {
		struct text t = text_make(x->out + x->out_end, c->protocol->piece_max);
		bool more = c->protocol->make(c->owner, x, clock, &t);
		x->out_end += t.len;
		if (!more)
			return false;
	}
	return !x->leaving;
}

/* The last octets were written: shuts down our side, and allows time to receive them. */
static void say_goodbye(struct connection *x, const struct clock *clock)
{
	x->left = true;
	x->active = clock->now;
	(void)!shutdown(x->fd, SHUT_WR);
}

/* Makes and writes in turn until the connection takes no more or there is nothing left to send. */
static void serve(struct connections *c, struct connection *x, const struct clock *clock)
{
	x->more = !x->blocked && !x->left;
	for (int i = 0; i < STEPS_MAX && x->more; i++) {
		x->more = make_pieces(c, x, clock);
		if (!flush(c, x, clock)) {
			x->more = false;
			return;
		}
	}
	if (x->more || x->blocked)
		return;
	if (x->ended && (x->leaving || !c->protocol->answers(c->owner, x)))
		hang_up(c, x);
	else if (x->leaving && !x->left)
		say_goodbye(x, clock);
}

static bool is_slow(const struct connections *c, const struct connection *x)
{
	uint64_t position;

	return x->blocked && c->protocol->follows(c->owner, x, &position) &&
	       ring_behind(c->ring, position) > RING_BEHIND_MAX;
}

/* Its deadline for doing something: a follower may be silent while it reads what it is sent. */
static tick_t patience(const struct connections *c, const struct connection *x)
{
	uint64_t position;

	if (x->left)
		return x->active + CONNECTIONS_GOODBYE_MS;
	if (!x->blocked && c->protocol->follows(c->owner, x, &position))
		return TICK_NEVER;
	return x->active + c->protocol->idle_ms;
}

/* Closes a connection that is too slow or idle. True if it did. */
static bool check_manners(struct connections *c, struct connection *x, const struct clock *clock)
{
	if (is_slow(c, x)) {
		c->figures.slow_total++;
		log_warn("follower of events dropped on=%s cause=slow",
		         service_name(c->protocol->service));
	} else if (clock->now >= patience(c, x)) {
		c->figures.idle_total += !x->left;
	} else {
		return false;
	}
	hang_up(c, x);
	return true;
}

/* Watches for input only where there is room for it. */
static void set_interest(struct connections *c, struct connection *x)
{
	unsigned interest = (may_hear(c, x) ? POLLER_READ : 0) | (x->blocked ? POLLER_WRITE : 0);

	if (interest == x->interest)
		return;
	x->interest = interest;
	if (poller_watch(c->poller, x->fd, interest, tag_of(c, x)) != 0)
		hang_up(c, x);
}

void connections_serve(struct connections *c, const struct clock *clock)
{
	for (uint32_t i = 0; i < c->protocol->capacity; i++) {
		struct connection *x = &c->at[i];
		if (x->fd >= 0)
			serve(c, x, clock);
		if (x->fd >= 0 && !check_manners(c, x, clock))
			set_interest(c, x);
	}
}

tick_t connections_next(const struct connections *c)
{
	tick_t next = TICK_NEVER;

	for (uint32_t i = 0; i < c->protocol->capacity; i++) {
		const struct connection *x = &c->at[i];
		if (x->fd < 0)
			continue;
		if (x->more)
			return TICK_LONG_AGO;
		next = tick_first(next, patience(c, x));
		if (!x->blocked)
			next = tick_first(next, c->protocol->deadline(c->owner, x));
	}
	return next;
}
