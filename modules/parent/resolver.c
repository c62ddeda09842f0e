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

/* Links of uplinks are numbered by target. */
static const struct conf_target *uplink_target(const struct conf *conf, uint32_t link)
{
	return &conf->uplink[link / CONF_TARGETS_MAX].targets[link % CONF_TARGETS_MAX];
}

struct resolver resolver_make(const struct conf *conf)
{
	struct resolver r = {.conf = conf, .answers = -1, .wait = FIRST_WAIT, .again = TICK_NEVER};

	for (uint32_t i = 0; i < conf->peer_count; i++)
		r.names += conf->peer[i].host[0] != 0;
	for (uint32_t i = 0; i < conf->uplink_count * CONF_TARGETS_MAX; i++)
		r.names += uplink_target(conf, i)->host[0] != 0;
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
	for (uint32_t i = 0; i < conf->peer_count; i++) {
		const struct conf_peer *c = &conf->peer[i];
		struct addr to;

		if (c->host[0] && name_resolve(c->host, c->address.port, addr_is_v4(&c->bind), &to))
			answer(out, i, &to);
	}
	for (uint32_t i = 0; i < conf->uplink_count * CONF_TARGETS_MAX; i++) {
		const struct conf_target *c = uplink_target(conf, i);
		struct addr to;

		if (c->host[0] && name_resolve(c->host, c->address.port, false, &to))
			answer(out, conf->peer_count + i, &to);
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
