#include "mesh/film.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "base/util.h"
#include "mesh/sim.h"
#include "wire/hbp.h"
#include "wire/obp.h"

#define LINE_ROOM 720u
#define LINE_PARTS 40u
#define APART_MS (3 * TICK_SECOND) /* two transmissions, and so two lines */
#define AGES_APART_MS 50           /* which a path varies by anyway */
#define AFTER_CALL_MS 1700         /* a lost terminator has been replaced by then */
#define AFTER_END_MS 100
#define KEEPALIVES_APART_MS (15 * TICK_SECOND)
#define CHANNELS_MAX (NODES_MAX + 16u)

struct line {
	tick_t at;
	size_t order;
	char text[LINE_ROOM + 128];
};

/* A client or a neighbour, as the reader of scenarios knows it (struct talker there). */
struct channel {
	char name[32];
	struct line *line; /* that goes on; NULL: none */
	unsigned parts;
	tick_t every;
	int64_t age_ms;
	uint32_t run; /* voice frames to be written */
	uint32_t stream;
	uint8_t seq;
	int position;
	uint32_t speaker, said; /* of the next voice frame */
};

struct scene {
	const struct film *film;
	const struct blame *blame;
	struct line *lines;
	size_t count, cap;
	struct channel channel[CHANNELS_MAX];
	size_t channels;
	tick_t begin, end; /* of the call that is to be heard */
	bool ended;        /* its terminator came */
};

/* A burst that reached the server, by whichever path. */
struct burst {
	struct hbp_burst b;
	bool on_mesh;
	struct obp_burst mesh;
	char who[32];
};

static PRINTF_LIKE(2, 3) void put(struct line *l, const char *format, ...)
{
	size_t len = strlen(l->text);
	va_list args;

	va_start(args, format);
	vsnprintf(l->text + len, sizeof(l->text) - len, format, args);
	va_end(args);
}

static void flush_run(struct channel *c)
{
	if (c->run && c->line)
		put(c->line, " voice %" PRIu32, c->run);
	c->parts += c->run ? 2 : 0;
	c->run = 0;
}

static void close_line(struct channel *c)
{
	flush_run(c);
	c->line = NULL;
}

static struct line *line_add(struct scene *s, tick_t at, const char *text)
{
	if (s->count == s->cap) {
		s->cap = s->cap ? 2 * s->cap : 256;
		for (size_t i = 0; i < s->channels; i++)
			close_line(&s->channel[i]); /* it moves */
		s->lines = realloc(s->lines, s->cap * sizeof(*s->lines));
		if (!s->lines)
			abort();
	}
	struct line *l = &s->lines[s->count++];
	l->at = at;
	l->order = s->count;
	snprintf(l->text, sizeof(l->text), "%s", text);
	return l;
}

static uint32_t node_of(const struct addr *a)
{
	return (uint32_t)a->ip[14] << 8 | a->ip[15];
}

/* ---- who is who ---- */

/* The name of the socket it came to; `client` of an uplink is the ID of the server behind it. */
static bool is_from_master(const struct film *f, const struct shot *shot, uint32_t *client)
{
	if (shot->to.port < UPLINK_PORT)
		return false;
	*client = GUEST_CLIENT + node_of(&shot->from);
	return side_of(&shot->from) == SIDE_NODE && f->up[node_of(&shot->from)];
}

static void socket_name(const struct film *f, const struct shot *shot, char out[static 32])
{
	bool mad = side_of(&shot->from) == SIDE_FOE && node_of(&shot->from) == 0;

	snprintf(out, 32, "hotspots");
	if (shot->to.port >= UPLINK_PORT)
		snprintf(out, 32, "u%" PRIu32, node_of(&shot->from));
	else if (shot->to.port == MESH_PORT && mad)
		snprintf(out, 32, "mad");
	else if (shot->to.port == MESH_PORT)
		for (uint32_t n = 0; n < NODES_MAX; n++) {
			char section[32];
			snprintf(section, sizeof(section), "[peer n%" PRIu32 "]", n);
			if (strstr(f->config, section))
				snprintf(out, 32, "n%" PRIu32, n);
		}
}

static struct obp_key key_of(const struct film *f, uint32_t peer)
{
	char passphrase[32];

	snprintf(passphrase, sizeof(passphrase), "link %" PRIu32, plan_link(f->node, peer));
	return obp_key_make(passphrase, false);
}

/* Is it a genuine datagram of a neighbour on the mesh? */
static bool read_mesh(const struct film *f, const struct shot *shot, struct obp_message *m)
{
	const char *reason;
	uint32_t peer = node_of(&shot->from);

	if (shot->to.port != MESH_PORT || shot->hostile || side_of(&shot->from) != SIDE_NODE)
		return false;
	struct obp_key key = key_of(f, peer);
	return obp_parse(shot->bytes, shot->len, m, &reason) == PARSE_OK &&
	       obp_authentic(&key, shot->bytes, shot->len, m);
}

/* Is it a burst of somebody who belongs there? */
static bool read_burst(const struct film *f, const struct shot *shot, struct burst *out)
{
	struct obp_message mesh;
	struct hbp_message m;
	const char *reason;
	uint32_t client;

	memset(out, 0, sizeof(*out));
	if (!shot->from.port || shot->hostile)
		return false;
	if (read_mesh(f, shot, &mesh)) {
		out->on_mesh = true;
		out->mesh = mesh.burst;
		out->b = mesh.burst.frame;
		snprintf(out->who, sizeof(out->who), "peer n%" PRIu32, node_of(&shot->from));
		return mesh.kind == OBP_BURST;
	}
	if (shot->to.port == MESH_PORT ||
	    hbp_parse(shot->bytes, shot->len, &m, &reason) != PARSE_OK || m.kind != HBP_BURST)
		return false;
	client = m.burst.client;
	is_from_master(f, shot, &client);
	out->b = m.burst;
	snprintf(out->who, sizeof(out->who), "%" PRIu32, client);
	return true;
}

static struct channel *channel_of(struct scene *s, const char *name)
{
	for (size_t i = 0; i < s->channels; i++)
		if (strcmp(s->channel[i].name, name) == 0)
			return &s->channel[i];
	if (s->channels == CHANNELS_MAX)
		return &s->channel[CHANNELS_MAX - 1];
	struct channel *c = &s->channel[s->channels++];
	*c = (struct channel){.every = DMR_BURST_MS};
	snprintf(c->name, sizeof(c->name), "%s", name);
	return c;
}

/* ---- datagrams as they are ---- */

/* With the time stamp that it would have if the clock of the server were right. */
static size_t shifted(const struct film *f, const struct shot *shot, uint8_t out[NET_DATAGRAM_MAX])
{
	struct obp_message m;
	struct wr w = wr_make(out, NET_DATAGRAM_MAX);

	memcpy(out, shot->bytes, shot->len);
	if (!read_mesh(f, shot, &m) || m.kind != OBP_BURST || m.version == 1)
		return shot->len;
	struct obp_key key = key_of(f, node_of(&shot->from));
	obp_write_v5(&w, &key, &m.burst,
	             m.burst.timestamp_ns - (uint64_t)(shot->ahead_ms * 1000000));
	return wr_len(&w);
}

static void put_raw(struct scene *s, const struct shot *shot)
{
	char from[ADDR_TEXT_MAX], on[32];
	uint8_t bytes[NET_DATAGRAM_MAX];
	size_t len = shifted(s->film, shot, bytes);
	struct line *l = line_add(s, shot->at, "send ");

	for (size_t i = 0; i < len; i++)
		put(l, "%02x%s", bytes[i], i % 100 == 99 ? " " : "");
	socket_name(s->film, shot, on);
	put(l, " from %s on %s", addr_format(&shot->from, from), on);
}

/* ---- transmissions ---- */

static void setting(struct channel *c, const char *name, int64_t number)
{
	flush_run(c);
	put(c->line, " %s %" PRId64, name, number);
	c->parts += 2;
}

/* How old its time stamp is, by the server's clock. */
static int64_t age_of(const struct shot *shot, const struct burst *x)
{
	int64_t wall = 1800000000000 + shot->at - START_TICK + shot->ahead_ms;

	return x->mesh.timestamp_ns ? wall - (int64_t)(x->mesh.timestamp_ns / 1000000) : 0;
}

static void set_age(struct channel *c, int64_t age)
{
	int64_t apart = age - c->age_ms;

	if (apart < AGES_APART_MS && apart > -AGES_APART_MS)
		return;
	setting(c, age < 0 ? "ahead" : "age", age < 0 ? -age : age);
	c->age_ms = age;
}

static void open_line(struct scene *s, struct channel *c, const struct shot *shot,
                      const struct burst *x)
{
	char text[LINE_ROOM];
	struct line *l = line_add(s, shot->at, "");

	snprintf(text, sizeof(text), "%s talks", c->name);
	c->line = l;
	c->parts = 20;
	c->every = DMR_BURST_MS;
	put(l, "%s %s %" PRIu32, text, x->b.unit ? "unit" : "tg", x->b.dst);
	if (!x->on_mesh)
		put(l, " slot %d", x->b.slot);
	put(l, " src %" PRIu32 " stream %08" PRIx32, x->b.src, x->b.stream);
	if (x->on_mesh && x->mesh.hops)
		put(l, " server %" PRIu32 " repeater %" PRIu32 " hops %d", x->mesh.source_server,
		    x->mesh.source_repeater, x->mesh.hops);
	c->stream = x->b.stream;
	c->age_ms = 0;
}

static int position_of(const struct hbp_burst *b)
{
	if (b->class == BURST_A)
		return 0;
	return b->class >= BURST_B && b->class <= BURST_F ? (int)b->class : -1;
}

/* The language counts a header as 0, has no voice but that of calls, and not every kind of data. */
static bool can_say(const struct shot *shot, const struct burst *x)
{
	switch ((int)x->b.class) {
	case BURST_VOICE_HEADER:
		return x->b.seq == 0;
	case BURST_TERMINATOR:
	case BURST_CSBK:
	case BURST_DATA_HEADER:
	case BURST_RATE_12_DATA:
		return true;
	default:
		return position_of(&x->b) >= 0 && shot->call != NOBODY;
	}
}

static void put_voice(struct channel *c, const struct shot *shot, const struct burst *x)
{
	int position = position_of(&x->b);

	if (c->speaker != shot->call + 1)
		setting(c, "speaker", shot->call);
	if (c->speaker != shot->call + 1 || c->said != shot->frame)
		setting(c, "said", shot->frame);
	c->speaker = shot->call + 1;
	c->said = shot->frame + 1;
	if (c->position == position) {
		c->run++;
	} else {
		flush_run(c);
		put(c->line, " burst %c", 'A' + position);
		c->parts += 2;
	}
	c->position = (position + 1) % 6;
}

static void put_part(struct channel *c, const struct shot *shot, const struct burst *x)
{
	bool header = x->b.class == BURST_VOICE_HEADER;

	if (!header && x->b.seq != c->seq)
		setting(c, "seq", x->b.seq);
	c->seq = (uint8_t)(x->b.seq + 1);
	if (position_of(&x->b) >= 0) {
		put_voice(c, shot, x);
		return;
	}
	flush_run(c);
	if (header)
		c->position = 0;
	put(c->line, " %s",
	    header                            ? "header"
	    : x->b.class == BURST_TERMINATOR  ? "terminator"
	    : x->b.class == BURST_CSBK        ? "csbk"
	    : x->b.class == BURST_DATA_HEADER ? "data-header"
	                                      : "rate-12");
	c->parts++;
}

/* The next burst of that channel, in how many milliseconds; TICK_NEVER. */
static tick_t gap_behind(const struct scene *s, size_t at, const char *who)
{
	struct burst next;
	const struct film *f = s->film;

	for (size_t i = at + 1; i < f->count; i++)
		if (read_burst(f, &f->shot[i], &next) && strcmp(next.who, who) == 0)
			return f->shot[i].at - f->shot[at].at;
	return TICK_NEVER;
}

static void put_burst(struct scene *s, size_t at, const struct burst *x)
{
	const struct shot *shot = &s->film->shot[at];
	struct channel *c = channel_of(s, x->who);

	if (!can_say(shot, x)) {
		close_line(c);
		put_raw(s, shot);
		return;
	}
	if (c->line && c->stream != x->b.stream)
		close_line(c);
	if (!c->line)
		open_line(s, c, shot, x);
	tick_t gap = gap_behind(s, at, x->who);
	if (x->on_mesh && x->mesh.timestamp_ns)
		set_age(c, age_of(shot, x));
	if (gap < APART_MS && gap != c->every) {
		setting(c, "every", gap);
		c->every = gap;
	}
	put_part(c, shot, x);
	if (gap >= APART_MS || c->parts > LINE_PARTS + 12 || strlen(c->line->text) > LINE_ROOM)
		close_line(c);
}

/* ---- what is no transmission ---- */

static void put_login(struct scene *s, const struct shot *shot, const struct hbp_message *m)
{
	struct line *l = line_add(s, shot->at, "");

	put(l, "login %" PRIu32 " options \"%.*s\"", m->id, (int)m->options.len, m->options.text);
}

static void put_client(struct scene *s, const struct shot *shot)
{
	struct hbp_message m;
	const char *reason;
	bool read = !shot->hostile && shot->to.port == LISTENER_PORT &&
	            hbp_parse(shot->bytes, shot->len, &m, &reason) == PARSE_OK;

	if (!read)
		put_raw(s, shot);
	else if (m.kind == HBP_OPTIONS)
		put_login(s, shot, &m);
	else if (m.kind == HBP_CLOSE)
		put(line_add(s, shot->at, ""), "%" PRIu32 " logs out", m.id);
	/* the rest of a login, and pings, come by themselves */
}

static bool is_silent(const struct film *f, uint32_t peer)
{
	struct obp_message m;
	tick_t last = START_TICK;

	for (size_t i = 0; i < f->count; i++) {
		const struct shot *shot = &f->shot[i];
		if (!shot->from.port || node_of(&shot->from) != peer || !read_mesh(f, shot, &m) ||
		    m.kind != OBP_KEEPALIVE)
			continue;
		if (shot->at - last > KEEPALIVES_APART_MS)
			return true;
		last = shot->at;
	}
	return f->count && f->shot[f->count - 1].at - last > KEEPALIVES_APART_MS;
}

static void put_control(struct scene *s, const struct shot *shot, const struct obp_message *m)
{
	uint32_t peer = node_of(&shot->from);
	char name[32];

	snprintf(name, sizeof(name), "peer n%" PRIu32 " says ", peer);
	if (m->kind == OBP_KEEPALIVE && !is_silent(s->film, peer))
		return;
	struct line *l = line_add(s, shot->at, name);
	put(l, "%s", obp_kind_name(m->kind));
	if (m->kind == OBP_VERSION)
		put(l, " %d", m->version);
	if (m->kind == OBP_QUENCH)
		put(l, " %" PRIu32 " %08" PRIx32, m->quench.tg, m->quench.stream);
}

static void put_shot(struct scene *s, size_t at)
{
	const struct shot *shot = &s->film->shot[at];
	struct obp_message m;
	struct burst x;

	if (!shot->from.port)
		line_add(s, shot->at, (const char *)shot->bytes);
	else if (read_burst(s->film, shot, &x))
		put_burst(s, at, &x);
	else if (read_mesh(s->film, shot, &m))
		put_control(s, shot, &m);
	else
		put_client(s, shot);
}

/* ---- what is expected ---- */

/* When the call that is to be heard begins and ends at the server; false: nothing of it came. */
static bool find_call(struct scene *s)
{
	const struct film *f = s->film;
	uint32_t streams[8], count = 0;
	struct burst x;
	tick_t last = 0, ended = 0;

	for (size_t i = 0; i < f->count; i++)
		if (f->shot[i].call == s->blame->call && f->shot[i].call != NOBODY &&
		    read_burst(f, &f->shot[i], &x)) {
			s->begin = s->begin ? s->begin : f->shot[i].at;
			last = f->shot[i].at;
			bool known = false;
			for (uint32_t k = 0; k < count; k++)
				known |= streams[k] == x.b.stream;
			if (!known && count < ARRAY_LEN(streams))
				streams[count++] = x.b.stream;
		}
	for (size_t i = 0; i < f->count; i++)
		for (uint32_t k = 0; k < count && read_burst(f, &f->shot[i], &x); k++) {
			if (x.b.stream != streams[k])
				continue;
			if (f->shot[i].at < s->begin && f->shot[i].at > s->begin - TICK_SECOND)
				s->begin = f->shot[i].at;
			if (x.b.class == BURST_TERMINATOR && f->shot[i].at >= last && !ended)
				ended = f->shot[i].at;
		}
	s->ended = ended && ended < last + AFTER_CALL_MS;
	s->end = s->ended ? ended + AFTER_END_MS : last + AFTER_CALL_MS;
	return s->begin != 0;
}

static bool is_due(const struct blame *b, uint32_t frame)
{
	return b->due[frame / 64] >> frame % 64 & 1;
}

static void put_data_parts(const struct scene *s, struct line *l)
{
	uint64_t seen[FRAMES_MAX / 64] = {0};
	struct burst x;

	for (size_t i = 0; i < s->film->count; i++) {
		const struct shot *shot = &s->film->shot[i];
		if (shot->call != s->blame->call || !read_burst(s->film, shot, &x) ||
		    !is_due(s->blame, shot->frame) ||
		    seen[shot->frame / 64] >> shot->frame % 64 & 1)
			continue;
		seen[shot->frame / 64] |= UINT64_C(1) << shot->frame % 64;
		put(l, " %s",
		    x.b.class == BURST_CSBK          ? "csbk"
		    : x.b.class == BURST_DATA_HEADER ? "data-header"
		                                     : "rate-12");
	}
}

/* The frames to be heard, of those that came in the order of their numbers, because what comes late
 * is dropped. `begun`: earlier ones may be heard or not; `whole`: no later ones may. */
struct portion {
	uint32_t count;
	bool begun, whole;
	tick_t first;
};

static struct portion portion_of(const struct scene *s)
{
	struct portion p = {.whole = true};
	uint32_t next = 0;

	for (size_t i = 0; i < s->film->count; i++) {
		const struct shot *shot = &s->film->shot[i];
		if (shot->call != s->blame->call || shot->frame < next)
			continue;
		bool due = is_due(s->blame, shot->frame);
		p.begun |= !due && !p.count;
		p.whole &= due || !p.count;
		if (due && !p.count)
			p.first = shot->at;
		p.count += due && p.whole;
		next = shot->frame + 1;
	}
	return p;
}

static void put_expectation(struct scene *s)
{
	const struct blame *b = s->blame;
	const struct portion p = portion_of(s);
	char who[32];
	bool peer = b->heard_by == BLAME_PEER;

	if (p.count && p.begun && !b->data)
		s->begin = p.first;
	snprintf(who, sizeof(who), peer ? "peer n%" PRIu32 : "%" PRIu32, b->listener);
	put(line_add(s, s->end, ""), "forget %s but %s %" PRIu32, who, b->unit ? "unit" : "tg",
	    b->tg);
	struct line *l = line_add(s, s->end, "");
	put(l, "expect %s hears ", who);
	if (p.count)
		put(l, "%s %" PRIu32 " src %" PRIu32, b->unit ? "unit" : "tg", b->tg, b->src);
	if (p.count && b->data)
		put_data_parts(s, l);
	else if (p.count)
		put(l, "%s voice %" PRIu32 "%s", p.begun ? "" : " header", p.count,
		    p.whole && (s->ended || !peer) ? " terminator" : "");
	if (p.whole || b->data)
		put(l, " nothing");
	put(line_add(s, s->begin - 1, ""), "forget %s", who);
}

/* ---- the whole ---- */

/* What the reader of scenarios puts there itself. */
static bool is_given(const char *line)
{
	return strncmp(line, "bind = ", 7) == 0 || strncmp(line, "passphrase = correct", 20) == 0;
}

/* The sections of the server and of the listener are separate blocks, without their names. */
static void print_config(const char *config)
{
	enum { SERVER, LISTENER, OTHERS, PARTS };
	char line[256];

	for (int part = SERVER; part < PARTS; part++) {
		int now = OTHERS;
		if (part != OTHERS)
			printf("%s {\n", part == SERVER ? "server" : "config");
		for (const char *at = config; *at;) {
			size_t len = strcspn(at, "\n");
			snprintf(line, sizeof(line), "%.*s", (int)len, at);
			at += len + (at[len] == '\n');
			bool head = line[0] == '[';
			if (head)
				now = strcmp(line, "[server]") == 0        ? SERVER
				      : strncmp(line, "[listener", 9) == 0 ? LISTENER
				                                           : OTHERS;
			if (now != part || (head && part != OTHERS) ||
			    (part == LISTENER && is_given(line)))
				continue;
			printf("%s\n", line);
		}
		if (part != LISTENER)
			printf("}\n");
	}
}

static int by_time(const void *a, const void *b)
{
	const struct line *x = a, *y = b;

	return x->at != y->at ? (x->at < y->at ? -1 : 1)
	                      : (x->order > y->order) - (x->order < y->order);
}

static void print_lines(struct scene *s)
{
	tick_t until = s->end ? s->end : TICK_NEVER;

	qsort(s->lines, s->count, sizeof(*s->lines), by_time);
	for (size_t i = 0; i < s->count && s->lines[i].at <= until; i++)
		printf("at %" PRId64 " %s\n", s->lines[i].at - START_TICK, s->lines[i].text);
}

static void print_silent(const struct film *f)
{
	for (uint32_t n = 0; n < NODES_MAX; n++) {
		char section[32];
		snprintf(section, sizeof(section), "[peer n%" PRIu32 "]\nprotocol = fbp", n);
		if (strstr(f->config, section) && is_silent(f, n))
			printf("at 0 peer n%" PRIu32 " falls silent\n", n);
	}
	if (strstr(f->config, "[peer mad]"))
		printf("at 0 peer mad falls silent\n");
}

void film_print(const struct film *film, const struct blame *blame, const char *complaint)
{
	static struct scene s;
	bool hears = blame->heard_by != BLAME_NOBODY;

	s = (struct scene){.film = film, .blame = blame};
	hears = hears && find_call(&s);
	if (hears)
		put_expectation(&s);
	for (size_t i = 0; i < film->count && (!hears || film->shot[i].at <= s.end); i++)
		put_shot(&s, i);
	for (size_t i = 0; i < s.channels; i++)
		close_line(&s.channel[i]);
	printf("# scenario: what reached node %" PRIu32 ". %s\n", film->node, complaint);
	printf("seed %" PRIu32 " %d\n", film->node, (uint8_t)film->seed);
	print_config(film->config);
	print_silent(film);
	print_lines(&s);
	if (blame->expect[0])
		printf("at +1 expect %s\n", blame->expect);
	if (hears)
		printf("forget %s%" PRIu32 "\n", blame->heard_by == BLAME_PEER ? "peer n" : "",
		       blame->listener);
	printf("at +%d forget others\n# end of the scenario\n", hears ? 0 : 2000);
	free(s.lines);
}
