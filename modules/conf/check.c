#include "conf/check.h"

#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "conf/conf.h"

#define ANNOUNCEMENT_EVERY_MIN_MS 60000u

/* Peers may share a socket among themselves. */
static void check_bind(struct reader *r, const struct addr *bind, bool of_peer)
{
	const struct conf *out = r->out;
	char text[SHOWN_MAX], shown_bind[ADDR_TEXT_MAX];

	for (uint32_t i = 0; i < out->listener_count && bind->port; i++)
		if (bind != &out->listener[i].bind && addr_equal(&out->listener[i].bind, bind))
			fault(r, line_of(r, "bind"), "%s: [listener %s] on line %lu also binds %s",
			      header(r, text), out->listener[i].name,
			      (unsigned long)out->listener[i].line, addr_format(bind, shown_bind));
	for (uint32_t i = 0; i < out->peer_count && bind->port && !of_peer; i++)
		if (addr_equal(&out->peer[i].bind, bind))
			fault(r, line_of(r, "bind"), "%s: [peer %s] on line %lu also binds %s",
			      header(r, text), out->peer[i].name, (unsigned long)out->peer[i].line,
			      addr_format(bind, shown_bind));
}

static void check_listener(struct reader *r)
{
	const struct conf_listener *row = r->row;
	char text[SHOWN_MAX];

	if (!row->open && !addr_is_loopback(&row->bind) &&
	    conf_passphrase_is_sample(row->passphrase))
		fault(r, line_of(r, "passphrase"),
		      "%s: the passphrase is %s; expected one of your own, or open = yes",
		      header(r, text), row->passphrase[0] ? "known from sample files" : "empty");
	check_bind(r, &row->bind, false);
}

/* A numeric address, or a name and a port; `port` is the default. */
static bool read_target(const char *target, uint16_t port, struct addr *address,
                        char host[static CONF_HOST_MAX])
{
	const char *colon = strrchr(target, ':');
	uint64_t number = port;

	if (addr_parse(target, port, address))
		return address->port != 0 && !addr_is_any(address);
	size_t len = colon ? (size_t)(colon - target) : strlen(target);
	if (colon && !text_to_u64(colon + 1, strlen(colon + 1), 1, UINT16_MAX, &number))
		return false;
	if (len == 0 || len >= CONF_HOST_MAX ||
	    strspn(target, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-_") !=
	            len)
		return false;
	struct text name = text_make(host, CONF_HOST_MAX);
	text_bytes(&name, target, len);
	address->port = (uint16_t)number;
	return true;
}

static void bad_target(struct reader *r, const char *key, const char *target)
{
	char value[SHOWN_MAX];

	fault(r, line_of(r, key), "%s = %s: expected an address or a name with a port, such as %s",
	      key, shown(value, target), key_find(r->section, key)->example);
}

static void check_token(struct reader *r, const char *key, const char *token)
{
	size_t len = strlen(token);

	if (len && len < CONF_TOKEN_MIN)
		fault(r, line_of(r, key), "%s: expected at least %u octets", key, CONF_TOKEN_MIN);
	if (strspn(token, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
	                  "0123456789-._~") != len)
		fault(r, line_of(r, key), "%s: expected letters, digits and the signs - . _ ~",
		      key);
}

/* The operator has to say who may open the page, unless only this machine can. */
static void check_report(struct reader *r)
{
	struct conf_report *row = r->row;
	size_t len = strlen(row->http_token);

	if (row->http.port && !addr_is_loopback(&row->http) && !len && !row->http_allow.count)
		fault(r, line_of(r, "http"),
		      "http is not on loopback; expected http-allow or http-token as well");
	r->self_care_line = line_of(r, "self-care");
	check_token(r, "http-token", row->http_token);
	check_token(r, "admin-token", row->admin_token);
	if (row->mqtt[0] &&
	    !read_target(row->mqtt, CONF_MQTT_PORT_DEFAULT, &row->broker.address, row->broker.host))
		bad_target(r, "mqtt", row->mqtt);
}

static bool is_ascii(const char *text)
{
	for (; *text; text++)
		if ((unsigned char)(*text - ' ') > '~' - ' ')
			return false;
	return true;
}

/* Other servers on the mesh cut the passphrase at 20 octets; some count characters. */
static void check_peer_passphrase(struct reader *r)
{
	const struct conf_peer *row = r->row;
	uint32_t line = line_of(r, "passphrase");
	char text[SHOWN_MAX];

	if (!r->key_line[key_find(r->section, "passphrase") - r->section->keys])
		return; /* reported as missing */
	if (conf_passphrase_is_sample(row->passphrase) && !addr_is_loopback(&row->bind))
		fault(r, line, "%s: the passphrase is %s; expected one of your own",
		      header(r, text), row->passphrase[0] ? "known from sample files" : "empty");
	if (!is_ascii(row->passphrase))
		fault(r, line, "%s: expected a passphrase of ASCII letters, digits and signs",
		      header(r, text));
	if (row->full_key && row->protocol == PEER_FBP)
		fault(r, line_of(r, "full-key"), "%s: full-key is for protocol = obp only",
		      header(r, text));
	else if (!row->full_key && strlen(row->passphrase) > CONF_MESH_KEY_MAX)
		fault(r, line,
		      "%s: servers use only 20 octets of a passphrase; expected at most 20",
		      header(r, text));
}

/* One target or several, separated by commas. */
static bool read_targets(struct conf_uplink *row)
{
	const char *at = row->target;

	for (uint32_t i = 0; i < CONF_TARGETS_MAX; i++) {
		char one[CONF_HOST_MAX + 6];
		struct text t = text_make(one, sizeof(one));
		size_t len = strcspn(at, ","), end = len;
		while (end && at[end - 1] == ' ')
			end--;
		text_bytes(&t, at, end);
		if (!read_target(one, CONF_UPLINK_PORT_DEFAULT, &row->targets[i].address,
		                 row->targets[i].host))
			return false;
		if (!at[len])
			return true;
		at += len + 1 + strspn(at + len + 1, " ");
	}
	return false;
}

static void check_peer(struct reader *r)
{
	struct conf_peer *row = r->row;

	check_peer_passphrase(r);
	if (row->target[0] &&
	    !read_target(row->target, CONF_PEER_PORT_DEFAULT, &row->address, row->host))
		bad_target(r, "target", row->target);
	check_bind(r, &row->bind, true);
}

static void check_announcement(struct reader *r)
{
	const struct conf_announcement *row = r->row;
	char text[SHOWN_MAX];

	if (row->every_ms && row->every_ms < ANNOUNCEMENT_EVERY_MIN_MS)
		fault(r, line_of(r, "every"), "%s every: expected at least 1m, or 0 for never",
		      header(r, text));
}

/* A reflector has one talkgroup. */
static bool is_reflector_map(const struct tg_map *map)
{
	return map->count == 1 && map->entry[0].slot == 2 && map->entry[0].tg == 9;
}

static void check_uplink(struct reader *r)
{
	struct conf_uplink *row = r->row;
	bool xlx = row->protocol == UPLINK_XLX;
	char text[SHOWN_MAX];

	if (row->target[0] && !read_targets(row))
		bad_target(r, "target", row->target);
	if (xlx && (row->module[0] < 'A' || row->module[0] > 'Z'))
		fault(r, line_of(r, "module"), "%s: expected module = and a letter from A to Z",
		      header(r, text));
	if (xlx && !is_reflector_map(&row->map))
		fault(r, line_of(r, "map"), "%s: expected map = 2:9 = and one talkgroup",
		      header(r, text));
	if (!is_ascii(row->passphrase))
		fault(r, line_of(r, "passphrase"),
		      "%s: expected a passphrase of ASCII letters, digits and signs",
		      header(r, text));
}

void check_section(struct reader *r)
{
	switch (r->section->kind) {
	case SECTION_LISTENER:
		check_listener(r);
		break;
	case SECTION_REPORT:
		check_report(r);
		break;
	case SECTION_PEER:
		check_peer(r);
		break;
	case SECTION_ANNOUNCEMENT:
		check_announcement(r);
		break;
	case SECTION_UPLINK:
		check_uplink(r);
		break;
	case SECTION_SERVER:
	case SECTION_CLIENT:
	case SECTION_LIMITS:
	case SECTION_KINDS:
		break; /* each key by itself */
	}
}

static int compare_clients(const void *a, const void *b)
{
	const struct conf_client *x = a, *y = b;

	if (x->id != y->id)
		return x->id < y->id ? -1 : 1;
	return (int)x->line - (int)y->line;
}

/* May a sample passphrase be used, because nobody remote can log in, or anyone may anyway? */
static bool samples_allowed(const struct conf *conf)
{
	for (uint32_t i = 0; i < conf->listener_count; i++)
		if (!conf->listener[i].open && !addr_is_loopback(&conf->listener[i].bind))
			return false;
	return true;
}

static void check_clients(struct reader *r)
{
	const struct conf_client *c = r->out->client;
	bool allowed = samples_allowed(r->out);

	if (r->out->client_count)
		qsort(r->out->client, r->out->client_count, sizeof(*c), compare_clients);
	for (uint32_t i = 0; i < r->out->client_count; i++) {
		if (i && c[i].id && c[i].id == c[i - 1].id)
			fault(r, c[i].line, "duplicate section [client %lu] (another on line %lu)",
			      (unsigned long)c[i].id, (unsigned long)c[i - 1].line);
		if (c[i].passphrase[0] && !allowed && conf_passphrase_is_sample(c[i].passphrase))
			fault(r, c[i].line,
			      "[client %lu]: the passphrase is known from sample files; expected "
			      "one of your own",
			      (unsigned long)c[i].id);
	}
}

/* Peers with one bind share a socket. */
static void number_sockets(struct reader *r)
{
	struct conf *out = r->out;
	uint32_t next = CONF_PEER_SOCKETS;

	for (uint32_t i = 0; i < out->peer_count; i++) {
		struct conf_peer *row = &out->peer[i];
		uint32_t j = 0;
		while (j < i && !addr_equal(&out->peer[j].bind, &row->bind))
			j++;
		row->socket = j < i ? out->peer[j].socket : next++;
	}
	if (next > CONF_UPLINK_SOCKETS)
		fault(r, r->line, "peers with more than %u different binds", CONF_PEER_BINDS_MAX);
	for (uint32_t i = 0; i < out->uplink_count; i++)
		out->uplink[i].socket = CONF_UPLINK_SOCKETS + i;
}

static void check_peers(struct reader *r)
{
	const struct conf *out = r->out;

	if (out->peer_count > out->limits.peers)
		fault(r, out->peer[out->limits.peers].line,
		      "more peers than [limits] peers = %lu allows",
		      (unsigned long)out->limits.peers);
	number_sockets(r);
	/* They are distinguished by name alone. */
	for (uint32_t i = 0; i < out->uplink_count; i++)
		for (uint32_t j = 0; j < out->peer_count; j++)
			if (strcmp(out->uplink[i].name, out->peer[j].name) == 0)
				fault(r, out->uplink[i].line,
				      "[uplink %s]: [peer %s] has the same name",
				      out->uplink[i].name, out->peer[j].name);
}

static bool has_listener(const struct conf *conf, const char *name)
{
	for (uint32_t i = 0; i < conf->listener_count; i++)
		if (strcmp(conf->listener[i].name, name) == 0)
			return true;
	return false;
}

static void check_announcements(struct reader *r)
{
	for (uint32_t i = 0; i < r->out->announcement_count; i++) {
		const struct conf_announcement *a = &r->out->announcement[i];
		char text[SHOWN_MAX];
		if (a->listener[0] && !has_listener(r->out, a->listener))
			fault(r, a->line, "[announcement %s]: there is no [listener %s]", a->name,
			      shown(text, a->listener));
	}
}

/* Owners' settings have to survive a restart. */
static void check_self_care(struct reader *r)
{
	if (r->out->report.self_care && !*r->out->server.state)
		fault(r, r->self_care_line, "self-care = yes: expected state in [server] as well");
}

void check_all(struct reader *r)
{
	check_self_care(r);
	check_clients(r);
	check_peers(r);
	check_announcements(r);
}
