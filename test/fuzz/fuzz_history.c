/*
 * The file of the history as it is found on disk: read as it is, and with the last line it ought to
 * have; questions to what was read; and after one more call it is written and reads the same again.
 *
 * Decoder: report/history/history_file.c report/control/history_ask.c without leave_alone
 * history_epoch_ms
 */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/blake2b.h"
#include "base/log.h"
#include "base/text.h"
#include "fuzz/fuzz.h"
#include "report/control/history_ask.h"
#include "report/history/history_file.h"
#include "report/history/history_inside.h"

#define NOW_MS (INT64_C(20000) * HISTORY_DAY_MS)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int fuzz_no_datagrams = 1;

static struct conf conf = {.server.id = 2345, .report = {.history_top = 10, .last_heard = 10}};
static const struct clock now = {.now = 1000000, .epoch_ms = NOW_MS};

static void ignore_log(void *context, enum log_level level, const char *line)
{
	(void)context;
	(void)level;
	(void)line;
}

static void check_calls(const struct history *h)
{
	struct record r;

	for (uint32_t i = 0; history_heard(h, i, &now, &r); i++) {
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
	check_answer(h, "radios 2024-10-03");
	check_answer(h, "talkgroups all 91");
	check_calls(h);
}

static uint64_t calls_in(struct history *h)
{
	struct history_question q;
	bool csv;

	assert(!history_read(h, "talkgroups all", NOW_MS, &q, &csv));
	return history_view(h, history_ask(h, &q))->total.calls;
}

/* The file at its place; damaged, it is put aside. A call makes it worth writing, even one that no
 * sound server reports, on no slot. */
static void write_and_read(const char *octets, size_t size)
{
	struct record end = {.kind = RECORD_CALL, .change = CHANGE_END, .at = now.now};
	FILE *f = fopen(conf.report.history, "wb");

	if (!f || fwrite(octets, 1, size, f) != size || fclose(f) != 0)
		abort();
	struct history *h = history_open(&conf, &now);
	assert(h);
	history_take(h, &(struct record){.kind = RECORD_PEER, .peer = {.name = "uk"}}, &now);
	end.call.src = 2345001;
	end.call.conference = 91;
	end.call.started = end.at - 5000;
	history_take(h, &end, &now);
	uint64_t calls = calls_in(h);
	history_close(h, &now);
	h = history_open(&conf, &now);
	assert(h && calls_in(h) == calls);
	history_close(h, &now);
	fuzz_empty_directory();
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
	write_and_read(octets, size + t.len);
	free(octets);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct history *h;

	if (!h) {
		fuzz_make_directory();
		text_copy(conf.report.history, sizeof(conf.report.history), fuzz_directory);
		strcat(conf.report.history, "/history");
		log_set_sink(ignore_log, NULL);
		h = history_make(&conf);
	}
	assert(h);
	(void)history_file_read(h, (const char *)data, size);
	ask_all(h);
	read_with_end(h, data, size);
	return 0;
}
