/*
 * Audio from the server itself: prompts, idents, recordings, the echo. One burst every 60 ms on a
 * fixed schedule, superframes A to F without a gap, only on an idle slot. A player sends through
 * deliver like any stream, so local traffic cuts it off like any call (decision 17). Other calls
 * cut it off too, unless it is the answer to a recent command (core/contention).
 */
#include "core/conference/player.h"

#include "core/conference/call.h"
#include "core/delivery/contention.h"
#include "core/delivery/deliver.h"
#include "core/step/expire.h"
#include "core/step/kind.h"
#include "core/step/number.h"
#include "core/conference/prompt.h"
#include "core/delivery/rewrite.h"
#include "core/delivery/refuse.h"
#include "core/step/sequence.h"
#include "dmr/ambe.h"
#include "dmr/burst.h"
#include "state/pool.h"
#include "wire/frame.h"

#define CC 1
#define SUPERFRAME 6u                 /* bursts */
#define DELAY_MS TICK_SECOND          /* from the end of the command to the answer */
#define PATIENCE_MS (5 * TICK_SECOND) /* after that a prompt is dropped */
#define RETRY_MS ((tick_t)200)
#define SPEECH_MS TICK_SECOND     /* a longer private call to the echo is not a command */
#define LATE_MS ((tick_t)300)     /* caught up; a longer delay moves the schedule */
#define UNASKED_MAX (PLAYERS / 2) /* the other half is for answers */
#define IDENT_AGAIN_MS (10 * TICK_SECOND)
#define QUIET_MS (30 * TICK_SECOND)
#define REPLY_MS (2 * TICK_SECOND) /* the longest pause within a conversation */

static struct slot *players_slot(struct session *s, const struct player *p)
{
	return &s->slot[slot_index(p->slot)];
}

static void schedule(struct step *step, struct player *p, tick_t due)
{
	expire_at(step->core, KIND_PLAYER, p, due);
}

static bool morse_burst(struct player *p, uint8_t ambe[static AMBE_BURST_LEN])
{
	switch (morse_next(&p->morse, p->text)) {
	case MORSE_END:
		return false;
	case MORSE_TONE:
		ambe_burst_tone(ambe, AMBE_ID_750_HZ, AMBE_LEVEL_COMFORTABLE);
		break;
	case MORSE_SILENCE:
		ambe_burst_silence(ambe);
		break;
	}
	return true;
}

static bool clip_burst(struct player *p, uint8_t ambe[static AMBE_BURST_LEN])
{
	while (p->at < p->clip_count &&
	       (size_t)p->frame + AMBE_BURST_FRAMES > p->clips[p->at].count) {
		p->at++;
		p->frame = 0;
	}
	if (p->at >= p->clip_count)
		return false;
	struct rd r =
		rd_make(p->clips[p->at].frames + (size_t)p->frame * AMBE_FRAME_LEN, AMBE_BURST_LEN);
	rd_bytes(&r, ambe, AMBE_BURST_LEN);
	p->frame += AMBE_BURST_FRAMES;
	return true;
}

static bool recorded_burst(const struct step *step, struct player *p,
                           uint8_t ambe[static AMBE_BURST_LEN])
{
	const struct recording *r = recording_get(&step->core->players, p->recording);

	if (!r || p->at >= r->count || p->at >= RECORDING_BURSTS)
		return false;
	struct rd said = rd_make(r->burst[p->at++], AMBE_BURST_LEN);
	rd_bytes(&said, ambe, AMBE_BURST_LEN);
	return true;
}

static bool next_burst(const struct step *step, struct player *p,
                       uint8_t ambe[static AMBE_BURST_LEN])
{
	switch (p->kind) {
	case PLAY_MORSE:
		return morse_burst(p, ambe);
	case PLAY_CLIPS:
		return clip_burst(p, ambe);
	case PLAY_ECHO:
		return recorded_burst(step, p, ambe);
	}
	return false;
}

/* The next burst of voice, or of silence to fill the superframe; false at the end. */
static bool spoken_burst(const struct step *step, struct player *p, struct stream *x,
                         struct hbp_burst *b)
{
	uint8_t ambe[AMBE_BURST_LEN];

	p->position %= SUPERFRAME; /* it may come from a recording */
	if (!next_burst(step, p, ambe)) {
		if (p->position == 0)
			return false;
		ambe_burst_silence(ambe);
	}
	b->class = burst_of_position(p->position);
	burst_make_voice(b->payload, ambe, rewrite_coded(x, x->dst), p->position, CC);
	p->position = (uint8_t)((p->position + 1) % SUPERFRAME);
	return true;
}

void player_end(struct step *step, struct player *p)
{
	struct core *core = step->core;
	struct stream *x = stream_get(&core->streams, p->stream);
	struct recording *r = recording_get(&core->players, p->recording);
	struct session *s = session_get(&core->sessions, p->session);

	if (x) {
		call_leave(step, x, CAUSE_NONE);
		stream_bury(&core->streams, x, step->now, CAUSE_NONE);
	}
	if (r)
		pool_give(&core->players.recordings, r);
	if (s && handle_equal(players_slot(s, p)->player, pool_handle(&p->row)))
		players_slot(s, p)->player = HANDLE_NONE;
	pool_give(&core->players.pool, p);
}

static const struct audio_word *word_of(const struct audio *voice, const struct clip *clip)
{
	for (uint32_t i = 0; i < voice->count; i++)
		if (voice->words[i].clip.frames == clip->frames)
			return &voice->words[i];
	return NULL;
}

/* What is not there any more ends it, after the superframe. */
static void follow(struct player *p, const struct audio *before, const struct audio *voice)
{
	for (uint32_t i = p->at; i < p->clip_count; i++) {
		const struct audio_word *word = word_of(before, &p->clips[i]);
		struct clip clip = {NULL, 0};
		if (word)
			clip = audio_clip(voice, word->language, word->name);
		if (clip.frames)
			p->clips[i] = clip;
		else
			p->clip_count = i;
	}
}

void player_follow(struct step *step, const struct conf *before)
{
	POOL_EACH(struct player *, p, &step->core->players.pool) {
		struct session *s = session_get(&step->core->sessions, p->session);
		const struct conf_listener *c = s ? listener_conf(step->core, s) : NULL;

		if (c && p->kind == PLAY_CLIPS)
			follow(p, &before->listener[s->at.socket].voice, &c->voice);
	}
}

bool player_has_room(const struct core *core)
{
	return core->players.pool.used < UNASKED_MAX;
}

/* One player per slot: an answer replaces the current one, others wait. */
static struct player *begin(struct step *step, struct session *s, uint8_t slot,
                            enum player_kind kind, enum player_rank rank)
{
	struct core *core = step->core;
	struct player *old = player_get(&core->players, s->slot[slot_index(slot)].player);

	if (rank != PLAYER_ANSWER && !player_has_room(core))
		return NULL;
	if (old && rank == PLAYER_ANSWER)
		player_end(step, old);
	struct player *p = pool_take(&core->players.pool);
	if (!p) {
		refuse_source(step, REFUSED_PLAYERS_FULL, s->source);
		return NULL;
	}
	p->session = pool_handle(&s->row);
	p->slot = slot;
	p->kind = kind;
	p->rank = rank;
	p->expiry = expiry_none();
	p->give_up = step->now + PATIENCE_MS;
	if (rank == PLAYER_ANSWER) {
		p->give_up += DELAY_MS;
		s->slot[slot_index(slot)].player = pool_handle(&p->row);
	}
	schedule(step, p, step->now + DELAY_MS);
	return p;
}

static bool is_idle(const struct step *step, const struct slot *slot)
{
	return !stream_get(&step->core->streams, slot->talk) && handle_is_none(slot->heard) &&
	       step->now >= slot->mute_until && step->now - slot->data_out >= DATA_HOLDS_MS &&
	       !contention_is_in_data(step, slot);
}

/* Is a player of this rank or higher active or waiting on that slot? */
static bool has_player(const struct step *step, const struct session *s, uint8_t slot,
                       enum player_rank rank)
{
	POOL_EACH(const struct player *, p, &step->core->players.pool)
		if (p->slot == slot && p->rank <= rank &&
		    handle_equal(p->session, pool_handle(&s->row)))
			return true;
	return false;
}

/* When the last call there may be taken for the end of its conversation. */
static tick_t quiet_at(const struct session *s, const struct slot *slot)
{
	return slot->busy_last + (s->hang > REPLY_MS ? s->hang : REPLY_MS);
}

/* Unsolicited audio does not use the pauses of a conversation, and yields to players of higher
 * rank. */
static bool is_its_turn(const struct step *step, const struct player *p, const struct session *s)
{
	const struct slot *slot = &s->slot[slot_index(p->slot)];

	if (p->rank == PLAYER_ANSWER)
		return true;
	return !player_get(&step->core->players, slot->player) && step->now >= quiet_at(s, slot) &&
	       !has_player(step, s, p->slot, (enum player_rank)(p->rank - 1));
}

/* When to check again. */
static tick_t next_look(const struct step *step, const struct session *s, const struct slot *slot)
{
	tick_t soon = step->now + RETRY_MS, quiet = quiet_at(s, slot);

	return quiet > step->now && quiet < soon ? quiet : soon;
}

static struct stream *open_stream(struct step *step, struct player *p)
{
	struct stream *x =
		stream_add(&step->core->streams, &(struct stream_key){
							 .origin = {SOURCE_LOCAL, p->row.index},
							 .id = core_random(step->core),
							 .dst = p->tg,
							 .slot = p->slot,
							 .unit = p->unit,
						 });

	if (!x)
		return NULL;
	x->src = p->src;
	x->state = CALL_RUNNING;
	x->started = step->now;
	x->lc = lc_make(p->unit ? FLCO_UNIT : FLCO_GROUP, p->tg, p->src);
	x->targets[0] = (struct leg){p->session, p->slot};
	p->stream = pool_handle(&x->row);
	return x;
}

static void send(struct step *step, struct player *p, struct stream *x, struct hbp_burst *b)
{
	bool first = x->frames == 0;

	b->seq = p->seq++;
	b->src = x->src;
	b->dst = x->dst;
	b->stream = x->id;
	sequence_start(&x->sequence, b);
	x->frames++;
	x->last = step->now;
	expire_at(step->core, KIND_STREAM, x, step->now + STREAM_SILENCE_MS);
	deliver_burst(step, x, b, first);
}

/* Sends the burst that is due. False at the end, or if a call cut it off. */
static bool play(struct step *step, struct player *p, struct stream *x, const struct slot *slot)
{
	struct hbp_burst b = {.slot = p->slot};

	if (!handle_equal(slot->heard, p->stream))
		return false;
	if (!spoken_burst(step, p, x, &b))
		return false;
	send(step, p, x, &b);
	return true;
}

/* Starts, or waits for a limited time if the slot is busy. */
static bool start(struct step *step, struct player *p, struct session *s)
{
	struct hbp_burst b = {.slot = p->slot};
	struct slot *slot = players_slot(s, p);

	if (step->now > p->give_up)
		return false;
	if (!is_idle(step, slot) || step->now - slot->closed < BETWEEN_CALLS_MS ||
	    !is_its_turn(step, p, s)) {
		schedule(step, p, next_look(step, s, slot));
		return true;
	}
	struct stream *x = open_stream(step, p);
	if (!x)
		return false;
	slot->player = pool_handle(&p->row);
	rewrite_make(x, &b, DMR_VOICE_HEADER, x->dst);
	send(step, p, x, &b);
	schedule(step, p, step->now + DMR_BURST_MS);
	return true;
}

void player_expire(struct step *step, void *row)
{
	struct core *core = step->core;
	struct player *p = row;
	struct session *s = session_get(&core->sessions, p->session);
	struct stream *x = stream_get(&core->streams, p->stream);
	bool waiting = handle_is_none(p->stream);
	tick_t due = p->expiry.deadline;
	bool late = step->now - due > LATE_MS;
	if (!s || !(waiting ? start(step, p, s) : x && play(step, p, x, players_slot(s, p))))
		player_end(step, p);
	else if (!waiting)
		schedule(step, p, (late ? step->now : due) + DMR_BURST_MS);
}

static void say(struct step *step, struct session *s, enum prompt prompt, uint32_t number,
                enum player_rank rank)
{
	struct player *p;

	if (prompt_kind(step->core, s) == PROMPTS_NONE)
		return;
	p = begin(step, s, DIAL_SLOT, PLAY_MORSE, rank);
	if (!p)
		return;
	p->src = prompt_source(step->core, prompt);
	p->tg = DIAL_TG;
	if (prompt == PROMPT_IDENT)
		p->tg = s->ident_tg ? s->ident_tg : DMR_ALL_CALL;
	prompt_put(step, p, s, prompt, number);
}

void player_prompt(struct step *step, struct session *s, enum prompt prompt, uint32_t number)
{
	say(step, s, prompt, number, PLAYER_ANSWER);
}

void player_notice(struct step *step, struct session *s, enum prompt prompt, uint32_t number)
{
	say(step, s, prompt, number, PLAYER_NOTICE);
}

static void play_clip(const struct step *step, struct player *p, struct clip clip, uint32_t tg)
{
	if (!p)
		return;
	p->src = step->core->conf->server.prompt_id;
	p->tg = tg;
	p->clips[p->clip_count++] = clip;
}

/* A recording, or "busy" if there is none. */
void player_recording(struct step *step, struct session *s, const struct stream *x)
{
	struct clip clip = prompt_recording(step, s, x->dst);

	if (!clip.frames) {
		player_prompt(step, s, PROMPT_BUSY, 0);
		return;
	}
	struct player *p = begin(step, s, x->unit ? DIAL_SLOT : x->slot, PLAY_CLIPS, PLAYER_ANSWER);
	play_clip(step, p, clip, x->unit ? DIAL_TG : x->dst);
}

void player_record(struct step *step, struct stream *x)
{
	struct recording *r = pool_take(&step->core->players.recordings);

	if (!r) {
		refuse_call(step, REFUSED_PLAYERS_FULL, x);
		return;
	}
	x->recording = pool_handle(&r->row);
}

/* Pads with silence up to the burst's place in the superframe, in place of lost bursts. */
void player_take(struct step *step, struct stream *x, const struct hbp_burst *b)
{
	struct recording *r = recording_get(&step->core->players, x->recording);

	if (burst_has_type(b))
		return;
	while (r->count < RECORDING_BURSTS && r->count % SUPERFRAME != burst_position(b))
		ambe_burst_silence(r->burst[r->count++]);
	if (r->count < RECORDING_BURSTS)
		burst_voice(b->payload, r->burst[r->count++]);
}

bool player_has_speech(const struct step *step, const struct stream *x)
{
	const struct recording *r = recording_get(&step->core->players, x->recording);

	return r ? r->count * DMR_BURST_MS > SPEECH_MS : x->last - x->started > SPEECH_MS;
}

/*
 * Played to the caller only: with his own ID on the slot and talkgroup he used, or after a private
 * call as a private call back. Without a recording he hears "busy".
 */
void player_echo(struct step *step, struct session *s, struct stream *x)
{
	const struct recording *r = recording_get(&step->core->players, x->recording);

	if (!r) {
		player_prompt(step, s, PROMPT_BUSY, 0);
		return;
	}
	struct player *p = r->count ? begin(step, s, x->slot, PLAY_ECHO, PLAYER_ANSWER) : NULL;
	if (!p)
		return;
	p->recording = x->recording;
	p->unit = x->unit;
	p->src = x->unit ? x->dst : x->src;
	p->tg = x->unit ? x->src : x->dst;
	x->recording = HANDLE_NONE;
}

void player_drop_recording(struct core *core, struct stream *x)
{
	struct recording *r = recording_get(&core->players, x->recording);

	if (r)
		pool_give(&core->players.recordings, r);
	x->recording = HANDLE_NONE;
}

/* Nobody has spoken for a while, and no other player is active. */
static bool is_quiet(const struct step *step, const struct session *s, uint8_t number)
{
	const struct slot *slot = &s->slot[number - 1];

	return is_idle(step, slot) && step->now - slot->voice_last > QUIET_MS &&
	       !has_player(step, s, number, PLAYER_NOTICE);
}

/* On slot 1 if the client has the talkgroup only there, else on slot 2. */
static uint8_t announcing_slot(const struct step *step, const struct session *s, uint32_t tg)
{
	const struct subscriptions *t = &step->core->subscriptions;

	return subscription_find(t, s, 1, tg) && !subscription_find(t, s, 2, tg) ? 1 : DIAL_SLOT;
}

/* Does nothing if there is no such recording or the slot is busy. */
void player_announce(struct step *step, struct session *s, uint32_t recording, uint32_t tg)
{
	uint8_t slot = announcing_slot(step, s, tg);
	struct clip clip = prompt_recording(step, s, recording);

	if (clip.frames && is_quiet(step, s, slot))
		play_clip(step, begin(step, s, slot, PLAY_CLIPS, PLAYER_ANNOUNCEMENT), clip, tg);
}

static void ident_at(struct step *step, struct session *s, tick_t due)
{
	expire_at(step->core, KIND_IDENT, s, due);
}

static tick_t next_ident(const struct step *step, const struct session *s)
{
	tick_t every = step->core->conf->server.ident_every_ms;

	return s->ident && every ? step->now + every : TICK_NEVER;
}

void player_ident_plan(struct step *step, struct session *s)
{
	tick_t next = next_ident(step, s);

	if (next == TICK_NEVER || next < s->ident_due.deadline)
		ident_at(step, s, next);
}

void player_ident_expire(struct step *step, void *row)
{
	struct session *s = row;

	if (!player_has_room(step->core)) {
		ident_at(step, s, step->now + IDENT_AGAIN_MS);
		return;
	}
	if (is_quiet(step, s, 1) && is_quiet(step, s, 2))
		say(step, s, PROMPT_IDENT, 0, PLAYER_NOTICE);
	ident_at(step, s, next_ident(step, s));
}
