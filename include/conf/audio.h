/*
 * Spoken words and recordings, as AMBE+2 frames ready to be sent: what prompts are made of where
 * there are voice files. The set lies in one block that is filled once, before the children are
 * started (parent/audio.h), and only read from then on; they share it.
 *
 * Languages have the names of their directories or files (en_GB), and every language that has any
 * word has "silence", of one burst. A word is found by any of its names: sets call a letter A,
 * alpha or alfa, a digit 1 or one, and "not linked" not-linked or notlinked. Capitals do not
 * matter.
 */
#ifndef CONF_AUDIO_H
#define CONF_AUDIO_H

#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/util.h"

#define AUDIO_LANGUAGE_MAX 16u /* octets with the terminator */
#define AUDIO_NAME_MAX 32u
#define AUDIO_RECORDING_FIRST 9991u
#define AUDIO_RECORDING_LAST 9999u

/* Frames of 9 octets; `count` is a multiple of 3, whole bursts. {NULL, 0} = there is none. */
struct clip {
	const uint8_t *frames;
	uint32_t count;
};

struct audio_word {
	char language[AUDIO_LANGUAGE_MAX];
	char name[AUDIO_NAME_MAX];
	struct clip clip;
};

/* All zero = nothing there. */
struct audio {
	const struct audio_word *words; /* in the order of audio_sort */
	uint32_t count;
	struct arena arena;
};

/*
 * The name of the first of the two languages that the set has, else of the first language it has;
 * "" when it is empty.
 */
const char *audio_language(const struct audio *audio, const char *first, const char *second);

/*
 * The word by the name asked for, else by its other names ("to" is silence where a language does
 * without).
 */
struct clip audio_clip(const struct audio *audio, const char *language, const char *word);

/* What is played on a call to 9991..9999; it is kept as a word whose name is the number. */
struct clip audio_recording(const struct audio *audio, const char *language, uint32_t number);

void audio_release(struct audio *audio);

/*
 * For the loader: sorts the words and returns how many are left. Of two words with the same name,
 * the one whose frames come later in the block stays.
 */
uint32_t audio_sort(struct audio_word *words, uint32_t count);

/* A line of LANGUAGE.indx: the position of a word in LANGUAGE.ambe, in frames. */
struct audio_index {
	char name[AUDIO_NAME_MAX];
	uint32_t first;
	uint32_t count; /* 0: the line is empty */
};

/*
 * Reads the `len` octets of a line for a file of `frames` frames. NULL if it is valid, else the
 * reason, and *out is untouched.
 */
MUST_CHECK const char *audio_index_read(const char *line, size_t len, uint32_t frames,
                                        struct audio_index *out);

#endif
