#include "command/replay.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "io/map.h"
#include "io/print.h"
#include "parent/status.h"
#include "voice/playback.h"

const char replay_usage[] =
	"usage: freedmr replay FILE [--why ID]\n\n"
	"  FILE       a recording from freedmr ctl record: everything in it is done again\n"
	"  --why ID   show what happened to this client or radio\n";

/* The story of one client or radio; times are those of the server. */
struct story {
	uint32_t who;
	uint64_t told; /* when the latest decision that was shown was noted */
	int64_t epoch_ms;
};

static const char *utc(int64_t ms, char out[static 32])
{
	struct text t = text_make(out, 32);

	text_utc(&t, ms / 1000);
	return out;
}

static const char *outcome(const struct record *r)
{
	return r->change == CHANGE_END ? cause_name(r->cause) : change_name(r->change);
}

/* Calls from or to whom the story is about. */
static void show_call(const struct story *s, const char *when, const struct record *r)
{
	const struct call_row *c = &r->call;

	if (c->src != s->who && c->dst != s->who)
		return;
	print(stdout,
	      "%s call %08lx of %lu on slot %u to %s %lu: %s, frames %lu, lost %lu, heard by %lu\n",
	      when, (unsigned long)c->stream, (unsigned long)c->src, (unsigned)c->slot,
	      c->unit ? "radio" : "tg", (unsigned long)c->dst, outcome(r), (unsigned long)c->frames,
	      (unsigned long)c->lost, (unsigned long)c->listeners);
}

static void show_client(const char *when, const char *what, uint32_t client, const struct addr *at,
                        const char *how)
{
	char text[ADDR_TEXT_MAX], words[RECORD_MAX];

	text_clean(words, sizeof(words), how, strlen(how)); /* they may be of the recording */
	print(stdout, "%s %s of %lu at %s: %s\n", when, what, (unsigned long)client,
	      addr_format(at, text), words);
}

static void show_record(const struct story *s, const char *when, const struct record *r)
{
	const struct session_row *session = &r->session;
	const struct refusal_record *refusal = &r->refusal;

	if (r->kind == RECORD_CALL)
		show_call(s, when, r);
	else if (r->kind == RECORD_SESSION && session->client == s->who)
		show_client(when, "session", s->who, &session->at, outcome(r));
	else if (r->kind == RECORD_REFUSAL && refusal->client == s->who)
		show_client(when, refusal->message, s->who, &refusal->at, refusal->why);
}

static void show_step(void *context, uint64_t number, tick_t now, const struct event *event,
                      const struct actions *actions)
{
	struct story *s = context;
	char when[32];

	(void)number;
	s->epoch_ms = (int64_t)(event->wall_ns / 1000000) - now;
	utc(now + s->epoch_ms, when);
	for (uint32_t i = 0; i < actions->record_count; i++)
		if (actions->records[i].change != CHANGE_SNAPSHOT)
			show_record(s, when, &actions->records[i]);
}

/* Each once, though the core tells them again at the end of every part. */
static void show_decision(void *context, const struct record *record)
{
	struct story *s = context;
	const struct decision_record *d = &record->decision;
	char when[32], text[sizeof(d->text)];

	if (d->times && (uint64_t)d->noted <= s->told)
		return;
	if (d->times)
		s->told = (uint64_t)d->noted;
	text_clean(text, sizeof(text), d->text, strlen(d->text)); /* words of the recording */
	print(stdout, "%s client %lu radio %lu slot %u tg %lu: %s",
	      utc(d->noted + s->epoch_ms, when), (unsigned long)d->client, (unsigned long)d->radio,
	      (unsigned)d->slot, (unsigned long)d->tg, text);
	print(stdout, d->times > 1 ? " (%lu times)\n" : "\n", (unsigned long)d->times);
}

static int show_outcome(const char *path, bool same, const struct playback *sum)
{
	char from[32], to[32];

	if (sum->events)
		print(stdout, "%s to %s: %llu events, %llu checkpoints\n",
		      utc((int64_t)(sum->first_ns / 1000000), from),
		      utc((int64_t)(sum->last_ns / 1000000), to), (unsigned long long)sum->events,
		      (unsigned long long)sum->checkpoints);
	if (same) {
		print(stdout, "every action and every state is as recorded\n");
		return STATUS_OK;
	}
	print(stderr, "freedmr replay: %s: ", path);
	if (sum->events)
		print(stderr, "event %llu, at %s: ", (unsigned long long)sum->events, to);
	print(stderr, "%s\n", sum->fault);
	return STATUS_FAILED;
}

static int replay(const char *path, uint32_t who)
{
	struct story story = {.who = who};
	const struct playback_view view = {.step = who ? show_step : NULL,
	                                   .who = who,
	                                   .decision = show_decision,
	                                   .context = &story};
	struct playback sum;
	struct map map = {.len = 0}; /* of an empty file */

	if (!map_open(path, SIZE_MAX, NULL, NULL, &map) && errno != EINVAL) {
		print_errno("freedmr replay", path);
		return STATUS_FAILED;
	}
	bool same = playback_run(map.octets, map.len, &view, &sum);
	map_close(&map);
	return show_outcome(path, same, &sum);
}

int replay_main(int argc, char **argv)
{
	const char *path = NULL;
	uint64_t who = 0;
	bool good = true;

	for (int i = 1; i < argc && good; i++) {
		if (strcmp(argv[i], "--why") == 0 && i + 1 < argc) {
			i++;
			good = text_to_u64(argv[i], strlen(argv[i]), 1, UINT32_MAX, &who);
		} else {
			good = !path && argv[i][0] != '-';
			path = argv[i];
		}
	}
	if (!good || !path) {
		fputs(replay_usage, stderr);
		return STATUS_USAGE;
	}
	return replay(path, (uint32_t)who);
}
