#include "command/top_server.h"

#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/text.h"
#include "command/top_tables.h"
#include "io/pipe.h"
#include "io/unix.h"
#include "report/verb.h"

void top_server_hang_up(struct top *top)
{
	if (top->fd >= 0)
		close(top->fd);
	top->fd = -1;
	top->part = PARTS;
	top->in_len = 0;
}

bool top_server_call(struct top *top)
{
	top->fd = unix_connect(top->path);
	if (top->fd < 0)
		return false;
	if (pipe_prepare(top->fd) != 0)
		top_server_hang_up(top);
	return top->fd >= 0;
}

void top_server_ask(struct top *top)
{
	char line[200];
	struct text t = text_make(line, sizeof(line));

	top->asked_at = top->now;
	if (top->fd < 0 && !top_server_call(top))
		return;
	top->again = false;
	top->asked_table = top->table;
	top->asked_session = *top->session;
	text_format(&t, "status\ncalls\nslots\n%s\n", top_tables[top->table].request);
	if (*top->session)
		text_format(&t, "text session %s\n", top->session);
	if (send(top->fd, line, t.len, MSG_NOSIGNAL) != (ssize_t)t.len) {
		top_server_hang_up(top);
		return;
	}
	top->part = PART_STATUS;
	top->stale_so_far = false;
	top_list_clear(&top->new_calls);
	top_list_clear(&top->slots);
	top_list_clear(&top->new_rows);
	top_list_clear(&top->new_detail);
}

static void take_server(struct top *top, const char *json)
{
	char id[16], name[40], version[40], started[24];

	if (strncmp(json, "{\"row\":\"server\"", 15) != 0)
		return;
	struct text t = text_make(top->server, sizeof(top->server));
	(void)top_field(json, "id", id, sizeof(id));
	(void)top_field(json, "name", name, sizeof(name));
	(void)top_field(json, "version", version, sizeof(version));
	text_format(&t, "%s %s", id, name);
	if (top_field(json, "started", started, sizeof(started))) {
		text_put(&t, "  up ");
		text_duration(&t, top->epoch - top_thousandths(started));
	}
	text_format(&t, "  freedmr %s", version);
}

/* A line in text form, after the octet that gives its type. */
static void take_detail(struct top *top, const char *line)
{
	static const struct top_column whole[] = {{"", "line", NULL, 0, TOP_TEXT}};
	static const struct top_table plain = {"", "", NULL, whole, 0, -1, false};

	top_list_add(&top->new_detail, &plain, -1, "{}", "", 0);
	if (top->new_detail.count > 0)
		text_copy(top->new_detail.row[top->new_detail.count - 1].shown, TOP_LINE_MAX, line);
}

/* What a slot is doing, under "CLIENT/SLOT". */
static void take_slot(struct top *top, const char *json)
{
	static const struct top_column none[] = {{"", "state", NULL, 0, TOP_TEXT}};
	static const struct top_table plain = {"", "", NULL, none, 0, -1, false};
	static const struct {
		const char *state, *shown;
	} words[] = {{"talking", "tx"}, {"hearing", "rx"}, {"hang", "hold"}, {"prompt", "says"}};
	char client[12], slot[4], state[16], tg[12];
	size_t i = 0;

	(void)top_field(json, "client", client, sizeof(client));
	(void)top_field(json, "slot", slot, sizeof(slot));
	(void)top_field(json, "state", state, sizeof(state));
	while (i < ARRAY_LEN(words) && strcmp(state, words[i].state) != 0)
		i++;
	if (i == ARRAY_LEN(words))
		return;
	size_t before = top->slots.count;
	top_list_add(&top->slots, &plain, -1, "{}", "", 0);
	if (top->slots.count == before)
		return;
	struct top_row *row = &top->slots.row[before];
	struct text id = text_make(row->id, sizeof(row->id));
	struct text shown = text_make(row->shown, sizeof(row->shown));
	text_format(&id, "%s/%s", client, slot);
	text_put(&shown, words[i].shown);
	if (top_field(json, "conference", tg, sizeof(tg)) && strcmp(tg, "0") != 0)
		text_format(&shown, " %s", tg);
}

static const char *slot_of(const struct top *top, const char *client, int slot)
{
	char id[TOP_ID_MAX];
	struct text t = text_make(id, sizeof(id));

	text_format(&t, "%s/%d", client, slot);
	for (size_t i = 0; i < top->slots.count; i++)
		if (strcmp(top->slots.row[i].id, id) == 0)
			return top->slots.row[i].shown;
	return "-";
}

/* Adds what its slots are doing. */
static void take_session(struct top *top, const char *json)
{
	char line[TOP_IN_MAX], client[12];
	struct text t = text_make(line, sizeof(line));

	(void)top_field(json, "client", client, sizeof(client));
	text_bytes(&t, json, strlen(json) - (*json != 0));
	text_format(&t, ",\"slot1\":\"%s\",\"slot2\":\"%s\"}", slot_of(top, client, 1),
	            slot_of(top, client, 2));
	top_list_add(&top->new_rows, &top_tables[top->asked_table], top->sort, line, top->filter,
	             top->epoch);
}

static void swap(struct top_list *a, struct top_list *b)
{
	struct top_list c = *a;

	*a = *b;
	*b = c;
}

static void take_all(struct top *top)
{
	const struct top_column *by = &top_tables[top->table].column[top->sort < 0 ? 0 : top->sort];

	top->stale = top->stale_so_far;
	swap(&top->calls, &top->new_calls);
	swap(&top->detail, &top->new_detail);
	if (top->asked_table != top->table)
		return;
	if (top->sort >= 0)
		top_list_sort(&top->new_rows, by->kind != TOP_TEXT,
		              top->descending != (by->kind == TOP_AGE));
	swap(&top->rows, &top->new_rows);
}

/* An answer has ended; after the last one everything is shown. */
static void next_part(struct top *top)
{
	if (++top->part == PART_SESSION && !top->asked_session)
		top->part = PARTS;
	if (top->part == PARTS)
		take_all(top);
}

static void take_line(struct top *top, const char *line)
{
	if (strncmp(line, "{\"end\":true", 11) == 0) {
		top->stale_so_far = top->stale_so_far || strstr(line, "\"stale\":true");
		next_part(top);
	} else if (*line == TEXT_DONE || *line == TEXT_REFUSED) {
		if (*line == TEXT_REFUSED && *top->session)
			take_detail(top, line + 1);
		next_part(top);
	} else if (top->part == PART_STATUS) {
		take_server(top, line);
	} else if (top->part == PART_CALLS) {
		top_list_add(&top->new_calls, &top_calls, -1, line, "", top->epoch);
	} else if (top->part == PART_SLOTS) {
		take_slot(top, line);
	} else if (top->part == PART_TABLE &&
	           strcmp(top_tables[top->asked_table].request, "sessions") == 0) {
		take_session(top, line);
	} else if (top->part == PART_TABLE) {
		top_list_add(&top->new_rows, &top_tables[top->asked_table], top->sort, line,
		             top->filter, top->epoch);
	} else if (top->part == PART_SESSION) {
		take_detail(top, line + 1);
	}
}

/* Handles the input line by line; the server never sends a line longer than TOP_IN_MAX. */
void top_server_receive(struct top *top)
{
	ssize_t n = pipe_take(top->fd, top->in + top->in_len, TOP_IN_MAX - top->in_len);
	char *at = top->in, *newline;

	if (n < 0) {
		top_server_hang_up(top);
		return;
	}
	top->in_len += (size_t)n;
	while ((newline = memchr(at, '\n', top->in_len - (size_t)(at - top->in)))) {
		*newline = 0;
		take_line(top, at);
		at = newline + 1;
	}
	top->in_len -= (size_t)(at - top->in);
	memmove(top->in, at, top->in_len);
	if (top->in_len == TOP_IN_MAX)
		top_server_hang_up(top);
}
