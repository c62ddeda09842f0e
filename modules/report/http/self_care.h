/*
 * Hotspot owners on the page: one signs in with the id of a hotspot and its passphrase, and sets
 * its talkgroups, default reflector, timer and single mode.
 *
 * The passphrase stays in the browser. We give out a salt, valid once and for a minute; the
 * browser answers with the digest of salt and passphrase, as in a login; the voice process, which
 * alone knows passphrases, judges it (COMMAND_VERIFY). Who was right gets a token for
 * SELF_CARE_IDLE_MS after its last use, and with it may set what COMMAND_CARE carries. What the
 * voice process has accepted is kept with the state (report/persist.h).
 *
 * Bounded: SELF_CARE_SALTS and SELF_CARE_OWNERS; the oldest gives way. Questions are limited
 * (gate_may_ask).
 */
#ifndef REPORT_SELF_CARE_H
#define REPORT_SELF_CARE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/addr.h"
#include "base/text.h"
#include "base/tick.h"
#include "report/connection/voice_pipe.h"
#include "report/persist/persist.h"
#include "wire/command.h"
#include "wire/http.h"

#define SELF_CARE_SALTS 64u
#define SELF_CARE_SALT_MS (60 * TICK_SECOND)
#define SELF_CARE_OWNERS 32u
#define SELF_CARE_IDLE_MS (15 * TICK_MINUTE)
#define SELF_CARE_REPLY_MS (2 * TICK_SECOND)
#define SELF_CARE_SEED 32u
#define SELF_CARE_SECRET 33u /* 32 hex digits and a zero */

struct self_care {
	uint8_t seed[SELF_CARE_SEED]; /* random */
	uint64_t made;                /* secrets, of it */
	struct {
		char text[SELF_CARE_SECRET];
		tick_t until; /* 0 = free or used */
	} salt[SELF_CARE_SALTS];
	struct {
		char token[SELF_CARE_SECRET];
		uint32_t client;
		tick_t until;
	} owner[SELF_CARE_OWNERS];
	uint32_t salt_next;
};

/* A question that the voice process is asked. */
struct self_care_ask {
	struct command command;
	tick_t since;
	bool replied;
	struct reply_record reply;
};

void self_care_challenge(struct self_care *s, tick_t now, struct text *t);

/* Each begins with what the head of the request says; HTTP_OK: `ask` is under way. */
enum http_status self_care_sign_in(struct self_care *s, struct self_care_ask *ask,
                                   struct voice_pipe *pipe, const struct http_request *r,
                                   const struct addr *viewer, tick_t now);
enum http_status self_care_set(struct self_care *s, struct self_care_ask *ask,
                               struct voice_pipe *pipe, const struct http_request *r, tick_t now);

/* Hands over a record; is it the reply? */
void self_care_take(struct self_care_ask *ask, const struct record *r);

/* Adds the answer, when there is one or no more is waited for; false: not yet. */
bool self_care_answer(struct self_care *s, const struct self_care_ask *ask, struct persist *persist,
                      const char *from, tick_t now, struct text *t);

#endif
