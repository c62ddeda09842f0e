/*
 * Reads and rewrites link control in forwarded calls. Tested by every scenario: outgoing frames are
 * compared bit by bit with the talker's (test/sim/README).
 */
#ifndef CORE_REWRITE_H
#define CORE_REWRITE_H

#include <stdbool.h>
#include <stdint.h>

#include "state/stream.h"
#include "wire/hbp.h"

/* Reads the embedded link control before forwarding. True if it has new information about the
 * talker. */
bool rewrite_learn(struct stream *x, const struct hbp_burst *b);
bool rewrite_learn_alias(struct stream *x, unsigned block, const uint8_t octets[static 7]);
bool rewrite_learn_position(struct stream *x, const uint8_t octets[static 7]);

/* The call's link control under this talkgroup. */
const struct lc_coded *rewrite_coded(struct stream *x, uint32_t tg);

/* Makes an outgoing burst name talkgroup `tg`. True when bits of the payload had to change. */
bool rewrite_burst(struct stream *x, struct hbp_burst *b, uint32_t tg);

/* A header or terminator of our own for this call. Sequence, slot and receiver are the caller's. */
void rewrite_make(struct stream *x, struct hbp_burst *b, enum dmr_data_type type, uint32_t tg);

/* Sets the alias for a talker that sends none. */
void rewrite_give_alias(struct stream *x, const char *text);
/* Does our alias replace this fragment? */
static inline bool rewrite_has_alias(const struct stream *x, const struct hbp_burst *b)
{
	return x->given.in_turn && burst_has_fragment(b);
}
void rewrite_put_alias(const struct stream *x, struct hbp_burst *b);

#endif
