#include "report/history/history.h"

#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "report/history/history_file.h"
#include "report/history/history_inside.h"

static const uint32_t periods_of[HISTORY_SPANS] = {HISTORY_HOURS, HISTORY_DAYS};
static const int64_t length_of[HISTORY_SPANS] = {HISTORY_HOUR_MS, HISTORY_DAY_MS};

/* Making. */

/* The largest answer while it is gathered, and those that are kept. */
static size_t answers_size(uint32_t top)
{
	size_t kept = top > HISTORY_DAYS ? top : HISTORY_DAYS;

	return (HISTORY_DAYS * top + HISTORY_OPEN_MAX + HISTORY_VIEWS * kept) *
	       sizeof(struct history_row);
}

size_t history_size(const struct conf_report *conf)
{
	size_t size = sizeof(struct history) + sizeof(struct history_open) +
	              conf->last_heard * sizeof(struct history_call) +
	              answers_size(conf->history_top);

	for (int span = 0; span < HISTORY_SPANS; span++)
		size += HISTORY_KINDS *
		        (sizeof(struct history_calendar) +
		         periods_of[span] * (sizeof(struct history_closed) +
		                             conf->history_top * sizeof(struct history_row)));
	return size;
}

static struct history_calendar *calendar_make(uint32_t periods, uint32_t top)
{
	struct history_calendar *c = calloc(1, sizeof(*c));

	if (!c)
		return NULL;
	c->periods = periods;
	c->closed = calloc(periods, sizeof(c->closed[0]));
	c->row = calloc((size_t)periods * top, sizeof(c->row[0]));
	return c;
}

static void calendar_free(struct history_calendar *c)
{
	if (!c)
		return;
	free(c->closed);
	free(c->row);
	free(c);
}

void history_free(struct history *h)
{
	for (int span = 0; span < HISTORY_SPANS; span++)
		for (int kind = 0; kind < HISTORY_KINDS; kind++)
			calendar_free(h->calendar[span][kind]);
	for (size_t i = 0; i < HISTORY_VIEWS; i++)
		free(h->view[i].row);
	free(h->ever);
	free(h->heard);
	free(h);
}

struct history *history_make(const struct conf *conf)
{
	struct history *h = calloc(1, sizeof(*h));

	if (!h)
		return NULL;
	text_copy(h->path, sizeof(h->path), conf->report.history);
	h->server = conf->server.id;
	h->top = conf->report.history_top;
	h->heard_max = conf->report.last_heard;
	h->ever = calloc(1, sizeof(*h->ever));
	h->heard = calloc(h->heard_max, sizeof(h->heard[0]));
	bool good = h->ever && h->heard;
	for (int span = 0; span < HISTORY_SPANS; span++) {
		for (int kind = 0; kind < HISTORY_KINDS; kind++) {
			struct history_calendar *c = calendar_make(periods_of[span], h->top);
			h->calendar[span][kind] = c;
			good &= c && c->closed && c->row;
		}
	}
	if (good)
		return h;
	history_free(h);
	return NULL;
}

void history_empty(struct history *h)
{
	for (int span = 0; span < HISTORY_SPANS; span++) {
		for (int kind = 0; kind < HISTORY_KINDS; kind++) {
			struct history_calendar *c = h->calendar[span][kind];
			history_open_clear(&c->open, HISTORY_UNDATED);
			memset(c->closed, 0, c->periods * sizeof(c->closed[0]));
		}
	}
	h->heard_total = 0;
	h->link_count = 0;
	h->dirty = false;
}

struct history *history_open(const struct conf *conf, const struct clock *clock)
{
	struct history *h = history_make(conf);

	if (!h)
		return NULL;
	h->written = h->saved = clock->now;
	if (*h->path)
		history_file_load(h);
	return h;
}

void history_close(struct history *h, const struct clock *clock)
{
	if (h->dirty && *h->path)
		history_file_save(h, clock);
	history_free(h);
}

/* Periods. */

static void close_period(struct history *h, struct history_calendar *c)
{
	struct history_open *o = &c->open;
	uint32_t slot = history_slot(c, o->number);
	struct history_closed *closed = &c->closed[slot];

	closed->number = o->number;
	closed->rest = o->rest;
	closed->count = history_cut(o->row, o->count, h->top, &closed->rest);
	memcpy(history_rows(h, c, slot), o->row, closed->count * sizeof(o->row[0]));
}

/* Reopens a finished period: the clock was set back. */
static void open_again(struct history *h, struct history_calendar *c)
{
	uint32_t slot = history_slot(c, c->open.number);
	struct history_closed *closed = &c->closed[slot];
	const struct history_row *rows = history_rows(h, c, slot);

	if (closed->number != c->open.number)
		return;
	for (uint32_t i = 0; i < closed->count; i++)
		history_open_add(&c->open, rows[i].id, &rows[i].of);
	history_sum(&c->open.rest, &closed->rest);
	*closed = (struct history_closed){.number = HISTORY_UNDATED};
}

/* What was counted while the clock was not set moves to the first period with a number. */
static void turn_page(struct history *h, struct history_calendar *c, int64_t number)
{
	if (number == c->open.number)
		return;
	if (c->open.number != HISTORY_UNDATED) {
		close_period(h, c);
		history_open_clear(&c->open, number);
	}
	c->open.number = number;
	if (number != HISTORY_UNDATED)
		open_again(h, c);
}

static void add(struct history *h, enum history_kind kind, uint32_t id,
                const struct history_figures *f, int64_t epoch_ms)
{
	for (int span = 0; span < HISTORY_SPANS; span++) {
		struct history_calendar *c = h->calendar[span][kind];
		int64_t number = epoch_ms >= HISTORY_CLOCK_SET_MS ? epoch_ms / length_of[span]
		                                                  : HISTORY_UNDATED;
		turn_page(h, c, number);
		history_open_add(&c->open, id, f);
	}
	h->dirty = true;
}

/* Links. */

uint32_t history_link_find(const struct history *h, const char *name)
{
	for (uint32_t i = 0; i < h->link_count; i++)
		if (strcmp(h->link[i].name, name) == 0)
			return i + 1;
	return 0;
}

uint32_t history_link_make(struct history *h, const char *name)
{
	uint32_t id = history_link_find(h, name);

	if (id || h->link_count == HISTORY_LINKS_MAX || !*name)
		return id;
	struct history_link *link = &h->link[h->link_count++];
	*link = (struct history_link){.known = false};
	text_copy(link->name, sizeof(link->name), name);
	return h->link_count;
}

const char *history_link_name(const struct history *h, uint32_t id)
{
	return id > 0 && id <= h->link_count ? h->link[id - 1].name : "";
}

/* A link has its own counter of refusals, which restarts with the voice process. */
static void take_link(struct history *h, const struct peer_row *row, int64_t epoch_ms)
{
	uint32_t id = history_link_make(h, row->name);
	struct history_link *link = id ? &h->link[id - 1] : NULL;

	if (!link)
		return;
	uint64_t more = link->known && row->refused_total >= link->refused
	                        ? row->refused_total - link->refused
	                        : 0;
	struct history_figures f = {.refusals = more < UINT32_MAX ? (uint32_t)more : UINT32_MAX};
	if (more > 0)
		add(h, HISTORY_LINKS, id, &f, epoch_ms);
	link->known = true;
	link->refused = row->refused_total;
}

/* Far enough from both limits for arithmetic. */
static tick_t sane(tick_t at)
{
	if (at < TICK_LONG_AGO)
		return TICK_LONG_AGO;
	return at > -TICK_LONG_AGO ? -TICK_LONG_AGO : at;
}

/* Calls. */

void history_heard_put(struct history *h, const struct history_call *call)
{
	h->heard[h->heard_total++ % h->heard_max] = *call;
}

static void put_heard(struct history *h, const struct record *r)
{
	const struct call_row *c = &r->call;
	struct history_call x = {
		.cause = r->cause,
		.ended = sane(r->at),
		.started = sane(c->started),
		.origin = c->origin,
		.stream = c->stream,
		.generation = c->generation,
		.src = c->src,
		.dst = c->dst,
		.conference = c->conference,
		.frames = c->frames,
		.lost = c->lost,
		.late = c->late,
		.duplicate = c->duplicate,
		.ber_errors = c->ber_errors,
		.listeners = c->listeners,
		.server = c->server,
		.repeater = c->repeater,
		.delay_ms = c->delay_ms,
		.slot = c->slot,
		.state = (uint8_t)c->state,
		.rssi = c->rssi,
		.hops = c->hops,
		.unit = c->unit,
		.data = c->data,
	};

	text_copy(x.peer, sizeof(x.peer), c->peer);
	text_copy(x.talker, sizeof(x.talker), c->talker);
	text_copy(x.position, sizeof(x.position), c->position);
	history_heard_put(h, &x);
	h->dirty = true;
}

bool history_heard(const struct history *h, uint32_t nth, const struct clock *clock,
                   struct record *out)
{
	if (nth >= h->heard_max || nth >= h->heard_total)
		return false;
	const struct history_call *x = &h->heard[(h->heard_total - 1 - nth) % h->heard_max];
	tick_t less = x->dated ? clock->epoch_ms : 0;
	*out = (struct record){
		.kind = RECORD_CALL,
		.change = CHANGE_END,
		.cause = x->cause,
		.at = x->ended - less,
		.call = {.origin = x->origin,
	                 .stream = x->stream,
	                 .generation = x->generation,
	                 .started = x->started - less,
	                 .slot = x->slot,
	                 .src = x->src,
	                 .dst = x->dst,
	                 .conference = x->conference,
	                 .unit = x->unit,
	                 .data = x->data,
	                 .state = (enum call_state)x->state,
	                 .frames = x->frames,
	                 .lost = x->lost,
	                 .late = x->late,
	                 .duplicate = x->duplicate,
	                 .ber_errors = x->ber_errors,
	                 .rssi = x->rssi,
	                 .listeners = x->listeners,
	                 .server = x->server,
	                 .repeater = x->repeater,
	                 .hops = x->hops,
	                 .delay_ms = x->delay_ms},
	};
	text_copy(out->call.peer, sizeof(out->call.peer), x->peer);
	text_copy(out->call.talker, sizeof(out->call.talker), x->talker);
	text_copy(out->call.position, sizeof(out->call.position), x->position);
	return true;
}

/* A call that found the talkgroup busy to the end was never carried. */
static struct history_figures figures_of(const struct record *r)
{
	const struct call_row *c = &r->call;
	tick_t ms = sane(r->at) - sane(c->started);

	if (c->state != CALL_RUNNING)
		return (struct history_figures){.refusals = 1};
	return (struct history_figures){.calls = 1,
	                                .frames = c->frames,
	                                .lost = c->lost,
	                                .errors = c->ber_errors,
	                                .ms = ms > 0 ? (uint64_t)ms : 0};
}

static void take_call(struct history *h, const struct record *r, int64_t epoch_ms)
{
	const struct call_row *c = &r->call;
	struct history_figures f = figures_of(r);
	uint32_t link = *c->peer ? history_link_make(h, c->peer) : 0;

	put_heard(h, r);
	if (c->data)
		return;
	if (!c->unit) {
		add(h, HISTORY_TALKGROUPS, c->conference, &f, epoch_ms);
		history_open_add(h->ever, c->conference, &f);
	}
	if (c->origin.kind == SOURCE_CLIENT)
		add(h, HISTORY_CLIENTS, c->origin.index, &f, epoch_ms);
	add(h, HISTORY_RADIOS, c->src, &f, epoch_ms);
	if (link && f.calls)
		add(h, HISTORY_LINKS, link, &f, epoch_ms);
}

void history_take(struct history *h, const struct record *r, const struct clock *clock)
{
	static const struct history_figures refused = {.refusals = 1};
	int64_t epoch_ms = sane(r->at) + clock->epoch_ms;

	if (r->kind == RECORD_CALL && r->change == CHANGE_END)
		take_call(h, r, epoch_ms);
	if (r->kind == RECORD_REFUSAL)
		add(h, HISTORY_CLIENTS, r->refusal.client, &refused, epoch_ms);
	if (r->kind == RECORD_PEER && r->change != CHANGE_END)
		take_link(h, &r->peer, epoch_ms);
}

/* Writing. */

void history_serve(struct history *h, const struct clock *clock)
{
	if (clock->now >= history_next(h))
		history_file_save(h, clock);
}

tick_t history_next(const struct history *h)
{
	return h->dirty && *h->path ? h->written + HISTORY_EVERY_MS : TICK_NEVER;
}

struct history_health history_health(const struct history *h)
{
	return (struct history_health){.kept = *h->path,
	                               .written = h->saved,
	                               .writes_total = h->writes_total,
	                               .failures_total = h->failures_total};
}

bool history_busiest(struct history *h, uint32_t nth, struct history_row *out)
{
	if (nth == 0)
		h->busiest_count = history_open_top(h->ever, HISTORY_BUSIEST, h->busiest);
	if (nth >= h->busiest_count)
		return false;
	*out = h->busiest[nth];
	return true;
}

static uint64_t ms_of(const struct history_row *rows, uint32_t count, uint32_t id)
{
	for (uint32_t i = 0; i < count; i++)
		if (rows[i].id == id)
			return rows[i].of.ms;
	return 0;
}

void history_activity(const struct history *h, uint32_t talkgroup, int64_t now_ms,
                      uint64_t out[static HISTORY_ACTIVITY])
{
	const struct history_calendar *c = h->calendar[HISTORY_BY_HOUR][HISTORY_TALKGROUPS];
	int64_t first = now_ms / HISTORY_HOUR_MS - (HISTORY_ACTIVITY - 1);

	for (uint32_t i = 0; i < HISTORY_ACTIVITY; i++) {
		int64_t hour = first < 0 ? (int64_t)i : first + i;
		uint32_t slot = history_slot(c, hour);
		if (c->open.number == hour)
			out[i] = ms_of(c->open.row, c->open.count, talkgroup);
		else if (c->closed[slot].number == hour)
			out[i] = ms_of(history_rows(h, c, slot), c->closed[slot].count, talkgroup);
		else
			out[i] = 0;
	}
}
