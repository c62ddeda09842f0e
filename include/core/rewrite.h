/*
 * Link control on its way through: what a call says of itself, and what it is made to say. Shown by
 * every scenario: what leaves is compared with its talker to the bit (test/sim/README).
 */
#ifndef CORE_REWRITE_H
#define CORE_REWRITE_H

#include <stdbool.h>
#include <stdint.h>

#include "state/stream.h"
#include "wire/hbp.h"

/* Looks at the link control inside before anything is sent on. True when it told something new
 * about the talker. */
bool rewrite_learn(struct stream *x, const struct hbp_burst *b);
bool rewrite_learn_alias(struct stream *x, unsigned block, const uint8_t octets[static 7]);
bool rewrite_learn_position(struct stream *x, const uint8_t octets[static 7]);

/* The call's link control under this talkgroup. */
const struct lc_coded *rewrite_coded(struct stream *x, uint32_t tg);

/* Makes an outgoing burst name talkgroup `tg`. True when bits of the payload had to change. */
bool rewrite_burst(struct stream *x, struct hbp_burst *b, uint32_t tg);

/* A header or terminator of our own for this call. Sequence, slot and receiver are the caller's. */
void rewrite_make(struct stream *x, struct hbp_burst *b, enum dmr_data_type type, uint32_t tg);

/* The alias of a talker that sends none. */
void rewrite_give_alias(struct stream *x, const char *text);
/* Is it one of the fragments whose place the given alias takes? */
bool rewrite_has_alias(const struct stream *x, const struct hbp_burst *b);
void rewrite_put_alias(const struct stream *x, struct hbp_burst *b);

#endif
