#include "wire/mqtt.h"

#include <string.h>

enum packet {
	PACKET_CONNECT = 0x10,
	PACKET_CONNACK = 0x20,
	PACKET_PUBLISH = 0x30,
	PACKET_PINGREQ = 0xc0,
	PACKET_PINGRESP = 0xd0,
	PACKET_DISCONNECT = 0xe0,
};

#define PUBLISH_RETAIN 0x01

/* Flags of a CONNECT, 3.1.2.3. */
#define CONNECT_CLEAN 0x02
#define CONNECT_WILL 0x04
#define CONNECT_WILL_RETAIN 0x20
#define CONNECT_PASSWORD 0x40
#define CONNECT_USER 0x80

#define PROTOCOL "MQTT"
#define PROTOCOL_LEVEL 4

/* Type and length of the rest; a packet that is too long makes the writer bad. */
static void head(struct wr *w, enum packet packet, size_t rest)
{
	wr_u8(w, (uint8_t)packet);
	if (rest > MQTT_REST_MAX)
		w->bad = true;
	while (rest >= 128) {
		wr_u8(w, (uint8_t)(rest % 128 | 128));
		rest /= 128;
	}
	wr_u8(w, (uint8_t)rest);
}

static void string(struct wr *w, const char *s)
{
	size_t len = strlen(s);

	if (len > UINT16_MAX)
		w->bad = true;
	wr_u16(w, (uint16_t)len);
	wr_bytes(w, s, len);
}

static size_t string_len(const char *s)
{
	return 2 + strlen(s);
}

void mqtt_write_connect(struct wr *w, const struct mqtt_connect *c)
{
	bool has_user = *c->user, has_password = has_user && *c->password;
	size_t rest = string_len(PROTOCOL) + 4 + string_len(c->client_id) +
	              string_len(c->will_topic) + string_len(c->will);

	rest += has_user ? string_len(c->user) : 0;
	rest += has_password ? string_len(c->password) : 0;
	head(w, PACKET_CONNECT, rest);
	string(w, PROTOCOL);
	wr_u8(w, PROTOCOL_LEVEL);
	wr_u8(w, (uint8_t)(CONNECT_CLEAN | CONNECT_WILL | CONNECT_WILL_RETAIN |
	                   (has_user ? CONNECT_USER : 0) | (has_password ? CONNECT_PASSWORD : 0)));
	wr_u16(w, c->keep_alive_s);
	string(w, c->client_id);
	string(w, c->will_topic);
	string(w, c->will);
	if (has_user)
		string(w, c->user);
	if (has_password)
		string(w, c->password);
}

void mqtt_write_publish(struct wr *w, const char *topic, bool retain, size_t len)
{
	head(w, PACKET_PUBLISH | (retain ? PUBLISH_RETAIN : 0), string_len(topic) + len);
	string(w, topic);
}

void mqtt_write_pingreq(struct wr *w)
{
	head(w, PACKET_PINGREQ, 0);
}

void mqtt_write_disconnect(struct wr *w)
{
	head(w, PACKET_DISCONNECT, 0);
}

const char *mqtt_answer_kind_name(enum mqtt_answer_kind kind)
{
	switch (kind) {
	case MQTT_CONNACK:
		return "connack";
	case MQTT_PINGRESP:
		return "pingresp";
	}
	return "?";
}

/* 3.2.2.3 */
const char *mqtt_refusal(uint8_t code)
{
	static const char *const meanings[] = {
		"accepted",
		"the broker does not support MQTT 3.1.1",
		"the broker rejects the client ID",
		"the broker is not available",
		"wrong user or password",
		"not authorised",
	};

	return code < sizeof(meanings) / sizeof(meanings[0]) ? meanings[code] : "unknown reason";
}

/* Both kinds have their flags zero and a length of one octet. */
enum parse mqtt_take(struct rd *stream, struct mqtt_answer *out, const char **reason)
{
	struct rd rest = *stream;
	struct mqtt_answer answer = {.kind = MQTT_PINGRESP};
	uint8_t packet = rd_u8(&rest);

	if (!rd_ok(&rest))
		return PARSE_IGNORE;
	if (packet != PACKET_CONNACK && packet != PACKET_PINGRESP) {
		*reason = "packet";
		return PARSE_BAD;
	}
	uint8_t len = rd_u8(&rest);
	if (!rd_ok(&rest))
		return PARSE_IGNORE;
	if (len != (packet == PACKET_CONNACK ? 2 : 0)) {
		*reason = "length";
		return PARSE_BAD;
	}
	if (packet == PACKET_CONNACK) {
		answer.kind = MQTT_CONNACK;
		rd_skip(&rest, 1); /* session present? We request none. */
		answer.code = rd_u8(&rest);
	}
	if (!rd_ok(&rest))
		return PARSE_IGNORE;
	*out = answer;
	*stream = rest;
	return PARSE_OK;
}
