/*
 * Strangers, forgers, and a neighbour that has the passphrase and floods. Whatever they send, no
 * call loses a frame by it: the model knows nothing of them.
 *
 * Left out is what the protocols cannot distinguish from genuine ones: Homebrew datagrams from the
 * address and port of a session, and frames of OpenBridge or quenches that are sent again.
 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "mesh/sim.h"
#include "wire/obp.h"

#define TAPE 128u
#define SHORTEST 24u               /* datagram between servers */
#define MAD_FRAMES_PER_SECOND 100u /* as his neighbour has configured */
#define MAD_DEPTH 200u
#define MAD_TURN_MS 25 /* 10 datagrams each */
#define MAD_TG 500u
#define MAD_RADIO 2345678u
#define STORM_MS (6 * TICK_SECOND)

struct foes {
	struct flight tape[TAPE]; /* what crossed links of the mesh recently */
	uint32_t taped;
	uint64_t sent, answered; /* datagrams of strangers, and answers to them */
	uint64_t relayed;        /* frames of the flood that one neighbour got */
	uint64_t stamp;
	struct obp_key key;
};

void foes_open(struct sim *sim)
{
	sim->foes = calloc(1, sizeof(*sim->foes));
	if (!sim->foes)
		abort();
	sim->foes->key = obp_key_make(MADMAN_PASSPHRASE, false);
}

void foes_close(struct sim *sim)
{
	free(sim->foes);
}

static struct addr foe_address(uint32_t number, uint16_t port)
{
	uint8_t ip[4] = {10, 3, (uint8_t)(number >> 8), (uint8_t)number};

	return addr_v4(ip, port);
}

void foes_config(const struct sim *sim, struct text *out)
{
	char here[ADDR_TEXT_MAX], there[ADDR_TEXT_MAX];
	struct addr us = node_address(sim->madman, MESH_PORT), him = foe_address(0, MESH_PORT);

	text_format(out,
	            "[peer mad]\nbind = %s\ntarget = %s\npassphrase = " MADMAN_PASSPHRASE
	            "\nremote-id = %u\nframes-per-second = %u\n",
	            addr_format(&us, here), addr_format(&him, there), MADMAN_SERVER,
	            MAD_FRAMES_PER_SECOND);
}

static void put(struct sim *sim, struct flight *f, size_t len)
{
	f->len = len;
	f->hostile = true;
	sim->tally.hostile++;
	net_send(&sim->net, NULL, sim->now, f);
}

void foes_answered(struct sim *sim, const struct flight *f)
{
	if (f->from.port == LISTENER_PORT && ++sim->foes->answered > sim->foes->sent)
		sim_fault(sim, "strangers get more answers than they ask questions");
}

/* ---- strangers ---- */

static void fill(struct sim *sim, uint8_t *bytes, size_t len)
{
	for (size_t i = 0; i < len; i++)
		bytes[i] = (uint8_t)sim_draw(sim, 256);
}

/* Half of them name a session. */
static void stranger(struct sim *sim)
{
	static const char *const tags[] = {"RPTL", "RPTK", "RPTPING", "RPTCL",
	                                   "RPTC", "RPTO", "DMRD",    "DMRA"};
	static const uint8_t lens[] = {8, 40, 11, 9, 255, 30, 55, 15};
	uint32_t kind = sim_draw(sim, ARRAY_LEN(tags)), rig = sim_draw(sim, sim->model.rig_count);
	uint32_t id = sim_one_in(sim, 2) ? rig_id(rig) : sim_draw(sim, 9999999) + 1;
	uint32_t where = 1 + sim_draw(sim, 999);
	struct flight f = {
		.from = foe_address(where, (uint16_t)(1 + sim_draw(sim, 9))),
		.to = node_address(sim->model.listener[rig].node, LISTENER_PORT)};
	size_t tag = strlen(tags[kind]);

	fill(sim, f.bytes, sizeof(f.bytes));
	memcpy(f.bytes, tags[kind], tag);
	if (kind == 6) /* a frame for a talkgroup of the mesh */
		memcpy(f.bytes + 8, (uint8_t[]){0, 0, 91}, 3), tag = 11;
	for (unsigned i = 0; i < 4; i++)
		f.bytes[tag + i] = (uint8_t)(id >> (24 - 8 * i));
	sim->foes->sent++;
	put(sim, &f, sim_one_in(sim, 8) ? sim_draw(sim, 300) : lens[kind]);
}

static void storm(struct sim *sim, void (*one)(struct sim *), uint32_t each, tick_t every)
{
	for (tick_t until = sim->now + STORM_MS; sim->now < until;) {
		for (uint32_t i = 0; i < each && !story_is_calm(sim->story, CALM_FOES); i++)
			one(sim);
		sim_run(sim, every);
	}
}

/* From many addresses, without a passphrase. */
void foe_strangers(struct sim *sim)
{
	acts_long_call(sim);
	sim_say(sim, "strangers");
	storm(sim, stranger, 1 + sim_draw(sim, 10), 10);
	acts_finish(sim);
}

/* ---- forgers ---- */

void foes_overhear(struct sim *sim, const struct flight *f)
{
	if (f->to.port == MESH_PORT && !f->hostile)
		sim->foes->tape[sim->foes->taped++ % TAPE] = *f;
}

/* Version 1, or a quench: it does not say when it was sent. */
static bool is_timeless(const struct flight *f)
{
	return memcmp(f->bytes, "BCSQ", 4) == 0 || memcmp(f->bytes, "DMRD", 4) == 0;
}

/* A recent datagram once more, changed or from elsewhere. */
static void forger(struct sim *sim)
{
	const struct foes *foes = sim->foes;

	if (foes->taped < TAPE)
		return;
	struct flight f = foes->tape[sim_draw(sim, TAPE)];
	size_t len = f.len;
	uint32_t how = sim_draw(sim, 4);

	if (how == 0 || is_timeless(&f)) {
		uint32_t bit = sim_draw(sim, 8);
		f.bytes[sim_draw(sim, (uint32_t)len)] ^= (uint8_t)(1 << bit);
	} else if (how == 1) {
		len -= 1 + sim_draw(sim, (uint32_t)len);
	}
	if (how == 2)
		f.from = foe_address(7, (uint16_t)(1 + sim_draw(sim, 9)));
	put(sim, &f, len);
}

/* They hear every datagram between servers, and can send under any address. */
void foe_forgers(struct sim *sim)
{
	sim->model.call[acts_long_call(sim)].forged = true;
	sim_say(sim, "forgers");
	storm(sim, forger, 1 + sim_draw(sim, 4), 20);
	acts_finish(sim);
}

/* ---- the neighbour that floods ---- */

static uint64_t mad_stamp(struct sim *sim)
{
	uint64_t now = node_wall_ns(sim, sim->madman);

	sim->foes->stamp = now > sim->foes->stamp ? now : sim->foes->stamp + 1;
	return sim->foes->stamp;
}

static void mad_put(struct sim *sim, struct flight *f, size_t len)
{
	f->from = foe_address(0, MESH_PORT);
	f->to = node_address(sim->madman, MESH_PORT);
	put(sim, f, len);
}

/* A frame of some call of his, or under the name of one that everybody hears. */
static void mad_frame(struct sim *sim)
{
	static const enum burst_class classes[] = {BURST_VOICE_HEADER, BURST_A, BURST_A,
	                                           BURST_TERMINATOR, BURST_CSBK};
	uint32_t call = sim_draw(sim, 12);
	struct flight f;
	struct wr w = wr_make(f.bytes, sizeof(f.bytes));
	struct obp_burst b = {.source_server = MADMAN_SERVER, .source_repeater = 1, .hops = 1};

	b.frame = (struct hbp_burst){.src = MAD_RADIO + call,
	                             .dst = MAD_TG + call,
	                             .client = MADMAN_SERVER,
	                             .slot = 1};
	b.frame.seq = (uint8_t)sim_draw(sim, 256);
	b.frame.class = classes[sim_draw(sim, ARRAY_LEN(classes))];
	b.frame.stream = sim_one_in(sim, 4) ? sim_draw(sim, 1000000) + 1 : 1000 + call;
	if (call < sim->model.call_count && sim_one_in(sim, 2) &&
	    model_reaches_all(&sim->model, &sim->model.call[call])) {
		const struct call *c = &sim->model.call[call];
		b.frame.src = rig_id(c->rig);
		b.frame.dst = c->tg;
		b.frame.stream = c->stream;
	}
	obp_write_v5(&w, &sim->foes->key, &b, mad_stamp(sim));
	mad_put(sim, &f, wr_len(&w));
}

static void mad_control(struct sim *sim)
{
	struct flight f;
	struct wr w = wr_make(f.bytes, sizeof(f.bytes));
	const struct call *c = &sim->model.call[0];

	switch (sim_draw(sim, 4)) {
	case 0:
		obp_write_keepalive(&w, &sim->foes->key);
		break;
	case 1:
		obp_write_quench(&w, &sim->foes->key, c->tg, c->stream);
		break;
	case 2:
		obp_write_stun(&w, &sim->foes->key, mad_stamp(sim));
		break;
	case 3:
		obp_write_version(&w, &sim->foes->key, (uint8_t)sim_draw(sim, 9));
		break;
	}
	mad_put(sim, &f, wr_len(&w));
}

static void mad(struct sim *sim)
{
	(sim_one_in(sim, 10) ? mad_control : mad_frame)(sim);
}

/* He has the passphrase of one link, and no mercy. Frames without hops and time stamps whose
 * numbers jump circle for ever in a ring that takes longer than a second, so not there. */
void foe_madman(struct sim *sim)
{
	if (sim->model.slow && sim->model.old)
		return;
	sim->model.call[acts_long_call(sim)].forged = true;
	sim_say(sim, "a neighbour of node %" PRIu32 " floods", sim->madman);
	storm(sim, mad, 10, MAD_TURN_MS);
	acts_finish(sim);
}
