/* The statements that make something happen: what clients, peers and operators do. */
#include "sim/words.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/util.h"
#include "sim/outcome.h"
#include "wire/hbp.h"

static const uint8_t silent_frames[300 * 27]; /* what a recording of a scenario consists of */

/* What the words after an id may say. */
struct about {
	struct addr addr;
	uint32_t listener;
	bool simplex, silent, refused;
	const char *options, *passphrase, *callsign;
	bool stolen; /* answers a challenge that was sent to `challenged` */
	struct addr challenged;
};

static struct about read_about(struct words *w, struct client *c)
{
	struct about a = {.addr = c->addr,
	                  .listener = c->listener,
	                  .passphrase = PASSPHRASE,
	                  .callsign = "N0CALL"};
	while (*w->at) {
		if (word_take(w, "from"))
			a.addr = word_addr(w);
		else if (word_take(w, "on"))
			a.listener = socket_named(w->run, word_next(w));
		else if (word_take(w, "simplex"))
			a.simplex = true;
		else if (word_take(w, "silent"))
			a.silent = true;
		else if (word_take(w, "refused"))
			a.refused = true;
		else if (word_take(w, "options"))
			a.options = word_next(w);
		else if (word_take(w, "callsign"))
			a.callsign = word_next(w);
		else if (word_take(w, "pass"))
			a.passphrase = word_next(w);
		else if (word_take(w, "challenge-of")) {
			a.challenged = word_addr(w);
			a.stolen = true;
		} else
			fail(w->run, "\"%s\" is not understood here", *w->at);
	}
	return a;
}

static void send_login(struct run *r, uint32_t id, const struct about *a)
{
	uint8_t buf[16];
	struct wr w = wr_make(buf, sizeof(buf));
	hbp_write_login(&w, id);
	world_datagram(r, buf, wr_len(&w), a->addr, a->listener);
}

static void send_key(struct run *r, uint32_t id, const struct about *a)
{
	const struct addr *at = a->stolen ? &a->challenged : &a->addr;
	const struct challenge *found = NULL;
	for (size_t i = r->challenge_count; i-- > 0 && !found;) {
		/* An RPTACK that echoes the id is no challenge. */
		if (addr_equal(&r->challenges[i].at, at) &&
		    judge_number(r->challenges[i].salt, 4) != id)
			found = &r->challenges[i];
	}
	if (!found)
		fail(r, "no challenge was sent to that address");
	uint8_t buf[64], digest[SHA256_LEN];
	hbp_digest(found->salt, a->passphrase, digest);
	struct wr w = wr_make(buf, sizeof(buf));
	hbp_write_key(&w, id, digest);
	world_datagram(r, buf, wr_len(&w), a->addr, a->listener);
}

static void send_config(struct run *r, uint32_t id, const struct about *a)
{
	struct hbp_config config = {.rx_hz = 433000000,
	                            .tx_hz = 434600000,
	                            .cc = 1,
	                            .location = "A hill",
	                            .slots = a->simplex ? '4' : '3',
	                            .package = "MMDVM",
	                            .software = "sim"};
	uint8_t buf[HBP_DATAGRAM_MAX];
	struct wr w = wr_make(buf, sizeof(buf));
	text_copy(config.callsign, sizeof(config.callsign), a->callsign);
	hbp_write_config(&w, id, &config);
	world_datagram(r, buf, wr_len(&w), a->addr, a->listener);
}

static void send_options(struct run *r, uint32_t id, const struct about *a)
{
	uint8_t buf[HBP_DATAGRAM_MAX];
	struct wr w = wr_make(buf, sizeof(buf));
	hbp_write_options(&w, id, a->options, strlen(a->options));
	world_datagram(r, buf, wr_len(&w), a->addr, a->listener);
}

static void want_answer(struct run *r, const struct about *a, const char *tag, const char *when)
{
	struct item *i = item_unread(r, &a->addr, 0);
	if (!i)
		fail(r, "no answer to %s, expected %s", when, tag);
	if (i->len < strlen(tag) || memcmp(i->bytes, tag, strlen(tag)) != 0)
		fail(r, "the answer to %s is %s, expected %s", when, item_describe(i), tag);
	i->read = true;
}

/* The client lives at this address from now on. */
static void settle(struct run *r, struct client *c, const struct about *a)
{
	c->addr = a->addr;
	c->listener = a->listener;
	c->pings = !a->silent;
	c->next_ping = r->now + PING_EVERY;
}

static void do_login(struct run *r, struct words *w)
{
	struct client *c = client_of(r, word_number(w));
	struct about a = read_about(w, c);
	send_login(r, c->id, &a);
	want_answer(r, &a, "RPTACK", "RPTL");
	send_key(r, c->id, &a);
	want_answer(r, &a, a.refused ? "MSTNAK" : "RPTACK", "RPTK");
	if (a.refused)
		return;
	memset(c->slot, 0, sizeof(c->slot));
	settle(r, c, &a);
	send_config(r, c->id, &a);
	want_answer(r, &a, "RPTACK", "RPTC");
	if (!a.options)
		return;
	send_options(r, c->id, &a);
	want_answer(r, &a, "RPTACK", "RPTO");
}

/* "logins 1000 from 2310000 [options ...]": a crowd behind one address, one port each. */
static void do_logins(struct run *r, struct words *w)
{
	uint32_t count = word_number(w);
	if (!word_take(w, "from"))
		fail(r, "logins COUNT from ID");
	uint32_t first = word_number(w);
	char **rest = words_rest(w);
	for (uint32_t i = 0; i < count; i++) {
		char id[16];
		snprintf(id, sizeof(id), "%" PRIu32, first + i);
		char *words[WORDS_MAX] = {id};
		for (size_t n = 0; rest[n] && n + 2 < WORDS_MAX; n++)
			words[n + 1] = rest[n];
		do_login(r, &(struct words){r, words});
	}
}

static void do_challenge(struct run *r, struct words *w)
{
	struct client *c = client_of(r, word_number(w));
	struct about a = read_about(w, c);
	send_login(r, c->id, &a);
}

static void do_answer(struct run *r, struct words *w)
{
	struct client *c = client_of(r, word_number(w));
	struct about a = read_about(w, c);
	send_key(r, c->id, &a);
}

static void do_configure(struct run *r, struct words *w)
{
	struct client *c = client_of(r, word_number(w));
	struct about a = read_about(w, c);
	settle(r, c, &a);
	send_config(r, c->id, &a);
}

static void do_send(struct run *r, struct words *w)
{
	uint8_t buf[1600];
	size_t len = 0;
	while (*w->at && !word_is(w, "from")) {
		char *text = word_next(w);
		if (strncmp(text, "id:", 3) == 0) {
			uint32_t id = (uint32_t)strtoul(text + 3, NULL, 10);
			for (int b = 24; b >= 0; b -= 8)
				buf[len++] = (uint8_t)(id >> b);
		} else if (strncmp(text, "text:", 5) == 0) {
			len += (size_t)snprintf((char *)buf + len, sizeof(buf) - len, "%s",
			                        text + 5);
		} else if (strncmp(text, "zeros:", 6) == 0) {
			size_t n = (size_t)atol(text + 6);
			memset(buf + len, 0, n);
			len += n;
		} else {
			size_t n = words_octets(text, buf + len, sizeof(buf) - len);
			if (n == 0)
				fail(r,
				     "hex, id:NUMBER, text:WORD or zeros:COUNT is expected, not "
				     "\"%s\"",
				     text);
			len += n;
		}
	}
	struct client none = {0};
	struct about a = read_about(w, &none);
	world_datagram(r, buf, len, a.addr, a.listener);
}

static void do_options(struct run *r, struct words *w)
{
	struct client *c = client_of(r, word_number(w));
	char *text = word_next(w);
	struct about a = read_about(w, c);
	a.options = text;
	send_options(r, c->id, &a);
}

/* "ID logs out", "ID pings [from ADDR]", "ID falls silent". */
static void do_client(struct run *r, struct words *w)
{
	struct client *c = client_of(r, word_number(w));
	char *verb = word_next(w);
	uint8_t buf[16];
	struct wr out = wr_make(buf, sizeof(buf));
	if (strcmp(verb, "logs") == 0 && word_take(w, "out")) {
		hbp_write_close(&out, c->id);
		c->pings = false;
	} else if (strcmp(verb, "falls") == 0 && word_take(w, "silent")) {
		c->pings = false;
		return;
	} else if (strcmp(verb, "moves") == 0 && word_take(w, "to")) {
		c->addr = word_addr(w);
		return;
	} else if (strcmp(verb, "pings") == 0) {
		hbp_write_ping(&out, c->id);
	} else {
		fail(r, "a client can talk, ping, log out, move or fall silent, not \"%s\"", verb);
	}
	struct about a = read_about(w, c);
	world_datagram(r, buf, wr_len(&out), a.addr, a.listener);
}

/* Peers. */

static struct mesh own_mesh(const struct run *r, const struct neighbour *n, const struct mesh *m)
{
	struct mesh out = *m;
	uint32_t theirs = n->conf->remote_id ? n->conf->remote_id : r->conf.server.id + 1;
	out.id = m->id ? m->id : theirs;
	out.server = m->server ? m->server : theirs;
	out.hops = m->hops ? m->hops : 1;
	return out;
}

/* A frame that was written down as a DMRD, as the peer sends it. */
static void peer_frame(struct run *r, const struct step *s)
{
	struct neighbour *n = &r->neighbours[s->client - PEER_ID];
	struct mesh mesh = own_mesh(r, n, &s->mesh);
	struct hbp_message m;
	const char *reason;
	uint8_t buf[SEND_MAX];
	struct wr w = wr_make(buf, sizeof(buf));
	if (hbp_parse(s->frame, s->len, &m, &reason) != PARSE_OK)
		fail(r, "a frame for the mesh cannot be read: %s", reason);
	struct obp_key wrong = obp_key_make(mesh.passphrase, false);
	const struct obp_key *key = mesh.passphrase[0] ? &wrong : &n->key;
	struct obp_burst b = {.frame = m.burst,
	                      .source_server = mesh.server,
	                      .source_repeater = mesh.repeater,
	                      .hops = mesh.hops};
	b.frame.client = mesh.id;
	int64_t wall = (int64_t)WALL_START + (since_start(r) - mesh.age) * 1000000;
	if (n->conf->protocol == PEER_FBP)
		obp_write_v5(&w, key, &b, (uint64_t)wall);
	else
		obp_write_v1(&w, key, &b.frame);
	r->in = s->honest ? s->frame : NULL;
	neighbour_say(r, n, &w, s->from.port ? &s->from : &n->addr);
	r->in = NULL;
}

/* Of a stun: now, or so long ago, or not said. */
static uint64_t stun_time(const struct run *r, struct words *w)
{
	int64_t age = 0;

	if (word_take(w, "plain"))
		return 0;
	if (word_take(w, "age"))
		age = (int64_t)word_number(w);
	if (word_take(w, "ahead"))
		age = -(int64_t)word_number(w);
	return (uint64_t)((int64_t)WALL_START + (since_start(r) - age) * 1000000);
}

/* peer NAME says BCKA|BCST|BCVE N|BCSQ TG STREAM [from ADDR], falls silent, speaks up, moves to
 * ADDR */
static void do_peer(struct run *r, struct words *w)
{
	struct neighbour *n = neighbour_of(r, word_next(w));
	uint8_t buf[SEND_MAX];
	struct wr out = wr_make(buf, sizeof(buf));
	if (word_take(w, "falls") && word_take(w, "silent")) {
		n->silent = true;
		return;
	}
	if (word_take(w, "speaks") && word_take(w, "up")) {
		n->silent = false;
		n->next_keepalive = r->now;
		return;
	}
	if (word_take(w, "moves") && word_take(w, "to")) {
		n->addr = word_addr(w);
		return;
	}
	if (!word_take(w, "says"))
		fail(r, "a peer can talk, say something, move, fall silent or speak up");
	char *what = word_next(w);
	bool keepalive = strcmp(what, "BCKA") == 0;
	if (keepalive)
		obp_write_keepalive(&out, &n->key);
	else if (strcmp(what, "BCST") == 0)
		obp_write_stun(&out, &n->key, stun_time(r, w));
	else if (strcmp(what, "BCVE") == 0)
		obp_write_version(&out, &n->key, (uint8_t)word_number(w));
	else if (strcmp(what, "BCSQ") == 0) {
		uint32_t tg = word_number(w);
		obp_write_quench(&out, &n->key, tg, (uint32_t)strtoul(word_next(w), NULL, 16));
	} else {
		fail(r, "\"%s\" is nothing a peer says", what);
	}
	struct addr from = word_take(w, "from") ? word_addr(w) : n->addr;
	if (keepalive)
		n->elsewhere = from;
	neighbour_say(r, n, &out, &from);
}

/* clock is unset, clock is set */
static void do_clock(struct run *r, struct words *w)
{
	if (!word_take(w, "is"))
		fail(r, "clock is set|unset");
	r->clock_unset = word_take(w, "unset");
	if (!r->clock_unset && !word_take(w, "set"))
		fail(r, "clock is set|unset");
}

/* name NAME [second] has ADDR: it was resolved, the second of an uplink's list */
static void do_name(struct run *r, struct words *w)
{
	const char *name = word_next(w);
	struct resolved_record found = {.of.kind = SOURCE_UPLINK};
	uint32_t uplink = uplink_named(r, name);
	struct neighbour *n = uplink < r->conf.uplink_count ? NULL : neighbour_of(r, name);
	if (n) {
		found.of = (struct source){SOURCE_PEER, (uint32_t)(n->conf - r->conf.peer)};
	} else {
		found.of.index = uplink;
		found.target = word_take(w, "second") ? 1 : 0;
	}
	if (!word_take(w, "has"))
		fail(r, "name NAME [second] has ADDR");
	found.to = word_addr(w);
	if (n)
		n->addr = found.to;
	world_step(r, &(struct event){.kind = EVENT_ADDRESS, .address = found});
}

static void do_kick(struct run *r, struct words *w)
{
	world_command(r, (struct command){.kind = COMMAND_KICK, .kick = {word_number(w)}});
}

/* recording NUMBER BURSTS */
static void do_recording(struct run *r, struct words *w)
{
	struct audio_word *word = &r->recording;

	word->language[0] = 'x';
	snprintf(word->name, sizeof(word->name), "%u", (unsigned)word_number(w));
	word->clip = (struct clip){silent_frames, 3 * word_number(w)};
	if (word->clip.count * 9 > sizeof(silent_frames))
		fail(r, "so long a recording there is not");
	world_hold_recording(r);
}

static tick_t duration(struct run *r, const char *text)
{
	char *unit;
	tick_t n = strtoll(text, &unit, 10);

	if (strcmp(unit, "s") != 0 && strcmp(unit, "m") != 0)
		fail(r, "\"%s\" is no time", text);
	return n * (*unit == 'm' ? TICK_MINUTE : TICK_SECOND);
}

/* "ID" or "ADDRESS", and for how long: "2345678 10m". */
static void read_block(struct words *w, struct command *c)
{
	const char *text = word_next(w);
	size_t len = strcspn(text, " ");

	if (!block_target_parse(text, len, &c->block.target))
		fail(w->run, "\"%s\" is no id or address", text);
	if (text[len])
		c->block.ms = duration(w->run, text + len + 1);
}

static void read_peer(struct words *w, struct command *c)
{
	char order[16];

	if (sscanf(word_next(w), "%31s %15s", c->peer.name, order) != 2)
		fail(w->run, "order peer \"NAME stun|clear|reset\"");
	while (c->peer.order < PEER_ORDERS && strcmp(peer_order_name(c->peer.order), order) != 0)
		c->peer.order++;
	if (c->peer.order == PEER_ORDERS)
		fail(w->run, "stun, clear or reset?");
}

static void read_link(struct words *w, struct command *c)
{
	c->link.client = word_number(w);
	c->link.slot = (uint8_t)word_number(w);
	c->link.tg = word_number(w);
}

static void read_default(struct words *w, struct command *c)
{
	c->reflector.client = word_number(w);
	c->reflector.tg = word_number(w);
}

static void read_options(struct words *w, struct command *c)
{
	c->options.client = word_number(w);
	text_copy(c->options.text, sizeof(c->options.text), word_next(w));
}

static void read_care(struct words *w, struct command *c)
{
	c->care.client = word_number(w);
	text_copy(c->care.text, sizeof(c->care.text), word_next(w));
}

static void read_why(struct words *w, struct command *c)
{
	c->why.id = word_number(w);
}

/* The stream of a call that the reporter knows. */
static void read_call(struct words *w, struct command *c)
{
	struct run *r = w->run;
	uint32_t stream = (uint32_t)strtoul(word_next(w), NULL, 16);

	for (size_t i = 0; i < r->record_count; i++) {
		const struct record *x = &r->records[i];
		if (x->kind == RECORD_CALL && x->call.stream == stream)
			c->call = (struct call_key){x->call.origin, stream, x->call.generation};
	}
}

static void read_quenches(struct words *w, struct command *c)
{
	if (*w->at)
		text_copy(c->quenches.peer, sizeof(c->quenches.peer), word_next(w));
}

static void read_restore(struct words *w, struct command *c)
{
	char mode[16];
	unsigned conference, seconds;

	c->restore.client = word_number(w);
	c->restore.slot = (uint8_t)word_number(w);
	c->restore.tg = word_number(w);
	if (sscanf(word_next(w), "%15s %u %u", mode, &conference, &seconds) != 3)
		fail(w->run, "order restore ID SLOT TG \"user|dial CONFERENCE SECONDS\"");
	for (int i = 0; i <= SUBSCRIPTION_DIAL; i++)
		if (strcmp(subscription_mode_name((enum subscription_mode)i), mode) == 0)
			c->restore.mode = (enum subscription_mode)i;
	c->restore.conference = conference;
	c->restore.seconds = seconds;
}

static void read_locate(struct words *w, struct command *c)
{
	c->locate.client = word_number(w);
	c->locate.slot = (uint8_t)word_number(w);
	c->locate.radio = word_number(w);
	c->locate.seconds = word_number(w);
}

static void read_neighbour(struct words *w, struct command *c)
{
	text_copy(c->neighbour.name, sizeof(c->neighbour.name), word_next(w));
	c->neighbour.at = word_addr(w);
	c->neighbour.stunned = word_take(w, "stunned");
}

static void read_alias(struct words *w, struct command *c)
{
	c->alias.origin = source_from_number(word_number(w));
	c->alias.stream = (uint32_t)strtoul(word_next(w), NULL, 16);
	text_copy(c->alias.text, sizeof(c->alias.text), word_next(w));
}

/* The session that was judged is the one at the client's address, unless another is given. */
static struct addr read_at(struct words *w, uint32_t client)
{
	return word_take(w, "at") ? word_addr(w) : client_of(w->run, client)->addr;
}

static void read_refuse(struct words *w, struct command *c)
{
	c->refuse.client = word_number(w);
	c->refuse.why = word_take(w, "callsign") ? UNREGISTERED_CALLSIGN : UNREGISTERED_ID;
	c->refuse.at = read_at(w, c->refuse.client);
}

static void read_admit(struct words *w, struct command *c)
{
	c->admit.client = word_number(w);
	c->admit.at = read_at(w, c->admit.client);
}

/* order link|unlink ID SLOT TG, order default ID TG, order options ID "..." */
static void do_order(struct run *r, struct words *w)
{
	static void (*const readers[COMMAND_KINDS])(struct words * w, struct command * c) = {
		[COMMAND_LINK] = read_link,       [COMMAND_UNLINK] = read_link,
		[COMMAND_DEFAULT] = read_default, [COMMAND_OPTIONS] = read_options,
		[COMMAND_WHY] = read_why,         [COMMAND_PEER] = read_peer,
		[COMMAND_CALL] = read_call,       [COMMAND_QUENCHES] = read_quenches,
		[COMMAND_BLOCK] = read_block,     [COMMAND_UNBLOCK] = read_block,
		[COMMAND_RESTORE] = read_restore, [COMMAND_LOCATE] = read_locate,
		[COMMAND_CARE] = read_care,       [COMMAND_NEIGHBOUR] = read_neighbour,
		[COMMAND_ALIAS] = read_alias,     [COMMAND_REFUSE] = read_refuse,
		[COMMAND_ADMIT] = read_admit,
	};
	struct command c = {.kind = 0};

	while (c.kind < COMMAND_KINDS &&
	       !(readers[c.kind] && word_take(w, command_info(c.kind)->name)))
		c.kind++;
	if (c.kind == COMMAND_KINDS)
		fail(r, "order link|unlink|default|options|why ID ..., peer \"NAME stun\"");
	readers[c.kind](w, &c);
	world_command(r, c);
}

static void do_stop(struct run *r, struct words *w)
{
	(void)w;
	for (size_t i = 0; i < r->client_count; i++)
		r->clients[i].pings = false;
	world_step(r, &(struct event){.kind = EVENT_STOP});
}

static void do_restart(struct run *r, struct words *w)
{
	(void)w;
	world_core_start(r);
	r->record_count = r->record_at = 0;
	for (size_t i = 0; i < r->client_count; i++)
		memset(r->clients[i].slot, 0, sizeof(r->clients[i].slot));
}

static void do_jumps(struct run *r, struct words *w)
{
	(void)w;
	r->jumps = true;
}

void event_frame(struct run *r, const struct step *s)
{
	if (s->client >= PEER_ID) {
		peer_frame(r, s);
		return;
	}
	struct client *c = client_of(r, s->client);
	struct addr from = s->from.port ? s->from : c->addr;
	r->in = s->honest && s->len == JUDGE_FRAME_LEN ? s->frame : NULL;
	world_datagram(r, s->frame, s->len, from, c->listener);
	r->in = NULL;
}

bool event_statement(struct words *w)
{
	static const struct {
		const char *word;
		void (*perform)(struct run *, struct words *);
	} verbs[] = {
		{"login", do_login},         {"logins", do_logins},
		{"challenge", do_challenge}, {"answer", do_answer},
		{"configure", do_configure}, {"options", do_options},
		{"send", do_send},           {"kick", do_kick},
		{"order", do_order},         {"peer", do_peer},
		{"clock", do_clock},         {"name", do_name},
		{"recording", do_recording}, {"stop", do_stop},
		{"restart", do_restart},     {"sequence-may-jump", do_jumps},
	};
	for (size_t i = 0; i < ARRAY_LEN(verbs); i++) {
		if (word_take(w, verbs[i].word)) {
			verbs[i].perform(w->run, w);
			return true;
		}
	}
	if (!words_number(*w->at))
		return false;
	do_client(w->run, w);
	return true;
}
