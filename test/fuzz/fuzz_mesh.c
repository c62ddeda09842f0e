/*
 * Mesh datagrams of any octets at a server with four links and a hotspot, under a moving clock; at
 * the end the core is whole and, after a minute of silence, no client is logged in. An input that
 * begins with a tag of the mesh is one datagram, signed again; any other is a list of events.
 *
 *   who     0..3 a link: FBP, OpenBridge, relaxed FBP, FBP without a target; 4 the hotspot,
 *           5 a stranger, 6 the operator, 7 nobody, modulo 8; 0x80 the octets are signed with the
 *           key of the links, so that what is behind the MAC is reached; 0x40 a DMRE is of now,
 *           and by a server of the mesh; 0x20 a burst is to a talkgroup with a listener
 */
#include "play.h"

#include "base/blake2b.h"
#include "base/hmac.h"
#include "base/text.h"
#include "wire/obp.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define HOTSPOT 234567801u
#define KEY "kilo tango"
#define MESH_SOCKET CONF_PEER_SOCKETS
#define TG_AT 8u
#define FLAGS_AT 15u
#define FRAME_LEN 53u
#define STAMP_AT 56u
#define SERVER_AT 64u
#define DATAGRAM_MAX 2048u

static const char text[] =
	"[server]\nid = 2345\n[listener l]\nbind = 192.0.2.1:62031\npassphrase = " WORLD_PASSPHRASE
	"\nstatic-2 = 91\n[limits]\nsessions = 2\nsubscriptions = 8\nstreams = 16\nlocations = 16\n"
	"transmit-timeout = 2s\n"
	"[peer a]\nbind = 192.0.2.1:62044\ntarget = 10.0.0.1:1000\npassphrase = " KEY "\n"
	"accept-stun = yes\nstun-time = 1s\n"
	"[peer b]\nbind = 192.0.2.1:62044\ntarget = 10.0.1.1:1000\npassphrase = " KEY "\n"
	"protocol = obp\n"
	"[peer c]\nbind = 192.0.2.1:62044\ntarget = 10.0.2.1:1000\npassphrase = " KEY "\n"
	"relaxed = yes\nremote-id = 7301\n"
	"[peer d]\nbind = 192.0.2.1:62044\npassphrase = " KEY "\nrelaxed = yes\nremote-id = 7302\n";

/* What leaves is signed, and no frame leaves with more hops than there may be. */
static void look_at_mesh(const uint8_t *sent, size_t len)
{
	struct obp_key key = obp_key_make(KEY, false);
	struct obp_message m;
	const char *reason = "";

	enum parse answer = obp_parse(sent, len, &m, &reason);
	assert(answer == PARSE_OK && obp_authentic(&key, sent, len, &m));
	assert(m.kind != OBP_BURST || m.burst.hops <= 10);
	(void)answer;
}

static void look_at(uint32_t socket, const uint8_t *sent, size_t len)
{
	struct hbp_message m;
	const char *reason = "";

	if (socket == MESH_SOCKET)
		look_at_mesh(sent, len);
	else
		assert(hbp_parse(sent, len, &m, &reason) == PARSE_OK);
}

static struct play play = {.look_at = look_at};

static void log_in(void)
{
	struct endpoint at = world_endpoint(4, 1000);

	if (!world_login(&play.world, &at, HOTSPOT, '3'))
		abort();
}

static void order(uint8_t what)
{
	struct command command = {.kind = COMMAND_PEER, .peer = {"a", what >> 3 & 3}};

	command.peer.name[0] = (char)('a' + (what >> 5));
	if (command.peer.order == PEER_ORDERS)
		command = (struct command){.kind = COMMAND_SNAPSHOT};
	play_order(&play, &command);
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

static void freshen(uint8_t *bytes, size_t len)
{
	struct wr w = wr_make(bytes + STAMP_AT, SERVER_AT + 4 - STAMP_AT);

	if (len < 85 || memcmp(bytes, "DMRE", 4) != 0)
		return;
	wr_u64(&w, WALL_NS + (uint64_t)(play.world.now - WORLD_START) * 1000000);
	wr_u32(&w, 7301);
}

static void aim(uint8_t *bytes, size_t len)
{
	struct wr w = wr_make(bytes + TG_AT, 3);

	if (len <= FLAGS_AT)
		return;
	wr_u24(&w, 91);
	bytes[FLAGS_AT] &= 0x3F;
}

static void datagram(uint8_t who, const uint8_t *bytes, size_t len)
{
	struct endpoint from = world_endpoint(who & 7, (uint16_t)(1000 + (who >> 3 & 1)));
	uint8_t copy[DATAGRAM_MAX];

	if (len > sizeof(copy))
		len = sizeof(copy);
	memcpy(copy, bytes, len);
	if (who & 0x20)
		aim(copy, len);
	if (who & 0x40)
		freshen(copy, len);
	if (who & 0x80)
		sign(copy, len);
	from.socket = (who & 7) == 4 ? 0 : MESH_SOCKET;
	play_datagram(&play, &from, copy, len);
}

static void event(uint8_t who, uint8_t *bytes, size_t len)
{
	if ((who & 7) == 6)
		order(who);
	else
		datagram(who, bytes, len);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	play_open(&play, text, log_in);
	if (size >= 4 && (memcmp(data, "DMR", 3) == 0 || memcmp(data, "BC", 2) == 0)) {
		for (uint8_t link = 0; link < 4; link++) {
			datagram(link, data, size);
			datagram(link | 0x80, data, size);
			datagram(link | 0xE0, data, size);
		}
	} else {
		play_events(&play, data, size, event);
	}
	play_sleep(&play, TICK_MINUTE);
	assert(!core_has_sessions(play.world.core));
	return 0;
}
