/*
 * Records of any octets: what is read is written back octet for octet, every form of it fits where
 * it goes, and a stream of frames never yields more than it holds.
 *
 * Decoder: wire/record*.c wire/field.c
 */
#include <assert.h>
#include <string.h>

#include "wire/record.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_json(const struct record *r)
{
	char json[RECORD_JSON_MAX];
	struct text t = text_make(json, sizeof(json));

	record_json(&t, r, 1700000000000);
	assert(!t.cut && json[0] == '{' && json[t.len - 1] == '}');
	for (size_t i = 0; i < t.len; i++)
		assert((unsigned char)json[i] >= ' ');
}

/* Every field is found by its name, and its value is of its type. */
static void check_fields(const struct record *r)
{
	const struct record_info *info = record_info(r->kind);

	for (size_t i = 0; i < info->field_count; i++) {
		const struct record_field *f = &info->fields[i];
		assert(record_field_find(r->kind, f->name) == f);
		if (f->type == FIELD_ADDR)
			assert(record_addr(r, f));
		else if (f->type == FIELD_SOURCE)
			(void)record_source(r, f);
		else if (f->type == FIELD_LEGS)
			assert(record_legs(r, f)->count <= LEGS_MAX);
		else if (f->type == FIELD_TEXT)
			assert(memchr(record_text(r, f), 0, f->size));
		else if (f->type == FIELD_ENUM)
			assert(record_number(r, f) < f->size);
		else
			(void)record_number(r, f);
	}
}

static void check_frame(const struct record *r)
{
	uint8_t octets[RECORD_FRAME_MAX];
	struct wr w = wr_make(octets, sizeof(octets));

	record_frame_write(&w, r);
	struct rd stream = rd_make(octets, wr_len(&w)), record;
	assert(record_frame_take(&stream, &record) == PARSE_OK && !rd_more(&stream));
}

static void check_record(const uint8_t *octets, size_t len)
{
	uint8_t again[RECORD_MAX], key[RECORD_KEY_MAX];
	struct wr w = wr_make(again, sizeof(again)), k = wr_make(key, sizeof(key));
	const char *reason = NULL;
	struct record r;

	switch (record_parse(octets, len, &r, &reason)) {
	case PARSE_OK:
		record_write(&w, &r);
		assert(wr_len(&w) == len && memcmp(again, octets, len) == 0);
		record_key(&k, &r);
		assert(wr_len(&k) > 0 && record_same_key(&r, &r));
		check_json(&r);
		check_fields(&r);
		check_frame(&r);
		break;
	case PARSE_BAD:
		assert(reason);
		break;
	case PARSE_IGNORE:
		break;
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct rd stream = rd_make(data, size), frame;

	check_record(data, size);
	while (record_frame_take(&stream, &frame) == PARSE_OK)
		check_record(frame.at, rd_left(&frame));
	return 0;
}
