#include "conf/nearest.h"

#include <stdbool.h>
#include <string.h>

#define NEAR_MAX 32u /* longer words match nothing */

/* The best name so far. */
struct near {
	char written[NEAR_MAX + 1]; /* in lower case, with - for _; "": matches nothing */
	const char *name;
	size_t distance;
	const struct conf_section *where;
};

static struct near begin(const char *name)
{
	struct near n = {.written = ""};
	size_t len = strlen(name);

	for (size_t i = 0; i < len && len <= NEAR_MAX; i++) {
		bool upper = name[i] >= 'A' && name[i] <= 'Z';
		n.written[i] = name[i] == '_' ? '-' : (char)(upper ? name[i] | 0x20 : name[i]);
	}
	return n;
}

static size_t least(size_t a, size_t b)
{
	return a < b ? a : b;
}

/*
 * Letters to insert, drop, change or swap with their neighbour (Damerau, each place once), by the
 * usual matrix, of which three rows are kept: row i is at i modulo 3.
 */
static size_t edit_distance(const char *a, const char *b)
{
	size_t rows[3][NEAR_MAX + 1];
	size_t len = strlen(a), width = strlen(b);

	for (size_t j = 0; j <= width; j++)
		rows[0][j] = j;
	for (size_t i = 1; i <= len; i++) {
		size_t *row = rows[i % 3];
		const size_t *above = rows[(i + 2) % 3], *swapped = rows[(i + 1) % 3];
		row[0] = i;
		for (size_t j = 1; j <= width; j++) {
			row[j] = least(above[j - 1] + (a[i - 1] != b[j - 1]),
			               least(row[j - 1], above[j]) + 1);
			if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
				row[j] = least(row[j], swapped[j - 2] + 1);
		}
	}
	return rows[len % 3][width];
}

/* Keeps the nearer of two names; a third of the letters, at least one, may be wrong. */
static void keep_nearer(struct near *n, const char *name, const struct conf_section *where)
{
	size_t len = strlen(n->written), distance;

	if (!len)
		return;
	distance = edit_distance(n->written, name);
	if ((distance > 1 && distance > len / 3) || (n->name && n->distance <= distance))
		return;
	n->name = name;
	n->distance = distance;
	n->where = where;
}

static bool is_word_end(char c)
{
	return c == 0 || c == '-';
}

/* Does the written word contain the name as whole words? */
static bool holds(const char *written, const char *name)
{
	size_t len = strlen(name);

	for (const char *at = written; (at = strstr(at, name)); at++)
		if ((at == written || at[-1] == '-') && is_word_end(at[len]))
			return true;
	return false;
}

/* Keeps the longer of two names that the written word contains. */
static void keep_held(struct near *n, const char *name, const struct conf_section *where)
{
	if (!holds(n->written, name) || (n->name && strlen(n->name) >= strlen(name)))
		return;
	n->name = name;
	n->where = where;
}

typedef void keep(struct near *n, const char *name, const struct conf_section *where);

static void look(struct near *n, keep *keep_better, const struct conf_section *section)
{
	for (size_t i = 0; i < section->key_count; i++)
		keep_better(n, section->keys[i].name, section);
}

static void look_elsewhere(struct near *n, keep *keep_better, const struct conf_section *section)
{
	for (enum section_kind kind = 0; kind < SECTION_KINDS; kind++)
		if (section_info(kind) != section)
			look(n, keep_better, section_info(kind));
}

const char *section_nearest(const char *name)
{
	struct near n = begin(name);

	for (enum section_kind kind = 0; kind < SECTION_KINDS; kind++)
		keep_nearer(&n, section_name(kind), section_info(kind));
	return n.name;
}

const char *key_nearest(const struct conf_section *section, const char *name)
{
	struct near n = begin(name);

	look(&n, keep_nearer, section);
	if (!n.name)
		look(&n, keep_held, section);
	return n.name;
}

const char *key_nearest_elsewhere(const struct conf_section *section, const char *name,
                                  const struct conf_section **where)
{
	struct near n = begin(name);

	look_elsewhere(&n, keep_nearer, section);
	if (!n.name)
		look_elsewhere(&n, keep_held, section);
	*where = n.where;
	return n.name;
}
