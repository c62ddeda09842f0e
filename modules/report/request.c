#include "report/request.h"

#include <string.h>

bool request_word(const char **at, const char *end, const char **word, size_t *len)
{
	const char *p = *at;

	while (p < end && *p == ' ')
		p++;
	*word = p;
	while (p < end && *p != ' ')
		p++;
	*len = (size_t)(p - *word);
	*at = p;
	return *len > 0;
}

bool request_is(const char *word, size_t len, const char *name)
{
	return strlen(name) == len && memcmp(word, name, len) == 0;
}

/* The numbers that words take. */
static const struct argument {
	const char *name;
	uint64_t min, max;
	const char *missing, *wrong;
} argument_of[] = {
	[ARGUMENT_ID] = {"ID", 1, UINT32_MAX, "the id is missing", "not an id"},
	[ARGUMENT_SLOT] = {"SLOT", 1, 2, "the slot is missing", "the slot is 1 or 2"},
	[ARGUMENT_TG] = {"TG", 0, 0xffffff, "the talkgroup is missing", "not a talkgroup"},
};

const char *request_number(int argument, const char **at, const char *end, uint32_t *out)
{
	const struct argument *kind = &argument_of[argument];
	const char *word;
	size_t len;
	uint64_t number;

	if (!request_word(at, end, &word, &len))
		return kind->missing;
	if (!text_to_u64(word, len, kind->min, kind->max, &number))
		return kind->wrong;
	*out = (uint32_t)number;
	return NULL;
}

/* Takes the rest of the line as it stands. */
static const char *read_rest(struct answer *a, const char **at, const char *end)
{
	while (*at < end && **at == ' ')
		(*at)++;
	while (end > *at && end[-1] == ' ')
		end--;
	size_t len = (size_t)(end - *at);
	if (len >= sizeof(a->given))
		return "too long";
	memcpy(a->given, *at, len);
	a->given[len] = 0;
	*at = end;
	return NULL;
}

const char *request_arguments(struct answer *a, const char *at, const char *end)
{
	const char *names = a->word->arguments ? a->word->arguments : "";
	const char *names_end = names + strlen(names), *name, *word, *wrong = NULL;
	size_t len;

	while (!wrong && request_word(&names, names_end, &name, &len)) {
		if (*name == '[')
			wrong = read_rest(a, &at, end);
		for (int i = 0; i < ARGUMENTS; i++) {
			if (request_is(name, len, argument_of[i].name))
				wrong = request_number(i, &at, end, &a->argument[i]);
		}
	}
	if (!wrong && request_word(&at, end, &word, &len))
		return "too many words";
	return wrong;
}

bool request_has_control(const char *line, size_t len)
{
	for (size_t i = 0; i < len; i++) {
		if ((unsigned char)line[i] < ' ' || line[i] == 0x7f)
			return true;
	}
	return false;
}
