#include "parent/reload.h"

#include <inttypes.h>
#include <stdlib.h>

#include "base/log.h"
#include "base/text.h"
#include "base/wipe.h"
#include "conf/reload.h"
#include "io/ipc.h"
#include "parent/load.h"

/* A busy reporter may miss rows; the reply has their number, the log has all. */
static void tell(struct reload *r, enum reload_outcome outcome, const char *what)
{
	struct record row = {.kind = RECORD_RELOAD,
	                     .at = r->now,
	                     .reload = {.number = r->number, .outcome = outcome}};
	uint32_t before = 0;

	for (int i = 0; i < RELOAD_OUTCOMES; i++)
		before += r->count[i];
	r->count[outcome]++;
	if (before >= RELOAD_ROWS_MAX || r->reporter < 0)
		return;
	text_copy(row.reload.what, sizeof(row.reload.what), what);
	(void)ipc_tell(r->reporter, &row);
}

static void on_change(void *context, const char *what, enum conf_when when)
{
	static const struct {
		const char *words;
		enum reload_outcome outcome;
	} kinds[] = {
		[CONF_NOW] = {"applied:", RELOAD_APPLIED},
		[CONF_LOGIN] = {"at the next login:", RELOAD_LOGIN},
		[CONF_START] = {"deferred to the next start:", RELOAD_DEFERRED},
	};

	log_info("reload %s %s", kinds[when].words, what);
	tell(context, kinds[when].outcome, what);
}

static void on_fault(void *context, const char *line)
{
	tell(context, RELOAD_REFUSED, line);
}

static void refuse(struct reload *r)
{
	log_error("reload refused, nothing changed");
	ipc_reply(r->reporter, r->now, r->number, false, "refused, nothing changed");
}

void reload_finish(struct reload *r, bool heard)
{
	char words[sizeof(((struct reply_record *)NULL)->text)];
	struct text t = text_make(words, sizeof(words));

	log_info("reload done applied=%" PRIu32 " login=%" PRIu32 " deferred=%" PRIu32,
	         r->count[RELOAD_APPLIED], r->count[RELOAD_LOGIN], r->count[RELOAD_DEFERRED]);
	text_format(&t,
	            "applied %" PRIu32 ", at the next login %" PRIu32
	            ", deferred to the next start %" PRIu32,
	            r->count[RELOAD_APPLIED], r->count[RELOAD_LOGIN], r->count[RELOAD_DEFERRED]);
	if (!heard) {
		log_error("reload: voice does not respond and gets the changes when it restarts");
		text_put(&t, "; voice gets them when it restarts");
	}
	ipc_reply(r->reporter, r->now, r->number, true, words);
}

/* The configuration there will be, and what it needs. */
struct draft {
	struct conf conf;
	struct sockets_plan sockets;
	struct listening listening;
};

static void refuse_because(void *context, const char *line)
{
	log_error("reload: %s", line);
	tell(context, RELOAD_REFUSED, line);
}

static void ignore(void *context, const char *what, enum conf_when when)
{
	(void)context;
	(void)what;
	(void)when;
}

/* With rows of its own. */
static struct draft *make_draft(const struct reload *r)
{
	struct draft *d = calloc(1, sizeof(*d));
	struct conf_peer *peers = calloc(r->room->peers, sizeof(*peers));
	struct conf_client *clients = calloc(r->room->clients, sizeof(*clients));

	if (!d || !peers || !clients) {
		free(d);
		free(peers);
		free(clients);
		return NULL;
	}
	d->conf = *r->running;
	d->conf.peer = peers;
	d->conf.client = clients;
	for (uint32_t i = 0; i < d->conf.peer_count; i++)
		peers[i] = r->running->peer[i];
	for (uint32_t i = 0; i < d->conf.client_count; i++)
		clients[i] = r->running->client[i];
	return d;
}

static void free_draft(const struct reload *r, struct draft *d)
{
	wipe(d->conf.peer, r->room->peers * sizeof(*d->conf.peer));
	wipe(d->conf.client, r->room->clients * sizeof(*d->conf.client));
	free(d->conf.peer);
	free(d->conf.client);
	wipe(d, sizeof(*d));
	free(d);
}

static bool fill_draft(struct reload *r, struct draft *d, struct conf *fresh)
{
	char why[96];
	struct text t = text_make(why, sizeof(why));

	if (conf_reload(&d->conf, fresh, r->room->clients, ignore, NULL))
		return true;
	text_format(&t, "more [client] sections than fit before a restart (%" PRIu32 ")",
	            r->room->clients);
	refuse_because(r, why);
	return false;
}

static bool load_voices(struct reload *r, struct draft *d)
{
	char why[CONF_NAME_MAX + 80];
	struct text t = text_make(why, sizeof(why));
	const char *where;

	switch (load_audio_again(&d->conf, r->running, r->voices, &where)) {
	case AUDIO_KEPT:
		return true;
	case AUDIO_NEW:
		r->used_voices = true;
		return true;
	case AUDIO_REFUSED:
		break;
	}
	if (*where)
		text_format(&t, "[listener %s] audio: no voice files, see the log", where);
	else
		text_put(&t, "audio: the last change is not in use yet, try again");
	refuse_because(r, why);
	return false;
}

/* Opened beside what there is; closed again if some of it cannot be had. */
static bool open_sockets(struct reload *r, struct draft *d)
{
	const struct complaint c = {refuse_because, r};
	bool udp = sockets_plan(r->sockets, &d->conf, &d->sockets, &c);
	bool rest = listening_plan(r->listening, &r->running->report, &d->conf.report,
	                           r->reporter_user, &d->listening, &c);

	if (udp && rest)
		return true;
	sockets_drop(r->sockets, &d->sockets);
	listening_drop(r->listening, &d->listening, &d->conf.report, r->reporter_user);
	return false;
}

static void take(struct reload *r, const struct draft *d, struct conf *fresh)
{
	const struct conf_report before = r->running->report;

	r->same_reach = conf_same_reach(r->running, &d->conf);
	(void)!conf_reload(r->running, fresh, r->room->clients, on_change, r);
	for (uint32_t i = 0; i < CONF_LISTENERS_MAX; i++)
		r->running->listener[i].voice = d->conf.listener[i].voice;
	sockets_follow(r->sockets, r->running, &d->sockets);
	listening_follow(r->listening, &d->listening, &before, r->reporter_user);
}

static bool try(struct reload *r, struct conf *fresh)
{
	struct draft *d = make_draft(r);

	if (!d) {
		refuse_because(r, "no memory");
		return false;
	}
	bool whole = fill_draft(r, d, fresh) && load_voices(r, d) && open_sockets(r, d);
	if (whole)
		take(r, d, fresh);
	free_draft(r, d);
	return whole;
}

bool reload_read(struct reload *r)
{
	struct conf *fresh = malloc(sizeof(*fresh));
	bool taken = false;

	if (fresh && load_conf(r->path, fresh, on_fault, r) == STATUS_OK) {
		taken = try(r, fresh);
		conf_release(fresh);
	}
	free(fresh);
	if (!taken)
		refuse(r);
	return taken;
}
