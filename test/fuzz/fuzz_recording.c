/*
 * A recording that a stranger has sent: it is played to its end, or what is wrong with it is said.
 * An input that begins like a recording is one; any other is a list of changes to that of a server
 * in the middle of its work, which is a checkpoint and events without outcomes, so that a changed
 * state is played on:
 *
 *   what(1)  then by what, modulo 8:
 *   0        offset(3)  len(1)  octets(len): replace those of the state at that offset
 *   1        likewise of what is before the state
 *   2        likewise of what follows the checkpoint
 *   3        offset(2)  cut(1)  len(1)  octets(len): replace so many of the configuration
 *   4        kind(1)  ms(4)  len(1)  octets(len): an event more
 *   5        len(1)  octets(len): anything more
 *   6        a minute passes
 *   7        the checkpoint again, as if it followed
 *
 * Decoder: voice/playback.c voice/flight.c core/telling/checkpoint.c conf/places.c
 */
/* That of the echo has the same name. */
#define recording recorded_call
#include "play.h"
#undef recording

#include "fuzz/fuzz.h"
#include "hotspot/talk.h"
#include "voice/flight.h"
#include "voice/playback.h"
#include "voice/recorder.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int fuzz_no_datagrams = 1;

#define MEMORY (8u << 20)
#define FILE_MAX (1u << 20)
#define STATUS 5000u /* a command that is answered by a prompt */
#define HEAD (sizeof(RECORDING_MAGIC) - 1)
#define TEXT_AT (HEAD + 18) /* of the length of the configuration */

struct octets {
	uint8_t at[FILE_MAX];
	size_t len;
};

static struct recorder recorder;
static struct octets checkpoint; /* with the head of a file */
static size_t state_at;          /* in it */
static struct octets events;     /* without outcomes */
static struct flight_clock written;
static bool writes;

/* Like the voice process. */
static void step(const struct event *event)
{
	struct world *w = &play.world;
	struct event now = *event;

	now.wall_ns = w->wall_ns = play_wall();
	recorder_event(&recorder, w->now, &now);
	if (writes) {
		struct wr out = wr_make(events.at + events.len, FLIGHT_EVENT_MAX);
		flight_write_event(&out, &written, w->now, &now);
		events.len += wr_len(&out);
	}
	core_step(w->core, w->now, &now, &w->actions);
	recorder_outcome(&recorder, w->core, w->now, &now, &w->actions);
	actions_empty(&w->actions);
}

static void order(const struct command *c)
{
	step(&(struct event){.kind = EVENT_COMMAND, .command = c});
}

static void datagram(const struct endpoint *from, const void *bytes, size_t len)
{
	struct event event = {.kind = EVENT_DATAGRAM};

	event.datagram.bytes = bytes;
	event.datagram.len = len;
	event.datagram.from = *from;
	step(&event);
}

static void pass(tick_t ms)
{
	struct world *w = &play.world;

	for (tick_t until = w->now + ms; w->now < until; w->now += 10)
		step(&(struct event){.kind = EVENT_TIME});
}

/* A header and voice, or a command of the radio with its end. */
static void talk(unsigned who, uint32_t tg, unsigned frames)
{
	static const uint8_t ambe[TALK_AMBE_LEN];
	struct endpoint from = play_client(who, false);
	struct talk t = {.next = {.src = 2345001 + who,
	                          .dst = tg,
	                          .client = FIRST_ID + who,
	                          .slot = 2,
	                          .unit = tg == STATUS || tg == 9990,
	                          .stream = 7 + who}};

	talk_code(&t);
	for (unsigned i = 0; i < frames; i++) {
		uint8_t out[HBP_BURST_LEN];
		struct wr w = wr_make(out, sizeof(out));
		struct hbp_burst b = i == 0                   ? talk_lc(&t, DMR_VOICE_HEADER)
		                     : i == 1 && tg == STATUS ? talk_lc(&t, DMR_TERMINATOR)
		                                              : talk_voice(&t, ambe);
		hbp_write_burst(&w, &b);
		datagram(&from, out, wr_len(&w));
		pass(60);
	}
}

/* A call that goes on, one that waits for its turn, one that has faded, prompts, a block. */
static void make_work(void)
{
	order(&(struct command){.kind = COMMAND_BLOCK, .block = {.target = {.id = 2345999}}});
	order(&(struct command){.kind = COMMAND_LINK, .link = {FIRST_ID + 1, 2, 777}});
	order(&(struct command){.kind = COMMAND_CARE, .care = {FIRST_ID, "TS2=93"}});
	order(&(struct command){.kind = COMMAND_OPTIONS, .options = {FIRST_ID + 2, "TS2=8"}});
	talk(3, 235, 3);
	talk(0, 91, 20);
	talk(1, 91, 2);
	talk(2, STATUS, 2);
	pass(700);
	talk(0, 91, 2);
	talk(3, 9990, 4);
	order(&(struct command){.kind = COMMAND_SNAPSHOT, .number = 1});
	step(&(struct event){.kind = EVENT_ROWS, .rows = 3});
}

/* One event of each kind, while calls go on. */
static void make_events(void)
{
	struct event name = {.kind = EVENT_ADDRESS};
	struct event lost = {.kind = EVENT_LOST};
	uint8_t login[HBP_DATAGRAM_MAX];
	struct wr w = wr_make(login, sizeof(login));
	struct endpoint from = play_client(5, false);

	talk(0, 91, 4);
	hbp_write_login(&w, FIRST_ID + 5);
	datagram(&from, login, wr_len(&w));
	name.address = (struct resolved_record){
		.of = {SOURCE_PEER, 4}, .to = addr_v4((const uint8_t[]){10, 0, 4, 1}, 1000)};
	step(&name);
	lost.lost = (struct lost_client){.id = FIRST_ID + 6, .where = play_client(6, false)};
	lost.lost.where.to = (struct addr){.ip = {0x20, 1}, .port = 1000};
	step(&lost);
	order(&(struct command){.kind = COMMAND_LINK, .link = {FIRST_ID, 1, 778}});
	step(&(struct event){.kind = EVENT_ROWS, .rows = 500});
	step(&(struct event){.kind = EVENT_MEND});
	step(&(struct event){.kind = EVENT_MEND, .all = true});
	talk(1, 91, 3);
	pass(300);
}

static void begin(void)
{
	struct world *w = &play.world;
	size_t room, head = HEAD;

	core_step(w->core, w->now, &(struct event){.kind = EVENT_DERIVE}, &w->actions);
	unsigned char *at = recording_room(&recorder.memory, &room);
	recorder_checkpoint(&recorder, w->core, &w->conf, w->now, play_wall());
	(void)recording_room(&recorder.memory, &checkpoint.len);
	checkpoint.len = room - checkpoint.len;
	memcpy(checkpoint.at, RECORDING_MAGIC, head);
	memcpy(checkpoint.at + head, at, checkpoint.len);
	checkpoint.len += head;
	written = recorder.clock;
	uint8_t state[FILE_MAX];
	size_t len = core_checkpoint(w->core, state, sizeof(state));
	assert(len > 0 && checkpoint.len < FILE_MAX);
	state_at = checkpoint.len - len;
}

/* Everything that the recorder wrote is as it says. */
static void prove(const void *memory)
{
	const struct playback_view view = {.who = 0};
	struct recording_reader reader;
	struct playback sum;
	static struct octets file;
	size_t len;

	assert(recording_open(&recorder.memory, false, &reader));
	do {
		assert(recording_read(&recorder.memory, &reader, file.at + file.len,
		                      sizeof(file.at) - file.len, &len));
		file.len += len;
	} while (len);
	if (!playback_run(file.at, file.len, &view, &sum)) {
		fprintf(stderr, "event %lu: %s\n", (unsigned long)sum.events, sum.fault);
		abort();
	}
	assert(sum.events > 50 && sum.checkpoints == 1);
	(void)memory;
}

static void make_recording(void)
{
	void *memory = calloc(1, MEMORY);

	if (!memory)
		abort();
	play_open();
	make_work();
	recorder_open(&recorder, memory, MEMORY);
	begin();
	writes = true;
	make_events();
	prove(memory);
	recorder_open(&recorder, NULL, 0);
	free(memory);
}

/* ---- changes ---- */

static void add(struct octets *to, const void *bytes, size_t len)
{
	if (len > sizeof(to->at) - to->len)
		len = sizeof(to->at) - to->len;
	if (len)
		memcpy(to->at + to->len, bytes, len);
	to->len += len;
}

static struct rd piece(struct rd *r)
{
	size_t len = rd_u8(r);

	return rd_sub(r, len < rd_left(r) ? len : rd_left(r));
}

static void replace(struct octets *file, size_t from, size_t end, struct rd *r)
{
	size_t at = rd_u24(r);
	struct rd some = piece(r);
	size_t len = rd_left(&some);

	if (end > file->len || end <= from)
		return;
	at = from + at % (end - from);
	rd_bytes(&some, file->at + at, len < file->len - at ? len : file->len - at);
}

/* Cuts octets out of the configuration, and puts others there. */
static void splice_text(struct octets *file, struct rd *r)
{
	struct rd len_at = rd_make(file->at + TEXT_AT, 4);
	size_t text = rd_u32(&len_at), at = rd_u16(r), cut = rd_u8(r);
	struct rd some = piece(r);
	size_t more = rd_left(&some);

	if (text > file->len - TEXT_AT - 4 || more > sizeof(file->at) - file->len)
		return;
	at = at < text ? at : text;
	cut = cut < text - at ? cut : text - at;
	uint8_t *from = file->at + TEXT_AT + 4 + at;
	memmove(from + more, from + cut, file->len - (size_t)(from + cut - file->at));
	rd_bytes(&some, from, more);
	file->len += more - cut;
	struct wr w = wr_make(file->at + TEXT_AT, 4);
	wr_u32(&w, (uint32_t)(text + more - cut));
}

static void add_event(struct octets *file, uint8_t kind, uint32_t ms, struct rd some)
{
	uint8_t head[16];
	struct wr w = wr_make(head, sizeof(head));

	wr_u8(&w, FLIGHT_EVENT);
	wr_u8(&w, kind);
	wr_u32(&w, ms);
	wr_u64(&w, WALL_NS);
	add(file, head, wr_len(&w));
	add(file, some.at, rd_left(&some));
}

static void change(struct octets *file, struct rd *r)
{
	struct rd some;

	switch (rd_u8(r) % 8) {
	case 0:
		replace(file, state_at, checkpoint.len, r);
		break;
	case 1:
		replace(file, HEAD, state_at, r);
		break;
	case 2:
		replace(file, checkpoint.len, file->len, r);
		break;
	case 3:
		splice_text(file, r);
		break;
	case 4: {
		uint8_t kind = rd_u8(r);
		uint32_t ms = rd_u32(r);
		add_event(file, kind, ms, piece(r));
		break;
	}
	case 5:
		some = piece(r);
		add(file, some.at, rd_left(&some));
		break;
	case 6:
		for (unsigned i = 0; i < 60; i++)
			add_event(file, EVENT_TIME, 1000, rd_make(NULL, 0));
		break;
	case 7:
		add(file, checkpoint.at + HEAD, checkpoint.len - HEAD);
		if (file->len > checkpoint.len) /* as if it followed from what is before */
			file->at[file->len - (checkpoint.len - HEAD) + 1] = 0;
		break;
	}
}

static void look(void *context, uint64_t number, tick_t now, const struct event *event,
                 const struct actions *actions)
{
	struct playback *sum = context;

	golden_number(&fuzz_digest, flight_digest(actions, event->kind));
	assert(number == sum->events && now == sum->last);
}

static void look_at_decision(void *context, const struct record *r)
{
	(void)context;
	assert(r->kind == RECORD_DECISION);
	assert(memchr(r->decision.text, 0, sizeof(r->decision.text)));
}

static void run(const uint8_t *octets, size_t len)
{
	struct playback sum;
	const struct playback_view view = {
		.step = look, .who = FIRST_ID, .decision = look_at_decision, .context = &sum};

	bool same = playback_run(octets, len, &view, &sum);
	assert(same == !*sum.fault && memchr(sum.fault, 0, sizeof(sum.fault)));
	golden_octets(&fuzz_digest, sum.fault, strlen(sum.fault));
	golden_number(&fuzz_digest, sum.events);
	if (getenv("FUZZ_SHOW"))
		fprintf(stderr, "%lu events: %s\n", (unsigned long)sum.events, sum.fault);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct octets file;
	struct rd r = rd_make(data, size);

	if (checkpoint.len == 0)
		make_recording();
	if (size >= HEAD && memcmp(data, RECORDING_MAGIC, HEAD) == 0) {
		run(data, size);
		return 0;
	}
	file.len = 0;
	add(&file, checkpoint.at, checkpoint.len);
	add(&file, events.at, events.len);
	while (rd_more(&r))
		change(&file, &r);
	uint8_t *copy = (uint8_t *)fuzz_text(file.at, file.len);
	run(copy, file.len);
	free(copy);
	return 0;
}
