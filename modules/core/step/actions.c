#include "core/actions.h"

#include "conf/tglist.h"

#define SENDS_PER_STEP 128u /* to clients: the forms of a frame, the end of each prompt */
#define SENDS_PER_PEER 4u   /* a quench, the terminator of one call, a frame of the next */
#define RECORDS_PER_STEP (6 * TGLIST_MAX + 24) /* replacing two full lists after all were keyed */
#define STEPS 4u /* steps that fit in the lists before they are performed */

void actions_open(struct actions *a, struct arena *arena, const struct conf_limits *limits)
{
	/* On both slots the terminator of one call, the header and a frame of the next. */
	uint32_t mesh = SENDS_PER_PEER * limits->peers;
	uint32_t room = 6 * (limits->sessions + CONF_UPLINKS_MAX) + 64 + mesh;

	*a = (struct actions){
		.send_room = SENDS_PER_STEP + mesh,
		.target_room = room,
		.send_cap = STEPS * (SENDS_PER_STEP + mesh),
		.target_cap = STEPS * room,
		.record_cap = 2 * RECORDS_PER_STEP,
	};
	a->sends = arena_cut(arena, "datagrams to send", a->send_cap + 1, sizeof(*a->sends));
	a->targets = arena_cut(arena, "receivers", a->target_cap, sizeof(*a->targets));
	a->records = arena_cut(arena, "records to write", a->record_cap, sizeof(*a->records));
}

void actions_empty(struct actions *a)
{
	a->send_count = a->target_count = a->record_count = 0;
}

bool actions_have_room(const struct actions *a)
{
	return a->send_cap - a->send_count >= a->send_room &&
	       a->target_cap - a->target_count >= a->target_room &&
	       a->record_cap - a->record_count >= RECORDS_PER_STEP;
}

bool actions_judged(struct actions *a, bool verdict)
{
	struct verdicts *v = &a->verdicts;
	uint32_t at = v->count < JUDGED_MAX ? v->count++ : JUDGED_MAX - 1;
	uint8_t bit = (uint8_t)(1u << at % 8);

	if (!v->given && verdict)
		v->is[at / 8] |= bit;
	else if (!v->given)
		v->is[at / 8] &= (uint8_t)~bit;
	return v->is[at / 8] & bit;
}

struct send *actions_send(struct actions *a, struct wr *w)
{
	struct send *s = &a->sends[a->send_count];

	if (a->send_count < a->send_cap)
		a->send_count++;
	else
		a->refused_total++;
	s->len = 0;
	s->id_at = 0;
	*w = wr_make(s->bytes, sizeof(s->bytes));
	return s;
}

void actions_target(struct actions *a, const struct send *send, const struct endpoint *where,
                    uint32_t id)
{
	uint32_t index = (uint32_t)(send - a->sends);

	if (index == a->send_cap || a->target_count == a->target_cap) {
		a->refused_total++;
		return;
	}
	a->targets[a->target_count++] = (struct target){
		.send = index,
		.id = id,
		.where = *where,
	};
}

void actions_notice(struct actions *a, const struct endpoint *where, uint32_t id,
                    void (*put)(struct wr *w, uint32_t id))
{
	struct wr w;
	struct send *send = actions_send(a, &w);

	put(&w, id);
	actions_sent(a, send, &w, where, id);
}

struct record *actions_record(struct actions *a, enum record_kind kind, enum change change,
                              tick_t now)
{
	if (a->record_count == a->record_cap) {
		a->refused_total++;
		return NULL;
	}
	struct record *r = &a->records[a->record_count++];
	*r = (struct record){.kind = kind, .change = change, .at = now};
	return r;
}
