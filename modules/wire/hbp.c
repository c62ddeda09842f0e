#include "wire/hbp.h"

#include "base/text.h"
#include "base/util.h"

#define TAG(a, b, c, d)                                                                            \
	((uint32_t)(a) << 24 | (uint32_t)(b) << 16 | (uint32_t)(c) << 8 | (uint32_t)(d))

#define CONFIG_MIN_LEN 98u
#define TRUNKING_BURST_LEN 71u

const char *hbp_kind_name(enum hbp_kind kind)
{
	static const char *const names[HBP_KINDS] = {
		[HBP_LOGIN] = "RPTL",   [HBP_KEY] = "RPTK",     [HBP_CONFIG] = "RPTC",
		[HBP_OPTIONS] = "RPTO", [HBP_PING] = "RPTPING", [HBP_CLOSE] = "RPTCL",
		[HBP_BURST] = "DMRD",   [HBP_ALIAS] = "DMRA",   [HBP_POSITION] = "DMRG",
		[HBP_HOME] = "RPTG",    [HBP_ACK] = "RPTACK",   [HBP_NAK] = "MSTNAK",
		[HBP_PONG] = "MSTPONG", [HBP_CLOSED] = "MSTCL",
	};
	return (unsigned)kind < HBP_KINDS ? names[kind] : "?";
}

static void read_id(struct rd *r, struct hbp_message *m)
{
	m->id = rd_u32(r);
	m->has_id = true;
}

static void parse_login(struct rd *r, struct hbp_message *m)
{
	read_id(r, m);
}

static void parse_key(struct rd *r, struct hbp_message *m)
{
	read_id(r, m);
	rd_bytes(r, m->digest, sizeof(m->digest));
}

/* A text field; past the end of a short RPTC it reads as blanks. */
static void read_text(struct rd *r, size_t width, char *out, size_t cap)
{
	char field[124];
	size_t have = rd_left(r) < width ? rd_left(r) : width;

	rd_bytes(r, field, have);
	text_clean(out, cap, field, have);
}

/* Digits as clients print them: zero padded, sometimes with blanks or a sign. Anything else is 0.
 */
static uint32_t read_number(struct rd *r, size_t width)
{
	char digits[16];
	uint64_t value = 0;

	read_text(r, width, digits, sizeof(digits));
	size_t len = 0;
	while (digits[len])
		len++;
	return text_to_u64(digits, len, 0, UINT32_MAX, &value) ? (uint32_t)value : 0;
}

/*
 * RPTC after the id, offsets from the start of the datagram:
 *   8 callsign(8)  16 rx(9)  25 tx(9)  34 power(2)  36 colour code(2)  38 latitude(8)  46
 * longitude(9) 55 height(3)  58 location(20)  78 description(19)  97 slots(1)  98 URL(124)  222
 * software(40)  262 package(40)
 */
static void parse_config(struct rd *r, struct hbp_message *m)
{
	struct hbp_config *c = &m->config;

	read_id(r, m);
	read_text(r, 8, c->callsign, sizeof(c->callsign));
	c->rx_hz = read_number(r, 9);
	c->tx_hz = read_number(r, 9);
	c->power_w = (uint8_t)read_number(r, 2);
	c->cc = (uint8_t)(read_number(r, 2) & 0x0F);
	read_text(r, 8, c->latitude, sizeof(c->latitude));
	read_text(r, 9, c->longitude, sizeof(c->longitude));
	c->height_m = (int)read_number(r, 3);
	read_text(r, 20, c->location, sizeof(c->location));
	read_text(r, 19, c->description, sizeof(c->description));
	c->slots = (char)rd_u8(r);
	read_text(r, 124, c->url, sizeof(c->url));
	read_text(r, 40, c->software, sizeof(c->software));
	read_text(r, 40, c->package, sizeof(c->package));
	rd_skip(r, rd_left(r));
}

static void parse_options(struct rd *r, struct hbp_message *m)
{
	read_id(r, m);
	m->options.text = (const char *)r->at;
	m->options.len = rd_left(r);
	rd_skip(r, rd_left(r));
}

static void parse_ping(struct rd *r, struct hbp_message *m)
{
	read_id(r, m);
}

/* FreeDMR's proxy leaves the id out. */
static void parse_close(struct rd *r, struct hbp_message *m)
{
	if (rd_more(r))
		read_id(r, m);
}

static void parse_burst(struct rd *r, struct hbp_message *m)
{
	struct hbp_burst *b = &m->burst;

	frame_read(r, b);
	b->ber = rd_more(r) ? rd_u8(r) : 0;
	b->rssi = rd_more(r) ? rd_u8(r) : 0;
	m->id = b->client;
	m->has_id = true;
}

static void parse_alias(struct rd *r, struct hbp_message *m)
{
	m->alias.src = rd_u24(r);
	m->alias.block = rd_u8(r);
	rd_bytes(r, m->alias.octets, rd_left(r));
}

static void parse_position(struct rd *r, struct hbp_message *m)
{
	m->alias.src = rd_u24(r);
	rd_bytes(r, m->alias.octets, rd_left(r));
}

static void parse_home(struct rd *r, struct hbp_message *m)
{
	read_id(r, m);
	read_text(r, 8, m->home.latitude, sizeof(m->home.latitude));
	read_text(r, 9, m->home.longitude, sizeof(m->home.longitude));
}

/* XLX reflectors leave the four octets out. */
static void parse_ack(struct rd *r, struct hbp_message *m)
{
	if (rd_more(r))
		rd_bytes(r, m->salt, sizeof(m->salt));
}

/*
 * Every message kind: the first four letters, those that follow, and the length of the whole
 * datagram. RPTC is listed twice, distinguished by length: an ID whose first octet is 'L' does not
 * make an RPTCL.
 */
static const struct shape {
	uint32_t tag;
	const char *rest;
	uint16_t min, max;
	enum hbp_kind kind;
	void (*parse)(struct rd *r, struct hbp_message *m);
} shapes[] = {
	{TAG('D', 'M', 'R', 'D'), "", 53, HBP_BURST_LEN, HBP_BURST, parse_burst},
	{TAG('R', 'P', 'T', 'P'), "ING", 11, 11, HBP_PING, parse_ping},
	{TAG('R', 'P', 'T', 'L'), "", 8, 8, HBP_LOGIN, parse_login},
	{TAG('R', 'P', 'T', 'K'), "", 40, 40, HBP_KEY, parse_key},
	{TAG('R', 'P', 'T', 'C'), "L", 9, 9, HBP_CLOSE, parse_close},
	{TAG('R', 'P', 'T', 'C'), "", CONFIG_MIN_LEN, HBP_DATAGRAM_MAX, HBP_CONFIG, parse_config},
	{TAG('R', 'P', 'T', 'O'), "", 8, HBP_DATAGRAM_MAX, HBP_OPTIONS, parse_options},
	{TAG('D', 'M', 'R', 'A'), "", 15, 15, HBP_ALIAS, parse_alias},
	{TAG('D', 'M', 'R', 'G'), "", 14, 14, HBP_POSITION, parse_position},
	{TAG('R', 'P', 'T', 'G'), "", 25, 25, HBP_HOME, parse_home},
	{TAG('R', 'P', 'T', 'A'), "CK", 6, 6, HBP_ACK, parse_ack},
	{TAG('R', 'P', 'T', 'A'), "CK", 10, 10, HBP_ACK, parse_ack},
	{TAG('M', 'S', 'T', 'N'), "AK", 6, 6, HBP_NAK, parse_close},
	{TAG('M', 'S', 'T', 'N'), "AK", 10, 10, HBP_NAK, parse_close},
	{TAG('M', 'S', 'T', 'P'), "ONG", 11, 11, HBP_PONG, parse_ping},
	{TAG('M', 'S', 'T', 'C'), "L", 5, 5, HBP_CLOSED, parse_close},
	{TAG('M', 'S', 'T', 'C'), "L", 9, 9, HBP_CLOSED, parse_close},
};

/* Takes the letters that must follow; false on a mismatch. */
static bool take_letters(struct rd *r, const char *letters)
{
	for (; *letters; letters++)
		if (rd_u8(r) != (uint8_t)*letters)
			return false;
	return true;
}

/*
 * Tags seen on or near this port that are not for us: the hotspot-internal DMRC, DMRP, DMRB,
 * trunking (DT??, DMRT, 71-octet DMRD), the proxy's PRIN and PRBL, which must never be accepted
 * from the network, and the beacon request RPTS.
 */
static bool tag_is_foreign(uint32_t tag, size_t len)
{
	static const uint32_t foreign[] = {
		TAG('D', 'M', 'R', 'C'), TAG('D', 'M', 'R', 'P'), TAG('D', 'M', 'R', 'B'),
		TAG('D', 'M', 'R', 'T'), TAG('P', 'R', 'I', 'N'), TAG('P', 'R', 'B', 'L'),
		TAG('R', 'P', 'T', 'S'),
	};

	if (tag >> 16 == ('D' << 8 | 'T'))
		return true;
	if (tag == TAG('D', 'M', 'R', 'D') && len == TRUNKING_BURST_LEN)
		return true;
	for (size_t i = 0; i < ARRAY_LEN(foreign); i++)
		if (foreign[i] == tag)
			return true;
	return false;
}

enum parse hbp_parse(const uint8_t *bytes, size_t len, struct hbp_message *out, const char **reason)
{
	struct rd r = rd_make(bytes, len);
	uint32_t tag = rd_u32(&r);
	bool known = false;

	if (tag_is_foreign(tag, len))
		return PARSE_IGNORE;
	for (size_t i = 0; i < ARRAY_LEN(shapes); i++) {
		if (shapes[i].tag != tag)
			continue;
		known = true;
		if (len < shapes[i].min || len > shapes[i].max)
			continue;
		struct hbp_message m = {.kind = shapes[i].kind};
		bool spelt = take_letters(&r, shapes[i].rest);
		if (spelt)
			shapes[i].parse(&r, &m);
		if (!spelt || !rd_done(&r)) { /* never: the length is right */
			*reason = "malformed";
			return PARSE_BAD;
		}
		*out = m;
		return PARSE_OK;
	}
	*reason = known ? "wrong length" : "unknown tag";
	return PARSE_BAD;
}

static void write_tag_id(struct wr *w, const char *tag, size_t tag_len, uint32_t id)
{
	wr_bytes(w, tag, tag_len);
	wr_u32(w, id);
}

void hbp_write_challenge(struct wr *w, const uint8_t salt[static 4])
{
	wr_bytes(w, "RPTACK", 6);
	wr_bytes(w, salt, 4);
}

void hbp_write_ack(struct wr *w, uint32_t id)
{
	write_tag_id(w, "RPTACK", 6, id);
}

void hbp_write_nak(struct wr *w, uint32_t id)
{
	write_tag_id(w, "MSTNAK", 6, id);
}

void hbp_write_pong(struct wr *w, uint32_t id)
{
	write_tag_id(w, "MSTPONG", 7, id);
}

void hbp_write_closed(struct wr *w, uint32_t id)
{
	write_tag_id(w, "MSTCL", 5, id);
}

void hbp_write_burst(struct wr *w, const struct hbp_burst *b)
{
	wr_bytes(w, "DMRD", 4);
	frame_write(w, b);
	wr_u8(w, b->ber);
	wr_u8(w, b->rssi);
}

void hbp_write_login(struct wr *w, uint32_t id)
{
	write_tag_id(w, "RPTL", 4, id);
}

void hbp_write_key(struct wr *w, uint32_t id, const uint8_t digest[static SHA256_LEN])
{
	write_tag_id(w, "RPTK", 4, id);
	wr_bytes(w, digest, SHA256_LEN);
}

static void write_text(struct wr *w, const char *s, size_t width)
{
	for (size_t i = 0; i < width; i++)
		wr_u8(w, *s ? (uint8_t)*s++ : ' ');
}

/* Zero-padded digits; a number that does not fit is written as nines. */
static void write_number(struct wr *w, uint32_t value, size_t width)
{
	char digits[16];
	uint32_t max = 1;

	for (size_t i = 0; i < width; i++)
		max *= 10;
	value = value < max ? value : max - 1;
	for (size_t i = width; i-- > 0; value /= 10)
		digits[i] = (char)('0' + value % 10);
	wr_bytes(w, digits, width);
}

void hbp_write_config(struct wr *w, uint32_t id, const struct hbp_config *c)
{
	write_tag_id(w, "RPTC", 4, id);
	write_text(w, c->callsign, 8);
	write_number(w, c->rx_hz, 9);
	write_number(w, c->tx_hz, 9);
	write_number(w, c->power_w, 2);
	write_number(w, c->cc, 2);
	write_text(w, c->latitude, 8);
	write_text(w, c->longitude, 9);
	write_number(w, (uint32_t)c->height_m, 3);
	write_text(w, c->location, 20);
	write_text(w, c->description, 19);
	wr_u8(w, (uint8_t)c->slots);
	write_text(w, c->url, 124);
	write_text(w, c->software, 40);
	write_text(w, c->package, 40);
}

void hbp_write_options(struct wr *w, uint32_t id, const char *options, size_t len)
{
	write_tag_id(w, "RPTO", 4, id);
	wr_bytes(w, options, len);
}

void hbp_write_ping(struct wr *w, uint32_t id)
{
	write_tag_id(w, "RPTPING", 7, id);
}

void hbp_write_close(struct wr *w, uint32_t id)
{
	write_tag_id(w, "RPTCL", 5, id);
}

void hbp_digest(const uint8_t salt[static 4], const char *passphrase,
                uint8_t digest[static SHA256_LEN])
{
	struct sha s;
	size_t len = 0;

	while (passphrase[len])
		len++;
	sha256_begin(&s);
	sha_add(&s, salt, 4);
	sha_add(&s, passphrase, len);
	sha_end(&s, digest);
}
