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
	case KEY_UPLINK:
		return sizeof(enum uplink_protocol);
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

/* Sections of one kind that go by name, which is the first field of their rows. */
struct named {
	const void *rows;
	uint32_t count;
	size_t size;
};

static const void *row_at(const struct named *n, uint32_t i)
{
	return (const char *)n->rows + i * n->size;
}

static const void *row_named(const struct named *n, const char *name)
{
	for (uint32_t i = 0; i < n->count; i++)
		if (strcmp(row_at(n, i), name) == 0)
			return row_at(n, i);
	return NULL;
}

/*
 * Those in both are compared key by key; who comes or goes counts at the next start. `own` are the
 * rows of `running`, to be changed.
 */
static void take_named(const struct telling *t, enum section_kind kind, void *own,
                       struct named running, struct named fresh)
{
	for (uint32_t i = 0; i < running.count; i++) {
		char *row = (char *)own + i * running.size;
		const void *wanted = row_named(&fresh, row);
		if (wanted)
			take_keys(t, kind, row, row, wanted);
		else
			tell(t, kind, row, "", true);
	}
	for (uint32_t i = 0; i < fresh.count; i++)
		if (!row_named(&running, row_at(&fresh, i)))
			tell(t, kind, row_at(&fresh, i), "", true);
}

static struct named listeners_of(const struct conf *conf)
{
	return (struct named){conf->listener, conf->listener_count, sizeof(conf->listener[0])};
}

static struct named peers_of(const struct conf *conf)
{
	return (struct named){conf->peer, conf->peer_count, sizeof(conf->peer[0])};
}

static struct named announcements_of(const struct conf *conf)
{
	return (struct named){conf->announcement, conf->announcement_count,
	                      sizeof(conf->announcement[0])};
}

static struct named uplinks_of(const struct conf *conf)
{
	return (struct named){conf->uplink, conf->uplink_count, sizeof(conf->uplink[0])};
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

/* Of the row at `i`; behind the last one a number above all ids. */
static uint32_t client_id_at(const struct conf *conf, uint32_t i)
{
	return i < conf->client_count ? conf->client[i].id : UINT32_MAX;
}

/* Both are sorted by id: whoever came, went or changed is told. */
static void take_clients(const struct telling *t, struct conf *running, const struct conf *fresh)
{
	uint32_t i = 0, k = 0;

	while (i < running->client_count || k < fresh->client_count) {
		uint32_t a = client_id_at(running, i), b = client_id_at(fresh, k);
		if (a != b || !same_client(&running->client[i], &fresh->client[k]))
			tell_client(t, a < b ? a : b);
		i += a <= b;
		k += b <= a;
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
	take_named(&t, SECTION_LISTENER, running->listener, listeners_of(running),
	           listeners_of(fresh));
	take_clients(&t, running, fresh);
	take_named(&t, SECTION_PEER, running->peer, peers_of(running), peers_of(fresh));
	take_named(&t, SECTION_ANNOUNCEMENT, running->announcement, announcements_of(running),
	           announcements_of(fresh));
	take_named(&t, SECTION_UPLINK, running->uplink, uplinks_of(running), uplinks_of(fresh));
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
