/* What a broker says, cut into packets: each takes octets, what is none takes nothing. */
#include <assert.h>

#include "wire/mqtt.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct rd stream = rd_make(data, size);
	struct mqtt_answer a;
	const char *reason = NULL;
	enum parse answer;

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
