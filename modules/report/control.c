#include "report/control.h"

#include <stdlib.h>
#include <string.h>

#include "io/peer.h"

#define WHO_MAX 48u

struct control {
	struct callers *callers;
	const struct sources *sources;
	struct answer answers[CONTROL_CONNECTIONS];
	bool skipping[CONTROL_CONNECTIONS];     /* the rest of a line that was too long */
	char who[CONTROL_CONNECTIONS][WHO_MAX]; /* as the system vouches for */
};

static struct answer *answer_of(struct control *c, const struct caller *x)
{
	return &c->answers[callers_index(c->callers, x)];
}

static const struct answer *answer_shown(const struct control *c, const struct caller *x)
{
	return &c->answers[callers_index(c->callers, x)];
}

static void identify(int fd, char who[static WHO_MAX])
{
	struct text t = text_make(who, WHO_MAX);
	struct peer_identity peer;

	if (peer_identify(fd, &peer))
		text_format(&t, "uid=%ld pid=%ld", peer.uid, peer.pid);
	else
		text_put(&t, "uid=? pid=?");
}

static void begin(void *owner, struct caller *x, const struct clock *clock)
{
	struct control *c = owner;
	uint32_t index = callers_index(c->callers, x);

	(void)clock;
	c->answers[index].word = NULL;
	c->skipping[index] = false;
	identify(x->fd, c->who[index]);
}

/* Begins the answer to the next line. False when there is no whole one. */
static bool next_request(struct control *c, struct caller *x, const struct clock *clock)
{
	const char *newline = memchr(x->in, '\n', x->in_len);
	size_t len = newline ? (size_t)(newline - x->in) : x->in_len;
	uint32_t index = callers_index(c->callers, x);
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
		c->answers[index].who = c->who[index];
		c->callers->figures.requests_total++;
		c->callers->figures.bad_requests_total += !good;
	}
	caller_forget(x, newline ? len + 1 : len);
	return !was_skipping || newline;
}

static bool make(void *owner, struct caller *x, const struct clock *clock, struct text *t)
{
	struct control *c = owner;
	struct answer *a = answer_of(c, x);

	if (!a->word)
		return next_request(c, x, clock);
	return answer_next(a, c->sources, clock, t) != ANSWER_WAIT;
}

static bool answers(const void *owner, const struct caller *x)
{
	return answer_shown(owner, x)->word;
}

static bool follows(const void *owner, const struct caller *x, uint64_t *position)
{
	const struct answer *a = answer_shown(owner, x);

	*position = a->position;
	return answer_follows(a);
}

static tick_t deadline(const void *owner, const struct caller *x)
{
	return answer_deadline(answer_shown(owner, x));
}

static const struct talk language = {
	.outlet = OUTLET_CONTROL,
	.capacity = CONTROL_CONNECTIONS,
	.in_max = REQUEST_MAX + 1, /* with the newline */
	.out_max = 2 * VIEW_LINE_MAX,
	.piece_max = VIEW_LINE_MAX,
	.idle_ms = CONTROL_IDLE_MS,
	.refusal = "{\"end\":true,\"ok\":false,\"error\":\"too many callers\"}\n",
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
	c->callers = callers_open(listening, poller, sources->ring, &language, c);
	if (c->callers)
		return c;
	free(c);
	return NULL;
}

void control_close(struct control *c)
{
	callers_close(c->callers);
	free(c);
}

struct callers *control_callers(struct control *c)
{
	return c->callers;
}

void control_reply(struct control *c, const struct record *r)
{
	for (uint32_t i = 0; i < CONTROL_CONNECTIONS; i++) {
		if (c->callers->at[i].fd >= 0)
			answer_reply(&c->answers[i], r);
	}
}
