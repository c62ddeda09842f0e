/*
 * A core goes to another binary as octets: the new one knows all that the old one knew, and
 * goes on as if nothing had happened; what it does not know it refuses.
 */
#include "harness/t.h"
#include "core/telling/handover.h"
#include "hotspot/talk.h"
#include "unit/core/world.h"

#define ROOM (64u << 20)
#define CLIENTS 6u
#define FIRST 234500001u
#define LISTENER(name, port)                                                                       \
	"[listener " name "]\nbind = 192.0.2.1:" port "\npassphrase = " WORLD_PASSPHRASE           \
	"\nstatic-2 = 91\nprivate-calls = yes\n"
#define PEER(name, host)                                                                           \
	"[peer " name "]\nbind = 192.0.2.1:62044\ntarget = 10.0." host                             \
	".1:62044\npassphrase = kilo tango\nremote-id = 234" host "\n"
#define UPLINK                                                                                     \
	"[uplink up]\ntarget = 10.0.9.1:62031\nid = 2345007\npassphrase = x\nmap = 2:92 = 92\n"
#define SERVER "[server]\nid = 2345\n"
#define SIZES                                                                                      \
	"[limits]\nsessions = 20\nsubscriptions = 100\nstreams = 32\nlocations = 16\npeers = 4\n"

static struct world w, twin;
static struct talk talk;
static unsigned char octets[ROOM];
static size_t len;

static void say_from(struct world *into, unsigned n, const struct hbp_burst *b)
{
	uint8_t bytes[HBP_BURST_LEN];
	struct wr out = wr_make(bytes, sizeof(bytes));
	struct endpoint at = world_endpoint((uint8_t)(n + 1), 62031);
	struct hbp_burst own = *b;

	own.client = FIRST + n;
	hbp_write_burst(&out, &own);
	world_datagram(into, &at, bytes, wr_len(&out));
}

static void say(struct world *into, const struct hbp_burst *b)
{
	say_from(into, 0, b);
	world_sleep(into, 60);
}

static void both(const struct hbp_burst *b)
{
	say(&w, b);
	say(&twin, b);
	actions_empty(&w.actions);
	actions_empty(&twin.actions);
}

static void voice(unsigned frames)
{
	static const uint8_t ambe[TALK_AMBE_LEN];

	for (unsigned i = 0; i < frames; i++) {
		struct hbp_burst b = talk_voice(&talk, ambe);
		both(&b);
	}
}

static void order(struct world *into, const struct command *c)
{
	world_step(into, &(struct event){.kind = EVENT_COMMAND, .command = c});
	actions_empty(&into->actions);
}

static void options(struct world *into, unsigned n, const char *text)
{
	uint8_t bytes[64];
	struct wr out = wr_make(bytes, sizeof(bytes));
	struct endpoint at = world_endpoint((uint8_t)(n + 1), 62031);

	hbp_write_options(&out, FIRST + n, text, strlen(text));
	world_datagram(into, &at, bytes, wr_len(&out));
}

static void populate(struct world *into, const char *conf)
{
	const struct command block = {
		.kind = COMMAND_BLOCK, .number = 1, .block = {.target = {.id = 2345999}}};

	world_open(into, conf, 1);
	for (unsigned n = 0; n < CLIENTS; n++) {
		struct endpoint at = world_endpoint((uint8_t)(n + 1), 62031);
		if (!world_login(into, &at, FIRST + n, '3'))
			t_fail(__FILE__, __LINE__, "no login");
	}
	options(into, 1, "TS1=93,94;TS2=91,95");
	options(into, 2, "DIAL=235;TS2=91");
	actions_empty(&into->actions);
	order(into, &block);
	order(into, &(struct command){.kind = COMMAND_LINK,
	                              .number = 2,
	                              .link = {.client = FIRST + 3, .slot = 2, .tg = 777}});
}

static struct hbp_burst header_of(struct talk *t, uint32_t src, uint32_t dst, uint32_t stream,
                                  bool unit)
{
	*t = (struct talk){.next = {.src = src,
	                            .dst = dst,
	                            .client = FIRST,
	                            .slot = 2,
	                            .unit = unit,
	                            .stream = stream}};
	talk_code(t);
	return talk_lc(t, DMR_VOICE_HEADER);
}

/* A call that has ended, one that was keyed, a command and its answer, and one that goes on. */
static void begin_with(const char *before, const char *conf)
{
	populate(&w, before);
	populate(&twin, conf);
	struct hbp_burst b = header_of(&talk, 2345001, 91, 5, false);
	both(&b);
	voice(8);
	b = talk_lc(&talk, DMR_TERMINATOR);
	both(&b);
	struct talk other;
	struct hbp_burst dial = header_of(&other, 2345003, 5000, 6, true),
			 end = talk_lc(&other, DMR_TERMINATOR);
	for (int i = 0; i < 2; i++) {
		say_from(&w, 4, i ? &end : &dial);
		say_from(&twin, 4, i ? &end : &dial);
	}
	b = header_of(&talk, 2345001, 91, 7, false);
	both(&b);
	voice(20);
}

static void begin(void)
{
	static const char conf[] =
		SERVER LISTENER("l", "62031") PEER("a", "7") PEER("b", "8") UPLINK SIZES;

	begin_with(conf, conf);
}

static void end(void)
{
	world_close(&w);
	world_close(&twin);
}

/* The binary after, with a configuration of its own. */
static const char *take_over(const char *conf, uint32_t *left)
{
	struct world next;
	struct arena room = {.block = NULL};

	len = core_hand_over(w.core, octets, sizeof(octets));
	world_open(&next, conf, 2);
	next.now = w.now;
	const char *fault = core_take_over(next.core, octets, len, &room, left);
	arena_release(&room);
	world_close(&w);
	w = next;
	/* the address of the configuration, and what points to it */
	world_step(&w, &(struct event){.kind = EVENT_CONF, .conf = &w.conf});
	world_step(&twin, &(struct event){.kind = EVENT_CONF, .conf = &twin.conf});
	return fault ? fault : "";
}

static void same_actions(void)
{
	T_CHECK(world_same_sends(&w, &twin));
	actions_empty(&w.actions);
	actions_empty(&twin.actions);
}

/* Rows as others see them, in any order. */
static void rows_of(const struct core *core, uint64_t *sum, unsigned *count)
{
	static const enum kind shown[] = {KIND_SESSION, KIND_SUBSCRIPTION, KIND_STREAM,
	                                  KIND_PEER,    KIND_UPLINK,       KIND_BLOCK};

	*sum = *count = 0;
	for (size_t i = 0; i < ARRAY_LEN(shown); i++)
		POOL_EACH(const void *, row, kind_pool(core, shown[i])) {
			struct record r = {.kind = RECORD_KINDS};
			uint8_t bytes[RECORD_MAX];
			struct wr out = wr_make(bytes, sizeof(bytes));
			if (!kinds[shown[i]].show(core, 0, row, &r))
				continue;
			record_write(&out, &r);
			*sum += siphash((struct siphash_key){1, 2}, bytes, wr_len(&out));
			++*count;
		}
}

static void same_rows(void)
{
	uint64_t a, b;
	unsigned m, n;

	rows_of(w.core, &a, &m);
	rows_of(twin.core, &b, &n);
	T_EQUAL(m, n);
	T_CHECK(m > 20);
	T_EQUAL(a, b);
}

static void go_on(void)
{
	static const uint8_t ambe[TALK_AMBE_LEN];

	for (unsigned i = 0; i < 10; i++) {
		struct hbp_burst b = talk_voice(&talk, ambe);
		say(&w, &b);
		say(&twin, &b);
	}
	struct hbp_burst last = talk_lc(&talk, DMR_TERMINATOR);
	say(&w, &last);
	say(&twin, &last);
	same_actions();
	for (unsigned i = 0; i < 30; i++) { /* all that runs out, runs out in both */
		world_sleep(&w, 10 * TICK_SECOND);
		world_sleep(&twin, 10 * TICK_SECOND);
		actions_empty(&w.actions);
		actions_empty(&twin.actions);
		T_EQUAL(core_sessions(w.core), core_sessions(twin.core));
	}
	T_CHECK(core_check(w.core) == NULL);
}

/* Where each call goes, and who speaks in each conference. */
static void same_calls(void)
{
	unsigned calls = 0, speakers = 0;

	POOL_EACH(const struct stream *, x, &twin.core->streams.pool) {
		struct stream_key key = stream_key_of(x);
		const struct stream *y = stream_find(&w.core->streams, &key);
		T_CHECK(y && y->peer == x->peer && y->src == x->src && y->state == x->state);
		T_EQUAL(y->listeners, x->listeners);
		calls++;
	}
	POOL_EACH(const struct conference *, c, &twin.core->subscriptions.conferences) {
		const struct conference *d = conference_find(&w.core->subscriptions, c->tg);
		T_CHECK(d && d->count == c->count && d->streams == c->streams);
		const struct stream *x = stream_get(&twin.core->streams, c->speaker),
				    *y = stream_get(&w.core->streams, d->speaker);
		T_CHECK(!x == !y && (!x || x->id == y->id));
		speakers += x != NULL;
	}
	T_CHECK(calls > 1 && speakers > 0);
}

T_CASE(who_takes_over_goes_on_as_if_nothing_had_happened)
{
	static const char conf[] =
		SERVER LISTENER("l", "62031") PEER("a", "7") PEER("b", "8") UPLINK SIZES;
	uint32_t left = 99;

	begin();
	T_TEXT(take_over(conf, &left), "");
	T_CHECK(len > 10000);
	T_EQUAL(left, 0);
	same_rows();
	same_calls();
	T_EQUAL(w.core->locations.used, twin.core->locations.used);
	T_EQUAL(w.core->claims.used, twin.core->claims.used);
	T_EQUAL(w.core->streams.tombstone_count, twin.core->streams.tombstone_count);
	T_EQUAL(w.core->players.pool.used, twin.core->players.pool.used);
	T_CHECK(w.core->players.pool.used > 0);
	T_EQUAL(w.core->decisions.count, twin.core->decisions.count);
	for (uint32_t i = 0; i < w.core->decisions.count; i++)
		T_TEXT(decision_at(&w.core->decisions, i)->words,
		       decision_at(&twin.core->decisions, i)->words);
	for (uint32_t i = 0; i < w.core->words.used; i++)
		for (uint32_t k = 0; k < i; k++)
			T_CHECK(strcmp(w.core->words.rows[i], w.core->words.rows[k]) != 0);
	for (enum counter i = 0; i < COUNT_COUNTERS; i++)
		T_EQUAL(w.core->counter[i], twin.core->counter[i]);
	go_on();
	end();
}

/* Other sizes, sections in another order, more of them. */
T_CASE(another_configuration_is_no_obstacle)
{
	static const char conf[] =
		SERVER LISTENER("m", "62032") LISTENER("l", "62031") PEER("c", "6") PEER("b", "8")
			PEER("a", "7") UPLINK "[limits]\nsessions = 6\nsubscriptions = 33\nstreams "
					      "= 17\nlocations = 20\npeers = 3\n";
	uint32_t left = 99;

	begin();
	T_TEXT(take_over(conf, &left), "");
	T_EQUAL(left, 0);
	T_EQUAL(core_sessions(w.core), CLIENTS + 1);
	T_EQUAL(session_find(&w.core->sessions, FIRST)->at.socket, 1);
	end();
}

#define KEYED(passphrase)                                                                          \
	SERVER LISTENER("l", "62031") "[peer a]\nbind = 192.0.2.1:62044\ntarget = "                \
				      "10.0.7.1:62044\npassphrase = " passphrase                   \
				      "\nremote-id = 2347\n" SIZES

static void take_conf(const char *text)
{
	static struct conf changed;

	arena_release(&changed.arena);
	T_EQUAL(conf_parse(text, strlen(text), "changed", &changed, NULL, NULL), 0);
	world_step(&w, &(struct event){.kind = EVENT_CONF, .conf = &changed});
	actions_empty(&w.actions);
}

/* Signed with that, a keepalive is taken; the neighbour has used it then. */
static bool is_taken(const char *passphrase)
{
	const struct obp_key key = obp_key_make(passphrase, false);
	struct peer *p = peer_at(&w.core->peers, 0);
	uint8_t bytes[64];
	struct wr out = wr_make(bytes, sizeof(bytes));
	struct obp_message m;
	const char *reason;

	obp_write_keepalive(&out, &key);
	if (obp_parse(bytes, wr_len(&out), &m, &reason) != PARSE_OK ||
	    !peer_is_authentic(p, w.now, bytes, wr_len(&out), &m))
		return false;
	if (peer_signs_anew(p, bytes, wr_len(&out), &m))
		peer_take_key(p);
	return true;
}

/* In either half of a renewal: before the neighbour has used the new key, and after. */
T_CASE(both_keys_of_a_renewal_go_on)
{
	for (int used = 0; used < 2; used++) {
		uint32_t left;
		populate(&w, KEYED("first key"));
		populate(&twin, KEYED("first key"));
		take_conf(KEYED("second key"));
		if (used)
			T_CHECK(is_taken("second key"));
		w.now += ADMISSION_GRACE / 2;
		T_TEXT(take_over(KEYED("second key"), &left), "");
		T_CHECK(is_taken("first key") && !is_taken("no key"));
		T_CHECK(is_taken("second key") && is_taken("first key"));
		w.now += ADMISSION_GRACE / 2;
		T_CHECK(!is_taken("first key") && is_taken("second key"));
		T_CHECK(core_check(w.core) == NULL);
		end();
	}
}

/* Changed together with the binary. */
T_CASE(another_key_begins_a_renewal)
{
	uint32_t left;

	populate(&w, KEYED("first key"));
	populate(&twin, KEYED("first key"));
	T_TEXT(take_over(KEYED("second key"), &left), "");
	T_CHECK(is_taken("first key") && is_taken("second key") && is_taken("first key"));
	w.now += ADMISSION_GRACE;
	T_CHECK(!is_taken("first key") && is_taken("second key"));
	end();
}

/* A keepalive and a frame, signed with that. */
static void sign(const struct obp_key *key)
{
	const struct obp_burst burst = {.source_server = 2345, .hops = 1};
	uint8_t bytes[2 * OBP_DATAGRAM_MAX];
	struct wr out = wr_make(bytes, sizeof(bytes));

	obp_write_keepalive(&out, key);
	obp_write_v5(&out, key, &burst, 1);
	T_EQUAL(wr_len(&out), 24 + 89);
}

/* Its lengths are not the secret: whatever they came as, they are those of every key. */
T_CASE(a_broken_key_is_a_wrong_key_and_no_more)
{
	for (int i = 0; i < 14; i++) {
		uint32_t left;
		populate(&w, KEYED("first key"));
		populate(&twin, KEYED("first key"));
		take_conf(KEYED("second key"));
		struct peer *p = peer_at(&w.core->peers, 0);
		struct obp_key *key = i % 2 ? &p->key : &p->admission.other;
		size_t *const lengths[] = {&key->hmac.inner.digest_len, &key->hmac.outer.digest_len,
		                           &key->blake2b.filled, &key->blake2b.digest_len};
		uint64_t *const totals[] = {&key->hmac.inner.total, &key->hmac.outer.total,
		                            &key->blake2b.total};
		if (i / 2 < 4)
			*lengths[i / 2] = 100000;
		else
			*totals[i / 2 - 4] = 77;
		T_TEXT(take_over(KEYED("second key"), &left), "");
		p = peer_at(&w.core->peers, 0);
		sign(&p->key);
		sign(&p->admission.other);
		T_CHECK(is_taken("first key") && is_taken("second key") && !is_taken("no key"));
		end();
	}
}

/* Sections that are gone lose their rows, and no others do. */
T_CASE(what_has_no_place_is_left)
{
	static const char less[] = SERVER LISTENER("l", "62031")
		PEER("b", "8") "[limits]\nsessions = 3\nsubscriptions = 5\nstreams = 16\nlocations "
			       "= 16\npeers = 1\n";
	static const char none[] = SERVER LISTENER("other", "62031") SIZES;
	uint32_t left = 0;

	begin();
	T_TEXT(take_over(less, &left), "");
	/* a link, an uplink and its session, other sessions, subscriptions */
	T_EQUAL(left, 1 + 2 + 3 + 8);
	T_EQUAL(core_sessions(w.core), 3);
	end();
	begin();
	T_TEXT(take_over(none, &left), "");
	T_EQUAL(left, 2 + 2 + 6 + 12);
	T_EQUAL(core_sessions(w.core), 0);
	world_sleep(&w, 2 * TICK_SECOND); /* an answer ends with the session it was for */
	T_EQUAL(core_calls(w.core), 0);
	end();
}

/* One octet of the head at a time, and every length. */
T_CASE(what_is_not_known_is_refused)
{
	static const char conf[] =
		SERVER LISTENER("l", "62031") PEER("a", "7") PEER("b", "8") UPLINK SIZES;
	struct arena room = {.block = NULL};
	uint32_t left;

	begin();
	len = core_handover_head(octets, sizeof(octets));
	T_CHECK(core_reads_handover(octets, len) == NULL);
	for (size_t i = 0; i + 1 < len; i++) {
		if (i >= HANDOVER_COUNT_AT && i < HANDOVER_COUNT_AT + 4)
			continue;
		octets[i] ^= 0x55;
		if (!core_reads_handover(octets, len))
			t_fail(__FILE__, __LINE__, "octet %zu", i);
		octets[i] ^= 0x55;
		T_CHECK(core_reads_handover(octets, i) != NULL);
	}
	len = core_hand_over(w.core, octets, sizeof(octets));
	for (size_t cut = len; cut > 0; cut = cut > 5000 ? cut - 4999 : cut - 1) {
		world_close(&twin);
		world_open(&twin, conf, 3);
		T_CHECK(core_take_over(twin.core, octets, cut - 1, &room, &left) != NULL);
		arena_release(&room);
		cut = cut < 4999 ? 1 : cut;
	}
	end();
}

/* Whatever is wrong in the rows, it is refused or left; nothing is led astray. */
T_CASE(rubbish_is_survived)
{
	static const char conf[] =
		SERVER LISTENER("l", "62031") PEER("a", "7") PEER("b", "8") UPLINK SIZES;
	struct arena room = {.block = NULL};
	uint64_t random = 1;
	uint32_t left;

	begin();
	len = core_hand_over(w.core, octets, sizeof(octets));
	for (unsigned run = 0; run < 100; run++) {
		world_close(&twin);
		world_open(&twin, conf, 3);
		size_t at = world_random(&random) % len;
		unsigned char was = octets[at];
		octets[at] = (uint8_t)world_random(&random);
		(void)core_take_over(twin.core, octets, len, &room, &left);
		arena_release(&room);
		octets[at] = was;
	}
	end();
}

static unsigned gap_before(const struct carried_info *info, size_t n, size_t end)
{
	return n < info->field_count ? info->fields[n].offset - (unsigned)end
	                             : (unsigned)(info->row_size - end);
}

/* As those that are mostly zeros are written. */
T_CASE(long_fields_are_of_whole_numbers)
{
	unsigned found = 0;

	for (enum carried_set set = 0; set < CARRIED_SETS; set++)
		for (size_t n = 0; n < carried_sets[set].field_count; n++) {
			const struct carried_field *f = &carried_sets[set].fields[n];
			if (f->type != CARRIED_RAW || f->size < CARRIED_LONG)
				continue;
			T_EQUAL(f->size % sizeof(uint64_t), 0);
			found++;
		}
	T_CHECK(found > 0);
}

/* Each octet of a row is carried, or listed as rebuilt, or is padding. */
T_CASE(no_field_is_forgotten)
{
	for (enum carried_set set = 0; set < CARRIED_SETS; set++) {
		const struct carried_info *info = &carried_sets[set];
		size_t at = 0;
		for (size_t n = 0; n <= info->field_count; n++) {
			if (gap_before(info, n, at) > 7)
				t_fail(__FILE__, __LINE__, "%s: a gap of %u before its field %zu",
				       info->name, gap_before(info, n, at), n);
			if (n < info->field_count)
				at = info->fields[n].offset + info->fields[n].size;
		}
	}
}

#define EVERYTHING                                                                                 \
	SERVER LISTENER("l", "62031") PEER("a", "7") PEER("b", "8") UPLINK SIZES                   \
		"[announcement news]\nrecording = 9991\nevery = 1h\n"

#define FRAMES 120u /* of voice: 40 bursts */

static uint8_t frames[FRAMES * AMBE_FRAME_LEN];
static const struct audio_word word = {
	.language = "en_GB", .name = "9991", .clip = {frames, FRAMES}};

static void load_voice(struct world *into)
{
	static struct conf confs[2];
	struct conf *conf = &confs[into == &twin];

	*conf = *into->core->conf;
	conf->listener[0].voice = (struct audio){.words = &word, .count = 1};
	world_step(into, &(struct event){.kind = EVENT_CONF, .conf = conf});
	actions_empty(&into->actions);
}

static void both_from(unsigned n, const struct hbp_burst *b)
{
	say_from(&w, n, b);
	say_from(&twin, n, b);
}

static void from_peer(struct world *into, const void *bytes, size_t octets_len)
{
	struct endpoint at = world_endpoint(7, 62044);

	at.socket = CONF_PEER_SOCKETS;
	world_datagram(into, &at, bytes, octets_len);
}

/* What the neighbour does not want, and where it has a radio. */
static void hear_peer(struct world *into)
{
	const struct obp_key key = obp_key_make("kilo tango", false);
	uint8_t bytes[OBP_DATAGRAM_MAX];
	struct wr out = wr_make(bytes, sizeof(bytes));
	struct talk t;
	struct obp_burst burst = {.source_server = 2347, .hops = 1};

	obp_write_quench(&out, &key, 91, 7);
	from_peer(into, bytes, wr_len(&out));
	burst.frame = header_of(&t, 2347001, 3100, 0x77, false);
	burst.frame.client = 2347;
	burst.frame.slot = 1;
	out = wr_make(bytes, sizeof(bytes));
	obp_write_v5(&out, &key, &burst, UINT64_C(1800000000000000000));
	from_peer(into, bytes, wr_len(&out));
}

/* A recording that is played, an echo that is being recorded, one that is being played, data on its
 * way to a neighbour, and what a neighbour does not want to hear. */
static void begin_busy(void)
{
	static const uint8_t ambe[TALK_AMBE_LEN];
	struct talk echo[2], to;

	begin_with(EVERYTHING, EVERYTHING);
	w.wall_ns = twin.wall_ns = UINT64_C(1800000000000000000);
	load_voice(&w);
	load_voice(&twin);
	hear_peer(&w);
	hear_peer(&twin);
	for (unsigned k = 0; k < 2; k++) {
		struct hbp_burst b = header_of(&echo[k], 2345001 + 3 + k, 9990, 20 + k, false);
		both_from(3 + k, &b);
		for (unsigned i = 0; i < 40; i++) {
			b = talk_voice(&echo[k], ambe);
			both_from(3 + k, &b);
		}
		b = talk_lc(&echo[k], DMR_TERMINATOR);
		if (k == 0)
			both_from(3, &b);
	}
	struct hbp_burst b = header_of(&to, 2345006, 9991, 30, false);
	both_from(5, &b);
	b = talk_lc(&to, DMR_TERMINATOR);
	both_from(5, &b);
	world_sleep(&w, 1500);
	world_sleep(&twin, 1500);
	b = header_of(&to, 2345002, 2347001, 40, true);
	b = talk_lc(&to, DMR_CSBK);
	both_from(1, &b);
	actions_empty(&w.actions);
	actions_empty(&twin.actions);
}

static const struct stream *to_radio(const struct world *of)
{
	POOL_EACH(const struct stream *, x, &of->core->streams.pool)
		if (x->dst == 2347001)
			return x;
	return NULL;
}

static struct player *clip_player(void)
{
	POOL_EACH(struct player *, p, &w.core->players.pool)
		if (p->kind == PLAY_CLIPS)
			return p;
	return NULL;
}

T_CASE(what_is_played_recorded_and_held_goes_on)
{
	uint32_t left = 99;

	begin_busy();
	T_EQUAL(w.core->players.recordings.used, 2);
	T_CHECK(clip_player() != NULL);
	T_CHECK(to_radio(&w) && to_radio(&w)->peer == 0);
	T_TEXT(take_over(EVERYTHING, &left), "");
	load_voice(&w);
	load_voice(&twin);
	T_EQUAL(left, 0);
	same_rows();
	T_EQUAL(w.core->players.recordings.used, 2);
	T_EQUAL(w.core->announcements.pool.used, 1);
	T_CHECK(to_radio(&w) && to_radio(&w)->peer == 0);
	unsigned held = 0;
	for (uint32_t i = 0; i < QUENCHES_PER_PEER; i++) {
		const struct quench *a = quench_at(&w.core->quenches, 0, i),
				    *b = quench_at(&twin.core->quenches, 0, i);
		T_CHECK(!a == !b && (!a || quench_stream(a) == quench_stream(b)));
		held += a != NULL;
	}
	T_CHECK(held > 0);
	world_sleep(&w, 3 * TICK_SECOND);
	world_sleep(&twin, 3 * TICK_SECOND);
	same_actions();
	end();
}

/* The words it plays are not there, nor is the neighbour: it ends, the data goes to nobody else. */
T_CASE(what_was_played_ends_where_its_words_are_missing)
{
	uint32_t left;

	begin_busy();
	T_TEXT(take_over(SERVER LISTENER("l", "62031") PEER("b", "8") SIZES, &left), "");
	T_CHECK(to_radio(&w) && to_radio(&w)->peer == PEER_NONE);
	T_CHECK(clip_player() && clip_player()->clips[0].frames == NULL);
	world_sleep(&w, 10 * TICK_SECOND);
	T_CHECK(core_check(w.core) == NULL);
	end();
}

/* A reload has brought other voice files, and it still plays one of before. */
T_CASE(a_clip_without_a_name_is_carried_as_none)
{
	static const uint8_t old[27];
	uint32_t left;

	begin_busy();
	T_CHECK(clip_player() != NULL);
	clip_player()->clips[0].frames = old;
	T_TEXT(take_over(EVERYTHING, &left), "");
	T_EQUAL(left, 0);
	T_CHECK(clip_player() && clip_player()->clips[0].frames == NULL);
	end();
}

static uint64_t rows_there_can_be(const struct core *core, enum carried_set set)
{
	if (set < CARRIED_POOLS)
		return kind_pool(core, carried_sets[set].kind)->capacity;
	return set == CARRIED_CONFERENCE  ? core->subscriptions.conferences.capacity
	       : set == CARRIED_TOMBSTONE ? core->streams.pool.capacity
	       : set == CARRIED_CLAIM     ? core->claims.capacity
	       : set == CARRIED_QUENCH    ? core->peers.pool.capacity * QUENCHES_PER_PEER
	       : set == CARRIED_LOCATION  ? core->locations.capacity
	       : set == CARRIED_DECISION  ? DECISIONS
	                                  : COUNT_COUNTERS;
}

/* With kind, index, generation, section and binding before its fields. */
static uint64_t octets_of_a_row(enum carried_set set)
{
	uint64_t size = 1 + 4 + 4 + HANDOVER_NAME_MAX + 8;

	for (uint32_t i = 0; i < carried_sets[set].field_count; i++)
		size += carried_sets[set].fields[i].size;
	return size;
}

T_CASE(there_is_room_for_all_rows_there_can_be)
{
	static const char *const limits[] = {"sessions = 20000", "subscriptions = 100000",
	                                     "streams = 10000", "locations = 200000", "peers = 60"};

	for (size_t i = 0; i < ARRAY_LEN(limits); i++) {
		char conf[400];
		uint64_t need = 0;
		snprintf(conf, sizeof(conf), SERVER LISTENER("l", "62031") "[limits]\n%s\n",
		         limits[i]);
		world_open(&w, conf, 1);
		for (enum carried_set set = 0; set < CARRIED_SETS; set++)
			need += rows_there_can_be(w.core, set) * octets_of_a_row(set);
		uint64_t room = core_handover_size(&w.conf);
		if (room < need || room > 3 * need)
			t_fail(__FILE__, __LINE__, "%s: %llu octets for %llu", limits[i],
			       (unsigned long long)room, (unsigned long long)need);
		world_close(&w);
	}
}

static struct subscription *keyed(unsigned n, uint32_t tg)
{
	return subscription_find(&w.core->subscriptions, session_find(&w.core->sessions, FIRST + n),
	                         2, tg);
}

/* A core that was broken is left behind with what is broken in it. */
T_CASE(rows_that_make_no_sense_are_left)
{
	uint32_t left = 0;

	begin();
	keyed(1, 95)->slot = 7;
	keyed(1, 91)->slot = 0;
	keyed(3, 777)->rf_tg = 91;
	session_find(&w.core->sessions, FIRST + 5)->source.kind = 77;
	struct stream *first =
		stream_get(&w.core->streams, session_find(&w.core->sessions, FIRST)->slot[1].talk);
	T_CHECK(first && first->src == 2345001);
	POOL_EACH(struct stream *, x, &w.core->streams.pool)
		if (x != first) { /* the same call twice */
			x->origin = first->origin;
			x->session = first->session;
			x->id = first->id;
			x->dst = first->dst;
			x->slot = first->slot;
			x->unit = first->unit;
			x->data = first->data;
		}
	(void)take_over(SERVER LISTENER("l", "62031") PEER("a", "7") PEER("b", "8") UPLINK SIZES,
	                &left);
	T_CHECK(left >= 4);
	T_CHECK(!session_find(&w.core->sessions, FIRST + 5));
	T_EQUAL(core_sessions(w.core), CLIENTS);
	world_step(&w, &(struct event){.kind = EVENT_MEND, .all = true});
	T_CHECK(core_check(w.core) == NULL);
	end();
}

/* Rings that have gone round, words of any number and length. */
T_CASE(the_oldest_of_a_ring_stays_the_oldest)
{
	static char words[WORDS_ROWS + 20][2 * HANDOVER_NAME_MAX];
	static const char conf[] =
		SERVER LISTENER("l", "62031") PEER("a", "7") PEER("b", "8") UPLINK SIZES;
	uint32_t left;

	begin();
	for (unsigned i = 0; i < 50; i++) {
		struct talk t;
		struct hbp_burst b = header_of(&t, 2345003, 91, 100 + i, false);
		both_from(2, &b);
		b = talk_lc(&t, DMR_TERMINATOR);
		both_from(2, &b);
		w.now = twin.now += TICK_SECOND;
	}
	actions_empty(&w.actions);
	actions_empty(&twin.actions);
	T_CHECK(w.core->streams.tombstone_count > w.core->streams.pool.capacity);
	for (unsigned i = 0; i < DECISIONS + 7; i++) {
		char *text = words[i % ARRAY_LEN(words)];
		memset(text, 'x', sizeof(words[0]) - 1);
		snprintf(text, 8, "%07u", i % (unsigned)ARRAY_LEN(words));
		text[7] = '-';
		const struct decision d = {
			.who = source_client(1 + i), .at = (tick_t)i, .words = text};
		decision_restore(&w.core->decisions, &d);
	}
	struct tombstone newest = w.core->streams.tombstones[(w.core->streams.tombstone_count - 1) %
	                                                     w.core->streams.pool.capacity];
	T_TEXT(take_over(conf, &left), "");
	T_EQUAL(w.core->decisions.count, DECISIONS);
	T_EQUAL(decision_at(&w.core->decisions, 0)->who.index, DECISIONS + 7);
	T_EQUAL(decision_at(&w.core->decisions, DECISIONS - 1)->who.index, 8);
	T_EQUAL(strlen(decision_at(&w.core->decisions, DECISIONS - 1)->words),
	        HANDOVER_NAME_MAX - 1);
	T_EQUAL(w.core->words.used, WORDS_ROWS);
	T_EQUAL(w.core->streams.tombstone_count, w.core->streams.pool.capacity);
	T_EQUAL(w.core->streams.tombstones[w.core->streams.tombstone_count - 1].key.id,
	        newest.key.id);
	end();
}

/* The oldest first, so that it is the first to be replaced there. */
T_CASE(rings_are_carried_in_their_order)
{
	union carried row;
	uint32_t at = POOL_NONE;

	begin();
	struct locations *t = &w.core->locations;
	for (uint32_t n = 0; n < t->capacity + 5; n++)
		location_learn(t, 100 + n, source_client(FIRST), 1, w.now);
	T_EQUAL(t->used, t->capacity);
	T_CHECK(t->next > 0);
	for (uint32_t n = 0; n < t->capacity; n++) {
		T_CHECK(carried_next(w.core, CARRIED_LOCATION, &at, &row));
		T_EQUAL(row.location.radio, 105 + n);
	}
	T_CHECK(!carried_next(w.core, CARRIED_LOCATION, &at, &row));
	end();
}

T_CASE(each_counter_is_carried_once)
{
	union carried row;
	uint32_t at = POOL_NONE;

	begin();
	for (enum counter i = 0; i < COUNT_COUNTERS; i++) {
		T_CHECK(carried_next(w.core, CARRIED_COUNTER, &at, &row));
		T_TEXT(row.counter.name, counter_name(i));
		T_EQUAL(row.counter.value, w.core->counter[i]);
	}
	T_CHECK(!carried_next(w.core, CARRIED_COUNTER, &at, &row));
	end();
}

/* As another binary, or whoever made a recording, may call one. */
T_CASE(a_counter_without_a_name_here_is_none)
{
	const char *name = counter_name(0);
	struct arena room = {.block = NULL};
	uint32_t left;
	size_t at = 0, size = strlen(name);

	begin();
	w.core->counter[0] = 12345;
	len = core_hand_over(w.core, octets, sizeof(octets));
	for (size_t i = 0; i + size < len; i++)
		if (memcmp(octets + i, name, size + 1) == 0)
			at = i;
	T_CHECK(at > 0);
	memset(octets + at, 0, size);
	octets[at] = '?';
	world_close(&w);
	world_open(&w, EVERYTHING, 2);
	T_TEXT(core_take_over(w.core, octets, len, &room, &left) ? "refused" : "", "");
	T_EQUAL(w.core->counter[0], 0);
	arena_release(&room);
	end();
}

T_CASE(no_more_is_written_than_there_is_room_for)
{
	begin();
	len = core_hand_over(w.core, octets, sizeof(octets));
	T_CHECK(len > 0 && len <= core_handover_size(&w.conf));
	T_EQUAL(core_hand_over(w.core, octets, len), len);
	T_EQUAL(core_hand_over(w.core, octets, len - 1), 0);
	struct conf larger = w.conf;
	larger.limits.sessions += 1000;
	larger.limits.streams += 1000;
	T_CHECK(core_handover_size(&larger) - core_handover_size(&w.conf) >
	        1000 * (sizeof(struct session) + sizeof(struct stream)));
	end();
}

/* Where the words of what is played are named; the octet before is their number. */
static size_t clips_at(void)
{
	static const char names[] = "\001l\005en_GB\0049991";

	for (size_t i = 1; i + sizeof(names) < len; i++)
		if (memcmp(octets + i, names, sizeof(names) - 1) == 0)
			return i - 1;
	return 0;
}

T_CASE(what_is_played_is_named_where_it_has_a_name)
{
	static const struct audio_word two[] = {
		{.language = "en_GB", .name = "9990", .clip = {frames + AMBE_FRAME_LEN, 1}},
		{.language = "en_GB", .name = "9991", .clip = {frames, FRAMES}}};
	struct conf conf;

	begin_busy();
	conf = *w.core->conf;
	conf.listener[1] = conf.listener[0];
	conf.listener[0].voice = (struct audio){.words = NULL};
	conf.listener[1].voice = (struct audio){.words = two, .count = 2};
	conf.listener_count = 2;
	w.core->conf = &conf;
	len = core_hand_over(w.core, octets, sizeof(octets));
	T_CHECK(clips_at() > 0 && octets[clips_at()] == 1);
	clip_player()->clips[0].frames = frames + 1;
	len = core_hand_over(w.core, octets, sizeof(octets));
	T_EQUAL(clips_at(), 0);
	clip_player()->clip_count = PLAYER_CLIPS + 1;
	clip_player()->clips[0].frames = frames;
	len = core_hand_over(w.core, octets, sizeof(octets));
	T_EQUAL(clips_at(), 0);
	end();
}

/* A name longer than any, a kind of row that was not announced, more words than a player has. */
T_CASE(rows_that_lie_are_refused)
{
	struct arena room = {.block = NULL};
	uint32_t left;

	begin_busy();
	len = core_hand_over(w.core, octets, sizeof(octets));
	size_t at = clips_at();
	T_CHECK(at > 0 && octets[len - 1] == 0);
	for (int i = 0; i < 2; i++) {
		octets[i ? at + 1 : len - 1] = 250;
		world_close(&twin);
		world_open(&twin, EVERYTHING, 3);
		T_TEXT(core_take_over(twin.core, octets, len, &room, &left), "damaged state");
		arena_release(&room);
		octets[i ? at + 1 : len - 1] = i ? 1 : 0;
	}
	/* as many as it has, and one more */
	size_t each = 13, more = PLAYER_CLIPS;
	memmove(octets + at + 1 + more * each, octets + at + 1, len - at - 1);
	for (size_t i = 1; i < more; i++)
		memcpy(octets + at + 1 + i * each, octets + at + 1 + more * each, each);
	memcpy(octets + at + 1, octets + at + 1 + more * each, each);
	octets[at] = PLAYER_CLIPS + 1;
	world_close(&twin);
	world_open(&twin, SERVER LISTENER("m", "62032") LISTENER("l", "62031") UPLINK SIZES, 3);
	T_CHECK(core_take_over(twin.core, octets, len + more * each, &room, &left) == NULL);
	unsigned full = 0;
	POOL_EACH(const struct player *, p, &twin.core->players.pool)
		full += p->clip_count == PLAYER_CLIPS;
	T_EQUAL(full, 1);
	arena_release(&room);
	end();
}

/* More data under way than the tables of the new configuration hold. */
/* Of a text its place in memory is carried by name, and is of half the size, or twice, on other
 * machines. */
T_CASE(a_pointer_may_have_another_size)
{
	static const char words[] = "\005words";
	size_t at = 0;

	len = core_handover_head(octets, sizeof(octets));
	while (at < len && memcmp(octets + at, words, 6) != 0)
		at++;
	T_CHECK(at < len && octets[at + 6] == CARRIED_WORDS);
	for (uint32_t size = 1; size <= 3 * sizeof(char *); size++) {
		struct wr w_size = wr_make(octets + at + 7, 4);
		wr_u32(&w_size, size);
		T_CHECK(!core_reads_handover(octets, len) ==
		        (size == sizeof(char *) || size == sizeof(char *) / 2 ||
		         size / 2 == sizeof(char *)));
	}
}

/* Where the first session of this section says whose it is. */
static size_t source_at(const char *section)
{
	const struct carried_info *info = &carried_sets[CARRIED_SESSION];
	size_t at = 10, name_len = strlen(section);

	while (at < len && (octets[at - 10] != CARRIED_SESSION + 1 || octets[at - 1] != name_len ||
	                    memcmp(octets + at, section, name_len) != 0))
		at++;
	at += name_len + sizeof(uint64_t);
	for (size_t i = 0; info->fields[i].offset != offsetof(struct session, source); i++)
		at += info->fields[i].type == CARRIED_DERIVED ? 0 : info->fields[i].size;
	return at;
}

T_CASE(whose_a_session_is_follows_from_its_place)
{
	static const struct source client = {SOURCE_CLIENT, FIRST}, uplink = {SOURCE_UPLINK, 0};
	struct arena room = {.block = NULL};
	uint32_t left;

	for (int i = 0; i < 2; i++) {
		begin_busy();
		len = core_hand_over(w.core, octets, sizeof(octets));
		size_t at = source_at(i ? "l" : "up");
		T_CHECK(at < len && memcmp(octets + at, i ? &client.kind : &uplink.kind, 4) == 0);
		memcpy(octets + at, i ? &uplink : &client, sizeof(client));
		world_close(&twin);
		world_open(&twin, EVERYTHING, 3);
		T_CHECK(core_take_over(twin.core, octets, len, &room, &left) == NULL);
		T_CHECK(left >= (uint32_t)i && core_check(twin.core) == NULL);
		T_EQUAL(twin.core->sessions.pool.used, w.core->sessions.pool.used - (uint32_t)i);
		arena_release(&room);
		end();
	}
}

T_CASE(streams_beyond_the_new_table_are_left)
{
	uint32_t left = 0;

	begin();
	for (unsigned i = 0; i < 20; i++) {
		struct talk t;
		struct hbp_burst b = header_of(&t, 2345010 + i, 91, 200 + i, false);
		b = talk_lc(&t, DMR_CSBK);
		both_from(i % 3, &b);
	}
	actions_empty(&w.actions);
	actions_empty(&twin.actions);
	T_EQUAL(w.core->streams.pool.used, 22);
	T_TEXT(take_over(SERVER LISTENER("l", "62031") PEER("a", "7") PEER("b", "8") UPLINK
	                 "[limits]\nsessions = 20\nsubscriptions = 100\nstreams = 16\npeers = 4\n",
	                 &left),
	       "");
	T_EQUAL(w.core->streams.pool.used, 16);
	T_EQUAL(left, 22 - 16);
	end();
}

/* As many rows as it likes. */
T_CASE(a_count_that_lies_is_survived)
{
	static const char conf[] =
		SERVER LISTENER("l", "62031") PEER("a", "7") PEER("b", "8") UPLINK SIZES;
	static const uint8_t counts[][4] = {{0xff, 0xff, 0xff, 0xff}, {0, 0, 0, 0}, {0, 0, 0, 1}};
	struct arena room = {.block = NULL};
	uint32_t left;

	begin();
	len = core_hand_over(w.core, octets, sizeof(octets));
	for (size_t i = 0; i < ARRAY_LEN(counts); i++) {
		memcpy(octets + HANDOVER_COUNT_AT, counts[i], 4);
		world_close(&twin);
		world_open(&twin, conf, 3);
		const char *fault = core_take_over(twin.core, octets, len, &room, &left);
		T_TEXT(fault ? fault : "", "damaged state");
		T_CHECK(core_sessions(twin.core) <= CLIENTS + 1);
		arena_release(&room);
	}
	end();
}

/* Another account on the server we log in to: the calls there were are over. */
T_CASE(an_uplink_of_another_account_logs_in_again)
{
	static const char other[] =
		SERVER LISTENER("l", "62031") "[uplink up]\ntarget = 10.0.9.1:62031\nid = 2345008\n"
					      "passphrase = x\nmap = 2:92 = 92\n" SIZES;
	uint8_t ip[4] = {10, 0, 9, 1};
	struct endpoint at = {.to = addr_v4(ip, 62031), .socket = CONF_UPLINK_SOCKETS};
	uint32_t left;

	begin();
	for (unsigned i = 0; i < 3; i++)
		world_datagram(&w, &at, "RPTACK1234", i ? 6 : 10);
	T_EQUAL(uplink_at(&w.core->uplinks, 0)->state, UPLINK_UP);
	T_TEXT(take_over(other, &left), "");
	T_EQUAL(uplink_at(&w.core->uplinks, 0)->state, UPLINK_WAITS);
	actions_empty(&w.actions);
	world_sleep(&w, 100);
	unsigned logins = 0;
	for (uint32_t i = 0; i < w.actions.target_count; i++)
		logins += memcmp(w.actions.sends[w.actions.targets[i].send].bytes, "RPTL", 4) == 0;
	T_EQUAL(logins, 1);
	end();
}

#define LEARNED(name, more)                                                                        \
	"[peer " name "]\nbind = 192.0.2.1:62044\npassphrase = kilo\nremote-id = 2346\n" more

/* A target in the configuration counts; a learned address where that is a name, or none. */
T_CASE(learned_addresses_stay_where_none_is_configured)
{
	static const char conf[] = SERVER LISTENER("l", "62031") PEER("a", "7") LEARNED("b", "")
		LEARNED("c", "target = name.example:62044\n")
			LEARNED("d", "target = 10.0.8.1:62044\nrelaxed = yes\n") SIZES;
	const struct addr learned = world_endpoint(77, 62044).to;
	uint32_t left;

	populate(&w, conf);
	populate(&twin, conf);
	POOL_EACH(struct peer *, p, &w.core->peers.pool) {
		p->at.to = learned;
		p->has_address = true;
	}
	T_TEXT(take_over(conf, &left), "");
	T_CHECK(!addr_equal(&peer_at(&w.core->peers, 0)->at.to, &learned));
	for (uint32_t i = 1; i < 4; i++)
		T_CHECK(addr_equal(&peer_at(&w.core->peers, i)->at.to, &learned));
	end();
}

/* An upgrade brings a target for a link whose address was only remembered: whoever speaks from
 * elsewhere does not move it. */
T_CASE(a_new_target_outranks_what_was_remembered)
{
	static const char before[] =
		SERVER LISTENER("l", "62031") LEARNED("b", "") LEARNED("c", "") SIZES;
	static const char after[] = SERVER LISTENER("l", "62031")
		LEARNED("b", "target = name.example:62044\n")
			LEARNED("c", "target = 10.0.8.1:62044\nrelaxed = yes\n") SIZES;
	uint32_t left;

	populate(&w, before);
	populate(&twin, before);
	POOL_EACH(struct peer *, p, &w.core->peers.pool) {
		p->at.to = world_endpoint(77, 62044).to;
		p->has_address = p->remembered = true;
	}
	T_TEXT(take_over(after, &left), "");
	T_CHECK(!peer_at(&w.core->peers, 0)->has_address);
	T_CHECK(peer_knows_address(peer_at(&w.core->peers, 1)));
	struct event name = {.kind = EVENT_ADDRESS,
	                     .address = {.of = {SOURCE_PEER, 0}}};
	name.address.to = world_endpoint(8, 62044).to;
	world_step(&w, &name);
	T_CHECK(peer_knows_address(peer_at(&w.core->peers, 0)));
	T_EQUAL(peer_at(&w.core->peers, 0)->at.to.ip[14], 8);
	end();
}

T_MAIN()
