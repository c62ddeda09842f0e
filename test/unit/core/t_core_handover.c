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
	peer_has_signed(p, bytes, wr_len(&out), &m);
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
	T_CHECK(left > 3);
	T_EQUAL(core_sessions(w.core), 3);
	end();
	begin();
	T_TEXT(take_over(none, &left), "");
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

/* Each octet of a row is carried, or listed as rebuilt, or is padding. */
T_CASE(no_field_is_forgotten)
{
	for (enum carried_set set = 0; set < CARRIED_SETS; set++) {
		const struct carried_info *info = &carried_sets[set];
		size_t at = 0;
		for (size_t n = 0; n <= info->field_count; n++) {
			if (gap_before(info, n, at) > 7)
				t_fail(__FILE__, __LINE__, "%s: a gap of %u before %s", info->name,
				       gap_before(info, n, at),
				       n < info->field_count ? info->fields[n].name : "its end");
			if (n < info->field_count)
				at = info->fields[n].offset + info->fields[n].size;
		}
	}
}

T_MAIN()
