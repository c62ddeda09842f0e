/*
 * Link control on its way through (decision 13): rewritten only where it would not match the
 * outgoing frame, then everywhere: DMRD header, voice header, terminator, embedded fragments B..E,
 * never in data. Everything else of the 33 octets stays, so talker alias and position survive under
 * an unchanged talkgroup. For listeners that want it, a talker without an alias gets one.
 */
#include "core/delivery/rewrite.h"

#include "dmr/burst.h"
#include "wire/frame.h"

#define SYNTHETIC_CC 1         /* receivers insert their own */
#define WHOLE_SUPERFRAME 0x3fu /* A to F */
#define PLAIN_SUPERFRAMES 2

static bool is_full_lc(const struct hbp_burst *b)
{
	return b->class == BURST_VOICE_HEADER || b->class == BURST_TERMINATOR;
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

/* Embedded information other than the call: alias and position. */
static bool learn_talker(struct stream *x, const struct lc *lc)
{
	struct gps gps;

	return alias_put_lc(&x->alias, lc) || (gps_decode(lc, &gps) && learn_position(x, gps));
}

/* A radio that sends an alias may begin it in its second superframe. */
static void note_superframe(struct given_alias *given)
{
	if (given->seen == WHOLE_SUPERFRAME && given->plain < PLAIN_SUPERFRAMES)
		given->plain++;
	given->seen = 0;
}

/*
 * Decided at burst A for a whole superframe: every second one has the next block, until the
 * talker's own alias is heard. Displays take each block once, so ours ahead of the talker's would
 * show a mixed name; ours therefore begins only after two superframes without one.
 */
static void take_turns(struct stream *x)
{
	struct given_alias *given = &x->given;

	note_superframe(given);
	given->in_turn = given->blocks && given->plain == PLAIN_SUPERFRAMES && !x->alias.have &&
	                 !given->in_turn;
	if (given->in_turn)
		given->block = (given->block + 1) % given->blocks;
}

/*
 * Reads the embedded link control before forwarding. True if it has new information about the
 * talker.
 */
bool rewrite_learn(struct stream *x, const struct hbp_burst *b)
{
	struct lc lc;

	if (is_full_lc(b)) {
		bool read = lc_decode(b->payload, burst_type(b), &lc);
		x->header_wrong = !read || !names_call(x, &lc);
		if (b->class == BURST_VOICE_HEADER && !x->has_header && read) {
			x->lc = lc;
			x->has_header = true;
			x->embedded_wrong = x->header_wrong;
		}
		return false;
	}
	if (b->class == BURST_A)
		take_turns(x);
	int position = burst_has_type(b) ? 0 : burst_position(b);
	x->given.seen |= (uint8_t)(1u << position);
	if (burst_has_type(b) || !lc_assemble(&x->embedded, b->payload, position, &lc))
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

void rewrite_put_alias(const struct stream *x, struct hbp_burst *b)
{
	lc_put_fragment(b->payload, &x->given.coded[x->given.block], burst_position(b));
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

	b->src = x->src; /* as at the start of the call: a sender may change it later */
	b->dst = tg;
	b->unit = x->unit;
	if (x->data)
		return false;
	if (is_full_lc(b) && (retarget || x->header_wrong)) {
		if (b->class == BURST_VOICE_HEADER)
			lc_put_header(b->payload, rewrite_coded(x, tg));
		else
			lc_put_terminator(b->payload, rewrite_coded(x, tg));
		return true;
	}
	if (burst_has_fragment(b) && (retarget || x->embedded_wrong)) {
		lc_put_fragment(b->payload, rewrite_coded(x, tg), burst_position(b));
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
	b->class = burst_of_type(type);
	b->stream = x->id;
	b->ber = 0;
	b->rssi = 0;
	burst_make_lc(b->payload, rewrite_coded(x, tg), type, SYNTHETIC_CC);
}
