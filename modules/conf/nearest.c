#include "conf/nearest.h"

#include <string.h>

#define NEAR_MAX 32u /* longer words are near to nothing */

static size_t least(size_t a, size_t b)
{
	return a < b ? a : b;
}

/* Letters to insert, drop or change (Levenshtein), one row of the usual matrix at a time. */
static size_t edit_distance(const char *a, const char *b)
{
	size_t row[NEAR_MAX + 1];
	size_t width = strlen(b);

	for (size_t j = 0; j <= width; j++)
		row[j] = j;
	for (size_t i = 0; a[i]; i++) {
		size_t diagonal = row[0];
		row[0] = i + 1;
		for (size_t j = 0; j < width; j++) {
			size_t changed = diagonal + (a[i] != b[j]);
			diagonal = row[j + 1];
			row[j + 1] = least(changed, least(row[j], diagonal) + 1);
		}
	}
	return row[width];
}

/* Keeps the nearer of two names; a third of the letters, at least one, may be wrong. */
static void keep_nearer(const char *name, const char *candidate, const char **nearest,
                        size_t *nearest_distance)
{
	size_t len = strlen(name);

	if (len > NEAR_MAX)
		return;
	size_t distance = edit_distance(name, candidate);
	if (distance > 1 && distance > len / 3)
		return;
	if (*nearest && *nearest_distance <= distance)
		return;
	*nearest = candidate;
	*nearest_distance = distance;
}

const char *section_nearest(const char *name)
{
	const char *nearest = NULL;
	size_t distance = 0;

	for (enum section_kind kind = 0; kind < SECTION_KINDS; kind++)
		keep_nearer(name, section_name(kind), &nearest, &distance);
	return nearest;
}

const char *key_nearest(const struct conf_section *section, const char *name)
{
	const char *nearest = NULL;
	size_t distance = 0;

	for (size_t i = 0; i < section->key_count; i++)
		keep_nearer(name, section->keys[i].name, &nearest, &distance);
	return nearest;
}
