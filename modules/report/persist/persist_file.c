#include "report/persist/persist_file.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/log.h"
#include "base/text.h"
#include "io/create.h"
#include "io/print.h"
#include "wire/command.h"

#define LINE_MAX_LEN (SESSION_CARE_MAX + 160u)

static const char *const names[] = {"block", "location", "subscription", "care", "neighbour"};

static bool write_item(FILE *f, const struct item *i, int64_t now)
{
	int64_t seen = i->alive ? now : i->seen;
	char address[ADDR_TEXT_MAX];

	switch (i->kind) {
	case ITEM_BLOCK:
		return print(f, "block %s %" PRId64 " %" PRId64 "\n", i->what, i->until, i->seen);
	case ITEM_CARE:
		return print(f, "care %" PRIu32 " %s\n", i->client, i->care);
	case ITEM_NEIGHBOUR:
		return print(f, "neighbour %s %s %d\n", i->what, addr_format(&i->at, address),
		             i->stunned);
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

static bool write_all(struct persist *m, FILE *f, int64_t now)
{
	bool good = print(f, "freedmr-state 1 %" PRId64 "\n", now);

	for (const struct order_row *row = m->items.first[0]; row; row = row->next[0])
		good &= write_item(f, row->value, now);
	good &= print(f, "end %" PRIu32 "\n", m->items.count);
	return fflush(f) == 0 && good && fsync(fileno(f)) == 0;
}

/* Completely on disk before it replaces the old one. */
static bool replace_file(struct persist *m, int64_t now)
{
	char beside[PERSIST_PATH_MAX + 8];
	struct text t = text_make(beside, sizeof(beside));

	text_format(&t, "%s.new", m->path);
	FILE *f = create_new(beside);
	bool good = f && write_all(m, f, now);
	if (f && fclose(f) != 0)
		good = false;
	return good && rename(beside, m->path) == 0;
}

void persist_file_save(struct persist *m, const struct clock *clock)
{
	int64_t now = persist_epoch(clock, clock->now);

	persist_items_forget(m, now);
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
	char *at;
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
	char mode[8], address[ADDR_TEXT_MAX];

	switch (i->kind) {
	case ITEM_BLOCK:
		take_text(l, i->what, sizeof(i->what));
		i->until = (int64_t)take_number(l, INT64_MAX);
		i->seen = *l->at ? (int64_t)take_number(l, INT64_MAX) : 0; /* not in older files */
		return;
	case ITEM_CARE:
		i->client = (uint32_t)take_number(l, UINT32_MAX);
		i->care = l->at; /* the rest of a line, as a copy */
		l->bad |= !*l->at || strlen(l->at) >= SESSION_CARE_MAX;
		l->at += strlen(l->at);
		return;
	case ITEM_NEIGHBOUR:
		take_text(l, i->what, sizeof(i->what));
		take_text(l, address, sizeof(address));
		l->bad |= !addr_parse(address, 0, &i->at);
		i->stunned = take_number(l, 1);
		return;
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

/* Reads one line. False if it is not valid. */
static bool read_line(struct persist *m, char *text)
{
	struct line l = {.at = text};
	char name[16];

	text[strcspn(text, "\n")] = 0;
	take_text(&l, name, sizeof(name));
	for (enum item_kind k = ITEM_BLOCK; k <= ITEM_NEIGHBOUR; k++) {
		struct item i = {.kind = k, .tell = k == ITEM_NEIGHBOUR};
		if (strcmp(name, names[k]) != 0)
			continue;
		read_item(&l, &i);
		if (l.bad || *l.at)
			return false;
		persist_items_put(m, &i);
		return true;
	}
	return false;
}

/* Reads everything up to the line with the count. */
static bool read_lines(struct persist *m, FILE *f)
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

static void set_aside(struct persist *m)
{
	char damaged[PERSIST_PATH_MAX + 8];
	struct text t = text_make(damaged, sizeof(damaged));

	persist_items_release(m);
	text_format(&t, "%s.damaged", m->path);
	bool moved = rename(m->path, damaged) == 0;
	log_error("state=%s is damaged: not used, %s %s", m->path,
	          moved ? "renamed to" : "cannot be renamed to", damaged);
}

/* NULL with errno, also for anything that is not a regular file, such as a symbolic link. */
static FILE *open_old(const char *path)
{
	struct stat about;
	int fd = open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);

	if (fd < 0)
		return NULL;
	if (fstat(fd, &about) == 0 && S_ISREG(about.st_mode)) {
		FILE *f = fdopen(fd, "r");
		if (f)
			return f;
	} else {
		errno = EINVAL;
	}
	int cause = errno;
	close(fd);
	errno = cause;
	return NULL;
}

void persist_file_load(struct persist *m, const struct clock *clock)
{
	FILE *f = open_old(m->path);

	if (!f) {
		if (errno != ENOENT)
			log_error("state=%s: %s", m->path, strerror(errno));
		return;
	}
	bool good = read_lines(m, f);
	fclose(f);
	if (!good)
		set_aside(m);
	persist_items_forget(m, persist_epoch(clock, clock->now));
	m->dirty = false;
	if (good)
		log_info("state=%s remembered=%" PRIu32, m->path, m->items.count);
}
