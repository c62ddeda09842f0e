/*
 * Runs simulations of whole meshes.
 *
 *   SEED=n SEEDS=n NODES=2..50 TOPOLOGY=line|ring|mesh|random run [-v] [TOPOLOGY]
 *
 * Without a topology and NODES the seed chooses; with SOAK_SECONDS it goes on for so long. Prints
 * "ok TOPOLOGY" for all seeds together, and for one that fails "not ok NAME: what; how to see it
 * again". Every eighth seed runs twice, and both runs must send the same octets.
 */
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "mesh/sim.h"

#define FOREVER_MS (10 * TICK_MINUTE) /* until whatever is remembered is forgotten */
#define TWICE_EVERY 8u

_Noreturn void sim_fault(struct sim *sim, const char *format, ...)
{
	va_list args;
	int n = snprintf(sim->complaint, sizeof(sim->complaint), "at %" PRId64 ": ", sim_time(sim));

	va_start(args, format);
	vsnprintf(sim->complaint + n, sizeof(sim->complaint) - (size_t)n, format, args);
	va_end(args);
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

static void deliver(struct sim *sim)
{
	struct flight f;

	net_take(&sim->net, &f);
	uint32_t to = (uint32_t)f.to.ip[14] << 8 | f.to.ip[15];
	if (f.to.ip[13] == 1)
		node_receive(sim, to, &f);
	else
		rig_receive(sim, to, &f);
}

bool sim_turn(struct sim *sim, tick_t until)
{
	tick_t at = net_next(&sim->net);
	struct node *node = NULL;
	struct rig *rig = NULL;

	for (uint32_t i = 0; i < sim->node_count; i++) {
		struct node *n = &sim->node[i];
		if (n->core && core_next(n->core) < at) {
			at = core_next(n->core);
			node = n;
		}
	}
	for (uint32_t i = 0; i < sim->rig_count; i++) {
		if (rig_next(&sim->rig[i]) < at) {
			at = rig_next(&sim->rig[i]);
			rig = &sim->rig[i];
		}
	}
	if (at > until) {
		sim->now = until;
		return false;
	}
	if (at > sim->now)
		sim->now = at;
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

	while (sim_turn(sim, until))
		continue;
}

/* Everybody has left long ago: nothing may be held any more. A guest holds what its uplinks are
 * for. */
static void expect_empty(struct sim *sim)
{
	if (sim->guest != NOBODY)
		node_stop(sim, sim->guest);
	for (uint32_t r = 0; r < sim->rig_count; r++)
		sim->rig[r].gone = true;
	sim_run(sim, FOREVER_MS);
	for (uint32_t n = 0; n < sim->node_count; n++) {
		const char *name = sim->node[n].core ? node_leftover(sim, n) : NULL;
		if (name)
			sim_fault(sim, "node %" PRIu32 " still holds rows of the table %s", n,
			          name);
	}
}

static bool simulate(uint64_t seed, enum topology topology, uint32_t nodes, bool verbose,
                     uint64_t *hash)
{
	struct sim *sim = calloc(1, sizeof(*sim));
	volatile bool ok = false;

	if (!sim)
		abort();
	sim->seed = seed;
	sim->verbose = verbose;
	sim->now = START_TICK;
	net_open(&sim->net, seed);
	if (setjmp(sim->out) == 0) {
		plan_make(sim, topology, nodes);
		plan_run(sim);
		ledger_close(sim);
		expect_empty(sim);
		ok = true;
	}
	*hash = sim->hash;
	if (!ok)
		printf("not ok %s_of_%u_seed_%" PRIu64 ": %s; SEED=%" PRIu64
		       " TOPOLOGY=%s NODES=%u build/obj/native/test/mesh/run -v\n",
		       topology_name(topology), (unsigned)nodes, seed, sim->complaint, seed,
		       topology_name(topology), (unsigned)nodes);
	if (verbose)
		printf("# %" PRIu64 " datagrams, %" PRIu64 " steps, %" PRIu32 " calls\n",
		       sim->datagrams, sim->steps, sim->call_count);
	fflush(stdout);
	for (uint32_t n = 0; n < sim->node_count; n++)
		node_stop(sim, n);
	net_close(&sim->net);
	free(sim);
	return ok;
}

/* Most meshes are small; some are not. */
static uint32_t nodes_for(enum topology topology, uint64_t seed)
{
	static const uint32_t sizes[TOPOLOGIES][6] = {
		[TOPOLOGY_LINE] = {2, 3, 4, 7, 12, 20},
		[TOPOLOGY_RING] = {3, 3, 4, 5, 8, 14},
		[TOPOLOGY_MESH] = {2, 3, 4, 5, 8, 16},
		[TOPOLOGY_RANDOM] = {4, 6, 9, 15, 24, 50},
	};
	return sizes[topology][seed / TOPOLOGIES % 6];
}

static uint64_t number(const char *name, uint64_t otherwise)
{
	const char *text = getenv(name);

	return text ? strtoull(text, NULL, 10) : otherwise;
}

/* TOPOLOGIES when none is asked for. */
static enum topology topology_read(const char *text)
{
	enum topology t = 0;

	while (text && t < TOPOLOGIES && strcmp(text, topology_name(t)) != 0)
		t++;
	if (text && t == TOPOLOGIES) {
		fprintf(stderr, "%s: no topology; line, ring, mesh or random\n", text);
		exit(2);
	}
	return text ? t : TOPOLOGIES;
}

static bool run_seed(uint64_t seed, enum topology asked, bool verbose)
{
	enum topology topology = asked == TOPOLOGIES ? (enum topology)(seed % TOPOLOGIES) : asked;
	uint32_t nodes = (uint32_t)number("NODES", nodes_for(topology, seed));
	uint64_t hash, again;

	if (nodes < 2 || nodes > NODES_MAX) {
		fprintf(stderr, "NODES: 2 to %u\n", NODES_MAX);
		exit(2);
	}
	bool ok = simulate(seed, topology, nodes, verbose, &hash);
	if (!ok || verbose || seed % TWICE_EVERY)
		return ok;
	ok = simulate(seed, topology, nodes, false, &again) && hash == again;
	if (!ok)
		printf("not ok %s_of_%u_seed_%" PRIu64 "_runs_the_same_twice\n",
		       topology_name(topology), (unsigned)nodes, seed);
	return ok;
}

int main(int argc, char **argv)
{
	bool verbose = argc > 1 && strcmp(argv[1], "-v") == 0;
	enum topology asked =
		topology_read(argc > 1 + verbose ? argv[1 + verbose] : getenv("TOPOLOGY"));
	uint64_t first = number("SEED", 1), seeds = number("SEEDS", 1), run = 0, failed = 0;
	time_t end = time(NULL) + (time_t)number("SOAK_SECONDS", 0);

	for (; run < seeds || time(NULL) < end; run++)
		failed += !run_seed(first + run, asked, verbose);
	printf("%" PRIu64 " seeds from %" PRIu64 " on, %" PRIu64 " failed\n", run, first, failed);
	if (!failed)
		printf("ok %s\n", asked == TOPOLOGIES ? "all" : topology_name(asked));
	return failed ? 1 : 0;
}
