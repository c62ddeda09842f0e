#include "core/telling/taking.h"

#include <string.h>

#include "state/pool.h"

static void read_name(struct rd *rd, char out[static TAKING_NAME_MAX])
{
	size_t len = rd_u8(rd);

	if (len >= TAKING_NAME_MAX)
		rd->bad = true;
	len = rd->bad ? 0 : len;
	rd_bytes(rd, out, len);
	out[len] = 0;
}

static const struct carried_field *find_field(enum carried_set set, const char *name,
                                              enum carried_reader reader)
{
	const struct carried_info *info = &carried_sets[set];
	const char *own = info->names;

	for (size_t i = 0; i < info->field_count; i++) {
		const struct carried_field *f = &info->fields[i];
		if (carried_goes(f, reader) && strcmp(own, name) == 0)
			return f;
		own = carried_name_after(f, own);
	}
	return NULL;
}

static bool find_set(const char *name, enum carried_set *out)
{
	for (enum carried_set set = 0; set < CARRIED_SETS; set++)
		if (strcmp(carried_sets[set].name, name) == 0) {
			*out = set;
			return true;
		}
	return false;
}

/* What is carried by name is a pointer here, which a recording may have from another machine. */
static bool is_size_of(const struct carried_field *f, uint32_t size)
{
	bool is_name = f->type == CARRIED_WORDS || f->type == CARRIED_CLIPS;

	return size == f->size || (is_name && (size == f->size / 2 || size / 2 == f->size));
}

static const char *read_kind(struct rd *rd, enum carried_reader reader, struct taking_order *out)
{
	char name[TAKING_NAME_MAX];

	read_name(rd, name);
	uint16_t count = rd_u16(rd);
	if (!find_set(name, &out->set) || count >= TAKING_FIELDS_MAX)
		return "unknown kind of row in the state";
	for (uint16_t i = 0; i < count; i++) {
		read_name(rd, name);
		const struct carried_field *f = find_field(out->set, name, reader);
		uint8_t type = rd_u8(rd);
		uint32_t size = rd_u32(rd);
		if (!f || f->type != type || !is_size_of(f, size))
			return "unknown field in the state";
		out->fields[i] = f;
	}
	return NULL;
}

const char *taking_head(struct taking *t, const void *octets, size_t len)
{
	char magic[sizeof(HANDOVER_MAGIC)] = "";
	const char *fault = NULL;

	t->rows = rd_make(octets, len);
	rd_bytes(&t->rows, magic, sizeof(magic) - 1);
	if (strcmp(magic, HANDOVER_MAGIC) != 0)
		return "not the state of a server";
	if (rd_u32(&t->rows) != CARRIED_VERSION)
		return "state of another version";
	t->count = rd_u32(&t->rows);
	t->kinds = rd_u8(&t->rows);
	if (t->kinds > CARRIED_SETS)
		return "unknown kind of row in the state";
	for (uint32_t i = 0; i < t->kinds && !fault; i++)
		fault = read_kind(&t->rows, t->reader, &t->order[i]);
	if (!fault && t->rows.bad)
		return "damaged state";
	return fault;
}

uint32_t taking_places(uint32_t count, size_t len)
{
	return count < len ? 2 * count + 2 : 2;
}

static uint64_t place_key(enum carried_set set, uint32_t index, uint32_t generation)
{
	return (uint64_t)set << 56 | (uint64_t)(index & 0xffffff) << 32 | generation;
}

void taking_note(struct taking *t, const struct taking_row *h, const struct pool_row *row)
{
	enum carried_set set = h->order->set;

	bool noted = hash_put(&t->places, place_key(set, h->index, h->generation), row->index);
	noted &= hash_put(&t->places, place_key(set, h->index, 0), row->index);
	t->rows.bad |= !noted; /* more rows than the head says */
}

struct pool_row *taking_find(const struct taking *t, enum carried_set set, uint32_t index,
                             uint32_t generation)
{
	uint32_t at = hash_get(&t->places, place_key(set, index, generation));

	return at == HASH_NOT_FOUND ? NULL
	                            : pool_at(kind_pool(t->core, carried_sets[set].kind), at);
}

/* False if the row it refers to is gone. */
static bool translate_origin(const struct taking *t, struct source *origin)
{
	static const enum carried_set sets[] = {[SOURCE_UPLINK] = CARRIED_UPLINK,
	                                        [SOURCE_PEER] = CARRIED_PEER,
	                                        [SOURCE_LOCAL] = CARRIED_PLAYER};

	if (origin->kind == SOURCE_CLIENT)
		return true;
	const struct pool_row *row = origin->kind < ARRAY_LEN(sets)
	                                     ? taking_find(t, sets[origin->kind], origin->index, 0)
	                                     : NULL;
	*origin = row ? (struct source){origin->kind, row->index} : source_client(0);
	return row;
}

static void translate_handles(const struct taking *t, const struct carried_field *f, void *at)
{
	struct handle *h = at;

	for (size_t i = 0; i < f->size / sizeof(*h); i++) {
		const struct pool_row *row =
			handle_is_none(h[i]) ? NULL
					     : taking_find(t, f->set, h[i].index, h[i].generation);
		h[i] = row ? pool_handle(row) : HANDLE_NONE;
	}
}

static void translate_index(const struct taking *t, enum carried_set set, uint32_t *index)
{
	const struct pool_row *row = taking_find(t, set, *index, 0);

	*index = row ? row->index : POOL_NONE;
}

static void translate_target(const struct taking *t, uint32_t *peer)
{
	if (*peer >= PEER_NONE)
		return;
	translate_index(t, CARRIED_PEER, peer);
	if (*peer == POOL_NONE)
		*peer = PEER_NONE;
}

/* Constant text of another binary lives as long as the core. */
static const char *keep_words(struct core *core, const char *words)
{
	struct words *t = &core->words;
	uint32_t i = 0;

	while (i < t->used && strcmp(t->rows[i], words) != 0)
		i++;
	if (i == WORDS_ROWS)
		return "";
	if (i == t->used) {
		t->used++;
		for (size_t k = 0; k + 1 < WORDS_LEN && words[k]; k++)
			t->rows[i][k] = words[k];
	}
	return t->rows[i];
}

static void read_words(struct taking *t, const char **at)
{
	char words[TAKING_NAME_MAX];

	read_name(&t->rows, words);
	*at = *words ? keep_words(t->core, words) : NULL;
}

static void read_clips(struct taking *t, struct player *p)
{
	const struct conf *conf = t->core->conf;
	uint32_t count = rd_u8(&t->rows);
	char listener[TAKING_NAME_MAX], language[TAKING_NAME_MAX], word[TAKING_NAME_MAX];

	for (uint32_t n = 0; n < count; n++) { /* the first pass has read them all */
		read_name(&t->rows, listener);
		read_name(&t->rows, language);
		read_name(&t->rows, word);
		for (uint32_t i = 0; i < conf->listener_count && n < PLAYER_CLIPS; i++)
			if (strcmp(conf->listener[i].name, listener) == 0)
				p->clips[n] = audio_clip(&conf->listener[i].voice, language, word);
	}
	p->clip_count = count < PLAYER_CLIPS ? count : PLAYER_CLIPS;
}

/*
 * Long fields are mostly zeros, as in a core just opened; writing them would only touch memory.
 */
static void read_raw(struct rd *rd, unsigned char *at, size_t len)
{
	static const unsigned char zeros[256];
	unsigned char piece[sizeof(zeros)];

	for (size_t done = 0; done < len; done += sizeof(piece)) {
		size_t some = len - done < sizeof(piece) ? len - done : sizeof(piece);
		rd_bytes(rd, piece, some);
		if (len < CARRIED_LONG || memcmp(piece, zeros, some) != 0)
			memcpy(at + done, piece, some);
	}
}

/* One piece after the other, as handover.h has it. */
static void read_sparse(struct rd *rd, unsigned char *at, size_t len)
{
	while (len > 0) {
		size_t skip = rd_u16(rd), n = rd_u16(rd);
		if (skip + n > len || skip + n == 0) {
			rd->bad = true;
			return;
		}
		if (at)
			rd_bytes(rd, at + skip, n);
		else
			rd_skip(rd, n);
		at = at ? at + skip + n : NULL;
		len -= skip + n;
	}
}

static bool is_sparse(const struct taking *t, const struct carried_field *f)
{
	return t->reader == CARRIED_FILE && f->type == CARRIED_RAW && f->size >= CARRIED_LONG;
}

static void read_octets(struct taking *t, const struct carried_field *f, void *at)
{
	if (is_sparse(t, f))
		read_sparse(&t->rows, at, f->size);
	else
		read_raw(&t->rows, at, f->size);
	if (CARRIED_TURNS && t->reader == CARRIED_FILE) /* never: on little-endian machines */
		carried_turn(f, 0, at, f->size);
}

/* So that no octets are a bool that is neither, or a time whose difference to another overflows. */
static void bound(unsigned char *at, const struct carried_field *f)
{
	tick_t t;

	if (f->set == CARRIED_BOOL)
		*at = *at != 0;
	if (f->set != CARRIED_TICK && f->set != CARRIED_DUE)
		return;
	memcpy(&t, at, sizeof(t));
	if (f->set == CARRIED_TICK || t != TICK_NEVER)
		t = tick_bound(t);
	memcpy(at, &t, sizeof(t));
}

/* False if the row is useless without what this field refers to. */
static bool read_field(struct taking *t, void *row, const struct carried_field *f)
{
	void *at = (unsigned char *)row + f->offset;

	switch ((enum carried_type)f->type) {
	case CARRIED_RAW:
		read_octets(t, f, at);
		bound(at, f);
		return true;
	case CARRIED_HANDLE:
		read_octets(t, f, at);
		translate_handles(t, f, at);
		return true;
	case CARRIED_INDEX:
		read_octets(t, f, at);
		translate_index(t, f->set, at);
		return true;
	case CARRIED_ORIGIN:
		read_octets(t, f, at);
		return translate_origin(t, at);
	case CARRIED_TARGET:
		read_octets(t, f, at);
		translate_target(t, at);
		return true;
	case CARRIED_MEETING:
		*(uint32_t *)at = rd_u32(&t->rows);
		return true;
	case CARRIED_WORDS:
		read_words(t, at);
		return true;
	case CARRIED_CLIPS:
		read_clips(t, row);
		return true;
	case CARRIED_DERIVED: /* never: find_field leaves them out */
		break;
	}
	return false;
}

bool taking_fields(struct taking *t, const struct taking_order *order, void *row)
{
	bool whole = true;

	for (size_t i = 0; order->fields[i]; i++)
		whole &= read_field(t, row, order->fields[i]);
	return whole;
}

bool taking_next(struct taking *t, struct taking_row *h)
{
	uint8_t kind = rd_u8(&t->rows);

	if (kind > t->kinds)
		t->rows.bad = true;
	if (t->rows.bad || kind == 0)
		return false;
	h->order = &t->order[kind - 1];
	h->index = rd_u32(&t->rows);
	h->generation = rd_u32(&t->rows);
	read_name(&t->rows, h->section);
	h->binding = rd_u64(&t->rows);
	return !t->rows.bad;
}

void taking_skip(struct taking *t, const struct taking_order *order)
{
	char name[TAKING_NAME_MAX];

	for (size_t i = 0; order->fields[i]; i++) {
		const struct carried_field *f = order->fields[i];
		if (f->type == CARRIED_WORDS)
			read_name(&t->rows, name);
		else if (f->type == CARRIED_CLIPS)
			for (uint32_t n = 3u * rd_u8(&t->rows); n > 0 && !t->rows.bad; n--)
				read_name(&t->rows, name);
		else if (is_sparse(t, f))
			read_sparse(&t->rows, NULL, f->size);
		else
			rd_skip(&t->rows, f->size);
	}
}
