#include "conf/audio.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"

#define NAMES_MAX 3

/* The names of one word in common voice sets; the misspelt one is common, too. */
static const char *const names[][NAMES_MAX] = {
	{"0", "zero"},
	{"1", "one"},
	{"2", "two"},
	{"3", "three"},
	{"4", "four"},
	{"5", "five"},
	{"6", "six"},
	{"7", "seven"},
	{"8", "eight"},
	{"9", "nine"},
	{"a", "alpha", "alfa"},
	{"b", "bravo"},
	{"c", "charlie"},
	{"d", "delta"},
	{"e", "echo"},
	{"f", "foxtrot"},
	{"g", "golf"},
	{"h", "hotel"},
	{"i", "india"},
	{"j", "juliet", "juliett"},
	{"k", "kilo"},
	{"l", "lima"},
	{"m", "mike"},
	{"n", "november"},
	{"o", "oscar"},
	{"p", "papa"},
	{"q", "quebec"},
	{"r", "romeo"},
	{"s", "sierra", "siera"},
	{"t", "tango"},
	{"u", "uniform"},
	{"v", "victor"},
	{"w", "whiskey", "whisky"},
	{"x", "x-ray", "xray"},
	{"y", "yankee"},
	{"z", "zulu"},
	{"not-linked", "notlinked"},
	{"linked-to", "linkedto"},
	{"freedmr", "adn"},
	{"to", "silence"},
};

static int lower(char c)
{
	return c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : (unsigned char)c;
}

static int compare(const char *a, const char *b)
{
	while (*a && lower(*a) == lower(*b)) {
		a++;
		b++;
	}
	return lower(*a) - lower(*b);
}

static int compare_words(const struct audio_word *word, const char *language, const char *name)
{
	int order = compare(word->language, language);

	return order ? order : compare(word->name, name);
}

static struct clip find(const struct audio *audio, const char *language, const char *name)
{
	uint32_t low = 0, high = audio->count;

	while (low < high) {
		uint32_t middle = low + (high - low) / 2;
		int order = compare_words(&audio->words[middle], language, name);
		if (order == 0)
			return audio->words[middle].clip;
		if (order < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return (struct clip){NULL, 0};
}

/* All names of a word by one of them; NULL when that is the only one. */
static const char *const *names_of(const char *word)
{
	for (size_t i = 0; i < ARRAY_LEN(names); i++)
		for (size_t j = 0; j < NAMES_MAX && names[i][j]; j++)
			if (compare(names[i][j], word) == 0)
				return names[i];
	return NULL;
}

static const char *find_language(const struct audio *audio, const char *language)
{
	for (uint32_t i = 0; i < audio->count; i++)
		if (compare(audio->words[i].language, language) == 0)
			return audio->words[i].language;
	return NULL;
}

const char *audio_language(const struct audio *audio, const char *first, const char *second)
{
	const char *found = find_language(audio, first);

	if (!found)
		found = find_language(audio, second);
	if (found)
		return found;
	return audio->count ? audio->words[0].language : "";
}

struct clip audio_clip(const struct audio *audio, const char *language, const char *word)
{
	struct clip clip = find(audio, language, word);
	const char *const *others = names_of(word);

	for (size_t i = 0; others && !clip.count && i < NAMES_MAX && others[i]; i++)
		clip = find(audio, language, others[i]);
	return clip;
}

struct clip audio_recording(const struct audio *audio, const char *language, uint32_t number)
{
	char name[AUDIO_NAME_MAX];
	struct text t = text_make(name, sizeof(name));

	if (number < AUDIO_RECORDING_FIRST || number > AUDIO_RECORDING_LAST)
		return (struct clip){NULL, 0};
	text_format(&t, "%u", (unsigned)number);
	return find(audio, language, name);
}

void audio_release(struct audio *audio)
{
	arena_release(&audio->arena);
	*audio = (struct audio){.count = 0};
}

/* Among equal names, later frames first. */
static int order_of(const void *left, const void *right)
{
	const struct audio_word *a = left, *b = right;
	int order = compare_words(a, b->language, b->name);

	return order ? order
	             : (a->clip.frames < b->clip.frames) - (a->clip.frames > b->clip.frames);
}

uint32_t audio_sort(struct audio_word *words, uint32_t count)
{
	uint32_t left = 0;

	if (count > 0)
		qsort(words, count, sizeof(*words), order_of);
	for (uint32_t i = 0; i < count; i++)
		if (!left || compare_words(&words[left - 1], words[i].language, words[i].name) != 0)
			words[left++] = words[i];
	return left;
}

struct field {
	const char *at;
	size_t len;
};

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r';
}

static struct field next_field(const char **at, const char *end)
{
	while (*at < end && is_blank(**at))
		++*at;
	struct field field = {.at = *at};
	while (*at < end && !is_blank(**at))
		++*at;
	field.len = (size_t)(*at - field.at);
	return field;
}

static bool has_control(struct field field)
{
	for (size_t i = 0; i < field.len; i++)
		if ((unsigned char)field.at[i] < ' ' || field.at[i] == 0x7F)
			return true;
	return false;
}

const char *audio_index_read(const char *line, size_t len, uint32_t frames, struct audio_index *out)
{
	const char *at = line, *end = line + len;
	struct field name = next_field(&at, end), first = next_field(&at, end);
	struct field count = next_field(&at, end), more = next_field(&at, end);
	struct audio_index found = {.count = 0};
	uint64_t first_frame, frame_count;

	if (!name.len) {
		*out = found;
		return NULL;
	}
	if (!count.len || more.len)
		return "expected: name first-frame frame-count";
	if (name.len >= AUDIO_NAME_MAX)
		return "name longer than 31 octets";
	if (has_control(name))
		return "control character in the name";
	if (!text_to_u64(first.at, first.len, 0, UINT32_MAX, &first_frame))
		return "first-frame: expected a number from 0";
	if (!text_to_u64(count.at, count.len, 1, UINT32_MAX, &frame_count))
		return "frame-count: expected a number from 1";
	if (first_frame + frame_count > frames)
		return "ends after the last frame";
	struct text t = text_make(found.name, sizeof(found.name));
	text_bytes(&t, name.at, name.len);
	found.first = (uint32_t)first_frame;
	found.count = (uint32_t)frame_count;
	*out = found;
	return NULL;
}
