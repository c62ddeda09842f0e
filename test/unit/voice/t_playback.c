#include "voice/playback.h"

#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "harness/t.h"
#include "unit/core/world.h"
#include "voice/recorder.h"

#define SIZE ((size_t)1 << 20)
#define RADIO 2340001u
#define CONFIG                                                                                     \
	"[server]\nid = 2345\n[listener one]\nbind = 192.0.2.1:62031\npassphrase "                 \
	"= " WORLD_PASSPHRASE "\nstatic-2 = 91\n"
#define SMALL CONFIG "[limits]\nsessions = 20\n"

/* A server as voice runs it, without a network. */
static struct {
	struct world w;
	struct recorder recorder;
	void *memory;
	uint8_t salt[4];
	unsigned warnings;
} s;

static unsigned char file[2 * SIZE];
static size_t file_len;
static struct playback sum;

static void begin(const char *config, size_t size)
{
	world_open(&s.w, config, 7);
	s.w.wall_ns = UINT64_C(1800000000000000000);
	s.memory = calloc(1, recording_size(size));
	recorder_open(&s.recorder, s.memory, recording_size(size));
}

static void end(void)
{
	world_close(&s.w);
	free(s.memory);
}

static void step(struct event *e)
{
	e->wall_ns = s.w.wall_ns;
	if (recorder_is_due(&s.recorder)) {
		world_step(&s.w, &(struct event){.kind = EVENT_DERIVE});
		actions_empty(&s.w.actions);
		recorder_checkpoint(&s.recorder, s.w.core, &s.w.conf, s.w.now, s.w.wall_ns);
	}
	recorder_event(&s.recorder, s.w.now, e);
	core_step(s.w.core, s.w.now, e, &s.w.actions);
	recorder_outcome(&s.recorder, s.w.core, s.w.now, e, &s.w.actions);
	for (uint32_t i = 0; i < s.w.actions.send_count; i++)
		if (memcmp(s.w.actions.sends[i].bytes, "RPTACK", 6) == 0 &&
		    s.w.actions.sends[i].len == 10)
			memcpy(s.salt, s.w.actions.sends[i].bytes + 6, sizeof(s.salt));
	actions_empty(&s.w.actions);
}

static void wait(tick_t ms)
{
	struct event e = {.kind = EVENT_TIME};

	s.w.now += ms;
	s.w.wall_ns += (uint64_t)ms * 1000000;
	step(&e);
}

static void say(const uint8_t *bytes, size_t len)
{
	struct event e = {
		.kind = EVENT_DATAGRAM,
		.datagram = {.bytes = bytes, .len = len, .from = world_endpoint(1, 4000)}};

	wait(5);
	step(&e);
}

static void log_in(const char *passphrase)
{
	uint8_t bytes[400], digest[SHA256_LEN];
	struct wr w = wr_make(bytes, sizeof(bytes));

	hbp_write_login(&w, RADIO);
	say(bytes, wr_len(&w));
	hbp_digest(s.salt, passphrase, digest);
	w = wr_make(bytes, sizeof(bytes));
	hbp_write_key(&w, RADIO, digest);
	say(bytes, wr_len(&w));
	w = wr_make(bytes, sizeof(bytes));
	hbp_write_config(&w, RADIO, &(struct hbp_config){.slots = '3', .callsign = "RIG1"});
	say(bytes, wr_len(&w));
}

static void talk(uint32_t frames)
{
	uint8_t bytes[HBP_BURST_LEN];

	for (uint32_t n = 0; n < frames; n++) {
		struct wr w = wr_make(bytes, sizeof(bytes));
		struct hbp_burst b = world_frame(RADIO, 91, n);
		hbp_write_burst(&w, &b);
		say(bytes, wr_len(&w));
		wait(55);
	}
}

/* What `ctl record` would save. */
static void save(void)
{
	struct recording_reader reader;
	size_t more = 0;

	file_len = 0;
	if (recording_open(&s.recorder.memory, false, &reader))
		while (recording_read(&s.recorder.memory, &reader, file + file_len,
		                      sizeof(file) - file_len, &more) &&
		       more)
			file_len += more;
}

static bool plays(void)
{
	static const struct playback_view nobody = {.step = NULL};

	return playback_run(file, file_len, &nobody, &sum);
}

static unsigned char *find(const void *what, size_t len)
{
	for (size_t i = 0; i + len <= file_len; i++)
		if (memcmp(file + i, what, len) == 0)
			return file + i;
	return NULL;
}

static void count_warning(void *context, enum log_level level, const char *line)
{
	(void)context;
	s.warnings += level == LOG_WARN && strstr(line, "recorder is too small") != NULL;
}

/* ---- playing ---- */

T_CASE(logins_and_calls_play_back_without_the_passphrase)
{
	begin(CONFIG, SIZE);
	log_in("another one");
	log_in(WORLD_PASSPHRASE);
	talk(20);
	T_EQUAL(core_sessions(s.w.core), 1);
	wait(2 * TICK_MINUTE);
	wait(TICK_MINUTE);
	save();
	T_CHECK(plays());
	T_TEXT(sum.fault, "");
	T_EQUAL(sum.checkpoints, 1);
	T_EQUAL(sum.events, 2 * 6 + 20 * 3 + 2);
	T_CHECK(sum.hashes >= 2);
	T_EQUAL(sum.last, s.w.now);
	T_EQUAL(sum.last_ns, s.w.wall_ns);
	T_CHECK(!find(WORLD_PASSPHRASE, strlen(WORLD_PASSPHRASE)));
	end();
}

T_CASE(what_differs_is_a_fault_with_its_event)
{
	begin(CONFIG, SIZE);
	log_in(WORLD_PASSPHRASE);
	talk(3);
	wait(2 * TICK_MINUTE);
	save();
	T_CHECK(plays());
	unsigned char *frame = find("DMRD", 5);
	T_CHECK(frame);
	frame[7] ^= 1; /* another source */
	T_CHECK(!plays());
	T_TEXT(sum.fault, "the actions are other ones");
	T_EQUAL(sum.events, 6 + 2);
	frame[7] ^= 1;
	file[file_len - 1] ^= 1; /* the hash */
	T_EQUAL(file[file_len - 9], FLIGHT_HASH);
	T_CHECK(!plays());
	T_TEXT(sum.fault, "the state is another one");
	file[file_len - 9] = 99;
	T_CHECK(!plays());
	T_TEXT(sum.fault, "damaged");
	end();
}

T_CASE(no_length_of_a_file_is_too_short)
{
	begin(SMALL, SIZE);
	log_in(WORLD_PASSPHRASE);
	save();
	size_t all = file_len, whole = 0;
	for (file_len = 0; file_len < all;
	     file_len += file_len < 300 || file_len > all - 300 ? 1 : 97) {
		if (plays())
			whole = file_len;
		else
			T_CHECK(*sum.fault);
		T_CHECK(file_len > strlen(RECORDING_MAGIC) ||
		        strcmp(sum.fault, "not a recording") == 0);
	}
	T_CHECK(whole > 300); /* the last event or its outcome may be missing */
	end();
}

/* ---- recording ---- */

T_CASE(without_memory_nothing_is_recorded)
{
	struct recorder off;

	recorder_open(&off, NULL, 0);
	T_CHECK(!recorder_is_due(&off));
	recorder_event(&off, 1, &(struct event){.kind = EVENT_TIME});
	recorder_outcome(&off, NULL, 1, &(struct event){.kind = EVENT_TIME}, NULL);
	T_CHECK(!recorder_is_due(&off));
}

T_CASE(halves_turn_and_both_play_back)
{
	begin(SMALL, (size_t)192 << 10);
	log_in(WORLD_PASSPHRASE);
	for (int n = 0; n < 2000; n++) {
		uint32_t before = ((uint32_t *)s.memory)[0];
		talk(1);
		if (((uint32_t *)s.memory)[0] != before && n > 100)
			break;
	}
	talk(10);
	save();
	T_CHECK(plays());
	T_TEXT(sum.fault, "");
	T_EQUAL(sum.checkpoints, 2);
	end();
}

T_CASE(a_half_that_is_too_small_is_told_once)
{
	log_set_sink(count_warning, NULL);
	s.warnings = 0;
	begin(CONFIG, 8192);
	log_in(WORLD_PASSPHRASE);
	talk(10);
	log_set_sink(NULL, NULL);
	T_EQUAL(s.warnings, 1);
	T_CHECK(!recorder_is_due(&s.recorder));
	save();
	T_CHECK(file_len <= strlen(RECORDING_MAGIC));
	T_EQUAL(core_sessions(s.w.core), 1);
	end();
}

T_CASE(another_configuration_begins_anew)
{
	begin(CONFIG, SIZE);
	log_in(WORLD_PASSPHRASE);
	T_CHECK(!recorder_is_due(&s.recorder));
	struct event e = {.kind = EVENT_CONF, .conf = &s.w.conf};
	step(&e);
	T_CHECK(recorder_is_due(&s.recorder));
	talk(3);
	save();
	T_CHECK(plays());
	T_TEXT(sum.fault, "");
	T_EQUAL(sum.checkpoints, 2);
	end();
}

T_MAIN()
