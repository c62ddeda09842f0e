/*
 * The state of another binary, as octets of any kind: a core that takes it over says what is wrong
 * with it, or is whole, serves its clients and ends. An input that begins like a state is one; any
 * other is a list of changes to the state of a server in the middle of its work:
 *
 *   what(1)  row(1)  len(1)  octets(len)
 *
 * The low five bits of `what` choose the kind of row, `row` one of these; beyond the kinds it is
 * the head. By the high three bits, the row is left out or there twice, or the rest of the octets
 * replace those of a field, which the first chooses, or those at that offset.
 *
 * Decoder: core/telling/takeover.c core/telling/handover.c core/telling/carried.c
 */
#include "play.h"

#include "core/telling/handover.h"
#include "hotspot/talk.h"
#include "fuzz/fuzz.h"

#define EVENT_HEAD 3u
#include "fuzz/events.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int fuzz_no_datagrams = 1;

#define STATE_MAX (1u << 20)
#define ROWS_MAX 4096u
#define STATUS 5000u /* a command that is answered by a prompt */
#define ECHO 9990u

static uint8_t work[STATE_MAX]; /* the state of a server at work */
static size_t work_len;
static uint8_t state[STATE_MAX]; /* what is taken over */
static struct row {
	unsigned kind; /* + 1; 0 = the head */
	size_t at;
	unsigned times; /* 0 = left out, 2 = there twice */
} rows[ROWS_MAX + 1];
static size_t row_count;

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

/* A call that goes on, one that waits for its turn, one that has faded, a prompt, a block, an echo.
 */
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
	talk(3, ECHO, 4);
	work_len = core_hand_over(play.world.core, work, sizeof(work));
	assert(work_len > 0 && work_len <= core_handover_size(&play.world.conf));
	size_t head = core_handover_head(work + work_len, sizeof(work) - work_len);
	assert(head > 0 && !core_reads_handover(work + work_len, head));
}

static size_t name_len(const uint8_t *at)
{
	return 1u + at[0];
}

/* Octets of a field as it is written. */
static size_t field_len(const struct carried_field *f, const uint8_t *at)
{
	size_t len = 1;

	switch ((enum carried_type)f->type) {
	case CARRIED_DERIVED:
		return 0;
	case CARRIED_MEETING:
		return 4;
	case CARRIED_WORDS:
		return name_len(at);
	case CARRIED_CLIPS:
		for (unsigned i = 0; i < at[0] * 3u; i++)
			len += name_len(at + len);
		return len;
	case CARRIED_RAW:
	case CARRIED_HANDLE:
	case CARRIED_INDEX:
	case CARRIED_ORIGIN:
	case CARRIED_TARGET:
		break;
	}
	return f->size;
}

/* Where the field begins that is so many after the first; behind the last, where the row ends. */
static size_t field_at(size_t row, size_t nth)
{
	const struct carried_info *info = &carried_sets[work[row] - 1];
	size_t at = row + 9;

	at += name_len(work + at) + 8;
	for (size_t i = 0; i < nth && i < info->field_count; i++)
		at += field_len(&info->fields[i], work + at);
	return at;
}

/* The head is the first row, without a kind. */
static void find_rows(void)
{
	size_t at = core_handover_head(state, sizeof(state));

	for (row_count = 1; work[at]; row_count++) {
		assert(row_count < ROWS_MAX && work[at] <= CARRIED_SETS);
		rows[row_count] = (struct row){work[at], at, 1};
		at = field_at(at, SIZE_MAX);
	}
	rows[row_count].at = at;
	assert(at + 1 == work_len);
}

/* The row of a kind with that number, or NULL. */
static struct row *choose_row(unsigned kind, unsigned number)
{
	size_t of_kind = 0, first = 0;

	if (kind == CARRIED_SETS)
		return &rows[0];
	for (size_t i = 1; i < row_count; i++)
		if (rows[i].kind == kind + 1 && of_kind++ == 0)
			first = i;
	return of_kind ? &rows[first + number % of_kind] : NULL;
}

static void change_row(uint8_t *changed, struct row *row, unsigned how, struct rd *r)
{
	size_t at = row->at, end = row[1].at;

	if (row != rows && how < 2) {
		row->times = how * 2;
		return;
	}
	if (row != rows && how < 7) {
		size_t nth = rd_u8(r) % carried_sets[row->kind - 1].field_count;
		at = field_at(row->at, nth);
		end = field_at(row->at, nth + 1);
	} else {
		at += rd_u16(r) % (end - at);
	}
	rd_bytes(r, changed + at, end - at < rd_left(r) ? end - at : rd_left(r));
}

static size_t change(const uint8_t *data, size_t size)
{
	static uint8_t changed[STATE_MAX];
	struct rd r = rd_make(data, size);
	struct wr w = wr_make(state, sizeof(state)),
		  count = wr_make(changed + HANDOVER_COUNT_AT, 4);
	uint32_t left = 0;

	memcpy(changed, work, work_len);
	for (size_t i = 0; i < row_count; i++)
		rows[i].times = 1;
	while (rd_more(&r)) {
		unsigned what = rd_u8(&r), number = rd_u8(&r), len = rd_u8(&r);
		struct rd octets = rd_sub(&r, len < rd_left(&r) ? len : rd_left(&r));
		struct row *row = choose_row((what & 31) % (CARRIED_SETS + 1), number);
		if (row)
			change_row(changed, row, what >> 5, &octets);
	}
	for (size_t i = 1; i < row_count; i++)
		left += rows[i].times;
	if (left != row_count - 1)
		wr_u32(&count, left);
	for (size_t i = 0; i < row_count; i++)
		for (unsigned k = 0; k < rows[i].times; k++)
			wr_bytes(&w, changed + rows[i].at, rows[i + 1].at - rows[i].at);
	wr_u8(&w, 0);
	return wr_len(&w);
}

/* Whom a core that is given up asks to log in again. */
static void lose_clients(struct core *core)
{
	struct lost_client lost;
	uint32_t told = 0;

	for (uint32_t at = UINT32_MAX; core_lost_client(core, &at, &lost); told++)
		assert(lost.id && lost.where.to.port);
	assert(told <= play.world.conf.limits.sessions);
}

static void take_over(const uint8_t *octets, size_t len)
{
	struct arena room = {.block = NULL};
	uint32_t left = 0;

	play.world.core = play_fresh(1);
	const char *reads = core_reads_handover(octets, len);
	const char *fault = core_take_over(play.world.core, octets, len, &room, &left);
	assert(fault || !reads);
	arena_release(&room);
	golden_octets(&fuzz_digest, fault ? fault : "", fault ? strlen(fault) : 0);
	golden_number(&fuzz_digest, left);
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
	play_open();
	if (work_len == 0) {
		make_work();
		find_rows();
		play_open(); /* the first input begins as all others do */
	}
	if (size >= strlen(HANDOVER_MAGIC) &&
	    memcmp(data, HANDOVER_MAGIC, strlen(HANDOVER_MAGIC)) == 0) {
		take_over(data, size);
	} else {
		size_t len = change(data, size);
		take_over(state, len);
	}
	return 0;
}
