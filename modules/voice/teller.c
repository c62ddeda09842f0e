#include "voice/teller.h"

#include "io/pipe.h"

void teller_open(struct teller *t, int fd)
{
	*t = (struct teller){.fd = fd, .gap = true};
}

/* False when there is no room. */
static bool append(struct teller *t, const struct record *r)
{
	struct wr w = wr_make(t->octets + t->len, sizeof(t->octets) - t->len);

	record_frame_write(&w, r);
	size_t len = wr_len(&w);
	t->len += len;
	return len > 0;
}

/* The first frame of a write, so that it is known what it counts. */
static void append_dropped(struct teller *t, tick_t now)
{
	const struct record r = {
		.kind = RECORD_DROPPED,
		.change = CHANGE_UPDATE,
		.at = now,
		.dropped = {.count = t->dropped, .total = t->dropped_total},
	};

	append(t, &r);
}

void teller_put(struct teller *t, const struct record *r)
{
	for (int attempt = 0; attempt < 2; attempt++) {
		if (t->len == 0 && t->gap)
			append_dropped(t, r->at);
		if (append(t, r)) {
			t->records++;
			return;
		}
		teller_flush(t);
	}
	t->gap = true;
	t->dropped++;
	t->dropped_total++;
}

void teller_flush(struct teller *t)
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
}

void teller_close_gap(struct teller *t, tick_t now)
{
	if (t->len == 0 && t->gap)
		append_dropped(t, now);
	teller_flush(t);
}
