#include "report/memory_file.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/log.h"
#include "base/text.h"
#include "io/print.h"

#define LINE_MAX_LEN 160u

static const char *const names[] = {"block", "location", "subscription"};

static bool write_item(FILE *f, const struct item *i, int64_t now)
{
	int64_t seen = i->alive ? now : i->seen;

	switch (i->kind) {
	case ITEM_BLOCK:
		return print(f, "block %s %" PRId64 "\n", i->what, i->until);
	case ITEM_LOCATION:
		return print(f, "location %" PRIu32 " %" PRIu32 " %d %" PRId64 "\n", i->tg,
		             i->client, i->slot, seen);
	case ITEM_SUBSCRIPTION:
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
	char beside[MEMORY_PATH_MAX + 8];
	struct text t = text_make(beside, sizeof(beside));

	text_format(&t, "%s.new", m->path);
	FILE *f = fopen(beside, "w");
	bool good = f && write_all(m, f, now);
	if (f && fclose(f) != 0)
		good = false;
	return good && rename(beside, m->path) == 0;
}

void memory_file_save(struct memory *m, const struct clock *clock)
{
	int64_t now = remembered_epoch(clock, clock->now);

	remembered_forget(m, now);
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
	case ITEM_BLOCK:
		take_text(l, i->what, sizeof(i->what));
		break;
	case ITEM_LOCATION:
		i->tg = (uint32_t)take_number(l, UINT32_MAX);
		i->client = (uint32_t)take_number(l, UINT32_MAX);
		i->slot = (uint8_t)take_number(l, 2);
		i->seen = (int64_t)take_number(l, INT64_MAX);
		return;
	case ITEM_SUBSCRIPTION:
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
	for (enum item_kind k = ITEM_BLOCK; k <= ITEM_SUBSCRIPTION; k++) {
		struct item i = {.kind = k};
		if (strcmp(name, names[k]) != 0)
			continue;
		read_item(&l, &i);
		if (l.bad || *l.at)
			return false;
		remembered_put(m, &i);
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

static void set_aside(struct memory *m)
{
	char damaged[MEMORY_PATH_MAX + 8];
	struct text t = text_make(damaged, sizeof(damaged));

	remembered_release(m);
	text_format(&t, "%s.damaged", m->path);
	bool moved = rename(m->path, damaged) == 0;
	log_error("state=%s is damaged: nothing of it counts, %s %s", m->path,
	          moved ? "it is now" : "it could not be renamed to", damaged);
}

void memory_file_load(struct memory *m, const struct clock *clock)
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
	remembered_forget(m, remembered_epoch(clock, clock->now));
	m->dirty = false;
	if (good)
		log_info("state=%s remembered=%" PRIu32, m->path, m->items.count);
}
