/* Prompts in words: which recordings are played in which order, and when they are keyed instead. */
#include "core/conference/prompt.h"

#include "base/text.h"
#include "core/step/step.h"
#include "harness/t.h"
#include "unit/core/world.h"

#define HEAD                                                                                       \
	"[listener l]\nbind = 192.0.2.1:62031\npassphrase = " WORLD_PASSPHRASE "\n"                \
	"[client 2300101]\n[limits]\nsessions = 4\n"
#define RADIO 2300101u

static struct world w;
static struct session *session;
static struct player player;
static struct audio_word words[80];
static uint8_t frames[80][27];
static uint32_t recorded;

static void record(const char *language, const char *name)
{
	struct audio_word *x = &words[recorded];

	text_copy(x->language, sizeof(x->language), language);
	text_copy(x->name, sizeof(x->name), name);
	x->clip = (struct clip){frames[recorded++], 3};
}

static void record_letters(const char *language, const char *letters)
{
	for (; *letters; letters++)
		record(language, (char[]){*letters, 0});
}

/* A client of that callsign whose listener has these words in English, and others in German. */
static void begin(const char *server, const char *letters, const char *const *english)
{
	struct endpoint at = world_endpoint(1, 1000);
	char text[512];

	snprintf(text, sizeof(text), "[server]\nid = 2345\n%s" HEAD, server);
	world_open(&w, text, 1);
	if (!world_login(&w, &at, RADIO, '3'))
		t_fail(__FILE__, __LINE__, "no login");
	session = session_find(&w.core->sessions, RADIO);
	recorded = 0;
	for (; *english; english++)
		record("en_GB", *english);
	record_letters("en_GB", letters);
	record("de_DE", "silence");
	record("de_DE", "busy");
	struct conf_listener *l = &w.conf.listener[0];
	l->prompts = PROMPTS_VOICE;
	text_copy(l->language, sizeof(l->language), "en_GB");
	l->voice = (struct audio){.words = words, .count = audio_sort(words, recorded)};
}

static void end(void)
{
	w.conf.listener[0].voice = (struct audio){.count = 0};
	world_close(&w);
}

/* The names of what is played, with blanks between, or what is keyed in Morse. */
static const char *said(enum prompt prompt, uint32_t number)
{
	static char line[256];
	struct text t = text_make(line, sizeof(line));
	struct step step = {.core = w.core, .now = w.now, .actions = &w.actions};

	memset(&player, 0, sizeof(player));
	prompt_put(&step, &player, session, prompt, number);
	if (player.kind != PLAY_CLIPS)
		return player.text;
	for (uint32_t i = 0; i < player.clip_count; i++) {
		if (!player.clips[i].frames)
			return "a word without sound";
		for (uint32_t n = 0; n < recorded; n++)
			if (words[n].clip.frames == player.clips[i].frames)
				text_format(&t, "%s%s.%s", i ? " " : "", words[n].language,
				            words[n].name);
	}
	return line;
}

static const char *const all[] = {"silence", "linkedto", "to",      "notlinked",
                                  "busy",    "this-is",  "freedmr", NULL};
static const char digits[] = "0123456789";

T_CASE(prompts_are_spoken_word_by_word)
{
	begin("", "0123456789abcdefghijklmnopqrstuvwxyz", all);
	T_TEXT(said(PROMPT_LINKED, 91), "en_GB.silence en_GB.linkedto en_GB.to en_GB.9 en_GB.1");
	T_TEXT(said(PROMPT_LINKED, 4294967295u),
	       "en_GB.silence en_GB.linkedto en_GB.to en_GB.4 en_GB.2 en_GB.9 en_GB.4 en_GB.9 "
	       "en_GB.6 en_GB.7 en_GB.2 en_GB.9 en_GB.5");
	T_TEXT(said(PROMPT_NOT_LINKED, 0), "en_GB.silence en_GB.notlinked");
	T_TEXT(said(PROMPT_UNLINKED, 0), "en_GB.silence en_GB.notlinked");
	T_TEXT(said(PROMPT_BUSY, 0), "en_GB.silence en_GB.busy");
	T_TEXT(said(PROMPT_IDENT, 0),
	       "en_GB.silence en_GB.this-is en_GB.n en_GB.0 en_GB.c en_GB.a en_GB.l en_GB.l "
	       "en_GB.freedmr");
	end();
}

T_CASE(the_callsign_of_the_server_comes_first)
{
	begin("callsign = AZ09z\n", "0123456789az", all);
	T_TEXT(said(PROMPT_IDENT, 0), "en_GB.silence en_GB.this-is en_GB.a en_GB.z en_GB.0 en_GB.9 "
	                              "en_GB.z en_GB.freedmr");
	w.conf.listener[0].prompts = PROMPTS_MORSE;
	T_TEXT(said(PROMPT_IDENT, 0), "DE AZ09Z");
	end();
}

T_CASE(only_letters_and_digits_of_a_callsign_are_spoken)
{
	begin("", "059anyz", all);
	text_copy(session->callsign, sizeof(session->callsign), "@AZ[`az{");
	T_TEXT(said(PROMPT_IDENT, 0), "en_GB.silence en_GB.this-is en_GB.a en_GB.z en_GB.a en_GB.z "
	                              "en_GB.freedmr");
	text_copy(session->callsign, sizeof(session->callsign), "/059: ");
	T_TEXT(said(PROMPT_IDENT, 0),
	       "en_GB.silence en_GB.this-is en_GB.0 en_GB.5 en_GB.9 en_GB.freedmr");
	end();
}

/* Nothing is spoken in part, but the name of the network may be missing. */
T_CASE(without_a_word_it_is_keyed)
{
	static const char *const few[] = {"silence", "linkedto", "to", "this-is", NULL};

	begin("", "012345678caln", few);
	T_TEXT(said(PROMPT_LINKED, 81), "en_GB.silence en_GB.linkedto en_GB.to en_GB.8 en_GB.1");
	T_TEXT(said(PROMPT_LINKED, 91), "91");
	T_TEXT(said(PROMPT_NOT_LINKED, 0), "NL");
	T_TEXT(said(PROMPT_UNLINKED, 0), "NL");
	T_TEXT(said(PROMPT_BUSY, 0), "BSY");
	T_TEXT(said(PROMPT_IDENT, 0),
	       "en_GB.silence en_GB.this-is en_GB.n en_GB.0 en_GB.c en_GB.a en_GB.l en_GB.l");
	end();
}

T_CASE(the_client_chooses_the_language)
{
	begin("", digits, all);
	text_copy(session->language, sizeof(session->language), "de_DE");
	T_TEXT(said(PROMPT_BUSY, 0), "de_DE.silence de_DE.busy");
	T_TEXT(said(PROMPT_LINKED, 91), "91");
	text_copy(session->language, sizeof(session->language), "fr_FR");
	T_TEXT(said(PROMPT_BUSY, 0), "en_GB.silence en_GB.busy");
	end();
}

T_CASE(more_words_than_there_is_room_for_are_left_out)
{
	begin("callsign = 1234567890\n", digits, all);
	struct step step = {.core = w.core, .now = w.now, .actions = &w.actions};
	memset(&player, 0, sizeof(player));
	player.clip_count = PLAYER_CLIPS - 3;
	prompt_put(&step, &player, session, PROMPT_LINKED, 91);
	T_EQUAL(player.clip_count, PLAYER_CLIPS);
	T_CHECK(player.clips[PLAYER_CLIPS - 1].frames != NULL);
	end();
}

T_CASE(an_answer_to_4000_comes_from_4000)
{
	begin("", digits, all);
	T_EQUAL(prompt_source(w.core, PROMPT_UNLINKED), 4000);
	T_EQUAL(prompt_source(w.core, PROMPT_LINKED), 5000);
	T_EQUAL(prompt_source(w.core, PROMPT_NOT_LINKED), 5000);
	end();
}

T_CASE(nothing_is_said_to_an_uplink)
{
	begin("", "", (const char *const[]){"silence", NULL});
	T_EQUAL(prompt_kind(w.core, session), PROMPTS_VOICE);
	session->source = (struct source){SOURCE_UPLINK, 0};
	T_EQUAL(prompt_kind(w.core, session), PROMPTS_NONE);
	end();
}

T_MAIN()
