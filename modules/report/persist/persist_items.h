/*
 * Private to report/persist: the items kept, each under its key, and how long one is valid.
 */
#ifndef REPORT_PERSIST_ITEMS_H
#define REPORT_PERSIST_ITEMS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "conf/conf.h"
#include "report/model/clock.h"
#include "report/model/order.h"
#include "wire/record.h"

#define PERSIST_PATH_MAX (CONF_PATH_MAX + 16u)

enum item_kind { ITEM_BLOCK, ITEM_LOCATION, ITEM_SUBSCRIPTION, ITEM_CARE, ITEM_NEIGHBOUR };

struct item {
	enum item_kind kind;
	bool tell;  /* not yet sent to the voice process */
	bool alive; /* a subscription of a current session */
	bool dial;
	uint8_t slot;
	uint32_t client;
	uint32_t tg; /* as keyed; for a location the radio */
	uint32_t conference;
	char what[sizeof(((struct block_row *)NULL)->what)]; /* or the name of a neighbour */
	struct addr at;                                      /* of a neighbour */
	bool stunned; /* likewise: a stun of it was accepted */
	char *care; /* for a client: its owner's settings; on the heap, owned by the stored item */
	int64_t seen;  /* of the epoch; of a block when it began */
	int64_t until; /* 0 = no end */
};

struct persist {
	char path[PERSIST_PATH_MAX];
	int64_t remember_ms;
	uint32_t room;
	struct order items;
	uint8_t cursor[ORDER_KEY_MAX]; /* the item sent last */
	size_t cursor_len;
	bool sending; /* there may be more to send after it */
	bool dirty;
	bool failed; /* the last write, and that was logged */
	tick_t written;
	tick_t server; /* when the voice process started */
};

static inline int64_t persist_epoch(const struct clock *clock, tick_t at)
{
	return at == TICK_NEVER ? 0 : at + clock->epoch_ms;
}

/* Replaces the item with its key. */
void persist_items_put(struct persist *m, const struct item *i);
void persist_items_drop(struct persist *m, const struct item *i);

/* The stored item with the key of `i`; NULL if none. */
const struct item *persist_items_find(const struct persist *m, const struct item *i);

bool persist_items_counts(const struct persist *m, const struct item *i, int64_t now);

/* Drops items that are no longer valid; and all of them. */
void persist_items_forget(struct persist *m, int64_t now);
void persist_items_release(struct persist *m);

#endif
