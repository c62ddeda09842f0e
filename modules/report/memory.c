#include "report/memory.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/cursor.h"
#include "base/log.h"
#include "base/text.h"
#include "io/print.h"
#include "report/order.h"

#define LINE_MAX_LEN 160u
#define PATH_CAP (CONF_PATH_MAX + 16u)
#define LOCATION_AGE_MS INT64_C(86400000)
#define BACK_MS (10 * TICK_SECOND)    /* options that come so soon after a login belong to it */
#define SNAPSHOT_MS (5 * TICK_SECOND) /* how old a snapshot may be, and how long one is awaited */
#define RETRY_MS ((tick_t)100)

enum kind { BLOCK, LOCATION, SUBSCRIPTION };

static const char *const names[] = {"block", "location", "subscription"};

struct item {
	enum kind kind;
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
	char path[PATH_CAP];
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

static int64_t epoch(const struct clock *clock, tick_t at)
{
	return at == TICK_NEVER ? 0 : at + clock->epoch_ms;
}

static size_t key_of(const struct item *i, uint8_t key[static ORDER_KEY_MAX])
{
	struct wr w = wr_make(key, ORDER_KEY_MAX - 1);

	wr_u8(&w, (uint8_t)i->kind);
	switch (i->kind) {
	case BLOCK:
		wr_bytes(&w, i->what, strlen(i->what));
		break;
	case LOCATION:
		wr_u32(&w, i->tg);
		break;
	case SUBSCRIPTION:
		wr_u32(&w, i->client);
		wr_u8(&w, i->slot);
		wr_u32(&w, i->tg);
		break;
	}
	return wr_len(&w);
}

/* But for what the two clocks drift. */
static bool is_same(const struct item *a, const struct item *b)
{
	return a->tell == b->tell && a->alive == b->alive && a->dial == b->dial &&
	       a->client == b->client && a->slot == b->slot && a->conference == b->conference &&
	       a->seen == b->seen && llabs(a->until - b->until) < 1000;
}

/* Puts it in the place of the one with its key. */
static void put(struct memory *m, const struct item *i)
{
	uint8_t key[ORDER_KEY_MAX];
	size_t len = key_of(i, key);
	struct order_row *row = order_find(&m->items, key, len);

	if (!row && m->items.count >= m->room)
		return;
	struct item *kept = row ? row->value : NULL;
	if (kept && is_same(kept, i))
		return;
	if (!kept) {
		kept = malloc(sizeof(*kept));
		row = kept ? order_add(&m->items, key, len) : NULL;
		if (!row) {
			free(kept);
			return;
		}
		row->value = kept;
	}
	m->dirty = true;
	*kept = *i;
}

static void drop(struct memory *m, const struct item *i)
{
	uint8_t key[ORDER_KEY_MAX];
	void *gone = order_remove(&m->items, key, key_of(i, key));

	m->dirty |= gone != NULL;
	free(gone);
}

static bool counts(const struct memory *m, const struct item *i, int64_t now)
{
	switch (i->kind) {
	case BLOCK:
		return !i->until || i->until > now;
	case LOCATION:
		return now - i->seen < LOCATION_AGE_MS;
	case SUBSCRIPTION:
		return i->alive ||
		       ((!i->until || i->until > now) && now - i->seen <= m->remember_ms);
	}
	return false;
}

typedef void visitor(struct memory *m, struct item *i, const void *context);

static void visit(struct memory *m, visitor *each, const void *context)
{
	for (struct order_row *row = m->items.first[0]; row; row = row->next[0])
		each(m, row->value, context);
}

static void forget_old(struct memory *m, int64_t now)
{
	struct order_row *next;

	for (struct order_row *row = m->items.first[0]; row; row = next) {
		const struct item *i = row->value;
		next = row->next[0];
		if (!counts(m, i, now))
			drop(m, i);
	}
}

/* From the records. */

static void tell_all(struct memory *m)
{
	m->telling = true;
	m->cursor_len = 0;
}

/* A voice process that has just started knows no block, no location, and no session. */
static void begin_anew(struct memory *m, struct item *i, const void *context)
{
	(void)m;
	i->tell = i->kind != SUBSCRIPTION;
	if (i->alive)
		i->seen = *(const int64_t *)context;
	i->alive = false;
}

static void take_server(struct memory *m, const struct server_row *row, const struct clock *clock)
{
	int64_t now = epoch(clock, clock->now);

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

	if (i->kind != SUBSCRIPTION || i->client != b->client)
		return;
	if (b->ended) {
		i->seen = i->alive ? b->now : i->seen;
		i->alive = false;
	} else {
		i->tell = counts(m, i, b->now);
	}
}

static void take_session(struct memory *m, const struct record *r, const struct clock *clock)
{
	const struct back b = {r->session.client, epoch(clock, clock->now),
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
	const struct item i = {.kind = SUBSCRIPTION,
	                       .alive = true,
	                       .dial = row->mode == SUBSCRIPTION_DIAL,
	                       .slot = row->slot,
	                       .client = row->client,
	                       .tg = row->rf_tg,
	                       .conference = row->conference,
	                       .until = epoch(clock, row->until)};

	if (row->mode != SUBSCRIPTION_USER && row->mode != SUBSCRIPTION_DIAL)
		return;
	if (r->change == CHANGE_END)
		drop(m, &i);
	else
		put(m, &i);
}

static void take_call(struct memory *m, const struct record *r, const struct clock *clock)
{
	const struct item i = {.kind = LOCATION,
	                       .slot = r->call.slot,
	                       .client = r->call.origin,
	                       .tg = r->call.src,
	                       .seen = epoch(clock, r->at)};

	if (r->change != CHANGE_SNAPSHOT && *r->call.peer == 0)
		put(m, &i);
}

static void take_block(struct memory *m, const struct record *r, const struct clock *clock)
{
	struct item i = {.kind = BLOCK, .until = epoch(clock, r->block.until)};

	text_copy(i.what, sizeof(i.what), r->block.what);
	if (*r->block.refused) /* it will be again */
		return;
	if (r->change == CHANGE_END)
		drop(m, &i);
	else
		put(m, &i);
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
	case BLOCK:
		c->kind = COMMAND_BLOCK;
		c->tg = 0;
		text_put(&t, i->what);
		if (left > 0)
			text_format(&t, " %" PRId64 "s", left);
		break;
	case LOCATION:
		c->kind = COMMAND_LOCATE;
		text_format(&t, "%" PRId64, now > i->seen ? (now - i->seen) / 1000 : 0);
		break;
	case SUBSCRIPTION:
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
		if (i->tell && counts(m, i, now)) {
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

/* The file. */

static bool write_item(FILE *f, const struct item *i, int64_t now)
{
	int64_t seen = i->alive ? now : i->seen;

	switch (i->kind) {
	case BLOCK:
		return print(f, "block %s %" PRId64 "\n", i->what, i->until);
	case LOCATION:
		return print(f, "location %" PRIu32 " %" PRIu32 " %d %" PRId64 "\n", i->tg,
		            i->client, i->slot, seen);
	case SUBSCRIPTION:
		return print(f,
		            "subscription %" PRIu32 " %d %" PRIu32 " %" PRIu32 " %s %" PRId64
		            " %" PRId64 "\n",
		            i->client, i->slot, i->tg, i->conference, i->dial ? "dial" : "user",
		            seen, i->until);
	}
	return false;
}

static bool write_all(struct memory *m, FILE *f, int64_t now)
{
	bool good = print(f, "freedmr-state 1 %" PRId64 "\n", now);

	for (const struct order_row *row = m->items.first[0]; row; row = row->next[0])
		good &= write_item(f, row->value, now);
	good &= print(f, "end %" PRIu32 "\n", m->items.count);
	return fflush(f) == 0 && good && fsync(fileno(f)) == 0;
}

/* Whole and on the disk before it takes the place of the old one. */
static bool replace_file(struct memory *m, int64_t now)
{
	char beside[PATH_CAP + 8];
	struct text t = text_make(beside, sizeof(beside));

	text_format(&t, "%s.new", m->path);
	FILE *f = fopen(beside, "w");
	bool good = f && write_all(m, f, now);
	if (f && fclose(f) != 0)
		good = false;
	return good && rename(beside, m->path) == 0;
}

static void save(struct memory *m, const struct clock *clock)
{
	int64_t now = epoch(clock, clock->now);

	forget_old(m, now);
	m->written = clock->now;
	m->dirty = false;
	if (replace_file(m, now)) {
		m->failed = false;
		return;
	}
	if (!m->failed)
		log_error("state=%s cannot be written: %s", m->path, strerror(errno));
	m->failed = true;
	m->dirty = true;
}

struct line {
	const char *at;
	bool bad;
};

static uint64_t take_number(struct line *l, uint64_t max)
{
	const char *start = l->at;
	uint64_t v = 0;

	while (*l->at && *l->at != ' ')
		l->at++;
	l->bad |= !text_to_u64(start, (size_t)(l->at - start), 0, max, &v);
	if (*l->at == ' ')
		l->at++;
	return v;
}

static void take_text(struct line *l, char *out, size_t cap)
{
	const char *start = l->at;
	struct text t = text_make(out, cap);

	while (*l->at && *l->at != ' ')
		l->at++;
	text_bytes(&t, start, (size_t)(l->at - start));
	l->bad |= t.cut || t.len == 0;
	if (*l->at == ' ')
		l->at++;
}

static void read_item(struct line *l, struct item *i)
{
	char mode[8];

	switch (i->kind) {
	case BLOCK:
		take_text(l, i->what, sizeof(i->what));
		break;
	case LOCATION:
		i->tg = (uint32_t)take_number(l, UINT32_MAX);
		i->client = (uint32_t)take_number(l, UINT32_MAX);
		i->slot = (uint8_t)take_number(l, 2);
		i->seen = (int64_t)take_number(l, INT64_MAX);
		return;
	case SUBSCRIPTION:
		i->client = (uint32_t)take_number(l, UINT32_MAX);
		i->slot = (uint8_t)take_number(l, 2);
		i->tg = (uint32_t)take_number(l, UINT32_MAX);
		i->conference = (uint32_t)take_number(l, UINT32_MAX);
		take_text(l, mode, sizeof(mode));
		i->dial = strcmp(mode, "dial") == 0;
		l->bad |= !i->dial && strcmp(mode, "user") != 0;
		i->seen = (int64_t)take_number(l, INT64_MAX);
		break;
	}
	i->until = (int64_t)take_number(l, INT64_MAX);
}

/* Takes one line. False when it is none of ours. */
static bool read_line(struct memory *m, char *text)
{
	struct line l = {.at = text};
	char name[16];

	text[strcspn(text, "\n")] = 0;
	take_text(&l, name, sizeof(name));
	for (enum kind k = BLOCK; k <= SUBSCRIPTION; k++) {
		struct item i = {.kind = k};
		if (strcmp(name, names[k]) != 0)
			continue;
		read_item(&l, &i);
		if (l.bad || *l.at)
			return false;
		put(m, &i);
		return true;
	}
	return false;
}

/* Everything up to the line that tells how many there are. */
static bool read_lines(struct memory *m, FILE *f)
{
	char text[LINE_MAX_LEN], end[32];
	uint32_t lines = 0;

	if (!fgets(text, sizeof(text), f) || strncmp(text, "freedmr-state 1 ", 16) != 0)
		return false;
	while (fgets(text, sizeof(text), f)) {
		struct text t = text_make(end, sizeof(end));
		text_format(&t, "end %" PRIu32 "\n", lines);
		if (strcmp(text, end) == 0)
			return fgetc(f) == EOF;
		if (!strchr(text, '\n') || !read_line(m, text))
			return false;
		lines++;
	}
	return false;
}

static void release(struct memory *m)
{
	while (m->items.first[0])
		free(order_remove(&m->items, m->items.first[0]->key, m->items.first[0]->key_len));
}

static void set_aside(struct memory *m)
{
	char damaged[PATH_CAP + 8];
	struct text t = text_make(damaged, sizeof(damaged));

	release(m);
	text_format(&t, "%s.damaged", m->path);
	bool moved = rename(m->path, damaged) == 0;
	log_error("state=%s is damaged: nothing of it counts, %s %s", m->path,
	          moved ? "it is now" : "it could not be renamed to", damaged);
}

static void load(struct memory *m, const struct clock *clock)
{
	FILE *f = fopen(m->path, "r");

	if (!f) {
		if (errno != ENOENT)
			log_error("state=%s: %s", m->path, strerror(errno));
		return;
	}
	bool good = read_lines(m, f);
	fclose(f);
	if (!good)
		set_aside(m);
	forget_old(m, epoch(clock, clock->now));
	m->dirty = false;
	if (good)
		log_info("state=%s remembered=%" PRIu32, m->path, m->items.count);
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
	load(m, clock);
	return m;
}

void memory_close(struct memory *m, const struct clock *clock)
{
	if (m->dirty)
		save(m, clock);
	release(m);
	free(m);
}

static bool is_due(const struct memory *m, const struct clock *clock)
{
	return m->dirty && clock->now - m->written >= MEMORY_EVERY_MS;
}

void memory_serve(struct memory *m, struct link *link, const struct model *model,
                  const struct clock *clock)
{
	tell(m, link, epoch(clock, clock->now));
	if (!is_due(m, clock))
		return;
	bool silent = clock->now - m->written >= MEMORY_EVERY_MS + SNAPSHOT_MS;
	if (silent || clock->now - model_fresh_at(model) < SNAPSHOT_MS)
		save(m, clock);
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
