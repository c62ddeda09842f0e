#include "wire/recording.h"

#include <stdatomic.h>
#include <string.h>

#define HEAD_LEN 4096u /* a page, before the areas */
#define AREAS 4u       /* the two halves, and a copy of each */

/* Half `number` is in area number % 2, so only the last two exist. */
struct part {
	_Atomic uint32_t number; /* of the current half, from 1; 0 = none was begun */
	_Atomic uint32_t len[2];
};

struct head {
	struct part live, kept;
	_Atomic uint32_t keeps; /* copies begun and ended: odd during one */
};

static struct head *head_of(const struct recording *r)
{
	return (struct head *)(void *)r->at;
}

static unsigned char *area(const struct recording *r, bool kept, uint32_t number)
{
	return r->at + HEAD_LEN + ((kept ? 2 : 0) + (number & 1)) * r->half;
}

/* For what only this process writes. */
static uint32_t own(const _Atomic uint32_t *at)
{
	return atomic_load_explicit(at, memory_order_relaxed);
}

size_t recording_size(size_t size)
{
	return size ? HEAD_LEN + 2 * size : 0;
}

struct recording recording_at(void *memory, size_t memory_size)
{
	return (struct recording){.at = memory,
	                          .half = (memory_size - HEAD_LEN) / AREAS & ~(size_t)63};
}

/* Who sees what is written from now on sees the new number too. */
void recording_turn(const struct recording *r)
{
	struct part *p = &head_of(r)->live;
	uint32_t number = own(&p->number) + 1;

	atomic_store_explicit(&p->len[number & 1], 0, memory_order_relaxed);
	atomic_store_explicit(&p->number, number, memory_order_release);
	atomic_thread_fence(memory_order_release);
}

unsigned char *recording_room(const struct recording *r, size_t *room)
{
	const struct part *p = &head_of(r)->live;
	uint32_t number = own(&p->number), len = own(&p->len[number & 1]);

	*room = r->half - len;
	return area(r, false, number) + len;
}

void recording_add(const struct recording *r, size_t len)
{
	struct part *p = &head_of(r)->live;
	_Atomic uint32_t *of = &p->len[own(&p->number) & 1];

	atomic_store_explicit(of, own(of) + (uint32_t)len, memory_order_release);
}

/* Which halves there are. A process that went wrong may have written any length. */
static void look(const struct recording *r, const struct part *p, struct recording_reader *out)
{
	uint32_t number = atomic_load_explicit(&p->number, memory_order_acquire);

	out->number[0] = number ? number - 1 : 0;
	out->number[1] = number;
	for (int i = 0; i < 2; i++) {
		const _Atomic uint32_t *of = &p->len[out->number[i] & 1];
		uint32_t len = atomic_load_explicit(of, memory_order_acquire);
		out->len[i] = len < r->half ? len : r->half;
	}
}

/* Was what has been copied from half `number` still that half? */
static bool was_there(const struct part *live, uint32_t number)
{
	atomic_thread_fence(memory_order_acquire);
	return own(&live->number) - number < 2;
}

void recording_keep(const struct recording *r)
{
	struct head *h = head_of(r);
	uint32_t keeps = own(&h->keeps) | 1;
	struct recording_reader now;

	atomic_store_explicit(&h->keeps, keeps, memory_order_relaxed);
	atomic_thread_fence(memory_order_release);
	look(r, &h->live, &now);
	for (int i = 0; i < 2; i++) {
		uint32_t number = now.number[i];
		size_t len = now.len[i];
		memcpy(area(r, true, number), area(r, false, number), len);
		if (!was_there(&h->live, number))
			len = 0;
		atomic_store_explicit(&h->kept.len[number & 1], (uint32_t)len,
		                      memory_order_relaxed);
	}
	atomic_store_explicit(&h->kept.number, now.number[1], memory_order_relaxed);
	atomic_store_explicit(&h->keeps, keeps + 1, memory_order_release);
}

bool recording_open(const struct recording *r, bool kept, struct recording_reader *out)
{
	const struct head *h = head_of(r);

	*out = (struct recording_reader){.kept = kept};
	if (!h)
		return false;
	uint32_t keeps = atomic_load_explicit(&h->keeps, memory_order_acquire);
	out->keeps = keeps & ~1u;
	look(r, kept ? &h->kept : &h->live, out);
	return !kept || keeps;
}

/* May the octets that were copied from that half be used? */
static bool is_whole(const struct head *h, const struct recording_reader *reader, uint32_t number)
{
	bool there = was_there(&h->live, number);

	return reader->kept ? own(&h->keeps) == reader->keeps : there;
}

bool recording_read(const struct recording *r, struct recording_reader *reader, void *out,
                    size_t cap, size_t *len)
{
	const void *from = RECORDING_MAGIC;
	size_t at = reader->at, end = sizeof(RECORDING_MAGIC) - 1;
	uint32_t number = reader->number[1];

	for (int i = 0; at >= end && i < 2; i++) {
		at -= end;
		end = reader->len[i];
		number = reader->number[i];
		from = area(r, reader->kept, number);
	}
	*len = at < end ? end - at : 0;
	if (*len > cap)
		*len = cap;
	memcpy(out, (const char *)from + at, *len);
	reader->at += *len;
	return is_whole(head_of(r), reader, number);
}
