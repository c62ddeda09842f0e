#include "conf/reload.h"

#include <stdatomic.h>
#include <string.h>

#include "base/text.h"
#include "conf/keys.h"
#include "conf/value.h"

#define WHAT_MAX 128u

struct conf_offer {
	atomic_uint offered,
		taken; /* numbers; the conf of a number is the one it is odd or even for */
	struct conf conf[2];
	struct conf_client client[]; /* of the first, then of the second */
};

/* Whom to tell. */
struct telling {
	conf_changed *changed;
	void *context;
};

static void tell(const struct telling *t, enum section_kind kind, const char *title,
                 const char *key, bool restart)
{
	char buf[WHAT_MAX];
	struct text what = text_make(buf, sizeof(buf));

	text_format(&what, *title ? "[%s %s]" : "[%s%s]", section_name(kind), title);
	if (*key)
		text_format(&what, " %s", key);
	t->changed(t->context, buf, restart);
}

/* Octets of a field, by the type of its key. */
static size_t size_of(const struct conf_key *key)
{
	switch (key->type) {
	case KEY_BOOL:
		return sizeof(bool);
	case KEY_NUMBER:
	case KEY_ID:
	case KEY_DURATION:
	case KEY_DIAL:
		return sizeof(uint32_t);
	case KEY_ADDRESS:
		return sizeof(struct addr);
	case KEY_TEXT:
	case KEY_CALLSIGN:
	case KEY_SECRET:
	case KEY_PATH:
		return key->max + 1;
	case KEY_TALKGROUPS:
		return sizeof(struct tg_list);
	case KEY_ACCESS:
		return sizeof(struct access);
	case KEY_MAPS:
		return sizeof(struct tg_map);
	case KEY_PROMPTS:
		return sizeof(enum prompts);
	case KEY_LOG:
		return sizeof(enum log_target);
	case KEY_LEVEL:
		return sizeof(enum log_level);
	case KEY_NETWORKS:
		return sizeof(struct networks);
	case KEY_PROTOCOL:
		return sizeof(enum peer_protocol);
	}
	return 0;
}

/* Do two rows say the same? Secrets are compared as they are, they are not to be shown. */
static bool same(const struct conf_key *key, const void *a, const void *b)
{
	char x[VALUE_TEXT_MAX], y[VALUE_TEXT_MAX];
	struct text s = text_make(x, sizeof(x)), t = text_make(y, sizeof(y));

	if (key->given && *((const bool *)a + key->given) != *((const bool *)b + key->given))
		return false;
	if (key->type == KEY_SECRET)
		return strcmp((const char *)a + key->offset, (const char *)b + key->offset) == 0;
	value_write(key, a, &s);
	value_write(key, b, &t);
	return strcmp(x, y) == 0;
}

/* Tells what differs in one section and takes what counts at once. */
static void take_keys(const struct telling *t, enum section_kind kind, const char *title,
                      void *running, const void *fresh)
{
	const struct conf_section *section = section_info(kind);

	for (size_t i = 0; i < section->key_count; i++) {
		const struct conf_key *key = &section->keys[i];
		bool restart = section->restart || key->restart;
		if (same(key, running, fresh))
			continue;
		tell(t, kind, title, key->name, restart);
		if (!restart)
			memcpy((char *)running + key->offset, (const char *)fresh + key->offset,
			       size_of(key));
	}
}

static const struct conf_listener *listener_named(const struct conf *conf, const char *name)
{
	for (uint32_t i = 0; i < conf->listener_count; i++) {
		if (strcmp(conf->listener[i].name, name) == 0)
			return &conf->listener[i];
	}
	return NULL;
}

static void take_listeners(const struct telling *t, struct conf *running, const struct conf *fresh)
{
	for (uint32_t i = 0; i < running->listener_count; i++) {
		struct conf_listener *l = &running->listener[i];
		const struct conf_listener *wanted = listener_named(fresh, l->name);
		if (wanted)
			take_keys(t, SECTION_LISTENER, l->name, l, wanted);
		else
			tell(t, SECTION_LISTENER, l->name, "", true);
	}
	for (uint32_t i = 0; i < fresh->listener_count; i++) {
		if (!listener_named(running, fresh->listener[i].name))
			tell(t, SECTION_LISTENER, fresh->listener[i].name, "", true);
	}
}

static const struct conf_peer *peer_named(const struct conf *conf, const char *name)
{
	for (uint32_t i = 0; i < conf->peer_count; i++) {
		if (strcmp(conf->peer[i].name, name) == 0)
			return &conf->peer[i];
	}
	return NULL;
}

/* Neighbours stay as they are; every change of them is told. */
static void take_peers(const struct telling *t, struct conf *running, const struct conf *fresh)
{
	for (uint32_t i = 0; i < running->peer_count; i++) {
		struct conf_peer *p = &running->peer[i];
		const struct conf_peer *wanted = peer_named(fresh, p->name);
		if (wanted)
			take_keys(t, SECTION_PEER, p->name, p, wanted);
		else
			tell(t, SECTION_PEER, p->name, "", true);
	}
	for (uint32_t i = 0; i < fresh->peer_count; i++) {
		if (!peer_named(running, fresh->peer[i].name))
			tell(t, SECTION_PEER, fresh->peer[i].name, "", true);
	}
}

static bool same_client(const struct conf_client *a, const struct conf_client *b)
{
	const struct conf_section *section = section_info(SECTION_CLIENT);

	for (size_t i = 0; i < section->key_count; i++) {
		if (!same(&section->keys[i], a, b))
			return false;
	}
	return true;
}

static void tell_client(const struct telling *t, uint32_t id)
{
	char title[16];
	struct text text = text_make(title, sizeof(title));

	text_format(&text, "%lu", (unsigned long)id);
	tell(t, SECTION_CLIENT, title, "", false);
}

/* Both are sorted by id: whoever came, went or changed is told. */
static void take_clients(const struct telling *t, struct conf *running, const struct conf *fresh)
{
	uint32_t i = 0, k = 0;

	while (i < running->client_count || k < fresh->client_count) {
		const struct conf_client *a =
			i < running->client_count ? &running->client[i] : NULL;
		const struct conf_client *b = k < fresh->client_count ? &fresh->client[k] : NULL;
		bool both = a && b && a->id == b->id;
		if (!both || !same_client(a, b))
			tell_client(t, a && (!b || a->id <= b->id) ? a->id : b->id);
		i += both || (a && (!b || a->id < b->id));
		k += both || (b && (!a || b->id < a->id));
	}
	running->client_count = fresh->client_count;
	for (i = 0; i < fresh->client_count; i++)
		running->client[i] = fresh->client[i];
}

bool conf_reload(struct conf *running, const struct conf *fresh, uint32_t clients,
                 conf_changed *changed, void *context)
{
	const struct telling t = {changed, context};

	if (fresh->client_count > clients)
		return false;
	take_keys(&t, SECTION_SERVER, "", &running->server, &fresh->server);
	take_listeners(&t, running, fresh);
	take_clients(&t, running, fresh);
	take_peers(&t, running, fresh);
	take_keys(&t, SECTION_LIMITS, "", &running->limits, &fresh->limits);
	take_keys(&t, SECTION_REPORT, "", &running->report, &fresh->report);
	return true;
}

size_t conf_offer_size(uint32_t clients)
{
	return sizeof(struct conf_offer) + 2 * clients * sizeof(struct conf_client);
}

bool conf_offer_put(struct conf_offer *o, const struct conf *conf, uint32_t clients)
{
	unsigned number = atomic_load(&o->offered);

	if (atomic_load(&o->taken) != number || conf->client_count > clients)
		return false;
	number++;
	struct conf *copy = &o->conf[number & 1];
	*copy = *conf;
	copy->client = o->client + (number & 1) * (size_t)clients;
	for (uint32_t i = 0; i < conf->client_count; i++)
		copy->client[i] = conf->client[i];
	atomic_store(&o->offered, number);
	return true;
}

const struct conf *conf_offer_take(struct conf_offer *o)
{
	unsigned number = atomic_load(&o->offered);

	if (atomic_load(&o->taken) == number)
		return NULL;
	atomic_store(&o->taken, number);
	return &o->conf[number & 1];
}
