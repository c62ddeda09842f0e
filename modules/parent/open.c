#include "parent/open.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/log.h"
#include "base/text.h"
#include "base/wipe.h"
#include "io/pipe.h"
#include "io/rights.h"
#include "io/sandbox.h"
#include "io/shared.h"
#include "io/signals.h"
#include "io/tcp.h"
#include "io/unix.h"
#include "parent/audio.h"
#include "parent/keeper.h"
#include "voice/voice.h"
#include "wire/recording.h"

#define ORPHANS_MS 5000 /* time for the children of a killed parent to exit */
#define ORPHANS_EVERY_MS 20

tick_t open_clock(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (tick_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

void open_log(struct parent *p)
{
	bool to_syslog = p->conf.server.log == LOG_TO_SYSLOG;

	log_set_sink(to_syslog ? syslog_line : NULL, to_syslog ? &p->syslog : NULL);
	log_set_level(p->conf.server.log_level);
}
enum status open_failed(const char *what, const char *which)
{
	enum status status = errno == EACCES || errno == EPERM ? STATUS_PERMISSION : STATUS_SYSTEM;

	log_error("%s %s: %s", what, which, strerror(errno));
	return status;
}

void open_before(struct parent *p)
{
	kept_begin(&p->kept);
	p->took_over = kept_any(&p->kept);
	size_t stock = 0;
	p->keeper = kept_take_sized(&p->kept, KEEPER_NAME, &stock);
	if (p->keeper >= 0)
		p->upgrades = (struct bucket){
			.last = open_clock(), .micro = (int64_t)stock, .used = true};
	p->before.fd = kept_take_sized(&p->kept, "state ", &p->before.size);
	if (p->before.fd < 0)
		return;
	p->before.at = shared_map(p->before.fd, p->before.size);
	if (!p->before.at)
		open_failed("sessions", "lost");
}

/* Memory for voice and its successors. */
static bool claim_memory(struct parent *p)
{
	p->keep = (struct memory){.size = voice_keep_size(&p->conf), .fd = -1};
	p->keep.at = shared_claim(p->keep.size);
	p->recorder = (struct memory){.size = recording_size(p->conf.server.recorder), .fd = -1};
	if (p->recorder.size)
		p->recorder.at = shared_claim(p->recorder.size);
	p->voices = (struct memory){.size = 2 * (size_t)AUDIO_MAX, .fd = -1};
	int voices = shared_file(p->voices.size);
	if (voices >= 0) { /* without it such a change is refused */
		p->voices.at = shared_map(voices, p->voices.size);
		close(voices);
	}
	p->handover.size = core_handover_size(&p->conf);
	p->handover.fd = shared_file(p->handover.size);
	if (p->handover.fd >= 0)
		p->handover.at = shared_map(p->handover.fd, p->handover.size);
	return p->keep.at && p->handover.at && !p->recorder.at == !p->recorder.size;
}

bool open_memory(struct parent *p)
{
	p->room = (struct conf_room){.clients = p->conf.client_count + CONF_CLIENTS_MORE,
	                             .peers = p->conf.limits.peers};
	p->client = calloc(p->room.clients, sizeof(*p->client));
	p->peer = calloc(p->room.peers, sizeof(*p->peer));
	for (int i = 0; i < CHILDREN; i++)
		p->offer[i].at = shared_claim(conf_offer_size(&p->room));
	if (!p->client || !p->peer || !p->offer[VOICE].at || !p->offer[REPORT].at ||
	    !claim_memory(p))
		return false;
	for (uint32_t i = 0; i < p->conf.client_count; i++)
		p->client[i] = p->conf.client[i];
	for (uint32_t i = 0; i < p->conf.peer_count; i++)
		p->peer[i] = p->conf.peer[i];
	wipe(p->conf.client, p->conf.client_count * sizeof(*p->client));
	wipe(p->conf.peer, p->conf.peer_count * sizeof(*p->peer));
	p->conf.client = p->client;
	p->conf.peer = p->peer;
	return true;
}

/* Names the key to change, which helps more than the error alone. */
static enum status bind_failed(const struct parent *p, uint32_t i)
{
	char text[ADDR_TEXT_MAX];
	int error = errno;
	enum status status =
		open_failed("cannot bind", addr_format(conf_socket_bind(&p->conf, i), text));

	if (error == EADDRINUSE)
		log_error("another program uses that UDP port: stop it, or change bind in [%s%s]",
		          conf_socket(&p->conf, i).user == USER_LISTENER ? "listener " : "",
		          conf_socket(&p->conf, i).user == USER_LISTENER ? socket_name(&p->conf, i)
		                                                         : "peer");
	return status;
}

static enum status open_inside(struct parent *p)
{
	struct arena measure;

	p->signals = signals_open();
	arena_measure(&measure);
	poller_open(&measure, TAGS);
	if (p->signals < 0 || pipe_open(p->records) != 0 || pipe_open(p->commands) != 0 ||
	    !arena_claim(&p->arena, measure.used))
		return open_failed("cannot create", "pipes");
	p->poller = poller_open(&p->arena, TAGS);
	if (!p->poller || poller_watch(p->poller, p->signals, POLLER_READ, TAG_SIGNALS) != 0)
		return open_failed("cannot create", "a poller");
	return STATUS_OK;
}

/*
 * Children of a killed parent log out their clients before they close their sockets. True: waited,
 * try again. A signal ends the wait.
 */
static bool wait_for_orphans(struct parent *p, const char *where)
{
	struct poller_event events[TAGS];

	if (errno != EADDRINUSE || open_clock() >= p->now + ORPHANS_MS)
		return false;
	if (!p->waited)
		log_warn("%s: %s; waiting for it", where, strerror(errno));
	p->waited = true;
	bool woken = poller_wait(p->poller, events, ARRAY_LEN(events), ORPHANS_EVERY_MS) > 0;
	errno = EADDRINUSE;
	return !woken;
}

/* The name of a socket for the next binary. An uplink has to keep its port, which its server knows.
 */
void open_socket_name(const struct conf *conf, uint32_t i, char *out, size_t cap)
{
	static const char *const users[] = {
		[USER_LISTENER] = "listener", [USER_PEERS] = "peers", [USER_UPLINK] = "uplink"};
	struct text t = text_make(out, cap);
	enum conf_user user = conf_socket(conf, i).user;
	char bind[ADDR_TEXT_MAX];

	text_format(&t, "udp %s %s", users[user], addr_format(conf_socket_bind(conf, i), bind));
	if (user == USER_UPLINK)
		text_format(&t, " %s", socket_name(conf, i));
}

static enum status open_udp(struct parent *p, uint32_t i)
{
	const struct addr *bind = conf_socket_bind(&p->conf, i);
	char text[ADDR_TEXT_MAX], name[OPEN_NAME_MAX];

	open_socket_name(&p->conf, i, name, sizeof(name));
	p->sockets.room++;
	p->sockets.at[i] = *bind;
	p->sockets.fd[i] = kept_take(&p->kept, name);
	if (p->sockets.fd[i] >= 0)
		return STATUS_OK;
	while (sockets_open(&p->sockets, &p->conf, i) < 0)
		if (!wait_for_orphans(p, addr_format(bind, text)))
			return bind_failed(p, i);
	return STATUS_OK;
}

void open_service_name(const struct parent *p, enum service service, char *out, size_t cap)
{
	struct text t = text_make(out, cap);
	char place[OPEN_NAME_MAX];

	text_format(&t, "%s %s", service_name(service),
	            listening_place(&p->conf.report, service, place, sizeof(place)));
}

/* Takes it from the previous binary; false: there is none for this address. */
static bool take_service(struct parent *p, enum service service)
{
	char name[OPEN_NAME_MAX];

	open_service_name(p, service, name, sizeof(name));
	p->listening.fd[service] = kept_take(&p->kept, name);
	return p->listening.fd[service] >= 0;
}

/*
 * The smallest configuration must run with no rights but its UDP port: without the control socket,
 * then.
 */
static void open_control(struct parent *p)
{
	const char *path = p->conf.report.control;
	int *control = &p->listening.fd[SERVICE_CONTROL];

	if (take_service(p, SERVICE_CONTROL))
		return;
	do
		*control = *path ? unix_listen(path) : -1;
	while (*path && *control < 0 && wait_for_orphans(p, path));
	if (*path && (*control < 0 || user_give_socket(&p->user[REPORT], path) != 0))
		log_warn("control socket disabled: cannot open %s: %s (set control in [report])",
		         path, strerror(errno));
}

static void open_service(struct parent *p, enum service service, const struct addr *at)
{
	int *fd = &p->listening.fd[service];
	char text[ADDR_TEXT_MAX];

	if (take_service(p, service))
		return;
	do
		*fd = at->port ? tcp_listen(at, false) : -1;
	while (at->port && *fd < 0 && wait_for_orphans(p, addr_format(at, text)));
	if (at->port && *fd < 0)
		log_warn("%s disabled: cannot bind %s: %s (set %s in [report])",
		         service == SERVICE_HTTP ? "web page" : "legacy dashboards",
		         addr_format(at, text), strerror(errno), service_name(service));
}

/* If its user is missing, a server started as root runs as nobody. */
static enum status find_user(const char *key, const char *name, struct user *out)
{
	if (user_find(name, out) == 0)
		return STATUS_OK;
	log_warn("%s = %s: %s; running as nobody", key, name,
	         errno == ENOENT ? "no such user" : "that is root");
	if (user_find("nobody", out) == 0)
		return STATUS_OK;
	log_error("%s = %s: no such user, and no user nobody either", key, name);
	return STATUS_CONFIG;
}

static enum status find_users(struct parent *p)
{
	const struct conf_server *s = &p->conf.server;
	enum status status = find_user("run-as", s->run_as, &p->user[REPORT]);

	return status == STATUS_OK ? find_user("run-voice-as", s->run_voice_as, &p->user[VOICE])
	                           : status;
}

enum status open_all(struct parent *p)
{
	enum status status = find_users(p);

	if (status == STATUS_OK)
		status = open_inside(p);
	sockets_none(&p->sockets);
	for (uint32_t i = 0; status == STATUS_OK && i < CONF_SOCKETS_MAX; i++)
		if (conf_socket_bind(&p->conf, i))
			status = open_udp(p, i);
	p->sockets.room += VOICE_SOCKETS_MORE;
	if (status != STATUS_OK)
		return status;
	listening_none(&p->listening);
	open_control(p);
	open_service(p, SERVICE_HTTP, &p->conf.report.http);
	open_service(p, SERVICE_LEGACY, &p->conf.report.legacy);
	kept_end(&p->kept);
	if (!sandbox_is_whole())
		log_warn("sandbox: this kernel has %s", sandbox_offers());
	if (rights_keep_few(p->path) != 0)
		return open_failed("cannot drop", "rights");
	return STATUS_OK;
}
