/*
 * Who may speak as whom: owners of an ID who sign in on the web page, and whose datagrams are
 * served first because their sender is known.
 */
#include "base/sha.h"
#include "base/text.h"
#include "core/step/limit.h"
#include "core/step/step.h"
#include "harness/t.h"
#include "state/session.h"
#include "unit/core/world.h"
#include "wire/command.h"
#include "wire/obp.h"

#define RADIO 2300101u
#define SALT "00112233445566778899aabbccddeeff"
#define HEAD                                                                                       \
	"[server]\nid = 2345\n[listener l]\nbind = 192.0.2.1:62031\npassphrase "                   \
	"= " WORLD_PASSPHRASE "\n[limits]\nsessions = 4\npeers = 2\n"
#define OWN "[client 2300101]\npassphrase = my very own\n"
#define LINKS                                                                                      \
	"[peer near]\nbind = 192.0.2.1:62040\ntarget = 192.0.2.9:62040\nremote-id = 2346\n"        \
	"passphrase = another one\n[uplink up]\ntarget = 192.0.2.10:62031\nid = 234567899\n"       \
	"passphrase = a third one\nmap = 2:91=91\n"

static struct world w;

/* With the text of the last reply, "" when there was none. */
static const char *ask(uint32_t id, const char *passphrase, uint8_t host)
{
	static char text[128];
	struct command c = {.kind = COMMAND_VERIFY, .number = 7};
	struct event event = {.kind = EVENT_COMMAND, .command = &c};
	uint8_t digest[SHA256_LEN];
	struct sha s;

	c.verify.client = id;
	c.verify.from = world_endpoint(host, 5000).to;
	text_copy(c.verify.salt, sizeof(c.verify.salt), SALT);
	struct text t = text_make(c.verify.digest, sizeof(c.verify.digest));
	sha256_begin(&s);
	sha_add(&s, SALT, strlen(SALT));
	sha_add(&s, passphrase, strlen(passphrase));
	sha_end(&s, digest);
	for (size_t i = 0; i < SHA256_LEN; i++)
		text_format(&t, "%02x", digest[i]);
	text[0] = 0;
	actions_empty(&w.actions);
	world_step(&w, &event);
	for (uint32_t i = 0; i < w.actions.record_count; i++)
		if (w.actions.records[i].kind == RECORD_REPLY)
			text_copy(text, sizeof(text), w.actions.records[i].reply.text);
	return text;
}

static void begin(const char *more)
{
	char text[1024];
	struct endpoint at = world_endpoint(1, 1000);

	snprintf(text, sizeof(text), HEAD "%s", more);
	world_open(&w, text, 1);
	if (strcmp(more, OWN) != 0 && !world_login(&w, &at, RADIO, '3'))
		t_fail(__FILE__, __LINE__, "no login");
}

static void log_in_with(const char *passphrase)
{
	struct endpoint at = world_endpoint(1, 1000);

	T_CHECK(world_login_with(&w, &at, RADIO, '3', passphrase));
}

T_CASE(an_owner_proves_the_own_passphrase)
{
	begin(OWN);
	log_in_with("my very own");
	T_TEXT(ask(RADIO, "my very own", 1), "verified");
	T_TEXT(ask(RADIO, "my very owN", 1), "wrong passphrase");
	T_TEXT(ask(RADIO, WORLD_PASSPHRASE, 1), "wrong passphrase");
	T_CHECK(strcmp(ask(RADIO + 1, "my very own", 1), "verified") != 0);
	world_close(&w);
}

T_CASE(a_passphrase_that_everybody_has_proves_nothing)
{
	begin("");
	w.conf.listener[0].open = true;
	T_TEXT(ask(RADIO, WORLD_PASSPHRASE, 1), "verified");
	w.conf.listener[0].passphrase[0] = 0;
	T_TEXT(ask(RADIO, WORLD_PASSPHRASE, 1),
	       "anyone can log in with this ID, so its passphrase proves nothing");
	w.conf.listener[0].open = false;
	text_copy(w.conf.listener[0].passphrase, sizeof(w.conf.listener[0].passphrase), "passw0rd");
	T_TEXT(ask(RADIO, "passw0rd", 1),
	       "anyone can log in with this ID, so its passphrase proves nothing");
	world_close(&w);
}

T_CASE(half_a_digest_proves_nothing)
{
	struct command c = {.kind = COMMAND_VERIFY, .number = 7, .verify = {.client = RADIO}};

	begin(OWN);
	log_in_with("my very own");
	for (size_t len = 0; len < 2 * SHA256_LEN; len += 8) {
		memset(c.verify.digest, '0', len);
		actions_empty(&w.actions);
		w.now += 10 * TICK_SECOND;
		world_step(&w, &(struct event){.kind = EVENT_COMMAND, .command = &c});
		T_EQUAL(w.actions.record_count, 1);
		T_TEXT(w.actions.records[0].reply.text, "wrong passphrase");
	}
	world_close(&w);
}

/* How many wrong answers it may still give; gives them. */
static unsigned waste(uint8_t host, uint64_t sharer)
{
	struct step step = {.core = w.core, .now = w.now, .actions = &w.actions};
	struct addr from = world_endpoint(host, 5000).to;
	unsigned n = 0;

	while (n < 1000 && limit_allows(&step, LIMIT_WASTED, &from, sharer))
		n++;
	return n;
}

/* Whoever guesses here guesses as a client: an address that has no guess left has none for any ID.
 */
T_CASE(wrong_attempts_are_limited_by_address)
{
	begin(OWN);
	log_in_with("my very own");
	w.now += 20 * TICK_SECOND;
	T_EQUAL(waste(1, 0), 100);
	T_TEXT(ask(RADIO, "my very own", 1), "too many attempts: try again later");
	T_TEXT(ask(RADIO, "my very own", 2), "verified");
	world_close(&w);
}

/* An address that has guessed wrong too often is refused; where many share it, that port alone. */
T_CASE(wrong_answers_count_for_all_who_share_a_port)
{
	struct endpoint one = world_endpoint(1, 1000), other = world_endpoint(1, 1001),
			shared = world_endpoint(2, 1000), its_other = world_endpoint(2, 1001);

	world_open(&w, HEAD "shared-addresses = 10.0.2.0/24\n", 1);
	T_EQUAL(waste(1, 0), 100);
	T_EQUAL(waste(2, shared.to.port), 100);
	T_CHECK(!world_authenticate(&w, &one, RADIO, WORLD_PASSPHRASE));
	T_CHECK(!world_authenticate(&w, &other, RADIO, WORLD_PASSPHRASE));
	T_CHECK(!world_authenticate(&w, &shared, RADIO, WORLD_PASSPHRASE));
	T_CHECK(world_authenticate(&w, &its_other, RADIO, WORLD_PASSPHRASE));
	world_close(&w);
}

/* Wrong ones of an address, and all of an ID: the sixth within a short time is refused. */
T_CASE(attempts_are_limited_by_id)
{
	begin(OWN);
	log_in_with("my very own");
	for (unsigned i = 0; i < 5; i++)
		T_TEXT(ask(RADIO, "my very own", (uint8_t)(i + 1)), "verified");
	T_TEXT(ask(RADIO, "my very own", 9), "too many attempts: try again later");
	T_TEXT(decision_at(&w.core->decisions, 0)->words,
	       "rate limited: too many sign-ins on the web page");
	world_sleep(&w, 5000);
	T_TEXT(ask(RADIO, "my very own", 9), "verified");
	T_TEXT(ask(RADIO, "my very own", 9), "too many attempts: try again later");
	world_close(&w);
}

static bool knows(const struct endpoint *from, const void *bytes, size_t len)
{
	struct event event = {.kind = EVENT_DATAGRAM};

	event.datagram.bytes = bytes;
	event.datagram.len = len;
	event.datagram.from = *from;
	return core_knows(w.core, &event);
}

T_CASE(a_client_is_known_where_it_logged_in)
{
	struct endpoint at = world_endpoint(1, 1000), port = world_endpoint(1, 1001),
			host = world_endpoint(2, 1000);
	uint8_t bytes[64];
	struct wr out = wr_make(bytes, sizeof(bytes));

	begin("");
	hbp_write_ping(&out, RADIO);
	T_CHECK(knows(&at, bytes, wr_len(&out)));
	T_CHECK(!knows(&port, bytes, wr_len(&out)));
	T_CHECK(!knows(&host, bytes, wr_len(&out)));
	T_CHECK(!knows(&at, bytes, wr_len(&out) - 1));
	T_CHECK(!knows(&at, "nothing", 7));
	out = wr_make(bytes, sizeof(bytes));
	hbp_write_ping(&out, RADIO + 1);
	T_CHECK(!knows(&at, bytes, wr_len(&out)));
	out = wr_make(bytes, sizeof(bytes));
	hbp_write_login(&out, RADIO + 1);
	world_datagram(&w, &host, bytes, wr_len(&out));
	T_CHECK(!knows(&host, bytes, wr_len(&out))); /* only challenged */
	session_find(&w.core->sessions, RADIO)->state = SESSION_AUTHENTICATED;
	out = wr_make(bytes, sizeof(bytes));
	hbp_write_ping(&out, RADIO);
	T_CHECK(!knows(&at, bytes, wr_len(&out))); /* only with its passphrase */
	world_close(&w);
}

T_CASE(a_link_is_known_at_its_address_and_an_uplink_anywhere)
{
	uint8_t ip[4] = {192, 0, 2, 9}, other[4] = {192, 0, 2, 8};
	struct endpoint near = {.to = addr_v4(ip, 62040)}, far = {.to = addr_v4(other, 62040)};

	begin(LINKS);
	near.socket = far.socket = w.conf.peer[0].socket;
	T_CHECK(knows(&near, "x", 1));
	T_CHECK(!knows(&far, "x", 1));
	peer_at(&w.core->peers, 0)->has_address = false;
	T_CHECK(!knows(&near, "x", 1));
	peer_at(&w.core->peers, 0)->has_address = true;
	T_CHECK(knows(&near, "x", 1));
	near.to.port++;
	T_CHECK(!knows(&near, "x", 1));
	near.socket = far.socket = CONF_UPLINK_SOCKETS;
	T_CHECK(knows(&near, "x", 1) && knows(&far, "x", 1)); /* its socket is its own */
	world_close(&w);
}

T_MAIN()
