#include "sim/ways.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/telling/rows.h"

#define WAYS_ROWS 2048u
#define WAYS_MAX 100u

/* The state of one row; of another row than before when the generation differs. */
struct ways_state {
	uint32_t generation;
	const char *name; /* NULL: there is none */
};

struct ways {
	struct ways_state session[WAYS_ROWS], call[WAYS_ROWS], peer[WAYS_ROWS], uplink[WAYS_ROWS];
	struct ways_state slot[2 * WAYS_ROWS];
};

static void ways_tell(const char *machine, const char *from, const char *to)
{
	static struct {
		const char *machine, *from, *to;
	} known[WAYS_MAX];
	static unsigned count;
	FILE *f;

	from = from ? from : "none";
	to = to ? to : "none";
	for (unsigned i = 0; i < count; i++)
		if (known[i].machine == machine && strcmp(known[i].from, from) == 0 &&
		    strcmp(known[i].to, to) == 0)
			return;
	if (count == WAYS_MAX || !(f = fopen(getenv("WAYS"), "a")))
		abort();
	known[count].machine = machine;
	known[count].from = from;
	known[count++].to = to;
	fprintf(f, "%s %s %s\n", machine, from, to);
	fclose(f);
}

static void ways_compare(const char *machine, const struct ways_state *a,
                         const struct ways_state *b, uint32_t rows)
{
	for (uint32_t i = 0; i < rows; i++) {
		bool other = a[i].name && b[i].name && a[i].generation != b[i].generation;

		if (other || (a[i].name && !b[i].name))
			ways_tell(machine, a[i].name, NULL);
		if (other || (!a[i].name && b[i].name))
			ways_tell(machine, NULL, b[i].name);
		else if (a[i].name && b[i].name && strcmp(a[i].name, b[i].name) != 0)
			ways_tell(machine, a[i].name, b[i].name);
	}
}

static void ways_look(struct ways *w, const struct core *core, tick_t now)
{
	static const char *const uplink_states[] = {"waits",  "login",   "key",
	                                            "config", "options", "up"};
	struct session *s;
	struct stream *x;
	struct peer *p;
	struct uplink *u;

	memset(w, 0, sizeof(*w));
	for (uint32_t at = POOL_NONE; (s = pool_next(&core->sessions.pool, &at));) {
		if (!session_is_uplink(s))
			w->session[at] = (struct ways_state){s->row.generation,
			                                     session_state_name(s->state)};
		for (uint8_t n = 1; n <= 2; n++) {
			struct slot_row row;
			rows_fill_slot(core, now, &row, s, n);
			w->slot[2 * at + n - 1] =
				(struct ways_state){s->row.generation, slot_state_name(row.state)};
		}
	}
	for (uint32_t at = POOL_NONE; (x = pool_next(&core->streams.pool, &at));)
		w->call[at] = (struct ways_state){x->row.generation, call_state_name(x->state)};
	for (uint32_t at = POOL_NONE; (p = pool_next(&core->peers.pool, &at));)
		w->peer[at] = (struct ways_state){p->row.generation, p->up ? "up" : "down"};
	for (uint32_t at = POOL_NONE; (u = pool_next(&core->uplinks.pool, &at));)
		w->uplink[at] = (struct ways_state){u->row.generation, uplink_states[u->state]};
}

void ways_go(const struct core *core, tick_t now, bool afresh)
{
	static struct ways pictures[2];
	static unsigned turn;

	if (!getenv("WAYS"))
		return;
	turn = !turn;
	ways_look(&pictures[turn], core, now);
	if (afresh)
		return;
	ways_compare("session", pictures[!turn].session, pictures[turn].session, WAYS_ROWS);
	ways_compare("slot", pictures[!turn].slot, pictures[turn].slot, 2 * WAYS_ROWS);
	ways_compare("call", pictures[!turn].call, pictures[turn].call, WAYS_ROWS);
	ways_compare("peer", pictures[!turn].peer, pictures[turn].peer, WAYS_ROWS);
	ways_compare("uplink", pictures[!turn].uplink, pictures[turn].uplink, WAYS_ROWS);
}
