/*
 * The judge is judged: all tests rely on core_check() to notice what is broken. One fault at a time
 * is planted into a core that is whole, and core_check() says which; "" is what is just still
 * whole.
 */
#include "core/step/kind.h"
#include "harness/t.h"
#include "hotspot/talk.h"
#include "unit/core/world.h"

#define HEAD                                                                                       \
	"[server]\nid = 2345\n[listener l]\nbind = 192.0.2.1:62031\npassphrase "                   \
	"= " WORLD_PASSPHRASE "\nprompts = morse\nstatic-1 = 91\n"                                 \
	"[limits]\nsessions = 20\nsubscriptions = 100\nstreams = 16\nlocations = 16\npeers = 2\n"  \
	"[peer near]\nbind = 192.0.2.1:62040\ntarget = 192.0.2.9:62040\nremote-id = 2346\n"        \
	"passphrase = another one\n"                                                               \
	"[peer far]\nbind = 192.0.2.1:62040\ntarget = 192.0.2.8:62040\nremote-id = 2347\n"         \
	"passphrase = a third one\n"                                                               \
	"[uplink up]\ntarget = 192.0.2.7:62031\nid = 2345007\npassphrase = x\nmap = 2:95 = 95\n"   \
	"[client 234500003]\nmap = 1:7 = 91\n"
#define CLIENTS 3u
#define FIRST 234500001u

static struct world w;

/* Client 0 talks on talkgroup 91, clients 1 and 2 hear it; client 2 is answered on slot 2. */
static void begin(void)
{
	struct talk ask = {.next = {.src = 2345003, .dst = 5000, .client = FIRST + 2, .slot = 2}};
	struct talk talk = {.next = {.src = 2345001, .dst = 91, .client = FIRST, .slot = 1}};

	const struct command block = {
		.kind = COMMAND_BLOCK, .number = 1, .block = {.target = {.id = 2345999}}};

	world_open(&w, HEAD, 1);
	world_step(&w, &(struct event){.kind = EVENT_COMMAND, .command = &block});
	for (unsigned n = 0; n < CLIENTS; n++) {
		struct endpoint at = world_endpoint((uint8_t)(n + 1), 62031);
		if (!world_login(&w, &at, FIRST + n, '3'))
			t_fail(__FILE__, __LINE__, "no login");
	}
	ask.next.unit = true;
	ask.next.stream = 9;
	talk.next.stream = 7;
	talk_code(&ask);
	talk_code(&talk);
	struct endpoint asks = world_endpoint(3, 62031), talks = world_endpoint(1, 62031);
	struct hbp_burst b = talk_lc(&ask, DMR_VOICE_HEADER);
	world_burst(&w, &asks, &b);
	b = talk_lc(&ask, DMR_TERMINATOR);
	world_burst(&w, &asks, &b);
	world_sleep(&w, 1500);
	b = talk_lc(&talk, DMR_VOICE_HEADER);
	world_burst(&w, &talks, &b);
	actions_empty(&w.actions);
}

static struct session *client(unsigned n)
{
	return session_find(&w.core->sessions, FIRST + n);
}

static struct subscription *subscribed(unsigned n)
{
	return subscription_find(&w.core->subscriptions, client(n), 1, 91);
}

static struct conference *conference(void)
{
	return conference_find(&w.core->subscriptions, 91);
}

static struct stream *call(void)
{
	return stream_get(&w.core->streams, client(0)->slot[0].talk);
}

static struct player *answer(void)
{
	uint32_t at = POOL_NONE;

	return pool_next(&w.core->players.pool, &at);
}

/* ---- tables ---- */

static void locations_used(void)
{
	w.core->locations.used = w.core->locations.capacity + 1;
}
static void locations_next(void)
{
	w.core->locations.next = w.core->locations.capacity;
}
static void claims_used(void)
{
	w.core->claims.used = w.core->claims.capacity + 1;
}
static void claims_next(void)
{
	w.core->claims.next = w.core->claims.capacity;
}
static void half_open(void)
{
	w.core->sessions.half_open_next = SESSIONS_HALF_OPEN;
}
static void pool_used(void)
{
	w.core->streams.pool.used++;
}

/* A full table is whole; the rows are still to be found. */
static void locations_full(void)
{
	w.core->locations.used = w.core->locations.capacity;
}
static void claims_full(void)
{
	w.core->claims.used = w.core->claims.capacity;
}

static void peer_count(void)
{
	w.conf.peer_count = 0;
}
static void peer_count_less(void)
{
	w.conf.peer_count = 1;
}
static void uplink_count(void)
{
	w.conf.uplink_count = 0;
}

/* ---- sessions ---- */

static void source(void)
{
	client(1)->source.index++;
}
static void source_kind(void)
{
	client(1)->source.kind = SOURCE_PEER;
}
static void session_index(void)
{
	struct session *s = client(1);

	s->id = s->source.index = FIRST + 7;
}
static void address(void)
{
	client(1)->at.to.ip[15] = 99;
	client(1)->at.to.ip[14] = 99;
}
static void listener(void)
{
	client(1)->at.socket = 1;
}
static void listener_gone(void)
{
	w.conf.listener[0].name[0] = 0;
}
static void listener_past_the_last(void)
{
	w.conf.listener[1].name[0] = 'x';
	client(1)->at.socket = 1;
}
static void never(void)
{
	client(1)->expiry.deadline = TICK_NEVER;
}
static void state(void)
{
	client(1)->state = SESSION_CONNECTED + 1;
}
static void callsign(void)
{
	memset(client(1)->callsign, 'x', sizeof(client(1)->callsign));
}
static void place(void)
{
	memset(client(1)->location, 'x', sizeof(client(1)->location));
}
static void software(void)
{
	memset(client(1)->software, 'x', sizeof(client(1)->software));
}
static void package(void)
{
	memset(client(1)->package, 'x', sizeof(client(1)->package));
}
static void language(void)
{
	memset(client(1)->language, 'x', sizeof(client(1)->language));
}
static void care(void)
{
	memset(client(1)->care, 'x', sizeof(client(1)->care));
}
static struct uplink *uplink(void)
{
	return uplink_at(&w.core->uplinks, 0);
}
static struct session *guest(void)
{
	return session_get(&w.core->sessions, uplink()->session);
}
static void guest_of_no_uplink(void)
{
	guest()->source.index = 7;
}
static void guest_expires(void)
{
	guest()->expiry.deadline = w.now;
}
static void guest_identifies(void)
{
	guest()->ident_due.deadline = w.now;
}
static void guest_unsettled(void)
{
	guest()->unsettled = true;
}
static void by_id(void)
{
	hash_put(&w.core->sessions.by_id, 5, 5);
}
static void by_address(void)
{
	for (uint64_t i = 1; i <= CLIENTS; i++)
		hash_put(&w.core->sessions.by_address, i, 5);
}
static void by_radio(void)
{
	for (uint64_t i = 1; i <= CLIENTS; i++)
		hash_put(&w.core->sessions.by_radio, i, 5);
}

/* ---- slots ---- */

static void data_ring(void)
{
	client(2)->slot[1].data_next = SLOT_DATA_IN;
}
static void list_head(void)
{
	client(1)->slot[0].subscriptions = 90;
}
static void hears_gone(void)
{
	client(1)->slot[0].heard.generation++;
}
static void talks_gone(void)
{
	client(0)->slot[0].talk.generation++;
}
static void talks_of_another(void)
{
	client(1)->slot[0].talk = pool_handle(&call()->row);
}
static void talks_on_the_other_slot(void)
{
	client(0)->slot[1].talk = pool_handle(&call()->row);
}
static void busy_with_data(void)
{
	call()->data = true;
	(void)stream_list(&w.core->streams, call());
}
static void hears_data(void)
{
	busy_with_data();
	client(0)->slot[0].talk = HANDLE_NONE;
}
/* ... and nobody hears it. */
static void nobody_hears(void)
{
	client(1)->slot[0].heard = client(2)->slot[0].heard = HANDLE_NONE;
	call()->listeners = 0;
}
static void talks_data(void)
{
	busy_with_data();
	nobody_hears();
}
/* Data that is sent to a slot is no fault of the slot. */
static void data_as_data(void)
{
	talks_data();
	client(2)->slot[1].data = pool_handle(&call()->row);
	client(0)->slot[0].talk = HANDLE_NONE;
}
static void hears_a_broken_call(void)
{
	call()->conference = 77;
}
static void hears_another_conference(void)
{
	struct stream *x = call();

	conference()->speaker = HANDLE_NONE;
	x->conversation = 95;
	x->conference = conference_find(&w.core->subscriptions, 95)->row.index;
}
static void voice_as_data(void)
{
	client(1)->slot[0].data = pool_handle(&call()->row);
}
static void talks_and_hears(void)
{
	client(0)->slot[0].heard = pool_handle(&call()->row);
}
static void list_previous(void)
{
	subscribed(1)->in_slot.previous = 5;
}
static void list_slot(void)
{
	subscribed(1)->slot = 2;
}
static void list_session(void)
{
	subscribed(1)->session = client(2)->row.index;
}
static void unfindable(void)
{
	subscribed(1)->rf_tg = 92;
}
static void hears_unsubscribed(void)
{
	subscribed(1)->active = false;
}
static void hears_on_the_other_slot(void)
{
	client(1)->slot[1].heard = pool_handle(&call()->row);
}

/* ---- subscriptions and conferences ---- */

static void by_rf(void)
{
	hash_put(&w.core->subscriptions.by_rf, 5, 5);
}
static void by_tg(void)
{
	hash_put(&w.core->subscriptions.by_tg, 5, 5);
}
static void lists_nowhere(void)
{
	conference()->subscriptions = POOL_NONE;
}
static void list_torn(void)
{
	subscription_at(&w.core->subscriptions, conference()->last)->in_conference.previous =
		POOL_NONE;
}
static void listed_last(void)
{
	conference()->last = conference()->subscriptions;
}
static void listed_count(void)
{
	conference()->count--;
}
static void speaker(void)
{
	conference()->speaker.generation++;
}
static void own_count(void)
{
	client(1)->subscriptions++;
}
static void granted(void)
{
	w.core->subscriptions.granted++;
}

static void hears_nothing(void)
{
	client(1)->slot[0].heard = HANDLE_NONE;
	call()->listeners--;
}
/* On no list of its session, which is gone. */
static void session_gone(void)
{
	struct subscription *x = subscribed(1);

	hears_nothing();
	client(1)->slot[0].subscriptions = POOL_NONE;
	x->session = 19;
}
static void list_of_another(void)
{
	hears_nothing();
	subscribed(1)->conference = conference_find(&w.core->subscriptions, 95)->row.index;
}
static void alias_first(void)
{
	struct subscriptions *t = &w.core->subscriptions;
	struct conference *c = conference();
	struct subscription *alias = subscription_at(t, c->last),
			    *first = subscription_at(t, c->subscriptions);

	c->last = alias->in_conference.previous;
	subscription_at(t, c->last)->in_conference.next = POOL_NONE;
	alias->in_conference =
		(struct subscription_links){.next = c->subscriptions, .previous = POOL_NONE};
	first->in_conference.previous = c->subscriptions = alias->row.index;
}
static void unused(void)
{
	conference_hold(&w.core->subscriptions, 555)->streams = 0;
}
static void on_no_list(void)
{
	struct subscription *x = pool_take(&w.core->subscriptions.pool);

	x->session = client(1)->row.index;
	x->conference = conference()->row.index;
	x->slot = 1;
	hash_put(&w.core->subscriptions.by_rf, 5, x->row.index);
}
static struct subscription *listed_nowhere(uint8_t slot)
{
	struct subscription *x = pool_take(&w.core->subscriptions.pool);

	x->session = client(1)->row.index;
	x->conference = conference()->row.index;
	x->slot = slot;
	return x;
}
static void slot_0(void)
{
	listed_nowhere(0);
}
static void slot_3(void)
{
	listed_nowhere(3);
}
static void conference_gone(void)
{
	listed_nowhere(1)->conference = 99;
}

/* ---- calls ---- */

static void call_of_no_kind(void)
{
	call()->origin.kind = SOURCE_LOCAL + 1;
}
static void call_of_no_uplink(void)
{
	call()->origin = (struct source){SOURCE_UPLINK, 7};
}
static void call_of_no_peer(void)
{
	call()->origin = (struct source){SOURCE_PEER, 7};
}
/* Links that are there: the call is only looked for in the wrong place. */
static void call_of_a_peer(void)
{
	call()->origin = (struct source){SOURCE_PEER, 1};
}
static void call_of_an_uplink(void)
{
	call()->origin = (struct source){SOURCE_UPLINK, 0};
}
static void call_slot_0(void)
{
	call()->slot = 0;
}
static void call_slot_3(void)
{
	call()->slot = 3;
}
static void alias_whole(void)
{
	call()->given.blocks = ALIAS_BLOCKS;
	call()->given.block = ALIAS_BLOCKS - 1;
}
static void alias_blocks(void)
{
	call()->given.blocks = ALIAS_BLOCKS + 1;
}
static void alias_block(void)
{
	call()->given.block = ALIAS_BLOCKS;
}

static void subscription_mode(void)
{
	subscribed(1)->mode = SUBSCRIPTION_DIAL + 1;
}
static void call_state(void)
{
	call()->state = CALL_IGNORED + 1;
}
static void call_ignored(void)
{
	call()->state = CALL_IGNORED;
}
/* A broken call says nothing against a slot that is sent it as data. */
static void call_state_as_data(void)
{
	client(2)->slot[1].data = pool_handle(&call()->row);
	call_state();
}
static void call_key(void)
{
	call()->id ^= 1;
}
static void call_never(void)
{
	call()->expiry.deadline = TICK_NEVER;
}
static void call_conference(void)
{
	call()->conference = 77;
	client(1)->slot[0].heard = client(2)->slot[0].heard = HANDLE_NONE;
}
static void call_waits(void)
{
	client(1)->slot[0].heard = client(2)->slot[0].heard = HANDLE_NONE;
	call()->state = CALL_WAITING;
	call()->conference = POOL_NONE;
}
static void call_waits_its_turn(void)
{
	call()->state = CALL_WAITING;
}
static void listeners(void)
{
	call()->listeners++;
}
static void by_stream(void)
{
	hash_put(&w.core->streams.by_id, 5, 5);
}

/* ---- players and the mesh ---- */

static void player_slot(void)
{
	answer()->slot = 3;
}
static void player_slot_0(void)
{
	answer()->slot = 0;
}
static void player_other_slot(void)
{
	answer()->slot = 1;
}
static void player_clips(void)
{
	answer()->clip_count = PLAYER_CLIPS + 1;
}
static void player_full(void)
{
	answer()->clip_count = PLAYER_CLIPS;
	memset(answer()->text, 'x', PLAYER_TEXT - 1);
	answer()->morse.at = PLAYER_TEXT - 1;
	answer()->morse.sign = MORSE_SIGNS;
}
static void player_text(void)
{
	answer()->text[PLAYER_TEXT - 1] = 'x';
}
static void player_letter(void)
{
	answer()->morse.at = PLAYER_TEXT;
}
static void player_sign(void)
{
	answer()->morse.sign = MORSE_SIGNS + 1;
}
/* What nobody asked for waits without its slot. */
static void player_waits(void)
{
	answer()->rank = PLAYER_ANSWER + 1;
	answer()->stream = HANDLE_NONE;
}
static void player_waits_alone(void)
{
	player_waits();
	client(2)->slot[1].player = HANDLE_NONE;
}
static void player_asked_for(void)
{
	answer()->stream = HANDLE_NONE;
}
static void player_of_no_session(void)
{
	answer()->session.generation++;
	client(2)->slot[1].player = HANDLE_NONE;
}
static void player_forgotten(void)
{
	client(2)->slot[1].player = HANDLE_NONE;
}
static void player_never(void)
{
	answer()->expiry.deadline = TICK_NEVER;
}
static void recording(void)
{
	(void)pool_take(&w.core->players.recordings);
}
static void claim_lost(void)
{
	w.core->claims.rows[0].key ^= 1;
}
static void location_lost(void)
{
	w.core->locations.rows[0].radio ^= 1;
}
static void by_location(void)
{
	hash_put(&w.core->locations.by_radio, 5, 5);
}
static void by_key(void)
{
	hash_put(&w.core->claims.by_key, 5, 5);
}

/* ---- links, the first fault of several is named ---- */

static void peer_name(void)
{
	w.conf.peer[0].name[0] = 0;
}
static void peer_socket(void)
{
	peer_at(&w.core->peers, 1)->at.socket++;
}
static void peer_renewed(void)
{
	peer_at(&w.core->peers, 0)->admission.state = ADMISSION_RENEWED;
}
static void peer_renewal(void)
{
	peer_at(&w.core->peers, 0)->admission.state = ADMISSION_RENEWED + 1;
}
static void peer_never(void)
{
	peer_at(&w.core->peers, 0)->timer.deadline = TICK_NEVER;
}
static void peer_without_keepalive(void)
{
	w.conf.peer[0].keepalive = 0;
	peer_never();
}
static void peer_of_the_old_protocol(void)
{
	w.conf.peer[0].protocol = PEER_OBP;
	peer_never();
}
/* The first of two is named. */
static void peers_both(void)
{
	peer_name();
	peer_socket();
}
static void uplink_name(void)
{
	w.conf.uplink[0].name[0] = 0;
}
static void uplink_never(void)
{
	uplink()->timer.deadline = TICK_NEVER;
}
static void uplink_state(void)
{
	uplink()->state = UPLINK_UP + 1;
}
static void uplink_soonest(void)
{
	uplink()->round_wait = TICK_SECOND;
}
static void uplink_sooner(void)
{
	uplink()->round_wait = TICK_SECOND - 1;
}
static void uplink_latest(void)
{
	uplink()->round_wait = TICK_MINUTE;
}
static void uplink_later(void)
{
	uplink()->round_wait = TICK_MINUTE + 1;
}
static void uplink_socket(void)
{
	uplink()->has_address = true;
	uplink()->at.socket = w.conf.uplink[0].socket + 1;
}
static void uplink_without_address(void)
{
	uplink_socket();
	uplink()->has_address = false;
}
static void uplink_alone(void)
{
	struct session *s = guest();
	struct subscriptions *t = &w.core->subscriptions;

	subscription_remove(t, s, subscription_at(t, s->slot[1].subscriptions));
	session_remove(&w.core->sessions, s);
	uplink_never();
}
static void uplink_alone_at_the_end(void)
{
	uplink_alone();
	uplink()->timer.deadline = w.now;
	w.core->stopped = true;
}
static void block_of_nobody(void)
{
	uint32_t at = POOL_NONE;
	struct block *b = pool_next(&w.core->blocks.pool, &at);

	b->id = 0;
}
static void block_of_an_address(void)
{
	uint32_t at = POOL_NONE;
	struct block *b = pool_next(&w.core->blocks.pool, &at);

	block_of_nobody();
	b->address.ip[15] = 1;
}

static const struct {
	void (*plant)(void);
	const char *words;
} faults[] = {
	{locations_used, "a ring position is out of range"},
	{locations_next, "a ring position is out of range"},
	{claims_used, "a ring position is out of range"},
	{claims_next, "a ring position is out of range"},
	{locations_full, "a location is not found by its radio"},
	{claims_full, "a claim is not found by its key"},
	{half_open, "the ring position of half-open sessions is out of range"},
	{pool_used, "streams"},
	{peer_count, "a link is not in the configuration"},
	{peer_count_less, "a link is not in the configuration"},
	{uplink_count, "an uplink is not in the configuration"},
	{source, "a session's source is another client"},
	{source_kind, "a session's source is another client"},
	{session_index, "a session is not found by its id"},
	{address, "a session is not counted for its address"},
	{listener, "a session has no listener"},
	{listener_gone, "a session has no listener"},
	{listener_past_the_last, "a session has no listener"},
	{never, "a session never expires"},
	{state, "a session's state is invalid"},
	{callsign, "a text of a session is not terminated"},
	{place, "a text of a session is not terminated"},
	{software, "a text of a session is not terminated"},
	{package, "a text of a session is not terminated"},
	{language, "a text of a session is not terminated"},
	{care, "a text of a session is not terminated"},
	{guest_of_no_uplink, "a session is not that of its source"},
	{guest_expires, "an uplink's session has timers"},
	{guest_identifies, "an uplink's session has timers"},
	{guest_unsettled, "an uplink's session has timers"},
	{by_id, "the index of sessions has stale entries"},
	{by_address, "sessions that are gone are still counted for their address"},
	{by_radio, "sessions that are gone are still counted for their radio"},
	{data_ring, "a slot's ring position for data is out of range"},
	{list_head, "the list of a slot's subscriptions is broken"},
	{hears_gone, "a slot hears a call that is gone"},
	{talks_gone, "a slot talks in a call that is gone"},
	{talks_of_another, "a slot talks in another client's call"},
	{talks_on_the_other_slot, "a slot talks in another client's call"},
	{busy_with_data, "a slot is busy with data"},
	{hears_data, "a slot is busy with data"},
	{talks_data, "a slot is busy with data"},
	{data_as_data, "the index of streams has stale entries"},
	{hears_a_broken_call, "a stream has lost its conference"},
	{hears_another_conference, "a slot hears a conference it is not subscribed to"},
	{voice_as_data, "a voice call is sent to a slot as data"},
	{talks_and_hears, "a slot talks and hears at once"},
	{list_previous, "the list of a slot's subscriptions is broken"},
	{list_slot, "the list of a slot's subscriptions is broken"},
	{list_session, "the list of a slot's subscriptions is broken"},
	{unfindable, "a subscription is not found by its talkgroup"},
	{hears_unsubscribed, "a slot hears a conference it is not subscribed to"},
	{hears_on_the_other_slot, "a slot hears a conference it is not subscribed to"},
	{by_rf, "the index of subscriptions has stale entries"},
	{by_tg, "the index of conferences has stale entries"},
	{lists_nowhere, "a conference's count of subscriptions is wrong"},
	{list_torn, "the list of a conference is broken"},
	{listed_last, "a conference's count of subscriptions is wrong"},
	{listed_count, "a conference's count of subscriptions is wrong"},
	{session_gone, "a subscription has no session"},
	{subscription_mode, "a subscription's mode is invalid"},
	{slot_0, "a subscription's slot is invalid"},
	{slot_3, "a subscription's slot is invalid"},
	{conference_gone, "a subscription has no conference"},
	{list_of_another, "the list of a conference is broken"},
	{alias_first, "a conference lists an alias before its own number"},
	{unused, "an unused conference was not removed"},
	{on_no_list, "a subscription is on no list"},
	{speaker, "a conference's speaker is gone"},
	{own_count, "a session counts other subscriptions than it has"},
	{granted, "the rows kept for each client are miscounted"},
	{call_of_no_kind, "a stream's origin is not there"},
	{call_of_no_uplink, "a stream's origin is not there"},
	{call_of_no_peer, "a stream's origin is not there"},
	{call_of_a_peer, "a stream is not found by its key"},
	{call_of_an_uplink, "a stream is not found by its key"},
	{call_slot_0, "a stream's slot is invalid"},
	{call_slot_3, "a stream's slot is invalid"},
	{alias_whole, ""},
	{alias_blocks, "a stream's alias is out of range"},
	{alias_block, "a stream's alias is out of range"},
	{call_state_as_data, "a stream's state is invalid"},
	{call_state, "a stream's state is invalid"},
	{call_ignored, ""},
	{call_key, "a stream is not found by its key"},
	{call_never, "a stream never expires"},
	{call_conference, "a stream has lost its conference"},
	{call_waits, "a stream waits without a conference"},
	{call_waits_its_turn, ""},
	{listeners, "a stream's count of listeners is wrong"},
	{by_stream, "the index of streams has stale entries"},
	{player_slot, "a player's slot or clip count is invalid"},
	{player_slot_0, "a player's slot or clip count is invalid"},
	{player_other_slot, "a player and its slot disagree"},
	{player_clips, "a player's slot or clip count is invalid"},
	{player_full, ""},
	{player_text, "a player's text is invalid"},
	{player_letter, "a player's text is invalid"},
	{player_sign, "a player's text is invalid"},
	{player_waits, "a player and its slot disagree"},
	{player_waits_alone, ""},
	{player_asked_for, ""},
	{player_of_no_session, ""},
	{player_forgotten, "a player and its slot disagree"},
	{player_never, "a player never expires"},
	{recording, "an unused recording was not removed"},
	{claim_lost, "a claim is not found by its key"},
	{location_lost, "a location is not found by its radio"},
	{by_location, "a location is not found by its radio"},
	{by_key, "the index of claims has stale entries"},
	{peer_name, "a link is not configured"},
	{peer_socket, "a link's socket is not the configured one"},
	{peer_renewed, ""},
	{peer_renewal, "the renewal of a link's key is invalid"},
	{peer_never, "a link never acts"},
	{peer_without_keepalive, ""},
	{peer_of_the_old_protocol, ""},
	{peers_both, "a link is not configured"},
	{uplink_name, "an uplink is not configured"},
	{uplink_never, "an uplink never acts"},
	{uplink_state, "an uplink's state is invalid"},
	{uplink_soonest, ""},
	{uplink_sooner, "an uplink's state is invalid"},
	{uplink_latest, ""},
	{uplink_later, "an uplink's state is invalid"},
	{uplink_socket, "an uplink's socket is not the configured one"},
	{uplink_without_address, ""},
	{uplink_alone, "an uplink has no session"},
	{uplink_alone_at_the_end, ""},
	{block_of_nobody, "a block is of nobody"},
	{block_of_an_address, ""},
};

T_CASE(every_fault_is_named)
{
	for (size_t i = 0; i < ARRAY_LEN(faults) && !t_failed(); i++) {
		begin();
		T_TEXT(core_check(w.core) ? core_check(w.core) : "", "");
		faults[i].plant();
		const char *found = core_check(w.core) ? core_check(w.core) : "";
		if (strcmp(found, faults[i].words) != 0)
			t_fail(__FILE__, __LINE__, "fault %zu is \"%s\", not \"%s\"", i, found,
			       faults[i].words);
		world_close(&w);
	}
}

T_CASE(a_broken_table_of_any_kind_is_named)
{
	for (enum kind kind = 0; kind < KINDS; kind++) {
		begin();
		struct pool *pool = kind_pool_of(w.core, kind);
		pool->used++;
		T_TEXT(core_check(w.core) ? core_check(w.core) : "", pool->name);
		world_close(&w);
	}
}

T_MAIN()
