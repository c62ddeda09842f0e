/*
 * The part of MQTT 3.1.1 (OASIS) that a publisher at QoS 0 needs:
 *
 *   to the broker     CONNECT with user, password and will; PUBLISH; PINGREQ; DISCONNECT
 *   from the broker   CONNACK, PINGRESP
 *
 * A packet: type and flags u8, the length of the rest in 7-bit groups, lowest first, at most four;
 * then the rest. A string is its length u16 and its octets, UTF-8.
 */
#ifndef WIRE_MQTT_H
#define WIRE_MQTT_H

#include <stdbool.h>
#include <stdint.h>

#include "base/cursor.h"
#include "wire/parse.h"

#define MQTT_REST_MAX 268435455u /* the largest number in four groups */
#define MQTT_HEAD_MAX 5u
#define MQTT_ANSWER_MAX 4u /* octets of the longest packet for a publisher */

struct mqtt_connect {
	const char *client_id;
	const char *user;     /* "": none */
	const char *password; /* only with a user */
	const char *will_topic;
	const char *will; /* will, retained, published by the broker when we disappear */
	uint16_t keep_alive_s;
};

void mqtt_write_connect(struct wr *w, const struct mqtt_connect *c);

/* The head and the topic of a PUBLISH; `len` octets of payload follow. */
void mqtt_write_publish(struct wr *w, const char *topic, bool retain, size_t len);
void mqtt_write_pingreq(struct wr *w);
void mqtt_write_disconnect(struct wr *w);

enum mqtt_answer_kind {
	MQTT_CONNACK,
	MQTT_PINGRESP,
};

struct mqtt_answer {
	enum mqtt_answer_kind kind;
	uint8_t code; /* of a CONNACK; 0 = accepted */
};

const char *mqtt_answer_kind_name(enum mqtt_answer_kind kind);

/* The meaning of a CONNACK code. */
const char *mqtt_refusal(uint8_t code);

/*
 * Takes the first packet from a stream of octets. PARSE_IGNORE: not complete yet; PARSE_BAD: not a
 * packet that a broker may send to a publisher, see *reason. In both cases nothing is taken.
 */
MUST_CHECK enum parse mqtt_take(struct rd *stream, struct mqtt_answer *out, const char **reason);

#endif
