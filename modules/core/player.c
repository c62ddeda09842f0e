/*
 * What the server itself says: prompts, idents, recordings, the echo. One burst each 60 ms on a
 * fixed schedule, superframes A to F without a break, only on a slot where nothing runs. A player
 * sends through deliver like any stream, so local traffic cuts it off like any call (decision 17).
 */
#include "core/player.h"

#include "core/call.h"
#include "core/contention.h"
#include "core/deliver.h"
#include "core/number.h"
#include "core/prompt.h"
#include "core/rewrite.h"
#include "core/sequence.h"
#include "dmr/ambe.h"
#include "dmr/burst.h"

#define CC 1
#define SUPERFRAME 6u                 /* bursts */
#define DELAY_MS TICK_SECOND          /* from the command's end to its answer */
#define PATIENCE_MS (5 * TICK_SECOND) /* then a prompt is dropped */
#define RETRY_MS ((tick_t)200)
#define LATE_MS ((tick_t)300)     /* made up for; what is later moves the schedule */
#define UNASKED_MAX (PLAYERS / 2) /* the other half is for answers */
#define IDENT_AGAIN_MS (10 * TICK_SECOND)
#define QUIET_MS (30 * TICK_SECOND)

static struct slot *slot_of(struct session *s, const struct player *p)
{
	return &s->slot[p->slot - 1];
}

static void schedule(struct step *step, struct player *p, tick_t due)
{
	expire_at(step, &p->expiry, EXPIRE_PLAYER, &p->row, due);
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
	while (p->at < p->clip_count && p->frame + AMBE_BURST_FRAMES > p->clips[p->at].count) {
		p->at++;
		p->frame = 0;
	}
	if (p->at == p->clip_count)
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

	if (!r || p->at == r->count)
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

/* A burst of voice, silence to the end of the superframe, or false at its end. */
static bool spoken_burst(const struct step *step, struct player *p, struct stream *x,
                         struct hbp_burst *b)
{
	uint8_t ambe[AMBE_BURST_LEN];

	if (!next_burst(step, p, ambe)) {
		if (p->position == 0)
			return false;
		ambe_burst_silence(ambe);
	}
	b->type = p->position == 0 ? HBP_VOICE_SYNC : HBP_VOICE;
	b->detail = p->position;
	burst_make_voice(b->payload, ambe, rewrite_coded(x, x->dst), p->position, CC);
	p->position = (uint8_t)((p->position + 1) % SUPERFRAME);
	return true;
}

static void end(struct step *step, struct player *p)
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
	if (s && handle_equal(slot_of(s, p)->player, pool_handle(&p->row)))
		slot_of(s, p)->player = HANDLE_NONE;
	pool_give(&core->players.pool, p);
}

/* One player a slot: a new one takes the place of the old. */
static struct player *begin(struct step *step, struct session *s, uint8_t slot,
                            enum player_kind kind)
{
	struct core *core = step->core;
	struct player *old = player_get(&core->players, s->slot[slot - 1].player);

	if (old)
		end(step, old);
	struct player *p = pool_take(&core->players.pool);
	if (!p) {
		count(step, COUNT_PLAYERS_FULL);
		return NULL;
	}
	p->session = pool_handle(&s->row);
	p->slot = slot;
	p->kind = kind;
	p->expiry = expiry_none();
	p->give_up = step->now + DELAY_MS + PATIENCE_MS;
	s->slot[slot - 1].player = pool_handle(&p->row);
	schedule(step, p, step->now + DELAY_MS);
	return p;
}

static bool is_idle(const struct step *step, const struct slot *slot)
{
	return !stream_get(&step->core->streams, slot->talk) && handle_is_none(slot->heard);
}

static struct stream *open_stream(struct step *step, struct player *p)
{
	struct stream *x = stream_add(&step->core->streams, ORIGIN_LOCAL + p->row.index,
	                              core_random(step->core), false);

	if (!x)
		return NULL;
	x->slot = p->slot;
	x->src = p->src;
	x->dst = p->tg;
	x->state = CALL_RUNNING;
	x->started = step->now;
	x->lc = lc_make(FLCO_GROUP, p->tg, p->src);
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
	sequence_start(&x->sequence, b->seq);
	x->frames++;
	x->last = step->now;
	expire_at(step, &x->expiry, EXPIRE_STREAM, &x->row, step->now + STREAM_SILENCE_MS);
	deliver_burst(step, x, b, first);
}

/* The burst that is due. False when all is said, or somebody spoke in between. */
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

/* Begins, unless the slot is taken: then it waits, but not for long. */
static bool start(struct step *step, struct player *p, const struct slot *slot)
{
	struct hbp_burst b = {.slot = p->slot};

	if (!is_idle(step, slot) || step->now - slot->closed < BETWEEN_CALLS_MS) {
		schedule(step, p, step->now + RETRY_MS);
		return step->now < p->give_up;
	}
	struct stream *x = open_stream(step, p);
	if (!x)
		return false;
	rewrite_make(x, &b, DMR_VOICE_HEADER, x->dst);
	send(step, p, x, &b);
	schedule(step, p, step->now + DMR_BURST_MS);
	return true;
}

void player_expire(struct step *step, const struct expiry_entry *e)
{
	struct core *core = step->core;
	struct player *p = player_get(&core->players, e->row);

	if (!p || !expiry_due(&core->expiry, &p->expiry, e, step->now))
		return;
	struct session *s = session_get(&core->sessions, p->session);
	struct stream *x = stream_get(&core->streams, p->stream);
	bool waiting = handle_is_none(p->stream);
	tick_t due = p->expiry.deadline;
	bool late = step->now - due > LATE_MS;
	if (!s || !(waiting ? start(step, p, slot_of(s, p)) : x && play(step, p, x, slot_of(s, p))))
		end(step, p);
	else if (!waiting)
		schedule(step, p, (late ? step->now : due) + DMR_BURST_MS);
}

static void say(struct step *step, struct session *s, enum prompt prompt, uint32_t number,
                uint32_t tg)
{
	struct player *p;

	if (step->core->conf->listener[s->at.socket].prompts == PROMPTS_NONE)
		return;
	p = begin(step, s, DIAL_SLOT, PLAY_MORSE);
	if (!p)
		return;
	p->src = step->core->conf->server.prompt_id;
	p->tg = tg;
	prompt_put(step, p, s, prompt, number);
}

void player_prompt(struct step *step, struct session *s, enum prompt prompt, uint32_t number)
{
	say(step, s, prompt, number, DIAL_TG);
}

static void play_clip(struct step *step, struct session *s, struct clip clip, uint8_t slot,
                      uint32_t tg)
{
	struct player *p = begin(step, s, slot, PLAY_CLIPS);

	if (!p)
		return;
	p->src = step->core->conf->server.prompt_id;
	p->tg = tg;
	p->clips[p->clip_count++] = clip;
}

/* A recording, or "busy" where there is none. */
void player_recording(struct step *step, struct session *s, const struct stream *x)
{
	struct clip clip = prompt_recording(step, s, x->dst);

	if (clip.frames)
		play_clip(step, s, clip, x->unit ? DIAL_SLOT : x->slot, x->unit ? DIAL_TG : x->dst);
	else
		player_prompt(step, s, PROMPT_BUSY, 0);
}

/* The caller is recorded as long as there is room. */
void player_record(struct step *step, struct stream *x)
{
	struct recording *r = pool_take(&step->core->players.recordings);

	if (!r) {
		count(step, COUNT_PLAYERS_FULL);
		return;
	}
	x->recording = pool_handle(&r->row);
}

/* Takes the voice to its place in the superframe: what was lost is silent. */
void player_take(struct step *step, struct stream *x, const struct hbp_burst *b)
{
	struct recording *r = recording_get(&step->core->players, x->recording);

	if (!r || b->type == HBP_DATA_SYNC)
		return;
	uint8_t position = b->type == HBP_VOICE_SYNC ? 0 : b->detail;
	while (r->count < RECORDING_BURSTS && r->count % SUPERFRAME != position)
		ambe_burst_silence(r->burst[r->count++]);
	if (r->count < RECORDING_BURSTS)
		burst_voice(b->payload, r->burst[r->count++]);
}

/*
 * Played to the caller only, as himself, on the slot and talkgroup he used. Without a recording he
 * hears "busy".
 */
void player_echo(struct step *step, struct session *s, struct stream *x)
{
	const struct recording *r = recording_get(&step->core->players, x->recording);

	if (!r) {
		player_prompt(step, s, PROMPT_BUSY, 0);
		return;
	}
	struct player *p = r->count ? begin(step, s, x->slot, PLAY_ECHO) : NULL;
	if (!p)
		return;
	p->recording = x->recording;
	p->src = x->src;
	p->tg = x->dst;
	x->recording = HANDLE_NONE;
}

void player_drop_recording(struct core *core, struct stream *x)
{
	struct recording *r = recording_get(&core->players, x->recording);

	if (r)
		pool_give(&core->players.recordings, r);
	x->recording = HANDLE_NONE;
}

/* Nobody has spoken for a while, and no answer of ours is due. */
static bool is_quiet(const struct step *step, const struct slot *slot)
{
	return is_idle(step, slot) && !player_get(&step->core->players, slot->player) &&
	       step->now - slot->busy_last > QUIET_MS;
}

bool player_has_room(const struct core *core)
{
	return core->players.pool.used < UNASKED_MAX;
}

/* On slot 1 where the talkgroup is there alone, else on slot 2. */
static uint8_t announcing_slot(const struct step *step, const struct session *s, uint32_t tg)
{
	const struct subscriptions *t = &step->core->subscriptions;

	return subscription_find(t, s, 1, tg) && !subscription_find(t, s, 2, tg) ? 1 : DIAL_SLOT;
}

/* Nothing where there is no such recording, or the slot is not quiet. */
void player_announce(struct step *step, struct session *s, uint32_t recording, uint32_t tg)
{
	uint8_t slot = announcing_slot(step, s, tg);
	struct clip clip = prompt_recording(step, s, recording);

	if (clip.frames && is_quiet(step, &s->slot[slot - 1]))
		play_clip(step, s, clip, slot, tg);
}

void player_ident_later(struct step *step, struct session *s)
{
	tick_t every = step->core->conf->server.ident_every_ms;

	expire_at(step, &s->ident_due, EXPIRE_IDENT, &s->row,
	          s->ident && every ? step->now + every : TICK_NEVER);
}

void ident_expire(struct step *step, const struct expiry_entry *e)
{
	struct session *s = session_get(&step->core->sessions, e->row);

	if (!s || !expiry_due(&step->core->expiry, &s->ident_due, e, step->now))
		return;
	if (!player_has_room(step->core)) {
		expire_at(step, &s->ident_due, EXPIRE_IDENT, &s->row, step->now + IDENT_AGAIN_MS);
		return;
	}
	if (is_quiet(step, &s->slot[0]) && is_quiet(step, &s->slot[1]))
		say(step, s, PROMPT_IDENT, 0, s->ident_tg ? s->ident_tg : DMR_ALL_CALL);
	player_ident_later(step, s);
}
