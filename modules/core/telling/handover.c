#include "core/telling/handover.h"

#include <string.h>

#include "state/pool.h"
#include "wire/options.h"

#define ROW_HEAD_MAX (17u + 2 * HANDOVER_NAME_MAX)

static void write_name(struct wr *w, const char *name)
{
	size_t len = strlen(name);

	len = len < HANDOVER_NAME_MAX ? len : HANDOVER_NAME_MAX - 1;
	wr_u8(w, (uint8_t)len);
	wr_bytes(w, name, len);
}

static void write_head(struct wr *w, enum carried_reader reader)
{
	wr_bytes(w, HANDOVER_MAGIC, strlen(HANDOVER_MAGIC));
	wr_u32(w, CARRIED_VERSION);
	wr_u32(w, 0);
	wr_u8(w, CARRIED_SETS);
	for (enum carried_set set = 0; set < CARRIED_SETS; set++) {
		const struct carried_info *info = &carried_sets[set];
		const char *name = info->names;
		uint16_t count = 0;
		for (size_t i = 0; i < info->field_count; i++)
			count = (uint16_t)(count + carried_goes(&info->fields[i], reader));
		write_name(w, info->name);
		wr_u16(w, count);
		for (size_t i = 0; i < info->field_count; i++) {
			const struct carried_field *f = &info->fields[i];
			if (carried_goes(f, reader)) {
				write_name(w, name);
				wr_u8(w, f->type);
				wr_u32(w, f->size);
			}
			name = carried_name_after(f, name);
		}
	}
}

static void write_meeting(struct wr *w, const struct core *core, const uint32_t *index)
{
	const struct conference *c = conference_at(&core->subscriptions, *index);

	wr_u32(w, c ? c->tg : POOL_NONE);
}

/* A clip's words are identified by the position of its frames. */
static void write_clip(struct wr *w, const struct core *core, const struct clip *clip)
{
	for (uint32_t i = 0; i < core->conf->listener_count; i++) {
		const struct audio *voice = &core->conf->listener[i].voice;
		for (uint32_t k = 0; k < voice->count; k++)
			if (voice->words[k].clip.frames == clip->frames) {
				write_name(w, core->conf->listener[i].name);
				write_name(w, voice->words[k].language);
				write_name(w, voice->words[k].name);
				return;
			}
	}
	for (int i = 0; i < 3; i++)
		write_name(w, "");
}

static void write_clips(struct wr *w, const struct core *core, const struct player *p)
{
	uint32_t count = p->kind == PLAY_CLIPS && p->clip_count <= PLAYER_CLIPS ? p->clip_count : 0;

	wr_u8(w, (uint8_t)count);
	for (uint32_t i = 0; i < count; i++)
		write_clip(w, core, &p->clips[i]);
}

static void write_words(struct wr *w, const char *const *words)
{
	write_name(w, *words ? *words : "");
}

/* Longer runs of zeros end a piece, and shorter ones are in it. */
#define ZEROS_LEAST 16u
#define PIECE_MAX (UINT16_MAX + 1u - NUMBER_MAX)
#define NUMBER_MAX 8u /* octets */

static size_t run_of_zeros(const unsigned char *at, size_t len, size_t most)
{
	size_t n = 0;

	while (n < len && n < most && at[n] == 0)
		n++;
	return n;
}

/* As they are in a recording. */
static void write_octets(struct wr *w, const struct carried_field *f, size_t from,
                         const unsigned char *at, size_t len)
{
	wr_bytes(w, at, len);
	if (CARRIED_TURNS && !w->bad) /* never: on little-endian machines */
		carried_turn(f, from, w->at - len, len);
}

/* No piece begins or ends within a number; a long field has whole numbers only. */
static void write_sparse(struct wr *w, const struct carried_field *f, const unsigned char *at)
{
	for (size_t from = 0, n; from < f->size; from += n) {
		size_t len = f->size - from;
		size_t skip = run_of_zeros(at + from, len, PIECE_MAX) & ~(size_t)(NUMBER_MAX - 1);
		from += skip;
		len -= skip;
		for (n = 0; n < len && n < PIECE_MAX && /* never: no field is so long */
		            run_of_zeros(at + from + n, len - n, ZEROS_LEAST) < ZEROS_LEAST;)
			n += NUMBER_MAX;
		wr_u16(w, (uint16_t)skip);
		wr_u16(w, (uint16_t)n);
		write_octets(w, f, from, at + from, n);
	}
}

/* Zeros at the end may be what ends it. */
static void write_options(struct wr *w, const char *at, size_t size)
{
	char hidden[OPTIONS_TEXT_MAX];
	size_t len = size;

	memcpy(hidden, at, size);
	while (len > 0 && hidden[len - 1] == 0)
		len--;
	options_hide(hidden, len);
	wr_bytes(w, hidden, size);
}

static void write_raw(struct wr *w, enum carried_reader reader, const void *at,
                      const struct carried_field *f)
{
	if (reader == CARRIED_NEXT)
		wr_bytes(w, at, f->size);
	else if (f->type == CARRIED_RAW && f->set == CARRIED_OPTIONS)
		write_options(w, at, f->size);
	else if (f->size >= CARRIED_LONG)
		write_sparse(w, f, at);
	else
		write_octets(w, f, 0, at, f->size);
}

static void write_field(struct wr *w, const struct core *core, enum carried_reader reader,
                        const void *row, const struct carried_field *f)
{
	const void *at = (const unsigned char *)row + f->offset;

	if (!carried_goes(f, reader))
		return;

	switch ((enum carried_type)f->type) {
	case CARRIED_RAW:
	case CARRIED_HANDLE:
	case CARRIED_INDEX:
	case CARRIED_ORIGIN:
	case CARRIED_TARGET:
		write_raw(w, reader, at, f);
		break;
	case CARRIED_MEETING:
		write_meeting(w, core, at);
		break;
	case CARRIED_WORDS:
		write_words(w, at);
		break;
	case CARRIED_CLIPS:
		write_clips(w, core, row);
		break;
	case CARRIED_DERIVED: /* never: carried_goes() leaves them out */
		break;
	}
}

static void write_row(struct wr *w, const struct core *core, enum carried_reader reader,
                      enum carried_set set, const void *row)
{
	const struct carried_info *info = &carried_sets[set];
	const struct pool_row *place = set < CARRIED_POOLS ? row : &(struct pool_row){0};
	uint64_t binding;
	const char *section = carried_section(core, set, row, &binding);

	wr_u8(w, (uint8_t)(set + 1));
	wr_u32(w, place->index);
	wr_u32(w, place->generation);
	write_name(w, section);
	wr_u64(w, reader == CARRIED_NEXT ? binding : binding != 0); /* it is made of a passphrase */
	for (size_t i = 0; i < info->field_count; i++)
		write_field(w, core, reader, row, &info->fields[i]);
}

/* An uplink's subscriptions come from its section. */
static bool is_made_anew(const struct core *core, enum carried_set set, const void *row)
{
	const struct subscription *x = row;
	const struct session *s =
		set == CARRIED_SUBSCRIPTION ? pool_at(&core->sessions.pool, x->session) : NULL;

	return s && session_is_uplink(s);
}

size_t handover_write(const struct core *core, enum carried_reader reader, void *at, size_t room)
{
	struct wr w = wr_make(at, room);
	union carried copy;
	uint32_t count = 0;

	write_head(&w, reader);
	for (enum carried_set set = 0; set < CARRIED_SETS; set++) {
		uint32_t place = POOL_NONE;
		for (const void *row; (row = carried_next(core, set, &place, &copy)); count++)
			if (reader == CARRIED_FILE || !is_made_anew(core, set, row))
				write_row(&w, core, reader, set, row);
	}
	wr_u8(&w, 0);
	struct wr head = wr_make((unsigned char *)at + HANDOVER_COUNT_AT, 4);
	if (wr_len(&w))
		wr_u32(&head, count);
	return wr_len(&w);
}

size_t handover_write_head(void *at, size_t room)
{
	struct wr w = wr_make(at, room);

	write_head(&w, CARRIED_NEXT);
	return wr_len(&w);
}

/* The maximum size of a row: texts and the like are written as names. */
static size_t row_size(enum carried_set set)
{
	const struct carried_info *info = &carried_sets[set];
	size_t clips = set == CARRIED_PLAYER ? PLAYER_CLIPS * 3 * HANDOVER_NAME_MAX : 0;

	return ROW_HEAD_MAX + info->row_size + clips + HANDOVER_NAME_MAX;
}

size_t handover_size(const struct core *measured)
{
	const struct core *c = measured;
	size_t size = 65536;

	for (enum carried_set set = 0; set < CARRIED_POOLS; set++)
		size += kind_pool(c, carried_sets[set].kind)->capacity * row_size(set);
	size += c->subscriptions.conferences.capacity * row_size(CARRIED_CONFERENCE);
	size += c->streams.pool.capacity * row_size(CARRIED_TOMBSTONE);
	size += c->claims.capacity * row_size(CARRIED_CLAIM);
	size += (size_t)c->peers.pool.capacity * QUENCHES_PER_PEER * row_size(CARRIED_QUENCH);
	size += c->locations.capacity * row_size(CARRIED_LOCATION);
	size += DECISIONS * row_size(CARRIED_DECISION);
	return size + COUNT_COUNTERS * row_size(CARRIED_COUNTER);
}
