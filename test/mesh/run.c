/*
 * Runs simulations of whole meshes.
 *
 *   SEED=n SEEDS=n NODES=2..50 TOPOLOGY=line|ring|mesh|random LIFE=acts run [-v[v]] [TOPOLOGY]
 *
 * Without a topology and NODES the seed chooses; with SOAK_SECONDS it goes on for so long. Prints
 * what was simulated, "ok TOPOLOGY" for all seeds together, and for one that fails "not ok NAME:
 * what"; and for the first of these the shortest story found that still fails in this way, told act
 * by act, with the command that tells it again. Every eighth seed runs twice, and both runs must
 * send the same octets.
 */
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#include "harness/golden.h"
#include "mesh/attempt.h"
#include "mesh/sim.h"

#define FOREVER_MS (10 * TICK_MINUTE) /* until whatever is remembered is forgotten */
#define TWICE_EVERY 8u
#define TURNS_MAX 1000000u  /* at one time */
#define PLAN_ACT UINT32_MAX /* whose random numbers make the network */

/* What became of one story. */
struct outcome {
	bool ended; /* else the process that told it has died, as `death` says */
	struct death death;
	bool ok;
	const char *fault; /* the format of the complaint: faults of one kind have the same */
	char complaint[600];
	uint32_t acts; /* played */
	uint64_t digest;
	tick_t lasted;
	struct tally tally;
	struct blame blame;
};

struct soak {
	uint64_t run, failed;
	tick_t lasted, served; /* of networks; of servers */
	struct tally tally;
	int verbose;
};

/* What is known of the process that tells the seeds when it has died, and of each attempt. */
static struct shared {
	struct progress progress;
	struct story story;     /* of the seed */
	struct outcome outcome; /* of an attempt */
	struct soak soak;
	bool all_told;
} * shared;

static struct film *film; /* of the story under way; NULL: none is wanted */

_Noreturn void sim_fault(struct sim *sim, const char *format, ...)
{
	va_list args;
	int n = snprintf(sim->complaint, sizeof(sim->complaint), "at %" PRId64 ": ", sim_time(sim));

	va_start(args, format);
	vsnprintf(sim->complaint + n, sizeof(sim->complaint) - (size_t)n, format, args);
	va_end(args);
	sim->fault = format;
	longjmp(sim->out, 1);
}

void sim_say(const struct sim *sim, const char *format, ...)
{
	va_list args;

	if (!sim->verbose)
		return;
	printf("%8" PRId64 " ", sim_time(sim));
	va_start(args, format);
	vprintf(format, args);
	va_end(args);
	putchar('\n');
}

uint32_t sim_draw(struct sim *sim, uint32_t below)
{
	return below ? net_mix(&sim->random) % below : 0;
}

bool sim_one_in(struct sim *sim, uint32_t n)
{
	return sim_draw(sim, n) == 0;
}

void sim_blame(struct sim *sim, uint32_t node)
{
	sim->blame = (struct blame){.known = true, .node = node, .call = NOBODY};
}

static struct shot *film_shot(struct sim *sim, uint32_t node)
{
	struct film *f = sim->film;

	if (!f || f->node != node || f->count == FILM_SHOTS_MAX)
		return NULL;
	struct shot *shot = &f->shot[f->count++];
	*shot = (struct shot){.at = sim->now,
	                      .call = NOBODY,
	                      .frame = NOBODY,
	                      .ahead_ms = sim->model.place[node].ahead_ms};
	return shot;
}

void sim_film(struct sim *sim, uint32_t node, const char *format, ...)
{
	struct shot *shot = film_shot(sim, node);
	va_list args;

	if (!shot)
		return;
	va_start(args, format);
	vsnprintf((char *)shot->bytes, sizeof(shot->bytes), format, args);
	va_end(args);
}

void sim_film_datagram(struct sim *sim, uint32_t node, const struct flight *f)
{
	struct shot *shot = film_shot(sim, node);

	if (!shot)
		return;
	shot->from = f->from;
	shot->to = f->to;
	shot->hostile = f->hostile;
	shot->len = f->len;
	memcpy(shot->bytes, f->bytes, f->len);
	if (!f->hostile && !ledger_frame(sim, f, &shot->call, &shot->frame))
		shot->call = NOBODY;
}

static void deliver(struct sim *sim)
{
	struct flight f;

	net_take(&sim->net, &f);
	uint32_t to = (uint32_t)f.to.ip[14] << 8 | f.to.ip[15];
	if (side_of(&f.to) == SIDE_NODE) {
		foes_overhear(sim, &f);
		node_receive(sim, to, &f);
	} else if (side_of(&f.to) == SIDE_RIG) {
		rig_receive(sim, to, &f);
	}
}

/* Lets time pass, or one thing happen; false when `until` is reached. */
static bool turn(struct sim *sim, tick_t until)
{
	tick_t at = net_next(&sim->net);
	struct node *node = NULL;
	struct rig *rig = NULL;

	for (uint32_t i = 0; i < sim->model.node_count; i++) {
		struct node *n = &sim->node[i];
		if (n->core && core_next(n->core) < at) {
			at = core_next(n->core);
			node = n;
		}
	}
	for (uint32_t i = 0; i < sim->model.rig_count; i++) {
		if (rig_next(&sim->rig[i]) < at) {
			at = rig_next(&sim->rig[i]);
			rig = &sim->rig[i];
		}
	}
	if (at > until) {
		sim->now = until;
		return false;
	}
	if (at > sim->now) {
		sim->now = at;
		sim->turns = 0;
	}
	if (++sim->turns > TURNS_MAX)
		sim_fault(sim, "time stands still");
	if (rig)
		rig_time(sim, (uint32_t)(rig - sim->rig));
	else if (node)
		node_time(sim, (uint32_t)(node - sim->node));
	else
		deliver(sim);
	return true;
}

void sim_run(struct sim *sim, tick_t ms)
{
	tick_t until = sim->now + ms;

	while (turn(sim, until))
		continue;
}

/* Everybody has left long ago: nothing may be held any more. A guest holds what its uplinks are
 * for. */
static void expect_empty(struct sim *sim)
{
	if (sim->model.guest != NOBODY)
		node_stop(sim, sim->model.guest);
	for (uint32_t r = 0; r < sim->model.rig_count; r++)
		sim->rig[r].gone = true;
	sim_run(sim, FOREVER_MS);
	for (uint32_t n = 0; n < sim->model.node_count; n++) {
		const char *name = sim->node[n].core ? node_leftover(sim, n) : NULL;
		if (!name)
			continue;
		sim_blame(sim, n);
		snprintf(sim->blame.expect, sizeof(sim->blame.expect), "row table name %s used 0",
		         name);
		sim_fault(sim, "node %" PRIu32 " still holds rows of the table %s", n, name);
	}
}

static void seed_act(struct sim *sim, uint32_t act)
{
	uint64_t seed = sim->story->seed << 32 ^ act;

	sim->random = (uint64_t)net_mix(&seed) << 32 | net_mix(&seed);
}

static void tell(struct sim *sim)
{
	const struct story *story = sim->story;

	seed_act(sim, PLAN_ACT);
	plan_make(sim);
	if (sim->model.rig_count < 2)
		return;
	plan_settle(sim);
	for (sim->act = 0; sim->act < story->act_count; sim->act++) {
		sim->progress->act = sim->act;
		seed_act(sim, story->act[sim->act]);
		acts_play(sim, false);
	}
	sim->progress->act = sim->act;
	acts_play(sim, true);
	expect_empty(sim);
}

static struct outcome simulate(const struct story *story, int verbose)
{
	struct sim *sim = calloc(1, sizeof(*sim));

	if (!sim)
		abort();
	sim->story = story;
	sim->progress = &shared->progress;
	sim->film = film;
	sim->progress->act = 0;
	sim->verbose = verbose > 0;
	sim->hears = verbose > 1;
	sim->now = START_TICK;
	net_open(&sim->net, story->seed);
	foes_open(sim);
	if (setjmp(sim->out) == 0)
		tell(sim);
	struct outcome out = {.ended = true,
	                      .ok = !sim->fault,
	                      .fault = sim->fault,
	                      .acts = sim->act < story->act_count ? sim->act + 1 : sim->act,
	                      .digest = sim->digest,
	                      .lasted = sim_time(sim),
	                      .tally = sim->tally,
	                      .blame = sim->blame};
	memcpy(out.complaint, sim->complaint, sizeof(out.complaint));
	for (uint32_t n = 0; n < sim->model.node_count; n++)
		node_stop(sim, n);
	foes_close(sim);
	net_close(&sim->net);
	free(sim);
	return out;
}

/* ---- a story that fails ---- */

/* A death, in the words of a complaint. */
static void lament(struct outcome *out, const struct death *death)
{
	const struct progress *at = &shared->progress;

	*out = (struct outcome){.death = *death,
	                        .acts = at->act + 1,
	                        .blame = {.known = true, .node = at->node, .call = NOBODY}};
	snprintf(out->complaint, sizeof(out->complaint),
	         "at %" PRId64 ": the core of node %" PRIu32 " dies: %s", at->now - START_TICK,
	         at->node, death->words);
}

/* In a process of its own. */
static struct outcome attempt(const struct story *story, int verbose)
{
	struct death death;

	shared->outcome = (struct outcome){.ended = false};
	if (!attempt_wait(&shared->progress, verbose == 0, &death)) {
		if (verbose)
			setvbuf(stdout, NULL, _IOLBF, 0);
		shared->outcome = simulate(story, verbose);
		fflush(stdout);
		_exit(0);
	}
	if (!shared->outcome.ended)
		lament(&shared->outcome, &death);
	return shared->outcome;
}

static bool fails_alike(const struct story *story, const void *context)
{
	const struct outcome *first = context, now = attempt(story, 0);

	if (first->ended || now.ended)
		return first->ended && now.ended && now.fault == first->fault;
	return now.death.status == first->death.status &&
	       strcmp(now.death.words, first->death.words) == 0;
}

/* Tells it once more, to see what reaches the server at fault. */
static void print_scenario(const struct story *story, const struct outcome *out)
{
	film = attempt_share(sizeof(*film));
	film->node = out->blame.node;
	film->seed = story->seed;
	attempt(story, 0);
	film_print(film, &out->blame, out->complaint);
	film = NULL;
}

static void report(struct story *story, const struct outcome *out, bool shrink)
{
	printf("not ok %s_of_%" PRIu32 "_seed_%" PRIu64 ": %s\n", topology_name(story->topology),
	       story->nodes, story->seed, out->complaint);
	printf("# told again by: ");
	story_print(story);
	fflush(stdout);
	if (!shrink)
		return;
	if (out->acts < story->act_count)
		story->act_count = out->acts;
	unsigned tries = story_shrink(story, fails_alike, out);
	printf("# the shortest story of %u tried: ", tries);
	story_print(story);
	struct outcome shortest = attempt(story, 1);
	printf("# %s\n", shortest.complaint);
	if (shortest.blame.known)
		print_scenario(story, &shortest);
	fflush(stdout);
}

/* The process that told it has died: is it by the story alone, not by those before it? */
static void report_death(struct soak *soak, struct death *death)
{
	struct story *story = &shared->story;
	struct outcome out = attempt(story, 0);

	if (out.ok)
		lament(&out, death);
	report(story, &out, soak->failed++ == 0 && !out.ok);
	soak->run++;
}

/* ---- many seeds ---- */

static void add(struct tally *sum, const struct tally *t)
{
	sum->calls += t->calls;
	sum->frames += t->frames;
	sum->due += t->due;
	sum->heard += t->heard;
	sum->datagrams += t->datagrams;
	sum->steps += t->steps;
	sum->lost += t->lost;
	sum->changes += t->changes;
	sum->orders += t->orders;
	sum->hostile += t->hostile;
}

/* Of the processes that have told the stories. */
static double processor_seconds(void)
{
	struct rusage used;

	getrusage(RUSAGE_CHILDREN, &used);
	return (double)(used.ru_utime.tv_sec + used.ru_stime.tv_sec) +
	       (double)(used.ru_utime.tv_usec + used.ru_stime.tv_usec) / 1e6;
}

static void print_figures(const struct soak *soak)
{
	const struct tally *t = &soak->tally;

	printf("# %.1f h of networks of %.1f servers: %" PRIu64 " calls, %" PRIu64
	       " frames said, %" PRIu64 " due to listeners, %" PRIu64 " heard\n",
	       (double)soak->lasted / (60.0 * TICK_MINUTE),
	       soak->lasted ? (double)soak->served / (double)soak->lasted : 0.0, t->calls,
	       t->frames, t->due, t->heard);
	printf("# faults: %" PRIu64 " datagrams lost or late, %" PRIu64
	       " changes of the network, %" PRIu64 " orders of operators, %" PRIu64
	       " hostile datagrams\n",
	       t->lost, t->changes, t->orders, t->hostile);
	printf("# %" PRIu64 " datagrams, %" PRIu64
	       " steps; %.0f simulated seconds in one of the processor\n",
	       t->datagrams, t->steps, (double)soak->lasted / TICK_SECOND / processor_seconds());
}

static void run_seed(struct soak *soak, uint64_t seed, enum topology asked)
{
	struct story *story = &shared->story;

	story_read(story, seed, asked);
	struct outcome out = simulate(story, soak->verbose);
	char name[64];
	snprintf(name, sizeof(name), "mesh %s %" PRIu64, topology_name(asked), seed);
	soak->run++;
	soak->lasted += out.lasted;
	soak->served += out.lasted * story->nodes;
	add(&soak->tally, &out.tally);
	if (!out.ok) {
		report(story, &out, soak->failed++ == 0);
	} else if (story->plain && !golden_is(name, out.digest)) {
		soak->failed++;
		printf("not ok %s_of_%" PRIu32 "_seed_%" PRIu64
		       "_sends_what_it_did: its digest in " GOLDEN_FILE " is another\n",
		       topology_name(story->topology), story->nodes, seed);
	} else if (!soak->verbose && seed % TWICE_EVERY == 0 &&
	           simulate(story, 0).digest != out.digest) {
		soak->failed++;
		printf("not ok %s_of_%" PRIu32 "_seed_%" PRIu64 "_runs_the_same_twice\n",
		       topology_name(story->topology), story->nodes, seed);
	}
}

static uint64_t number(const char *name, uint64_t otherwise)
{
	const char *text = getenv(name);

	return text ? strtoull(text, NULL, 10) : otherwise;
}

int main(int argc, char **argv)
{
	int verbose = argc > 1 && argv[1][0] == '-' ? (int)strlen(argv[1]) - 1 : 0;
	int at = verbose ? 2 : 1;
	enum topology asked = story_topology(argc > at ? argv[at] : getenv("TOPOLOGY"));
	uint64_t first = number("SEED", 1), seeds = number("SEEDS", 1);
	time_t end = time(NULL) + (time_t)number("SOAK_SECONDS", 0);
	struct death death;

	shared = attempt_share(sizeof(*shared));
	story_read(&shared->story, first, asked); /* so that what cannot be read ends it here */
	struct soak *soak = &shared->soak;
	soak->verbose = verbose;
	while (!shared->all_told) {
		if (!attempt_wait(&shared->progress, false, &death)) {
			while (soak->run < seeds || time(NULL) < end)
				run_seed(soak, first + soak->run, asked);
			shared->all_told = true;
			return 0;
		}
		if (!shared->all_told)
			report_death(soak, &death);
	}
	print_figures(soak);
	printf("%" PRIu64 " seeds from %" PRIu64 " on, %" PRIu64 " failed\n", soak->run, first,
	       soak->failed);
	if (soak->failed || death.status)
		return 1;
	printf("ok %s\n", asked == TOPOLOGIES ? "all" : topology_name(asked));
	return 0;
}
