/* A hotspot: logs in, pings, talks, and hears with the ear of sim/judge.h. */
#include <inttypes.h>
#include <string.h>

#include "mesh/sim.h"

#define PING_EVERY (5 * TICK_SECOND)
#define RETRY_MS (2 * TICK_SECOND)

uint32_t rig_id(uint32_t rig)
{
	return FIRST_RIG + rig;
}

struct addr rig_address(uint32_t rig)
{
	uint8_t ip[4] = {10, 2, (uint8_t)(rig >> 8), (uint8_t)rig};

	return addr_v4(ip, 62030);
}

static void put(struct sim *sim, uint32_t rig, const struct wr *w, const uint8_t *bytes)
{
	struct flight f = {.from = rig_address(rig),
	                   .to = node_address(sim->model.listener[rig].node, LISTENER_PORT),
	                   .len = wr_len(w)};

	memcpy(f.bytes, bytes, f.len);
	net_send(&sim->net, NULL, sim->now, &f);
}

static void ask(struct sim *sim, uint32_t rig)
{
	struct rig *r = &sim->rig[rig];
	uint8_t bytes[NET_DATAGRAM_MAX];
	struct wr w = wr_make(bytes, sizeof(bytes));

	if (r->state == RIG_IN) {
		hbp_write_ping(&w, rig_id(rig));
		r->next = sim->now + PING_EVERY;
	} else {
		hbp_write_login(&w, rig_id(rig));
		r->state = RIG_ASKED;
		r->next = sim->now + RETRY_MS;
	}
	put(sim, rig, &w, bytes);
}

static void tell_key(struct sim *sim, uint32_t rig, const uint8_t salt[static 4])
{
	uint8_t bytes[NET_DATAGRAM_MAX], digest[SHA256_LEN];
	struct wr w = wr_make(bytes, sizeof(bytes));

	hbp_digest(salt, PASSPHRASE, digest);
	hbp_write_key(&w, rig_id(rig), digest);
	put(sim, rig, &w, bytes);
}

static void tell_config(struct sim *sim, uint32_t rig)
{
	static const struct hbp_config config = {.callsign = "N0CALL", .slots = '3'};
	uint8_t bytes[NET_DATAGRAM_MAX];
	struct wr w = wr_make(bytes, sizeof(bytes));

	hbp_write_config(&w, rig_id(rig), &config);
	put(sim, rig, &w, bytes);
}

static void tell_options(struct sim *sim, uint32_t rig)
{
	const uint32_t *tg = sim->model.listener[rig].tg;
	uint8_t bytes[NET_DATAGRAM_MAX];
	struct wr w = wr_make(bytes, sizeof(bytes));
	char options[64];
	struct text t = text_make(options, sizeof(options));

	if (tg[0])
		text_format(&t, "TS1=%u;TS2=%u", (unsigned)tg[0], (unsigned)tg[1]);
	else
		text_format(&t, "TS1=;TS2=");
	hbp_write_options(&w, rig_id(rig), options, strlen(options));
	put(sim, rig, &w, bytes);
}

static void answered(struct sim *sim, uint32_t rig, const struct flight *f)
{
	struct rig *r = &sim->rig[rig];

	switch (r->state) {
	case RIG_ASKED:
		tell_key(sim, rig, f->bytes + 6);
		r->state = RIG_KEYED;
		break;
	case RIG_KEYED:
		tell_config(sim, rig);
		r->state = RIG_TOLD;
		break;
	case RIG_TOLD:
		tell_options(sim, rig);
		r->state = RIG_IN;
		sim->model.listener[rig].since = sim->now;
		r->next = sim->now + PING_EVERY;
		memset(r->judge, 0, sizeof(r->judge));
		break;
	case RIG_OUT:
	case RIG_IN:
		break;
	}
}

static void hear(struct sim *sim, uint32_t rig, const struct flight *f)
{
	struct seen seen = judge_read(f->bytes);
	struct rig *r = &sim->rig[rig];
	const struct listener *l = &sim->model.listener[rig];

	if (f->len != JUDGE_FRAME_LEN)
		sim_fault(sim, "rig %" PRIu32 " got a DMRD of %zu octets", rig, f->len);
	if (r->state != RIG_IN)
		return;
	if (sim->hears)
		sim_say(sim,
		        "rig %" PRIu32 " hears tg %" PRIu32 " slot %d stream %08" PRIx32
		        " seq %d type %d/%d",
		        rig, seen.dst, seen.slot, seen.stream, seen.seq, seen.type, seen.detail);
	const char *fault =
		judge_frame(&r->judge[seen.slot - 1], &seen, !ledger_counts(sim, seen.stream));
	if (fault) {
		sim_blame(sim, l->node);
		sim_fault(sim,
		          "rig %" PRIu32 " at node %" PRIu32 ": %s (stream %08" PRIx32 " seq %d)",
		          rig, l->node, fault, seen.stream, seen.seq);
	}
	if (seen.dst != (seen.unit ? rig_id(rig) : l->tg[seen.slot - 1]) && !l->gateway)
		sim_fault(sim, "rig %" PRIu32 " hears tg %" PRIu32 " on slot %d", rig, seen.dst,
		          seen.slot);
	ledger_heard(sim, rig, &seen);
}

void rig_receive(struct sim *sim, uint32_t rig, const struct flight *f)
{
	struct rig *r = &sim->rig[rig];

	if (r->gone)
		return;
	if (memcmp(f->bytes, "DMRD", 4) == 0)
		hear(sim, rig, f);
	else if (memcmp(f->bytes, "RPTACK", 6) == 0)
		answered(sim, rig, f);
	else if (memcmp(f->bytes, "MSTNAK", 6) == 0 || memcmp(f->bytes, "MSTCL", 5) == 0) {
		r->state = RIG_OUT;
		ask(sim, rig);
	}
}

static void begin(struct sim *sim, const struct call *plan)
{
	struct rig *r = &sim->rig[plan->rig];

	r->call = ledger_begin(sim, plan);
	r->talk.next = (struct hbp_burst){.src = rig_id(plan->rig),
	                                  .dst = plan->tg,
	                                  .client = rig_id(plan->rig),
	                                  .slot = plan->slot,
	                                  .unit = plan->unit,
	                                  .stream = r->call->stream};
	talk_code(&r->talk);
	r->frame = 0;
	r->next_frame = sim->now;
}

void rig_talk(struct sim *sim, uint32_t rig, uint8_t slot, uint32_t frames)
{
	begin(sim, &(struct call){.rig = rig,
	                          .tg = sim->model.listener[rig].tg[slot - 1],
	                          .to = NOBODY,
	                          .slot = slot,
	                          .frames = frames});
}

void rig_trail_off(struct sim *sim, uint32_t rig, uint8_t slot, uint32_t frames)
{
	rig_talk(sim, rig, slot, frames);
	sim->rig[rig].call->unended = true;
}

void rig_call(struct sim *sim, uint32_t rig, uint8_t slot, uint32_t to, uint32_t frames)
{
	begin(sim, &(struct call){.rig = rig,
	                          .tg = rig_id(to),
	                          .unit = true,
	                          .to = to,
	                          .slot = slot,
	                          .frames = frames});
}

void rig_send(struct sim *sim, uint32_t rig, uint8_t slot, uint32_t to, uint32_t frames)
{
	begin(sim, &(struct call){.rig = rig,
	                          .tg = to == NOBODY ? NOBODYS_ID : rig_id(to),
	                          .unit = true,
	                          .data = true,
	                          .to = to,
	                          .slot = slot,
	                          .frames = frames});
}

/* As radios send a message: CSBKs with a stream id each, then a header and its blocks. */
static struct hbp_burst data_burst(const struct talk *t, const struct call *c, uint32_t frame,
                                   const uint8_t ambe[static TALK_AMBE_LEN])
{
	uint32_t preambles = c->frames / 3;
	bool preamble = frame < preambles;
	struct hbp_burst b = t->next;

	b.class = preamble             ? BURST_CSBK
	          : frame == preambles ? BURST_DATA_HEADER
	                               : BURST_RATE_12_DATA;
	b.stream = c->stream + (preamble ? frame : preambles);
	b.seq = (uint8_t)(preamble ? 0 : frame - preambles);
	burst_make_voice(b.payload, ambe, &t->coded, 0, TALK_CC);
	burst_put_sync(b.payload, SYNC_MS_DATA);
	return b;
}

static void say(struct sim *sim, uint32_t rig)
{
	struct rig *r = &sim->rig[rig];
	struct call *c = r->call;
	uint8_t bytes[NET_DATAGRAM_MAX], ambe[TALK_AMBE_LEN];
	struct wr w = wr_make(bytes, sizeof(bytes));
	struct hbp_burst b;

	if (c->data) {
		ledger_mark(sim, c, r->frame, ambe);
		c->said[r->frame] = sim->now;
		b = data_burst(&r->talk, c, r->frame, ambe);
		if (r->frame + 1 == c->frames)
			r->call = NULL;
	} else if (r->frame == 0) {
		b = talk_lc(&r->talk, DMR_VOICE_HEADER);
	} else if (r->frame > c->frames) {
		b = talk_lc(&r->talk, DMR_TERMINATOR);
		r->call = NULL;
	} else {
		ledger_mark(sim, c, r->frame - 1, ambe);
		c->said[r->frame - 1] = sim->now;
		b = talk_voice(&r->talk, ambe);
		if (c->unended && r->frame == c->frames)
			r->call = NULL;
	}
	if (c->still)
		b.seq = 0;
	sim->tally.frames++;
	r->frame++;
	r->next_frame += DMR_BURST_MS;
	hbp_write_burst(&w, &b);
	put(sim, rig, &w, bytes);
}

tick_t rig_next(const struct rig *r)
{
	if (r->gone)
		return TICK_NEVER;
	return r->call && r->next_frame < r->next ? r->next_frame : r->next;
}

void rig_time(struct sim *sim, uint32_t rig)
{
	struct rig *r = &sim->rig[rig];

	if (r->call && r->next_frame <= sim->now)
		say(sim, rig);
	if (r->next <= sim->now)
		ask(sim, rig);
}
