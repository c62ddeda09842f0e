/*
 * Clients that were refused recently, with the reason, how often and since when: one row per client
 * and reason, built from RECORD_REFUSAL. In memory only. When the table is full, the row with the
 * oldest last refusal is replaced.
 */
#ifndef REPORT_REFUSALS_H
#define REPORT_REFUSALS_H

#include <stdbool.h>
#include <stdint.h>

#include "wire/record.h"

#define REFUSALS_MAX 64u

struct refusal {
	struct refusal_record last;
	uint32_t times; /* as reported: in a flood not all */
	tick_t since, at;
};

struct refusals {
	uint32_t count;
	struct refusal row[REFUSALS_MAX];
};

void refusals_take(struct refusals *t, const struct record *r);

#endif
