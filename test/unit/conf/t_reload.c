#include "conf/parse.h"
#include "conf/reload.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "harness/t.h"

#define CLIENTS 3u
#define PEERS 64u

static struct conf running, fresh;
static char told[4000];

static void complain(void *context, const char *line)
{
	(void)context;
	t_fail(__FILE__, __LINE__, "%s", line);
}

static void note(void *context, const char *what, enum conf_when when)
{
	static const char *const words[] = {"now ", "login ", "later "};

	(void)context;
	strcat(told, words[when]);
	strcat(told, what);
	strcat(told, "\n");
}

static void forget(void)
{
	arena_release(&running.arena);
	arena_release(&fresh.arena);
}

static void read_both(const char *before, const char *after)
{
	static struct conf_client client[CLIENTS];
	static struct conf_peer peer[PEERS];

	forget();
	told[0] = 0;
	if (conf_parse(before, strlen(before), "f", &running, complain, NULL) != 0 ||
	    conf_parse(after, strlen(after), "f", &fresh, complain, NULL) != 0)
		abort();
	for (uint32_t i = 0; i < running.client_count; i++)
		client[i] = running.client[i];
	for (uint32_t i = 0; i < running.peer_count; i++)
		peer[i] = running.peer[i];
	running.client = client;
	running.peer = peer;
}

static bool reload(void)
{
	return conf_reload(&running, &fresh, CLIENTS, note, NULL);
}

#define SERVER "[server]\nid = 2345\n"
#define ONE "[listener one]\nbind = 127.0.0.1:1\npassphrase = hotel mike nine\n"
#define TWO "[listener two]\nbind = 127.0.0.1:2\npassphrase = hotel mike nine\n"
#define NEWS "[announcement news]\nrecording = 9991\nevery = 1h\n"
#define UPLINK "[uplink bm]\ntarget = 127.0.0.1:6\nid = 234567899\nmap = 2:91=91\n"
#define PEER "[peer uk]\nbind = 127.0.0.1:4\ntarget = 127.0.0.1:5\npassphrase = abc def\n"

T_CASE(changes_are_told_and_count_or_wait)
{
	static const struct {
		const char *before, *after, *told;
	} rows[] = {
		{SERVER ONE, SERVER ONE, ""},
		{SERVER ONE, SERVER ONE "static-2 = 91\n", "now [listener one] static-2\n"},
		{SERVER ONE, "[server]\nid = 2346\nname = X\n" ONE,
	         "later [server] id\nnow [server] name\n"},
		{SERVER ONE,
	         SERVER "[listener one]\nbind = 127.0.0.1:9\npassphrase = kilo kilo two\n",
	         "now [listener one] bind\nlogin [listener one] passphrase\n"},
		{SERVER ONE, SERVER ONE "open = yes\nclients = permit 2340001\nalias = yes\n",
	         "login [listener one] open\nlogin [listener one] clients\nnow [listener one] "
	         "alias\n"},
		{SERVER ONE, SERVER "recorder = 1M\n" ONE, "later [server] recorder\n"},
		{SERVER ONE TWO "timer = 5m\n", SERVER TWO ONE,
	         "now [listener two] timer\n"}, /* their order says nothing */
		{SERVER ONE, SERVER TWO ONE, "now [listener two]\n"},
		{SERVER ONE TWO, SERVER TWO, "now [listener one]\n"},
		{SERVER ONE "[limits]\nsessions = 5\n",
	         SERVER ONE "[limits]\nframes-per-second = 30\n",
	         "later [limits] sessions\nnow [limits] frames-per-second\n"},
		{SERVER ONE, SERVER ONE "[report]\ncontrol = x\nmetrics = no\n",
	         "now [report] control\nnow [report] metrics\n"},
		{SERVER ONE, SERVER ONE "[report]\nhistory-top = 60\nmqtt = 127.0.0.1:1883\n",
	         "now [report] mqtt\nlater [report] history-top\n"},
		{SERVER ONE "static-2 = 91\n", SERVER ONE "static-2 = 92\n",
	         "now [listener one] static-2\n"},
		{SERVER ONE "clients = permit 1-5\n", SERVER ONE "clients = deny 1-5\n",
	         "login [listener one] clients\n"},
		{SERVER ONE "map = 2:8=91\n", SERVER ONE "map = 2:8=91\n", ""},
		{SERVER ONE "map = 2:8=91\n", SERVER ONE "map = 1:8=91\n",
	         "now [listener one] map\n"},
		{SERVER ONE "map = 2:8=91\n", SERVER ONE "map = 2:7=91\n",
	         "now [listener one] map\n"},
		{SERVER ONE "map = 2:8=91\n", SERVER ONE "map = 2:8=92\n",
	         "now [listener one] map\n"},
		{SERVER ONE "map = 2:8=91\n", SERVER ONE "map = 2:8=91, 2:7=92\n",
	         "now [listener one] map\n"},
		{SERVER ONE "map = 2:8=91, 2:7=92\n", SERVER ONE "map = 2:8=91\n",
	         "now [listener one] map\n"},
		{SERVER ONE PEER, SERVER ONE PEER "relaxed = yes\n", "now [peer uk] relaxed\n"},
		{SERVER ONE PEER, SERVER ONE, "now [peer uk]\n"},
		{SERVER ONE, SERVER ONE PEER, "now [peer uk]\n"},
		{SERVER ONE NEWS, SERVER ONE NEWS "talkgroup = 91\n",
	         "now [announcement news] talkgroup\n"},
		{SERVER ONE NEWS, SERVER ONE, "now [announcement news]\n"},
		{SERVER ONE, SERVER ONE NEWS, "now [announcement news]\n"},
		{SERVER ONE UPLINK, SERVER ONE UPLINK "transit = all\n",
	         "now [uplink bm] transit\n"},
		{SERVER ONE UPLINK, SERVER ONE, "now [uplink bm]\n"},
		{SERVER ONE, SERVER ONE UPLINK, "now [uplink bm]\n"},
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		read_both(rows[i].before, rows[i].after);
		T_CHECK(reload());
		T_TEXT(told, rows[i].told);
		/* Once more: only deferred changes are reported again. */
		told[0] = 0;
		T_CHECK(reload());
		T_CHECK(!strstr(told, "now ") && !strstr(told, "login "));
		T_EQUAL(strstr(told, "later ") != NULL, strstr(rows[i].told, "later ") != NULL);
	}
}

#define OTHER(name, port)                                                                          \
	"[peer " name "]\nbind = 127.0.0.1:" port "\ntarget = 127.0.0.1:9\npassphrase = abc def\n"

/* Neighbours at one address share its socket, whether they were there or not. */
T_CASE(a_new_neighbour_shares_the_socket_of_its_address)
{
	read_both(SERVER ONE PEER OTHER("de", "44"),
	          SERVER ONE PEER OTHER("de", "44") OTHER("fr", "4") OTHER("es", "45"));
	T_CHECK(reload());
	T_EQUAL(running.peer_count, 4);
	T_EQUAL(running.peer[2].socket, running.peer[0].socket);
	T_CHECK(running.peer[3].socket != running.peer[0].socket &&
	        running.peer[3].socket != running.peer[1].socket);
	T_CHECK(addr_equal(conf_socket_bind(&running, running.peer[3].socket),
	                   &running.peer[3].bind));
}

/* The table was allocated for the number there was; more wait for a restart. */
T_CASE(neighbours_without_room_wait)
{
	read_both(SERVER ONE PEER "[limits]\npeers = 1\n",
	          SERVER ONE PEER OTHER("de", "44") "[limits]\npeers = 2\n");
	T_CHECK(reload());
	T_EQUAL(running.peer_count, 1);
	T_CHECK(strstr(told, "later [peer de]\n") && strstr(told, "later [limits] peers\n"));
}

/* What was removed leaves a gap, which is nobody's. */
T_CASE(a_gap_is_nobody)
{
	read_both(SERVER ONE TWO PEER UPLINK, SERVER TWO);
	uint32_t socket = running.peer[0].socket;
	T_CHECK(reload());
	T_CHECK(!conf_socket_bind(&running, 0) && !conf_socket_bind(&running, CONF_UPLINK_SOCKETS));
	T_CHECK(conf_socket_bind(&running, 1) != NULL);
	T_CHECK(!conf_socket_bind(&running, socket));
	T_CHECK(!conf_keeps_listener(&running, &fresh, 0));
	T_CHECK(!conf_keeps_listener(&running, &running, 0));
	T_CHECK(conf_keeps_listener(&running, &running, 1));
	T_CHECK(!conf_keeps_listener(&running, &running, 2));
	struct conf moved = running;
	moved.listener[1].bind.port++;
	T_CHECK(!conf_keeps_listener(&running, &moved, 1));
	struct conf_uplink one = fresh.uplink[0], other = one;
	T_CHECK(conf_same_uplink(&one, &other));
	other.name[0] = 'x';
	T_CHECK(!conf_same_uplink(&one, &other));
}

T_CASE(listeners_keep_their_place)
{
	read_both(SERVER ONE TWO "hang-time = 1s\n",
	          SERVER "[listener two]\nbind = 127.0.0.1:22\npassphrase = new and "
	                 "long\nhang-time = 2s\n" ONE);
	T_CHECK(reload());
	T_TEXT(running.listener[0].name, "one");
	T_TEXT(running.listener[1].name, "two");
	T_EQUAL(running.listener[1].bind.port, 22);
	T_TEXT(running.listener[1].passphrase, "new and long");
	T_EQUAL(running.listener[1].defaults.hang_ms, 2000);
}

T_CASE(clients_come_go_and_change)
{
	read_both(
		SERVER ONE "[client 1000005]\nsingle = no\n[client 1000007]\ntimer = 1m\n",
		SERVER ONE
		"[client 1000004]\n[client 1000005]\nsingle = no\n[client 1000007]\ntimer = 2m\n");
	T_CHECK(reload());
	T_TEXT(told, "login [client 1000004]\nnow [client 1000007] timer\n");
	T_EQUAL(running.client_count, 3);
	T_EQUAL(conf_client_find(&running, 1000007)->own.value.timer_ms, 120000);
	read_both(SERVER ONE "[client 1000005]\n[client 1000007]\n",
	          SERVER ONE "[client 1000007]\nsingle = yes\n");
	T_CHECK(reload());
	T_TEXT(told, "login [client 1000005]\nnow [client 1000007] single\n");
	T_CHECK(!conf_client_find(&running, 1000005));
	read_both(SERVER ONE "[client 1000005]\nsingle = no\npassphrase = kilo kilo two\n",
	          SERVER ONE "[client 1000005]\nsingle = no\npassphrase = kilo kilo nine\n"
	                     "[client 1000006]\nident = yes\n");
	T_CHECK(reload());
	T_TEXT(told, "login [client 1000005] passphrase\nnow [client 1000006]\n");
	T_TEXT(conf_client_find(&running, 1000005)->passphrase, "kilo kilo nine");
}

T_CASE(more_clients_than_there_is_room_for_change_nothing)
{
	read_both(SERVER ONE,
	          SERVER ONE "static-2 = 91\n[client 1000001]\n[client 1000002]\n[client 1000003]\n"
	                     "[client 1000004]\n");
	T_CHECK(!reload());
	T_TEXT(told, "");
	T_EQUAL(running.listener[0].defaults.statics[1].count, 0);
}

T_CASE(what_is_offered_stays_while_it_is_used)
{
	const struct conf_room room = {.clients = CLIENTS, .peers = PEERS};
	struct conf_offer *o = calloc(1, conf_offer_size(&room));

	T_CHECK(o && !conf_offer_look(o));
	read_both(SERVER ONE "[client 1000001]\n", SERVER ONE);
	T_CHECK(conf_offer_put(o, &running, &room, CONF_VOICE));
	T_CHECK(!conf_offer_put(o, &running, &room, CONF_VOICE)); /* not taken yet */
	const struct conf *first = conf_offer_look(o);
	T_CHECK(!conf_offer_put(o, &running, &room, CONF_VOICE)); /* the last one is in use */
	conf_offer_take(o);
	T_CHECK(first && !conf_offer_look(o));
	T_EQUAL(first->client[0].id, 1000001);
	running.client[0].id = 1000002;
	T_CHECK(conf_offer_put(o, &running, &room, CONF_VOICE));
	T_EQUAL(first->client[0].id, 1000001);
	const struct conf *second = conf_offer_look(o);
	conf_offer_take(o);
	T_EQUAL(second->client[0].id, 1000002);
	T_CHECK(second != first && second->client != first->client);
	running.client_count = CLIENTS + 1;
	T_CHECK(!conf_offer_put(o, &running, &room, CONF_VOICE));
	running.client_count = 0;
	running.peer_count = PEERS + 1;
	T_CHECK(!conf_offer_put(o, &running, &room, CONF_VOICE));
	free(o);
	forget();
}

static bool holds(const void *at, size_t size, const char *word)
{
	const char *octets = at;

	for (size_t i = 0; i + strlen(word) <= size; i++)
		if (memcmp(octets + i, word, strlen(word)) == 0)
			return true;
	return false;
}

/* A process that gets an offer can read all of that memory at any time. */
T_CASE(nobody_is_offered_the_secrets_of_others)
{
	static const char *const passphrases[] = {"hotel mike nine", "kilo kilo two", "abc def",
	                                          "india lima six"};
	static const char *const tokens[] = {"token-of-some-length", "another-long-token",
	                                     "brokers"};
	const struct conf_room room = {.clients = CLIENTS, .peers = PEERS};
	size_t size = conf_offer_size(&room);
	struct conf_offer *o = calloc(1, size);

	read_both(SERVER ONE PEER UPLINK
	          "passphrase = india lima six\n"
	          "[client 1000005]\npassphrase = kilo kilo two\n"
	          "[report]\nhttp-token = token-of-some-length\nadmin-token = another-long-token\n"
	          "mqtt = 127.0.0.1:1883\nmqtt-password = brokers\n",
	          SERVER ONE);
	for (int turn = 0; turn < 2; turn++) { /* both halves */
		T_CHECK(conf_offer_put(o, &running, &room, CONF_REPORTER));
		for (size_t i = 0; i < ARRAY_LEN(passphrases); i++)
			T_CHECK(!holds(o, size, passphrases[i]));
		for (size_t i = 0; i < ARRAY_LEN(tokens); i++)
			T_CHECK(holds(o, size, tokens[i]));
		conf_offer_take(o);
	}
	memset(o, 0, size);
	T_CHECK(conf_offer_put(o, &running, &room, CONF_VOICE));
	for (size_t i = 0; i < ARRAY_LEN(tokens); i++)
		T_CHECK(!holds(o, size, tokens[i]));
	for (size_t i = 0; i < ARRAY_LEN(passphrases); i++)
		T_CHECK(holds(o, size, passphrases[i]));
	T_TEXT(running.peer[0].passphrase, "abc def"); /* ours stays */
	free(o);
	forget();
}

/* A reporter copies what it is offered into rows of its own. */
T_CASE(what_is_copied_is_the_readers_own)
{
	const struct conf_room room = {.clients = CLIENTS, .peers = PEERS};
	struct conf_offer *o = calloc(1, conf_offer_size(&room));
	static struct conf_client client[CLIENTS];
	static struct conf_peer peer[PEERS];
	static struct conf own = {.client = client, .peer = peer};

	read_both(SERVER ONE PEER "[client 1000005]\nsingle = no\n", SERVER ONE);
	conf_offer_copy(o, &own); /* nothing is there */
	T_EQUAL(own.peer_count, 0);
	T_CHECK(conf_offer_put(o, &running, &room, CONF_REPORTER));
	conf_offer_copy(o, &own);
	T_CHECK(own.peer == peer && own.client == client && own.peer_count == 1);
	T_TEXT(own.peer[0].name, "uk");
	T_EQUAL(own.client[0].id, 1000005);
	memset(o, 0xff, conf_offer_size(&room));
	T_TEXT(own.listener[0].name, "one");
	free(o);
	forget();
}

T_CASE(what_a_confined_reporter_cannot_reach_is_known)
{
	static const struct {
		const char *after;
		bool same;
	} rows[] = {
		{SERVER ONE "[report]\nhttp = 127.0.0.1:81\nmetrics = no\nalias-format = x\n",
	         true},
		{SERVER ONE "[report]\nhistory = /x/y\n", false},
		{SERVER ONE "[report]\naliases = /x/y\n", false},
		{SERVER ONE "[report]\nmqtt = 127.0.0.1:1883\n", false},
		{SERVER "state = /x/y\n" ONE, false},
		{SERVER "log = syslog\n" ONE, false},
		{SERVER "log-level = debug\nremember = 1m\n" ONE, true},
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		read_both(SERVER ONE, rows[i].after);
		T_EQUAL(conf_same_reach(&running, &fresh), rows[i].same);
		T_CHECK(reload());
		T_CHECK(conf_same_reach(&running, &fresh)); /* all of it has been taken */
	}
	forget();
}

/* ---- what is left on the stack, which a process that is forked later inherits ---- */

#define SECRET "of more octets than a register has: "

static _Alignas(CACHE_LINE) char stack[1 << 20];
static const char *top; /* above it is what the system put there */
static struct conf_offer *offered;
static enum conf_reader reader;
static bool put;

static void offer_there(int number)
{
	const char here = 0;

	(void)number;
	top = &here;
	put = conf_offer_put(offered, &running,
	                     &(struct conf_room){.clients = CLIENTS, .peers = PEERS}, reader);
}

/* Whether the one before has been taken or not. */
T_CASE(an_offer_leaves_no_secret_behind)
{
	static const char *const secrets[] = {SECRET "listener", SECRET "client", SECRET "peer",
	                                      SECRET "admin"};
	const stack_t own = {.ss_sp = stack, .ss_size = sizeof(stack)};
	const struct sigaction action = {.sa_handler = offer_there, .sa_flags = SA_ONSTACK};
	struct sigaction before;
	stack_t usual;

	read_both(SERVER ONE "[client 1000001]\n" PEER, SERVER ONE);
	text_copy(running.listener[0].passphrase, CONF_PASSPHRASE_MAX, secrets[0]);
	text_copy(running.client[0].passphrase, CONF_PASSPHRASE_MAX, secrets[1]);
	text_copy(running.peer[0].passphrase, CONF_PASSPHRASE_MAX, secrets[2]);
	text_copy(running.report.admin_token, CONF_TOKEN_MAX, secrets[3]);
	offered = calloc(1, conf_offer_size(&(struct conf_room){CLIENTS, PEERS}));
	T_CHECK(offered);
	T_EQUAL(sigaltstack(&own, &usual), 0);
	T_EQUAL(sigaction(SIGUSR1, &action, &before), 0);
	for (int i = 0; i < 4; i++) {
		reader = i < 2 ? CONF_VOICE : CONF_REPORTER;
		memset(stack, 0, sizeof(stack));
		raise(SIGUSR1);
		T_EQUAL(put, i % 2 == 0);
		for (size_t k = 0; k < ARRAY_LEN(secrets); k++)
			T_CHECK(!holds(stack, (size_t)(top - stack), secrets[k]));
		if (i % 2)
			conf_offer_take(offered);
	}
	sigaction(SIGUSR1, &before, NULL);
	sigaltstack(&usual, NULL);
	free(offered);
	forget();
}

T_MAIN()
