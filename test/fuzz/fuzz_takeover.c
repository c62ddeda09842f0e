/*
 * The state of another binary, as octets of any kind: a core that takes it over says what is wrong
 * with it, or is whole, serves its clients and ends. An input that begins like a state is one; any
 * other is a list of changes to the state of a server in the middle of its work:
 *
 *   offset(2)  len(1)  octets(len): replace those at that offset, modulo the length
 *
 * Decoder: core/telling/takeover.c core/telling/handover.c core/telling/carried.c
 */
#include "play.h"

#include "core/telling/handover.h"
#include "hotspot/talk.h"
#include "fuzz/fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int fuzz_no_datagrams = 1;

#define STATE_MAX (1u << 20)
#define STATUS 5000u /* a command that is answered by a prompt */

static uint8_t work[STATE_MAX]; /* the state of a server at work */
static size_t work_len;

/* A header and voice, or a command of the radio with its end. */
static void talk(unsigned who, uint32_t tg, unsigned frames)
{
	static const uint8_t ambe[TALK_AMBE_LEN];
	struct endpoint from = play_client(who, false);
	struct talk t = {.next = {.src = 2345001 + who,
	                          .dst = tg,
	                          .client = FIRST_ID + who,
	                          .slot = 2,
	                          .unit = tg == STATUS,
	                          .stream = 7 + who}};

	talk_code(&t);
	for (unsigned i = 0; i < frames; i++) {
		uint8_t out[HBP_BURST_LEN];
		struct wr w = wr_make(out, sizeof(out));
		struct hbp_burst b = i == 0        ? talk_lc(&t, DMR_VOICE_HEADER)
		                     : t.next.unit ? talk_lc(&t, DMR_TERMINATOR)
		                                   : talk_voice(&t, ambe);
		hbp_write_burst(&w, &b);
		play_datagram(&from, out, wr_len(&w));
		play_sleep(60);
	}
}

static void order(const struct command *c)
{
	play_step(&(struct event){.kind = EVENT_COMMAND, .command = c});
}

/* A call that goes on, one that waits for its turn, one that has faded, a prompt, a block. */
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
	play_sleep(700);
	talk(0, 91, 2);
	work_len = core_hand_over(play.world.core, work, sizeof(work));
	assert(work_len > 0 && work_len <= core_handover_size(&play.world.conf));
	size_t head = core_handover_head(work + work_len, sizeof(work) - work_len);
	assert(head > 0 && !core_reads_handover(work + work_len, head));
}

static size_t change(uint8_t *state, const uint8_t *data, size_t size)
{
	struct rd r = rd_make(data, size);

	memcpy(state, work, work_len);
	while (rd_more(&r)) {
		size_t at = rd_u16(&r) % work_len, len = rd_u8(&r);
		if (len > work_len - at)
			len = work_len - at;
		rd_bytes(&r, state + at, len < rd_left(&r) ? len : rd_left(&r));
	}
	return work_len;
}

/* Whom a core that is given up asks to log in again. */
static void lose_clients(struct core *core)
{
	struct lost_client lost;
	uint32_t rows = 0;

	for (uint32_t at = UINT32_MAX; core_lost_client(core, &at, &lost); rows++)
		assert(lost.id && lost.where.to.port);
	assert(rows <= play.world.conf.limits.sessions);
}

static void take_over(const uint8_t *octets, size_t len)
{
	struct arena room = {.block = NULL};
	uint32_t left;

	play.world.core = play_fresh(1);
	const char *reads = core_reads_handover(octets, len);
	const char *fault = core_take_over(play.world.core, octets, len, &room, &left);
	assert(fault || !reads);
	arena_release(&room);
	if (fault) {
		lose_clients(play.world.core);
		return;
	}
	play_step(&(struct event){.kind = EVENT_CONF, .conf = &play.world.conf});
	order(&(struct command){.kind = COMMAND_SNAPSHOT, .number = 1});
	while (core_wants_rows(play.world.core))
		play_step(&(struct event){.kind = EVENT_ROWS, .rows = 20});
	for (unsigned who = 0; who < LOGGED_IN; who++)
		talk(who, 91, 7);
	play_step(&(struct event){.kind = EVENT_MEND, .all = true});
	play_sleep(2 * TICK_MINUTE);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static uint8_t state[STATE_MAX];

	play_open();
	if (work_len == 0)
		make_work();
	if (size >= strlen(HANDOVER_MAGIC) &&
	    memcmp(data, HANDOVER_MAGIC, strlen(HANDOVER_MAGIC)) == 0) {
		take_over(data, size);
	} else {
		size_t len = change(state, data, size);
		take_over(state, len);
	}
	return 0;
}
