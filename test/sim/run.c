/*
 * Plays scenario files: events at times, and what the server must do. The language is described in
 * test/sim/README.
 *
 *   scenario  reads the file
 *   world     the core under a virtual clock, and the systems around it
 *   heir      a core that takes over in between
 *   outcome   what left the core, judged by what holds always
 *   words     the words of a statement
 *   events    the statements that make something happen
 *   expect    the statements that judge
 *
 * Each scenario runs twice on cores of the same seed under a virtual clock, the second time with
 * the core in a process of its own (split.h). Both runs must give the same actions and the same
 * state hash after every step, EVENT_TIME comes exactly when core_next() asks for it, core_check()
 * must be content after every step, and every DMRD that leaves is read by judge.h. At every few
 * steps of the first run another core takes over for one step and must do the same (heir.h).
 *
 * What was sent and reported must have the digest that test/golden has for it
 * (harness/golden.h). With -1 each scenario runs once.
 *
 * A scenario stops at its first fault: "not ok NAME: FILE:LINE: what".
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "conf/parse.h"
#include "harness/golden.h"
#include "sim/words.h"

static bool verbose, once;
static char complaint[COMPLAINT_MAX];

static void do_words(struct run *r, char **word)
{
	struct words w = {r, word};
	if (verbose)
		printf("  %8" PRId64 " %s:%d %s\n", since_start(r), r->scenario->path, r->line,
		       words_joined(word));
	if (!event_statement(&w) && !expect_statement(&w))
		fail(r, "\"%s\" is no statement", word[0]);
	if (*w.at)
		fail(r, "\"%s\" is too much", *w.at);
}

static void config_fault(void *context, const char *line)
{
	(void)context;
	snprintf(complaint, sizeof(complaint), "%s", line);
}

/* The first run's `hashes` go to the caller; the second gets them in `first`. */
static bool run_once(const struct scenario *s, const struct hashes *first, struct hashes *out)
{
	struct run *r = calloc(1, sizeof(*r));
	if (!r || !(r->clients = calloc(CLIENTS_MAX, sizeof(*r->clients))))
		abort();
	r->scenario = s;
	r->verbose = verbose;
	r->complaint = complaint;
	r->first = first;
	r->now = START_TICK;
	volatile bool ok = false;
	if (conf_parse(s->config, strlen(s->config), s->path, &r->conf, config_fault, NULL) == 0) {
		if (setjmp(r->out) == 0) {
			world_open(r);
			for (size_t i = 0; i < s->count; i++) {
				r->line = s->steps[i].line;
				world_advance(r, START_TICK + s->steps[i].at);
				if (s->steps[i].word)
					do_words(r, s->steps[i].word);
				else
					event_frame(r, &s->steps[i]);
			}
			expect_no_more(r);
			if (first && first->count != r->hashes.count)
				fail(r, "the second run has fewer steps");
			const char *fault =
				flight_end(&r->flight, r->replayed, sizeof(r->replayed));
			if (fault)
				fail(r, "%s", fault);
			ok = true;
		}
		split_end(&r->split);
		heir_end(&r->heir);
		arena_release(&r->arena);
		conf_release(&r->conf);
	}
	free(r->copy);
	free(r->clients);
	free(r->items);
	free(r->records);
	free(r->rows);
	free(r->link_calls);
	free(r->challenges);
	*out = r->hashes;
	free(r);
	return ok;
}

static bool is_golden(const char *name, int len, const struct hashes *of)
{
	uint64_t digest = GOLDEN_START;
	char story[256];

	for (size_t i = 0; i < of->count; i++)
		golden_number(&digest, of->v[i]);
	snprintf(story, sizeof(story), "scenario %.*s", len, name);
	return golden_is(story, digest);
}

static bool run_scenario(const char *path)
{
	struct scenario s;
	struct hashes first = {0}, second = {0};
	scenario_read(&s, path);
	bool ok = run_once(&s, NULL, &first);
	if (ok && !verbose && !once)
		ok = run_once(&s, &first, &second);
	const char *name = strrchr(path, '/') ? strrchr(path, '/') + 1 : path;
	int len = (int)strcspn(name, ".");
	if (ok && !is_golden(name, len, &first)) {
		snprintf(complaint, sizeof(complaint), "its digest in " GOLDEN_FILE " is another");
		ok = false;
	}
	if (ok)
		printf("ok %.*s\n", len, name);
	else
		printf("not ok %.*s: %s\n", len, name, complaint);
	fflush(stdout);
	free(first.v);
	free(second.v);
	scenario_free(&s);
	return ok;
}

int main(int argc, char **argv)
{
	int failed = 0, first = 1;
	if (argc > 1 && (strcmp(argv[1], "-v") == 0 || strcmp(argv[1], "-1") == 0)) {
		verbose = argv[1][1] == 'v';
		once = !verbose;
		first = 2;
	}
	if (first >= argc) {
		fputs("usage: run [-v|-1] FILE.scn...\n", stderr);
		return 2;
	}
	for (int i = first; i < argc; i++)
		failed += !run_scenario(argv[i]);
	return failed ? 1 : 0;
}
