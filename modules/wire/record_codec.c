/* Records on the wire, and the keys of rows. */
#include "wire/record.h"

#include <string.h>

#include "wire/field.h"

void record_write(struct wr *w, const struct record *r)
{
	const struct record_info *info = record_info(r->kind);

	wr_u8(w, RECORD_VERSION);
	wr_u8(w, (uint8_t)r->kind);
	wr_u8(w, (uint8_t)r->change);
	wr_u8(w, (uint8_t)r->cause);
	wr_u64(w, (uint64_t)r->at);
	for (size_t i = 0; i < info->field_count; i++)
		field_write(w, r, &info->fields[i]);
}

enum parse record_parse(const uint8_t *bytes, size_t len, struct record *out, const char **reason)
{
	struct rd rd = rd_make(bytes, len);
	uint8_t version = rd_u8(&rd);
	uint8_t kind = rd_u8(&rd);

	if (!rd_ok(&rd)) {
		*reason = "length";
		return PARSE_BAD;
	}
	if (version != RECORD_VERSION) {
		*reason = "version";
		return PARSE_BAD;
	}
	if (kind >= RECORD_KINDS)
		return PARSE_IGNORE;

	struct record r = {.kind = kind};
	r.change = field_below(&rd, CHANGE_END + 1);
	r.cause = field_below(&rd, CAUSE_CAUSES);
	r.at = (tick_t)rd_u64(&rd);
	for (size_t i = 0; i < record_info(kind)->field_count; i++)
		field_read(&rd, &r, &record_info(kind)->fields[i]);
	if (!rd_done(&rd)) {
		*reason = "fields";
		return PARSE_BAD;
	}
	*out = r;
	return PARSE_OK;
}

void record_frame_write(struct wr *w, const struct record *r)
{
	struct wr head = *w; /* the length is filled in later */

	wr_u16(w, 0);
	size_t before = wr_len(w);
	record_write(w, r);
	size_t after = wr_len(w);
	if (after > before)
		wr_u16(&head, (uint16_t)(after - before));
}

enum parse record_frame_take(struct rd *stream, struct rd *record)
{
	struct rd rest = *stream;
	uint16_t len = rd_u16(&rest);

	if (!rd_ok(&rest))
		return PARSE_IGNORE;
	if (len == 0 || len > RECORD_MAX)
		return PARSE_BAD;
	struct rd body = rd_sub(&rest, len);
	if (!rd_ok(&body))
		return PARSE_IGNORE;
	*record = body;
	*stream = rest;
	return PARSE_OK;
}

void record_key(struct wr *w, const struct record *r)
{
	const struct record_info *info = record_info(r->kind);

	wr_u8(w, (uint8_t)r->kind);
	for (size_t i = 0; i < info->field_count; i++) {
		const struct record_field *f = &info->fields[i];
		if (!f->key)
			continue;
		if (f->type == FIELD_TEXT) {
			wr_bytes(w, record_text(r, f), field_text_length(r, f));
			wr_u8(w, 0);
		} else {
			field_write(w, r, f);
		}
	}
}

bool record_same_key(const struct record *a, const struct record *b)
{
	uint8_t x[RECORD_KEY_MAX], y[RECORD_KEY_MAX];
	struct wr wx = wr_make(x, sizeof(x)), wy = wr_make(y, sizeof(y));

	record_key(&wx, a);
	record_key(&wy, b);
	return wr_len(&wx) == wr_len(&wy) && memcmp(x, y, wr_len(&wx)) == 0;
}
