/*
 * The state file as it is found on disk, and the same with the first and last line it ought to
 * have: it is read, or renamed and not used; what was read goes to the voice process as commands,
 * and is written so that it reads the same again.
 *
 * Decoder: report/persist
 */
#include "report/persist/persist.h"

#include <assert.h>

#include "base/log.h"
#include "base/text.h"
#include "base/util.h"
#include "fuzz/fuzz.h"
#include "io/pipe.h"
#include "report/persist/persist_file.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int fuzz_no_datagrams = 1;

#define FILE_MAX 65536u
#define TURNS_MAX 10000

static const struct clock start = {.now = 1000000, .epoch_ms = INT64_C(1700000000000)};
static char path[96], damaged[128];
static struct conf_peer peers[] = {{.name = "n"}};
static struct conf conf = {
	.server = {.remember_ms = 900000},
	.peer = peers,
	.peer_count = ARRAY_LEN(peers),
	.limits = {.subscriptions = 8, .locations = 8, .sessions = 8, .streams = 8, .peers = 1}};
static struct voice_pipe pipe_to_voice = {.record_pipe = -1, .parent = -1};
static int commands[2];
static struct model *model;

static void ignore_log(void *context, enum log_level level, const char *line)
{
	(void)context;
	(void)level;
	(void)line;
}

static void make_place(void)
{
	fuzz_make_directory();
	model = model_open(&conf.limits);
	if (pipe_open(commands) != 0 || !model)
		abort();
	snprintf(path, sizeof(path), "%s/state", fuzz_directory);
	snprintf(damaged, sizeof(damaged), "%s.damaged", path);
	text_copy(conf.server.state, sizeof(conf.server.state), path);
	pipe_to_voice.command_pipe = commands[1];
	log_set_sink(ignore_log, NULL);
}

static void write_file(const uint8_t *data, size_t size, bool framed)
{
	FILE *f = fopen(path, "wb");
	unsigned lines = 0;

	for (size_t i = 0; i < size; i++)
		lines += data[i] == '\n';
	if (!f || (framed && fputs("freedmr-state 1 0\n", f) < 0) ||
	    fwrite(data, 1, size, f) != size || (framed && fprintf(f, "end %u\n", lines) < 0) ||
	    fclose(f) != 0)
		abort();
}

static size_t read_file(char octets[static FILE_MAX])
{
	FILE *f = fopen(path, "rb");
	size_t len = f ? fread(octets, 1, FILE_MAX, f) : 0;

	if (f)
		fclose(f);
	return len;
}

/* What the voice process reports after a command. */
static void answer(struct persist *m, const struct command *c, const struct clock *clock)
{
	struct record r = {.at = clock->now};

	switch ((int)c->kind) {
	case COMMAND_RESTORE:
		r.kind = RECORD_SUBSCRIPTION;
		r.subscription.client = c->restore.client;
		r.subscription.slot = c->restore.slot;
		r.subscription.rf_tg = c->restore.tg;
		r.subscription.mode = c->restore.mode;
		r.subscription.conference = c->restore.conference;
		r.subscription.until = clock->now + (tick_t)c->restore.seconds * TICK_SECOND;
		break;
	case COMMAND_LOCATE:
		r.kind = RECORD_CALL;
		r.call.origin = source_client(c->locate.client);
		r.call.src = c->locate.radio;
		r.call.slot = c->locate.slot;
		break;
	case COMMAND_BLOCK:
		r.kind = RECORD_BLOCK;
		struct text t = text_make(r.block.what, sizeof(r.block.what));
		block_target_format(&c->block.target, &t);
		r.block.until = c->block.ms ? clock->now + c->block.ms : TICK_NEVER;
		break;
	case COMMAND_NEIGHBOUR:
		r.kind = RECORD_PEER;
		text_copy(r.peer.name, sizeof(r.peer.name), c->neighbour.name);
		r.peer.at = c->neighbour.at;
		break;
	case COMMAND_CARE:
		persist_set_care(m, c->care.client, c->care.text);
		return;
	default:
		return;
	}
	persist_take(m, &r, clock);
	r.change = CHANGE_END;
	if (c->number % 4 == 0)
		persist_take(m, &r, clock);
}

static void come_back(struct persist *m, uint32_t client, enum change change)
{
	struct record r = {.kind = RECORD_SESSION, .change = change, .at = start.now};

	r.session.client = client;
	r.session.since = start.now;
	persist_take(m, &r, &start);
}

/* A voice process has started, and its clients are back: it gets what is known. */
static void tell(struct persist *m)
{
	uint8_t octets[COMMAND_LEN];
	struct clock clock = start;
	struct command c;
	const char *reason = "";

	pipe_to_voice.asked_at = TICK_LONG_AGO;
	persist_take(m, &(struct record){.kind = RECORD_SERVER, .server = {.started = 1}}, &clock);
	for (uint32_t client = 1; client < 4; client++)
		come_back(m, client, CHANGE_BEGIN);
	for (int turn = 0; turn < TURNS_MAX && persist_next(m, &clock) <= clock.now + 10000;
	     turn++) {
		clock.now =
			persist_next(m, &clock) > clock.now ? persist_next(m, &clock) : clock.now;
		persist_serve(m, &pipe_to_voice, model, &clock);
		while (pipe_take(commands[0], octets, sizeof(octets)) == COMMAND_LEN)
			if (command_parse(octets, sizeof(octets), &c, &reason) == PARSE_OK)
				answer(m, &c, &clock);
			else
				abort();
		assert(turn + 1 < TURNS_MAX);
	}
}

/* What was read is written, and reads as the same. */
static void write_back(void)
{
	static char first[FILE_MAX], second[FILE_MAX];

	for (int i = 0; i < 2; i++) {
		struct persist *m = persist_open(&conf, &start);
		assert(m);
		persist_file_save(m, &start);
		persist_close(m, &start);
		size_t len = read_file(i ? second : first);
		assert(len > 0 && access(damaged, F_OK) != 0);
		assert(i == 0 || memcmp(first, second, len) == 0);
	}
}

static void use_file(void)
{
	struct persist *m = persist_open(&conf, &start);

	if (!m)
		return;
	bool bad = access(path, F_OK) != 0;
	assert(bad == (access(damaged, F_OK) == 0));
	assert(!bad || m->items.count == 0);
	tell(m);
	come_back(m, 1, CHANGE_END);
	persist_follow(m, &conf);
	(void)persist_care(m, 1);
	persist_close(m, &start);
	remove(damaged);
	write_back();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (!model)
		make_place();
	write_file(data, size, false);
	use_file();
	write_file(data, size, true);
	use_file();
	return 0;
}
