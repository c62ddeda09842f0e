#include "core/telling/takeover.h"

#include <string.h>

#include "core/step/expire.h"
#include "core/telling/invariants.h"
#include "state/pool.h"

#define NAME_MAX HANDOVER_NAME_MAX
#define FIELDS_MAX 128u

/* Our field for each field of a kind, in the order of the head; NULL = the end. */
struct order {
	enum carried_set set;
	const struct carried_field *fields[FIELDS_MAX];
};

struct taking {
	struct core *core;
	enum carried_reader reader;
	struct order order[CARRIED_SETS];
	uint32_t kinds;
	struct rd rows;
	uint32_t count;
	struct hash places;           /* new positions of the old rows */
	uint32_t next[CARRIED_POOLS]; /* lowest place of the next row in a recording */
	uint32_t left;
};

struct row_head {
	const struct order *order;
	uint32_t index, generation;
	char section[NAME_MAX];
	uint64_t binding;
};

static void read_name(struct rd *rd, char out[static NAME_MAX])
{
	size_t len = rd_u8(rd);

	if (len >= NAME_MAX)
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

static const char *read_kind(struct rd *rd, enum carried_reader reader, struct order *out)
{
	char name[NAME_MAX];

	read_name(rd, name);
	uint16_t count = rd_u16(rd);
	if (!find_set(name, &out->set) || count >= FIELDS_MAX)
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

static const char *read_head(struct taking *t, const void *octets, size_t len)
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
		return "truncated state";
	return fault;
}

const char *takeover_reads(const void *octets, size_t len)
{
	struct taking t = {.core = NULL};

	return read_head(&t, octets, len);
}

void takeover_measure(const void *octets, size_t len, struct arena *room)
{
	struct rd rd = rd_make(octets, len);
	struct hash places;

	rd_skip(&rd, HANDOVER_COUNT_AT);
	uint32_t count = rd_u32(&rd);
	hash_open(&places, room, "rows of before", count < len ? 2 * count + 2 : 2, 0);
}

/* The new position of an old row; generation 0: of any. */

static uint64_t place_key(enum carried_set set, uint32_t index, uint32_t generation)
{
	return (uint64_t)set << 56 | (uint64_t)(index & 0xffffff) << 32 | generation;
}

static void note_place(struct taking *t, const struct row_head *h, const struct pool_row *row)
{
	enum carried_set set = h->order->set;

	(void)hash_put(&t->places, place_key(set, h->index, h->generation), row->index);
	(void)hash_put(&t->places, place_key(set, h->index, 0), row->index);
}

static struct pool_row *find_place(const struct taking *t, enum carried_set set, uint32_t index,
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
	                                     ? find_place(t, sets[origin->kind], origin->index, 0)
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
					     : find_place(t, f->set, h[i].index, h[i].generation);
		h[i] = row ? pool_handle(row) : HANDLE_NONE;
	}
}

static void translate_index(const struct taking *t, enum carried_set set, uint32_t *index)
{
	const struct pool_row *row = find_place(t, set, *index, 0);

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
	char words[NAME_MAX];

	read_name(&t->rows, words);
	*at = *words ? keep_words(t->core, words) : NULL;
}

static void read_clips(struct taking *t, struct player *p)
{
	const struct conf *conf = t->core->conf;
	uint32_t count = rd_u8(&t->rows);
	char listener[NAME_MAX], language[NAME_MAX], word[NAME_MAX];

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
	while (len > 0 && !rd->bad) {
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
		if (is_sparse(t, f))
			read_sparse(&t->rows, at, f->size);
		else
			read_raw(&t->rows, at, f->size);
		bound(at, f);
		return true;
	case CARRIED_HANDLE:
		rd_bytes(&t->rows, at, f->size);
		translate_handles(t, f, at);
		return true;
	case CARRIED_INDEX:
		rd_bytes(&t->rows, at, f->size);
		translate_index(t, f->set, at);
		return true;
	case CARRIED_ORIGIN:
		rd_bytes(&t->rows, at, f->size);
		return translate_origin(t, at);
	case CARRIED_TARGET:
		rd_bytes(&t->rows, at, f->size);
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

static bool read_fields(struct taking *t, const struct order *order, void *row)
{
	bool whole = true;

	for (size_t i = 0; order->fields[i]; i++)
		whole &= read_field(t, row, order->fields[i]);
	return whole;
}

/* False at the end, or if what follows is not a row. */
static bool read_row_head(struct taking *t, struct row_head *h)
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

/* Skips the fields of a row. */
static void skip_fields(struct taking *t, const struct order *order)
{
	char name[NAME_MAX];

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

/* First pass: allocates each row. Those of the configuration exist already. */

static struct pool_row *configured(const struct taking *t, enum carried_set set,
                                   const char *section)
{
	uint64_t binding;

	POOL_EACH(struct pool_row *, row, kind_pool(t->core, carried_sets[set].kind))
		if (strcmp(carried_section(t->core, set, row, &binding), section) == 0)
			return row;
	return NULL;
}

/* A free row; in a recording the one it was. There they are in order, and to take them in another
 * one would take long. */
static struct pool_row *take_row(struct taking *t, const struct row_head *h)
{
	struct pool *pool = kind_pool_of(t->core, carried_sets[h->order->set].kind);
	uint32_t *next = &t->next[h->order->set];
	struct pool_row *row = NULL;

	if (t->reader == CARRIED_NEXT)
		return pool_take(pool);
	if (h->index >= *next)
		row = pool_take_at(pool, h->index);
	if (row) {
		row->generation = h->generation | 1;
		*next = h->index + 1;
	}
	return row;
}

static struct pool_row *place_uplink_session(struct taking *t, const struct row_head *h)
{
	struct uplink *u = (void *)configured(t, CARRIED_UPLINK, h->section);
	struct session *s = u ? session_get(&t->core->sessions, u->session) : NULL;

	if (u && t->reader == CARRIED_FILE && (s = (void *)take_row(t, h))) {
		s->at = u->at;
		u->session = pool_handle(&s->row);
	}
	return s ? &s->row : NULL;
}

static struct pool_row *place_session(struct taking *t, const struct row_head *h)
{
	const struct conf *conf = t->core->conf;

	if (h->binding)
		return place_uplink_session(t, h);
	for (uint32_t i = 0; i < conf->listener_count; i++) {
		if (strcmp(conf->listener[i].name, h->section) != 0)
			continue;
		struct session *s = (void *)take_row(t, h);
		if (!s)
			return NULL;
		session_clear(s);
		s->at.socket = i;
		return &s->row;
	}
	return NULL;
}

static struct pool_row *place_stream(struct taking *t, const struct row_head *h)
{
	struct stream *x = (void *)take_row(t, h);

	if (!x)
		return NULL;
	x->conference = POOL_NONE;
	x->peer = PEER_ALL;
	x->expiry = expiry_none();
	return &x->row;
}

static struct pool_row *place_of(struct taking *t, const struct row_head *h)
{
	struct core *core = t->core;
	enum carried_set set = h->order->set;

	switch (set) {
	case CARRIED_SERVER:
		return &core->row;
	case CARRIED_PEER:
	case CARRIED_UPLINK:
	case CARRIED_ANNOUNCEMENT:
		return configured(t, set, h->section);
	case CARRIED_SESSION:
		return place_session(t, h);
	case CARRIED_STREAM:
		return place_stream(t, h);
	case CARRIED_PLAYER:
	case CARRIED_RECORDING:
	case CARRIED_SUBSCRIPTION:
	case CARRIED_BLOCK:
		return take_row(t, h);
	case CARRIED_CONFERENCE:
	case CARRIED_TOMBSTONE:
	case CARRIED_CLAIM:
	case CARRIED_QUENCH:
	case CARRIED_LOCATION:
	case CARRIED_DECISION:
	case CARRIED_COUNTER:
	case CARRIED_SETS:
		break;
	}
	return NULL;
}

static void find_places(struct taking *t)
{
	struct rd begin = t->rows;
	struct row_head h;

	while (read_row_head(t, &h)) {
		struct pool_row *row = place_of(t, &h);
		if (row)
			note_place(t, &h, row);
		else if (h.order->set < CARRIED_POOLS)
			t->left++;
		skip_fields(t, h.order);
	}
	if (!t->rows.bad)
		t->rows = begin;
}

/* Second pass: their fields. */

/* An uplink whose section has changed logs in again. */
static bool goes_on(const struct taking *t, const struct row_head *h, const void *row)
{
	uint64_t binding;

	(void)carried_section(t->core, h->order->set, row, &binding);
	return binding == h->binding;
}

static void *room_for(struct taking *t, const struct row_head *h)
{
	struct pool_row *row = find_place(t, h->order->set, h->index, h->generation);

	return row && (!h->binding || t->reader == CARRIED_FILE || goes_on(t, h, row)) ? row : NULL;
}

/* Sessions and streams, by their origin, and subscriptions. */
static void drop(struct taking *t, enum carried_set set, struct pool_row *row)
{
	pool_give(kind_pool_of(t->core, carried_sets[set].kind), row);
	t->left++;
}

static void read_pooled(struct taking *t, const struct row_head *h)
{
	void *row = room_for(t, h);

	if (!row)
		skip_fields(t, h->order);
	else if (!read_fields(t, h->order, row))
		drop(t, h->order->set, row);
}

static void restore_conference(struct core *core, const union carried *row)
{
	const struct conference *from = &row->conference;
	struct conference *c = conference_find(&core->subscriptions, from->tg);

	if (!c)
		return;
	c->speaker = from->speaker;
	c->free_since = from->free_since;
}

static void restore_tombstone(struct core *core, const union carried *row)
{
	tombstone_put(&core->streams, &row->tombstone);
}

static void restore_claim(struct core *core, const union carried *row)
{
	claim_restore(&core->claims, &row->claim);
}

static void restore_quench(struct core *core, const union carried *row)
{
	const struct carried_quench *from = &row->quench;

	if (from->row.live && from->peer != POOL_NONE)
		quench_restore(&core->quenches, from->peer, &from->row);
}

static void restore_location(struct core *core, const union carried *row)
{
	const struct location *from = &row->location;

	location_learn(&core->locations, from->radio, from->origin, from->slot, from->at);
}

static void restore_decision(struct core *core, const union carried *row)
{
	if (row->decision.words)
		decision_restore(&core->decisions, &row->decision);
}

static void restore_counter(struct core *core, const union carried *row)
{
	const struct carried_counter *from = &row->counter;

	for (enum counter i = 0; i < COUNT_COUNTERS; i++)
		if (strncmp(counter_name(i), from->name, sizeof(from->name)) == 0)
			core->counter[i] = from->value;
}

/* Of the sets that are not in pools. */
static void (*const restores[CARRIED_SETS])(struct core *core, const union carried *row) = {
	[CARRIED_CONFERENCE] = restore_conference, [CARRIED_TOMBSTONE] = restore_tombstone,
	[CARRIED_CLAIM] = restore_claim,           [CARRIED_QUENCH] = restore_quench,
	[CARRIED_LOCATION] = restore_location,     [CARRIED_DECISION] = restore_decision,
	[CARRIED_COUNTER] = restore_counter,
};

/* Those in pools when `pooled`, else the others. */
static void read_rows(struct taking *t, bool pooled)
{
	struct rd begin = t->rows;
	struct row_head h;

	while (read_row_head(t, &h)) {
		enum carried_set set = h.order->set;
		union carried row = {.quench = {.peer = 0}};
		if ((set < CARRIED_POOLS) != pooled)
			skip_fields(t, h.order);
		else if (pooled)
			read_pooled(t, &h);
		else if (read_fields(t, h.order, &row))
			restores[set](t->core, &row);
	}
	if (!t->rows.bad)
		t->rows = begin;
}

/* Third pass: the indexes. */

static void list_sessions(struct taking *t)
{
	struct core *core = t->core;

	POOL_EACH(struct session *, s, &core->sessions.pool)
		if (!session_is_uplink(s) && !session_list(&core->sessions, s))
			drop(t, CARRIED_SESSION, &s->row);
}

static void list_subscriptions(struct taking *t)
{
	struct core *core = t->core;
	struct subscriptions *table = &core->subscriptions;

	POOL_EACH(struct subscription *, x, &table->pool) {
		struct session *s = pool_at(&core->sessions.pool, x->session);
		if (s && session_is_uplink(s) &&
		    subscription_find(table, s, x->slot, x->rf_tg) == x)
			continue; /* it comes from the configuration */
		if (!s || session_is_uplink(s) || x->slot < 1 || x->slot > 2 ||
		    subscription_find(table, s, x->slot, x->rf_tg))
			drop(t, CARRIED_SUBSCRIPTION, &x->row);
		else
			subscription_list(table, s, x, x->conference);
	}
}

static bool list_stream(struct core *core, struct stream *x)
{
	uint32_t tg = x->conference;

	x->conference = POOL_NONE;
	if (x->origin.kind == SOURCE_CLIENT && !session_get(&core->sessions, x->session))
		return false;
	if (!stream_list(&core->streams, x))
		return false;
	struct conference *c = tg == POOL_NONE ? NULL : conference_hold(&core->subscriptions, tg);
	if (c)
		x->conference = c->row.index;
	return true;
}

static void list_streams(struct taking *t)
{
	POOL_EACH(struct stream *, x, &t->core->streams.pool)
		if (!list_stream(t->core, x))
			drop(t, CARRIED_STREAM, &x->row);
}

static void count_listeners(struct core *core)
{
	POOL_EACH(struct session *, s, &core->sessions.pool)
		for (int i = 0; i < 2; i++) {
			struct slot *slot = &s->slot[i];
			struct stream *heard = stream_get(&core->streams, slot->heard);
			if (!heard)
				slot->heard = HANDLE_NONE;
			else
				heard->listeners++;
			if (!stream_get(&core->streams, slot->talk))
				slot->talk = HANDLE_NONE;
			if (!player_get(&core->players, slot->player))
				slot->player = HANDLE_NONE;
		}
}

/* Its lengths are no secret, but those of every key. */
static void fix_key(struct obp_key *key, sha_compress *sha1)
{
	struct sha *half = &key->hmac.inner;

	for (int i = 0; i < 2; i++, half = &key->hmac.outer) {
		half->compress = sha1;
		half->digest_len = SHA1_LEN;
		half->total = SHA_BLOCK_LEN;
	}
	key->blake2b.total = 0;
	key->blake2b.filled = BLAKE2B_BLOCK_LEN;
	key->blake2b.digest_len = OBP_BLAKE2B_LEN;
}

/* Both keys of a renewal go on. A third one in the configuration begins another (core/mesh). */
static void fix_keys(struct core *core)
{
	POOL_EACH(struct peer *, p, &core->peers.pool) {
		sha_compress *sha1 = p->key.hmac.inner.compress;
		fix_key(&p->key, sha1);
		fix_key(&p->admission.other, sha1);
		if (p->admission.state != ADMISSION_RENEWING &&
		    p->admission.state != ADMISSION_RENEWED)
			p->admission = (struct admission){.state = ADMISSION_BY_KEY};
	}
}

/* An address in the configuration takes precedence over a learned one. */
static void fix_addresses(struct core *core)
{
	POOL_EACH(struct peer *, p, &core->peers.pool) {
		const struct conf_peer *c = peer_conf(core, p);
		if (c->target[0] && !c->host[0] && !c->relaxed)
			peer_reset_address(p, core->conf);
	}
}

const char *takeover_fill(struct core *core, const void *octets, size_t len, struct arena *room,
                          uint32_t *left)
{
	struct taking t = {.core = core};
	const char *fault = read_head(&t, octets, len);

	if (fault)
		return fault;
	hash_open(&t.places, room, "rows of before", t.count < len ? 2 * t.count + 2 : 2, 0);
	find_places(&t);
	read_rows(&t, true);
	list_sessions(&t);
	list_subscriptions(&t);
	list_streams(&t);
	count_listeners(core);
	read_rows(&t, false);
	if (t.rows.bad)
		return "truncated state";
	fix_addresses(core);
	fix_keys(core);
	expire_rebuild(core);
	*left = t.left;
	return invariants_broken(core);
}

/* The sessions of uplinks that opening the core has made come with the others. */
static void remove_sessions(struct core *core)
{
	POOL_EACH(struct subscription *, x, &core->subscriptions.pool)
		subscription_remove(&core->subscriptions, pool_at(&core->sessions.pool, x->session),
		                    x);
	POOL_EACH(struct session *, s, &core->sessions.pool)
		session_remove(&core->sessions, s);
}

/* From the number of a conference to its row. */
static void meet(struct core *core, uint32_t *conference)
{
	struct conference *c = *conference == POOL_NONE
	                               ? NULL
	                               : conference_hold(&core->subscriptions, *conference);

	*conference = c ? c->row.index : POOL_NONE;
}

const char *takeover_resume(struct core *core, const void *octets, size_t len, struct arena *room)
{
	struct taking t = {.core = core, .reader = CARRIED_FILE};
	const char *fault = read_head(&t, octets, len);

	if (fault)
		return fault;
	hash_open(&t.places, room, "rows of before", t.count < len ? 2 * t.count + 2 : 2, 0);
	remove_sessions(core);
	find_places(&t);
	read_rows(&t, true);
	POOL_EACH(struct subscription *, x, &core->subscriptions.pool) {
		if (x->slot != 1 && x->slot != 2)
			return "a subscription's slot is invalid";
		meet(core, &x->conference);
	}
	POOL_EACH(struct stream *, x, &core->streams.pool)
		meet(core, &x->conference);
	read_rows(&t, false);
	if (t.rows.bad)
		return "truncated state";
	fix_keys(core);
	return t.left ? "rows have no place" : NULL;
}
