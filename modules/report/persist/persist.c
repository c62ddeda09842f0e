#include "report/persist/persist.h"

#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "report/persist/persist_file.h"
#include "report/persist/persist_items.h"

#define BACK_MS (10 * TICK_SECOND) /* options this soon after a login belong to it */
#define SNAPSHOT_MS                                                                                \
	(5 * TICK_SECOND) /* maximum age of a snapshot, and time limit of waiting for one */
#define RETRY_MS ((tick_t)100)

/* From the records. */

typedef void visitor(struct persist *m, struct item *i, const void *context);

static void visit(struct persist *m, visitor *each, const void *context)
{
	for (struct order_row *row = m->items.first[0]; row; row = row->next[0])
		each(m, row->value, context);
}

static void tell_all(struct persist *m)
{
	m->sending = true;
	m->cursor_len = 0;
}

/* A voice process that has just started knows no block, no location, and no session. */
static void begin_anew(struct persist *m, struct item *i, const void *context)
{
	(void)m;
	i->tell = i->kind != ITEM_SUBSCRIPTION;
	if (i->alive)
		i->seen = *(const int64_t *)context;
	i->alive = false;
}

static void take_server(struct persist *m, const struct server_row *row, const struct clock *clock)
{
	int64_t now = persist_epoch(clock, clock->now);

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

static void turn_client(struct persist *m, struct item *i, const void *context)
{
	const struct back *b = context;

	if (i->kind == ITEM_CARE && i->client == b->client)
		i->tell = !b->ended;
	if (i->kind != ITEM_SUBSCRIPTION || i->client != b->client)
		return;
	if (b->ended) {
		i->seen = i->alive ? b->now : i->seen;
		i->alive = false;
	} else {
		i->tell = persist_items_counts(m, i, b->now);
	}
}

static void take_session(struct persist *m, const struct record *r, const struct clock *clock)
{
	const struct back b = {r->session.client, persist_epoch(clock, clock->now),
	                       r->change == CHANGE_END};

	if (r->change == CHANGE_SNAPSHOT ||
	    (r->change == CHANGE_UPDATE && r->at - r->session.since > BACK_MS))
		return;
	visit(m, turn_client, &b);
	if (!b.ended)
		tell_all(m);
}

static void take_subscription(struct persist *m, const struct record *r, const struct clock *clock)
{
	const struct subscription_row *row = &r->subscription;
	const struct item i = {.kind = ITEM_SUBSCRIPTION,
	                       .alive = true,
	                       .dial = row->mode == SUBSCRIPTION_DIAL,
	                       .slot = row->slot,
	                       .client = row->client,
	                       .tg = row->rf_tg,
	                       .conference = row->conference,
	                       .until = persist_epoch(clock, row->until)};

	if (row->mode != SUBSCRIPTION_USER && row->mode != SUBSCRIPTION_DIAL)
		return;
	if (r->change == CHANGE_END)
		persist_items_drop(m, &i);
	else
		persist_items_put(m, &i);
}

static void take_call(struct persist *m, const struct record *r, const struct clock *clock)
{
	const struct item i = {.kind = ITEM_LOCATION,
	                       .slot = r->call.slot,
	                       .client = r->call.origin.index,
	                       .tg = r->call.src,
	                       .seen = persist_epoch(clock, r->at)};

	if (r->change != CHANGE_SNAPSHOT && r->call.origin.kind == SOURCE_CLIENT &&
	    r->call.state == CALL_RUNNING)
		persist_items_put(m, &i);
}

static void take_block(struct persist *m, const struct record *r, const struct clock *clock)
{
	struct item i = {.kind = ITEM_BLOCK,
	                 .seen = persist_epoch(clock, r->block.since),
	                 .until = persist_epoch(clock, r->block.until)};

	text_copy(i.what, sizeof(i.what), r->block.what);
	if (*r->block.refused) /* it will be sent again */
		return;
	if (r->change == CHANGE_END)
		persist_items_drop(m, &i);
	else
		persist_items_put(m, &i);
}

/* A row without an address drops the known one, unless that was not yet sent to voice. */
static void take_peer(struct persist *m, const struct record *r)
{
	struct item i = {.kind = ITEM_NEIGHBOUR, .at = r->peer.at};
	const struct item *kept;

	text_copy(i.what, sizeof(i.what), r->peer.name);
	kept = persist_items_find(m, &i);
	i.stunned = (kept && kept->stunned) || r->peer.stunned_by == ISSUER_NEIGHBOUR;
	if (r->change == CHANGE_END || (!i.at.port && kept && !kept->tell))
		persist_items_drop(m, &i);
	else if (i.at.port)
		persist_items_put(m, &i);
}

void persist_take(struct persist *m, const struct record *r, const struct clock *clock)
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
	if (r->kind == RECORD_PEER)
		take_peer(m, r);
}

/* To the voice process. */

/* False if the blocked target cannot be parsed. */
static bool make_command(struct command *c, const struct item *i, int64_t now)
{
	int64_t left = i->until ? (i->until - now + 999) / 1000 : 0;
	uint32_t seconds = (uint32_t)(left > 0 ? left : 0);

	*c = (struct command){.kind = COMMAND_KINDS};
	switch (i->kind) {
	case ITEM_BLOCK:
		c->kind = COMMAND_BLOCK;
		c->block.ms = (tick_t)seconds * TICK_SECOND;
		c->block.ago = i->seen > 0 && i->seen < now ? now - i->seen : 0;
		return block_target_parse(i->what, strlen(i->what), &c->block.target);
	case ITEM_CARE:
		c->kind = COMMAND_CARE;
		c->care.client = i->client;
		text_copy(c->care.text, sizeof(c->care.text), i->care);
		break;
	case ITEM_NEIGHBOUR:
		c->kind = COMMAND_NEIGHBOUR;
		text_copy(c->neighbour.name, sizeof(c->neighbour.name), i->what);
		c->neighbour.at = i->at;
		c->neighbour.stunned = i->stunned;
		break;
	case ITEM_LOCATION:
		c->kind = COMMAND_LOCATE;
		c->locate.client = i->client;
		c->locate.slot = i->slot;
		c->locate.radio = i->tg;
		c->locate.seconds = (uint32_t)(now > i->seen ? (now - i->seen) / 1000 : 0);
		break;
	case ITEM_SUBSCRIPTION:
		c->kind = COMMAND_RESTORE;
		c->restore.client = i->client;
		c->restore.slot = i->slot;
		c->restore.tg = i->tg;
		c->restore.mode = i->dial ? SUBSCRIPTION_DIAL : SUBSCRIPTION_USER;
		c->restore.conference = i->conference;
		c->restore.seconds = seconds;
		break;
	}
	return true;
}

/* The rest waits until the pipe has room. */
static void tell(struct persist *m, struct voice_pipe *link, int64_t now)
{
	struct order_row *row;
	struct command c;

	while (m->sending &&
	       (row = order_after(&m->items, m->cursor, m->cursor_len, m->cursor_len == 0))) {
		struct item *i = row->value;
		if (i->tell && persist_items_counts(m, i, now) && make_command(&c, i, now) &&
		    voice_pipe_command(link, &c) == 0)
			return;
		i->tell = false;
		memcpy(m->cursor, row->key, row->key_len);
		m->cursor_len = row->key_len;
	}
	m->sending = false;
}

const char *persist_care(const struct persist *m, uint32_t client)
{
	const struct item *i =
		persist_items_find(m, &(struct item){.kind = ITEM_CARE, .client = client});

	return i ? i->care : "";
}

void persist_set_care(struct persist *m, uint32_t client, const char *text)
{
	char care[SESSION_CARE_MAX];
	const struct item i = {.kind = ITEM_CARE, .client = client, .care = care};

	text_copy(care, sizeof(care), text);

	if (*text)
		persist_items_put(m, &i);
	else
		persist_items_drop(m, &i);
}

static bool is_neighbour(const struct conf *conf, const char *name)
{
	for (uint32_t i = 0; i < conf->peer_count; i++)
		if (strcmp(conf->peer[i].name, name) == 0)
			return true;
	return false;
}

/* Neighbours that were taken out of the configuration. */
static void drop_strangers(struct persist *m, const struct conf *conf)
{
	struct order_row *next;

	for (struct order_row *row = m->items.first[0]; row; row = next) {
		const struct item *i = row->value;
		next = row->next[0];
		if (i->kind == ITEM_NEIGHBOUR && !is_neighbour(conf, i->what))
			persist_items_drop(m, i);
	}
}

struct persist *persist_open(const struct conf *conf, const struct clock *clock)
{
	struct persist *m = *conf->server.state ? calloc(1, sizeof(*m)) : NULL;

	if (!m)
		return NULL;
	text_copy(m->path, sizeof(m->path), conf->server.state);
	m->remember_ms = conf->server.remember_ms;
	m->room = conf->limits.subscriptions + conf->limits.locations + 256 + conf->limits.peers;
	m->written = TICK_LONG_AGO;
	m->server = TICK_LONG_AGO;
	persist_file_load(m, clock);
	drop_strangers(m, conf);
	return m;
}

void persist_close(struct persist *m, const struct clock *clock)
{
	if (m->dirty)
		persist_file_save(m, clock);
	persist_items_release(m);
	free(m);
}

void persist_follow(struct persist *m, const struct conf *conf)
{
	m->remember_ms = conf->server.remember_ms;
}

static bool is_due(const struct persist *m, const struct clock *clock)
{
	return m->dirty && clock->now - m->written >= PERSIST_EVERY_MS;
}

void persist_serve(struct persist *m, struct voice_pipe *link, const struct model *model,
                   const struct clock *clock)
{
	tell(m, link, persist_epoch(clock, clock->now));
	if (!is_due(m, clock))
		return;
	bool silent = clock->now - m->written >= PERSIST_EVERY_MS + SNAPSHOT_MS;
	if (silent || clock->now - model_fresh_at(model) < SNAPSHOT_MS)
		persist_file_save(m, clock);
	else
		voice_pipe_refresh(link, model_in_snapshot(model), clock->now);
}

tick_t persist_next(const struct persist *m, const struct clock *clock)
{
	tick_t due = m->written + PERSIST_EVERY_MS;

	if (m->sending)
		return clock->now + RETRY_MS;
	if (!m->dirty)
		return TICK_NEVER;
	return due > clock->now ? due : clock->now + RETRY_MS;
}
