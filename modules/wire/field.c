#include "wire/field.h"

#include <inttypes.h>
#include <string.h>

/* Enums are read and set as the unsigned integer they are stored as. */
_Static_assert(sizeof(enum session_state) == sizeof(unsigned), "enums are as wide as integers");

static const void *field_at(const void *row, const struct record_field *f)
{
	return (const unsigned char *)row + f->offset;
}

const char *record_text(const struct record *r, const struct record_field *f)
{
	return field_at(r, f);
}

const struct addr *record_addr(const struct record *r, const struct record_field *f)
{
	return field_at(r, f);
}

struct source record_source(const struct record *r, const struct record_field *f)
{
	const struct source *v = field_at(r, f);

	return *v;
}

const struct leg_list *record_legs(const struct record *r, const struct record_field *f)
{
	return field_at(r, f);
}

uint8_t field_below(struct rd *rd, unsigned limit)
{
	uint8_t v = rd_u8(rd);

	if (v >= limit)
		rd->bad = true;
	return rd->bad ? 0 : v;
}

size_t field_text_length(const void *row, const struct record_field *f)
{
	const char *text = field_at(row, f);
	const char *end = memchr(text, 0, f->size);

	return end ? (size_t)(end - text) : f->size - 1u;
}

/* The number in a field. */

static uint64_t get_u8(const void *at)
{
	const uint8_t *v = at;

	return *v;
}

static uint64_t get_u32(const void *at)
{
	const uint32_t *v = at;

	return *v;
}

static uint64_t get_u64(const void *at)
{
	const uint64_t *v = at;

	return *v;
}

static uint64_t get_bool(const void *at)
{
	const bool *v = at;

	return *v;
}

static uint64_t get_enum(const void *at)
{
	const unsigned *v = at;

	return *v;
}

static uint64_t get_source(const void *at)
{
	const struct source *v = at;

	return source_number(*v);
}

static uint64_t get_tick(const void *at)
{
	const tick_t *v = at;

	return (uint64_t)*v;
}

/* Write a field to the wire. */

static void write_u8(struct wr *w, const void *row, const struct record_field *f)
{
	wr_u8(w, (uint8_t)field_number(row, f));
}

static void write_u32(struct wr *w, const void *row, const struct record_field *f)
{
	wr_u32(w, (uint32_t)field_number(row, f));
}

static void write_u64(struct wr *w, const void *row, const struct record_field *f)
{
	wr_u64(w, field_number(row, f));
}

static void write_addr(struct wr *w, const void *row, const struct record_field *f)
{
	const struct addr *a = field_at(row, f);

	wr_bytes(w, a->ip, sizeof(a->ip));
	wr_u32(w, a->scope);
	wr_u16(w, a->port);
}

static void write_text(struct wr *w, const void *row, const struct record_field *f)
{
	size_t len = field_text_length(row, f);

	wr_u16(w, (uint16_t)len);
	wr_bytes(w, field_at(row, f), len);
}

static void write_legs(struct wr *w, const void *row, const struct record_field *f)
{
	const struct leg_list *list = field_at(row, f);
	uint8_t count = list->count < LEGS_MAX ? list->count : LEGS_MAX;

	wr_u8(w, count);
	for (size_t i = 0; i < count; i++) {
		wr_u32(w, source_number(list->leg[i].to));
		wr_u8(w, list->leg[i].slot);
		wr_u32(w, list->leg[i].tg);
	}
}

/* Read a field from the wire. */

static void read_u8(struct rd *rd, void *at, const struct record_field *f)
{
	uint8_t *v = at;

	(void)f;
	*v = rd_u8(rd);
}

static void read_u32(struct rd *rd, void *at, const struct record_field *f)
{
	uint32_t *v = at;

	(void)f;
	*v = rd_u32(rd);
}

static void read_source(struct rd *rd, void *at, const struct record_field *f)
{
	struct source *v = at;

	(void)f;
	*v = source_from_number(rd_u32(rd));
}

static void read_u64(struct rd *rd, void *at, const struct record_field *f)
{
	uint64_t *v = at;

	(void)f;
	*v = rd_u64(rd);
}

static void read_bool(struct rd *rd, void *at, const struct record_field *f)
{
	bool *v = at;

	(void)f;
	*v = field_below(rd, 2);
}

static void read_enum(struct rd *rd, void *at, const struct record_field *f)
{
	unsigned *v = at;

	*v = field_below(rd, f->size);
}

static void read_tick(struct rd *rd, void *at, const struct record_field *f)
{
	tick_t *v = at;

	(void)f;
	*v = (tick_t)rd_u64(rd);
}

static void read_addr(struct rd *rd, void *at, const struct record_field *f)
{
	struct addr *a = at;

	(void)f;
	rd_bytes(rd, a->ip, sizeof(a->ip));
	a->scope = rd_u32(rd);
	a->port = rd_u16(rd);
}

/* A text that fits with its terminator and contains no NUL. */
static void read_text(struct rd *rd, void *at, const struct record_field *f)
{
	size_t len = rd_u16(rd);

	if (len >= f->size) {
		rd->bad = true;
		return;
	}
	rd_bytes(rd, at, len);
	if (memchr(at, 0, len))
		rd->bad = true;
}

static void read_legs(struct rd *rd, void *at, const struct record_field *f)
{
	struct leg_list *out = at;

	(void)f;
	out->count = field_below(rd, LEGS_MAX + 1);
	for (size_t i = 0; i < out->count; i++) {
		out->leg[i].to = source_from_number(rd_u32(rd));
		out->leg[i].slot = rd_u8(rd);
		out->leg[i].tg = rd_u32(rd);
	}
}

/* Show a field. */

struct shown {
	const void *row;
	const struct record_field *field;
	const struct field_style *style;
	const void *context;
	uint64_t number;
};

static void show_number(struct text *t, const struct shown *v)
{
	text_format(t, "%" PRIu64, v->number);
}

static void show_bool(struct text *t, const struct shown *v)
{
	text_put(t, v->number ? v->style->yes : v->style->no);
}

static void show_enum(struct text *t, const struct shown *v)
{
	v->style->text(t, v->field->enum_name((unsigned)v->number));
}

static void show_tick(struct text *t, const struct shown *v)
{
	v->style->time(t, (tick_t)v->number, v->context);
}

static void show_addr(struct text *t, const struct shown *v)
{
	char addr[ADDR_TEXT_MAX];

	v->style->text(t, addr_format(field_at(v->row, v->field), addr));
}

static void show_text(struct text *t, const struct shown *v)
{
	v->style->text(t, field_at(v->row, v->field));
}

static void show_hex(struct text *t, const struct shown *v)
{
	text_format(t, "%s%08" PRIx64 "%s", v->style->quote, v->number, v->style->quote);
}

static void show_legs(struct text *t, const struct shown *v)
{
	v->style->legs(t, field_at(v->row, v->field), v->context);
}

/* The operations on each type of field. */
static const struct field_kind {
	uint64_t (*number)(const void *at); /* NULL: it is none */
	void (*write)(struct wr *w, const void *row, const struct record_field *f);
	void (*read)(struct rd *rd, void *at, const struct record_field *f);
	void (*show)(struct text *t, const struct shown *v);
} kinds[] = {
	[FIELD_U8] = {get_u8, write_u8, read_u8, show_number},
	[FIELD_U32] = {get_u32, write_u32, read_u32, show_number},
	[FIELD_U64] = {get_u64, write_u64, read_u64, show_number},
	[FIELD_BOOL] = {get_bool, write_u8, read_bool, show_bool},
	[FIELD_ENUM] = {get_enum, write_u8, read_enum, show_enum},
	[FIELD_TICK] = {get_tick, write_u64, read_tick, show_tick},
	[FIELD_ADDR] = {NULL, write_addr, read_addr, show_addr},
	[FIELD_TEXT] = {NULL, write_text, read_text, show_text},
	[FIELD_SOURCE] = {get_source, write_u32, read_source, show_number},
	[FIELD_HEX32] = {get_u32, write_u32, read_u32, show_hex},
	[FIELD_LEGS] = {NULL, write_legs, read_legs, show_legs},
};

uint64_t field_number(const void *row, const struct record_field *f)
{
	const struct field_kind *kind = &kinds[f->type];

	return kind->number ? kind->number(field_at(row, f)) : 0;
}

uint64_t record_number(const struct record *r, const struct record_field *f)
{
	return field_number(r, f);
}

void field_write(struct wr *w, const void *row, const struct record_field *f)
{
	kinds[f->type].write(w, row, f);
}

void field_read(struct rd *rd, void *row, const struct record_field *f)
{
	kinds[f->type].read(rd, (unsigned char *)row + f->offset, f);
}

void field_show(struct text *t, const void *row, const struct record_field *f,
                const struct field_style *style, const void *context)
{
	const struct shown v = {row, f, style, context, field_number(row, f)};

	kinds[f->type].show(t, &v);
}
