#include "conf/conf.h"

#include "base/text.h"
#include "base/wipe.h"

#define BASE_ID_MAX 9999999u /* seven digits: a personal id, of which suffixes are made */

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

const struct addr *conf_socket_bind(const struct conf *conf, uint32_t index)
{
	static const struct addr any; /* of uplinks: the system chooses */
	uint32_t i = 0;

	if (index < conf->listener_count)
		return &conf->listener[index].bind;
	if (index >= conf->socket_count - conf->uplink_count)
		return &any;
	while (conf->peer[i].socket != index)
		i++;
	return &conf->peer[i].bind;
}

uint32_t conf_broker_place(const struct conf *conf)
{
	return conf->peer_count + conf->uplink_count * CONF_TARGETS_MAX;
}

void conf_forget_report_secrets(struct conf *conf)
{
	wipe(conf->report.http_token, sizeof(conf->report.http_token));
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
	const struct conf_client *exact = find_exact(conf, id);

	if (exact || id <= BASE_ID_MAX || id > CONF_CLIENT_ID_MAX)
		return exact;
	while (id > BASE_ID_MAX)
		id /= 10;
	return find_exact(conf, id);
}

struct session_defaults conf_defaults_for(const struct conf *conf,
                                          const struct conf_listener *listener, uint32_t id)
{
	struct session_defaults defaults = listener->defaults;
	const struct conf_client *client = conf_client_find(conf, id);

	if (!client)
		return defaults;
	for (size_t slot = 0; slot < ARRAY_LEN(defaults.statics); slot++)
		if (client->has_statics[slot])
			defaults.statics[slot] = client->own.statics[slot];
	if (client->has_dial)
		defaults.dial = client->own.dial;
	if (client->has_single)
		defaults.single = client->own.single;
	if (client->has_timer)
		defaults.timer_ms = client->own.timer_ms;
	if (client->has_hang)
		defaults.hang_ms = client->own.hang_ms;
	if (client->has_maps)
		defaults.maps = client->own.maps;
	if (client->has_private)
		defaults.private_calls = client->own.private_calls;
	if (client->has_ident)
		defaults.ident = client->own.ident;
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
