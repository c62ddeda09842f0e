/*
 * What a person would make of tones: a burst of 60 ms is a unit of Morse, tone or not. Anything
 * else in a call, such as speech, makes the whole of it nothing to be read.
 */
#ifndef HOTSPOT_EAR_H
#define HOTSPOT_EAR_H

#include <stdbool.h>
#include <string.h>

#include "base/text.h"
#include "base/util.h"
#include "dmr/ambe.h"
#include "dmr/burst.h"

#define EAR_TEXT_MAX 64

struct ear {
	bool deaf; /* something else was heard */
	bool tone; /* now, for so many units */
	unsigned units;
	char sign[8]; /* dots and dashes of the letter under way */
	size_t signs;
	char text[EAR_TEXT_MAX];
};

static inline void ear_letter(struct ear *e)
{
	static const char *const letters[] = {
		"A.-",    "B-...",  "C-.-.",  "D-..",   "E.",     "F..-.",  "G--.",   "H....",
		"I..",    "J.---",  "K-.-",   "L.-..",  "M--",    "N-.",    "O---",   "P.--.",
		"Q--.-",  "R.-.",   "S...",   "T-",     "U..-",   "V...-",  "W.--",   "X-..-",
		"Y-.--",  "Z--..",  "0-----", "1.----", "2..---", "3...--", "4....-", "5.....",
		"6-....", "7--...", "8---..", "9----."};
	char letter[2] = "?";
	size_t len = strlen(e->text);

	if (!e->signs || len + 1 >= sizeof(e->text))
		return;
	e->sign[e->signs] = 0;
	for (size_t i = 0; i < ARRAY_LEN(letters); i++)
		if (strcmp(letters[i] + 1, e->sign) == 0)
			letter[0] = letters[i][0];
	text_copy(e->text + len, sizeof(e->text) - len, letter);
	e->signs = 0;
}

/* A run of tone or silence is over. */
static inline void ear_run(struct ear *e)
{
	size_t len = strlen(e->text);

	if (e->tone && e->signs + 1 < sizeof(e->sign))
		e->sign[e->signs++] = e->units > 1 ? '-' : '.';
	if (!e->tone && e->units > 1)
		ear_letter(e);
	if (!e->tone && e->units > 4 && len)
		text_copy(e->text + strlen(e->text), sizeof(e->text) - strlen(e->text), " ");
	e->units = 0;
}

static inline void ear_hear(struct ear *e, const uint8_t payload[static 33])
{
	uint8_t heard[AMBE_BURST_LEN], tone[AMBE_BURST_LEN], silence[AMBE_BURST_LEN];

	burst_voice(payload, heard);
	ambe_burst_tone(tone, AMBE_ID_750_HZ, AMBE_LEVEL_COMFORTABLE);
	ambe_burst_silence(silence);
	bool is_tone = memcmp(heard, tone, sizeof(tone)) == 0;
	e->deaf |= !is_tone && memcmp(heard, silence, sizeof(silence)) != 0;
	if (is_tone != e->tone)
		ear_run(e);
	e->tone = is_tone;
	e->units++;
}

/* All that was said; "" when it was nothing, or no Morse. */
static inline const char *ear_end(struct ear *e)
{
	ear_run(e);
	ear_letter(e);
	size_t len = strlen(e->text);
	if (len && e->text[len - 1] == ' ')
		e->text[len - 1] = 0;
	return e->deaf ? "" : e->text;
}

#endif
