#include "conf/conf.h"

#include <string.h>

#include "base/text.h"
#include "base/wipe.h"
#include "conf/keys.h"
#include "conf/value.h"

void conf_release(struct conf *conf)
{
	conf_forget_secrets(conf);
	arena_release(&conf->arena);
	conf->client = NULL;
	conf->client_count = 0;
	conf->peer = NULL;
	conf->peer_count = 0;
}

void conf_forget_passphrases(struct conf *conf)
{
	for (uint32_t i = 0; i < conf->listener_count; i++)
		wipe(conf->listener[i].passphrase, sizeof(conf->listener[i].passphrase));
	for (uint32_t i = 0; i < conf->client_count; i++)
		wipe(conf->client[i].passphrase, sizeof(conf->client[i].passphrase));
	for (uint32_t i = 0; i < conf->peer_count; i++)
		wipe(conf->peer[i].passphrase, sizeof(conf->peer[i].passphrase));
	for (uint32_t i = 0; i < conf->uplink_count; i++) {
		struct conf_uplink *row = &conf->uplink[i];
		wipe(row->passphrase, sizeof(row->passphrase));
		wipe(row->options, sizeof(row->options)); /* PASS= is one, too */
	}
}

struct conf_socket conf_socket(const struct conf *conf, uint32_t socket)
{
	uint32_t peer = 0;

	if (socket < CONF_PEER_SOCKETS)
		return (struct conf_socket){USER_LISTENER, socket};
	if (socket >= CONF_UPLINK_SOCKETS)
		return (struct conf_socket){USER_UPLINK, socket - CONF_UPLINK_SOCKETS};
	while (peer < conf->peer_count &&
	       (!conf->peer[peer].name[0] || conf->peer[peer].socket != socket))
		peer++;
	return (struct conf_socket){USER_PEERS, peer};
}

const struct addr *conf_socket_bind(const struct conf *conf, uint32_t socket)
{
	static const struct addr any;
	struct conf_socket s = conf_socket(conf, socket);

	switch (s.user) {
	case USER_LISTENER:
		return s.index < conf->listener_count && conf->listener[s.index].name[0]
		               ? &conf->listener[s.index].bind
		               : NULL;
	case USER_PEERS:
		return s.index < conf->peer_count ? &conf->peer[s.index].bind : NULL;
	case USER_UPLINK:
		break;
	}
	return s.index < conf->uplink_count && conf->uplink[s.index].name[0] ? &any : NULL;
}

bool conf_keeps_listener(const struct conf *a, const struct conf *b, uint32_t index)
{
	const struct conf_listener *x = &a->listener[index], *y = &b->listener[index];

	return index < a->listener_count && index < b->listener_count && x->name[0] &&
	       strcmp(x->name, y->name) == 0 && addr_equal(&x->bind, &y->bind);
}

bool conf_same_uplink(const struct conf_uplink *a, const struct conf_uplink *b)
{
	const struct conf_section *section = section_info(SECTION_UPLINK);
	size_t i = 0;

	while (i < section->key_count && value_same(&section->keys[i], a, b))
		i++;
	return i == section->key_count && strcmp(a->name, b->name) == 0;
}

void conf_forget_report_secrets(struct conf *conf)
{
	wipe(conf->report.http_token, sizeof(conf->report.http_token));
	wipe(conf->report.admin_token, sizeof(conf->report.admin_token));
	wipe(conf->report.mqtt_password, sizeof(conf->report.mqtt_password));
}

void conf_forget_secrets(struct conf *conf)
{
	conf_forget_passphrases(conf);
	conf_forget_report_secrets(conf);
}

static const struct conf_client *find_exact(const struct conf *conf, uint32_t id)
{
	uint32_t low = 0, high = conf->client_count;

	while (low < high) {
		uint32_t middle = low + (high - low) / 2;
		if (conf->client[middle].id == id)
			return &conf->client[middle];
		if (conf->client[middle].id < id)
			low = middle + 1;
		else
			high = middle;
	}
	return NULL;
}

const struct conf_client *conf_client_find(const struct conf *conf, uint32_t id)
{
	const struct conf_client *found = find_exact(conf, id);
	uint32_t base[CLIENT_BASES];
	size_t count = client_bases(id, base);

	for (size_t i = 0; i < count && !found; i++)
		found = find_exact(conf, base[i]);
	return found;
}

struct session_defaults conf_defaults_for(const struct conf *conf,
                                          const struct conf_listener *listener, uint32_t id)
{
	struct session_defaults defaults = listener->defaults;
	const struct conf_client *client = conf_client_find(conf, id);

	if (client)
		session_merge(&defaults, &client->own);
	return defaults;
}

const char *conf_passphrase_for(const struct conf *conf, const struct conf_listener *listener,
                                uint32_t id, bool *anybody)
{
	const struct conf_client *client = conf_client_find(conf, id);

	*anybody = false;
	if (client && client->passphrase[0])
		return client->passphrase;
	*anybody = listener->open && listener->passphrase[0] == 0;
	return listener->passphrase;
}

const char *conf_open_passphrase(size_t number)
{
	static const char *const known[] = {"passw0rd", "PASSWORD", "", "password", "s3cr37w0rd"};

	return number < ARRAY_LEN(known) ? known[number] : NULL;
}

bool conf_passphrase_is_sample(const char *passphrase)
{
	static const char *const known[] = {
		"",           "passw0rd",        "password",        "passphrase",
		"s3cr37w0rd", "homebrew",        "changeme",        "change-me",
		"change me",  "freedmr",         "hblink",          "hotspot",
		"12345678",   "kilo tango four", "four tango kilo", /* of our own manual */
	};

	for (size_t i = 0; i < ARRAY_LEN(known); i++)
		if (text_same(passphrase, known[i]))
			return true;
	return false;
}
