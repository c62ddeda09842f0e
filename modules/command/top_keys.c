#include "command/top_keys.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "base/text.h"
#include "command/top_tables.h"

enum key {
	KEY_NONE,
	KEY_CONTROL_C = 3,
	KEY_TAB = 9,
	KEY_ENTER = 13,
	KEY_ESCAPE = 27,
	KEY_ERASE = 127,
	KEY_UP = 256,
	KEY_DOWN,
	KEY_LEFT,
	KEY_RIGHT,
	KEY_PAGE_UP,
	KEY_PAGE_DOWN,
};

void top_keys_show_table(struct top *top, int table)
{
	top->table = table;
	top->sort = top_tables[table].sort;
	top->descending = top_tables[table].descending;
	top->at = top->first = 0;
	top_list_clear(&top->rows);
}

/* A call from a link has no session: its origin is longer than any ID. */
static void open_session(struct top *top)
{
	const char *id = "";

	if (top->at < (int)top->rows.count && top_tables[top->table].id)
		id = top->rows.row[top->at].id;
	if (*id && strlen(id) <= 9)
		text_copy(top->session, sizeof(top->session), id);
	if (*top->session) {
		top->first = 0;
		top_list_clear(&top->detail);
	}
}

static void type(struct top *top, int key)
{
	size_t len = strlen(top->filter);

	if (key == KEY_ENTER || key == KEY_ESCAPE)
		top->typing = false;
	if (key == KEY_ESCAPE)
		top->filter[0] = 0;
	if ((key == KEY_ERASE || key == '\b') && len > 0)
		top->filter[len - 1] = 0;
	if (key >= ' ' && key < KEY_ERASE && len + 1 < sizeof(top->filter)) {
		top->filter[len] = (char)key;
		top->filter[len + 1] = 0;
	}
}

static void move(struct top *top, int by)
{
	if (*top->session)
		top->first += by;
	else
		top->at += by;
}

static void sort_by(struct top *top, int column)
{
	int columns = top_tables[top->table].columns;

	top->sort = column < -1 ? columns - 1 : column >= columns ? -1 : column;
}

/* Goes back one level; from the list it quits. */
static void back(struct top *top, int key)
{
	if (*top->session)
		top->session[0] = 0;
	else if (key == KEY_ESCAPE)
		top->filter[0] = 0;
	else
		top->stop = true;
	top->first = 0;
}

static void take_key(struct top *top, int key)
{
	int page = top->screen.rows > 12 ? top->screen.rows - 10 : 2;

	if (key == KEY_CONTROL_C) {
		top->stop = true;
		return;
	}
	if (top->typing) {
		type(top, key);
		return;
	}
	switch (key) {
	case 'q':
	case KEY_ESCAPE:
		back(top, key);
		break;
	case KEY_UP:
	case 'k':
		move(top, -1);
		break;
	case KEY_DOWN:
	case 'j':
		move(top, 1);
		break;
	case KEY_PAGE_UP:
		move(top, -page);
		break;
	case KEY_PAGE_DOWN:
	case ' ':
		move(top, page);
		break;
	case KEY_LEFT:
	case '<':
		sort_by(top, top->sort - 1);
		break;
	case KEY_RIGHT:
	case '>':
		sort_by(top, top->sort + 1);
		break;
	case 'r':
		top->descending = !top->descending;
		break;
	case '/':
		top->typing = !*top->session;
		break;
	case KEY_ENTER:
		open_session(top);
		break;
	case KEY_TAB:
		top_keys_show_table(top, (top->table + 1) % (int)TOP_TABLES);
		break;
	default:
		break; /* a key without meaning here */
	}
}

/* Takes one key from the input; an ECMA-48 sequence is one key. Returns the number of octets taken.
 */
static size_t read_key(const char *at, size_t len, int *key)
{
	static const struct {
		char last;
		int key;
	} arrows[] = {{'A', KEY_UP}, {'B', KEY_DOWN}, {'C', KEY_RIGHT}, {'D', KEY_LEFT}};
	size_t n = 2;

	*key = (unsigned char)*at == '\n' ? KEY_ENTER : (unsigned char)*at;
	if (*at != KEY_ESCAPE || len < 3 || (at[1] != '[' && at[1] != 'O'))
		return 1;
	while (n + 1 < len && (at[n] < '@' || at[n] > '~'))
		n++;
	*key = at[2] == '5' ? KEY_PAGE_UP : at[2] == '6' ? KEY_PAGE_DOWN : KEY_NONE;
	for (size_t i = 0; i < ARRAY_LEN(arrows); i++) {
		if (at[n] == arrows[i].last)
			*key = arrows[i].key;
	}
	return n + 1;
}

void top_keys_take(struct top *top)
{
	char keys[64];
	ssize_t n = read(top->screen.in, keys, sizeof(keys));
	int key;

	if (n <= 0 && !(n < 0 && (errno == EINTR || errno == EAGAIN)))
		top->screen.dead = true;
	for (size_t at = 0; n > 0 && at < (size_t)n;) {
		at += read_key(keys + at, (size_t)n - at, &key);
		take_key(top, key);
	}
	top->again = true;
}
