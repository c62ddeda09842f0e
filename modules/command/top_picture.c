#include "command/top_picture.h"

#include "base/text.h"
#include "command/top_tables.h"

static void draw_head(struct top *top)
{
	char line[400];
	struct text t = text_make(line, sizeof(line));

	text_format(&t, "%zu on air  %s", top->calls.count, *top->server ? top->server : "freedmr");
	screen_line(&top->screen, 0, SCREEN_INVERSE, line);
	if (top->fd < 0)
		screen_line(&top->screen, 1, SCREEN_BOLD,
		            "Connection to the server lost: the data below is old. Reconnecting.");
	else if (top->stale)
		screen_line(&top->screen, 1, SCREEN_BOLD,
		            "The voice process does not respond: the data below is old.");
}

static void draw_foot(struct top *top)
{
	char line[200];
	struct text t = text_make(line, sizeof(line));

	if (*top->session)
		text_put(&t, "q back  up, down scroll");
	else if (top->typing || *top->filter)
		text_format(&t, "filter: %s%s", top->filter, top->typing ? "_" : "");
	else
		text_put(&t, "q quit  tab next list  up down enter open  left right sort  "
		             "r reverse  / filter");
	screen_line(&top->screen, top->screen.rows - 1, SCREEN_INVERSE, line);
}

/* Draws rows from `first` on. Returns the next free row of the screen. */
static int draw_rows(struct top *top, const struct top_list *l, int from, int to, int marked)
{
	int row = from;

	for (size_t i = (size_t)top->first; row < to && i < l->count; i++, row++)
		screen_line(&top->screen, row, (int)i == marked ? SCREEN_INVERSE : SCREEN_PLAIN,
		            l->row[i].shown);
	return row;
}

/* Calls take at most a third of the screen. Returns the next free row. */
static int draw_calls(struct top *top)
{
	char line[TOP_LINE_MAX];
	struct text t = text_make(line, sizeof(line));
	int room = top->screen.rows / 3, row = 3;

	top_heading(&t, &top_calls, -1, false);
	screen_line(&top->screen, 2, SCREEN_BOLD, top->calls.count ? line : "ON AIR: nobody");
	for (size_t i = 0; i < top->calls.count && row - 3 < room; i++)
		screen_line(&top->screen, row++, SCREEN_PLAIN, top->calls.row[i].shown);
	return row + 1;
}

/* Keeps the selection on a row, and the row visible. */
static void scroll(struct top *top, const struct top_list *l, int room)
{
	int last = (int)l->count - 1;

	top->at = top->at > last ? last : top->at;
	top->at = top->at < 0 ? 0 : top->at;
	if (top->at < top->first)
		top->first = top->at;
	if (room > 0 && top->at >= top->first + room)
		top->first = top->at - room + 1;
}

static void draw_table(struct top *top)
{
	const struct top_table *table = &top_tables[top->table];
	char line[TOP_LINE_MAX];
	struct text t = text_make(line, sizeof(line));
	int row = draw_calls(top);

	text_format(&t, "%s: %zu", table->title, top->rows.count);
	screen_line(&top->screen, row++, SCREEN_BOLD, line);
	t = text_make(line, sizeof(line));
	top_heading(&t, table, top->sort, top->descending);
	screen_line(&top->screen, row++, SCREEN_BOLD, line);
	scroll(top, &top->rows, top->screen.rows - 1 - row);
	draw_rows(top, &top->rows, row, top->screen.rows - 1, top->at);
}

static void draw_session(struct top *top)
{
	int last = (int)top->detail.count - 1;

	top->first = top->first > last ? last : top->first;
	top->first = top->first < 0 ? 0 : top->first;
	draw_rows(top, &top->detail, 2, top->screen.rows - 1, -1);
}

void top_picture_draw(struct top *top)
{
	screen_begin(&top->screen);
	draw_head(top);
	if (*top->session)
		draw_session(top);
	else
		draw_table(top);
	draw_foot(top);
	screen_show(&top->screen);
}
