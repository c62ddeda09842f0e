/*
 * Records of any octets: what is read is written back octet for octet, every form of it fits where
 * it goes, and a stream of frames never yields more than it holds.
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
