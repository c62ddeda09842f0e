/*
 * Link control on its way through (decision 13): rewritten only where it would not match the
 * outgoing frame, then everywhere: DMRD header, voice header, terminator, embedded fragments B..E,
 * never in data. Everything else of the 33 octets stays, so talker alias and position survive under
 * an unchanged talkgroup. A talker that sends no alias is given one where a listener wants it.
 */
#include "core/rewrite.h"

#include "dmr/burst.h"

#define SYNTHETIC_CC 1 /* receivers put in their own */

static bool is_full_lc(const struct hbp_burst *b)
{
	return b->type == HBP_DATA_SYNC &&
	       (b->detail == DMR_VOICE_HEADER || b->detail == DMR_TERMINATOR);
}

static bool is_fragment(const struct hbp_burst *b)
{
	return b->type == HBP_VOICE && b->detail >= 1 && b->detail <= 4;
}

static enum dmr_flco flco_of(const struct stream *x)
{
	return x->unit ? FLCO_UNIT : FLCO_GROUP;
}

static bool names_call(const struct stream *x, const struct lc *lc)
{
	return lc_names(lc, flco_of(x), x->dst, x->src);
}

static bool learn_position(struct stream *x, struct gps gps)
{
	bool news =
		!x->has_gps || gps.lat_udeg != x->gps.lat_udeg || gps.lon_udeg != x->gps.lon_udeg;

	x->gps = gps;
	x->has_gps = true;
	return news;
}

bool rewrite_learn_alias(struct stream *x, unsigned block, const uint8_t octets[static 7])
{
	return alias_put(&x->alias, block, octets);
}

bool rewrite_learn_position(struct stream *x, const uint8_t octets[static 7])
{
	return learn_position(x, gps_read(octets));
}

/* What else a talker says of himself. */
static bool learn_talker(struct stream *x, const struct lc *lc)
{
	struct gps gps;

	return alias_put_lc(&x->alias, lc) || (gps_decode(lc, &gps) && learn_position(x, gps));
}

/*
 * Decided at burst A, so that a superframe is either whole: every second one has the next block,
 * until the talker's own alias is heard.
 */
static void take_turns(struct stream *x)
{
	struct given_alias *given = &x->given;

	given->in_turn = given->blocks && !x->alias.have && !given->in_turn;
	if (given->in_turn)
		given->block = (given->block + 1) % given->blocks;
}

/*
 * Looks at the link control inside before anything is sent on. True when it told something new
 * about the talker.
 */
bool rewrite_learn(struct stream *x, const struct hbp_burst *b)
{
	struct lc lc;

	if (is_full_lc(b)) {
		bool read = lc_decode(b->payload, (enum dmr_data_type)b->detail, &lc);
		x->header_wrong = !read || !names_call(x, &lc);
		if (b->detail == DMR_VOICE_HEADER && !x->has_header && read) {
			x->lc = lc;
			x->has_header = true;
			x->embedded_wrong = x->header_wrong;
		}
		return false;
	}
	if (b->type == HBP_VOICE_SYNC)
		take_turns(x);
	int position = b->type == HBP_VOICE ? b->detail : 0;
	if (b->type == HBP_DATA_SYNC || !lc_assemble(&x->embedded, b->payload, position, &lc))
		return false;
	if (lc_flco(&lc) != FLCO_GROUP && lc_flco(&lc) != FLCO_UNIT)
		return learn_talker(x, &lc);
	x->embedded_wrong = !names_call(x, &lc);
	return false;
}

void rewrite_give_alias(struct stream *x, const char *text)
{
	struct talker_alias alias = alias_make(text);
	struct given_alias *given = &x->given;

	given->blocks = 0;
	while (given->blocks < ALIAS_BLOCKS && (alias.have >> given->blocks & 1)) {
		struct lc lc = alias_lc(&alias, given->blocks);
		lc_encode(&lc, &given->coded[given->blocks++]);
	}
	given->block = given->blocks - 1;
}

bool rewrite_has_alias(const struct stream *x, const struct hbp_burst *b)
{
	return x->given.in_turn && is_fragment(b);
}

void rewrite_put_alias(const struct stream *x, struct hbp_burst *b)
{
	lc_put_fragment(b->payload, &x->given.coded[x->given.block], b->detail);
}

const struct lc_coded *rewrite_coded(struct stream *x, uint32_t tg)
{
	for (size_t i = 0; i < STREAM_REWRITES; i++)
		if (x->rewrites[i].tg == tg)
			return &x->rewrites[i].coded;
	struct rewrite *r = &x->rewrites[x->next_rewrite++ % STREAM_REWRITES];
	struct lc lc = lc_retarget(&x->lc, flco_of(x), tg, x->src);
	lc_encode(&lc, &r->coded);
	r->tg = tg;
	return &r->coded;
}

/* Makes an outgoing burst name talkgroup `tg`. True when bits of the payload had to change. */
bool rewrite_burst(struct stream *x, struct hbp_burst *b, uint32_t tg)
{
	bool retarget = tg != x->dst;

	b->src = x->src; /* as the call began: a sender may say otherwise later */
	b->dst = tg;
	b->unit = x->unit;
	if (x->data)
		return false;
	if (is_full_lc(b) && (retarget || x->header_wrong)) {
		if (b->detail == DMR_VOICE_HEADER)
			lc_put_header(b->payload, rewrite_coded(x, tg));
		else
			lc_put_terminator(b->payload, rewrite_coded(x, tg));
		return true;
	}
	if (is_fragment(b) && (retarget || x->embedded_wrong)) {
		lc_put_fragment(b->payload, rewrite_coded(x, tg), b->detail);
		return true;
	}
	return false;
}

/* A header or terminator of our own for this call. Sequence, slot and receiver are the caller's. */
void rewrite_make(struct stream *x, struct hbp_burst *b, enum dmr_data_type type, uint32_t tg)
{
	b->src = x->src;
	b->dst = tg;
	b->unit = x->unit;
	b->type = HBP_DATA_SYNC;
	b->detail = (uint8_t)type;
	b->stream = x->id;
	b->ber = 0;
	b->rssi = 0;
	burst_make_lc(b->payload, rewrite_coded(x, tg), type, SYNTHETIC_CC);
}
