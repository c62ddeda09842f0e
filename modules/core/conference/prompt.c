#include "core/conference/prompt.h"

#include "base/text.h"
#include "core/step/number.h"

/* The server's ID, else the client's. */
static const char *ident_callsign(const struct core *core, const struct session *s)
{
	const char *callsign = core->conf->server.callsign;

	return *callsign ? callsign : s->callsign;
}

static void prompt_text(const struct core *core, const struct session *s, struct text *t,
                        enum prompt prompt, uint32_t number)
{
	switch (prompt) {
	case PROMPT_LINKED:
		text_format(t, "%lu", (unsigned long)number);
		break;
	case PROMPT_NOT_LINKED:
	case PROMPT_UNLINKED:
		text_put(t, "NL");
		break;
	case PROMPT_BUSY:
		text_put(t, "BSY");
		break;
	case PROMPT_IDENT:
		text_format(t, "DE %s", ident_callsign(core, s));
		break;
	}
}

/* The client's language, else the listener's, else the first one found. */
static const char *language_of(const struct step *step, const struct session *s)
{
	const struct conf_listener *l = listener_conf(step->core, s);

	return audio_language(&l->voice, s->language, l->language);
}

static void add_clip(const struct step *step, struct player *p, const struct session *s,
                     const char *word, bool *all)
{
	struct clip clip =
		audio_clip(&listener_conf(step->core, s)->voice, language_of(step, s), word);

	if (!clip.frames) {
		*all = false;
		return;
	}
	if (p->clip_count < PLAYER_CLIPS)
		p->clips[p->clip_count++] = clip;
}

static bool is_letter(char c)
{
	return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
}

static void add_letters(const struct step *step, struct player *p, const struct session *s,
                        const char *letters, bool *all)
{
	for (; *letters; letters++) {
		char word[2] = {*letters, 0};
		if (is_letter(*letters))
			add_clip(step, p, s, word, all);
	}
}

/* The prompt in words; false if the set lacks one. The name of the network is included if there is
 * a recording of it. */
static bool speak_prompt(const struct step *step, struct player *p, const struct session *s,
                         enum prompt prompt, uint32_t number)
{
	char digits[12];
	struct text t = text_make(digits, sizeof(digits));
	bool all = true, any;

	add_clip(step, p, s, "silence", &all);
	switch (prompt) {
	case PROMPT_LINKED:
		add_clip(step, p, s, "linkedto", &all);
		add_clip(step, p, s, "to", &all);
		text_format(&t, "%lu", (unsigned long)number);
		add_letters(step, p, s, digits, &all);
		break;
	case PROMPT_NOT_LINKED:
	case PROMPT_UNLINKED:
		add_clip(step, p, s, "notlinked", &all);
		break;
	case PROMPT_BUSY:
		add_clip(step, p, s, "busy", &all);
		break;
	case PROMPT_IDENT:
		add_clip(step, p, s, "this-is", &all);
		add_letters(step, p, s, ident_callsign(step->core, s), &all);
		add_clip(step, p, s, "freedmr", &any);
		break;
	}
	return all;
}

/* YSF2DMR waits for an answer from 4000 before it keys another talkgroup. */
uint32_t prompt_source(const struct core *core, enum prompt prompt)
{
	return prompt == PROMPT_UNLINKED ? DIAL_CLEAR : core->conf->server.prompt_id;
}

enum prompts prompt_kind(const struct core *core, const struct session *s)
{
	return session_is_uplink(s) ? PROMPTS_NONE : core->conf->listener[s->at.socket].prompts;
}

void prompt_put(const struct step *step, struct player *p, const struct session *s,
                enum prompt prompt, uint32_t number)
{
	if (prompt_kind(step->core, s) == PROMPTS_VOICE &&
	    speak_prompt(step, p, s, prompt, number)) {
		p->kind = PLAY_CLIPS;
		return;
	}
	struct text t = text_make(p->text, sizeof(p->text));
	prompt_text(step->core, s, &t, prompt, number);
}

struct clip prompt_recording(const struct step *step, const struct session *s, uint32_t number)
{
	return audio_recording(&listener_conf(step->core, s)->voice, language_of(step, s), number);
}
