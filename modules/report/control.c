#include "report/control.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/log.h"
#include "io/peer.h"
#include "io/pipe.h"
#include "io/unix.h"

#define OUT_MAX (2 * VIEW_LINE_MAX)
#define STEPS_MAX 16 /* how often one caller is written to in one turn */

struct connection {
	int fd; /* -1 = free */
	uint32_t generation;
	unsigned interest;
	tick_t active; /* when it last said or took something */
	bool ended;    /* it will say no more */
	bool blocked;  /* it takes nothing now; the poller will tell */
	bool skipping; /* the rest of a line that was too long */
	bool more;     /* there is more to tell at once */
	struct answer answer;
	char who[48]; /* as the system vouches for */
	size_t in_len, out_begin, out_end;
	char in[REQUEST_MAX + 1]; /* with the newline */
	char out[OUT_MAX];
};

struct control {
	int listening;
	struct poller *poller;
	struct sources sources;
	struct control_figures figures;
	struct connection connections[CONTROL_CONNECTIONS];
};

static uint64_t tag_of(const struct control *c, const struct connection *x)
{
	return (uint64_t)x->generation << 32 | (uint64_t)(x - c->connections);
}

struct control *control_open(int listening, uint64_t listening_tag, struct poller *poller,
                             const struct sources *sources)
{
	struct control *c = calloc(1, sizeof(*c));

	if (!c)
		return NULL;
	c->listening = listening;
	c->poller = poller;
	c->sources = *sources;
	c->sources.figures = &c->figures;
	c->figures.connections_max = CONTROL_CONNECTIONS;
	for (size_t i = 0; i < CONTROL_CONNECTIONS; i++)
		c->connections[i].fd = -1;
	if (listening >= 0 && poller_watch(poller, listening, POLLER_READ, listening_tag) != 0) {
		free(c);
		return NULL;
	}
	return c;
}

static void hang_up(struct control *c, struct connection *x)
{
	poller_drop(c->poller, x->fd);
	close(x->fd);
	x->fd = -1;
	c->figures.connections--;
}

void control_close(struct control *c)
{
	for (size_t i = 0; i < CONTROL_CONNECTIONS; i++) {
		if (c->connections[i].fd >= 0)
			hang_up(c, &c->connections[i]);
	}
	if (c->listening >= 0)
		poller_drop(c->poller, c->listening);
	free(c);
}

const struct control_figures *control_figures(const struct control *c)
{
	return &c->figures;
}

static struct connection *find_free(struct control *c)
{
	for (size_t i = 0; i < CONTROL_CONNECTIONS; i++) {
		if (c->connections[i].fd < 0)
			return &c->connections[i];
	}
	return NULL;
}

static void identify(struct connection *x)
{
	struct text who = text_make(x->who, sizeof(x->who));
	struct peer_identity peer;

	if (peer_of(x->fd, &peer))
		text_format(&who, "uid=%ld pid=%ld", peer.uid, peer.pid);
	else
		text_put(&who, "uid=? pid=?");
}

static void begin(struct control *c, struct connection *x, int fd, const struct clock *clock)
{
	struct control_figures *f = &c->figures;

	x->fd = fd;
	identify(x);
	x->generation++;
	x->interest = POLLER_READ;
	x->active = clock->now;
	x->ended = x->blocked = x->skipping = x->more = false;
	x->answer.word = NULL;
	x->in_len = x->out_begin = x->out_end = 0;
	f->connections++;
	if (f->connections > f->connections_high)
		f->connections_high = f->connections;
	if (poller_watch(c->poller, fd, x->interest, tag_of(c, x)) != 0)
		hang_up(c, x);
}

static void turn_away(struct control *c, int fd)
{
	static const char why[] = "{\"end\":true,\"ok\":false,\"error\":\"too many callers\"}\n";

	c->figures.refused_total++;
	(void)!send(fd, why, sizeof(why) - 1, MSG_NOSIGNAL);
	close(fd);
}

void control_accept(struct control *c, const struct clock *clock)
{
	for (size_t i = 0; i < CONTROL_CONNECTIONS; i++) {
		int fd = unix_accept(c->listening);
		if (fd < 0)
			return;
		struct connection *x = find_free(c);
		if (x)
			begin(c, x, fd, clock);
		else
			turn_away(c, fd);
	}
}

static void receive(struct connection *x, const struct clock *clock)
{
	ssize_t n = pipe_take(x->fd, x->in + x->in_len, sizeof(x->in) - x->in_len);

	if (n < 0)
		x->ended = true;
	if (n > 0) {
		x->in_len += (size_t)n;
		x->active = clock->now;
	}
}

void control_event(struct control *c, const struct poller_event *e, const struct clock *clock)
{
	uint32_t index = (uint32_t)e->tag;
	struct connection *x = index < CONTROL_CONNECTIONS ? &c->connections[index] : NULL;

	if (!x || x->fd < 0 || x->generation != e->tag >> 32)
		return;
	if (e->ready & POLLER_WRITE)
		x->blocked = false;
	if ((e->ready & POLLER_READ) && !x->ended && x->in_len < sizeof(x->in))
		receive(x, clock);
	if (e->ready & POLLER_END)
		hang_up(c, x);
}

void control_reply(struct control *c, const struct record *r)
{
	for (size_t i = 0; i < CONTROL_CONNECTIONS; i++) {
		if (c->connections[i].fd >= 0)
			answer_reply(&c->connections[i].answer, r);
	}
}

/* Takes `len` octets off the front of what was said. */
static void forget(struct connection *x, size_t len)
{
	memmove(x->in, x->in + len, x->in_len - len);
	x->in_len -= len;
}

/* Begins the answer to the next line. False when there is no whole one. */
static bool next_request(struct control *c, struct connection *x, const struct clock *clock)
{
	const char *newline = memchr(x->in, '\n', x->in_len);
	size_t len = newline ? (size_t)(newline - x->in) : x->in_len;
	bool was_skipping = x->skipping;

	if (!newline && x->in_len < sizeof(x->in) && !was_skipping)
		return false;
	x->skipping = !newline;
	if (!was_skipping) {
		bool good = false;
		if (newline)
			good = answer_begin(&x->answer, x->in, len, clock);
		else
			answer_refuse(&x->answer, "request too long");
		x->answer.who = x->who;
		c->figures.requests_total++;
		c->figures.bad_requests_total += !good;
	}
	forget(x, newline ? len + 1 : len);
	return !was_skipping || newline;
}

/* Writes what was made. False when something is left: the caller cannot take more, or has gone. */
static bool flush(struct control *c, struct connection *x, const struct clock *clock)
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

/* Makes lines as long as there is room for another. False when there is nothing to tell now. */
static bool make_lines(struct control *c, struct connection *x, const struct clock *clock)
{
	while (OUT_MAX - x->out_end > VIEW_LINE_MAX) {
		if (!x->answer.word) {
			if (!next_request(c, x, clock))
				return false;
			continue;
		}
		struct text t = text_make(x->out + x->out_end, VIEW_LINE_MAX);
		enum answer_step step = answer_next(&x->answer, &c->sources, clock, &t);
		x->out_end += t.len;
		if (step == ANSWER_WAIT)
			return false;
	}
	return true;
}

/* Makes and writes by turns until the caller takes no more or there is no more to tell. */
static void serve(struct control *c, struct connection *x, const struct clock *clock)
{
	x->more = !x->blocked;
	for (int i = 0; i < STEPS_MAX && x->more; i++) {
		x->more = make_lines(c, x, clock);
		if (!flush(c, x, clock)) {
			x->more = false;
			return;
		}
	}
	if (!x->more && !x->blocked && x->ended && !x->answer.word)
		hang_up(c, x);
}

static bool is_slow(const struct control *c, const struct connection *x)
{
	return x->blocked && answer_follows(&x->answer) &&
	       ring_behind(c->sources.ring, x->answer.position) > RING_BEHIND_MAX;
}

/* Silent without a subscription, or taking nothing. */
static bool may_time_out(const struct connection *x)
{
	return x->blocked || !answer_follows(&x->answer);
}

/* Hangs up on who is too slow or idle. True when it did. */
static bool check_manners(struct control *c, struct connection *x, const struct clock *clock)
{
	if (is_slow(c, x)) {
		c->figures.slow_total++;
		log_warn("follower of events dropped cause=slow behind=%" PRIu64,
		         ring_behind(c->sources.ring, x->answer.position));
	} else if (may_time_out(x) && clock->now - x->active >= CONTROL_IDLE_MS) {
		c->figures.idle_total++;
	} else {
		return false;
	}
	hang_up(c, x);
	return true;
}

/* Listens only where there is room for what would be heard. */
static void set_interest(struct control *c, struct connection *x)
{
	unsigned interest = (!x->ended && x->in_len < sizeof(x->in) ? POLLER_READ : 0) |
	                    (x->blocked ? POLLER_WRITE : 0);

	if (interest == x->interest)
		return;
	x->interest = interest;
	if (poller_watch(c->poller, x->fd, interest, tag_of(c, x)) != 0)
		hang_up(c, x);
}

void control_serve(struct control *c, const struct clock *clock)
{
	for (size_t i = 0; i < CONTROL_CONNECTIONS; i++) {
		struct connection *x = &c->connections[i];
		if (x->fd >= 0)
			serve(c, x, clock);
		if (x->fd >= 0 && !check_manners(c, x, clock))
			set_interest(c, x);
	}
}

tick_t control_next(const struct control *c)
{
	tick_t next = TICK_NEVER;

	for (size_t i = 0; i < CONTROL_CONNECTIONS; i++) {
		const struct connection *x = &c->connections[i];
		if (x->fd < 0)
			continue;
		if (x->more)
			return TICK_LONG_AGO;
		if (may_time_out(x) && x->active + CONTROL_IDLE_MS < next)
			next = x->active + CONTROL_IDLE_MS;
		if (!x->blocked && answer_deadline(&x->answer) < next)
			next = answer_deadline(&x->answer);
	}
	return next;
}
