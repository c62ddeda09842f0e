#include "conf/reload.h"

#include <stdatomic.h>
#include <string.h>

#include "base/text.h"
#include "base/wipe.h"
#include "conf/keys.h"
#include "conf/rows.h"
#include "conf/value.h"

#define WHAT_MAX 128u

struct conf_offer {
	atomic_uint offered, taken; /* sequence numbers: even or odd selects the configuration */
	struct conf conf[2];
	struct conf_peer peer[]; /* of the first, then of the second; then clients likewise */
};

/* Whom to notify. */
struct observer {
	conf_changed *changed;
	void *context;
};

static void tell(const struct observer *t, enum section_kind kind, const char *title,
                 const char *key, enum conf_when when)
{
	char buf[WHAT_MAX];
	struct text what = text_make(buf, sizeof(buf));

	text_format(&what, *title ? "[%s %s]" : "[%s%s]", section_name(kind), title);
	if (*key)
		text_format(&what, " %s", key);
	t->changed(t->context, buf, when);
}

/* Reports what differs in one section and takes what need not wait for the next start. */
static bool take_keys(const struct observer *t, enum section_kind kind, const char *title,
                      void *running, const void *fresh)
{
	const struct conf_section *section = section_info(kind);
	bool taken = false;

	for (size_t i = 0; i < section->key_count; i++) {
		const struct conf_key *key = &section->keys[i];
		if (value_same(key, running, fresh))
			continue;
		tell(t, kind, title, key->name, key->when);
		if (key->when == CONF_START)
			continue;
		value_copy(key, running, fresh);
		taken = true;
	}
	return taken;
}

/* Values derived from the keys of a row. */
static void take_rest(enum section_kind kind, void *running, const void *fresh)
{
	if (kind == SECTION_PEER) {
		struct conf_peer *row = running;
		const struct conf_peer *from = fresh;
		row->address = from->address;
		text_copy(row->host, sizeof(row->host), from->host);
		row->socket = 0; /* see number_peers */
	} else if (kind == SECTION_UPLINK) {
		struct conf_uplink *row = running;
		const struct conf_uplink *from = fresh;
		for (uint32_t i = 0; i < CONF_TARGETS_MAX; i++)
			row->targets[i] = from->targets[i];
	} else if (kind == SECTION_REPORT) {
		((struct conf_report *)running)->broker =
			((const struct conf_report *)fresh)->broker;
	}
}

/* A section without a name. */
static void take_section(const struct observer *t, enum section_kind kind, void *running,
                         const void *fresh)
{
	if (take_keys(t, kind, "", running, fresh))
		take_rest(kind, running, fresh);
}

/* The place of a new row: after the others, or where one was removed; NULL = no room. */
static void *free_row(const struct rows *rows, uint32_t most)
{
	if (*rows->count < most)
		return row_at(rows, (*rows->count)++);
	return row_named(rows, "");
}

static void add_row(const struct observer *t, enum section_kind kind, const struct rows *rows,
                    uint32_t most, const void *fresh)
{
	const char *name = fresh;
	char *row = free_row(rows, most);

	tell(t, kind, name, "", row ? CONF_NOW : CONF_START);
	if (!row)
		return;
	memcpy(row, fresh, rows->size);
	take_rest(kind, row, fresh);
}

static void remove_row(const struct observer *t, enum section_kind kind, const struct rows *rows,
                       void *row)
{
	tell(t, kind, row, "", CONF_NOW);
	wipe(row, rows->size);
}

/* Rows keep their index; new ones are added while there is room. */
static void take_named(const struct observer *t, enum section_kind kind, struct conf *running,
                       struct conf *fresh, uint32_t most)
{
	const struct rows own = rows_of(running, kind), wanted = rows_of(fresh, kind);

	for (uint32_t i = 0; i < *own.count; i++) {
		char *row = row_at(&own, i);
		const void *same = *row ? row_named(&wanted, row) : NULL;
		if (same && take_keys(t, kind, row, row, same))
			take_rest(kind, row, same);
		else if (*row && !same)
			remove_row(t, kind, &own, row);
	}
	for (uint32_t i = 0; i < *wanted.count; i++)
		if (!row_named(&own, row_at(&wanted, i)))
			add_row(t, kind, &own, most, row_at(&wanted, i));
}

static bool is_socket_used(const struct conf *conf, uint32_t socket)
{
	for (uint32_t i = 0; i < conf->peer_count; i++)
		if (conf->peer[i].socket == socket)
			return true;
	return false;
}

static uint32_t socket_for(const struct conf *conf, const struct addr *bind)
{
	uint32_t socket = CONF_PEER_SOCKETS;

	for (uint32_t i = 0; i < conf->peer_count; i++)
		if (conf->peer[i].socket && addr_equal(&conf->peer[i].bind, bind))
			return conf->peer[i].socket;
	while (is_socket_used(conf, socket))
		socket++;
	return socket;
}

/* New or changed peers share the socket of their bind, or get a free one. */
static void number_sockets(struct conf *conf)
{
	for (uint32_t i = 0; i < conf->peer_count; i++) {
		struct conf_peer *row = &conf->peer[i];
		if (row->name[0] && !row->socket)
			row->socket = socket_for(conf, &row->bind);
	}
	for (uint32_t i = 0; i < conf->uplink_count; i++)
		conf->uplink[i].socket = CONF_UPLINK_SOCKETS + i;
}

/* When an added or removed client section takes effect: one with only a passphrase at the next
 * login. */
static enum conf_when when_client(const struct conf_client *row)
{
	const struct conf_section *section = section_info(SECTION_CLIENT);

	for (size_t i = 0; i < section->key_count; i++) {
		const struct conf_key *key = &section->keys[i];
		if (key->given && key_is_given(key, row))
			return CONF_NOW;
	}
	return CONF_LOGIN;
}

/* A client in the old configuration, the new one (`b`), or both. */
static void tell_client(const struct observer *t, const struct conf_client *a,
                        const struct conf_client *b)
{
	const struct conf_section *section = section_info(SECTION_CLIENT);
	char title[16];
	struct text text = text_make(title, sizeof(title));

	text_format(&text, "%lu", (unsigned long)(a ? a : b)->id);
	if (!a || !b) {
		tell(t, SECTION_CLIENT, title, "", when_client(a ? a : b));
		return;
	}
	for (size_t i = 0; i < section->key_count; i++) {
		const struct conf_key *key = &section->keys[i];
		if (!value_same(key, a, b))
			tell(t, SECTION_CLIENT, title, key->name, key->when);
	}
}

/* The ID of the row at `i`; after the last one a number above all IDs. */
static uint32_t client_id_at(const struct conf *conf, uint32_t i)
{
	return i < conf->client_count ? conf->client[i].id : UINT32_MAX;
}

/* Both are sorted by ID: reports each client that was added, removed or changed. */
static void take_clients(const struct observer *t, struct conf *running, const struct conf *fresh)
{
	uint32_t i = 0, k = 0;

	while (i < running->client_count || k < fresh->client_count) {
		uint32_t a = client_id_at(running, i), b = client_id_at(fresh, k);
		tell_client(t, a <= b ? &running->client[i] : NULL,
		            b <= a ? &fresh->client[k] : NULL);
		i += a <= b;
		k += b <= a;
	}
	running->client_count = fresh->client_count;
	for (i = 0; i < fresh->client_count; i++)
		running->client[i] = fresh->client[i];
}

bool conf_reload(struct conf *running, struct conf *fresh, uint32_t clients, conf_changed *changed,
                 void *context)
{
	const struct observer t = {changed, context};

	if (fresh->client_count > clients)
		return false;
	take_section(&t, SECTION_SERVER, &running->server, &fresh->server);
	take_named(&t, SECTION_LISTENER, running, fresh, CONF_LISTENERS_MAX);
	take_clients(&t, running, fresh);
	take_named(&t, SECTION_PEER, running, fresh, running->limits.peers);
	take_named(&t, SECTION_ANNOUNCEMENT, running, fresh, CONF_ANNOUNCEMENTS_MAX);
	take_named(&t, SECTION_UPLINK, running, fresh, CONF_UPLINKS_MAX);
	number_sockets(running);
	take_section(&t, SECTION_LIMITS, &running->limits, &fresh->limits);
	take_section(&t, SECTION_REPORT, &running->report, &fresh->report);
	return true;
}

static bool same_reach(enum section_kind kind, const void *a, const void *b)
{
	const struct conf_section *section = section_info(kind);

	for (size_t i = 0; i < section->key_count; i++)
		if (section->keys[i].anew && !value_same(&section->keys[i], a, b))
			return false;
	return true;
}

bool conf_same_reach(const struct conf *a, const struct conf *b)
{
	return same_reach(SECTION_SERVER, &a->server, &b->server) &&
	       same_reach(SECTION_REPORT, &a->report, &b->report);
}

size_t conf_offer_size(const struct conf_room *room)
{
	return sizeof(struct conf_offer) + 2 * room->peers * sizeof(struct conf_peer) +
	       2 * room->clients * sizeof(struct conf_client);
}

/* Where its rows are. The child can write to that memory, so no pointer is read from it. */
static struct conf_peer *peers_at(struct conf_offer *o, unsigned number,
                                  const struct conf_room *room)
{
	return o->peer + (number & 1) * (size_t)room->peers;
}

static struct conf_client *clients_at(struct conf_offer *o, unsigned number,
                                      const struct conf_room *room)
{
	struct conf_client *first = (struct conf_client *)(o->peer + 2 * (size_t)room->peers);

	return first + (number & 1) * (size_t)room->clients;
}

/* What the reader must not know never gets there. */
static void put_rows(const struct conf *conf, bool wipes, struct conf_peer *peers,
                     struct conf_client *clients)
{
	struct conf_client client;
	struct conf_peer peer;

	for (uint32_t i = 0; i < conf->peer_count; i++) {
		peer = conf->peer[i];
		if (wipes)
			wipe(peer.passphrase, sizeof(peer.passphrase));
		peers[i] = peer;
	}
	for (uint32_t i = 0; i < conf->client_count; i++) {
		client = conf->client[i];
		if (wipes)
			wipe(client.passphrase, sizeof(client.passphrase));
		clients[i] = client;
	}
	wipe(&peer, sizeof(peer));
	wipe(&client, sizeof(client));
}

bool conf_offer_put(struct conf_offer *o, const struct conf *conf, const struct conf_room *room,
                    enum conf_reader reader)
{
	unsigned number = atomic_load(&o->offered);
	bool fits = conf->client_count <= room->clients && conf->peer_count <= room->peers;
	struct conf copy;

	if (atomic_load(&o->taken) != number || !fits)
		return false;
	copy = *conf;
	number++;
	copy.peer = peers_at(o, number, room);
	copy.client = clients_at(o, number, room);
	put_rows(conf, reader == CONF_REPORTER, copy.peer, copy.client);
	if (reader == CONF_REPORTER)
		conf_forget_passphrases(&copy);
	else
		conf_forget_report_secrets(&copy);
	o->conf[number & 1] = copy;
	wipe(&copy, sizeof(copy));
	atomic_store(&o->offered, number);
	return true;
}

const struct conf *conf_offer_look(struct conf_offer *o)
{
	unsigned number = atomic_load(&o->offered);

	return atomic_load(&o->taken) == number ? NULL : &o->conf[number & 1];
}

void conf_offer_take(struct conf_offer *o)
{
	atomic_store(&o->taken, atomic_load(&o->offered));
}

void conf_offer_copy(struct conf_offer *o, struct conf *own)
{
	const struct conf *from = conf_offer_look(o);
	struct conf_client *clients = own->client;
	struct conf_peer *peers = own->peer;

	if (!from)
		return;
	*own = *from;
	own->client = clients;
	own->peer = peers;
	for (uint32_t i = 0; i < own->peer_count; i++)
		peers[i] = from->peer[i];
	for (uint32_t i = 0; i < own->client_count; i++)
		clients[i] = from->client[i];
	conf_offer_take(o);
}
