/*
 * A core that resumes from the state in a recording of a stranger: rows that no server has are
 * refused, or do no harm.
 */
#include "conf/places.h"
#include "core/step/step.h"
#include "harness/t.h"
#include "unit/core/world.h"

#define HEAD                                                                                       \
	"[server]\nid = 2345\n[listener l]\nbind = 192.0.2.1:62031\npassphrase "                   \
	"= " WORLD_PASSPHRASE "\nstatic-2 = 91\n"
#define PEER                                                                                       \
	"[peer uk]\nbind = 192.0.2.1:62044\ntarget = 10.0.9.1:62044\npassphrase = kilo tango\n"    \
	"remote-id = 2340\n"
#define UPLINK "[uplink up]\ntarget = 10.0.9.1:1000\nid = 234567899\nmap = 2:91 = 91\n"
#define CLIENT 234500001u
#define STATUS 5000u
#define STATE_MAX (1u << 20)

static struct world w;
static struct arena resumed;

/* A server with a call and a prompt that is about to be played. */
static bool open_world(void)
{
	struct endpoint at = world_endpoint(1, 62031);
	struct hbp_burst command = world_frame(CLIENT, STATUS, 0);
	struct hbp_burst call = world_frame(CLIENT, 91, 0);

	world_open(&w, HEAD PEER UPLINK, 1);
	if (!world_login(&w, &at, CLIENT, '3'))
		return false;
	command.unit = true;
	world_burst(&w, &at, &command);
	command.class = BURST_TERMINATOR;
	command.seq = 1;
	world_burst(&w, &at, &command);
	call.slot = 1;
	call.stream = 0x0b;
	world_burst(&w, &at, &call);
	actions_empty(&w.actions);
	return w.core->players.pool.used == 1 && w.core->streams.pool.used == 1;
}

/* What the core resumes to as octets, instead of it. */
static const char *resume(void)
{
	static uint8_t state[STATE_MAX];
	uint8_t seed[CORE_SEED_LEN] = {1};
	struct arena room = {.block = NULL};

	size_t len = core_checkpoint(w.core, state, sizeof(state));
	arena_release(&resumed);
	if (!len || !arena_claim(&resumed, w.arena.size))
		return "no checkpoint";
	w.core = core_open(&resumed, &w.conf, seed, w.now);
	const char *fault = core_resume(w.core, state, len, &room);
	arena_release(&room);
	return fault ? fault : "";
}

static void close_world(void)
{
	arena_release(&resumed);
	world_close(&w);
}

static struct player *player(void)
{
	return pool_at(&w.core->players.pool, 0);
}

static struct stream *call(void)
{
	return pool_at(&w.core->streams.pool, 0);
}

static struct session *session(void)
{
	return session_find(&w.core->sessions, CLIENT);
}

static struct uplink *uplink(void)
{
	return uplink_at(&w.core->uplinks, 0);
}

/* ---- refused ---- */

static void text_of_a_player(void)
{
	memset(player()->text, 'e', sizeof(player()->text));
}

static void place_in_a_text(void)
{
	player()->morse.at = PLAYER_TEXT;
}

static void sign_of_a_text(void)
{
	player()->morse.sign = MORSE_SIGNS + 1;
}

static void care(void)
{
	memset(session()->care, 'T', sizeof(session()->care));
}

static void blocks_of_an_alias(void)
{
	call()->given.blocks = ALIAS_BLOCKS + 1;
}

static void block_of_an_alias(void)
{
	call()->given.block = ALIAS_BLOCKS;
}

static void no_wait(void)
{
	uplink()->round_wait = 0;
}

static void longest_wait(void)
{
	uplink()->round_wait = TICK_FAR;
}

static struct session *guest(void)
{
	return session_get(&w.core->sessions, uplink()->session);
}

static void expiry_of_a_guest(void)
{
	guest()->expiry.deadline = w.now;
}

static void ident_of_a_guest(void)
{
	guest()->ident_due.deadline = w.now;
}

static void unsettled_guest(void)
{
	guest()->unsettled = true;
}

static void no_session(void)
{
	pool_give(&w.core->sessions.pool, session_get(&w.core->sessions, uplink()->session));
}

/* An answer that has come further than there are parts. */
static void snapshot(void)
{
	w.core->snapshot = (struct snapshot){.running = true, .part = 1000};
}

static const struct {
	void (*change)(void);
	const char *fault;
} refused[] = {
	{text_of_a_player, "a player's text is invalid"},
	{place_in_a_text, "a player's text is invalid"},
	{sign_of_a_text, "a player's text is invalid"},
	{care, "a text of a session is not terminated"},
	{blocks_of_an_alias, "a stream's alias is out of range"},
	{block_of_an_alias, "a stream's alias is out of range"},
	{no_wait, "an uplink's state is invalid"},
	{longest_wait, "an uplink's state is invalid"},
	{expiry_of_a_guest, "an uplink's session has timers"},
	{ident_of_a_guest, "an uplink's session has timers"},
	{unsettled_guest, "an uplink's session has timers"},
	{no_session, "an uplink has no session"},
	{snapshot, "a snapshot that cannot go on"},
};

T_CASE(passwords_in_options_are_not_recorded)
{
	static uint8_t state[STATE_MAX];
	static const char text[] = "TS2=91;PASS=tapir-okapi";
	struct endpoint at = world_endpoint(1, 62031);
	uint8_t bytes[64];
	struct wr out = wr_make(bytes, sizeof(bytes));
	unsigned texts = 0;

	T_CHECK(open_world());
	hbp_write_options(&out, CLIENT, text, strlen(text));
	world_datagram(&w, &at, bytes, wr_len(&out));
	size_t len = core_checkpoint(w.core, state, sizeof(state));
	T_CHECK(len > 0);
	for (size_t i = 0; i + 11 < len; i++) {
		texts += memcmp(state + i, "TS2=91;PASS", 11) == 0;
		T_CHECK(memcmp(state + i, "tapir-okapi", 11) != 0);
	}
	T_CHECK(texts > 0);
	close_world();
}

T_CASE(rows_that_would_lead_astray_are_refused)
{
	for (size_t i = 0; i < ARRAY_LEN(refused); i++) {
		T_CHECK(open_world());
		T_TEXT(resume(), "");
		refused[i].change();
		T_TEXT(resume(), refused[i].fault);
		close_world();
	}
}

T_CASE(snapshot_goes_on_with_a_part_there_is)
{
	T_CHECK(open_world());
	w.core->snapshot = (struct snapshot){.running = true, .part = 99};
	T_TEXT(resume(), "a snapshot that cannot go on");
	close_world();
}

T_CASE(no_more_is_written_than_there_is_room_for)
{
	static uint8_t state[STATE_MAX];

	T_CHECK(open_world());
	size_t len = core_checkpoint(w.core, state, sizeof(state));
	T_CHECK(len > 0);
	state[len] = 0x55;
	T_EQUAL(core_checkpoint(w.core, state, len), len);
	for (size_t room = len - 1; room > 0; room = room / 2)
		T_EQUAL(core_checkpoint(w.core, state, room), 0);
	T_EQUAL(state[len], 0x55);
	close_world();
}

/* ---- harmless ---- */

/* The player is of that kind, so far, and ends at once. */
static bool ends(enum player_kind kind, uint32_t at, uint32_t frame)
{
	static const uint8_t frames[27];
	struct player *p = player();
	struct recording *r = pool_take(&w.core->players.recordings);

	r->count = UINT32_MAX;
	p->recording = pool_handle(&r->row);
	p->kind = kind;
	p->clip_count = 1;
	p->clips[0] = (struct clip){frames, 3};
	p->at = at;
	p->frame = frame;
	if (kind == PLAY_ECHO && strcmp(resume(), "") != 0)
		return false;
	world_sleep(&w, 3000);
	actions_empty(&w.actions);
	return w.core->players.pool.used == 0;
}

T_CASE(player_is_done_past_its_end)
{
	T_CHECK(open_world());
	T_CHECK(ends(PLAY_ECHO, RECORDING_BURSTS, 0));
	close_world();
	T_CHECK(open_world());
	T_CHECK(ends(PLAY_CLIPS, 2, 0));
	close_world();
	T_CHECK(open_world());
	T_CHECK(ends(PLAY_CLIPS, 0, UINT32_MAX - 1));
	close_world();
	T_CHECK(open_world());
	player()->kind = PLAY_ECHO; /* of a recording that is gone */
	world_sleep(&w, 3000);
	T_EQUAL(w.core->players.pool.used, 0);
	close_world();
}

T_CASE(player_is_within_the_superframe)
{
	T_CHECK(open_world());
	player()->position = 168;
	T_TEXT(resume(), "");
	world_sleep(&w, 2000);
	T_CHECK(player() && player()->position < 6);
	close_world();
}

/* Two blocks that stand one behind the other, in places that they did not have. */
T_CASE(rows_in_another_order_have_no_place)
{
	const struct command command = {.kind = COMMAND_BLOCK, .block = {.target = {.id = 2345}}};

	T_CHECK(open_world());
	for (uint32_t i = 0; i < 2; i++) {
		struct command c = command;
		c.block.target.id += i;
		world_step(&w, &(struct event){.kind = EVENT_COMMAND, .command = &c});
	}
	T_EQUAL(w.core->blocks.pool.used, 2);
	T_TEXT(resume(), "");
	((struct pool_row *)pool_at(&w.core->blocks.pool, 0))->index = 2;
	T_TEXT(resume(), "rows have no place");
	close_world();
}

T_CASE(session_of_an_uplink_is_within_its_table)
{
	T_CHECK(open_world());
	guest()->row.index = 5000;
	T_TEXT(resume(), "rows have no place");
	close_world();
}

T_CASE(times_differ_by_less_than_any_time)
{
	T_CHECK(open_world());
	session()->hang = TICK_NEVER;
	session()->since = INT64_MIN;
	session()->slot[0].busy_last = INT64_MAX;
	w.core->settling.deadline = INT64_MIN;
	call()->expiry.deadline = TICK_NEVER - 1;
	peer_at(&w.core->peers, 0)->stunned_until = TICK_NEVER;
	T_TEXT(resume(), "");
	T_EQUAL(session()->hang, TICK_FAR);
	T_EQUAL(session()->since, TICK_LONG_AGO);
	T_EQUAL(session()->slot[0].busy_last, TICK_FAR);
	T_EQUAL(w.core->settling.deadline, TICK_LONG_AGO);
	T_EQUAL(call()->expiry.deadline, TICK_FAR);
	T_EQUAL(peer_at(&w.core->peers, 0)->stunned_until, TICK_NEVER);
	close_world();
}

T_CASE(decision_without_words_is_none)
{
	const struct command why = {.kind = COMMAND_WHY, .why = {.id = CLIENT}};

	T_CHECK(open_world());
	decision_restore(&w.core->decisions,
	                 &(struct decision){.who = source_client(CLIENT), .times = 1});
	T_TEXT(resume(), "");
	world_step(&w, &(struct event){.kind = EVENT_COMMAND, .command = &why});
	T_CHECK(w.actions.record_count > 0);
	close_world();
}

T_CASE(address_of_a_target_that_cannot_be_is_ignored)
{
	static const uint8_t ip[4] = {10, 0, 7, 1};
	struct event event = {.kind = EVENT_ADDRESS};
	struct uplink before;

	T_CHECK(open_world());
	event.address = (struct resolved_record){
		.of = {SOURCE_UPLINK, 0}, .target = CONF_TARGETS_MAX, .to = addr_v4(ip, 1000)};
	before = *uplink();
	world_step(&w, &event);
	T_CHECK(memcmp(&before, uplink(), sizeof(before)) == 0);
	close_world();
}

/* ---- places ---- */

/* The socket of the only neighbour comes last. */
static bool read_places(uint8_t socket)
{
	static struct conf_peer peers[CONF_PEERS_MAX];
	uint8_t octets[64];
	struct wr w_all = wr_make(octets, sizeof(octets));
	struct conf conf = w.conf;

	conf_places_write(&w_all, &w.conf);
	size_t len = wr_len(&w_all);
	octets[len - 1] = socket;
	struct rd rd = rd_make(octets, len);
	return conf_places_read(&rd, &conf, peers) && rd_done(&rd) &&
	       conf.uplink[0].socket == CONF_UPLINK_SOCKETS;
}

T_CASE(socket_belongs_to_its_link)
{
	T_CHECK(open_world());
	T_CHECK(read_places(CONF_PEER_SOCKETS));
	T_CHECK(read_places(CONF_UPLINK_SOCKETS - 1));
	T_CHECK(!read_places(CONF_PEER_SOCKETS - 1));
	T_CHECK(!read_places(CONF_UPLINK_SOCKETS));
	close_world();
}

T_CASE(links_are_no_more_than_fit)
{
	static struct conf_peer peers[CONF_PEERS_MAX];
	struct rd rd = rd_make((const uint8_t *)"", 0);

	T_CHECK(open_world());
	struct conf conf = w.conf;
	conf.peer_count = CONF_PEERS_MAX + 1;
	T_CHECK(!conf_places_read(&rd, &conf, peers));
	close_world();
}

/* So many places of links, of which one has one, without the last octets. */
static bool reads_links(uint16_t places, uint16_t link, size_t cut)
{
	static struct conf_peer peers[CONF_PEERS_MAX];
	uint8_t octets[1024];
	struct conf conf = w.conf;
	struct wr wr = wr_make(octets, sizeof(octets));

	for (int kind = 0; kind < 2; kind++) { /* a listener, an uplink */
		wr_u16(&wr, 1);
		wr_u8(&wr, 1);
	}
	wr_u16(&wr, 0);
	wr_u16(&wr, places);
	for (uint16_t i = 1; i <= places; i++)
		wr_u8(&wr, i == link);
	wr_fill(&wr, CONF_PEER_SOCKETS, places);
	struct rd rd = rd_make(octets, wr_len(&wr) - cut);
	return conf_places_read(&rd, &conf, peers);
}

T_CASE(link_is_within_its_table)
{
	T_CHECK(open_world());
	T_CHECK(reads_links(64, 64, 0)); /* limits: peers */
	T_CHECK(!reads_links(65, 65, 0));
	T_CHECK(reads_links(2, 1, 0));
	T_CHECK(!reads_links(2, 1, 1));
	close_world();
}

T_MAIN()
