/* The table of row kinds: what comes from it holds for the rows of each kind. */
#include "core/step/kind.h"

#include "core/step/expire.h"
#include "harness/t.h"
#include "world.h"

#define CLIENT 2345001u
#define CONFIG                                                                                     \
	"[server]\nid = 2345\n[listener l]\nbind = 192.0.2.1:62031\n"                              \
	"passphrase = " WORLD_PASSPHRASE "\nstatic-2 = 91\n"                                       \
	"[peer a]\nbind = 192.0.2.1:62044\ntarget = 10.0.8.1:62044\npassphrase = alpha\n"          \
	"[uplink u]\ntarget = 10.0.9.1:62031\npassphrase = bravo\n"                                \
	"id = 2345999\nmap = 2:9=91\n"                                                             \
	"[announcement n]\nrecording = 9991\ntalkgroup = 91\nevery = 1h\n"

static struct world w;

static void begin(void)
{
	struct endpoint at = world_endpoint(1, 1000);

	world_open(&w, CONFIG, 1);
	T_CHECK(world_login(&w, &at, CLIENT, '3'));
}

static struct expiry *timer_of(enum kind kind, void *row)
{
	return (void *)((char *)row + kinds[kind].timer);
}

/* Rows of all kinds that have a timer, and the timers that run. */
static void count_timers(uint32_t *rows, uint32_t *running)
{
	*rows = *running = 0;
	for (enum kind kind = 0; kind < KINDS; kind++) {
		if (!kinds[kind].timer)
			continue;
		*rows += kind_pool(w.core, kind)->capacity;
		POOL_EACH(void *, row, kind_pool(w.core, kind))
			*running += timer_of(kind, row)->deadline != TICK_NEVER;
	}
}

T_CASE(what_has_a_timer_says_what_runs)
{
	for (enum kind kind = 0; kind < KINDS; kind++)
		T_EQUAL(kinds[kind].timer != 0, kinds[kind].due != NULL);
}

T_CASE(every_pool_has_the_capacity_of_its_line)
{
	begin();
	for (enum kind kind = 0; kind < KINDS; kind++)
		T_EQUAL(kind_pool(w.core, kind)->capacity,
		        kind_capacity(kind, &w.core->conf->limits));
	world_close(&w);
}

T_CASE(the_heap_is_cut_for_every_row)
{
	uint32_t rows, running;

	begin();
	count_timers(&rows, &running);
	T_EQUAL(w.core->expiry.capacity, 2 * rows);
	world_close(&w);
}

T_CASE(every_timer_survives_a_rebuild)
{
	uint32_t rows, running;

	begin();
	struct session *s = session_find(&w.core->sessions, CLIENT);
	tick_t due = s->expiry.deadline;
	for (uint32_t i = 0; i <= w.core->expiry.capacity && !w.core->expiry.rebuilds_total; i++)
		expire_at(w.core, KIND_SESSION, s, --due);
	T_EQUAL(w.core->expiry.rebuilds_total, 1);
	count_timers(&rows, &running);
	T_EQUAL(w.core->expiry.count, running);
	T_CHECK(running >= 4); /* the session, the neighbour, the uplink, the announcement */
	w.now = due;
	world_sleep(&w, 0);
	T_CHECK(!session_find(&w.core->sessions, CLIENT));
	world_close(&w);
}

T_MAIN()
