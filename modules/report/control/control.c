#include "report/control/control.h"

#include <stdlib.h>
#include <string.h>

#include "io/peer.h"

#define WHO_MAX 48u
#define REFUSAL "{\"end\":true,\"ok\":false,\"error\":\"too many connections\"}\n"

struct control {
	struct connections *connections;
	const struct sources *sources;
	struct answer answers[CONTROL_CONNECTIONS];
	bool skipping[CONTROL_CONNECTIONS];     /* the rest of a line that was too long */
	char who[CONTROL_CONNECTIONS][WHO_MAX]; /* as reported by the kernel */
	long uid[CONTROL_CONNECTIONS];          /* likewise; -1 = unknown */
	bool crowding[CONTROL_CONNECTIONS];     /* its user has too many connections */
};

static struct answer *answer_of(struct control *c, const struct connection *x)
{
	return &c->answers[connections_index(c->connections, x)];
}

static const struct answer *answer_shown(const struct control *c, const struct connection *x)
{
	return &c->answers[connections_index(c->connections, x)];
}

/* Returns the user. */
static long identify(int fd, char who[static WHO_MAX])
{
	struct text t = text_make(who, WHO_MAX);
	struct peer_identity peer;

	if (!peer_identify(fd, &peer)) {
		text_put(&t, "uid=? pid=?");
		return -1;
	}
	text_format(&t, "uid=%ld pid=%ld", peer.uid, peer.pid);
	return peer.uid;
}

/* How many connections this user has, and how many of all follow the events. */
static uint32_t count_of(const struct control *c, long uid)
{
	uint32_t count = 0;

	for (uint32_t i = 0; i < CONTROL_CONNECTIONS; i++)
		count += c->connections->at[i].fd >= 0 && c->uid[i] == uid;
	return count;
}

static uint32_t count_followers(const struct control *c)
{
	uint32_t count = 0;

	for (uint32_t i = 0; i < CONTROL_CONNECTIONS; i++)
		count += c->connections->at[i].fd >= 0 && answer_follows(&c->answers[i]);
	return count;
}

static bool is_crowded(const struct control *c, long uid)
{
	return uid != 0 && uid != c->sources->uid && count_of(c, uid) > CONTROL_EACH;
}

static void begin(void *owner, struct connection *x, const struct clock *clock)
{
	struct control *c = owner;
	uint32_t index = connections_index(c->connections, x);

	(void)clock;
	c->answers[index].verb = NULL;
	c->skipping[index] = false;
	c->uid[index] = identify(x->fd, c->who[index]);
	c->crowding[index] = is_crowded(c, c->uid[index]);
}

/* Begins the answer to the next line. False if there is no complete one. */
static bool next_request(struct control *c, struct connection *x, const struct clock *clock)
{
	const char *newline = memchr(x->in, '\n', x->in_len);
	size_t len = newline ? (size_t)(newline - x->in) : x->in_len;
	uint32_t index = connections_index(c->connections, x);
	bool *skipping = &c->skipping[index];
	bool was_skipping = *skipping;

	if (!newline && x->in_len <= REQUEST_MAX && !was_skipping)
		return false;
	*skipping = !newline;
	if (!was_skipping) {
		bool good = false;
		if (newline)
			good = answer_begin(answer_of(c, x), x->in, len, clock);
		else
			answer_refuse(answer_of(c, x), "request too long");
		if (good && answer_follows(answer_of(c, x)) &&
		    count_followers(c) > CONTROL_FOLLOWERS) {
			good = false;
			answer_refuse(answer_of(c, x), "too many connections follow the events");
		}
		c->answers[index].who = c->who[index];
		c->connections->figures.requests_total++;
		c->connections->figures.bad_requests_total += !good;
	}
	connection_forget(x, newline ? len + 1 : len);
	return !was_skipping || newline;
}

static bool make(void *owner, struct connection *x, const struct clock *clock, struct text *t)
{
	struct control *c = owner;
	struct answer *a = answer_of(c, x);

	if (c->crowding[connections_index(c->connections, x)]) {
		text_put(t, REFUSAL);
		x->leaving = true;
		return true;
	}
	if (!a->verb)
		return next_request(c, x, clock);
	return answer_next(a, c->sources, clock, t) != ANSWER_WAIT;
}

static bool answers(const void *owner, const struct connection *x)
{
	return answer_shown(owner, x)->verb;
}

static bool follows(const void *owner, const struct connection *x, uint64_t *position)
{
	const struct answer *a = answer_shown(owner, x);

	*position = a->position;
	return answer_follows(a);
}

static tick_t deadline(const void *owner, const struct connection *x)
{
	return answer_deadline(answer_shown(owner, x));
}

static const struct protocol protocol = {
	.service = SERVICE_CONTROL,
	.capacity = CONTROL_CONNECTIONS,
	.in_max = REQUEST_MAX + 1, /* with the newline */
	.out_max = 2 * VIEW_LINE_MAX,
	.piece_max = VIEW_LINE_MAX,
	.idle_ms = CONTROL_IDLE_MS,
	.give_way = true,
	.refusal = REFUSAL,
	.begin = begin,
	.make = make,
	.answers = answers,
	.follows = follows,
	.deadline = deadline,
};

struct control *control_open(int listening, struct poller *poller, const struct sources *sources)
{
	struct control *c = calloc(1, sizeof(*c));

	if (!c)
		return NULL;
	c->sources = sources;
	c->connections = connections_open(listening, poller, &sources->events->ring, &protocol, c);
	if (c->connections)
		return c;
	free(c);
	return NULL;
}

void control_close(struct control *c)
{
	connections_close(c->connections);
	free(c);
}

struct connections *control_connections(struct control *c)
{
	return c->connections;
}

void control_reply(struct control *c, const struct record *r)
{
	for (uint32_t i = 0; i < CONTROL_CONNECTIONS; i++) {
		if (c->connections->at[i].fd >= 0)
			answer_reply(&c->answers[i], r);
	}
}
