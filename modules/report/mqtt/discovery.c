#include "report/mqtt/discovery.h"

#include <inttypes.h>

#include "report/event/event_kind.h"

/* What is special to a sensor. */
struct sensor {
	const char *component, *object, *name;
	const char *topic;    /* below the prefix */
	const char *template; /* for its state; NULL: the message itself */
	const char *more;     /* further members, each after a comma */
};

static const struct sensor fixed[] = {
	{"binary_sensor", "server", "Server", "status", NULL,
         ",\"payload_on\":\"online\",\"payload_off\":\"offline\","
         "\"device_class\":\"connectivity\""},
	{"binary_sensor", "on_air", "On air", "state",
         "{{ 'ON' if value_json.calls | rejectattr('data') | list else 'OFF' }}",
         ",\"icon\":\"mdi:radio-handheld\""},
	{"sensor", "last_heard", "Last heard", EVENT_TOPIC_LAST_CALL,
         "{{ value_json.src_callsign or value_json.src }}", ",\"icon\":\"mdi:account-voice\""},
};

/* A name as part of an ID: characters other than letters and digits in hex. */
static void put_id(struct text *t, const char *name)
{
	for (; *name; name++) {
		bool plain = (*name >= '0' && *name <= '9') || (*name >= 'a' && *name <= 'z') ||
		             (*name >= 'A' && *name <= 'Z');
		if (plain)
			text_char(t, *name);
		else
			text_format(t, "-%02x", (unsigned)(unsigned char)*name);
	}
}

/* A name as a string in a template. */
static void put_quoted(struct text *t, const char *name)
{
	text_char(t, '\'');
	for (; *name; name++) {
		if (*name == '\'' || *name == '\\')
			text_char(t, '\\');
		text_char(t, *name);
	}
	text_char(t, '\'');
}

static void put_topic(struct text *t, const char *key, const char *prefix, const char *topic)
{
	char buf[CONF_TOPIC_MAX + 32];
	struct text whole = text_make(buf, sizeof(buf));

	text_format(&whole, "%s/%s", prefix, topic);
	text_format(t, ",\"%s\":", key);
	text_json(t, buf);
}

/* All sensors of a server are one device. */
static void put_device(struct text *t, const struct conf *conf)
{
	char buf[CONF_NAME_MAX + 16];
	struct text name = text_make(buf, sizeof(buf));

	if (*conf->server.name)
		text_format(&name, "FreeDMR %s", conf->server.name);
	else
		text_format(&name, "FreeDMR %" PRIu32, conf->server.id);
	text_format(t, ",\"device\":{\"identifiers\":[\"freedmr_%" PRIu32 "\"],\"name\":",
	            conf->server.id);
	text_json(t, buf);
	text_put(t, ",\"manufacturer\":\"FreeDMR\",\"sw_version\":\"" VERSION "\"}");
}

static void put_sensor(const struct conf *conf, const struct sensor *s, const char *prefix,
                       struct text *topic, struct text *payload)
{
	text_format(topic, "homeassistant/%s/freedmr_%" PRIu32 "/%s/config", s->component,
	            conf->server.id, s->object);
	text_put(payload, "{\"name\":");
	text_json(payload, s->name);
	text_format(payload, ",\"unique_id\":\"freedmr_%" PRIu32 "_%s\"", conf->server.id,
	            s->object);
	put_topic(payload, "state_topic", prefix, s->topic);
	if (s->template) {
		text_put(payload, ",\"value_template\":");
		text_json(payload, s->template);
		put_topic(payload, "availability_topic", prefix, "status");
	}
	text_put(payload, s->more);
	put_device(payload, conf);
	text_char(payload, '}');
}

/* Rows that a reload has freed have no name. */
static const char *link_name(const struct conf *conf, uint32_t nth)
{
	for (uint32_t i = 0; i < conf->peer_count; i++)
		if (conf->peer[i].name[0] && nth-- == 0)
			return conf->peer[i].name;
	for (uint32_t i = 0; i < conf->uplink_count; i++)
		if (conf->uplink[i].name[0] && nth-- == 0)
			return conf->uplink[i].name;
	return NULL;
}

bool discovery_message(const struct conf *conf, uint32_t nth, const char *prefix,
                       struct text *topic, struct text *payload)
{
	char object[3 * CONF_NAME_MAX + 8], name[CONF_NAME_MAX + 8], template[256];
	struct text o = text_make(object, sizeof(object)), n = text_make(name, sizeof(name));
	struct text t = text_make(template, sizeof(template));

	if (nth < ARRAY_LEN(fixed)) {
		put_sensor(conf, &fixed[nth], prefix, topic, payload);
		return true;
	}
	const char *link = link_name(conf, nth - (uint32_t)ARRAY_LEN(fixed));
	if (!link)
		return false;
	text_put(&o, "link");
	text_char(&o, '-');
	put_id(&o, link);
	text_format(&n, "Link %s", link);
	text_put(&t, "{{ 'ON' if value_json.mesh | selectattr('name', 'equalto', ");
	put_quoted(&t, link);
	text_put(&t, ") | selectattr('up') | list else 'OFF' }}");
	const struct sensor s = {.component = "binary_sensor",
	                         .object = object,
	                         .name = name,
	                         .topic = "state",
	                         .template = template,
	                         .more = ",\"device_class\":\"connectivity\""};
	put_sensor(conf, &s, prefix, topic, payload);
	return true;
}
