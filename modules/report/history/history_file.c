#include "report/history/history_file.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/blake2b.h"
#include "base/log.h"
#include "base/text.h"
#include "io/create.h"
#include "report/history/history_inside.h"

#define LINE_MAX_LEN 512u
#define FILE_MAX (256u * 1024u * 1024u)
#define ASIDE_MAX 9

static const char *const spans[] = {"hour", "day"};

/* Writing. */

struct out {
	FILE *f;
	struct blake2b digest;
	uint64_t lines;
	bool good;
};

static void put_line(struct out *o, const struct text *t)
{
	blake2b_add(&o->digest, t->at, t->len);
	o->good &= !t->cut && fwrite(t->at, 1, t->len, o->f) == t->len;
	o->lines++;
}

static void put_figures(struct text *t, const struct history_figures *f)
{
	text_format(t, " %" PRIu32 " %" PRIu32 " %" PRIu32 " %" PRIu32 " %" PRIu32 " %" PRIu64 "\n",
	            f->calls, f->refusals, f->frames, f->lost, f->errors, f->ms);
}

static void write_rows(struct out *o, const struct history_row *rows, uint32_t count)
{
	char line[LINE_MAX_LEN];

	for (uint32_t i = 0; i < count; i++) {
		struct text t = text_make(line, sizeof(line));
		text_format(&t, "row %" PRIu32, rows[i].id);
		put_figures(&t, &rows[i].of);
		put_line(o, &t);
	}
}

struct period {
	int span;
	enum history_kind kind;
	int64_t number;
	bool open;
};

static void write_period(struct out *o, const struct period *p, const struct history_figures *rest)
{
	char line[LINE_MAX_LEN];
	struct text t = text_make(line, sizeof(line));

	text_format(&t, "%s %s %" PRId64 " %s", spans[p->span], history_kind_name(p->kind),
	            p->number, p->open ? "open" : "over");
	put_figures(&t, rest);
	put_line(o, &t);
}

static void write_calendar(struct out *o, const struct history *h, struct period p)
{
	const struct history_calendar *c = h->calendar[p.span][p.kind];

	for (uint32_t slot = 0; slot < c->periods; slot++) {
		const struct history_closed *closed = &c->closed[slot];
		if (closed->number == HISTORY_UNDATED)
			continue;
		p.number = closed->number;
		write_period(o, &p, &closed->rest);
		write_rows(o, history_rows(h, c, slot), closed->count);
	}
	p.open = true;
	p.number = c->open.number;
	write_period(o, &p, &c->open.rest);
	write_rows(o, c->open.row, c->open.count);
}

/* In hex, so that it is one word; "-" if empty. */
static void put_name(struct text *t, const char *name)
{
	text_char(t, ' ');
	if (*name)
		text_hex(t, name, strlen(name));
	else
		text_char(t, '-');
}

/* The numbers of a call between its times and its texts. */
#define CALL_NUMBERS 22u

static void numbers_of(const struct history_call *x, uint32_t out[static CALL_NUMBERS])
{
	const uint32_t all[CALL_NUMBERS] = {
		x->cause,     source_number(x->origin),
		x->stream,    x->generation,
		x->src,       x->dst,
		x->slot,      x->conference,
		x->frames,    x->lost,
		x->late,      x->duplicate,
		x->state,     x->ber_errors,
		x->listeners, x->server,
		x->repeater,  x->delay_ms,
		x->rssi,      x->hops,
		x->unit,      x->data,
	};

	memcpy(out, all, sizeof(all));
}

/* A clock that was never set may be earlier. */
static int64_t since_1970(int64_t ms)
{
	return ms > 0 ? ms : 0;
}

static void write_heard(struct out *o, const struct history *h, const struct clock *clock)
{
	uint64_t count = h->heard_total < h->heard_max ? h->heard_total : h->heard_max;
	uint32_t numbers[CALL_NUMBERS];
	char line[LINE_MAX_LEN];

	for (uint64_t i = h->heard_total - count; i < h->heard_total; i++) {
		const struct history_call *x = &h->heard[i % h->heard_max];
		int64_t more = x->dated ? 0 : clock->epoch_ms;
		struct text t = text_make(line, sizeof(line));
		text_format(&t, "heard %" PRId64 " %" PRId64, since_1970(x->ended + more),
		            since_1970(x->started + more));
		numbers_of(x, numbers);
		for (size_t n = 0; n < CALL_NUMBERS; n++)
			text_format(&t, " %" PRIu32, numbers[n]);
		put_name(&t, x->peer);
		put_name(&t, x->talker);
		text_char(&t, '\n');
		put_line(o, &t);
	}
}

static void write_links(struct out *o, const struct history *h)
{
	char line[LINE_MAX_LEN];

	for (uint32_t i = 0; i < h->link_count; i++) {
		struct text t = text_make(line, sizeof(line));
		text_format(&t, "link %" PRIu32, i + 1);
		put_name(&t, h->link[i].name);
		text_char(&t, '\n');
		put_line(o, &t);
	}
}

static void write_end(struct out *o)
{
	uint8_t digest[HISTORY_DIGEST_LEN];
	char line[LINE_MAX_LEN];
	struct text t = text_make(line, sizeof(line));

	text_format(&t, "end %" PRIu64 " ", o->lines);
	blake2b_end(&o->digest, digest);
	text_hex(&t, digest, sizeof(digest));
	text_char(&t, '\n');
	o->good &= fwrite(t.at, 1, t.len, o->f) == t.len;
}

static bool write_all(const struct history *h, FILE *f, const struct clock *clock)
{
	struct out o = {.f = f, .good = true};
	char line[LINE_MAX_LEN];
	struct text t = text_make(line, sizeof(line));

	blake2b_begin(&o.digest, HISTORY_DIGEST_LEN, NULL, 0);
	text_format(&t, "freedmr-history %d %" PRIu32 "\n", HISTORY_VERSION, h->server);
	put_line(&o, &t);
	write_links(&o, h);
	for (int span = 0; span < HISTORY_SPANS; span++)
		for (enum history_kind k = 0; k < HISTORY_KINDS; k++)
			write_calendar(&o, h, (struct period){.span = span, .kind = k});
	write_heard(&o, h, clock);
	write_end(&o);
	return fflush(f) == 0 && o.good && fsync(fileno(f)) == 0;
}

/* Completely on disk before it replaces the old one. If the disk is full, the partial file is
 * removed. */
static bool replace_file(const struct history *h, const struct clock *clock)
{
	char beside[CONF_PATH_MAX + 8];
	struct text t = text_make(beside, sizeof(beside));

	text_format(&t, "%s.new", h->path);
	FILE *f = create_new(beside);
	if (!f)
		return false;
	bool good = write_all(h, f, clock);
	int why = errno;
	if (fclose(f) != 0) {
		why = good ? errno : why;
		good = false;
	}
	if (good && rename(beside, h->path) == 0)
		return true;
	why = good ? errno : why;
	unlink(beside);
	errno = why;
	return false;
}

void history_file_save(struct history *h, const struct clock *clock)
{
	bool good = replace_file(h, clock);

	if (!good && !h->failed)
		log_error("history=%s cannot be written: %s", h->path, strerror(errno));
	if (good && h->failed)
		log_info("history=%s can be written again", h->path);
	h->failed = !good;
	if (good) {
		h->writes_total++;
		h->written = clock->now;
		h->saved = clock->now;
		h->dirty = false;
	} else {
		h->failures_total++;
		h->written = clock->now; /* retried after the usual interval */
	}
}

/* Reading. */

struct in {
	const char *at, *end; /* of the line */
	bool bad;
};

static void take_word(struct in *l, const char **word, size_t *len)
{
	const char *blank = memchr(l->at, ' ', (size_t)(l->end - l->at));

	*word = l->at;
	*len = (size_t)((blank ? blank : l->end) - l->at);
	l->at = blank ? blank + 1 : l->end;
	l->bad |= *len == 0;
}

static bool word_is(const char *word, size_t len, const char *name)
{
	return strlen(name) == len && memcmp(word, name, len) == 0;
}

static uint64_t take_number(struct in *l, uint64_t max)
{
	const char *word;
	size_t len;
	uint64_t v = 0;

	take_word(l, &word, &len);
	l->bad |= !text_to_u64(word, len, 0, max, &v);
	return v;
}

static uint32_t take_u32(struct in *l)
{
	return (uint32_t)take_number(l, UINT32_MAX);
}

static int hex_digit(char c)
{
	return c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

static void take_hex(struct in *l, char *out, size_t cap)
{
	const char *word;
	size_t len;

	take_word(l, &word, &len);
	*out = 0;
	if (word_is(word, len, "-"))
		return;
	l->bad |= len % 2 != 0 || len / 2 >= cap;
	for (size_t i = 0; !l->bad && i < len / 2; i++) {
		int high = hex_digit(word[2 * i]), low = hex_digit(word[2 * i + 1]);
		l->bad |= high < 0 || low < 0 || (high == 0 && low == 0);
		out[i] = l->bad ? 0 : (char)(high * 16 + low);
		out[i + 1] = 0;
	}
}

static struct history_figures take_figures(struct in *l)
{
	struct history_figures f;

	f.calls = take_u32(l);
	f.refusals = take_u32(l);
	f.frames = take_u32(l);
	f.lost = take_u32(l);
	f.errors = take_u32(l);
	f.ms = take_number(l, UINT64_MAX);
	return f;
}

/* The period that rows belong to. */
struct target {
	struct history_calendar *calendar; /* NULL: none so far */
	enum history_kind kind;
	bool open;
	uint32_t slot;
};

struct reading {
	struct history *h;
	struct target to;
	uint32_t link[HISTORY_LINKS_MAX]; /* our ID, by the number in the file - 1 */
	uint32_t link_count;
};

static bool read_link(struct reading *r, struct in *l)
{
	char name[sizeof(r->h->link[0].name)];
	uint32_t number = take_u32(l);

	take_hex(l, name, sizeof(name));
	if (l->bad || !*name || number != r->link_count + 1 || number > HISTORY_LINKS_MAX)
		return false;
	r->link[r->link_count++] = history_link_make(r->h, name);
	return true;
}

static bool read_period(struct reading *r, struct in *l, int span)
{
	const char *word;
	size_t len;
	struct target *to = &r->to;

	take_word(l, &word, &len);
	to->kind = 0;
	while (to->kind < HISTORY_KINDS && !word_is(word, len, history_kind_name(to->kind)))
		to->kind++;
	if (to->kind == HISTORY_KINDS)
		return false;
	to->calendar = r->h->calendar[span][to->kind];
	int64_t number = (int64_t)take_number(l, UINT32_MAX);
	take_word(l, &word, &len);
	to->open = word_is(word, len, "open");
	if (!to->open && !word_is(word, len, "over"))
		return false;
	struct history_figures rest = take_figures(l);
	if (to->open) {
		history_open_clear(&to->calendar->open, number);
		to->calendar->open.rest = rest;
		return !l->bad;
	}
	to->slot = history_slot(to->calendar, number);
	struct history_closed *closed = &to->calendar->closed[to->slot];
	if (number == HISTORY_UNDATED || closed->number != HISTORY_UNDATED)
		return false;
	*closed = (struct history_closed){.number = number, .rest = rest};
	return !l->bad;
}

/* Rows beyond the current capacity are added to the rest: the busiest come first. */
static bool read_row(struct reading *r, struct in *l)
{
	const struct target *to = &r->to;
	uint32_t id = take_u32(l);
	struct history_figures f = take_figures(l);

	if (l->bad || !to->calendar)
		return false;
	if (to->kind == HISTORY_LINKS) {
		if (id == 0 || id > r->link_count)
			return false;
		id = r->link[id - 1];
	}
	if (to->open) {
		history_open_add(&to->calendar->open, id, &f);
		return true;
	}
	struct history_closed *closed = &to->calendar->closed[to->slot];
	if (closed->count == r->h->top)
		history_sum(&closed->rest, &f);
	else
		history_rows(r->h, to->calendar, to->slot)[closed->count++] =
			(struct history_row){.id = id, .of = f};
	return true;
}

static void set_numbers(struct history_call *x, const uint32_t n[static CALL_NUMBERS])
{
	x->cause = (enum cause)n[0];
	x->origin = source_from_number(n[1]);
	x->stream = n[2];
	x->generation = n[3];
	x->src = n[4];
	x->dst = n[5];
	x->slot = (uint8_t)n[6];
	x->conference = n[7];
	x->frames = n[8];
	x->lost = n[9];
	x->late = n[10];
	x->duplicate = n[11];
	x->state = (uint8_t)n[12];
	x->ber_errors = n[13];
	x->listeners = n[14];
	x->server = n[15];
	x->repeater = n[16];
	x->delay_ms = n[17];
	x->rssi = (uint8_t)n[18];
	x->hops = (uint8_t)n[19];
	x->unit = n[20] != 0;
	x->data = n[21] != 0;
}

/* A cause that is unknown here reads as none. */
static bool read_heard(struct reading *r, struct in *l)
{
	struct history_call x = {.dated = true};
	uint32_t n[CALL_NUMBERS];

	x.ended = (int64_t)take_number(l, INT64_MAX / 4);
	x.started = (int64_t)take_number(l, INT64_MAX / 4);
	for (size_t i = 0; i < CALL_NUMBERS; i++)
		n[i] = take_u32(l);
	take_hex(l, x.peer, sizeof(x.peer));
	take_hex(l, x.talker, sizeof(x.talker));
	if (n[0] >= CAUSE_CAUSES)
		n[0] = CAUSE_NONE;
	if (l->bad || n[6] > UINT8_MAX || n[12] > CALL_IGNORED || n[18] > UINT8_MAX ||
	    n[19] > UINT8_MAX)
		return false;
	set_numbers(&x, n);
	history_heard_put(r->h, &x);
	return true;
}

static bool read_line(struct reading *r, const char *at, const char *end)
{
	struct in l = {.at = at, .end = end};
	const char *word;
	size_t len;
	bool good = false;

	take_word(&l, &word, &len);
	if (word_is(word, len, "row"))
		good = read_row(r, &l);
	else if (word_is(word, len, "heard"))
		good = read_heard(r, &l);
	else if (word_is(word, len, spans[HISTORY_BY_HOUR]))
		good = read_period(r, &l, HISTORY_BY_HOUR);
	else if (word_is(word, len, spans[HISTORY_BY_DAY]))
		good = read_period(r, &l, HISTORY_BY_DAY);
	else if (word_is(word, len, "link"))
		good = read_link(r, &l);
	return good && !l.bad && l.at == end;
}

/* The first line. */
static const char *read_head(const struct history *h, const char *at, const char *end)
{
	struct in l = {.at = at, .end = end};
	const char *word;
	size_t len;

	take_word(&l, &word, &len);
	if (!word_is(word, len, "freedmr-history"))
		return "is not a freedmr history";
	uint32_t version = take_u32(&l);
	if (!l.bad && version > HISTORY_VERSION)
		return "was written by a later version";
	uint32_t server = take_u32(&l);
	if (l.bad || version != HISTORY_VERSION || l.at != end)
		return "is damaged";
	return server == h->server ? NULL : "belongs to another server";
}

/* Is this the last line, and does it match those before it? */
static bool is_end(const char *octets, const char *at, const char *end, uint64_t lines)
{
	uint8_t digest[HISTORY_DIGEST_LEN];
	struct blake2b b;
	char line[LINE_MAX_LEN];
	struct text t = text_make(line, sizeof(line));

	blake2b_begin(&b, HISTORY_DIGEST_LEN, NULL, 0);
	blake2b_add(&b, octets, (size_t)(at - octets));
	blake2b_end(&b, digest);
	text_format(&t, "end %" PRIu64 " ", lines);
	text_hex(&t, digest, sizeof(digest));
	return (size_t)(end - at) == t.len && memcmp(at, line, t.len) == 0;
}

static const char *read_lines(struct history *h, const char *octets, size_t len)
{
	struct reading r = {.h = h};
	const char *at = octets, *stop = octets + len, *newline;
	uint64_t lines = 0;

	while ((newline = memchr(at, '\n', (size_t)(stop - at)))) {
		const char *wrong = lines == 0 ? read_head(h, at, newline) : NULL;
		if (wrong)
			return wrong;
		if (newline - at > 4 && memcmp(at, "end ", 4) == 0)
			return newline + 1 == stop && is_end(octets, at, newline, lines)
			               ? NULL
			               : "is damaged";
		if (lines > 0 && !read_line(&r, at, newline))
			return "is damaged";
		at = newline + 1;
		lines++;
	}
	return lines == 0 ? "is not a freedmr history" : "is truncated";
}

const char *history_file_read(struct history *h, const char *octets, size_t len)
{
	history_empty(h);
	const char *wrong = read_lines(h, octets, len);

	if (wrong)
		history_empty(h);
	h->dirty = false;
	return wrong;
}

static void set_aside(const struct history *h, const char *wrong)
{
	char aside[CONF_PATH_MAX + 16];
	struct stat there;
	struct text t = text_make(aside, sizeof(aside));

	text_format(&t, "%s.aside", h->path);
	for (int i = 1; i <= ASIDE_MAX && lstat(aside, &there) == 0; i++) {
		t = text_make(aside, sizeof(aside));
		text_format(&t, "%s.aside.%d", h->path, i);
	}
	bool moved = rename(h->path, aside) == 0;
	log_error("history=%s %s: not used, %s %s", h->path, wrong,
	          moved ? "renamed to" : "cannot be renamed to", aside);
}

/* The whole file; NULL with errno. */
static char *read_whole(FILE *f, size_t *len)
{
	struct stat s;

	if (fstat(fileno(f), &s) != 0)
		return NULL;
	if (!S_ISREG(s.st_mode) || s.st_size > FILE_MAX) {
		errno = S_ISREG(s.st_mode) ? EFBIG : EINVAL;
		return NULL;
	}
	char *octets = malloc((size_t)s.st_size + 1);
	if (!octets)
		return NULL;
	*len = fread(octets, 1, (size_t)s.st_size, f);
	return octets;
}

/* A file that cannot be read is not replaced. */
static void leave_alone(struct history *h)
{
	log_error("history=%s: %s; keeping history in memory only", h->path, strerror(errno));
	*h->path = 0;
}

void history_file_load(struct history *h)
{
	FILE *f = fopen(h->path, "r");
	size_t len = 0;

	if (!f) {
		if (errno != ENOENT)
			leave_alone(h);
		return;
	}
	char *octets = read_whole(f, &len);
	if (!octets) {
		leave_alone(h);
		fclose(f);
		return;
	}
	fclose(f);
	const char *wrong = history_file_read(h, octets, len);
	free(octets);
	if (wrong)
		set_aside(h, wrong);
	else
		log_info("history=%s calls=%" PRIu64, h->path, h->heard_total);
}
