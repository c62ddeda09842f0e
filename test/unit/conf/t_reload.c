#include "conf/parse.h"
#include "conf/reload.h"

#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "harness/t.h"

#define CLIENTS 3u

static struct conf running, fresh;
static char told[4000];

static void complain(void *context, const char *line)
{
	(void)context;
	t_fail(__FILE__, __LINE__, "%s", line);
}

static void note(void *context, const char *what, bool restart)
{
	(void)context;
	strcat(told, restart ? "later " : "now ");
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

	forget();
	told[0] = 0;
	if (conf_parse(before, strlen(before), "f", &running, complain, NULL) != 0 ||
	    conf_parse(after, strlen(after), "f", &fresh, complain, NULL) != 0)
		abort();
	for (uint32_t i = 0; i < running.client_count; i++)
		client[i] = running.client[i];
	running.client = client;
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
	         "later [listener one] bind\nnow [listener one] passphrase\n"},
		{SERVER ONE TWO "timer = 5m\n", SERVER TWO ONE,
	         "now [listener two] timer\n"}, /* their order says nothing */
		{SERVER ONE, SERVER TWO ONE, "later [listener two]\n"},
		{SERVER ONE TWO, SERVER TWO, "later [listener one]\n"},
		{SERVER ONE "[limits]\nsessions = 5\n",
	         SERVER ONE "[limits]\nframes-per-second = 30\n",
	         "later [limits] sessions\nnow [limits] frames-per-second\n"},
		{SERVER ONE, SERVER ONE "[report]\ncontrol = x\nmetrics = no\n",
	         "later [report] control\nlater [report] metrics\n"},
		{SERVER ONE PEER, SERVER ONE PEER "relaxed = yes\n", "later [peer uk] relaxed\n"},
		{SERVER ONE PEER, SERVER ONE, "later [peer uk]\n"},
		{SERVER ONE, SERVER ONE PEER, "later [peer uk]\n"},
		{SERVER ONE NEWS, SERVER ONE NEWS "talkgroup = 91\n",
		 "later [announcement news] talkgroup\n"},
		{SERVER ONE NEWS, SERVER ONE, "later [announcement news]\n"},
		{SERVER ONE UPLINK, SERVER ONE UPLINK "transit = all\n",
	         "later [uplink bm] transit\n"},
		{SERVER ONE UPLINK, SERVER ONE, "later [uplink bm]\n"},
		{SERVER ONE, SERVER ONE UPLINK, "later [uplink bm]\n"},
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		read_both(rows[i].before, rows[i].after);
		T_CHECK(reload());
		T_TEXT(told, rows[i].told);
		/* Once more: only what waits is told again. */
		told[0] = 0;
		T_CHECK(reload());
		T_CHECK(!strstr(told, "now "));
		T_EQUAL(strstr(told, "later ") != NULL, strstr(rows[i].told, "later ") != NULL);
	}
}

T_CASE(listeners_keep_their_place_and_what_waits_its_value)
{
	read_both(SERVER ONE TWO "hang-time = 1s\n",
	          SERVER "[listener two]\nbind = 127.0.0.1:22\npassphrase = new and "
	                 "long\nhang-time = 2s\n" ONE);
	T_CHECK(reload());
	T_TEXT(running.listener[0].name, "one");
	T_TEXT(running.listener[1].name, "two");
	T_EQUAL(running.listener[1].bind.port, 2);
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
	T_TEXT(told, "now [client 1000004]\nnow [client 1000007]\n");
	T_EQUAL(running.client_count, 3);
	T_EQUAL(conf_client_find(&running, 1000007)->own.timer_ms, 120000);
	read_both(SERVER ONE "[client 1000005]\n[client 1000007]\n",
	          SERVER ONE "[client 1000007]\nsingle = yes\n");
	T_CHECK(reload());
	T_TEXT(told, "now [client 1000005]\nnow [client 1000007]\n");
	T_CHECK(!conf_client_find(&running, 1000005));
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
	struct conf_offer *o = calloc(1, conf_offer_size(CLIENTS));

	T_CHECK(o && !conf_offer_take(o));
	read_both(SERVER ONE "[client 1000001]\n", SERVER ONE);
	T_CHECK(conf_offer_put(o, &running, CLIENTS));
	T_CHECK(!conf_offer_put(o, &running, CLIENTS)); /* not taken yet */
	const struct conf *first = conf_offer_take(o);
	T_CHECK(first && !conf_offer_take(o));
	T_EQUAL(first->client[0].id, 1000001);
	running.client[0].id = 1000002;
	T_CHECK(conf_offer_put(o, &running, CLIENTS));
	T_EQUAL(first->client[0].id, 1000001);
	const struct conf *second = conf_offer_take(o);
	T_EQUAL(second->client[0].id, 1000002);
	T_CHECK(second != first && second->client != first->client);
	running.client_count = CLIENTS + 1;
	T_CHECK(!conf_offer_put(o, &running, CLIENTS));
	free(o);
	forget();
}

T_MAIN(T_ENTRY(changes_are_told_and_count_or_wait),
       T_ENTRY(listeners_keep_their_place_and_what_waits_its_value),
       T_ENTRY(clients_come_go_and_change),
       T_ENTRY(more_clients_than_there_is_room_for_change_nothing),
       T_ENTRY(what_is_offered_stays_while_it_is_used))
