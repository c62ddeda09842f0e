/*
 * Datagrams of any octets, from clients, strangers and a server that we are a client of, under a
 * moving clock; at the end the core is whole and, after a long silence, no client is logged in.
 *
 *   who     0..3 a client that was logged in at first, 4 a stranger, 5 a snapshot and rows,
 *           6 a kick, 7 a stop, modulo 8; with 0x80 the octets are a burst from offset 4 on, and
 *           tag and client id are put in; with 0x40 it comes from the other server, to which we
 *           are logged in at first
 */
#include "play.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define CLIENTS 4u
#define FIRST_ID 234567801u
#define UPLINK_SOCKET CONF_UPLINK_SOCKETS
#define UPLINK_HOST 9

static const char text[] =
	"[server]\nid = 2345\n[listener l]\nbind = 192.0.2.1:62031\npassphrase = " WORLD_PASSPHRASE
	"\nstatic-2 = 91\nsingle = no\ntimer = 5s\nfollow-port = yes\nprivate-calls = yes\n"
	"[limits]\nsessions = 5\nsubscriptions = 16\nstreams = 16\ntransmit-timeout = 2s\n"
	"[uplink up]\ntarget = 10.0.9.1:1000, 10.0.9.1:1001\nid = 234567899\noptions = TS2=91\n"
	"map = 2:91 = 91, 1:8 = 8\nprivate-calls = yes\ndefault-route = yes\n";

static bool over; /* no client is logged in, only we to the other server */

static void look_at(uint32_t socket, const uint8_t *sent, size_t len)
{
	struct hbp_message m;
	const char *reason = "";

	assert(hbp_parse(sent, len, &m, &reason) == PARSE_OK);
	assert(!over || socket == UPLINK_SOCKET); /* so no client is sent away */
}

static struct play play = {.look_at = look_at};

static struct endpoint master(uint16_t port)
{
	struct endpoint at = world_endpoint(UPLINK_HOST, port);

	at.socket = UPLINK_SOCKET;
	return at;
}

static void log_in(void)
{
	static const uint8_t ack[] = "RPTACK\1\2\3\4";
	struct endpoint up = master(1000);

	for (unsigned i = 0; i < CLIENTS; i++) {
		struct endpoint at = world_endpoint((uint8_t)i, 1000);
		if (!world_login(&play.world, &at, FIRST_ID + i, i == 3 ? '4' : '3'))
			abort();
	}
	world_sleep(&play.world, 0);
	for (unsigned i = 0; i < 4; i++)
		world_datagram(&play.world, &up, ack, i ? 6 : 10);
}

static void order(uint8_t what)
{
	if (what == 7)
		play_step(&play, &(struct event){.kind = EVENT_STOP});
	else
		play_order(&play,
		           &(struct command){.kind = what == 6 ? COMMAND_KICK : COMMAND_SNAPSHOT,
		                             .kick = {FIRST_ID}});
}

static void event(uint8_t who, uint8_t *bytes, size_t len)
{
	uint16_t port = (uint16_t)(1000 + (who >> 3 & 1));
	struct endpoint from = who & 0x40 ? master(port) : world_endpoint(who & 7, port);

	if (!(who & 0x40) && (who & 7) > 4) {
		order(who & 7);
		return;
	}
	if (who & 0x80 && len > 15) {
		struct wr w = wr_make(bytes, 4);
		wr_bytes(&w, "DMRD", 4);
		w = wr_make(bytes + HBP_BURST_ID_AT, 4);
		wr_u32(&w, FIRST_ID + (who & 3));
	}
	play_datagram(&play, &from, bytes, len);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	over = false;
	play_open(&play, text, log_in);
	play_events(&play, data, size, event);
	play_sleep(&play, 10 * TICK_MINUTE);
	over = true;
	play_step(&play, &(struct event){.kind = EVENT_STOP});
	assert(!core_has_sessions(play.world.core));
	return 0;
}
