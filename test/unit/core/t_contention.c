#include "core/delivery/contention.h"

#include "harness/t.h"
#include "world.h"

/* A slot, a call, and why the one may not hear the other; NULL = it may. */
static const struct situation {
	bool connected, mute;
	tick_t data_out_ago;         /* last data of its own radio side */
	tick_t busy_ago, closed_ago; /* last frame, and end of the last call sent to it */
	uint32_t conversation;       /* of that; the call's is 91 */
	bool local;                  /* it is what the server itself says */
	bool first;
	const char *words;
} situations[] = {
	{true, false, 60000, 60000, 60000, 0, false, true, NULL},
	{false, false, 60000, 60000, 60000, 0, false, true, "not heard: not logged in yet"},
	{true, false, 119, 60000, 60000, 0, false, true, "not heard: sending data itself"},
	{true, false, 120, 60000, 60000, 0, false, true, NULL},
	{true, true, 60000, 60000, 60000, 0, false, true, "not heard: talking itself"},
	{true, false, 60000, 4999, 60000, 92, false, true, "not heard: hang time for"},
	{true, false, 60000, 5000, 60000, 92, false, true, NULL},
	{true, false, 60000, 0, 60000, 91, false, true,
         NULL}, /* hang time is for this conference */
	{true, false, 60000, 0, 60000, 91, false, false, NULL},
	{true, false, 60000, 599, 599, 91, false, false, "not heard: pause between calls"},
	{true, false, 60000, 600, 600, 91, false, false, NULL},
	{true, false, 60000, 599, 599, 91, false, true, NULL}, /* its own sender has waited */
	{true, false, 60000, 0, 0, 92, true, true, NULL}, /* the server's answers wait themselves */
	{false, false, 60000, 0, 0, 92, true, true, "not heard: not logged in yet"},
};

T_CASE(every_situation_has_its_answer)
{
	static struct world w;

	world_open(&w,
	           "[server]\nid = 2345\n[listener l]\nbind = 192.0.2.1:62031\n"
	           "passphrase = " WORLD_PASSPHRASE "\n",
	           1);
	for (size_t i = 0; i < ARRAY_LEN(situations); i++) {
		const struct situation *at = &situations[i];
		const struct step step = {.core = w.core, .now = w.now};
		const struct session s = {.state = at->connected ? SESSION_CONNECTED
		                                                 : SESSION_AUTHENTICATED,
		                          .hang = 5 * TICK_SECOND};
		const struct slot slot = {.conversation = at->conversation,
		                          .busy_last = w.now - at->busy_ago,
		                          .closed = w.now - at->closed_ago,
		                          .data_out = w.now - at->data_out_ago,
		                          .mute_until = at->mute ? w.now + 1 : w.now};
		const struct stream x = {.origin.kind = at->local ? SOURCE_LOCAL : SOURCE_CLIENT,
		                         .conversation = 91};
		const char *words = contention_refuses(&step, &s, &slot, &x, at->first).words;
		if (!t_same_text(words ? words : "", at->words ? at->words : ""))
			t_fail(__FILE__, __LINE__, "situation %zu: \"%s\"", i, words ? words : "");
	}
	world_close(&w);
}

/* Likewise for a frame of data of client 2300101, source 23, conversation 91. */
static const struct data_situation {
	uint32_t client; /* whose slot: 2300109 is the gateway, 0 a server above */
	bool mute, begins;
	tick_t busy_ago,
		data_out_ago; /* last frame of conversation 92, last data of its own radio side */
	tick_t hang;
	uint32_t other_origin, other_src; /* of data it got `other_ago`; 0 = none */
	tick_t other_ago;
	const char *words;
} data_situations[] = {
	{2300102, false, true, 60000, 60000, 5000, 0, 0, 0, NULL},
	{2300102, true, true, 60000, 60000, 5000, 0, 0, 0, "not heard: talking itself"},
	{2300102, false, true, 60000, 0, 5000, 0, 0, 0, NULL},
	{2300102, false, true, 599, 60000, 5000, 0, 0, 0, "not heard: hang time for"},
	{2300102, false, true, 600, 60000, 5000, 0, 0, 0, NULL},
	{2300102, false, true, 300, 60000, 300, 0, 0, 0, NULL},
	{2300102, false, false, 60000, 60000, 5000, 0, 0, 0, "not heard: missed the header"},
	{2300102, false, true, 60000, 60000, 5000, 2300103, 24, 359,
         "not heard: slot busy with other data"},
	{2300102, false, true, 60000, 60000, 5000, 2300103, 24, 360, NULL},
	{2300102, false, true, 60000, 60000, 5000, 2300101, 24, 0, NULL},
	{2300102, false, true, 60000, 60000, 5000, 2300103, 23, 0, NULL},
	{2300109, true, false, 0, 0, 5000, 2300103, 24, 0, NULL},
	{0, false, false, 0, 0, 0, 2300103, 24, 0, NULL},
};

T_CASE(data_waits_for_calls_and_for_no_slot)
{
	static struct world w;

	world_open(&w,
	           "[server]\nid = 2345\ndata-gateway = 2300109\n[listener l]\n"
	           "bind = 192.0.2.1:62031\npassphrase = " WORLD_PASSPHRASE "\n",
	           1);
	for (size_t i = 0; i < ARRAY_LEN(data_situations); i++) {
		const struct data_situation *at = &data_situations[i];
		const struct step step = {.core = w.core, .now = w.now};
		const struct session s = {
			.source = {at->client ? SOURCE_CLIENT : SOURCE_UPLINK, at->client},
			.state = SESSION_CONNECTED,
			.hang = at->hang};
		struct slot slot = {.conversation = 92,
		                    .busy_last = w.now - at->busy_ago,
		                    .data_out = w.now - at->data_out_ago,
		                    .mute_until = at->mute ? w.now + 1 : w.now};
		struct stream *other = NULL;
		if (at->other_origin) {
			other = stream_add(&w.core->streams,
			                   &(struct stream_key){source_client(at->other_origin), 7,
			                                        91, 2, false, true});
			other->src = at->other_src;
			other->last = w.now - at->other_ago;
			slot.data = pool_handle(&other->row);
		}
		const struct stream x = {.origin = source_client(2300101),
		                         .src = 23,
		                         .conversation = 91,
		                         .data = true};
		const char *words = contention_refuses_data(&step, &s, &slot, &x, at->begins).words;
		if (!t_same_text(words ? words : "", at->words ? at->words : ""))
			t_fail(__FILE__, __LINE__, "situation %zu: \"%s\"", i, words ? words : "");
		if (other)
			stream_bury(&w.core->streams, other, w.now, CAUSE_NONE);
	}
	world_close(&w);
}

T_MAIN()
