/*
 * Datagrams of any octets: what is read can be written and is read again as the same; a burst of
 * full length is written octet by octet as it came.
 *
 * Decoder: wire/hbp.c
 */
#include "wire/hbp.h"

#include <assert.h>
#include <string.h>

#include "unit/wire/again.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void read_back(const struct hbp_message *m)
{
	static struct hbp_message second;
	static uint8_t first[HBP_DATAGRAM_MAX], twice[HBP_DATAGRAM_MAX];
	struct wr w = wr_make(first, sizeof(first)), w2 = wr_make(twice, sizeof(twice));
	const char *reason = "";

	if (!again(&w, m))
		return;
	size_t len = wr_len(&w);
	assert(len > 0);
	assert(hbp_parse(first, len, &second, &reason) == PARSE_OK);
	assert(second.kind == m->kind && (second.id == m->id || m->kind == HBP_ACK));
	assert(again(&w2, &second) && wr_len(&w2) == len);
	/* Latin-1 grows as UTF-8, and is cut again. */
	assert(m->kind == HBP_CONFIG || memcmp(first, twice, len) == 0);
}

static void check_text(const struct hbp_config *c)
{
	assert(memchr(c->callsign, 0, sizeof(c->callsign)));
	assert(memchr(c->location, 0, sizeof(c->location)));
	assert(memchr(c->description, 0, sizeof(c->description)));
	assert(memchr(c->url, 0, sizeof(c->url)));
	assert(memchr(c->software, 0, sizeof(c->software)));
	assert(memchr(c->package, 0, sizeof(c->package)));
	assert(c->cc <= 15 && c->power_w <= 99 && c->height_m >= 0 && c->height_m <= 999);
}

/* What a client that logs in gets, and what it sends then. */
static void log_in(const struct hbp_message *m)
{
	struct hbp_message read;
	uint8_t bytes[HBP_DATAGRAM_MAX], digest[SHA256_LEN];
	struct wr w = wr_make(bytes, sizeof(bytes));
	const char *reason = "";

	hbp_write_ack(&w, m->id);
	assert(hbp_parse(bytes, wr_len(&w), &read, &reason) == PARSE_OK && read.kind == HBP_ACK);
	hbp_digest(read.salt, "passphrase", digest);
	w = wr_make(bytes, sizeof(bytes));
	hbp_write_key(&w, m->id, digest);
	assert(hbp_parse(bytes, wr_len(&w), &read, &reason) == PARSE_OK && read.kind == HBP_KEY);
	assert(read.id == m->id && memcmp(read.digest, digest, sizeof(digest)) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct hbp_message m;
	const char *reason = NULL;
	enum parse result = hbp_parse(data, size, &m, &reason);

	if (result == PARSE_BAD)
		assert(reason && reason[0]);
	if (result != PARSE_OK)
		return 0;
	assert(*hbp_kind_name(m.kind) != '?');
	if (m.kind == HBP_LOGIN)
		log_in(&m);
	if (m.kind == HBP_CONFIG)
		check_text(&m.config);
	if (m.kind == HBP_BURST && size == HBP_BURST_LEN) {
		uint8_t written[HBP_BURST_LEN];
		struct wr w = wr_make(written, sizeof(written));
		hbp_write_burst(&w, &m.burst);
		assert(wr_len(&w) == size && memcmp(written, data, size) == 0);
	}
	read_back(&m);
	return 0;
}
