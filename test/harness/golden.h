/*
 * Golden digests: all that the servers of a story sent and reported, as one number. The file
 * test/golden has those of the code as it stands. A change that should alter nothing leaves them
 * alone; one that is meant to alter what is sent renews them with `make golden`, and the diff says
 * in which stories.
 */
#ifndef HARNESS_GOLDEN_H
#define HARNESS_GOLDEN_H

#include <inttypes.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/actions.h"

#define GOLDEN_FILE "test/golden"
#define GOLDEN_START UINT64_C(14695981039346656037)

/* FNV-1a. */
static inline void golden_octets(uint64_t *digest, const void *octets, size_t len)
{
	const uint8_t *at = octets;

	for (size_t i = 0; i < len; i++)
		*digest = (*digest ^ at[i]) * UINT64_C(1099511628211);
}

static inline void golden_number(uint64_t *digest, uint64_t number)
{
	uint8_t octets[8];
	struct wr w = wr_make(octets, sizeof(octets));

	wr_u64(&w, number);
	golden_octets(digest, octets, sizeof(octets));
}

/* What one step did, at its time. */
static inline void golden_step(uint64_t *digest, tick_t now, const struct actions *a)
{
	golden_number(digest, (uint64_t)now);
	for (uint32_t i = 0; i < a->target_count; i++) {
		const struct target *t = &a->targets[i];
		const struct send *s = &a->sends[t->send];
		golden_octets(digest, s->bytes, s->len);
		golden_number(digest, (uint64_t)(s->id_at ? t->id : 0) << 32 | t->where.to.port);
		golden_number(digest, t->where.socket);
		golden_octets(digest, t->where.to.ip, sizeof(t->where.to.ip));
	}
	for (uint32_t i = 0; i < a->record_count; i++) {
		uint8_t octets[RECORD_MAX];
		struct wr w = wr_make(octets, sizeof(octets));
		record_write(&w, &a->records[i]);
		golden_octets(digest, octets, wr_len(&w));
	}
}

/*
 * Is it as the file says? A story the file does not list passes; without the file, all fail.
 * With GOLDEN in the environment it is printed instead, for `make golden`.
 */
static inline bool golden_is(const char *story, uint64_t digest)
{
	size_t len = strlen(story);
	char line[256];
	bool is = true;

	if (getenv("GOLDEN")) {
		printf("golden %s %016" PRIx64 "\n", story, digest);
		return true;
	}
	FILE *f = fopen(GOLDEN_FILE, "r");
	if (!f)
		return false;
	while (fgets(line, sizeof(line), f))
		if (strncmp(line, story, len) == 0 && line[len] == ' ')
			is = strtoull(line + len, NULL, 16) == digest;
	fclose(f);
	return is;
}

#endif
