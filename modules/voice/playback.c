#include "voice/playback.h"

#include <string.h>

#include "base/text.h"
#include "conf/parse.h"
#include "conf/places.h"
#include "dmr/ambe.h"
#include "voice/flight.h"

#define WORDS_MAX ((size_t)1 << 28) /* octets of voice files */

struct playing {
	struct rd rd;
	struct flight_clock clock;
	struct flight_event event;
	struct conf conf;
	bool has_conf;
	struct conf_peer peers[CONF_PEERS_MAX];
	struct arena words; /* of voice files */
	struct arena tables;
	struct core *core;
	struct actions actions;
	const struct playback_view *view;
	struct playback *out;
};

static bool fail(struct playing *p, const char *what)
{
	if (!*p->out->fault)
		text_clean(p->out->fault, sizeof(p->out->fault), what, strlen(what));
	return false;
}

static void complain(void *context, const char *line)
{
	fail(context, line);
}

/* ---- checkpoints ---- */

static void read_name(struct rd *rd, char *out, size_t cap)
{
	size_t len = rd_u8(rd);

	rd->bad |= len >= cap;
	rd_bytes(rd, out, rd->bad ? 0 : len);
	out[rd->bad ? 0 : len] = 0;
}

/* A clip is known by the position of its frames, so each gets one; there is nothing to hear. */
static bool read_words_of(struct playing *p, struct rd *rd, struct audio *voice)
{
	uint32_t count = rd_u32(rd);
	bool measures = !p->words.block;

	if (rd->bad || count > rd_left(rd))
		return false;
	struct audio_word *words = arena_cut(&p->words, "words", count, sizeof(*words));
	for (uint32_t i = 0; i < count && !rd->bad; i++) {
		struct audio_word word;
		read_name(rd, word.language, sizeof(word.language));
		read_name(rd, word.name, sizeof(word.name));
		word.clip.count = rd_u32(rd);
		word.clip.frames = arena_cut(&p->words, "frames", word.clip.count, AMBE_FRAME_LEN);
		if (words)
			words[i] = word;
	}
	if (!measures)
		*voice = (struct audio){.words = words, .count = count};
	return !rd->bad;
}

static bool read_all_words(struct playing *p, struct rd *rd)
{
	bool all = true;

	for (uint32_t i = 0; i < p->conf.listener_count && all; i++)
		all = read_words_of(p, rd, &p->conf.listener[i].voice);
	return all;
}

static bool read_words(struct playing *p)
{
	struct rd again = p->rd;

	arena_measure(&p->words);
	if (!read_all_words(p, &again) || p->words.used > WORDS_MAX)
		return false;
	return arena_claim(&p->words, p->words.used) && read_all_words(p, &p->rd);
}

static bool read_conf(struct playing *p)
{
	struct rd text = rd_sub(&p->rd, rd_u32(&p->rd));

	if (p->rd.bad || conf_parse((const char *)text.at, rd_left(&text), "configuration",
	                            &p->conf, complain, p) != 0)
		return fail(p, "its configuration cannot be read");
	p->has_conf = true;
	if (!conf_places_read(&p->rd, &p->conf, p->peers) || !read_words(p))
		return fail(p, "its configuration is incomplete");
	return true;
}

static void cut(struct playing *p, struct arena *arena)
{
	static const uint8_t seed[CORE_SEED_LEN] = {1}; /* what matters of it is in the state */

	p->core = core_open(arena, &p->conf, seed, p->clock.now);
	actions_open(&p->actions, arena, &p->conf.limits);
}

static bool read_core(struct playing *p)
{
	struct rd state = rd_sub(&p->rd, rd_u32(&p->rd));
	struct arena measure, room = {.block = NULL};

	arena_measure(&measure);
	cut(p, &measure);
	if (p->rd.bad || !arena_claim(&p->tables, measure.used))
		return fail(p, "its tables do not fit into memory");
	cut(p, &p->tables);
	const char *fault = core_resume(p->core, state.at, rd_left(&state), &room);
	arena_release(&room);
	return fault ? fail(p, fault) : true;
}

static void close_core(struct playing *p)
{
	arena_release(&p->tables);
	arena_release(&p->words);
	if (p->has_conf)
		conf_release(&p->conf);
	p->has_conf = false;
	p->core = NULL;
}

static void note_time(struct playing *p)
{
	struct playback *out = p->out;

	if (!out->first_ns) {
		out->first = p->clock.now;
		out->first_ns = p->clock.wall_ns;
	}
	out->last = p->clock.now;
	out->last_ns = p->clock.wall_ns;
}

/* Shows what the core knows about somebody. */
static void ask_why(struct playing *p)
{
	const struct command why = {.kind = COMMAND_WHY, .why = {.id = p->view->who}};

	if (!p->core || !p->view->who)
		return;
	p->actions.verdicts.given = false;
	core_step(p->core, p->clock.now, &(struct event){.kind = EVENT_COMMAND, .command = &why},
	          &p->actions);
	for (uint32_t i = 0; i < p->actions.record_count; i++)
		if (p->actions.records[i].kind == RECORD_DECISION)
			p->view->decision(p->view->context, &p->actions.records[i]);
	actions_empty(&p->actions);
}

static uint64_t hash_here(struct playing *p)
{
	core_step(p->core, p->clock.now, &(struct event){.kind = EVENT_DERIVE}, &p->actions);
	return core_hash(p->core);
}

/* Nothing that is added to it overflows. */
static bool is_time(struct playing *p)
{
	return (p->clock.now >= 0 && p->clock.now < TICK_FAR) || fail(p, "its time cannot be");
}

static bool play_checkpoint(struct playing *p)
{
	bool anew = rd_u8(&p->rd), goes_on = p->core && !anew;
	uint64_t before = goes_on ? hash_here(p) : 0;

	ask_why(p);
	close_core(p);
	p->clock.now = (tick_t)rd_u64(&p->rd);
	p->clock.wall_ns = rd_u64(&p->rd);
	if (!is_time(p) || !read_conf(p) || !read_core(p))
		return fail(p, "incomplete");
	p->out->checkpoints++;
	note_time(p);
	return !goes_on || before == core_hash(p->core) ||
	       fail(p, "the state is another than at the checkpoint");
}

/* ---- events ---- */

static bool play_event(struct playing *p)
{
	struct flight_outcome outcome = {.digest = 0};
	bool has_outcome;

	if (!p->core || !flight_read_event(&p->rd, &p->clock, &p->event))
		return fail(p, "an event that cannot be read");
	if (!is_time(p))
		return false;
	has_outcome = rd_more(&p->rd) && *p->rd.at == FLIGHT_OUTCOME;
	if (has_outcome) {
		rd_skip(&p->rd, 1);
		if (!flight_read_outcome(&p->rd, &outcome))
			return fail(p, "an outcome that cannot be read");
		p->actions.verdicts = outcome.verdicts;
	}
	core_step(p->core, p->clock.now, &p->event.event, &p->actions);
	note_time(p);
	p->out->events++;
	bool same =
		!has_outcome || outcome.digest == flight_digest(&p->actions, p->event.event.kind);
	if (p->view->step)
		p->view->step(p->view->context, p->out->events, p->clock.now, &p->event.event,
		              &p->actions);
	actions_empty(&p->actions);
	return same || fail(p, "the actions are other ones");
}

static bool play_hash(struct playing *p)
{
	uint64_t hash = rd_u64(&p->rd);

	p->out->hashes++;
	return p->core && (hash == core_hash(p->core) || fail(p, "the state is another one"));
}

static bool play_next(struct playing *p)
{
	switch (rd_u8(&p->rd)) {
	case FLIGHT_CHECKPOINT:
		return play_checkpoint(p);
	case FLIGHT_EVENT:
		return play_event(p);
	case FLIGHT_HASH:
		return play_hash(p);
	default:
		return fail(p, "damaged");
	}
}

static void play(struct playing *p)
{
	bool goes_on = true;

	while (goes_on && rd_more(&p->rd))
		goes_on = play_next(p);
	if (goes_on)
		ask_why(p);
	close_core(p);
}

bool playback_run(const void *octets, size_t len, const struct playback_view *view,
                  struct playback *out)
{
	size_t head = sizeof(RECORDING_MAGIC) - 1;
	struct arena room;
	struct playing *p;

	*out = (struct playback){.events = 0};
	if (len <= head || memcmp(octets, RECORDING_MAGIC, head) != 0) {
		text_copy(out->fault, sizeof(out->fault), "not a recording");
		return false;
	}
	p = arena_claim(&room, sizeof(*p) + CACHE_LINE)
	            ? arena_cut(&room, "playback", 1, sizeof(*p))
	            : NULL;
	if (!p) { /* never: out of memory */
		text_copy(out->fault, sizeof(out->fault), "out of memory");
		return false;
	}
	p->rd = rd_make((const uint8_t *)octets + head, len - head);
	p->view = view;
	p->out = out;
	play(p);
	arena_release(&room);
	return !*out->fault;
}
