#include "parent/resolver.h"

#include <signal.h>
#include <unistd.h>

#include "io/name.h"
#include "io/pipe.h"
#include "io/process.h"
#include "io/signals.h"

#define FIRST_WAIT (10 * TICK_SECOND)
#define LONGEST_WAIT TICK_MINUTE
#define PATIENCE_S 60 /* what a round may take */

/* What is to be looked up. */
struct wanted {
	const char *host; /* "" = nothing */
	uint16_t port;
	bool v4; /* only that will do */
};

/* At the places of struct resolved_record. */
static struct wanted wanted_at(const struct conf *conf, uint32_t place)
{
	const struct conf_target *c = &conf->report.broker;

	if (place < conf->peer_count) {
		const struct conf_peer *p = &conf->peer[place];
		return (struct wanted){p->host, p->address.port, addr_is_v4(&p->bind)};
	}
	if (place < conf_broker_place(conf)) {
		uint32_t link = place - conf->peer_count;
		c = &conf->uplink[link / CONF_TARGETS_MAX].targets[link % CONF_TARGETS_MAX];
	}
	return (struct wanted){c->host, c->address.port, false};
}

struct resolver resolver_make(const struct conf *conf)
{
	struct resolver r = {.conf = conf, .answers = -1, .wait = FIRST_WAIT, .again = TICK_NEVER};

	for (uint32_t i = 0; i <= conf_broker_place(conf); i++)
		r.names += wanted_at(conf, i).host[0] != 0;
	return r;
}

void resolver_wake(struct resolver *r, tick_t now)
{
	if (r->names && r->answers < 0)
		r->again = now;
	r->woken = r->answers >= 0;
}

static void answer(int out, uint32_t place, const struct addr *to)
{
	const struct record r = {.kind = RECORD_RESOLVED, .resolved = {.place = place, .to = *to}};

	(void)kin_tell(out, &r);
}

/* The child: one name after the other, each answer at once. */
static _Noreturn void run(const struct conf *conf, const struct user *user, pid_t parent, int out)
{
	alarm(PATIENCE_S);
	if (user_become(user) != 0 || !process_die_with(parent))
		_exit(1);
	for (uint32_t i = 0; i <= conf_broker_place(conf); i++) {
		struct wanted w = wanted_at(conf, i);
		struct addr to;

		if (w.host[0] && name_resolve(w.host, w.port, w.v4, &to))
			answer(out, i, &to);
	}
	_exit(0);
}

bool resolver_start(struct resolver *r, const struct user *user, tick_t now)
{
	int ends[2];

	r->again = now + r->wait;
	if (pipe_pair(ends) != 0)
		return false;
	signals_hold(true);
	pid_t parent = getpid(), pid = fork();
	if (pid == 0) {
		close(ends[0]);
		signal(SIGTERM, SIG_DFL);
		signals_hold(false);
		run(r->conf, user, parent, ends[1]);
	}
	signals_hold(false);
	close(ends[1]);
	if (pid < 0) {
		close(ends[0]);
		return false;
	}
	r->answers = ends[0];
	r->found = 0;
	r->again = TICK_NEVER;
	return true;
}

static void end_round(struct resolver *r, tick_t now)
{
	r->answers = -1;
	bool missed = r->found < r->names;
	if (!missed)
		r->wait = LONGEST_WAIT;
	else if (!r->missed)
		r->wait = FIRST_WAIT;
	else if (r->wait < LONGEST_WAIT)
		r->wait *= 2;
	r->missed = missed;
	r->again = r->woken ? now : now + r->wait;
	r->woken = false;
}

enum kin resolver_take(struct resolver *r, struct record *out, tick_t now)
{
	enum kin kin = kin_take_record(r->answers, out);

	if (kin == KIN_END)
		end_round(r, now);
	r->found += kin == KIN_MESSAGE;
	return kin;
}
