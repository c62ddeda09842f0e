#include "state/claim.h"

#include "dmr/dmr.h"
#include "wire/frame.h"

#define CLAIMS_LOOKED_AT 256 /* search limit for a free row */

void claims_open(struct claims *t, struct arena *arena, uint32_t capacity, uint64_t secret)
{
	*t = (struct claims){.capacity = capacity};
	t->rows = arena_cut(arena, "claims", capacity, sizeof(struct claim));
	hash_open(&t->by_key, arena, "claims by stream", capacity, secret);
}

void claims_relist(struct claims *t)
{
	hash_clear(&t->by_key);
	if (t->used > t->capacity)
		t->used = t->capacity;
	for (uint32_t i = 0; i < t->used; i++) {
		while (hash_get(&t->by_key, t->rows[i].key) != HASH_NOT_FOUND)
			t->rows[i].key += 0x9e3779b97f4a7c15; /* of nobody; odd: it passes all */
		hash_put(&t->by_key, t->rows[i].key, i);
	}
}

struct claim *claim_find(const struct claims *t, uint64_t key, tick_t now)
{
	uint32_t index = hash_get(&t->by_key, key);

	if (index == HASH_NOT_FOUND || now - t->rows[index].seen >= CLAIM_KEEP_MS)
		return NULL;
	return &t->rows[index];
}

bool claim_outranks(const struct claim *c, struct source origin, tick_t now)
{
	return !source_equal(c->origin, origin) && (c->ended || now - c->last < CLAIM_SILENCE_MS);
}

/* Hash of a frame that begins a data transmission or a part of it; 0 for other frames. */
static uint32_t head_of(const struct hbp_burst *b)
{
	bool head = burst_begins(b) && b->class != BURST_VOICE_HEADER;
	uint32_t hash = 2166136261u;

	for (size_t i = 0; head && i < sizeof(b->payload); i++)
		hash = (hash ^ b->payload[i]) * 16777619u;
	return head ? hash | 1 : 0;
}

static bool is_data_header(const struct hbp_burst *b)
{
	return b->class == BURST_DATA_HEADER;
}

/* Is it different from the hash stored there? */
static bool is_other(const struct claim_head *head, uint8_t seq, uint32_t hash)
{
	return head->hash && head->seq == seq && head->hash != hash;
}

static bool is_ahead(const struct claim *c, uint8_t seq)
{
	uint8_t ahead = (uint8_t)(seq - c->seq);

	return ahead > 0 && ahead < 128;
}

/*
 * How far ahead of the last frame a new one may be: numbers wrap after 256, and a talker keeps
 * counting while his frames are lost. Data is recognised by its number throughout the life of the
 * claim, because its parts follow each other closely.
 */
static unsigned reach_of(const struct claim *c, tick_t now)
{
	tick_t said = (now - c->carried_at) / DMR_BURST_MS + CLAIM_FASTER_FRAMES;

	if (c->key & CLAIM_DATA || said < 127)
		return 127;
	return said < 255 ? (unsigned)said : 255;
}

bool claim_has_carried(const struct claim *c, const struct hbp_burst *b, tick_t now)
{
	uint32_t hash = head_of(b);
	bool other = hash && (is_other(&c->first, b->seq, hash) ||
	                      (is_data_header(b) && is_other(&c->header, b->seq, hash)));

	unsigned reach = reach_of(c, now);
	uint8_t ahead = (uint8_t)(b->seq - c->seq);

	if (!c->carried || reach == 255)
		return false;
	return c->still || ((ahead == 0 || ahead > reach) && !other);
}

/* A frame overtaken by its terminator, or a repeated terminator. */
static bool is_straggler(const struct claim *c, const struct hbp_burst *b, tick_t now)
{
	return c->ended && b->class != BURST_VOICE_HEADER && now - c->last < CLAIM_SILENCE_MS &&
	       !is_ahead(c, b->seq);
}

/* Some senders never count (decision 35): then the number does not identify copies. */
static void note_number(struct claim *c, const struct hbp_burst *b, bool begins)
{
	uint8_t kind = (uint8_t)b->class;

	c->still = !begins && c->carried &&
	           (c->still ? !is_ahead(c, b->seq) : b->seq == c->seq && kind != c->kind);
	if (!begins && c->carried && !is_ahead(c, b->seq) && b->seq != c->seq)
		return; /* a late one */
	c->seq = b->seq;
	c->kind = kind;
}

void claim_carry(struct claim *c, const struct hbp_burst *b, bool begins, tick_t now)
{
	bool terminator = b->class == BURST_TERMINATOR;
	bool by_uplink = c->origin.kind == SOURCE_UPLINK;
	struct claim_head head = {b->seq, head_of(b)};

	if (is_straggler(c, b, now))
		return;
	bool faded = terminator && by_uplink && c->carried && now - c->carried_at >= CLAIM_FADED_MS;
	c->used |= begins && c->ended;
	c->ended = terminator && !faded;
	if (begins)
		c->first = c->header = (struct claim_head){0};
	note_number(c, b, begins);
	if (!c->first.hash)
		c->first = head;
	if (is_data_header(b))
		c->header = head;
	c->carried = true;
	c->carried_at = now;
	c->seen = now;
	if (!faded)
		c->last = now;
}

static uint32_t advance(struct claims *t)
{
	uint32_t index = t->next;

	t->next = (t->next + 1) % t->capacity;
	return index;
}

/* An unused row, if a short search finds one: a claim in use stays. */
static uint32_t free_row(struct claims *t, tick_t now)
{
	if (t->used < t->capacity) {
		t->used++;
		return advance(t);
	}
	for (uint32_t i = 0; i < CLAIMS_LOOKED_AT; i++) {
		uint32_t index = advance(t);
		if (now - t->rows[index].last < CLAIM_SILENCE_MS)
			continue;
		hash_remove(&t->by_key, t->rows[index].key);
		return index;
	}
	return HASH_NOT_FOUND;
}

struct claim *claim_take(struct claims *t, uint64_t key, struct source origin, tick_t now)
{
	uint32_t index = hash_get(&t->by_key, key);

	if (index == HASH_NOT_FOUND) {
		index = free_row(t, now);
		if (index == HASH_NOT_FOUND)
			return NULL;
		hash_put(&t->by_key, key, index);
	}
	struct claim *c = &t->rows[index];
	bool known = c->key == key && now - c->seen < CLAIM_KEEP_MS;
	*c = (struct claim){.key = key,
	                    .origin = origin,
	                    .last = now,
	                    .seen = now,
	                    .carried = known && c->carried,
	                    .still = known && c->still,
	                    .seq = c->seq,
	                    .kind = c->kind,
	                    .carried_at = c->carried_at,
	                    .first = c->first,
	                    .header = c->header};
	return c;
}

void claim_restore(struct claims *t, const struct claim *from)
{
	if (t->used == t->capacity || hash_get(&t->by_key, from->key) != HASH_NOT_FOUND)
		return;
	uint32_t index = advance(t);
	t->used++;
	t->rows[index] = *from;
	hash_put(&t->by_key, from->key, index);
}
