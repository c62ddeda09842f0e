#include "report/services.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "base/log.h"
#include "base/siphash.h"
#include "base/wipe.h"
#include "conf/networks.h"

static void turn_on(struct services *s, enum service service, struct connections *connections)
{
	s->connections[service] = connections;
	s->sources->figures[service] = connections ? &connections->figures : NULL;
}

static bool open_control(struct services *s)
{
	s->control = control_open(s->listening[SERVICE_CONTROL], s->poller, s->sources);
	if (s->control)
		turn_on(s, SERVICE_CONTROL, control_connections(s->control));
	return s->control;
}

static bool open_http(struct services *s)
{
	int fd = s->listening[SERVICE_HTTP];

	if (fd < 0)
		return true;
	s->http = http_open(fd, s->poller, s->sources, &s->conf->report);
	if (s->http)
		turn_on(s, SERVICE_HTTP, http_connections(s->http));
	return s->http;
}

static bool open_legacy(struct services *s)
{
	int fd = s->listening[SERVICE_LEGACY];

	if (fd < 0)
		return true;
	s->legacy = legacy_open(fd, s->poller, s->sources->model, s->conf);
	if (s->legacy)
		turn_on(s, SERVICE_LEGACY, legacy_connections(s->legacy));
	return s->legacy;
}

static bool open_mqtt(struct services *s)
{
	if (s->conf->report.broker.address.port == 0)
		return true;
	s->mqtt = mqtt_open(s->conf, s->poller, s->mqtt_tag, s->sources);
	if (s->mqtt)
		s->sources->mqtt = mqtt_figures(s->mqtt);
	return s->mqtt;
}

static void close_http(struct services *s)
{
	if (s->http)
		http_close(s->http);
	s->http = NULL;
	turn_on(s, SERVICE_HTTP, NULL);
}

static void close_legacy(struct services *s)
{
	if (s->legacy)
		legacy_close(s->legacy);
	s->legacy = NULL;
	turn_on(s, SERVICE_LEGACY, NULL);
}

static void close_mqtt(struct services *s)
{
	if (s->mqtt)
		mqtt_close(s->mqtt);
	s->mqtt = NULL;
	s->sources->mqtt = NULL;
}

bool services_open(struct services *s, const int listening[static SERVICES])
{
	for (int i = 0; i < SERVICES; i++) {
		s->listening[i] = listening[i];
		s->opened[i] = -1;
	}
	return open_control(s) && open_http(s) && open_legacy(s) && open_mqtt(s);
}

void services_close(struct services *s)
{
	if (!s->sources)
		return; /* the start ended before */
	close_mqtt(s);
	close_http(s);
	close_legacy(s);
	if (s->control)
		control_close(s->control);
	s->control = NULL;
}

void services_take(struct services *s, uint32_t service, int fd)
{
	if (fd < 0)
		return;
	if (service >= SERVICES) {
		close(fd);
		return;
	}
	if (s->opened[service] >= 0)
		close(s->opened[service]);
	s->opened[service] = fd;
}

/* In any order that says which is where: rows keep their places. */
static uint64_t digest_links(const struct conf *conf)
{
	static const struct siphash_key key = {0, 0};
	uint64_t digest = 0;

	for (uint32_t i = 0; i < conf->peer_count; i++)
		if (conf->peer[i].name[0])
			digest ^= siphash(key, conf->peer[i].name, sizeof(conf->peer[i].name)) + i;
	for (uint32_t i = 0; i < conf->uplink_count; i++)
		if (conf->uplink[i].name[0])
			digest ^=
				~siphash(key, conf->uplink[i].name, sizeof(conf->uplink[i].name)) +
				i;
	return digest;
}

struct services_before services_look(const struct services *s)
{
	return (struct services_before){s->conf->report, digest_links(s->conf)};
}

static bool is_on(const struct services *s, enum service service)
{
	const struct conf_report *r = &s->conf->report;

	switch (service) {
	case SERVICE_CONTROL:
		return r->control[0];
	case SERVICE_HTTP:
		return r->http.port;
	case SERVICE_LEGACY:
		return r->legacy.port;
	case SERVICES:
		break;
	}
	return false;
}

/* The socket it listens on from now on; true: another one than before. */
static bool move(struct services *s, enum service service)
{
	int before = s->listening[service], next = s->opened[service];

	if (next < 0 && (before < 0 || is_on(s, service)))
		return false;
	s->listening[service] = next;
	s->opened[service] = -1;
	if (service == SERVICE_CONTROL)
		connections_listen(s->connections[service], next);
	else if (service == SERVICE_HTTP)
		close_http(s);
	else
		close_legacy(s);
	if (before >= 0)
		close(before);
	return true;
}

static bool admits_others(const struct conf_report *a, const struct conf_report *b)
{
	return strcmp(a->http_token, b->http_token) != 0 ||
	       !networks_same(&a->http_allow, &b->http_allow);
}

/* The set of systems never changes while a dashboard looks (report/legacy/systems.h). */
static bool shows_others(const struct services_before *a, const struct services_before *b)
{
	return a->links != b->links || a->report.legacy_systems != b->report.legacy_systems ||
	       !networks_same(&a->report.legacy_allow, &b->report.legacy_allow);
}

static bool publishes_elsewhere(const struct conf_report *a, const struct conf_report *b)
{
	return strcmp(a->mqtt, b->mqtt) != 0 || strcmp(a->mqtt_user, b->mqtt_user) != 0 ||
	       strcmp(a->mqtt_password, b->mqtt_password) != 0 ||
	       strcmp(a->mqtt_topic, b->mqtt_topic) != 0 || a->mqtt_discovery != b->mqtt_discovery;
}

static void check(bool opened, const char *what)
{
	if (!opened)
		log_error("%s is off: %s", what, strerror(errno));
}

void services_follow(struct services *s, const struct services_before *before)
{
	struct services_before now = services_look(s);

	(void)move(s, SERVICE_CONTROL);
	if (move(s, SERVICE_HTTP) || admits_others(&before->report, &now.report)) {
		close_http(s);
		check(open_http(s), service_name(SERVICE_HTTP));
	} else if (s->http) {
		check(http_follow(s->http), "self-care");
	}
	if (move(s, SERVICE_LEGACY) || shows_others(before, &now)) {
		close_legacy(s);
		check(open_legacy(s), service_name(SERVICE_LEGACY));
	}
	if (publishes_elsewhere(&before->report, &now.report) ||
	    (s->mqtt && now.links != before->links && now.report.mqtt_discovery)) {
		close_mqtt(s);
		check(open_mqtt(s), "mqtt");
	}
	wipe(&now, sizeof(now));
}
