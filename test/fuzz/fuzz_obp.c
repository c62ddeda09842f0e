/*
 * Mesh datagrams of any octets: what is read and written again reads the same, and what is
 * authentic and of a form we send is written as the very octets.
 *
 * Decoder: wire/obp.c
 */
#include "wire/obp.h"

#include <assert.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Nothing for v4, which is never sent. */
static void write_again(struct wr *w, const struct obp_key *key, const struct obp_message *m)
{
	switch (m->kind) {
	case OBP_BURST:
		if (m->version == 1)
			obp_write_v1(w, key, &m->burst.frame);
		else if (m->version == 5)
			obp_write_v5(w, key, &m->burst, m->burst.timestamp_ns);
		break;
	case OBP_KEEPALIVE:
		obp_write_keepalive(w, key);
		break;
	case OBP_STUN:
		obp_write_stun(w, key, m->stun_ns);
		break;
	case OBP_VERSION:
		obp_write_version(w, key, m->version);
		break;
	case OBP_QUENCH:
		obp_write_quench(w, key, m->quench.tg, m->quench.stream);
		break;
	case OBP_KINDS:
		assert(false);
	}
}

static void check_same(const struct obp_message *a, const struct obp_message *b)
{
	const struct obp_burst *x = &a->burst, *y = &b->burst;

	assert(a->kind == b->kind && a->version == b->version);
	if (a->kind == OBP_QUENCH)
		assert(a->quench.tg == b->quench.tg && a->quench.stream == b->quench.stream);
	if (a->kind != OBP_BURST)
		return;
	assert(x->frame.src == y->frame.src && x->frame.dst == y->frame.dst);
	assert(x->frame.client == y->frame.client && x->frame.stream == y->frame.stream);
	assert(x->frame.class == y->frame.class);
	assert(x->frame.seq == y->frame.seq && x->frame.unit == y->frame.unit);
	assert(x->frame.ber == y->frame.ber && x->frame.rssi == y->frame.rssi);
	assert(memcmp(x->frame.payload, y->frame.payload, DMR_BURST_LEN) == 0);
	assert(x->timestamp_ns == y->timestamp_ns && x->hops == y->hops);
	assert(x->source_server == y->source_server && x->source_repeater == y->source_repeater);
	assert(x->frame.slot == 1 && !y->slot_bit);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct obp_key key = obp_key_make("passw0rd", false);
	struct obp_message message, again;
	const char *reason = NULL;
	uint8_t out[OBP_DATAGRAM_MAX];
	struct wr w = wr_make(out, sizeof(out));

	enum parse answer = obp_parse(data, size, &message, &reason);
	assert((answer == PARSE_BAD) == (reason != NULL));
	if (answer != PARSE_OK)
		return 0;
	assert(*obp_kind_name(message.kind) != '?');
	bool authentic = obp_authentic(&key, data, size, &message);
	write_again(&w, &key, &message);
	if (wr_len(&w) == 0)
		return 0;
	if (message.kind == OBP_STUN && message.stun_ns == 0 && wr_len(&w) < size)
		return 0; /* a time of 0 is none, and is written as FreeDMR does */
	assert(wr_len(&w) == size && obp_parse(out, size, &again, &reason) == PARSE_OK);
	assert(obp_authentic(&key, out, size, &again));
	check_same(&message, &again);
	bool as_sent = message.kind != OBP_BURST ||
	               (!message.burst.slot_bit && (message.version == 1 || data[55] == 5));
	assert(!authentic || !as_sent || memcmp(data, out, size) == 0);
	return 0;
}
