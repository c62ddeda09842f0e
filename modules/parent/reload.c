#include "parent/reload.h"

#include <inttypes.h>
#include <signal.h>
#include <stdlib.h>

#include "base/log.h"
#include "base/text.h"
#include "io/kin.h"
#include "parent/load.h"

/* A reporter that is too busy misses rows; the reply has their number, the log has all. */
static void tell(struct reload *r, enum reload_outcome outcome, const char *what)
{
	struct record row = {.kind = RECORD_RELOAD,
	                     .at = r->now,
	                     .reload = {.number = r->number, .outcome = outcome}};
	uint32_t told = 0;

	for (int i = 0; i < RELOAD_OUTCOMES; i++)
		told += r->count[i];
	r->count[outcome]++;
	if (told >= RELOAD_ROWS_MAX || r->reporter < 0)
		return;
	text_copy(row.reload.what, sizeof(row.reload.what), what);
	(void)kin_tell(r->reporter, &row);
}

static void reply(const struct reload *r, bool done, const char *words)
{
	struct record row = {
		.kind = RECORD_REPLY, .at = r->now, .reply = {.number = r->number, .done = done}};

	text_copy(row.reply.text, sizeof(row.reply.text), words);
	if (r->number && r->reporter >= 0)
		(void)kin_tell(r->reporter, &row);
}

static void on_change(void *context, const char *what, bool restart)
{
	log_info("reload %s %s", restart ? "deferred to the next start:" : "applied:", what);
	tell(context, restart ? RELOAD_DEFERRED : RELOAD_APPLIED, what);
}

static void on_fault(void *context, const char *line)
{
	tell(context, RELOAD_REFUSED, line);
}

static void refuse(struct reload *r)
{
	log_error("reload refused, nothing changed");
	reply(r, false, "refused, nothing changed");
}

/* What voice gets knows no secrets of the reporter. */
static bool offer(const struct reload *r)
{
	struct conf copy = *r->running;

	conf_forget_report_secrets(&copy);
	return conf_offer_put(r->offer, &copy, r->clients) && r->voice &&
	       kill(r->voice, SIGHUP) == 0;
}

static void finish(struct reload *r, bool heard)
{
	char words[sizeof(((struct reply_record *)NULL)->text)];
	struct text t = text_make(words, sizeof(words));

	log_info("reload done applied=%" PRIu32 " deferred=%" PRIu32, r->count[RELOAD_APPLIED],
	         r->count[RELOAD_DEFERRED]);
	text_format(&t, "applied %" PRIu32 ", deferred to the next start %" PRIu32,
	            r->count[RELOAD_APPLIED], r->count[RELOAD_DEFERRED]);
	if (!heard) {
		log_error("reload: voice does not listen; it gets the changes when it starts "
		          "again");
		text_put(&t, "; voice gets them when it starts again");
	}
	reply(r, true, words);
}

static void take(struct reload *r, const struct conf *fresh)
{
	char why[96];
	struct text t = text_make(why, sizeof(why));

	if (conf_reload(r->running, fresh, r->clients, on_change, r)) {
		finish(r, offer(r));
		return;
	}
	text_format(&t, "more clients than there is room for (%" PRIu32 ") before the next start",
	            r->clients);
	log_error("%s", why);
	tell(r, RELOAD_REFUSED, why);
	refuse(r);
}

void reload_run(struct reload *r)
{
	struct conf *fresh = malloc(sizeof(*fresh));

	if (fresh && load_conf(r->path, fresh, on_fault, r) == STATUS_OK) {
		take(r, fresh);
		conf_release(fresh);
	} else {
		refuse(r);
	}
	free(fresh);
}
