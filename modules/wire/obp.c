#include "wire/obp.h"

#include <string.h>

#include "base/sha.h"
#include "base/util.h"

#define TAG_LEN 4u
#define HMAC_LEN 20u
#define MAC_MAX HMAC_LEN

enum {
	V5,
	V4,
	V1,
	BCKA,
	BCST,
	BCST_PLAIN,
	BCVE,
	BCSQ,
};

const char *obp_kind_name(enum obp_kind kind)
{
	static const char *const names[OBP_KINDS] = {
		[OBP_BURST] = "burst",  [OBP_KEEPALIVE] = "BCKA", [OBP_STUN] = "BCST",
		[OBP_VERSION] = "BCVE", [OBP_QUENCH] = "BCSQ",
	};
	return (unsigned)kind < OBP_KINDS ? names[kind] : "?";
}

static void parse_v1(struct rd *r, struct obp_message *m)
{
	struct obp_burst *b = &m->burst;

	frame_read(r, &b->frame);
	b->slot_bit = b->frame.slot == 2;
	b->frame.slot = 1;
	m->version = 1;
}

/* The common part of v4 and v5. The version octet is skipped: it may be wrong. */
static void parse_head(struct rd *r, struct obp_message *m)
{
	struct obp_burst *b = &m->burst;

	parse_v1(r, m);
	b->frame.ber = rd_u8(r);
	b->frame.rssi = rd_u8(r);
	rd_skip(r, 1);
	b->timestamp_ns = rd_u64(r);
	b->source_server = rd_u32(r);
}

static void parse_v4(struct rd *r, struct obp_message *m)
{
	parse_head(r, m);
	m->burst.hops = rd_u8(r);
	m->version = 4;
}

static void parse_v5(struct rd *r, struct obp_message *m)
{
	parse_head(r, m);
	m->burst.source_repeater = rd_u32(r);
	m->burst.hops = rd_u8(r);
	m->version = 5;
}

static void parse_tag_only(struct rd *r, struct obp_message *m)
{
	(void)r;
	(void)m;
}

static void parse_stun(struct rd *r, struct obp_message *m)
{
	m->stun_ns = rd_u64(r);
}

static void parse_version(struct rd *r, struct obp_message *m)
{
	m->version = rd_u8(r);
}

static void parse_quench(struct rd *r, struct obp_message *m)
{
	m->quench.tg = rd_u24(r);
	m->quench.stream = rd_u32(r);
}

/* All datagrams; where a tag is listed twice, the length decides. */
static const struct shape {
	char tag[TAG_LEN + 1];
	uint8_t len;          /* whole datagram */
	uint8_t covered_from; /* length before the MAC */
	uint8_t mac_len;
	enum obp_kind kind;
	void (*parse)(struct rd *r, struct obp_message *m);
} shapes[] = {
	[V5] = {"DMRE", 89, 0, OBP_BLAKE2B_LEN, OBP_BURST, parse_v5},
	[V4] = {"DMRE", 85, 0, OBP_BLAKE2B_LEN, OBP_BURST, parse_v4},
	[V1] = {"DMRD", 73, 0, HMAC_LEN, OBP_BURST, parse_v1},
	[BCKA] = {"BCKA", 24, 0, HMAC_LEN, OBP_KEEPALIVE, parse_tag_only},
	[BCST] = {"BCST", 32, 0, HMAC_LEN, OBP_STUN, parse_stun},
	[BCST_PLAIN] = {"BCST", 24, 0, HMAC_LEN, OBP_STUN, parse_tag_only},
	[BCVE] = {"BCVE", 25, 4, HMAC_LEN, OBP_VERSION, parse_version},
	[BCSQ] = {"BCSQ", 31, 0, HMAC_LEN, OBP_QUENCH, parse_quench},
};

/* Versions 2 and 3 used DMRF, EOBP was an experiment, and there may be new control packets (BC??).
 */
static bool tag_is_foreign(const char tag[static TAG_LEN])
{
	return memcmp(tag, "DMRF", TAG_LEN) == 0 || memcmp(tag, "EOBP", TAG_LEN) == 0 ||
	       memcmp(tag, "BC", 2) == 0;
}

enum parse obp_parse(const uint8_t *bytes, size_t len, struct obp_message *out, const char **reason)
{
	struct rd r = rd_make(bytes, len);
	char tag[TAG_LEN];
	bool known = false;

	rd_bytes(&r, tag, TAG_LEN);
	for (size_t i = 0; i < ARRAY_LEN(shapes); i++) {
		if (memcmp(shapes[i].tag, tag, TAG_LEN) != 0)
			continue;
		known = true;
		if (shapes[i].len != len)
			continue;
		struct obp_message m = {.kind = shapes[i].kind};
		shapes[i].parse(&r, &m);
		rd_skip(&r, shapes[i].mac_len);
		if (!rd_done(&r)) /* never: the length is right */
			break;
		*out = m;
		return PARSE_OK;
	}
	if (!known && tag_is_foreign(tag))
		return PARSE_IGNORE;
	*reason = known ? "wrong length" : "unknown tag";
	return PARSE_BAD;
}

size_t obp_mac_len(const uint8_t *bytes, size_t len)
{
	for (size_t i = 0; i < ARRAY_LEN(shapes); i++)
		if (shapes[i].len == len && memcmp(shapes[i].tag, bytes, TAG_LEN) == 0)
			return shapes[i].mac_len;
	return 0;
}

struct obp_key obp_key_make(const char *passphrase, bool full)
{
	uint8_t padded[OBP_KEY_LEN] = {0};
	struct wr w = wr_make(padded, sizeof(padded));
	size_t len = strlen(passphrase);
	struct obp_key key;

	memset(&key, 0, sizeof(key)); /* two keys are compared octet by octet */
	wr_bytes(&w, passphrase, len < sizeof(padded) ? len : sizeof(padded));
	blake2b_begin(&key.blake2b, OBP_BLAKE2B_LEN, padded, sizeof(padded));
	if (full)
		hmac_begin(&key.hmac, passphrase, len);
	else
		hmac_begin(&key.hmac, padded, sizeof(padded));
	return key;
}

static size_t covered_len(const struct shape *s)
{
	return (size_t)s->len - s->mac_len - s->covered_from;
}

static void make_mac(const struct obp_key *key, const struct shape *s, const uint8_t *covered,
                     uint8_t mac[static MAC_MAX])
{
	if (s->mac_len == OBP_BLAKE2B_LEN) {
		struct blake2b b = key->blake2b;
		blake2b_add(&b, covered, covered_len(s));
		blake2b_end(&b, mac);
	} else {
		struct hmac h = key->hmac;
		hmac_add(&h, covered, covered_len(s));
		hmac_end(&h, mac);
	}
}

bool obp_authentic(const struct obp_key *key, const uint8_t *bytes, size_t len,
                   const struct obp_message *m)
{
	uint8_t mac[MAC_MAX], received[MAC_MAX];

	for (size_t i = 0; i < ARRAY_LEN(shapes); i++) {
		const struct shape *s = &shapes[i];
		if (s->kind != m->kind || s->len != len)
			continue;
		struct rd r = rd_make(bytes, len);
		rd_skip(&r, s->covered_from);
		struct rd covered = rd_sub(&r, covered_len(s));
		rd_bytes(&r, received, s->mac_len);
		make_mac(key, s, covered.at, mac);
		return digest_equal(mac, received, s->mac_len);
	}
	return false;
}

/* Appends the MAC to the datagram of this shape just written. */
static void seal(struct wr *w, const struct obp_key *key, const struct shape *s)
{
	uint8_t mac[MAC_MAX];

	if (w->bad)
		return;
	make_mac(key, s, w->at - covered_len(s), mac);
	wr_bytes(w, mac, s->mac_len);
}

static void write_head(struct wr *w, const struct shape *s, const struct hbp_burst *frame)
{
	struct hbp_burst out = *frame;

	out.slot = 1; /* the mesh has no slots */
	wr_bytes(w, s->tag, TAG_LEN);
	frame_write(w, &out);
}

void obp_write_v1(struct wr *w, const struct obp_key *key, const struct hbp_burst *frame)
{
	write_head(w, &shapes[V1], frame);
	seal(w, key, &shapes[V1]);
}

void obp_write_v5(struct wr *w, const struct obp_key *key, const struct obp_burst *b,
                  uint64_t now_ns)
{
	write_head(w, &shapes[V5], &b->frame);
	wr_u8(w, b->frame.ber);
	wr_u8(w, b->frame.rssi);
	wr_u8(w, 5);
	wr_u64(w, now_ns);
	wr_u32(w, b->source_server);
	wr_u32(w, b->source_repeater);
	wr_u8(w, b->hops);
	seal(w, key, &shapes[V5]);
}

void obp_write_keepalive(struct wr *w, const struct obp_key *key)
{
	wr_bytes(w, shapes[BCKA].tag, TAG_LEN);
	seal(w, key, &shapes[BCKA]);
}

void obp_write_stun(struct wr *w, const struct obp_key *key, uint64_t now_ns)
{
	const struct shape *s = &shapes[now_ns ? BCST : BCST_PLAIN];

	wr_bytes(w, s->tag, TAG_LEN);
	if (now_ns)
		wr_u64(w, now_ns);
	seal(w, key, s);
}

void obp_write_version(struct wr *w, const struct obp_key *key, uint8_t version)
{
	wr_bytes(w, shapes[BCVE].tag, TAG_LEN);
	wr_u8(w, version);
	seal(w, key, &shapes[BCVE]);
}

void obp_write_quench(struct wr *w, const struct obp_key *key, uint32_t tg, uint32_t stream)
{
	wr_bytes(w, shapes[BCSQ].tag, TAG_LEN);
	wr_u24(w, tg);
	wr_u32(w, stream);
	seal(w, key, &shapes[BCSQ]);
}
