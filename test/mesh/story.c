#include "mesh/story.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/util.h"
#include "mesh/model.h"

static const char *const topologies[TOPOLOGIES + 1] = {"line", "ring", "mesh", "random", "?"};
static const char *const brokens[BROKENS] = {"nothing", "slot", "end", "crash"};
static const char *const calms[CALMS] = {"noise", "slow",  "clocks", "old",
                                         "guest", "local", "jitter", "foes"};

const char *topology_name(enum topology topology)
{
	return topologies[topology];
}

static _Noreturn void refuse(const char *text, const char *why)
{
	fprintf(stderr, "%s: %s\n", text, why);
	exit(2);
}

/* ---- as asked for ---- */

static uint32_t name_among(const char *const *names, uint32_t count, const char *text)
{
	uint32_t i = 0;

	while (i < count && strcmp(text, names[i]) != 0)
		i++;
	if (i == count)
		refuse(text, "unknown");
	return i;
}

enum topology story_topology(const char *text)
{
	return text ? (enum topology)name_among(topologies, TOPOLOGIES, text) : TOPOLOGIES;
}

static uint64_t number(const char *name, uint64_t otherwise)
{
	const char *text = getenv(name);

	return text ? strtoull(text, NULL, 10) : otherwise;
}

/* The words of a list with commas, one after the other; NULL at its end. */
static const char *next_word(char **rest)
{
	char *word = *rest;

	if (!word || !*word)
		return NULL;
	*rest = strchr(word, ',');
	if (*rest)
		*(*rest)++ = 0;
	return word;
}

static char *list(const char *name)
{
	const char *text = getenv(name);
	char *copy = text ? strdup(text) : NULL;

	if (text && !copy)
		abort();
	return copy;
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

static void read_acts(struct story *s)
{
	char *all = list("ACTS"), *rest = all;
	const char *word;

	while ((word = next_word(&rest)) && s->act_count < STORY_ACTS_MAX)
		s->act[s->act_count++] = (uint16_t)strtoul(word, NULL, 10);
	uint64_t count = number("LIFE", 6 + s->seed / 3 % 3);
	for (uint16_t i = 0; !all && i < count && i < STORY_ACTS_MAX; i++)
		s->act[s->act_count++] = i;
	free(all);
}

static bool is_plain(void)
{
	static const char *const wishes[] = {"NODES", "LIFE", "ACTS", "WITHOUT", "CALM", "BROKEN"};
	bool plain = true;

	for (size_t i = 0; i < ARRAY_LEN(wishes); i++)
		plain &= !getenv(wishes[i]);
	return plain;
}

void story_read(struct story *s, uint64_t seed, enum topology topology)
{
	char *without = list("WITHOUT"), *calm = list("CALM"), *rest = without;
	const char *word;

	if (topology == TOPOLOGIES)
		topology = (enum topology)(seed % TOPOLOGIES);
	*s = (struct story){.seed = seed,
	                    .plain = is_plain(),
	                    .topology = topology,
	                    .nodes = (uint32_t)number("NODES", nodes_for(topology, seed))};
	if (s->nodes < 2 || s->nodes > NODES_MAX)
		refuse("NODES", "2 to 50");
	while ((word = next_word(&rest)))
		s->without |= UINT64_C(1) << strtoul(word, NULL, 10) % NODES_MAX;
	rest = calm;
	while ((word = next_word(&rest)))
		s->calm |= 1u << name_among(calms, CALMS, word);
	const char *broken = getenv("BROKEN");
	s->broken = broken ? (enum broken)name_among(brokens, BROKENS, broken) : BROKEN_NOTHING;
	read_acts(s);
	free(without);
	free(calm);
}

/* ---- told again ---- */

static void print_list(const char *name, uint64_t bits, const char *const *names)
{
	const char *between = name;

	for (unsigned i = 0; i < 64; i++) {
		if (!(bits >> i & 1))
			continue;
		printf("%s", between);
		if (names)
			printf("%s", names[i]);
		else
			printf("%u", i);
		between = ",";
	}
}

void story_print(const struct story *s)
{
	printf("SEED=%" PRIu64 " TOPOLOGY=%s NODES=%" PRIu32 " ACTS=", s->seed,
	       topology_name(s->topology), s->nodes);
	for (uint32_t i = 0; i < s->act_count; i++)
		printf("%s%u", i ? "," : "", s->act[i]);
	print_list(" WITHOUT=", s->without, NULL);
	print_list(" CALM=", s->calm, calms);
	printf(" build/obj/native/test/mesh/run -v\n");
}

/* ---- made shorter ---- */

struct shrinking {
	struct story *best;
	story_fails *fails;
	const void *context;
	unsigned tries;
};

static bool try_it(struct shrinking *s, const struct story *shorter)
{
	s->tries++;
	if (!s->fails(shorter, s->context))
		return false;
	*s->best = *shorter;
	return true;
}

/* Leaves out ever shorter runs of acts, as far as it still fails. */
static void shrink_acts(struct shrinking *s)
{
	struct story shorter;

	for (uint32_t run = (s->best->act_count + 1) / 2; run > 0; run /= 2)
		for (uint32_t at = 0; at < s->best->act_count;) {
			uint32_t end =
				at + run < s->best->act_count ? at + run : s->best->act_count;
			shorter = *s->best;
			memmove(shorter.act + at, shorter.act + end,
			        (shorter.act_count - end) * sizeof(shorter.act[0]));
			shorter.act_count -= end - at;
			if (!try_it(s, &shorter))
				at = end;
		}
}

static void shrink_network(struct shrinking *s)
{
	struct story shorter;

	for (uint32_t n = s->best->nodes; n-- > 0;) {
		shorter = *s->best;
		shorter.without |= UINT64_C(1) << n;
		if (shorter.without != s->best->without)
			try_it(s, &shorter);
	}
	for (unsigned c = 0; c < CALMS; c++) {
		shorter = *s->best;
		shorter.calm |= 1u << c;
		if (shorter.calm != s->best->calm)
			try_it(s, &shorter);
	}
}

unsigned story_shrink(struct story *story, story_fails *fails, const void *context)
{
	struct shrinking s = {story, fails, context, 0};

	shrink_acts(&s);
	shrink_network(&s);
	shrink_acts(&s);
	return s.tries;
}
