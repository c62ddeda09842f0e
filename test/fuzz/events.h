/*
 * For harnesses whose inputs are lists of events, each a head of EVENT_HEAD octets, the last or the
 * last two of which are the length of what follows. A mutation that adds or drops an octet turns
 * all behind it into other events; so most mutations here leave events whole: they change what is
 * in one, or drop, repeat, move and mix them.
 */
#ifndef FUZZ_EVENTS_H
#define FUZZ_EVENTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#define EVENTS_LIST_MAX 1024u
#define EVENTS_INPUT_MAX 65536u
#define EVENT_MAX 512u    /* octets of one that a mutation changes */
#define EVENT_NEW_MAX 12u /* likewise, of one that is new */

/* Of libFuzzer, and nowhere else: the driver has none, and calls none of this. */
__attribute__((weak)) size_t LLVMFuzzerMutate(uint8_t *data, size_t size, size_t max);
size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max, unsigned seed);
size_t LLVMFuzzerCustomCrossOver(const uint8_t *one, size_t one_size, const uint8_t *two,
                                 size_t two_size, uint8_t *out, size_t max, unsigned seed);

struct events_list {
	size_t count,
		at[EVENTS_LIST_MAX + 1]; /* where each begins; one more, where the last ends */
};

struct events_out {
	uint8_t *at;
	size_t len, max;
};

static inline unsigned events_dice(unsigned *seed, size_t sides)
{
	*seed = *seed * 1103515245u + 12345u;
	return (unsigned)((*seed >> 8) % sides);
}

static inline size_t event_len(const uint8_t *event)
{
	size_t len = event[EVENT_HEAD - 1];

	return EVENT_HEAD > 3 ? len | (size_t)event[EVENT_HEAD - 2] << 8 : len;
}

static inline void event_set_len(uint8_t *event, size_t len)
{
	event[EVENT_HEAD - 1] = (uint8_t)len;
	if (EVENT_HEAD > 3)
		event[EVENT_HEAD - 2] = (uint8_t)(len >> 8);
}

/* Octets behind the last whole event belong to none. */
static inline void events_split(struct events_list *l, const uint8_t *data, size_t size)
{
	size_t at = 0;

	for (l->count = 0; l->count < EVENTS_LIST_MAX && size - at >= EVENT_HEAD; l->count++) {
		size_t len = EVENT_HEAD + event_len(data + at);
		l->at[l->count] = at;
		at += len < size - at ? len : size - at;
	}
	l->at[l->count] = at;
}

static inline void events_put(struct events_out *o, const uint8_t *octets, size_t len)
{
	if (len > o->max - o->len)
		len = o->max - o->len;
	memcpy(o->at + o->len, octets, len);
	o->len += len;
}

static inline void events_put_range(struct events_out *o, const uint8_t *data,
                                    const struct events_list *l, size_t from, size_t to)
{
	if (from < to)
		events_put(o, data + l->at[from], l->at[to] - l->at[from]);
}

/* One event, its head or its octets changed. */
static inline void events_put_changed(struct events_out *o, const uint8_t *event, size_t size,
                                      bool head)
{
	uint8_t changed[EVENT_HEAD + EVENT_MAX];
	size_t len = size - EVENT_HEAD < EVENT_MAX ? size - EVENT_HEAD : EVENT_MAX;

	memcpy(changed, event, EVENT_HEAD + len);
	if (head)
		LLVMFuzzerMutate(changed, 2, 2);
	else
		len = LLVMFuzzerMutate(changed + EVENT_HEAD, len, EVENT_HEAD > 3 ? EVENT_MAX : 255);
	event_set_len(changed, len);
	events_put(o, changed, EVENT_HEAD + len);
}

static inline void events_put_new(struct events_out *o, unsigned *seed)
{
	uint8_t event[EVENT_HEAD + EVENT_NEW_MAX] = {(uint8_t)events_dice(seed, 256)};
	size_t len = events_dice(seed, EVENT_NEW_MAX + 1);

	event[1] = (uint8_t)(events_dice(seed, 2) ? 0 : events_dice(seed, 256));
	event_set_len(event, len);
	for (size_t i = 0; i < len; i++)
		event[EVENT_HEAD + i] = (uint8_t)events_dice(seed, 256);
	events_put(o, event, EVENT_HEAD + len);
}

/* The events from..to are changed, dropped, repeated or moved to `place`, or there is a new one. */
static inline void events_change(struct events_out *o, const uint8_t *old,
                                 const struct events_list *l, unsigned *seed)
{
	size_t from = events_dice(seed, l->count);
	size_t to = from + 1 + events_dice(seed, l->count - from < 4 ? l->count - from : 4);
	size_t place = events_dice(seed, l->count + 1);
	unsigned how = events_dice(seed, 8);

	if (how < 4) {
		events_put_range(o, old, l, 0, from);
		events_put_changed(o, old + l->at[from], l->at[from + 1] - l->at[from], how == 0);
		events_put_range(o, old, l, from + 1, l->count);
		return;
	}
	if (how == 4) {
		events_put_range(o, old, l, 0, from);
		events_put_range(o, old, l, to, l->count);
		return;
	}
	events_put_range(o, old, l, 0, place);
	if (how == 5)
		events_put_new(o, seed);
	else
		events_put_range(o, old, l, from, to);
	if (how == 7 && place <= from) {
		events_put_range(o, old, l, place, from);
		place = to;
	}
	events_put_range(o, old, l, place, l->count);
}

size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max, unsigned seed)
{
	static uint8_t old[EVENTS_INPUT_MAX];
	static struct events_list list;
	struct events_out out = {.at = data, .max = max};

	if (size <= sizeof(old))
		events_split(&list, data, size);
	if (size > sizeof(old) || list.count == 0 || events_dice(&seed, 8) == 0)
		return LLVMFuzzerMutate(data, size, max);
	memcpy(old, data, size);
	events_change(&out, old, &list, &seed);
	return out.len;
}

/* The first events of one, then some of two, then the rest of one. */
size_t LLVMFuzzerCustomCrossOver(const uint8_t *one, size_t one_size, const uint8_t *two,
                                 size_t two_size, uint8_t *data, size_t max, unsigned seed)
{
	static struct events_list a, b;
	struct events_out out = {.at = data, .max = max};

	events_split(&a, one, one_size);
	events_split(&b, two, two_size);
	size_t place = events_dice(&seed, a.count + 1), from = events_dice(&seed, b.count + 1);
	size_t to = from + events_dice(&seed, b.count - from + 1);
	events_put_range(&out, one, &a, 0, place);
	events_put_range(&out, two, &b, from, to);
	events_put_range(&out, one, &a, place, a.count);
	return out.len;
}

#endif
