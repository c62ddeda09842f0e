#include "report/http/self_care.h"

#include <inttypes.h>
#include <string.h>

#include "base/log.h"
#include "base/sha.h"
#include "report/http/gate.h"

/* Of the seed and how many there were before: the sandbox has no source of random octets. */
static void make_secret(struct self_care *s, char out[static SELF_CARE_SECRET])
{
	uint8_t octets[SHA256_LEN];
	struct text t = text_make(out, SELF_CARE_SECRET);
	struct sha sha;

	s->made++;
	sha256_begin(&sha);
	sha_add(&sha, s->seed, sizeof(s->seed));
	sha_add(&sha, &s->made, sizeof(s->made));
	sha_end(&sha, octets);
	for (size_t i = 0; i < (SELF_CARE_SECRET - 1) / 2; i++)
		text_format(&t, "%02x", octets[i]);
}

static bool is_secret(struct http_text given, const char *secret)
{
	return given.len == SELF_CARE_SECRET - 1 && digest_equal(given.at, secret, given.len);
}

void self_care_challenge(struct self_care *s, tick_t now, struct text *t)
{
	uint32_t at = s->salt_next++ % SELF_CARE_SALTS;

	make_secret(s, s->salt[at].text);
	s->salt[at].until = now + SELF_CARE_SALT_MS;
	text_format(t, "{\"salt\":\"%s\"}\n", s->salt[at].text);
}

/* A salt is good once. */
static bool use_salt(struct self_care *s, const char *text, tick_t now)
{
	const struct http_text given = {text, strlen(text)};

	for (uint32_t i = 0; i < SELF_CARE_SALTS; i++) {
		if (s->salt[i].until <= now || !is_secret(given, s->salt[i].text))
			continue;
		s->salt[i].until = 0;
		return true;
	}
	return false;
}

/* Takes a word of at most `cap` - 1 octets off. */
static bool take_word(struct http_text *line, char *out, size_t cap)
{
	size_t len = 0;

	while (len < line->len && line->at[len] != ' ')
		len++;
	if (len == 0 || len >= cap)
		return false;
	memcpy(out, line->at, len);
	out[len] = 0;
	line->at += len;
	line->len -= len;
	if (line->len > 0) {
		line->at++;
		line->len--;
	}
	return true;
}

static enum http_status send(struct self_care_ask *ask, struct voice_pipe *pipe, tick_t now)
{
	ask->since = now;
	return voice_pipe_command(pipe, &ask->command) ? HTTP_OK : HTTP_UNAVAILABLE;
}

/* "ID SALT DIGEST" in a field. */
enum http_status self_care_sign_in(struct self_care *s, struct self_care_ask *ask,
                                   struct voice_pipe *pipe, const struct http_request *r,
                                   const struct addr *viewer, tick_t now)
{
	struct http_text line = http_field(r, "x-freedmr-owner");
	char id[12];
	uint64_t client;

	*ask = (struct self_care_ask){.command = {.kind = COMMAND_VERIFY}};
	struct command *c = &ask->command;
	if (!take_word(&line, id, sizeof(id)) ||
	    !take_word(&line, c->verify.salt, sizeof(c->verify.salt)) ||
	    !take_word(&line, c->verify.digest, sizeof(c->verify.digest)) || line.len ||
	    !text_to_u64(id, strlen(id), 1, UINT32_MAX, &client))
		return HTTP_BAD_REQUEST;
	if (!use_salt(s, c->verify.salt, now))
		return HTTP_UNAUTHORIZED;
	c->verify.client = (uint32_t)client;
	c->verify.from = *viewer;
	return send(ask, pipe, now);
}

/* The client whose owner this is; 0 = nobody's. */
static uint32_t owned_by(struct self_care *s, struct http_text token, tick_t now)
{
	for (uint32_t i = 0; i < SELF_CARE_OWNERS; i++) {
		if (s->owner[i].until <= now || !is_secret(token, s->owner[i].token))
			continue;
		s->owner[i].until = now + SELF_CARE_IDLE_MS;
		return s->owner[i].client;
	}
	return 0;
}

enum http_status self_care_set(struct self_care *s, struct self_care_ask *ask,
                               struct voice_pipe *pipe, const struct http_request *r, tick_t now)
{
	struct http_text options = http_field(r, "x-freedmr-command");

	*ask = (struct self_care_ask){.command = {.kind = COMMAND_CARE}};
	struct command *c = &ask->command;
	c->care.client = owned_by(s, http_field(r, "x-freedmr-token"), now);
	if (!c->care.client)
		return HTTP_UNAUTHORIZED;
	struct text t = text_make(c->care.text, sizeof(c->care.text));
	text_bytes(&t, options.at ? options.at : "", options.len);
	if (t.cut)
		return HTTP_BAD_REQUEST;
	return send(ask, pipe, now);
}

void self_care_take(struct self_care_ask *ask, const struct record *r)
{
	if (r->kind != RECORD_REPLY || r->reply.number != ask->command.number)
		return;
	ask->replied = true;
	ask->reply = r->reply;
}

/* A token for the owner; the place of who was here longest ago. */
static void put_token(struct self_care *s, uint32_t client, tick_t now, struct text *t)
{
	uint32_t at = 0;

	for (uint32_t i = 1; i < SELF_CARE_OWNERS; i++)
		if (s->owner[i].until < s->owner[at].until)
			at = i;
	make_secret(s, s->owner[at].token);
	s->owner[at].client = client;
	s->owner[at].until = now + SELF_CARE_IDLE_MS;
	text_format(t, ",\"token\":\"%s\"", s->owner[at].token);
}

static void succeed(struct self_care *s, const struct command *c, struct persist *persist,
                    const char *from, tick_t now, struct text *t)
{
	if (c->kind == COMMAND_VERIFY) {
		put_token(s, c->client, now, t);
		text_put(t, ",\"options\":");
		text_json(t, persist ? persist_care(persist, c->client) : "");
		log_info("self-care client=%" PRIu32 " owner signed in from=%s", c->client, from);
		return;
	}
	if (persist)
		persist_set_care(persist, c->client, c->care.text);
	log_info("self-care client=%" PRIu32 " options=\"%s\" from=%s", c->client, c->care.text,
	         from);
}

bool self_care_answer(struct self_care *s, const struct self_care_ask *ask, struct persist *persist,
                      const char *from, tick_t now, struct text *t)
{
	if (!ask->replied && now - ask->since < SELF_CARE_REPLY_MS)
		return false;
	bool ok = ask->replied && ask->reply.done;
	text_format(t, "{\"ok\":%s", ok ? "true" : "false");
	if (ok) {
		succeed(s, &ask->command, persist, from, now, t);
	} else {
		text_put(t, ",\"error\":");
		text_json(t, ask->replied ? ask->reply.text : "no reply from the voice process");
	}
	text_put(t, "}\n");
	return true;
}
