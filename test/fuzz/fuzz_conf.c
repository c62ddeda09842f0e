/*
 * Configurations of any octets: each fault is reported once, in one line of printable text, and
 * what is read without fault is printed and read again without one, and takes the place of another
 * configuration that is in force, which then is up to date.
 *
 * Decoder: conf/parse.c conf/value.c conf/reader.c conf/check.c conf/nearest.c conf/print.c
 * conf/tglist.c conf/access.c conf/networks.c conf/reload.c without key_range key_type_name
 */
#include "conf/conf.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "conf/parse.h"
#include "conf/print.h"
#include "conf/reload.h"
#include "fuzz/fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int fuzz_no_datagrams = 1;

#define CLIENTS 8u
#define PEERS 8u

static const char in_force[] =
	"[server]\nid = 2345\n[limits]\npeers = 8\n"
	"[listener a]\nbind = 127.0.0.1:1\npassphrase = hotel mike nine\nclients = deny 1-5\n"
	"[listener b]\nbind = 127.0.0.1:2\npassphrase = hotel mike nine\nstatic-2 = 91\n"
	"[client 2345678]\nstatic-1 = 92\n"
	"[peer p]\nbind = 127.0.0.1:4\ntarget = 127.0.0.1:5\npassphrase = abc def\n"
	"[announcement news]\nrecording = 9991\nevery = 1h\n"
	"[uplink u]\ntarget = 127.0.0.1:6\nid = 234567899\nmap = 2:91 = 91\n"
	"[report]\nhttp-allow = 127.0.0.1, 2001:db8::/32\n";

static void count_line(void *context, const char *line)
{
	size_t *lines = context;

	for (const char *c = line; *c; c++)
		assert((unsigned char)*c >= ' ');
	(*lines)++;
}

static void add_line(void *context, const char *line)
{
	text_put(context, line);
	text_char(context, '\n');
}

/* A passphrase is read back as "(hidden)", which is as good as any. */
static void read_back(const struct conf *conf)
{
	static char printed[65536];
	static struct conf again;
	struct text t = text_make(printed, sizeof(printed));
	size_t lines = 0;

	conf_print(conf, add_line, &t);
	if (t.cut)
		return;
	assert(conf_parse(printed, t.len, "again", &again, count_line, &lines) == 0);
	assert(again.listener_count == conf->listener_count);
	assert(again.client_count == conf->client_count);
	conf_release(&again);
}

static void count_change(void *context, const char *what, enum conf_when when)
{
	size_t *changes = context;

	assert(*what);
	changes[when]++;
}

static void check_admission(const struct conf *conf)
{
	const struct addr here = addr_v4((uint8_t[]){127, 0, 0, 1}, 1);

	for (uint32_t i = 0; i < conf->listener_count; i++)
		(void)access_permits_client(&conf->listener[i].clients, 234567801);
	(void)networks_hold(&conf->report.http_allow, &here);
}

/* From the parent to a child and into its own copy. */
static void hand_down(const struct conf *conf)
{
	static struct conf_client client[CLIENTS];
	static struct conf_peer peer[PEERS];
	const struct conf_room room = {.clients = CLIENTS, .peers = PEERS};
	static struct conf own;
	struct conf_offer *offer = calloc(1, conf_offer_size(&room));

	assert(offer && conf_offer_put(offer, conf, &room, CONF_VOICE));
	own = *conf_offer_look(offer);
	assert(!conf_offer_put(offer, conf, &room, CONF_VOICE));
	conf_offer_take(offer);
	assert(conf_offer_put(offer, conf, &room, CONF_REPORTER));
	own.client = client;
	own.peer = peer;
	conf_offer_copy(offer, &own);
	assert(own.client_count == conf->client_count &&
	       own.listener_count == conf->listener_count);
	free(offer);
}

/* Read twice, because the one that is applied need not be whole afterwards. */
static void take_effect(const char *text, size_t size)
{
	static struct conf running, fresh;
	static struct conf_client client[CLIENTS];
	static struct conf_peer peer[PEERS];
	size_t lines = 0, changes[CONF_START + 1] = {0};

	if (conf_parse(in_force, strlen(in_force), "in force", &running, count_line, &lines) != 0)
		abort();
	memcpy(client, running.client, running.client_count * sizeof(client[0]));
	memcpy(peer, running.peer, running.peer_count * sizeof(peer[0]));
	running.client = client;
	running.peer = peer;
	check_admission(&running);
	for (int i = 0; i < 2; i++) {
		memset(changes, 0, sizeof(changes));
		assert(conf_parse(text, size, "fresh", &fresh, count_line, &lines) == 0);
		(void)conf_same_reach(&running, &fresh);
		if (!conf_reload(&running, &fresh, CLIENTS, count_change, changes))
			memset(changes, 0, sizeof(changes));
		check_admission(&running);
		hand_down(&running);
		conf_release(&fresh);
	}
	assert(changes[CONF_NOW] == 0 && changes[CONF_LOGIN] == 0);
	arena_release(&running.arena);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct conf conf;
	size_t lines = 0;
	char *text = fuzz_text(data, size);

	size_t faults = conf_parse(text, size, "fuzz", &conf, count_line, &lines);
	assert(faults == lines);
	if (faults == 0) {
		read_back(&conf);
		take_effect(text, size);
	}
	free(text);
	conf_release(&conf);
	return 0;
}
