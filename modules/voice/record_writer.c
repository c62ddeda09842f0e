#include "voice/record_writer.h"

#include "io/pipe.h"

#define PING_PATIENCE_MS 250

void record_writer_open(struct record_writer *t, int fd)
{
	*t = (struct record_writer){.fd = fd, .due = TICK_NEVER, .gap = true};
}

/* False if there is no room. */
static bool append(struct record_writer *t, const struct record *r)
{
	struct wr w = wr_make(t->octets + t->len, sizeof(t->octets) - t->len);

	record_frame_write(&w, r);
	size_t len = wr_len(&w);
	t->len += len;
	return len > 0;
}

/* Always the first frame of a write, so its count is unambiguous. */
static void append_dropped(struct record_writer *t, tick_t now)
{
	const struct record r = {
		.kind = RECORD_DROPPED,
		.change = CHANGE_UPDATE,
		.at = now,
		.dropped = {.count = t->dropped, .total = t->dropped_total},
	};

	append(t, &r);
}

void record_writer_put(struct record_writer *t, const struct record *r)
{
	tick_t due = r->kind == RECORD_PING ? r->at + PING_PATIENCE_MS : r->at;

	for (int attempt = 0; attempt < 2; attempt++) {
		if (t->len == 0 && t->gap)
			append_dropped(t, r->at);
		if (append(t, r)) {
			t->records++;
			t->due = tick_first(t->due, due);
			return;
		}
		record_writer_flush(t);
	}
	t->gap = true;
	t->dropped++;
	t->dropped_total++;
}

void record_writer_flush(struct record_writer *t)
{
	if (t->len == 0)
		return;
	if (pipe_put(t->fd, t->octets, t->len)) {
		t->gap = false;
		t->dropped = 0;
	} else {
		t->gap = true;
		t->dropped += t->records;
		t->dropped_total += t->records;
	}
	t->len = 0;
	t->records = 0;
	t->due = TICK_NEVER;
}

void record_writer_tick(struct record_writer *t, tick_t now)
{
	if (t->due <= now)
		record_writer_flush(t);
}

void record_writer_close_gap(struct record_writer *t, tick_t now)
{
	if (t->len == 0 && t->gap)
		append_dropped(t, now);
	record_writer_flush(t);
}
