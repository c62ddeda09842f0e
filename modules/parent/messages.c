#include "parent/messages.h"

#include <unistd.h>

#include "base/log.h"
#include "io/ipc.h"
#include "io/notify.h"
#include "io/shared.h"
#include "parent/children.h"
#include "parent/manager.h"
#include "parent/offer.h"
#include "parent/switchover.h"

static void on_ready(struct parent *p, struct child *c)
{
	if (p->ready) {
		log_info("%s is back", c->name);
		notify_send("STATUS=serving");
	}
	c->ready = c->running = true;
	if (c == &p->child[VOICE] && p->before.at) {
		shared_release(p->before.at, p->before.size);
		close(p->before.fd);
		p->before = (struct memory){.fd = -1};
	}
	resolver_wake(&p->resolver, p->now);
	if (!p->ready && p->child[VOICE].ready && p->child[REPORT].ready) {
		p->ready = true;
		manager_ready(p);
	}
}

/* Refuses too frequent requests without reading the file. */
static void on_reload(struct parent *p, struct child *c, uint32_t number)
{
	if (upgrade_is_on(&p->upgrade))
		ipc_reply(c->link, p->now, number, false, "an upgrade is running: reload after it");
	else if (bucket_take(&c->reloads, p->now, 1000, CHILD_RELOADS_DEPTH))
		offer_reload(p, number);
	else
		ipc_reply(c->link, p->now, number, false,
		          "too many reloads: at most one per second");
}

static void on_upgrade(struct parent *p, struct child *c, uint32_t number)
{
	if (bucket_take(&p->upgrades, p->now, CHILD_UPGRADES_MILLI, CHILD_UPGRADES_DEPTH))
		switchover_try(p, number);
	else
		ipc_reply(c->link, p->now, number, false,
		          "too many upgrades: at most one in 5 seconds");
}

static void on_order(struct parent *p, struct child *c, const struct command *order)
{
	c->missed = 0;
	if (order->kind == COMMAND_READY)
		on_ready(p, c);
	if (order->kind == COMMAND_RELOAD && c == &p->child[REPORT])
		on_reload(p, c, order->number);
	if (order->kind == COMMAND_UPGRADE && c == &p->child[REPORT])
		on_upgrade(p, c, order->number);
	if (order->kind == COMMAND_UPGRADED && c == &p->child[REPORT])
		switchover_tell(p, order->number);
	if (order->kind == COMMAND_KEEP && c == &p->child[VOICE] &&
	    bucket_take(&c->reloads, p->now, 1000, CHILD_RELOADS_DEPTH))
		children_keep_recording(p);
	if (order->kind == COMMAND_DENIED)
		log_error("sandbox: system call %u of %s refused", (unsigned)order->denied.call,
		          c->name);
}

void messages_take(struct parent *p, struct child *c)
{
	struct command order;

	if (!bucket_take(&c->messages, p->now, CHILD_MESSAGES_A_SECOND * 1000,
	                 CHILD_MESSAGES_DEPTH)) {
		poller_drop(p->poller, c->link);
		c->muted = true;
		return;
	}
	switch (ipc_take_order(c->link, &order)) {
	case IPC_NOTHING:
		break;
	case IPC_MESSAGE:
		on_order(p, c, &order);
		break;
	case IPC_END:
		poller_drop(p->poller, c->link); /* it is about to exit; SIGCHLD follows */
		break;
	}
}

/* Passes each result to the child that needs it. */
static void tell_address(struct parent *p, const struct record *r)
{
	bool is_broker = r->resolved.of.kind == SOURCE_LOCAL;
	int link = p->child[is_broker ? REPORT : VOICE].link;

	if (link >= 0)
		(void)ipc_tell(link, r);
}

/* The end of the pair ends a round of lookups. */
void messages_take_address(struct parent *p)
{
	int answers = p->resolver.answers;
	struct record r;

	switch (resolver_take(&p->resolver, &r, p->now)) {
	case IPC_NOTHING:
		break;
	case IPC_MESSAGE:
		tell_address(p, &r);
		break;
	case IPC_END:
		poller_drop(p->poller, answers);
		close(answers);
		break;
	}
}
