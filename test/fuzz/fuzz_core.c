/*
 * Sessions and server links from login to log-out, as one stream of events under a moving clock: an
 * input is a list of
 *
 *   what(1)  wait(1), in units of 16 ms  len(1)  octets(len)
 *
 * An input that begins with the tag of a datagram is one, which comes from every side, for a link
 * also signed. The low four bits of `what` choose from `acts`, the high four say who: of the
 * clients (8: from another port), of the links a to e (likewise), or as each act says.
 *
 * Decoder: core/command.c core/intake.c core/mesh.c core/mesh core/access core/conference
 * core/delivery core/routing core/telling/decision.c core/telling/rows.c core/telling/snapshot.c
 * without mesh_mend uplink_mend snapshot_hash
 */
#include "play.h"

#include "dmr/alias.h"
#include "hotspot/talk.h"

#define EVENT_HEAD 3u
#include "fuzz/events.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define SPEAKERS (CLIENTS + LINKS + 1)
#define HANDOVER_MAX (1u << 20)
#define DATAGRAM_MAX 2048u
#define TG_AT 8u
#define FLAGS_AT 15u
#define FRAME_LEN 53u
#define STAMP_AT 56u
#define OUR_SERVER 2345u
#define FAR_SERVER 7301u
#define UPLINK_ID 234567899u
#define RADIO 2345000u /* of the first speaker; the others follow */
#define FAR_RADIO (RADIO + CLIENTS)
#define DENIED_RADIO 666u

/* Where calls go: talkgroups, commands of the radio, radios, and what is refused. */
static const uint32_t destinations[] = {91,       8,        9,         235,  92,      4000,
                                        5000,     9990,     9991,      9992, 2345678, FIRST_ID,
                                        16777215, 16777214, FAR_RADIO, 1};

/* Other settings, without a listener, a neighbour, the announcement and the uplink. */
static const char other_text[] = PLAY_SERVER PLAY_LISTENER
	"static-1 = 92\nsingle = yes\ntimer = 0\nhang-time = 0s\nprompts = "
	"none\n" PLAY_LIMITS PEER_AT("a") "target = 10.0.0.1:1001\n" PEER_AT(
		"b") "target = 10.0.1.1:1000\nprotocol = obp\ntransit = "
		     "none\n" PEER_AT("c") "target = 10.0.2.1:1000\nrelaxed "
					   "= yes\nremote-id = "
					   "7301\n" PEER_AT("d") "relaxed = "
								 "yes\nremote"
								 "-id = "
								 "7303\n";

static struct conf other_conf;
static struct talk talks[SPEAKERS];
static bool stopped;

/* Clients. */

static void client_says(unsigned who, uint8_t *bytes, size_t len)
{
	struct endpoint from = play_client(who & 7, who & 8);

	play_datagram(&from, bytes, len);
}

/* A burst of any octets, but for tag and client. */
static void client_bursts(unsigned who, uint8_t *bytes, size_t len)
{
	if (len > 15) {
		struct wr w = wr_make(bytes, 4);
		wr_bytes(&w, "DMRD", 4);
		w = wr_make(bytes + HBP_BURST_ID_AT, 4);
		wr_u32(&w, FIRST_ID + (who & 7));
	}
	client_says(who, bytes, len);
}

static void write_step(struct wr *w, uint32_t id, const uint8_t *bytes, size_t len)
{
	struct hbp_config config = {.callsign = "N0CALL", .slots = len > 1 ? (char)bytes[1] : '3'};
	uint8_t digest[SHA256_LEN];

	switch (len ? bytes[0] % 6 : 4) {
	case 0:
		hbp_write_login(w, id);
		break;
	case 1:
		hbp_digest(play.salt[id - FIRST_ID], WORLD_PASSPHRASE, digest);
		hbp_write_key(w, id, digest);
		break;
	case 2:
		hbp_write_config(w, id, &config);
		break;
	case 3:
		hbp_write_options(w, id, (const char *)bytes + 1, len - 1);
		break;
	case 4:
		hbp_write_ping(w, id);
		break;
	case 5:
		hbp_write_close(w, id);
		break;
	}
}

/* One step of a login, options, a ping, a log-out. */
static void client_steps(unsigned who, uint8_t *bytes, size_t len)
{
	uint8_t out[HBP_DATAGRAM_MAX];
	struct wr w = wr_make(out, sizeof(out));

	write_step(&w, FIRST_ID + (who & 7), bytes, len);
	client_says(who, out, wr_len(&w));
}

/* Calls as radios make them, from clients, neighbours and the other server. */

static uint32_t network_id(unsigned speaker)
{
	return speaker < CLIENTS            ? FIRST_ID + speaker
	       : speaker == CLIENTS + LINKS ? UPLINK_ID
	       : speaker == CLIENTS + 2     ? 7301
	       : speaker == CLIENTS + 3     ? 7302
	                                    : OUR_SERVER;
}

/* What speaker `by` says, or a copy of it that comes by way of others. */
static void send_from_link(unsigned link, unsigned by, const struct hbp_burst *frame)
{
	struct obp_key key = obp_key_make(KEY, false);
	struct endpoint from = world_endpoint((uint8_t)link, 1000);
	bool ours = by < CLIENTS || by == CLIENTS + LINKS, copy = by != CLIENTS + link;
	struct obp_burst b = {.frame = *frame,
	                      .source_server = ours ? OUR_SERVER : FAR_SERVER,
	                      .source_repeater = FIRST_ID,
	                      .hops = copy ? 2 : 1};
	uint8_t out[OBP_DATAGRAM_MAX];
	struct wr w = wr_make(out, sizeof(out));

	if (link == 1)
		obp_write_v1(&w, &key, frame);
	else
		obp_write_v5(&w, &key, &b, play_wall());
	from.socket = MESH_SOCKET;
	play_datagram(&from, out, wr_len(&w));
}

static void send_from(unsigned speaker, const struct hbp_burst *b)
{
	struct endpoint from =
		speaker < CLIENTS ? play_client(speaker, false) : play_master(0, false);
	uint8_t out[HBP_BURST_LEN];
	struct wr w = wr_make(out, sizeof(out));

	if (speaker >= CLIENTS && speaker < CLIENTS + LINKS) {
		send_from_link(speaker - CLIENTS, speaker, b);
		return;
	}
	hbp_write_burst(&w, b);
	play_datagram(&from, out, wr_len(&w));
}

static void send(unsigned speaker, const struct hbp_burst *b, bool twice)
{
	unsigned link = speaker < CLIENTS ? speaker % LINKS : (speaker - CLIENTS + 1) % LINKS;
	struct hbp_burst copy = *b;

	send_from(speaker, b);
	if (!twice)
		return;
	copy.client = network_id(CLIENTS + link);
	copy.slot = 1;
	send_from_link(link, speaker, &copy);
}

static void begin_talk(struct talk *t, unsigned speaker, const uint8_t bytes[static 4])
{
	t->next = (struct hbp_burst){.src = bytes[0] & 32 ? DENIED_RADIO : RADIO + speaker,
	                             .dst = destinations[bytes[1] % ARRAY_LEN(destinations)],
	                             .slot = bytes[0] & 1 ? 2 : 1,
	                             .unit = bytes[0] & 2,
	                             .stream = bytes[2]};
	t->next.client = network_id(speaker);
	talk_code(t);
}

/* From now on the voice carries a block of the talker's alias. */
static void talk_alias(struct talk *t, unsigned block)
{
	struct talker_alias alias = alias_make("N0CALL of the fuzzer");
	struct lc lc = alias_lc(&alias, block);

	lc_encode(&lc, &t->coded);
}

/*
 * flags(1)  destination(1)  stream(1)  frames(1): flags 4 a header begins the call, 8 a terminator
 * ends it, 16 this is data instead of voice, 32 by a radio that is denied, 64 the voice carries a
 * block of an alias, the one with the number in the low bits of `stream`, 128 a copy of each frame
 * comes by another link as well. The high three bits of `frames`, if not 0, lose every nth.
 */
static void talk(unsigned who, uint8_t *bytes, size_t len)
{
	static const uint8_t ambe[TALK_AMBE_LEN];
	unsigned speaker = who % SPEAKERS;
	struct talk *t = &talks[speaker];

	if (len < 4)
		return;
	bool twice = bytes[0] & 128;
	unsigned nth = bytes[3] >> 5;
	if (bytes[0] & 4 || !t->next.slot) {
		begin_talk(t, speaker, bytes);
		struct hbp_burst b = talk_lc(t, bytes[0] & 16 ? DMR_DATA_HEADER : DMR_VOICE_HEADER);
		send(speaker, &b, twice);
	}
	if (bytes[0] & 64)
		talk_alias(t, bytes[2] % ALIAS_BLOCKS);
	for (unsigned i = 0; i < bytes[3] % 32; i++) {
		play_sleep(60);
		struct hbp_burst b = talk_voice(t, ambe);
		if (bytes[0] & 16)
			b.class = burst_of_type(i & 1 ? DMR_RATE_34_DATA : DMR_CSBK);
		if (!nth || i % (nth + 1) != nth)
			send(speaker, &b, twice);
	}
	if (bytes[0] & 8) {
		struct hbp_burst b = talk_lc(t, DMR_TERMINATOR);
		send(speaker, &b, twice);
	}
}

/* The other server. */

static void master_says(unsigned who, uint8_t *bytes, size_t len)
{
	struct endpoint from = play_master(who & 1, who & 8);

	play_datagram(&from, bytes, len);
}

/* Neighbours. */

static void link_says(unsigned who, uint8_t *bytes, size_t len)
{
	struct endpoint from =
		world_endpoint((uint8_t)((who & 7) % (LINKS + 1)), who & 8 ? 1001 : 1000);

	from.socket = MESH_SOCKET;
	play_datagram(&from, bytes, len);
}

static void sign(uint8_t *bytes, size_t len)
{
	uint8_t key[OBP_KEY_LEN] = KEY;
	struct blake2b blake;
	struct hmac hmac;

	if (len > FRAME_LEN && memcmp(bytes, "DMRE", 4) == 0) {
		blake2b_begin(&blake, 16, key, sizeof(key));
		blake2b_add(&blake, bytes, len - 16);
		blake2b_end(&blake, bytes + len - 16);
	} else if (len >= 24) {
		bool version = memcmp(bytes, "BCVE", 4) == 0;
		hmac_begin(&hmac, key, sizeof(key));
		hmac_add(&hmac, bytes + (version ? 4 : 0), len - 20 - (version ? 4 : 0));
		hmac_end(&hmac, bytes + len - 20);
	}
}

static void link_signs(unsigned who, uint8_t *bytes, size_t len)
{
	sign(bytes, len);
	link_says(who, bytes, len);
}

/* A DMRE of now, by a server of the mesh. */
static void link_signs_now(unsigned who, uint8_t *bytes, size_t len)
{
	if (len >= 85 && memcmp(bytes, "DMRE", 4) == 0) {
		struct wr w = wr_make(bytes + STAMP_AT, 12);
		wr_u64(&w, play_wall());
		wr_u32(&w, FAR_SERVER);
	}
	link_signs(who, bytes, len);
}

/* ... to a talkgroup with listeners. */
static void link_signs_for_us(unsigned who, uint8_t *bytes, size_t len)
{
	if (len > FLAGS_AT) {
		struct wr w = wr_make(bytes + TG_AT, 3);
		wr_u24(&w, 91);
		bytes[FLAGS_AT] &= 0x3F;
	}
	link_signs_now(who, bytes, len);
}

/* The operator, the reporter, the resolver, the parent. */

/* kind(1)  fields: what follows is zeros. Then the rows it asks for. */
static void command(unsigned who, uint8_t *bytes, size_t len)
{
	uint8_t whole[COMMAND_LEN] = {
		COMMAND_VERSION, len ? bytes[0] % COMMAND_READY : 0, 0, 0, 0, 1};
	struct command c;
	const char *reason;

	(void)who;
	if (len > 1)
		memcpy(whole + 6, bytes + 1, len - 1);
	if (command_parse(whole, sizeof(whole), &c, &reason) != PARSE_OK)
		return;
	play_step(&(struct event){.kind = EVENT_COMMAND, .command = &c});
	while (core_wants_rows(play.world.core))
		play_step(&(struct event){.kind = EVENT_ROWS, .rows = 20});
}

static void resolve(unsigned who, uint8_t *bytes, size_t len)
{
	struct event event = {.kind = EVENT_ADDRESS};
	struct endpoint at = world_endpoint(len ? bytes[0] : UPLINK_HOST, 1000);

	event.address.of = (struct source){.kind = who & 8 ? SOURCE_UPLINK : SOURCE_PEER,
	                                   .index = who & 8 ? who & 1 : (who & 7) % LINKS};
	event.address.to = at.to;
	play_step(&event);
}

/* Settings change; to those of the beginning if `who` is odd. */
static void reload(unsigned who, uint8_t *bytes, size_t len)
{
	const struct conf *conf = who & 1 ? &play.world.conf : &other_conf;

	(void)bytes, (void)len;
	do {
		play_step(&(struct event){.kind = EVENT_CONF, .conf = conf});
	} while (!core_follows(play.world.core, conf));
}

/* Data goes on after a client has gone, until its time is over. */
static uint32_t calls_of_nobody(const struct core *core)
{
	uint32_t calls = 0;

	POOL_EACH(const struct stream *, x, &core->streams.pool)
		calls += x->origin.kind == SOURCE_CLIENT &&
		         !session_get(&core->sessions, x->session);
	return calls;
}

/* Another binary goes on with the octets of this core, and knows all that it knew. */
static void upgrade(void)
{
	static uint8_t octets[HANDOVER_MAX];
	struct core *old = play.world.core;
	struct arena room;
	uint32_t left = 0;

	if (!core_follows(old, &play.world.conf) || stopped)
		return;
	size_t len = core_hand_over(old, octets, sizeof(octets));
	play.used = !play.used;
	play.world.core = play_fresh(play.used);
	const char *fault = core_take_over(play.world.core, octets, len, &room, &left);
	arena_release(&room);
	assert(len && !fault && left == calls_of_nobody(old));
	assert(core_sessions(play.world.core) == core_sessions(old));
	assert(core_calls(play.world.core) + left == core_calls(old));
	play_look();
}

static void serve(unsigned who, uint8_t *bytes, size_t len)
{
	(void)bytes, (void)len;
	switch (who % 4) {
	case 0:
		upgrade();
		break;
	case 1:
		play_step(&(struct event){.kind = EVENT_MEND, .all = who & 4});
		break;
	case 2:
		play_step(&(struct event){
			.kind = EVENT_LOST,
			.lost = {FIRST_ID + (who >> 2), play_client(who >> 2, false)}});
		break;
	case 3:
		play_step(&(struct event){.kind = EVENT_STOP});
		stopped = true;
		break;
	}
}

/* 5 to 80 s of silence. */
static void wait(unsigned who, uint8_t *bytes, size_t len)
{
	(void)bytes, (void)len;
	play_sleep((tick_t)(who + 1) * 5 * TICK_SECOND);
}

static void (*const acts[])(unsigned who, uint8_t *bytes, size_t len) = {
	client_says, client_bursts,  client_steps,      talk,    master_says, link_says,
	link_signs,  link_signs_now, link_signs_for_us, command, resolve,     reload,
	serve,       wait,
};

static void begin(void)
{
	stopped = false;
	memset(talks, 0, sizeof(talks));
	play_open();
	if (other_conf.listener_count)
		return;
	if (conf_parse(other_text, strlen(other_text), "other", &other_conf, world_complain,
	               NULL) != 0)
		abort();
	play_record_audio(&other_conf);
}

static bool is_datagram(const uint8_t *data, size_t size)
{
	return size >= 4 && (memcmp(data, "DMR", 3) == 0 || memcmp(data, "BC", 2) == 0 ||
	                     memcmp(data, "RPT", 3) == 0 || memcmp(data, "MST", 3) == 0);
}

static void from_every_side(const uint8_t *data, size_t size)
{
	static void (*const sides[])(unsigned who, uint8_t *bytes, size_t len) = {
		client_says, master_says, link_says, link_signs, link_signs_for_us};
	uint8_t bytes[DATAGRAM_MAX];
	size_t len = size < sizeof(bytes) ? size : sizeof(bytes);

	for (size_t i = 0; i < ARRAY_LEN(sides); i++)
		for (unsigned who = 0; who < LINKS; who++) {
			memcpy(bytes, data, len);
			sides[i](who, bytes, len);
		}
}

static void play_events(struct rd *r)
{
	while (rd_more(r)) {
		uint8_t what = rd_u8(r), wait_16ms = rd_u8(r), len = rd_u8(r), bytes[255];
		size_t have = len < rd_left(r) ? len : rd_left(r);
		rd_bytes(r, bytes, have);
		play_sleep((tick_t)wait_16ms * 16);
		acts[(what & 15u) % ARRAY_LEN(acts)](what >> 4, bytes, have);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct rd r = rd_make(data, size);

	begin();
	if (is_datagram(data, size))
		from_every_side(data, size);
	else
		play_events(&r);
	play_close();
	return 0;
}
