#include "conf/places.h"

#include <stdlib.h>
#include <string.h>

#include "conf/parse.h"
#include "conf/print.h"
#include "conf/reload.h"
#include "harness/t.h"

#define SERVER "[server]\nid = 2345\n"
#define LISTENER(name, port)                                                                       \
	"[listener " name "]\nbind = 127.0.0.1:" port "\npassphrase = hotel mike\n"
#define PEER(name, port)                                                                           \
	"[peer " name "]\nbind = 127.0.0.1:" port "\ntarget = 127.0.0.1:9\npassphrase = abc def\n"
#define UPLINK(name, id) "[uplink " name "]\ntarget = 127.0.0.1:6\nid = " id "\nmap = 2:91=91\n"
#define NEWS(name) "[announcement " name "]\nrecording = 9991\nevery = 1h\n"

static struct conf running, fresh, again;
static struct conf_peer room[CONF_PEERS_MAX], peers[CONF_PEERS_MAX];
static char text[20000];
static uint8_t octets[4096];

static void complain(void *context, const char *line)
{
	(void)context;
	t_fail(__FILE__, __LINE__, "%s", line);
}

static void parse(const char *from, struct conf *conf)
{
	arena_release(&conf->arena);
	if (conf_parse(from, strlen(from), "f", conf, complain, NULL) != 0)
		abort();
}

static void forget(void)
{
	arena_release(&running.arena);
	arena_release(&fresh.arena);
	arena_release(&again.arena);
}

static void ignore(void *context, const char *what, enum conf_when when)
{
	(void)context;
	(void)what;
	(void)when;
}

static void add(void *context, const char *line)
{
	(void)context;
	strcat(text, line);
	strcat(text, "\n");
}

/* Reloads leave gaps and give sockets away; then its text and places are read again. */
static size_t write_running(const char *const *texts)
{
	parse(texts[0], &running);
	for (uint32_t i = 0; i < running.peer_count; i++)
		room[i] = running.peer[i];
	running.peer = room;
	while (*++texts) {
		parse(*texts, &fresh);
		if (!conf_reload(&running, &fresh, 0, ignore, NULL))
			abort();
	}
	text[0] = 0;
	conf_print(&running, add, NULL);
	struct wr w = wr_make(octets, sizeof(octets));
	conf_places_write(&w, &running);
	return wr_len(&w);
}

static bool read_again(size_t len)
{
	struct rd rd = rd_make(octets, len);

	parse(text, &again);
	return conf_places_read(&rd, &again, peers) && !rd_more(&rd);
}

#define ALL                                                                                        \
	SERVER LISTENER("a", "1") LISTENER("b", "2") LISTENER("c", "3") PEER("d", "4")             \
		PEER("e", "5") PEER("f", "6") UPLINK("g", "2345001") UPLINK("h", "2345002")        \
			NEWS("i") NEWS("j")
#define SOME SERVER LISTENER("c", "3") PEER("f", "6") UPLINK("h", "2345002") NEWS("j")

static const char *const gaps[] = {ALL, SOME, NULL};
static const char *const filled[] = {ALL, SOME, SOME PEER("k", "7") LISTENER("l", "8"), NULL};
static const char *const none[] = {SERVER LISTENER("a", "1"), NULL};

#define SAME(rows, count)                                                                          \
	do {                                                                                       \
		T_EQUAL(again.count, running.count);                                               \
		for (uint32_t i = 0; i < running.count; i++)                                       \
			T_TEXT(again.rows[i].name, running.rows[i].name);                          \
	} while (0)

T_CASE(rows_are_where_they_were)
{
	static const char *const *const lives[] = {gaps, filled, none};

	for (size_t n = 0; n < ARRAY_LEN(lives); n++) {
		T_CHECK(read_again(write_running(lives[n])));
		SAME(listener, listener_count);
		SAME(peer, peer_count);
		SAME(uplink, uplink_count);
		SAME(announcement, announcement_count);
		for (uint32_t i = 0; i < running.peer_count; i++)
			if (*running.peer[i].name)
				T_EQUAL(again.peer[i].socket, running.peer[i].socket);
		for (uint32_t i = 0; i < running.uplink_count; i++)
			if (*running.uplink[i].name)
				T_EQUAL(again.uplink[i].socket, running.uplink[i].socket);
	}
	(void)write_running(gaps); /* there are gaps indeed */
	T_TEXT(running.listener[0].name, "");
	T_TEXT(running.peer[0].name, "");
	forget();
}

T_CASE(places_of_another_configuration_are_refused)
{
	size_t len = write_running(gaps);

	for (size_t cut = 0; cut < len; cut++)
		T_CHECK(!read_again(cut));
	octets[2] ^= 1; /* one listener more than there are */
	T_CHECK(!read_again(len));
	octets[2] ^= 1;
	octets[0] = 0xff; /* more than fit */
	T_CHECK(!read_again(len));
	forget();
}

T_MAIN()
