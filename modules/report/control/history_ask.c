#include "report/control/history_ask.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "report/history/history_inside.h"
#include "report/control/request.h"

/* Answering. */

static bool is_asked(const struct history_question *q, int64_t number)
{
	return number >= q->first && number <= q->last;
}

struct gathered {
	const struct history_question *q;
	struct history_view *v;
	struct history_row *row;
	uint32_t count;
};

static void gather(struct gathered *g, int64_t number, const struct history_row *rows,
                   uint32_t count)
{
	for (uint32_t i = 0; i < count; i++) {
		history_sum(&g->v->total, &rows[i].of);
		if (g->q->of_one && rows[i].id != g->q->id)
			continue;
		g->row[g->count] = rows[i];
		if (g->q->of_one)
			g->row[g->count].id = (uint32_t)number;
		g->count++;
	}
}

static void gather_all(struct gathered *g, const struct history *h,
                       const struct history_calendar *c)
{
	for (uint32_t slot = 0; slot < c->periods; slot++) {
		const struct history_closed *closed = &c->closed[slot];
		if (closed->number == HISTORY_UNDATED || !is_asked(g->q, closed->number))
			continue;
		gather(g, closed->number, history_rows(h, c, slot), closed->count);
		history_sum(&g->v->rest, &closed->rest);
	}
	if (c->open.number == HISTORY_UNDATED || !is_asked(g->q, c->open.number))
		return;
	gather(g, c->open.number, c->open.row, c->open.count);
	history_sum(&g->v->rest, &c->open.rest);
}

/* The maximum number of rows. */
static uint32_t count_rows(const struct history_calendar *c, const struct history_question *q)
{
	uint32_t count = c->open.count;

	for (uint32_t slot = 0; slot < c->periods; slot++)
		count += is_asked(q, c->closed[slot].number) ? c->closed[slot].count : 0;
	return count;
}

/* An answer is kept for long, and most of the room was for rows that were merged or summed. */
static void give_back(struct history_view *v)
{
	struct history_row *fewer = realloc(v->row, (v->count + 1) * sizeof(v->row[0]));

	v->row = fewer ? fewer : v->row;
}

uint64_t history_ask(struct history *h, const struct history_question *q)
{
	const struct history_calendar *c = h->calendar[q->by_day][q->kind];
	struct history_view *v = &h->view[h->serial % HISTORY_VIEWS];
	uint32_t room = count_rows(c, q);

	free(v->row);
	*v = (struct history_view){.asked = *q, .row = malloc((room + 1) * sizeof(v->row[0]))};
	if (!v->row)
		return 0;
	struct gathered g = {.q = q, .v = v, .row = v->row};
	gather_all(&g, h, c);
	history_sum(&v->total, &v->rest);
	v->count = history_merge(v->row, g.count);
	if (q->of_one)
		v->total = v->rest = (struct history_figures){.calls = 0};
	else
		v->count = history_cut(v->row, v->count, h->top, &v->rest);
	for (uint32_t i = 0; q->of_one && i < v->count; i++)
		history_sum(&v->total, &v->row[i].of);
	give_back(v);
	v->serial = ++h->serial;
	return v->serial;
}

const struct history_view *history_view(const struct history *h, uint64_t serial)
{
	for (size_t i = 0; i < HISTORY_VIEWS; i++)
		if (serial && h->view[i].serial == serial)
			return &h->view[i];
	return NULL;
}

/* Parsing queries. */

static bool read_kind(const char *word, size_t len, enum history_kind *out)
{
	for (enum history_kind k = 0; k < HISTORY_KINDS; k++) {
		*out = k;
		if (request_is(word, len, history_kind_name(k)))
			return true;
	}
	return false;
}

/* Days since 1970 of a Gregorian date, counting years from March. */
static int64_t day_number(int64_t year, int64_t month, int64_t day)
{
	int64_t from_march = (month + 9) % 12;

	year -= month <= 2;
	return 365 * year + year / 4 - year / 100 + year / 400 + (153 * from_march + 2) / 5 + day -
	       1 - 719468;
}

/* 2026-01-31. False if it is not a date, or there is no such day. */
static bool read_date(const char *word, size_t len, int64_t *out)
{
	static const uint8_t days[] = {31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
	uint64_t year, month, day;

	if (len != 10 || word[4] != '-' || word[7] != '-' ||
	    !text_to_u64(word, 4, 1970, 9999, &year) || !text_to_u64(word + 5, 2, 1, 12, &month) ||
	    !text_to_u64(word + 8, 2, 1, days[month - 1], &day))
		return false;
	bool leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
	if (month == 2 && day == 29 && !leap)
		return false;
	*out = day_number((int64_t)year, (int64_t)month, (int64_t)day);
	return true;
}

/* The last 24 hours, 7 days by hour, 400 days, or one day. */
static bool read_period(const char *word, size_t len, int64_t now_ms, struct history_question *q)
{
	q->by_day = false;
	q->last = now_ms / HISTORY_HOUR_MS;
	if (request_is(word, len, "day")) {
		q->first = q->last - 23;
		return true;
	}
	if (request_is(word, len, "week")) {
		q->first = q->last - 7 * 24 + 1;
		return true;
	}
	q->by_day = true;
	q->last = now_ms / HISTORY_DAY_MS;
	q->first = q->last - HISTORY_DAYS + 1;
	if (request_is(word, len, "all"))
		return true;
	if (!read_date(word, len, &q->first))
		return false;
	q->last = q->first;
	return true;
}

/* A number, or the name of a link. */
static const char *read_one(const struct history *h, const char *word, size_t len,
                            struct history_question *q)
{
	char name[40];
	struct text t = text_make(name, sizeof(name));
	uint64_t id;

	q->of_one = true;
	text_bytes(&t, word, len);
	if (q->kind == HISTORY_LINKS)
		q->id = history_link_find(h, name);
	else if (text_to_u64(word, len, 0, UINT32_MAX, &id))
		q->id = (uint32_t)id;
	else
		return "not an ID";
	return q->kind == HISTORY_LINKS && !q->id ? "no such server link" : NULL;
}

const char *history_read(const struct history *h, const char *line, int64_t now_ms,
                         struct history_question *out, bool *csv)
{
	const char *at = line, *end = line + strlen(line), *word;
	size_t len;

	*out = (struct history_question){.kind = HISTORY_TALKGROUPS};
	*csv = false;
	(void)read_period("day", 3, now_ms, out);
	if (!request_word(&at, end, &word, &len) || !read_kind(word, len, &out->kind))
		return "expected talkgroups, clients, radios or links";
	while (request_word(&at, end, &word, &len)) {
		struct history_question period = *out;
		const char *wrong = NULL;
		if (request_is(word, len, "csv"))
			*csv = true;
		else if (read_period(word, len, now_ms, &period))
			*out = period;
		else if (memchr(word, '-', len) && out->kind != HISTORY_LINKS)
			return "expected day, week, all or a date such as 2026-01-31";
		else
			wrong = out->of_one ? "too many arguments" : read_one(h, word, len, out);
		if (wrong)
			return wrong;
	}
	return NULL;
}

int64_t history_epoch_ms(const struct history_question *q, int64_t number)
{
	return number * (q->by_day ? HISTORY_DAY_MS : HISTORY_HOUR_MS);
}
