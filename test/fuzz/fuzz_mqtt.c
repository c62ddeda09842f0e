/*
 * What a broker says, cut into packets: each takes octets, what is none takes nothing. What we say
 * is as long as its head says, and no answer of a broker.
 *
 * Decoder: wire/mqtt.c
 */
#include <assert.h>
#include <string.h>

#include "wire/mqtt.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define TEXT_MAX 512u

/* The length in the head, of one to four octets of seven bits. */
static void check_packet(struct wr *w, const uint8_t *octets)
{
	size_t len = 0, at = 1;
	struct rd stream = rd_make(octets, wr_len(w));
	struct mqtt_answer a;
	const char *reason;

	for (int shift = 0; at == 1 || octets[at - 1] & 0x80; shift += 7)
		len |= (size_t)(octets[at++] & 0x7f) << shift;
	assert(wr_len(w) == at + len);
	assert(mqtt_take(&stream, &a, &reason) == PARSE_BAD);
}

static void say(const uint8_t *data, size_t size)
{
	char text[TEXT_MAX];
	uint8_t out[4 * TEXT_MAX];
	size_t len = size < sizeof(text) - 1 ? size : sizeof(text) - 1;
	struct wr w = wr_make(out, sizeof(out));

	memcpy(text, data, len);
	text[len] = 0;
	mqtt_write_connect(&w, &(struct mqtt_connect){.client_id = "freedmr",
	                                              .user = text,
	                                              .password = text,
	                                              .will_topic = "dmr/online",
	                                              .will = "0",
	                                              .keep_alive_s = 60});
	check_packet(&w, out);
	w = wr_make(out, sizeof(out));
	mqtt_write_publish(&w, text, true, 0);
	check_packet(&w, out);
	w = wr_make(out, sizeof(out));
	mqtt_write_pingreq(&w);
	check_packet(&w, out);
	w = wr_make(out, sizeof(out));
	mqtt_write_disconnect(&w);
	check_packet(&w, out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct rd stream = rd_make(data, size);
	struct mqtt_answer a;
	const char *reason = NULL;
	enum parse answer;

	say(data, size);
	for (;;) {
		size_t before = rd_left(&stream);
		answer = mqtt_take(&stream, &a, &reason);
		size_t taken = before - rd_left(&stream);
		assert(answer == PARSE_OK ? taken >= 2 && taken <= MQTT_ANSWER_MAX : taken == 0);
		if (answer != PARSE_OK)
			break;
		assert(mqtt_refusal(a.code) && *mqtt_answer_kind_name(a.kind) != '?');
	}
	assert(answer != PARSE_BAD || reason);
	assert(answer != PARSE_IGNORE || rd_left(&stream) < MQTT_ANSWER_MAX);
	return 0;
}
