#include "voice/flight.h"

#include <string.h>

#include "wire/hbp.h"
#include "wire/obp.h"
#include "wire/options.h"
#include "wire/parse.h"

/* ---- what must not be in it ---- */

#define TAG_LEN 4u
#define ID_LEN 4u
#define SALT_AT 6u
#define VOICE_AT 20u
#define VOICE_LEN 33u

struct span {
	size_t at, len;
};

static bool has_tag(const uint8_t *bytes, size_t len, const char *tag)
{
	return len >= strlen(tag) && memcmp(bytes, tag, strlen(tag)) == 0;
}

static struct span from(size_t at, size_t len)
{
	return at < len ? (struct span){at, len - at} : (struct span){len, 0};
}

/* The digest or salt in a datagram. One of a neighbour that has a wrong length may have its MAC
 * anywhere. */
static struct span secret_of(const uint8_t *bytes, size_t len)
{
	size_t mac = len > TAG_LEN ? obp_mac_len(bytes, len) : 0;

	if (has_tag(bytes, len, "RPTK"))
		return from(TAG_LEN + ID_LEN, len);
	if (has_tag(bytes, len, "RPTACK"))
		return from(SALT_AT, len);
	if (!mac && has_tag(bytes, len, "DMRD"))
		return from(HBP_BURST_LEN, len);
	if (!mac && (has_tag(bytes, len, "DMRE") || has_tag(bytes, len, "BC")))
		return from(TAG_LEN, len);
	return from(len - mac, len);
}

/* The text of an option string in a datagram. */
static struct span options_of(const uint8_t *bytes, size_t len)
{
	return from(has_tag(bytes, len, "RPTO") ? TAG_LEN + ID_LEN : len, len);
}

static void hide_in_datagram(uint8_t *bytes, size_t len)
{
	struct span secret = secret_of(bytes, len), options = options_of(bytes, len);

	memset(bytes + secret.at, 0, secret.len);
	options_hide((char *)bytes + options.at, options.len);
}

static void hide_in_command(struct command *c)
{
	if (c->kind == COMMAND_VERIFY)
		memset(c->verify.digest, 'x', sizeof(c->verify.digest) - 1);
	if (c->kind == COMMAND_OPTIONS)
		options_hide(c->options.text, strlen(c->options.text));
	if (c->kind == COMMAND_CARE)
		options_hide(c->care.text, strlen(c->care.text));
}

/* ---- events ---- */

static void write_address(struct wr *w, const struct addr *a)
{
	bool v4 = addr_is_v4(a);

	if (addr_is_any(a) && !v4 && !a->scope && !a->port) {
		wr_u8(w, 0);
		return;
	}
	wr_u8(w, v4 ? 4 : 16);
	wr_bytes(w, v4 ? a->ip + 12 : a->ip, v4 ? 4 : 16);
	if (!v4)
		wr_u32(w, a->scope);
	wr_u16(w, a->port);
}

static struct addr read_address(struct rd *rd)
{
	struct addr a = {.port = 0};
	uint8_t len = rd_u8(rd);

	if (len == 0)
		return a;
	if (len == 4) {
		uint8_t ip[4];
		rd_bytes(rd, ip, sizeof(ip));
		a = addr_v4(ip, 0);
	} else {
		rd_bytes(rd, a.ip, sizeof(a.ip));
		a.scope = rd_u32(rd);
	}
	a.port = rd_u16(rd);
	return a;
}

static void write_endpoint(struct wr *w, const struct endpoint *e)
{
	wr_u8(w, (uint8_t)e->socket);
	write_address(w, &e->to);
	write_address(w, &e->from);
}

static struct endpoint read_endpoint(struct rd *rd)
{
	struct endpoint e = {.socket = rd_u8(rd)};

	rd->bad |= e.socket >= CONF_SOCKETS_MAX;
	e.to = read_address(rd);
	e.from = read_address(rd);
	return e;
}

static void write_datagram(struct wr *w, const struct event *e)
{
	size_t len =
		e->datagram.len < FLIGHT_EVENT_MAX / 2 ? e->datagram.len : FLIGHT_EVENT_MAX / 2;

	write_endpoint(w, &e->datagram.from);
	wr_u16(w, (uint16_t)len);
	wr_bytes(w, e->datagram.bytes, len);
	if (!w->bad)
		hide_in_datagram(w->at - len, len);
}

static void write_command(struct wr *w, const struct command *c)
{
	uint8_t octets[COMMAND_LEN];
	struct command copy = *c;
	struct wr all = wr_make(octets, sizeof(octets));
	size_t len = sizeof(octets);

	hide_in_command(&copy);
	command_write(&all, &copy);
	while (len > 0 && octets[len - 1] == 0)
		len--;
	wr_u16(w, (uint16_t)len);
	wr_bytes(w, octets, len);
}

static void write_resolved(struct wr *w, const struct event *e)
{
	uint8_t octets[RECORD_MAX];
	struct wr all = wr_make(octets, sizeof(octets));

	record_write(&all, &(struct record){.kind = RECORD_RESOLVED, .resolved = e->address});
	wr_u16(w, (uint16_t)wr_len(&all));
	wr_bytes(w, octets, wr_len(&all));
}

void flight_write_event(struct wr *w, struct flight_clock *clock, tick_t now,
                        const struct event *event)
{
	wr_u8(w, FLIGHT_EVENT);
	wr_u8(w, (uint8_t)event->kind);
	wr_u32(w, (uint32_t)(now - clock->now));
	wr_u64(w, event->wall_ns);
	*clock = (struct flight_clock){now, event->wall_ns};
	switch (event->kind) {
	case EVENT_DATAGRAM:
		write_datagram(w, event);
		break;
	case EVENT_COMMAND:
		write_command(w, event->command);
		break;
	case EVENT_ROWS:
		wr_u32(w, event->rows);
		break;
	case EVENT_ADDRESS:
		write_resolved(w, event);
		break;
	case EVENT_MEND:
		wr_u8(w, event->all);
		break;
	case EVENT_LOST:
		wr_u32(w, event->lost.id);
		write_endpoint(w, &event->lost.where);
		break;
	case EVENT_TIME:
	case EVENT_CONF:
	case EVENT_DERIVE:
	case EVENT_STOP:
		break;
	}
}

static void read_datagram(struct rd *rd, struct flight_event *out)
{
	out->event.datagram.from = read_endpoint(rd);
	size_t len = rd_u16(rd);
	rd->bad |= len > sizeof(out->bytes);
	if (rd->bad)
		return;
	rd_bytes(rd, out->bytes, len);
	out->event.datagram.bytes = out->bytes;
	out->event.datagram.len = len;
}

static void read_command(struct rd *rd, struct flight_event *out)
{
	uint8_t octets[COMMAND_LEN] = {0};
	size_t len = rd_u16(rd);
	const char *reason;

	rd->bad |= len > sizeof(octets);
	if (rd->bad)
		return;
	rd_bytes(rd, octets, len);
	rd->bad |= command_parse(octets, sizeof(octets), &out->command, &reason) != PARSE_OK;
	out->event.command = &out->command;
}

static void read_resolved(struct rd *rd, struct flight_event *out)
{
	struct record r;
	const char *reason;
	size_t len = rd_u16(rd);
	struct rd octets = rd_sub(rd, len);

	if (!rd->bad)
		rd->bad = record_parse(octets.at, len, &r, &reason) != PARSE_OK ||
		          r.kind != RECORD_RESOLVED;
	if (!rd->bad)
		out->event.address = r.resolved;
}

bool flight_read_event(struct rd *rd, struct flight_clock *clock, struct flight_event *out)
{
	out->event = (struct event){.kind = rd_u8(rd)};
	clock->now += rd_u32(rd);
	clock->wall_ns = out->event.wall_ns = rd_u64(rd);
	switch (out->event.kind) {
	case EVENT_DATAGRAM:
		read_datagram(rd, out);
		break;
	case EVENT_COMMAND:
		read_command(rd, out);
		break;
	case EVENT_ROWS:
		out->event.rows = rd_u32(rd);
		break;
	case EVENT_ADDRESS:
		read_resolved(rd, out);
		break;
	case EVENT_MEND:
		out->event.all = rd_u8(rd);
		break;
	case EVENT_LOST:
		out->event.lost.id = rd_u32(rd);
		out->event.lost.where = read_endpoint(rd);
		break;
	case EVENT_TIME:
	case EVENT_STOP:
		break;
	case EVENT_DERIVE: /* comes before a checkpoint, */
	case EVENT_CONF:   /* and a checkpoint takes its place */
	default:
		return false;
	}
	return !rd->bad;
}

/* ---- what came of it ---- */

/* Multiplies and folds eight octets at a time: made for speed, not against an adversary. */
struct mix {
	uint64_t sum;
};

static void mix_word(struct mix *m, uint64_t word)
{
	m->sum = (m->sum ^ word) * 0x9e3779b97f4a7c15u;
	m->sum ^= m->sum >> 29;
}

static void mix_octets(struct mix *m, const uint8_t *at, size_t len)
{
	for (; len >= 8; at += 8, len -= 8) {
		uint64_t word = 0;
		for (unsigned i = 0; i < 8; i++)
			word |= (uint64_t)at[i] << 8 * i;
		mix_word(m, word);
	}
	for (; len > 0; at++, len--)
		mix_word(m, *at);
}

static void mix_send(struct mix *m, const struct send *s, enum event_kind kind)
{
	struct span secret = secret_of(s->bytes, s->len), voice = {s->len, 0},
		    options = options_of(s->bytes, s->len);

	if (kind == EVENT_TIME && s->len == HBP_BURST_LEN)
		voice = (struct span){VOICE_AT, VOICE_LEN};
	if (options.len)
		secret = options;
	if (voice.len)
		secret = voice;
	mix_word(m, (uint64_t)s->len << 8 | s->id_at);
	mix_octets(m, s->bytes, secret.at);
	mix_octets(m, s->bytes + secret.at + secret.len, s->len - secret.at - secret.len);
}

uint32_t flight_digest(const struct actions *actions, enum event_kind kind)
{
	struct mix m = {.sum = actions->target_count};
	uint8_t octets[RECORD_MAX];

	for (uint32_t i = 0; i < actions->send_count; i++)
		mix_send(&m, &actions->sends[i], kind);
	for (uint32_t i = 0; i < actions->target_count; i++) {
		const struct target *t = &actions->targets[i];
		mix_word(&m, (uint64_t)t->send << 32 | t->id);
		mix_word(&m, (uint64_t)t->where.socket << 16 | t->where.to.port);
		mix_octets(&m, t->where.to.ip, sizeof(t->where.to.ip));
	}
	for (uint32_t i = 0; i < actions->record_count; i++) {
		struct wr w = wr_make(octets, sizeof(octets));
		record_write(&w, &actions->records[i]);
		mix_octets(&m, octets, wr_len(&w));
	}
	return (uint32_t)(m.sum >> 32);
}

void flight_write_outcome(struct wr *w, const struct actions *actions, enum event_kind kind)
{
	const struct verdicts *v = &actions->verdicts;

	wr_u8(w, FLIGHT_OUTCOME);
	wr_u16(w, (uint16_t)v->count);
	wr_bytes(w, v->is, (v->count + 7) / 8);
	wr_u32(w, flight_digest(actions, kind));
}

bool flight_read_outcome(struct rd *rd, struct flight_outcome *out)
{
	uint16_t count = rd_u16(rd);

	*out = (struct flight_outcome){.verdicts = {.given = true}};
	if (count > JUDGED_MAX)
		return false;
	rd_bytes(rd, out->verdicts.is, (count + 7u) / 8);
	out->digest = rd_u32(rd);
	return !rd->bad;
}
