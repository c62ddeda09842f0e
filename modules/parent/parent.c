#include "parent/parent.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/log.h"
#include "base/random.h"
#include "base/text.h"
#include "io/kin.h"
#include "io/pipe.h"
#include "io/poller.h"
#include "io/shared.h"
#include "io/signals.h"
#include "io/syslog.h"
#include "io/tcp.h"
#include "io/udp.h"
#include "io/unix.h"
#include "io/user.h"
#include "parent/child.h"
#include "parent/load.h"
#include "parent/reload.h"
#include "parent/resolver.h"
#include "report/report.h"
#include "voice/voice.h"

#define STOP_PATIENCE (3 * TICK_SECOND) /* for a child to end by itself */

enum { VOICE, REPORT, CHILDREN };

/* Tags of the poller: a child's link is told by its index. */
enum { TAG_SIGNALS = CHILDREN, TAG_NAMES, TAGS };

struct parent {
	const char *path; /* of the configuration */
	struct conf conf; /* as it counts now */
	struct conf_offer *offer;
	struct conf_client *client; /* of `conf` */
	uint32_t clients;           /* that `conf` has room for */
	struct syslog syslog;
	const struct process_title *title;
	struct user user;
	int udp[CONF_SOCKETS_MAX];
	int listening[OUTLET_OUTLETS]; /* for the reporter, by outlet; -1: off */
	int records[2];
	int commands[2];
	int signals;
	struct arena arena;
	struct poller *poller;
	struct child child[CHILDREN];
	struct resolver resolver;
	pid_t pid;
	tick_t now;
	bool ready;
	bool stop;
	enum status status;
};

static tick_t read_clock(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (tick_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

static enum status system_failed(const char *what, const char *which)
{
	enum status status = errno == EACCES || errno == EPERM ? STATUS_PERMISSION : STATUS_SYSTEM;

	log_error("%s %s: %s", what, which, strerror(errno));
	return status;
}

/* From here on as the configuration says; the children inherit it. */
static void begin_log(struct parent *p)
{
	if (p->conf.server.log == LOG_TO_SYSLOG)
		log_set_sink(syslog_line, &p->syslog);
	log_set_level(p->conf.server.log_level);
}

/* Whoever waits for this line looks at standard error, whatever is logged where. */
static void say_ready(struct parent *p)
{
	log_set_sink(NULL, NULL);
	log_set_level(LOG_INFO);
	log_info("ready");
	begin_log(p);
	if (p->conf.server.log == LOG_TO_SYSLOG)
		log_info("ready");
}

/* What people call socket `i`. */
static const char *socket_name(const struct conf *conf, uint32_t i)
{
	uint32_t uplinks = conf->socket_count - conf->uplink_count;

	if (i >= uplinks)
		return conf->uplink[i - uplinks].name;
	return i < conf->listener_count ? conf->listener[i].name : "peers";
}

static enum status open_socket(struct parent *p, uint32_t i)
{
	const struct addr *bind = conf_socket_bind(&p->conf, i);
	struct addr bound;
	char text[ADDR_TEXT_MAX];

	p->udp[i] = udp_open(bind);
	if (p->udp[i] < 0 || !udp_bound(p->udp[i], &bound))
		return system_failed("cannot bind", addr_format(bind, text));
	log_info("listener=%s bind=%s receive-buffer=%d", socket_name(&p->conf, i),
	         addr_format(&bound, text), udp_receive_buffer(p->udp[i]));
	return STATUS_OK;
}

/*
 * The smallest configuration must serve where nothing but its port is ours: without the socket,
 * then.
 */
static void open_control(struct parent *p)
{
	const char *path = p->conf.report.control;
	int *control = &p->listening[OUTLET_CONTROL];

	*control = *path ? unix_listen(path) : -1;
	if (*path && (*control < 0 || user_give(&p->user, path) != 0))
		log_warn("no control socket at %s: %s", path, strerror(errno));
}

static void open_outlet(struct parent *p, enum outlet outlet, const struct addr *at)
{
	int *fd = &p->listening[outlet];
	char text[ADDR_TEXT_MAX];

	*fd = at->port ? tcp_listen(at) : -1;
	if (at->port && *fd < 0)
		log_warn("no %s outlet at %s: %s", outlet_name(outlet), addr_format(at, text),
		         strerror(errno));
}

static enum status open_inside(struct parent *p)
{
	struct arena measure;

	p->signals = signals_open();
	arena_measure(&measure);
	poller_open(&measure, TAGS);
	if (p->signals < 0 || pipe_open(p->records) != 0 || pipe_open(p->commands) != 0 ||
	    !arena_claim(&p->arena, measure.used))
		return system_failed("cannot make", "pipes");
	p->poller = poller_open(&p->arena, TAGS);
	if (!p->poller || poller_watch(p->poller, p->signals, POLLER_READ, TAG_SIGNALS) != 0)
		return system_failed("cannot make", "a poller");
	return STATUS_OK;
}

/* Without its user a server started as root still runs, as the one who owns nothing. */
static enum status find_user(struct parent *p)
{
	const char *name = p->conf.server.run_as;

	if (user_find(name, &p->user) == 0)
		return STATUS_OK;
	log_warn("run-as = %s: %s; running as nobody", name,
	         errno == ENOENT ? "no such user" : "that is root");
	if (user_find("nobody", &p->user) == 0)
		return STATUS_OK;
	log_error("run-as = %s: there is no user nobody either", name);
	return STATUS_CONFIG;
}

static enum status open_all(struct parent *p)
{
	enum status status = find_user(p);

	for (uint32_t i = 0; status == STATUS_OK && i < p->conf.socket_count; i++)
		status = open_socket(p, i);
	if (status != STATUS_OK)
		return status;
	for (int i = 0; i < OUTLET_OUTLETS; i++)
		p->listening[i] = -1;
	open_control(p);
	open_outlet(p, OUTLET_HTTP, &p->conf.report.http);
	open_outlet(p, OUTLET_LEGACY, &p->conf.report.legacy);
	return open_inside(p);
}

static void close_links(struct parent *p)
{
	poller_close(p->poller);
	if (p->resolver.answers >= 0)
		close(p->resolver.answers);
	for (int i = 0; i < CHILDREN; i++)
		if (p->child[i].link >= 0)
			close(p->child[i].link);
}

static int run_voice(struct parent *p, int link)
{
	struct voice_start start = {
		.conf = &p->conf,
		.offer = p->offer,
		.udp_sockets = p->udp,
		.record_pipe = p->records[1],
		.command_pipe = p->commands[0],
		.parent = link,
	};

	close(p->records[0]);
	close(p->commands[1]);
	for (int i = 0; i < OUTLET_OUTLETS; i++)
		if (p->listening[i] >= 0)
			close(p->listening[i]);
	process_hide();
	if (!random_fill(start.seed, sizeof(start.seed))) {
		log_error("no random numbers: %s", strerror(errno));
		return STATUS_SYSTEM;
	}
	return voice_run(&start);
}

static int run_report(struct parent *p, int link)
{
	struct report_start start = {
		.conf = &p->conf,
		.record_pipe = p->records[0],
		.command_pipe = p->commands[1],
		.parent = link,
	};

	memcpy(start.listening, p->listening, sizeof(start.listening));
	close(p->records[1]);
	close(p->commands[0]);
	for (uint32_t i = 0; i < p->conf.socket_count; i++)
		close(p->udp[i]);
	return report_run(&start);
}

/* The child's side of the fork, to its end. Secrets go first where nobody needs them. */
static _Noreturn void run(struct parent *p, int which, int link)
{
	const char *name = p->child[which].name;

	if (which == REPORT) {
		conf_forget_passphrases(&p->conf);
		shared_release(p->offer, conf_offer_size(p->clients));
	} else {
		conf_forget_report_secrets(&p->conf);
		(void)conf_offer_take(p->offer); /* it is what we have */
	}
	close_links(p);
	process_rename(p->title, name);
	log_set_name(name);
	if (user_become(&p->user) != 0) {
		log_error("cannot become user %s: %s", p->conf.server.run_as, strerror(errno));
		_exit(STATUS_PERMISSION);
	}
	if (!process_die_with(p->pid))
		_exit(STATUS_SYSTEM);
	_exit(which == VOICE ? run_voice(p, link) : run_report(p, link));
}

/* Signals are held back across the fork, so that none meant for the child is taken for ours. */
static void start(struct parent *p, int which)
{
	struct child *c = &p->child[which];
	int ends[2];
	pid_t pid = -1;

	if (pipe_pair(ends) == 0) {
		signals_hold(true);
		pid = fork();
		if (pid == 0) {
			close(ends[0]);
			run(p, which, ends[1]);
		}
		signals_hold(false);
		close(ends[1]);
		if (pid < 0)
			close(ends[0]);
	}
	if (pid < 0) {
		log_error("cannot start %s: %s", c->name, strerror(errno));
		child_ended(c, p->now);
		return;
	}
	child_started(c, p->now, pid, ends[0]);
	if (poller_watch(p->poller, c->link, POLLER_READ, (uint64_t)which) != 0)
		log_bug("%s cannot be watched: %s", c->name, strerror(errno));
}

static void on_end(struct parent *p, struct child *c, int wait_status)
{
	char how[80];

	child_how(wait_status, how, sizeof(how));
	poller_drop(p->poller, c->link);
	close(c->link);
	tick_t wait = child_ended(c, p->now);
	if (p->stop) {
		if (wait_status != 0)
			log_error("%s %s", c->name, how);
	} else if (p->ready) {
		log_error("%s %s; starting it again in %lld ms", c->name, how, (long long)wait);
	} else {
		log_error("%s %s before it was ready", c->name, how);
		p->status = STATUS_SYSTEM;
		p->stop = true;
	}
}

static void reap(struct parent *p)
{
	int wait_status;
	pid_t pid;

	while ((pid = waitpid(-1, &wait_status, WNOHANG)) > 0)
		for (int i = 0; i < CHILDREN; i++)
			if (p->child[i].pid == pid)
				on_end(p, &p->child[i], wait_status);
}

static void reload(struct parent *p, uint32_t number)
{
	struct reload r = {
		.path = p->path,
		.running = &p->conf,
		.clients = p->clients,
		.offer = p->offer,
		.voice = p->child[VOICE].pid,
		.reporter = p->child[REPORT].link,
		.number = number,
		.now = p->now,
	};

	reload_run(&r);
}

static void on_signals(struct parent *p)
{
	enum signal_event s;

	while ((s = signals_take()) != SIGNAL_NOTHING)
		switch (s) {
		case SIGNAL_NOTHING:
		case SIGNAL_WINCH:
			break;
		case SIGNAL_TERM:
		case SIGNAL_INT:
			p->stop = true;
			break;
		case SIGNAL_HUP:
			reload(p, 0);
			break;
		case SIGNAL_CHLD:
			reap(p);
			break;
		}
}

static void on_ready(struct parent *p, struct child *c)
{
	if (p->ready)
		log_info("%s is back", c->name);
	c->ready = true;
	resolver_wake(&p->resolver, p->now);
	if (!p->ready && p->child[VOICE].ready && p->child[REPORT].ready) {
		p->ready = true;
		say_ready(p);
	}
}

static void on_link(struct parent *p, struct child *c)
{
	struct command order;

	switch (kin_take_order(c->link, &order)) {
	case KIN_NOTHING:
		break;
	case KIN_MESSAGE:
		if (order.kind == COMMAND_READY)
			on_ready(p, c);
		if (order.kind == COMMAND_RELOAD && c == &p->child[REPORT])
			reload(p, order.number);
		break;
	case KIN_END:
		poller_drop(p->poller, c->link); /* it is about to end, and SIGCHLD will say so */
		break;
	}
}

/* What was found goes to whom it is for. */
static void tell_address(struct parent *p, const struct record *r)
{
	bool is_broker = r->resolved.place == conf_broker_place(&p->conf);
	int link = p->child[is_broker ? REPORT : VOICE].link;

	if (link >= 0)
		(void)kin_tell(link, r);
}

/* A round of names ends with its pair. */
static void on_names(struct parent *p)
{
	int answers = p->resolver.answers;
	struct record r;

	switch (resolver_take(&p->resolver, &r, p->now)) {
	case KIN_NOTHING:
		break;
	case KIN_MESSAGE:
		tell_address(p, &r);
		break;
	case KIN_END:
		poller_drop(p->poller, answers);
		close(answers);
		break;
	}
}

static void look_up_names(struct parent *p)
{
	if (!resolver_start(&p->resolver, &p->user, p->now))
		log_error("cannot look up names: %s", strerror(errno));
	else if (poller_watch(p->poller, p->resolver.answers, POLLER_READ, TAG_NAMES) != 0)
		log_bug("names cannot be watched: %s", strerror(errno));
}

static void turn(struct parent *p, tick_t until)
{
	struct poller_event events[TAGS];
	tick_t wait = until == TICK_NEVER ? TICK_NEVER : until > p->now ? until - p->now : 0;
	int count = poller_wait(p->poller, events, ARRAY_LEN(events), wait);

	p->now = read_clock();
	for (int i = 0; i < count; i++)
		if (events[i].tag == TAG_SIGNALS)
			on_signals(p);
		else if (events[i].tag == TAG_NAMES)
			on_names(p);
		else if (p->child[events[i].tag].link >= 0)
			on_link(p, &p->child[events[i].tag]);
}

static void serve(struct parent *p)
{
	while (!p->stop) {
		tick_t next = TICK_NEVER;

		for (int i = 0; i < CHILDREN; i++) {
			if (p->child[i].again <= p->now)
				start(p, i);
			if (p->child[i].again < next)
				next = p->child[i].again;
		}
		if (p->resolver.again <= p->now)
			look_up_names(p);
		if (p->resolver.again < next)
			next = p->resolver.again;
		turn(p, next);
	}
}

static void end(struct parent *p, struct child *c)
{
	tick_t patience = p->now + STOP_PATIENCE;

	if (c->pid)
		kill(c->pid, SIGTERM);
	while (c->pid && p->now < patience)
		turn(p, patience);
	if (!c->pid)
		return;
	log_error("%s does not end: killed", c->name);
	kill(c->pid, SIGKILL);
	waitpid(c->pid, NULL, 0);
}

/* Voice first: the reporter still writes its last log lines. */
static void stop(struct parent *p)
{
	p->stop = true;
	for (int i = 0; i < CHILDREN; i++)
		end(p, &p->child[i]);
	if (p->listening[OUTLET_CONTROL] >= 0)
		unlink(p->conf.report.control);
}

/* For what a reload may bring. */
static bool make_room(struct parent *p)
{
	struct conf_client *client;

	p->clients = p->conf.client_count + CONF_CLIENTS_MORE;
	client = calloc(p->clients, sizeof(*client));
	p->offer = shared_claim(conf_offer_size(p->clients));
	if (!client || !p->offer) {
		free(client);
		return false;
	}
	for (uint32_t i = 0; i < p->conf.client_count; i++)
		client[i] = p->conf.client[i];
	struct conf before = p->conf; /* its rows are not needed any more, nor are their secrets */
	before.peer_count = 0;
	conf_forget_secrets(&before);
	p->client = p->conf.client = client;
	return true;
}

enum status parent_run(const char *path, const struct process_title *title)
{
	struct parent p = {
		.path = path,
		.title = title,
		.pid = getpid(),
		.child = {[VOICE] = child_make("freedmr-voice"),
	                  [REPORT] = child_make("freedmr-report")},
	};
	enum status status = load_conf(path, &p.conf, NULL, NULL);

	if (status != STATUS_OK)
		return status;
	if (!make_room(&p))
		return system_failed("cannot claim", "memory");
	syslog_open(&p.syslog, SYSLOG_PATH);
	begin_log(&p);
	load_audio(&p.conf);
	p.resolver = resolver_make(&p.conf);
	process_hide();
	p.now = read_clock();
	status = open_all(&p);
	if (status == STATUS_OK) {
		serve(&p);
		stop(&p);
		status = p.status;
		poller_close(p.poller);
		arena_release(&p.arena);
	}
	log_set_sink(NULL, NULL);
	syslog_close(&p.syslog);
	conf_release(&p.conf);
	free(p.client);
	return status;
}
