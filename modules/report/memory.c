#include "report/memory.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "report/memory_file.h"
#include "report/remembered.h"

#define BACK_MS (10 * TICK_SECOND)    /* options that come so soon after a login belong to it */
#define SNAPSHOT_MS (5 * TICK_SECOND) /* how old a snapshot may be, and how long one is awaited */
#define RETRY_MS ((tick_t)100)

/* From the records. */

typedef void visitor(struct memory *m, struct item *i, const void *context);

static void visit(struct memory *m, visitor *each, const void *context)
{
	for (struct order_row *row = m->items.first[0]; row; row = row->next[0])
		each(m, row->value, context);
}

static void tell_all(struct memory *m)
{
	m->telling = true;
	m->cursor_len = 0;
}

/* A voice process that has just started knows no block, no location, and no session. */
static void begin_anew(struct memory *m, struct item *i, const void *context)
{
	(void)m;
	i->tell = i->kind != ITEM_SUBSCRIPTION;
	if (i->alive)
		i->seen = *(const int64_t *)context;
	i->alive = false;
}

static void take_server(struct memory *m, const struct server_row *row, const struct clock *clock)
{
	int64_t now = remembered_epoch(clock, clock->now);

	if (row->started == m->server)
		return;
	m->server = row->started;
	visit(m, begin_anew, &now);
	tell_all(m);
}

struct back {
	uint32_t client;
	int64_t now;
	bool ended;
};

static void turn_client(struct memory *m, struct item *i, const void *context)
{
	const struct back *b = context;

	if (i->kind != ITEM_SUBSCRIPTION || i->client != b->client)
		return;
	if (b->ended) {
		i->seen = i->alive ? b->now : i->seen;
		i->alive = false;
	} else {
		i->tell = remembered_counts(m, i, b->now);
	}
}

static void take_session(struct memory *m, const struct record *r, const struct clock *clock)
{
	const struct back b = {r->session.client, remembered_epoch(clock, clock->now),
	                       r->change == CHANGE_END};

	if (r->change == CHANGE_SNAPSHOT ||
	    (r->change == CHANGE_UPDATE && r->at - r->session.since > BACK_MS))
		return;
	visit(m, turn_client, &b);
	if (!b.ended)
		tell_all(m);
}

static void take_subscription(struct memory *m, const struct record *r, const struct clock *clock)
{
	const struct subscription_row *row = &r->subscription;
	const struct item i = {.kind = ITEM_SUBSCRIPTION,
	                       .alive = true,
	                       .dial = row->mode == SUBSCRIPTION_DIAL,
	                       .slot = row->slot,
	                       .client = row->client,
	                       .tg = row->rf_tg,
	                       .conference = row->conference,
	                       .until = remembered_epoch(clock, row->until)};

	if (row->mode != SUBSCRIPTION_USER && row->mode != SUBSCRIPTION_DIAL)
		return;
	if (r->change == CHANGE_END)
		remembered_drop(m, &i);
	else
		remembered_put(m, &i);
}

static void take_call(struct memory *m, const struct record *r, const struct clock *clock)
{
	const struct item i = {.kind = ITEM_LOCATION,
	                       .slot = r->call.slot,
	                       .client = r->call.origin,
	                       .tg = r->call.src,
	                       .seen = remembered_epoch(clock, r->at)};

	if (r->change != CHANGE_SNAPSHOT && *r->call.peer == 0)
		remembered_put(m, &i);
}

static void take_block(struct memory *m, const struct record *r, const struct clock *clock)
{
	struct item i = {.kind = ITEM_BLOCK, .until = remembered_epoch(clock, r->block.until)};

	text_copy(i.what, sizeof(i.what), r->block.what);
	if (*r->block.refused) /* it will be again */
		return;
	if (r->change == CHANGE_END)
		remembered_drop(m, &i);
	else
		remembered_put(m, &i);
}

void memory_take(struct memory *m, const struct record *r, const struct clock *clock)
{
	if (r->kind == RECORD_SERVER)
		take_server(m, &r->server, clock);
	if (r->kind == RECORD_SESSION)
		take_session(m, r, clock);
	if (r->kind == RECORD_SUBSCRIPTION)
		take_subscription(m, r, clock);
	if (r->kind == RECORD_CALL)
		take_call(m, r, clock);
	if (r->kind == RECORD_BLOCK)
		take_block(m, r, clock);
}

/* To the voice process. */

static void make_command(struct command *c, const struct item *i, int64_t now)
{
	struct text t = text_make(c->text, sizeof(c->text));
	int64_t left = i->until ? (i->until - now + 999) / 1000 : 0;

	*c = (struct command){.client = i->client, .slot = i->slot, .tg = i->tg};
	switch (i->kind) {
	case ITEM_BLOCK:
		c->kind = COMMAND_BLOCK;
		c->tg = 0;
		text_put(&t, i->what);
		if (left > 0)
			text_format(&t, " %" PRId64 "s", left);
		break;
	case ITEM_LOCATION:
		c->kind = COMMAND_LOCATE;
		text_format(&t, "%" PRId64, now > i->seen ? (now - i->seen) / 1000 : 0);
		break;
	case ITEM_SUBSCRIPTION:
		c->kind = COMMAND_RESTORE;
		text_format(&t, "%s %" PRIu32 " %" PRId64, i->dial ? "dial" : "user", i->conference,
		            left);
		break;
	}
}

/* The rest waits for room in the pipe. */
static void tell(struct memory *m, struct link *link, int64_t now)
{
	struct order_row *row;
	struct command c;

	while (m->telling &&
	       (row = order_after(&m->items, m->cursor, m->cursor_len, m->cursor_len == 0))) {
		struct item *i = row->value;
		if (i->tell && remembered_counts(m, i, now)) {
			make_command(&c, i, now);
			if (link_command(link, &c) == 0)
				return;
		}
		i->tell = false;
		memcpy(m->cursor, row->key, row->key_len);
		m->cursor_len = row->key_len;
	}
	m->telling = false;
}

struct memory *memory_open(const struct conf *conf, const struct clock *clock)
{
	struct memory *m = *conf->server.state ? calloc(1, sizeof(*m)) : NULL;

	if (!m)
		return NULL;
	text_copy(m->path, sizeof(m->path), conf->server.state);
	m->remember_ms = conf->server.remember_ms;
	m->room = conf->limits.subscriptions + conf->limits.locations + 256;
	m->written = TICK_LONG_AGO;
	m->server = TICK_LONG_AGO;
	memory_file_load(m, clock);
	return m;
}

void memory_close(struct memory *m, const struct clock *clock)
{
	if (m->dirty)
		memory_file_save(m, clock);
	remembered_release(m);
	free(m);
}

static bool is_due(const struct memory *m, const struct clock *clock)
{
	return m->dirty && clock->now - m->written >= MEMORY_EVERY_MS;
}

void memory_serve(struct memory *m, struct link *link, const struct model *model,
                  const struct clock *clock)
{
	tell(m, link, remembered_epoch(clock, clock->now));
	if (!is_due(m, clock))
		return;
	bool silent = clock->now - m->written >= MEMORY_EVERY_MS + SNAPSHOT_MS;
	if (silent || clock->now - model_fresh_at(model) < SNAPSHOT_MS)
		memory_file_save(m, clock);
	else
		link_refresh(link, model_in_snapshot(model), clock->now);
}

tick_t memory_next(const struct memory *m, const struct clock *clock)
{
	tick_t due = m->written + MEMORY_EVERY_MS;

	if (m->telling)
		return clock->now + RETRY_MS;
	if (!m->dirty)
		return TICK_NEVER;
	return due > clock->now ? due : clock->now + RETRY_MS;
}
