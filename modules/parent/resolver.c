#include "parent/resolver.h"

#include <signal.h>
#include <unistd.h>

#include "io/name.h"
#include "io/pipe.h"
#include "io/process.h"
#include "io/signals.h"

#define FIRST_WAIT (10 * TICK_SECOND)
#define LONGEST_WAIT TICK_MINUTE
#define PATIENCE_S 60 /* time limit of a round */

/* A name to look up. */
struct wanted {
	const char *host; /* "" = nothing */
	uint16_t port;
	bool v4; /* IPv4 only */
	struct resolved_record whose;
};

/* The n-th name: of the peers, all targets of uplinks, and the broker. */
static bool wanted_at(const struct conf *conf, uint32_t n, struct wanted *out)
{
	const struct conf_target *c = &conf->report.broker;
	struct resolved_record whose = {.of.kind = SOURCE_LOCAL};

	if (n < conf->peer_count) {
		const struct conf_peer *p = &conf->peer[n];
		*out = (struct wanted){
			p->host, p->address.port, addr_is_v4(&p->bind), {.of = {SOURCE_PEER, n}}};
		return true;
	}
	n -= conf->peer_count;
	if (n > conf->uplink_count * CONF_TARGETS_MAX)
		return false;
	if (n < conf->uplink_count * CONF_TARGETS_MAX) {
		whose.of = (struct source){SOURCE_UPLINK, n / CONF_TARGETS_MAX};
		whose.target = n % CONF_TARGETS_MAX;
		c = &conf->uplink[whose.of.index].targets[whose.target];
	}
	*out = (struct wanted){c->host, c->address.port, false, whose};
	return true;
}

static uint32_t count_names(const struct conf *conf)
{
	struct wanted w;
	uint32_t names = 0;

	for (uint32_t i = 0; wanted_at(conf, i, &w); i++)
		names += w.host[0] != 0;
	return names;
}

struct resolver resolver_make(const struct conf *conf)
{
	struct resolver r = {.conf = conf, .answers = -1, .wait = FIRST_WAIT, .again = TICK_NEVER};

	r.names = count_names(conf);
	return r;
}

void resolver_wake(struct resolver *r, tick_t now)
{
	if (r->names && r->answers < 0)
		r->again = now;
	r->woken = r->answers >= 0;
}

void resolver_renew(struct resolver *r, tick_t now)
{
	r->names = count_names(r->conf);
	if (r->names)
		resolver_wake(r, now);
	else
		r->again = TICK_NEVER;
}

static void answer(int out, struct resolved_record found)
{
	const struct record r = {.kind = RECORD_RESOLVED, .resolved = found};

	(void)ipc_tell(out, &r);
}

/* The child: looks up one name after another and sends each result at once. */
static _Noreturn void run(const struct conf *conf, const struct user *user, pid_t parent, int out)
{
	alarm(PATIENCE_S);
	if (user_become(user) != 0 || !process_die_with(parent))
		_exit(1);
	struct wanted w;
	for (uint32_t i = 0; wanted_at(conf, i, &w); i++)
		if (w.host[0] && name_resolve(w.host, w.port, w.v4, &w.whose.to))
			answer(out, w.whose);
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
	else
		r->wait = tick_first(2 * r->wait, LONGEST_WAIT);
	r->missed = missed;
	r->again = r->woken ? now : now + r->wait;
	r->woken = false;
}

void resolver_give_up(struct resolver *r, tick_t now)
{
	close(r->answers);
	end_round(r, now);
}

enum ipc resolver_take(struct resolver *r, struct record *out, tick_t now)
{
	enum ipc ipc = ipc_take_record(r->answers, out);

	if (ipc == IPC_END)
		end_round(r, now);
	r->found += ipc == IPC_MESSAGE;
	return ipc;
}
