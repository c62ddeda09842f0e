#include "core/contention.h"

#include "harness/t.h"
#include "world.h"

/* A slot, a call, and why the one may not hear the other; NULL = it may. */
static const struct situation {
	bool connected, mute;
	tick_t busy_ago, closed_ago; /* last frame, and end of the last call sent to it */
	uint32_t topic;              /* of that; the call's is 91 */
	uint32_t origin;
	bool first;
	const char *words;
} situations[] = {
	{true, false, 60000, 60000, 0, 2300101, true, NULL},
	{false, false, 60000, 60000, 0, 2300101, true, "not heard: it is not connected"},
	{true, true, 60000, 60000, 0, 2300101, true, "not heard: its own radio side speaks"},
	{true, false, 4999, 60000, 92, 2300101, true, "not heard: hang time for"},
	{true, false, 5000, 60000, 92, 2300101, true, NULL},
	{true, false, 0, 60000, 91, 2300101, true, NULL}, /* hang time is for this conference */
	{true, false, 0, 60000, 91, 2300101, false, NULL},
	{true, false, 599, 599, 91, 2300101, false, "not heard: pause between two calls"},
	{true, false, 600, 600, 91, 2300101, false, NULL},
	{true, false, 599, 599, 91, 2300101, true, NULL}, /* its own sender has waited */
	{true, false, 0, 0, 92, ORIGIN_LOCAL, true,
         NULL}, /* the server's answers wait themselves */
	{false, false, 0, 0, 92, ORIGIN_LOCAL, true, "not heard: it is not connected"},
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
		const struct slot slot = {.topic = at->topic,
		                          .busy_last = w.now - at->busy_ago,
		                          .closed = w.now - at->closed_ago,
		                          .mute_until = at->mute ? w.now + 1 : w.now};
		const struct stream x = {.origin = at->origin, .topic = 91};
		const char *words = contention_refuses(&step, &s, &slot, &x, at->first).words;
		if (!t_same_text(words ? words : "", at->words ? at->words : ""))
			t_fail(__FILE__, __LINE__, "situation %zu: \"%s\"", i, words ? words : "");
	}
	world_close(&w);
}

T_MAIN(T_ENTRY(every_situation_has_its_answer))
