/*
 * The file of the history as it is found on disk: read as it is, and with the last line it ought to
 * have; and questions to what was read.
 */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/blake2b.h"
#include "base/text.h"
#include "report/control/history_ask.h"
#include "report/history/history_file.h"
#include "report/history/history_inside.h"

#define NOW_MS (INT64_C(20000) * HISTORY_DAY_MS)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_calls(const struct history *h)
{
	static const struct clock clock = {.now = 1000, .epoch_ms = NOW_MS};
	struct record r;

	for (uint32_t i = 0; history_heard(h, i, &clock, &r); i++) {
		uint8_t octets[RECORD_MAX];
		struct wr w = wr_make(octets, sizeof(octets));
		const char *reason;
		record_write(&w, &r);
		assert(record_parse(octets, wr_len(&w), &r, &reason) == PARSE_OK);
	}
}

/* Every row counts once, whatever is asked. */
static void check_answer(struct history *h, const char *question)
{
	struct history_question q;
	struct history_figures sum = {.calls = 0};
	bool csv;

	assert(!history_read(h, question, NOW_MS, &q, &csv));
	const struct history_view *v = history_view(h, history_ask(h, &q));
	assert(v && v->count <= h->top);
	for (uint32_t i = 0; i < v->count; i++)
		history_sum(&sum, &v->row[i].of);
	history_sum(&sum, &v->rest);
	assert(sum.calls == v->total.calls && sum.ms == v->total.ms);
}

static void ask_all(struct history *h)
{
	check_answer(h, "talkgroups all");
	check_answer(h, "clients week");
	check_answer(h, "radios day");
	check_answer(h, "links all");
	check_calls(h);
}

/* The input as if it had been written so. */
static void read_with_end(struct history *h, const uint8_t *data, size_t size)
{
	char *octets = malloc(size + 128);
	uint8_t digest[HISTORY_DIGEST_LEN];
	struct blake2b b;
	uint64_t lines = 0;

	assert(octets);
	memcpy(octets, data, size);
	for (size_t i = 0; i < size; i++)
		lines += data[i] == '\n';
	blake2b_begin(&b, sizeof(digest), NULL, 0);
	blake2b_add(&b, octets, size);
	blake2b_end(&b, digest);
	struct text t = text_make(octets + size, 128);
	text_format(&t, "end %llu ", (unsigned long long)lines);
	text_hex(&t, digest, sizeof(digest));
	text_char(&t, '\n');
	(void)history_file_read(h, octets, size + t.len);
	ask_all(h);
	free(octets);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct conf conf = {.server.id = 2345,
	                           .report = {.history_top = 10, .last_heard = 10}};
	static struct history *h;

	if (!h)
		h = history_make(&conf);
	assert(h);
	(void)history_file_read(h, (const char *)data, size);
	ask_all(h);
	read_with_end(h, data, size);
	return 0;
}
