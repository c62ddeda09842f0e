#include "report/callers.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/log.h"
#include "io/pipe.h"
#include "io/tcp.h"
#include "io/unix.h"

#define STEPS_MAX 16 /* how often one caller is written to in one turn */

static uint64_t tag_of(const struct callers *c, const struct caller *x)
{
	return outlet_tag(c->talk->outlet, x->generation, (uint16_t)callers_index(c, x));
}

struct callers *callers_open(int listening, struct poller *poller, const struct ring *ring,
                             const struct talk *talk, void *owner)
{
	size_t each = talk->in_max + talk->out_max;
	struct callers *c = calloc(1, sizeof(*c) + talk->capacity * sizeof(c->at[0]));

	if (!c)
		return NULL;
	c->octets = malloc(talk->capacity * each);
	if (!c->octets || (listening >= 0 && poller_watch(poller, listening, POLLER_READ,
	                                                  outlet_tag(talk->outlet, 0, 0)) != 0)) {
		free(c->octets);
		free(c);
		return NULL;
	}
	c->talk = talk;
	c->owner = owner;
	c->ring = ring;
	c->poller = poller;
	c->listening = listening;
	c->figures.connections_max = talk->capacity;
	for (uint32_t i = 0; i < talk->capacity; i++) {
		c->at[i].fd = -1;
		c->at[i].in = c->octets + i * each;
		c->at[i].out = c->at[i].in + talk->in_max;
	}
	return c;
}

static void hang_up(struct callers *c, struct caller *x)
{
	if (c->talk->end)
		c->talk->end(c->owner, x);
	poller_drop(c->poller, x->fd);
	close(x->fd);
	x->fd = -1;
	c->figures.connections--;
}

void callers_close(struct callers *c)
{
	for (uint32_t i = 0; i < c->talk->capacity; i++) {
		if (c->at[i].fd >= 0)
			hang_up(c, &c->at[i]);
	}
	if (c->listening >= 0)
		poller_drop(c->poller, c->listening);
	free(c->octets);
	free(c);
}

/* Of those who are not being answered the one who has been silent longest; NULL: there is none. */
static struct caller *find_idle(struct callers *c)
{
	struct caller *idle = NULL;

	for (uint32_t i = 0; i < c->talk->capacity; i++) {
		struct caller *x = &c->at[i];
		if (!c->talk->answers(c->owner, x) && (!idle || x->active < idle->active))
			idle = x;
	}
	return idle;
}

static struct caller *find_room(struct callers *c)
{
	for (uint32_t i = 0; i < c->talk->capacity; i++) {
		if (c->at[i].fd < 0)
			return &c->at[i];
	}
	struct caller *idle = c->talk->give_way ? find_idle(c) : NULL;
	if (idle) {
		c->figures.idle_total++;
		hang_up(c, idle);
	}
	return idle;
}

static void begin(struct callers *c, struct caller *x, int fd, const struct clock *clock)
{
	struct callers_figures *f = &c->figures;

	x->fd = fd;
	x->generation += x->generation == UINT32_MAX ? 2 : 1; /* 0 is the listening socket */
	x->interest = POLLER_READ;
	x->active = clock->now;
	x->ended = x->blocked = x->more = x->leaving = x->left = false;
	x->in_len = x->out_begin = x->out_end = 0;
	f->connections++;
	if (f->connections > f->connections_high)
		f->connections_high = f->connections;
	c->talk->begin(c->owner, x, clock);
	if (poller_watch(c->poller, fd, x->interest, tag_of(c, x)) != 0)
		hang_up(c, x);
}

static void turn_away(struct callers *c, int fd, const char *why)
{
	c->figures.refused_total++;
	(void)!send(fd, why, strlen(why), MSG_NOSIGNAL);
	close(fd);
}

/* The next caller, -1 when none waits; whether it may speak to us. */
static int next_caller(const struct callers *c, bool *admitted)
{
	struct addr from;

	*admitted = true;
	if (!c->talk->admits)
		return unix_accept(c->listening);
	int fd = tcp_accept(c->listening, &from);
	if (fd >= 0)
		*admitted = c->talk->admits(c->owner, &from);
	return fd;
}

static void accept_callers(struct callers *c, const struct clock *clock)
{
	for (uint32_t i = 0; i < c->talk->capacity; i++) {
		bool admitted;
		int fd = next_caller(c, &admitted);
		if (fd < 0)
			return;
		struct caller *x = admitted ? find_room(c) : NULL;
		if (x)
			begin(c, x, fd, clock);
		else
			turn_away(c, fd, admitted ? c->talk->refusal : c->talk->stranger);
	}
}

static bool may_hear(const struct callers *c, const struct caller *x)
{
	return !x->ended && (x->in_len < c->talk->in_max || x->left);
}

static void receive(struct callers *c, struct caller *x, const struct clock *clock)
{
	if (x->left)
		x->in_len = 0;
	ssize_t n = pipe_take(x->fd, x->in + x->in_len, c->talk->in_max - x->in_len);
	if (n < 0)
		x->ended = true;
	if (n > 0 && !x->left) {
		x->in_len += (size_t)n;
		x->active = clock->now;
	}
}

void callers_event(struct callers *c, const struct poller_event *e, const struct clock *clock)
{
	uint16_t index = outlet_index(e->tag);
	struct caller *x = index < c->talk->capacity ? &c->at[index] : NULL;

	if (outlet_generation(e->tag) == 0) {
		accept_callers(c, clock);
		return;
	}
	if (!x || x->fd < 0 || x->generation != outlet_generation(e->tag))
		return;
	if (e->ready & POLLER_WRITE)
		x->blocked = false;
	if ((e->ready & POLLER_READ) && may_hear(c, x))
		receive(c, x, clock);
	if (e->ready & POLLER_END)
		hang_up(c, x);
}

void caller_forget(struct caller *x, size_t len)
{
	memmove(x->in, x->in + len, x->in_len - len);
	x->in_len -= len;
}

/* Writes what was made. False when something is left: the caller cannot take more, or has gone. */
static bool flush(struct callers *c, struct caller *x, const struct clock *clock)
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

/* Makes pieces as long as there is room for another. False when there is nothing to tell now. */
static bool make_pieces(struct callers *c, struct caller *x, const struct clock *clock)
{
	while (!x->leaving && c->talk->out_max - x->out_end > c->talk->piece_max) {
		struct text t = text_make(x->out + x->out_end, c->talk->piece_max);
		bool more = c->talk->make(c->owner, x, clock, &t);
		x->out_end += t.len;
		if (!more)
			return false;
	}
	return !x->leaving;
}

/* The last octets are on their way. It hears the end, and is given a while to take them. */
static void say_goodbye(struct caller *x, const struct clock *clock)
{
	x->left = true;
	x->active = clock->now;
	(void)!shutdown(x->fd, SHUT_WR);
}

/* Makes and writes by turns until the caller takes no more or there is no more to tell. */
static void serve(struct callers *c, struct caller *x, const struct clock *clock)
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
	if (x->ended && (x->leaving || !c->talk->answers(c->owner, x)))
		hang_up(c, x);
	else if (x->leaving && !x->left)
		say_goodbye(x, clock);
}

static bool is_slow(const struct callers *c, const struct caller *x)
{
	uint64_t position;

	return x->blocked && c->talk->follows(c->owner, x, &position) &&
	       ring_behind(c->ring, position) > RING_BEHIND_MAX;
}

/* Until when it may do nothing: a follower may be silent as long as it takes what it is told. */
static tick_t patience(const struct callers *c, const struct caller *x)
{
	uint64_t position;

	if (x->left)
		return x->active + CALLERS_GOODBYE_MS;
	if (!x->blocked && c->talk->follows(c->owner, x, &position))
		return TICK_NEVER;
	return x->active + c->talk->idle_ms;
}

/* Hangs up on who is too slow or idle. True when it did. */
static bool check_manners(struct callers *c, struct caller *x, const struct clock *clock)
{
	if (is_slow(c, x)) {
		c->figures.slow_total++;
		log_warn("follower of events dropped on=%s cause=slow",
		         outlet_name(c->talk->outlet));
	} else if (clock->now >= patience(c, x)) {
		c->figures.idle_total += !x->left;
	} else {
		return false;
	}
	hang_up(c, x);
	return true;
}

/* Listens only where there is room for what would be heard. */
static void set_interest(struct callers *c, struct caller *x)
{
	unsigned interest = (may_hear(c, x) ? POLLER_READ : 0) | (x->blocked ? POLLER_WRITE : 0);

	if (interest == x->interest)
		return;
	x->interest = interest;
	if (poller_watch(c->poller, x->fd, interest, tag_of(c, x)) != 0)
		hang_up(c, x);
}

void callers_serve(struct callers *c, const struct clock *clock)
{
	for (uint32_t i = 0; i < c->talk->capacity; i++) {
		struct caller *x = &c->at[i];
		if (x->fd >= 0)
			serve(c, x, clock);
		if (x->fd >= 0 && !check_manners(c, x, clock))
			set_interest(c, x);
	}
}

static tick_t sooner(tick_t a, tick_t b)
{
	return a < b ? a : b;
}

tick_t callers_next(const struct callers *c)
{
	tick_t next = TICK_NEVER;

	for (uint32_t i = 0; i < c->talk->capacity; i++) {
		const struct caller *x = &c->at[i];
		if (x->fd < 0)
			continue;
		if (x->more)
			return TICK_LONG_AGO;
		next = sooner(next, patience(c, x));
		if (!x->blocked)
			next = sooner(next, c->talk->deadline(c->owner, x));
	}
	return next;
}
