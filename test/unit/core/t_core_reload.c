/*
 * A reload reaches sessions that are there: what their clients have not chosen becomes what the
 * operator wants now, no call is cut, and what did not change is not touched.
 */
#include "base/text.h"
#include "core/conference/player.h"
#include "core/step/step.h"
#include "dmr/burst.h"
#include "harness/t.h"
#include "wire/obp.h"
#include "world.h"

#define HEAD                                                                                       \
	"[server]\nid = 2345\nident-every = 10m\n[limits]\nsubscriptions = 60000\n[listener l]\n"  \
	"bind = [::]:62031\npassphrase = " WORLD_PASSPHRASE "\n"
#define TALKER 2300101u
#define LISTENER 2300102u

static struct world w;
static struct conf changed;

static void complain(void *context, const char *line)
{
	(void)context;
	t_fail(__FILE__, __LINE__, "%s", line);
}

/* Sessions are settled one by one, as far as the actions hold them. */
static void reload(const char *text)
{
	arena_release(&changed.arena);
	T_EQUAL(conf_parse(text, strlen(text), "changed", &changed, complain, NULL), 0);
	world_step(&w, &(struct event){.kind = EVENT_CONF, .conf = &changed});
	for (unsigned turn = 0; core_next(w.core) <= w.now && turn < 100000; turn++) {
		actions_empty(&w.actions);
		world_step(&w, &(struct event){.kind = EVENT_TIME});
	}
	T_EQUAL(w.actions.refused_total, 0);
	T_CHECK(core_check(w.core) == NULL);
}

static void login(uint32_t id, const char *options)
{
	struct endpoint at = world_endpoint((uint8_t)id, (uint16_t)id);
	uint8_t bytes[300];
	struct wr wr = wr_make(bytes, sizeof(bytes));

	T_CHECK(world_login(&w, &at, id, '3'));
	if (!options)
		return;
	hbp_write_options(&wr, id, options, strlen(options));
	world_datagram(&w, &at, bytes, wr_len(&wr));
	actions_empty(&w.actions);
}

static struct session *session(uint32_t id)
{
	return session_find(&w.core->sessions, id);
}

/* The conference a talkgroup means on a slot; 0 = none. */
static uint32_t means(uint32_t id, uint8_t slot, uint32_t tg)
{
	const struct subscriptions *t = &w.core->subscriptions;
	const struct subscription *x = subscription_find(t, session(id), slot, tg);

	return x ? conference_at(t, x->conference)->tg : 0;
}

static void talk(uint32_t n, uint32_t tg, bool end)
{
	struct endpoint at = world_endpoint((uint8_t)TALKER, (uint16_t)TALKER);
	struct hbp_burst b = world_frame(TALKER, tg, n);

	if (end)
		b.class = BURST_TERMINATOR;
	world_burst(&w, &at, &b);
}

T_CASE(changed_defaults_reach_those_who_did_not_choose)
{
	world_open(&w, HEAD "static-2 = 91\ntimer = 10m\n", 1);
	login(1000001, NULL);
	login(1000002, "TS2=235;TIMER=7;SINGLE=0;DIAL=2350;VOICE=0");
	login(1000003, "TS1=92");
	login(1000004, NULL);
	reload(HEAD "static-1 = 93\nstatic-2 = 91, 94\ntimer = 1m\nsingle = no\nhang-time = 2s\n"
	            "private-calls = yes\nident = yes\ndefault-dial = 2351\nmap = 2:8 = 2352\n"
	            "[client 1000004]\nstatic-2 = 95\ntimer = 2m\n");
	T_EQUAL(means(1000001, 1, 93), 93);
	T_EQUAL(means(1000001, 2, 91), 91);
	T_EQUAL(means(1000001, 2, 94), 94);
	T_EQUAL(means(1000001, 2, 9), 2351);
	T_EQUAL(means(1000001, 2, 8), 2352);
	T_EQUAL(session(1000001)->timer, TICK_MINUTE);
	T_EQUAL(session(1000001)->hang, 2000);
	T_CHECK(!session(1000001)->single && session(1000001)->private_calls);
	T_EQUAL(session(1000001)->ident_due.deadline, w.now + 10 * TICK_MINUTE);
	T_EQUAL(means(1000002, 1, 93), 93);
	T_EQUAL(means(1000002, 2, 94), 0);
	T_EQUAL(means(1000002, 2, 235), 235);
	T_EQUAL(means(1000002, 2, 9), 2350);
	T_EQUAL(session(1000002)->timer, 7 * TICK_MINUTE);
	T_EQUAL(session(1000002)->hang, 2000);
	T_EQUAL(session(1000002)->ident_due.deadline, TICK_NEVER);
	T_EQUAL(means(1000003, 1, 92), 92);
	T_EQUAL(means(1000003, 1, 93), 0);
	T_EQUAL(means(1000003, 2, 94), 94);
	T_EQUAL(means(1000004, 2, 95), 95);
	T_EQUAL(means(1000004, 2, 91), 0);
	T_EQUAL(session(1000004)->timer, 2 * TICK_MINUTE);
	reload(HEAD "static-2 = 91\ntimer = 10m\n");
	for (uint32_t id = 1000001; id <= 1000004; id++)
		T_CHECK(!means(id, 2, 94) && !means(id, 1, 93) && !means(id, 2, 8));
	T_EQUAL(means(1000004, 2, 91), 91);
	T_EQUAL(means(1000001, 2, 9), 0);
	T_EQUAL(means(1000002, 2, 9), 2350);
	T_CHECK(session(1000001)->single && !session(1000001)->private_calls);
	world_close(&w);
}

static struct handle row_of(uint32_t id, uint8_t slot, uint32_t tg)
{
	const struct subscription *x =
		subscription_find(&w.core->subscriptions, session(id), slot, tg);

	return x ? pool_handle(&x->row) : HANDLE_NONE;
}

/* What is mapped as before is the same row, so that nothing heard through it is cut. */
T_CASE(maps_that_stay_are_not_touched)
{
	world_open(&w, HEAD "map = 2:8 = 2352, 1:7 = 235, 2:6 = 236\n", 1);
	login(TALKER, NULL);
	struct handle two = row_of(TALKER, 2, 8), one = row_of(TALKER, 1, 7);
	T_EQUAL(means(TALKER, 2, 8), 2352);
	T_EQUAL(means(TALKER, 1, 7), 235);
	reload(HEAD "map = 2:8 = 2352, 1:7 = 235, 2:6 = 237\nstatic-2 = 91\n");
	T_CHECK(!handle_is_none(two) && handle_equal(row_of(TALKER, 2, 8), two));
	T_CHECK(!handle_is_none(one) && handle_equal(row_of(TALKER, 1, 7), one));
	T_EQUAL(means(TALKER, 2, 6), 237);
	reload(HEAD "map = 1:8 = 2352, 1:7 = 2352\n");
	T_EQUAL(means(TALKER, 2, 8), 0);
	T_EQUAL(means(TALKER, 2, 6), 0);
	T_EQUAL(means(TALKER, 1, 8), 2352);
	T_EQUAL(means(TALKER, 1, 7), 2352);
	reload(HEAD);
	T_EQUAL(means(TALKER, 1, 8), 0);
	T_EQUAL(means(TALKER, 1, 7), 0);
	world_close(&w);
}

T_CASE(a_running_timer_is_as_if_it_had_been_the_new_one)
{
	world_open(&w, HEAD "static-2 = 91\ntimer = 10m\n", 1);
	login(TALKER, NULL);
	talk(0, 235, false);
	tick_t keyed = w.now;
	const struct subscription *on =
		subscription_find(&w.core->subscriptions, session(TALKER), 2, 235);
	const struct subscription *off =
		subscription_find(&w.core->subscriptions, session(TALKER), 2, 91);
	T_CHECK(on && off && !off->active);
	world_sleep(&w, TICK_SECOND / 2);
	reload(HEAD "static-2 = 91, 92\ntimer = 5m\n");
	T_EQUAL(on->expiry.deadline, keyed + 5 * TICK_MINUTE);
	T_EQUAL(off->expiry.deadline, keyed + 5 * TICK_MINUTE);
	T_CHECK(!off->active);
	reload(HEAD "static-2 = 91, 92\ntimer = 0\n");
	T_EQUAL(on->expiry.deadline, TICK_NEVER);
	reload(HEAD "static-2 = 91, 92\ntimer = 5m\n");
	T_EQUAL(on->expiry.deadline, w.now + 5 * TICK_MINUTE);
	T_CHECK(!off->active);
	reload(HEAD "static-2 = 91, 92\ntimer = 5m\nsingle = no\n");
	T_CHECK(off->active && off->expiry.deadline == TICK_NEVER);
	world_close(&w);
}

static unsigned frames_to(uint32_t id)
{
	unsigned n = 0;

	for (uint32_t i = 0; i < w.actions.target_count; i++)
		n += w.actions.targets[i].id == id;
	return n;
}

T_CASE(a_call_goes_on_to_its_end_under_the_old_rules)
{
	world_open(&w, HEAD "static-2 = 91\ndefault-dial = 235\n", 1);
	login(TALKER, "TS2=91,235");
	login(LISTENER, NULL);
	for (uint32_t tg = 91; tg; tg = tg == 91 ? 235 : 0) {
		uint32_t as = tg == 91 ? 91 : 9;
		uint32_t n = 0;
		for (; n < 20; n++, w.now += DMR_BURST_MS)
			talk(n, tg, false);
		reload(HEAD "static-2 = 92\ndefault-dial = 2350\n");
		T_EQUAL(means(LISTENER, 2, 92), 92);
		T_EQUAL(means(LISTENER, 2, as), tg);
		for (; n < 60; n++, w.now += DMR_BURST_MS) {
			actions_empty(&w.actions);
			talk(n, tg, false);
			T_EQUAL(frames_to(LISTENER), 1);
			world_sleep(&w, 0);
		}
		talk(n, tg, true);
		actions_empty(&w.actions);
		world_sleep(&w, 1100);
		T_EQUAL(means(LISTENER, 2, 91), 0);
		T_EQUAL(means(LISTENER, 2, 9), 2350);
		actions_empty(&w.actions);
		reload(HEAD "static-2 = 91\ndefault-dial = 235\n");
		T_EQUAL(means(LISTENER, 2, 91), 91);
		T_EQUAL(means(LISTENER, 2, 9), 235);
		world_sleep(&w, 10 * TICK_SECOND);
		actions_empty(&w.actions);
	}
	T_EQUAL(core_next(w.core) > w.now + TICK_SECOND, true); /* nothing is looked at for ever */
	world_close(&w);
}

/* Another conference under the same number waits for the end of the call as well. */
T_CASE(a_call_goes_on_under_its_old_name)
{
	uint32_t n = 0;

	world_open(&w, HEAD "map = 2:8 = 91\n[client 2300101]\nstatic-2 = 91\nmap =\n", 1);
	login(TALKER, NULL);
	login(LISTENER, NULL);
	for (; n < 20; n++, w.now += DMR_BURST_MS)
		talk(n, 91, false);
	reload(HEAD "map = 2:8 = 92\n[client 2300101]\nstatic-2 = 91\nmap =\n");
	T_EQUAL(means(LISTENER, 2, 8), 91);
	actions_empty(&w.actions);
	talk(n++, 91, false);
	T_EQUAL(frames_to(LISTENER), 1);
	talk(n, 91, true);
	actions_empty(&w.actions);
	world_sleep(&w, 1100);
	T_EQUAL(means(LISTENER, 2, 8), 92);
	world_close(&w);
}

T_CASE(what_an_operator_or_a_user_ordered_stays)
{
	struct command order = {.kind = COMMAND_DEFAULT, .reflector = {LISTENER, 2350}};

	world_open(&w, HEAD "static-2 = 91\ndefault-dial = 235\n", 1);
	login(LISTENER, NULL);
	world_step(&w, &(struct event){.kind = EVENT_COMMAND, .command = &order});
	order = (struct command){.kind = COMMAND_LINK, .link = {LISTENER, 1, 94}};
	world_step(&w, &(struct event){.kind = EVENT_COMMAND, .command = &order});
	reload(HEAD "static-2 = 92\ndefault-dial = 236\n");
	T_EQUAL(means(LISTENER, 2, 9), 2350);
	T_EQUAL(means(LISTENER, 1, 94), 94);
	T_EQUAL(means(LISTENER, 2, 92), 92);
	world_close(&w);
}

/* Full lists of a thousand sessions change: in parts, and nothing is lost for want of room. */
T_CASE(a_thousand_sessions_are_settled_in_parts)
{
	enum { SESSIONS = 1000 };
	char text[2][2048];

	for (unsigned which = 0; which < 2; which++) {
		struct text t = text_make(text[which], sizeof(text[which]));
		text_format(&t, HEAD "static-2 = 91");
		for (unsigned i = 0; i < 25; i++)
			text_format(&t, ", %u", 300 + 30 * which + i);
		text_format(&t, "\n");
	}
	world_open(&w, text[0], 1);
	for (uint32_t i = 0; i < SESSIONS; i++)
		login(1000001 + i, NULL);
	reload(text[1]);
	for (uint32_t i = 0; i < SESSIONS; i++)
		T_CHECK(means(1000001 + i, 2, 91) && means(1000001 + i, 2, 354) &&
		        !means(1000001 + i, 2, 300));
	T_CHECK(!w.core->subscriptions.pool.used ||
	        w.core->subscriptions.pool.used == 26 * SESSIONS);
	world_close(&w);
}

#define PEER(key) "[peer uk]\nbind = 192.0.2.1:62044\ntarget = 192.0.2.9\npassphrase = " key "\n"

static char logged[400]; /* the last line */

/* Forgets all actions but what was logged. */
static void keep_log(void)
{
	for (uint32_t i = 0; i < w.actions.record_count; i++)
		if (w.actions.records[i].kind == RECORD_LOG)
			snprintf(logged, sizeof(logged), "%s", w.actions.records[i].log.line);
	actions_empty(&w.actions);
}

/* Takes one configuration after the other, each kept until the next was taken. */
static void change(const char *text)
{
	static struct conf confs[2];
	struct conf *conf = w.core->conf == &confs[0] ? &confs[1] : &confs[0];

	arena_release(&conf->arena);
	T_EQUAL(conf_parse(text, strlen(text), "changed", conf, complain, NULL), 0);
	for (unsigned turn = 0; !core_follows(w.core, conf) && turn < 100; turn++) {
		world_step(&w, &(struct event){.kind = EVENT_CONF, .conf = conf});
		keep_log();
	}
	T_CHECK(core_follows(w.core, conf) && core_check(w.core) == NULL);
}

static bool signs(const struct peer *p, const char *passphrase)
{
	const struct obp_key key = obp_key_make(passphrase, false);

	return memcmp(&p->key, &key, sizeof(key)) == 0;
}

static bool is_taken(struct peer *p, const char *passphrase)
{
	const struct obp_key key = obp_key_make(passphrase, false);
	uint8_t bytes[64];
	struct wr wr = wr_make(bytes, sizeof(bytes));
	struct obp_message m;
	const char *reason;

	obp_write_keepalive(&wr, &key);
	if (obp_parse(bytes, wr_len(&wr), &m, &reason) != PARSE_OK ||
	    !peer_is_authentic(p, w.now, bytes, wr_len(&wr), &m))
		return false;
	if (peer_signs_anew(p, bytes, wr_len(&wr), &m))
		peer_take_key(p);
	return true;
}

T_CASE(two_keys_hold_until_the_time_is_over)
{
	world_open(&w, HEAD PEER("old key"), 1);
	change(HEAD PEER("new key"));
	T_TEXT(logged, "new passphrase peer=uk: the old one is still accepted for 60 min");
	struct peer *p = peer_at(&w.core->peers, 0);
	T_CHECK(signs(p, "old key") && is_taken(p, "old key") && !is_taken(p, "no key"));
	w.now += ADMISSION_GRACE - 1;
	T_CHECK(is_taken(p, "new key") && signs(p, "new key") && is_taken(p, "old key"));
	w.now++;
	T_CHECK(!is_taken(p, "old key") && is_taken(p, "new key") && signs(p, "new key"));
	change(HEAD PEER("third key"));
	T_CHECK(signs(p, "new key"));
	w.now += ADMISSION_GRACE; /* no client has used it: from now on only the new one counts */
	world_step(&w, &(struct event){.kind = EVENT_TIME});
	T_CHECK(signs(p, "third key") && !is_taken(p, "new key"));
	world_close(&w);
}

T_CASE(links_and_listeners_come_and_go)
{
	static const char *const uplink = "[uplink up]\ntarget = 192.0.2.8\nid = 234567899\n"
					  "map = 2:91 = 91\n";
	char text[1000];

	world_open(&w, HEAD, 1);
	login(1000001, NULL);
	snprintf(text, sizeof(text), "%s%s%s", HEAD, PEER("a key"), uplink);
	change(text);
	const struct peer *p = peer_at(&w.core->peers, 0);
	T_CHECK(p && p->has_address && uplink_at(&w.core->uplinks, 0));
	T_EQUAL(w.core->sessions.pool.used, 2);
	change(HEAD);
	T_CHECK(!peer_at(&w.core->peers, 0) && !uplink_at(&w.core->uplinks, 0));
	T_EQUAL(w.core->sessions.pool.used, 1);
	change("[server]\nid = 2345\n[listener other]\nbind = [::]:62031\n"
	       "passphrase = " WORLD_PASSPHRASE "\n");
	T_EQUAL(w.core->sessions.pool.used, 0);
	world_close(&w);
}

#define NEIGHBOUR(name, host)                                                                      \
	"[peer " name "]\nbind = 192.0.2.1:62044\ntarget = 10.0." host                             \
	".1:62044\npassphrase = alpha\n"

static void bring(uint8_t host, uint32_t n, bool *heard)
{
	const struct obp_key key = obp_key_make("alpha", false);
	struct endpoint at = world_endpoint(host, 62044);
	struct obp_burst b = {
		.frame = world_frame(2350001, 91, n), .source_server = 2350, .hops = 1};
	uint8_t bytes[OBP_DATAGRAM_MAX];
	struct wr wr = wr_make(bytes, sizeof(bytes));

	world_sleep(&w, 60);
	w.wall_ns += UINT64_C(60000000);
	at.socket = CONF_PEER_SOCKETS;
	actions_empty(&w.actions);
	obp_write_v5(&wr, &key, &b, w.wall_ns);
	world_datagram(&w, &at, bytes, wr_len(&wr));
	*heard = false;
	for (uint32_t i = 0; i < w.actions.target_count; i++)
		*heard |= w.actions.targets[i].id == 1000001;
}

/* A listener that wants aliases from now on gets none for calls that began before. */
T_CASE(an_alias_of_before_the_reload_is_not_given)
{
	struct command c = {.kind = COMMAND_ALIAS};

	world_open(&w, HEAD "static-2 = 91\n", 1);
	login(TALKER, NULL);
	talk(0, 91, false);
	struct stream *x = pool_at(&w.core->streams.pool, 0);
	T_CHECK(x != NULL);
	c.alias.origin = x->origin;
	c.alias.stream = x->id;
	text_copy(c.alias.text, sizeof(c.alias.text), "N0CALL Joe");
	world_step(&w, &(struct event){.kind = EVENT_COMMAND, .command = &c});
	change(HEAD "static-2 = 91\nalias = yes\n");
	T_EQUAL(x->given.blocks, 0);
	world_close(&w);
}

/* Its row may be another link's next. */
T_CASE(what_a_link_asked_us_not_to_send_goes_with_it)
{
	world_open(&w, HEAD NEIGHBOUR("near", "9"), 1);
	quench_make(&w.core->quenches, 0, 7, 91);
	T_CHECK(quench_at(&w.core->quenches, 0, 0) != NULL);
	change(HEAD NEIGHBOUR("far", "8"));
	T_CHECK(peer_at(&w.core->peers, 0) != NULL);
	T_CHECK(!quench_find(&w.core->quenches, 0, 7, 91));
	T_CHECK(!quench_at(&w.core->quenches, 0, 0));
	world_close(&w);
}

/* Its neighbours brought the call by two paths, of which an operator has taken one. */
T_CASE(a_call_goes_on_by_another_link_when_its_own_is_removed)
{
	bool heard;
	uint32_t n = 0;

	world_open(&w, HEAD "static-2 = 91\n" NEIGHBOUR("far", "8") NEIGHBOUR("near", "9"), 1);
	w.wall_ns = UINT64_C(1800000000000000000);
	login(1000001, NULL);
	for (; n < 10; n++)
		bring(9, n, &heard);
	T_CHECK(heard);
	bring(8, n++, &heard);
	T_CHECK(!heard);
	change(HEAD "static-2 = 91\n" NEIGHBOUR("far", "8"));
	for (; n < 40; n++)
		bring(8, n, &heard);
	T_CHECK(heard);
	actions_empty(&w.actions);
	world_close(&w);
}

/* As when the links with the numbers before it are removed in the same reload. */
T_CASE(a_link_whose_socket_gets_another_number_begins_anew)
{
	static const char text[] = HEAD PEER("a key");
	static struct conf other;

	world_open(&w, text, 1);
	struct handle before = pool_handle(&peer_at(&w.core->peers, 0)->row);
	T_EQUAL(conf_parse(text, strlen(text), "other", &other, complain, NULL), 0);
	other.peer[0].socket++;
	world_step(&w, &(struct event){.kind = EVENT_CONF, .conf = &other});
	const struct peer *p = peer_at(&w.core->peers, 0);
	T_CHECK(p && !handle_equal(pool_handle(&p->row), before));
	T_EQUAL(p->at.socket, other.peer[0].socket);
	T_CHECK(core_check(w.core) == NULL);
	world_close(&w);
}

static unsigned listener_records(const char *name, uint16_t port, enum change change)
{
	unsigned n = 0;

	for (uint32_t i = 0; i < w.actions.record_count; i++) {
		const struct record *r = &w.actions.records[i];
		n += r->kind == RECORD_LISTENER && r->change == change &&
		     r->listener.bind.port == port && strcmp(r->listener.name, name) == 0;
	}
	return n;
}

T_CASE(listeners_that_come_and_go_are_reported)
{
	static const char text[] = "[server]\nid = 2345\n[listener other]\nbind = [::]:62032\n"
				   "passphrase = " WORLD_PASSPHRASE
				   "\n[listener third]\nbind = [::]:62033\nopen = yes\n";
	static struct conf other;
	unsigned begun = 0, third = 0, ended = 0;

	world_open(&w, HEAD, 1);
	T_EQUAL(conf_parse(text, strlen(text), "other", &other, complain, NULL), 0);
	for (unsigned turn = 0; !core_follows(w.core, &other) && turn < 100; turn++) {
		actions_empty(&w.actions);
		world_step(&w, &(struct event){.kind = EVENT_CONF, .conf = &other});
		begun += listener_records("other", 62032, CHANGE_BEGIN);
		third += listener_records("third", 62033, CHANGE_BEGIN);
		ended += listener_records("l", 62031, CHANGE_END);
	}
	T_EQUAL(begun, 1);
	T_EQUAL(third, 1);
	T_EQUAL(ended, 1);
	world_close(&w);
}

/* What a reload has taken away may still lie where it was. */
T_CASE(sections_beyond_their_count_are_gone)
{
	static const char text[] = HEAD PEER("a key") "[uplink up]\ntarget = 192.0.2.8\nid = "
						      "234567899\nmap = 2:91 = 91\n";
	static struct conf other;

	world_open(&w, text, 1);
	T_CHECK(peer_at(&w.core->peers, 0) && uplink_at(&w.core->uplinks, 0));
	T_EQUAL(conf_parse(text, strlen(text), "other", &other, complain, NULL), 0);
	other.peer_count = other.uplink_count = 0;
	for (unsigned turn = 0; !core_follows(w.core, &other) && turn < 100; turn++) {
		world_step(&w, &(struct event){.kind = EVENT_CONF, .conf = &other});
		keep_log();
	}
	T_TEXT(logged, "link removed peer=uk");
	T_CHECK(!peer_at(&w.core->peers, 0) && !uplink_at(&w.core->uplinks, 0));
	T_CHECK(core_check(w.core) == NULL);
	world_close(&w);
}

/* A link of another target goes there at once, and one without keepalives is up at once. */
T_CASE(a_link_follows_its_section)
{
	static const char *const link = "[peer near]\nbind = 192.0.2.1:62044\npassphrase = a key\n";
	char text[1000];

	snprintf(text, sizeof(text), "%s%starget = 192.0.2.9:62044\n", HEAD, link);
	world_open(&w, text, 1);
	const struct peer *p = peer_at(&w.core->peers, 0);
	T_CHECK(p && !p->up && p->at.to.ip[15] == 9);
	snprintf(text, sizeof(text), "%s%starget = 192.0.2.7:62044\nremote-id = 2350\n", HEAD,
	         link);
	change(text);
	T_CHECK(p == peer_at(&w.core->peers, 0) && !p->up);
	T_EQUAL(p->at.to.ip[15], 7);
	T_EQUAL(p->server, 2350);
	snprintf(text, sizeof(text), "%s%starget = 192.0.2.7:62044\nkeepalive = no\n", HEAD, link);
	change(text);
	T_CHECK(p == peer_at(&w.core->peers, 0) && p->up);
	world_close(&w);
}

/* A link whose address was remembered is where its new section says. */
T_CASE(a_target_that_is_new_is_known)
{
	static const char *const link = "[peer near]\nbind = 192.0.2.1:62044\npassphrase = a key\n";
	const struct command remember = {
		.kind = COMMAND_NEIGHBOUR,
		.neighbour = {.name = "near", .at = world_endpoint(9, 62044).to}};
	char text[1000];

	snprintf(text, sizeof(text), "%s%s", HEAD, link);
	world_open(&w, text, 1);
	const struct peer *p = peer_at(&w.core->peers, 0);
	world_step(&w, &(struct event){.kind = EVENT_COMMAND, .command = &remember});
	actions_empty(&w.actions);
	T_CHECK(p && p->has_address && !peer_knows_address(p));
	snprintf(text, sizeof(text), "%s%starget = 192.0.2.7:62044\n", HEAD, link);
	change(text);
	T_CHECK(peer_knows_address(p) && p->at.to.ip[15] == 7);
	world_close(&w);
}

#define NEWS(name, every) "[announcement " name "]\nrecording = 9991\nevery = " every "\n"

static uint32_t announcements(void)
{
	return w.core->announcements.pool.used;
}

T_CASE(announcements_come_change_and_go)
{
	world_open(&w, HEAD NEWS("one", "1h"), 1);
	T_EQUAL(announcements(), 1);
	w.now += 30 * TICK_MINUTE;
	change(HEAD NEWS("one", "1h") NEWS("two", "2m"));
	T_EQUAL(announcements(), 2);
	T_CHECK(core_next(w.core) <= w.now + 2 * TICK_MINUTE);
	change(HEAD NEWS("one", "1h"));
	T_EQUAL(announcements(), 1);
	world_sleep(&w, 5 * TICK_MINUTE); /* the time of the one that went */
	T_EQUAL(core_next(w.core), w.core->started + 60 * TICK_MINUTE);
	change(HEAD NEWS("other", "3h")); /* in the place of one, but not its schedule */
	T_EQUAL(announcements(), 1);
	struct announcement *a = pool_at(&w.core->announcements.pool, 0);
	T_EQUAL(a->round, w.now + 180 * TICK_MINUTE);
	change(HEAD);
	T_EQUAL(announcements(), 0);
	world_sleep(&w, 240 * TICK_MINUTE);
	T_EQUAL(core_next(w.core), TICK_NEVER);
	world_close(&w);
}

#define FRAMES 60u /* 20 bursts */

/* The voice files of one reload. */
struct files {
	uint8_t frames[FRAMES * AMBE_FRAME_LEN];
	struct audio_word word[2];
	struct conf conf;
};

static void take_files(struct files *f, uint8_t octet, const char *word)
{
	memset(f->frames, octet, sizeof(f->frames));
	f->word[0] = (struct audio_word){
		.language = "en_GB", .name = "0", .clip = {f->frames + AMBE_FRAME_LEN, 1}};
	f->word[1] = (struct audio_word){.language = "en_GB", .clip = {f->frames, FRAMES}};
	text_copy(f->word[1].name, sizeof(f->word[1].name), word);
	f->conf = w.conf;
	f->conf.listener[0].voice = (struct audio){.words = f->word, .count = 2};
	world_step(&w, &(struct event){.kind = EVENT_CONF, .conf = &f->conf});
	T_CHECK(core_follows(w.core, &f->conf) && core_check(w.core) == NULL);
}

static struct player *player(void)
{
	return pool_at(&w.core->players.pool, 0);
}

T_CASE(what_is_played_goes_on_with_the_files_there_are_now)
{
	static struct files old, fresh, none;
	struct step step = {.core = NULL};

	world_open(&w, HEAD, 1);
	login(LISTENER, NULL);
	w.now += TICK_MINUTE / 2 + TICK_SECOND;
	take_files(&old, 1, "9991");
	step = (struct step){.core = w.core, .now = w.now, .actions = &w.actions};
	player_announce(&step, session(LISTENER), 9991, 9);
	T_CHECK(player() && player()->clips[0].frames == old.frames);
	while (player() && player()->frame == 0)
		world_sleep(&w, DMR_BURST_MS);
	T_CHECK(player());
	uint32_t frame = player()->frame;
	take_files(&fresh, 2, "9991");
	memset(&old, 0xff, sizeof(old)); /* another reload may use it */
	T_CHECK(player()->clips[0].frames == fresh.frames && player()->frame == frame);
	actions_empty(&w.actions);
	world_sleep(&w, TICK_SECOND / 2);
	T_CHECK(player() && w.actions.send_count > 5);
	take_files(&none, 3, "9992"); /* it is not there any more */
	memset(&fresh, 0xff, sizeof(fresh));
	actions_empty(&w.actions);
	world_sleep(&w, TICK_SECOND);
	T_CHECK(!player() && w.actions.send_count > 0 && w.actions.send_count <= 7);
	T_EQUAL(core_calls(w.core), 0);
	T_CHECK(core_check(w.core) == NULL);
	world_close(&w);
}

T_CASE(what_nobody_asked_for_is_left_out_without_a_player)
{
	static struct files files;

	world_open(&w, HEAD, 1);
	login(LISTENER, NULL);
	w.now += TICK_MINUTE / 2 + TICK_SECOND;
	take_files(&files, 1, "9991");
	while (player_has_room(w.core))
		T_CHECK(pool_take(&w.core->players.pool));
	uint32_t used = w.core->players.pool.used;
	struct step step = {.core = w.core, .now = w.now, .actions = &w.actions};
	player_announce(&step, session(LISTENER), 9991, 9);
	T_EQUAL(w.core->players.pool.used, used);
	world_close(&w);
}

/* It pays for the terminator as well. */
T_CASE(a_guest_pays_for_the_end_of_what_is_played)
{
	static struct files files;

	world_open(&w, HEAD "static-2 = 91\n", 1);
	login(TALKER, NULL);
	login(LISTENER, NULL);
	w.now += TICK_MINUTE / 2 + TICK_SECOND;
	take_files(&files, 1, "9991");
	struct step step = {.core = w.core, .now = w.now, .actions = &w.actions};
	player_announce(&step, session(LISTENER), 9991, 9);
	while (player() && player()->frame == 0)
		world_sleep(&w, DMR_BURST_MS);
	struct budgets *budget = &session(LISTENER)->budget;
	budget->unproven = true;
	budget->credit = 10 * HBP_BURST_LEN;
	actions_empty(&w.actions);
	talk(0, 91, false);
	T_EQUAL(frames_to(LISTENER), 2);
	T_EQUAL(budget->credit, 8 * HBP_BURST_LEN);
	world_close(&w);
}

#define MORE                                                                                       \
	"[listener m]\nbind = [::]:62032\npassphrase = " WORLD_PASSPHRASE                          \
	"\n" PEER("a key") "[uplink up]\ntarget = 192.0.2.8\nid = 234567899\nmap = 2:91 = 91\n"

/* One kind of section after the other; each leaves once there is room to report it. */
T_CASE(a_reload_waits_until_there_is_room_for_its_goodbyes)
{
	static const char *const without[] = {
		HEAD PEER("a key") "[uplink up]\ntarget = 192.0.2.8\nid = 234567899\nmap = 2:91 = "
				   "91\n",
		HEAD PEER("a key"), HEAD};
	struct endpoint at = world_endpoint(1, 1000);
	static struct conf conf;

	world_open(&w, HEAD MORE, 1);
	login(1000001, NULL);
	at.socket = 1;
	T_CHECK(world_login(&w, &at, 1000002, '3'));
	T_EQUAL(w.core->sessions.pool.used, 3);
	for (size_t i = 0; i < ARRAY_LEN(without); i++) {
		arena_release(&conf.arena);
		T_EQUAL(conf_parse(without[i], strlen(without[i]), "changed", &conf, complain,
		                   NULL),
		        0);
		const struct conf *before = w.core->conf;
		w.actions.record_count = w.actions.record_cap;
		world_step(&w, &(struct event){.kind = EVENT_CONF, .conf = &conf});
		T_CHECK(w.core->conf == before);
		actions_empty(&w.actions);
		change(without[i]);
		T_CHECK(w.core->conf != before);
	}
	T_EQUAL(w.core->sessions.pool.used, 1);
	world_close(&w);
}

/* A reload leaves gaps where sections were; a voice process that starts afterwards finds them. */
T_CASE(a_gap_in_the_configuration_is_no_row)
{
	uint8_t seed[CORE_SEED_LEN] = {1};
	struct arena arena;

	world_open(&w, HEAD MORE NEWS("one", "1h"), 1);
	w.conf.listener[1].name[0] = w.conf.peer[0].name[0] = 0;
	w.conf.uplink[0].name[0] = w.conf.announcement[0].name[0] = 0;
	arena_measure(&arena);
	core_open(&arena, &w.conf, seed, w.now);
	T_CHECK(core_find(&arena, &w.conf) == NULL); /* it is only measured */
	T_CHECK(arena_claim(&arena, arena.used));
	w.core = core_open(&arena, &w.conf, seed, w.now);
	T_EQUAL(w.core->peers.pool.used, 0);
	T_EQUAL(w.core->uplinks.pool.used, 0);
	T_EQUAL(w.core->announcements.pool.used, 0);
	struct command command = {.kind = COMMAND_SNAPSHOT, .number = 1};
	world_step(&w, &(struct event){.kind = EVENT_COMMAND, .command = &command});
	world_step(&w, &(struct event){.kind = EVENT_ROWS, .rows = 100});
	unsigned listeners = 0;
	for (uint32_t i = 0; i < w.actions.record_count; i++)
		listeners += w.actions.records[i].kind == RECORD_LISTENER;
	T_EQUAL(listeners, 1);
	world_step(&w, &(struct event){.kind = EVENT_CONF, .conf = &w.conf});
	T_CHECK(core_check(w.core) == NULL && w.core->peers.pool.used == 0);
	arena_release(&arena);
	world_close(&w);
}

T_CASE(a_round_of_announcements_in_progress_is_completed)
{
	world_open(&w, HEAD NEWS("one", "10m"), 1);
	world_sleep(&w, 10 * TICK_MINUTE - TICK_SECOND);
	for (uint32_t i = 0; i < 40; i++)
		login(1000001 + i, NULL);
	world_sleep(&w, TICK_SECOND + 10);
	const struct announcement *a = pool_at(&w.core->announcements.pool, 0);
	T_CHECK(a->at != POOL_NONE);
	change(HEAD NEWS("one", "1h"));
	T_CHECK(a->at != POOL_NONE);
	world_sleep(&w, 10 * TICK_SECOND);
	T_CHECK(a->at == POOL_NONE);
	T_EQUAL(a->round, w.core->started + 70 * TICK_MINUTE);
	change(HEAD NEWS("one", "2m")); /* sooner than it was going to be */
	T_EQUAL(a->round, w.now + 2 * TICK_MINUTE);
	world_close(&w);
}

static void stop(void)
{
	world_step(&w, &(struct event){.kind = EVENT_STOP});
}

/* What was on its way when a section went, finds nobody. */
T_CASE(what_comes_late_for_a_link_that_is_gone_is_dropped)
{
	uint8_t ip[4] = {192, 0, 2, 8};
	struct endpoint at = {.to = addr_v4(ip, 62031), .socket = CONF_UPLINK_SOCKETS};
	struct event name = {.kind = EVENT_ADDRESS};

	world_open(&w, HEAD MORE, 1);
	change(HEAD);
	actions_empty(&w.actions);
	world_datagram(&w, &at, "RPTACK1234", 10);
	T_EQUAL(w.core->counter[COUNT_UNKNOWN_SENDER], 1);
	name.address = (struct resolved_record){.of = {SOURCE_UPLINK, 0}, .to = at.to};
	world_step(&w, &name);
	name.address.of.kind = SOURCE_PEER;
	world_step(&w, &name);
	T_EQUAL(w.actions.target_count, 0);
	T_CHECK(core_check(w.core) == NULL);
	world_close(&w);
}

/* Names and configurations that come while it shuts down log in nowhere. */
T_CASE(nothing_begins_during_a_shutdown)
{
	static struct conf conf;
	uint8_t ip[4] = {192, 0, 2, 8};
	struct event name = {.kind = EVENT_ADDRESS,
	                     .address = {.of = {SOURCE_UPLINK, 0}, .to = addr_v4(ip, 62031)}};

	world_open(&w, HEAD "[uplink up]\ntarget = a.example\nid = 234567899\nmap = 2:91 = 91\n",
	           1);
	login(TALKER, NULL);
	login(LISTENER, NULL);
	talk(0, 91, false);
	w.actions.record_count = w.actions.record_cap;
	stop();
	T_EQUAL(core_calls(w.core), 1); /* first there has to be room to say so */
	T_EQUAL(w.core->sessions.pool.used, 3);
	actions_empty(&w.actions);
	for (int i = 0; i < 3; i++)
		stop();
	T_CHECK(!core_has_sessions(w.core) && core_calls(w.core) == 0);
	actions_empty(&w.actions);
	world_step(&w, &name);
	arena_release(&conf.arena);
	T_EQUAL(conf_parse(HEAD MORE, strlen(HEAD MORE), "changed", &conf, complain, NULL), 0);
	world_step(&w, &(struct event){.kind = EVENT_CONF, .conf = &conf});
	world_sleep(&w, TICK_SECOND);
	for (uint32_t i = 0; i < w.actions.target_count; i++)
		T_CHECK(memcmp(w.actions.sends[w.actions.targets[i].send].bytes, "RPTL", 4) != 0);
	w.core->conf = &w.conf;
	world_close(&w);
}

/* A call is over, but an uplink was not told yet. */
T_CASE(a_shutdown_waits_with_uplinks_for_room)
{
	world_open(&w, HEAD MORE, 1);
	world_sleep(&w, 100);
	w.actions.record_count = w.actions.record_cap;
	stop();
	T_EQUAL(w.core->sessions.pool.used, 1);
	actions_empty(&w.actions);
	stop();
	T_EQUAL(w.core->sessions.pool.used, 0);
	T_CHECK(memcmp(w.actions.sends[0].bytes, "RPTCL", 5) == 0);
	world_close(&w);
}

#define LINK(name, more) "[peer " name "]\ntarget = 192.0.2.9\npassphrase = a key\n" more

/* Another neighbour in the place of one, or the same in another way: its calls are over. */
T_CASE(another_link_in_the_place_of_one_begins_anew)
{
	static const char *const others[] = {
		HEAD LINK("de", "bind = 192.0.2.1:62044\n"),
		HEAD LINK("uk", "bind = 192.0.2.1:62045\n"),
		HEAD LINK("uk", "bind = 192.0.2.1:62044\nprotocol = obp\nremote-id = 2346\n"),
		HEAD};

	for (size_t i = 0; i < ARRAY_LEN(others); i++) {
		world_open(&w, HEAD LINK("uk", "bind = 192.0.2.1:62044\n"), 1);
		login(TALKER, NULL);
		talk(0, 91, false);
		struct peer *p = peer_at(&w.core->peers, 0);
		struct stream *mine = stream_add(
			&w.core->streams,
			&(struct stream_key){
				.origin = {SOURCE_PEER, 0}, .id = 5, .dst = 92, .slot = 1});
		struct stream *other = stream_add(
			&w.core->streams,
			&(struct stream_key){
				.origin = {SOURCE_PEER, 1}, .id = 6, .dst = 92, .slot = 1});
		struct handle ends = pool_handle(&mine->row), stays_on = pool_handle(&other->row);
		p->heard = w.now;
		static struct conf conf;
		arena_release(&conf.arena);
		T_EQUAL(conf_parse(others[i], strlen(others[i]), "changed", &conf, complain, NULL),
		        0);
		world_step(&w, &(struct event){.kind = EVENT_CONF, .conf = &conf});
		T_CHECK(core_follows(w.core, &conf));
		T_CHECK(!stream_get(&w.core->streams, ends));
		T_CHECK(stream_get(&w.core->streams, stays_on) != NULL);
		T_EQUAL(w.core->streams.pool.used, 2);
		p = peer_at(&w.core->peers, 0);
		T_CHECK(i == 3 ? !p : p && p->heard != w.now);
		world_close(&w);
	}
}

#define UPLINK(name) "[uplink " name "]\ntarget = 10.0.9.1:1000\nid = 234567899\nmap = 2:91 = 91\n"

/* Data does not occupy the slot of the session, by which its calls are found. */
T_CASE(data_of_an_uplink_that_is_removed_ends_with_it)
{
	static const char *const others[] = {HEAD, HEAD UPLINK("other")};
	struct endpoint at = world_endpoint(9, 1000);

	at.socket = CONF_UPLINK_SOCKETS;
	for (size_t i = 0; i < ARRAY_LEN(others); i++) {
		world_open(&w, HEAD UPLINK("up"), 1);
		login(TALKER, NULL);
		world_sleep(&w, 100);
		world_datagram(&w, &at, "RPTACK1234", 10);
		for (int n = 0; n < 3; n++)
			world_datagram(&w, &at, "RPTACK", 6);
		T_EQUAL(uplink_at(&w.core->uplinks, 0)->state, UPLINK_UP);
		struct hbp_burst b = world_frame(234567899, 91, 0);
		b.class = BURST_DATA_HEADER;
		actions_empty(&w.actions);
		world_burst(&w, &at, &b);
		T_EQUAL(w.core->streams.pool.used, 1);
		actions_empty(&w.actions);
		change(others[i]);
		T_CHECK(core_check(w.core) == NULL);
		T_EQUAL(w.core->streams.pool.used, 0);
		world_close(&w);
	}
}

/* A private call that is for a neighbour alone, and where its radio was heard, are not of whoever
 * has its place. */
T_CASE(what_was_for_a_neighbour_is_not_for_the_next_in_its_place)
{
	const struct source near = {SOURCE_PEER, 0};

	world_open(&w, HEAD NEIGHBOUR("near", "9"), 1);
	login(TALKER, NULL);
	talk(0, 91, false);
	struct stream *x = stream_get(&w.core->streams, session(TALKER)->slot[1].talk);
	x->peer = near.index;
	location_learn(&w.core->locations, 2350001, near, 1, w.now);
	location_learn(&w.core->locations, TALKER, source_client(TALKER), 2, w.now);
	change(HEAD NEIGHBOUR("far", "8"));
	T_CHECK(peer_at(&w.core->peers, near.index) != NULL);
	T_EQUAL(x->peer, PEER_NONE);
	const struct location *gone = location_find(&w.core->locations, 2350001);
	T_CHECK(!source_equal(gone->origin, near) && !source_equal(gone->heard, near));
	T_EQUAL(location_find(&w.core->locations, TALKER)->origin.index, TALKER);
	world_close(&w);
}

/* Whoever has sent its passphrase, and no more, has no defaults yet; its options are kept. */
T_CASE(half_logged_in_is_settled_when_it_has_options)
{
	struct endpoint at = world_endpoint(9, 999);
	uint8_t bytes[64];

	for (int with = 0; with < 2; with++) {
		world_open(&w, HEAD "static-2 = 91\n", 1);
		T_CHECK(world_authenticate(&w, &at, 1000009, WORLD_PASSPHRASE));
		struct wr wr = wr_make(bytes, sizeof(bytes));
		hbp_write_options(&wr, 1000009, "TS1=93", 6);
		if (with)
			world_datagram(&w, &at, bytes, wr_len(&wr));
		reload(HEAD "static-2 = 92\n");
		T_EQUAL(means(1000009, 2, 91), 0);
		T_EQUAL(means(1000009, 2, 92), with ? 92 : 0);
		T_EQUAL(means(1000009, 1, 93), with ? 93 : 0);
		world_close(&w);
	}
}

/* A map outranks a list, on the slot it is for. */
T_CASE(what_a_map_names_no_list_changes)
{
	world_open(&w, HEAD "map = 2:91 = 2352, 1:92 = 2353\nstatic-2 = 91, 92\n", 1);
	login(TALKER, NULL);
	T_EQUAL(means(TALKER, 2, 91), 2352);
	T_EQUAL(means(TALKER, 1, 92), 2353);
	T_EQUAL(means(TALKER, 2, 92), 92);
	struct endpoint at = world_endpoint(7, 700);
	T_CHECK(world_login(&w, &at, LISTENER, '4')); /* simplex: both are on slot 2 */
	T_EQUAL(means(LISTENER, 2, 91), 2352);
	T_EQUAL(means(LISTENER, 2, 92), 2353);
	world_close(&w);
	world_open(&w, HEAD "map = 1:91 = 2352, 2:91 = 2353\n", 1);
	T_CHECK(world_login(&w, &at, LISTENER, '4'));
	T_EQUAL(means(LISTENER, 2, 91), 2352); /* the first counts */
	world_close(&w);
}

static void key_up(uint32_t tg)
{
	talk(0, tg, false);
	talk(1, tg, true);
	world_sleep(&w, 2 * TICK_SECOND);
	actions_empty(&w.actions);
}

/* What a user keyed becomes what the operator wants; while it is used, after its call. */
T_CASE(what_was_keyed_becomes_what_is_wanted)
{
	world_open(&w, HEAD "static-2 = 91\nmap = 2:7 = 2357\nsingle = no\n", 1);
	login(TALKER, NULL);
	key_up(8);
	key_up(95);
	T_EQUAL(means(TALKER, 2, 95), 95);
	struct handle keyed = row_of(TALKER, 2, 95), mapped = row_of(TALKER, 2, 8);
	reload(HEAD "static-2 = 91, 95\nmap = 2:7 = 2358, 2:96 = 2396, 2:8 = 2398\nsingle = no\n");
	T_CHECK(handle_equal(row_of(TALKER, 2, 95), keyed));
	T_CHECK(!subscription_get(&w.core->subscriptions, mapped));
	T_EQUAL(means(TALKER, 2, 8), 2398);
	T_EQUAL(means(TALKER, 2, 7), 2358);
	key_up(97);
	talk(0, 97, false);
	reload(HEAD "static-2 = 91\nmap = 2:97 = 2397\nsingle = no\n");
	T_EQUAL(means(TALKER, 2, 97), 97); /* it is talking there */
	talk(1, 97, true);
	world_sleep(&w, 30 * TICK_SECOND);
	T_EQUAL(means(TALKER, 2, 97), 2397);
	world_close(&w);
}

T_MAIN()
