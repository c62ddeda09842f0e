/*
 * Repairs rows that are inconsistent, which no event can cause, but a bug or a memory error can.
 * Rows are authoritative; lists, indexes and counts are derived from them. So an inconsistent row
 * is first made harmless, then everything derived is rebuilt, and then the row ends like any other
 * of its kind: with a terminator to its listeners, and a log line of the class "bug".
 */
#include "core/mend.h"

#include "core/access/session.h"
#include "core/access/uplink.h"
#include "core/conference/player.h"
#include "core/delivery/slot.h"
#include "core/mesh.h"
#include "core/routing/stream.h"
#include "core/step/expire.h"
#include "core/step/kind.h"
#include "core/step/source.h"
#include "core/telling/invariants.h"
#include "core/telling/rows.h"
#include "state/pool.h"

#define FAULTS 32u     /* ended at once; the next check finds the others */
#define LOOK_ROWS 128u /* of each kind */

struct fault {
	enum kind kind;
	struct handle row;
	const char *words;
};

struct faults {
	uint32_t count;
	struct fault fault[FAULTS];
	const char *derived; /* a fault of what is rebuilt anyway; no row ends for it */
};

/* Makes an inconsistent session harmless. */
static void disarm_session(struct core *core, struct session *s)
{
	if (!session_is_uplink(s) || source_session(core, s->source) != s) {
		s->source = source_client(s->id);
		if (s->at.socket >= core->conf->listener_count)
			s->at.socket = 0;
	}
	if (session_is_uplink(s)) {
		s->expiry = s->ident_due = expiry_none();
		s->unsettled = false;
	}
	if (s->state > SESSION_CONNECTED)
		s->state = SESSION_AUTHENTICATED;
	for (int i = 0; i < 2; i++)
		if (s->slot[i].data_next >= SLOT_DATA_IN)
			s->slot[i].data_next = 0;
	s->callsign[sizeof(s->callsign) - 1] = s->location[sizeof(s->location) - 1] = 0;
	s->software[sizeof(s->software) - 1] = s->package[sizeof(s->package) - 1] = 0;
	s->language[sizeof(s->language) - 1] = s->care[sizeof(s->care) - 1] = 0;
}

static void disarm_stream(struct core *core, struct stream *x)
{
	const struct conference *c = conference_at(&core->subscriptions, x->conference);

	x->slot = x->slot == 2 ? 2 : 1;
	if (x->given.blocks > ALIAS_BLOCKS || x->given.block >= ALIAS_BLOCKS)
		x->given = (struct given_alias){.blocks = 0};
	x->data = false; /* so that whoever hears it gets a terminator */
	if (!source_peer(core, x->origin) && !source_uplink(core, x->origin))
		x->origin.kind = SOURCE_CLIENT;
	if (!c || c->tg != x->conversation)
		x->conference = POOL_NONE;
	if (x->conference == POOL_NONE || x->state > CALL_IGNORED)
		x->state = CALL_IGNORED;
}

static void disarm_player(struct player *p)
{
	p->slot = p->slot == 1 ? 1 : 2;
	p->clip_count = p->clip_count <= PLAYER_CLIPS ? p->clip_count : 0;
	p->text[PLAYER_TEXT - 1] = 0;
	if (p->morse.at >= PLAYER_TEXT || p->morse.sign > MORSE_SIGNS)
		p->morse = (struct morse){.at = 0};
}

/* Its index still has the number under which it was made. */
static void disarm_conference(const struct core *core, struct conference *c)
{
	uint64_t tg;

	if (hash_key_of(&core->subscriptions.by_tg, c->row.index, &tg))
		c->tg = (uint32_t)tg;
}

static void disarm(struct core *core, enum kind kind, void *row)
{
	if (kind == KIND_SESSION)
		disarm_session(core, row);
	else if (kind == KIND_STREAM)
		disarm_stream(core, row);
	else if (kind == KIND_PLAYER)
		disarm_player(row);
	else if (kind == KIND_CONFERENCE)
		disarm_conference(core, row);
}

/* A subscription without session or conference is on no list: there is nothing to end. */
static void drop_subscription(struct step *step, struct subscription *x, const char *words)
{
	core_log(step, LOG_BUG, "subscription tg=%lu is inconsistent (%s): dropped",
	         (unsigned long)x->rf_tg, words);
	pool_give(&step->core->subscriptions.pool, x);
}

static const enum kind looked_at[] = {KIND_CONFERENCE, KIND_SUBSCRIPTION, KIND_STREAM, KIND_PLAYER,
                                      KIND_SESSION,    KIND_PEER,         KIND_UPLINK, KIND_BLOCK};

static void look_at_derived(struct step *step, enum kind kind, void *row, struct faults *f)
{
	const char *words = invariants_of_derived(step->core, kind, row);

	if (!words)
		return;
	f->derived = words;
	if (kind == KIND_CONFERENCE)
		disarm(step->core, kind, row);
}

static void look_at(struct step *step, enum kind kind, void *row, struct faults *f)
{
	const char *words = invariants_of_row(step->core, kind, row);

	if (!words || f->count == FAULTS)
		return;
	f->fault[f->count++] = (struct fault){kind, pool_handle(row), words};
	if (kind == KIND_SUBSCRIPTION)
		drop_subscription(step, row, words);
	else
		disarm(step->core, kind, row);
}

/* ---- what is derived ---- */

static void clear_indexes(struct core *core)
{
	struct hash *const all[] = {&core->sessions.by_id,      &core->sessions.by_address,
	                            &core->sessions.by_radio,   &core->subscriptions.by_rf,
	                            &core->subscriptions.by_tg, &core->streams.by_id};

	for (size_t i = 0; i < ARRAY_LEN(all); i++)
		hash_clear(all[i]);
}

static void list_sessions(struct core *core)
{
	POOL_EACH(struct session *, s, &core->sessions.pool) {
		s->slot[0].subscriptions = s->slot[1].subscriptions = POOL_NONE;
		s->subscriptions = 0;
		if (!session_is_uplink(s))
			(void)session_list(&core->sessions, s);
	}
}

static void list_subscriptions(struct core *core)
{
	struct subscriptions *t = &core->subscriptions;

	subscriptions_relist(t);
	POOL_EACH(struct subscription *, x, &t->pool) {
		struct session *s = pool_at(&core->sessions.pool, x->session);
		const struct conference *c = conference_at(t, x->conference);
		if (!s || !c || subscription_find(t, s, x->slot, x->rf_tg))
			pool_give(&t->pool, x);
		else
			subscription_list(t, s, x, c->tg);
	}
}

static const struct stream *speaker_of(const struct core *core, const struct conference *c)
{
	const struct stream *x = stream_get(&core->streams, c->speaker);

	return x && x->conference == c->row.index ? x : NULL;
}

static void list_streams(struct core *core)
{
	POOL_EACH(struct stream *, x, &core->streams.pool) {
		struct conference *c = conference_at(&core->subscriptions, x->conference);
		x->listeners = 0;
		(void)stream_list(&core->streams, x);
		if (!c)
			continue;
		c->streams++;
		if (!speaker_of(core, c) && x->state == CALL_RUNNING && !x->data)
			c->speaker = pool_handle(&x->row);
	}
	POOL_EACH(struct conference *, c, &core->subscriptions.conferences)
		if (!speaker_of(core, c))
			c->speaker = HANDLE_NONE;
}

static void look_at_slot(struct core *core, struct session *s, struct slot *slot)
{
	struct stream *heard = stream_get(&core->streams, slot->heard);
	const struct stream *talk = stream_get(&core->streams, slot->talk);
	const struct player *p = player_get(&core->players, slot->player);

	if (!talk || talk->data || !source_equal(talk->origin, s->source) ||
	    talk->slot != session_slot_number(s, slot))
		slot->talk = HANDLE_NONE;
	if (!heard || heard->data)
		slot->heard = HANDLE_NONE;
	else
		heard->listeners++;
	if (!p || !handle_equal(p->session, pool_handle(&s->row)))
		slot->player = HANDLE_NONE;
}

static bool is_recording_held(const struct core *core, struct handle h)
{
	POOL_EACH(const struct player *, p, &core->players.pool)
		if (handle_equal(p->recording, h))
			return true;
	POOL_EACH(const struct stream *, x, &core->streams.pool)
		if (handle_equal(x->recording, h))
			return true;
	return false;
}

static void make_anew(struct core *core)
{
	clear_indexes(core);
	list_sessions(core);
	list_subscriptions(core);
	list_streams(core);
	POOL_EACH(struct session *, s, &core->sessions.pool)
		for (int i = 0; i < 2; i++)
			look_at_slot(core, s, &s->slot[i]);
	POOL_EACH(struct recording *, r, &core->players.recordings)
		if (!is_recording_held(core, pool_handle(&r->row)))
			pool_give(&core->players.recordings, r);
	subscriptions_settle(&core->subscriptions, &core->streams.pool);
	claims_relist(&core->claims);
	locations_relist(&core->locations);
	core->variant_count = 0;
	expire_rebuild(core);
}

void mend_derived(struct core *core)
{
	make_anew(core);
	for (enum kind kind = 0; kind < KINDS; kind++)
		pool_sort(kind_pool_of(core, kind));
}

/* ---- what ends ---- */

static void end_stream(struct step *step, struct stream *x, const char *words)
{
	core_log(step, LOG_BUG, "call src=%lu tg=%lu stream=%08lx is inconsistent (%s): ended",
	         (unsigned long)x->src, (unsigned long)x->dst, (unsigned long)x->id, words);
	POOL_EACH(struct session *, s, &step->core->sessions.pool)
		for (int i = 0; i < 2; i++)
			slot_end(step, s, &s->slot[i], x, true);
	stream_end(step, x, CAUSE_SESSION_END);
}

static void end_session(struct step *step, struct session *s, const char *words)
{
	struct uplink *u = source_uplink(step->core, s->source);

	core_log(step, LOG_BUG, "session client=%lu is inconsistent (%s): ended",
	         (unsigned long)s->id, words);
	if (!u) {
		session_end(step, s, CAUSE_SHUTDOWN, true);
		return;
	}
	session_silence(step, s, true);
	uplink_mend(step, u);
}

static void end_player(struct step *step, struct player *p, const char *words)
{
	core_log(step, LOG_BUG, "a prompt is inconsistent (%s): ended", words);
	player_end(step, p);
}

/* Calls of others do not depend on it, and it goes on. */
static void begin_link_anew(struct step *step, struct peer *p, const char *words)
{
	core_log(step, LOG_BUG, "link %lu is inconsistent (%s): reset", (unsigned long)p->row.index,
	         words);
	mesh_mend(step, p);
}

static void begin_uplink_anew(struct step *step, struct uplink *u, const char *words)
{
	core_log(step, LOG_BUG, "uplink %lu is inconsistent (%s): reset",
	         (unsigned long)u->row.index, words);
	uplink_mend(step, u);
}

static void end_block(struct step *step, struct block *b, const char *words)
{
	core_log(step, LOG_BUG, "a block is inconsistent (%s): dropped", words);
	pool_give(&step->core->blocks.pool, b);
}

static void end_row(struct step *step, const struct fault *f)
{
	void *row = pool_get(kind_pool(step->core, f->kind), f->row);

	if (!row || !actions_have_room(step->actions))
		return;
	if (f->kind == KIND_STREAM)
		end_stream(step, row, f->words);
	else if (f->kind == KIND_SESSION)
		end_session(step, row, f->words);
	else if (f->kind == KIND_PLAYER)
		end_player(step, row, f->words);
	else if (f->kind == KIND_PEER)
		begin_link_anew(step, row, f->words);
	else if (f->kind == KIND_UPLINK)
		begin_uplink_anew(step, row, f->words);
	else
		end_block(step, row, f->words);
}

static void mend(struct step *step, const struct faults *f)
{
	if (!f->count) /* it is for what is derived */
		core_log(step, LOG_BUG, "%s: indexes rebuilt", f->derived);
	make_anew(step->core);
	for (uint32_t i = 0; i < f->count; i++)
		end_row(step, &f->fault[i]);
}

void mend_some(struct step *step)
{
	struct core *core = step->core;
	struct faults f = {.count = 0};

	for (size_t i = 0; i < ARRAY_LEN(looked_at); i++) {
		const struct pool *pool = kind_pool(core, looked_at[i]);
		for (uint32_t n = 0; n < LOOK_ROWS; n++) {
			void *row = pool_next(pool, &core->mend_at[i]);
			if (!row) {
				core->mend_at[i] = POOL_NONE;
				break;
			}
			look_at(step, looked_at[i], row, &f);
			if (n == 0 || looked_at[i] == KIND_CONFERENCE) /* a count takes long */
				look_at_derived(step, looked_at[i], row, &f);
		}
	}
	if (f.count || f.derived)
		mend(step, &f);
}

void mend_all(struct step *step)
{
	struct faults f = {.count = 0};
	const char *words = invariants_broken(step->core);

	if (!words)
		return;
	for (size_t i = 0; i < ARRAY_LEN(looked_at); i++)
		POOL_EACH(void *, row, kind_pool(step->core, looked_at[i]))
			look_at(step, looked_at[i], row, &f);
	POOL_EACH(void *, row, kind_pool(step->core, KIND_CONFERENCE))
		look_at_derived(step, KIND_CONFERENCE, row, &f);
	if (!f.count)
		f.derived = words;
	mend(step, &f);
}
