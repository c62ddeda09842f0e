/*
 * The inside of report/memory: the things that are remembered, each under its key, and how long one
 * counts.
 */
#ifndef REPORT_REMEMBERED_H
#define REPORT_REMEMBERED_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "conf/conf.h"
#include "report/clock.h"
#include "report/order.h"
#include "wire/record.h"

#define MEMORY_PATH_MAX (CONF_PATH_MAX + 16u)

enum item_kind { ITEM_BLOCK, ITEM_LOCATION, ITEM_SUBSCRIPTION };

struct item {
	enum item_kind kind;
	bool tell;  /* the voice process does not know it */
	bool alive; /* a subscription of a session that is there */
	bool dial;
	uint8_t slot;
	uint32_t client;
	uint32_t tg; /* as keyed; of a location the radio */
	uint32_t conference;
	char what[sizeof(((struct block_row *)NULL)->what)];
	int64_t seen;  /* of the epoch */
	int64_t until; /* 0 = no end */
};

struct memory {
	char path[MEMORY_PATH_MAX];
	int64_t remember_ms;
	uint32_t room;
	struct order items;
	uint8_t cursor[ORDER_KEY_MAX]; /* the item told last */
	size_t cursor_len;
	bool telling; /* there may be more to tell behind it */
	bool dirty;
	bool failed; /* the last write, and it was said */
	tick_t written;
	tick_t server; /* when the voice process started */
};

static inline int64_t remembered_epoch(const struct clock *clock, tick_t at)
{
	return at == TICK_NEVER ? 0 : at + clock->epoch_ms;
}

/* Puts it in the place of the one with its key. */
void remembered_put(struct memory *m, const struct item *i);
void remembered_drop(struct memory *m, const struct item *i);

bool remembered_counts(const struct memory *m, const struct item *i, int64_t now);

/* Drops those that count no more, and all. */
void remembered_forget(struct memory *m, int64_t now);
void remembered_release(struct memory *m);

#endif
