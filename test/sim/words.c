#include "sim/words.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

bool word_is(const struct words *w, const char *text)
{
	return *w->at && strcmp(*w->at, text) == 0;
}

bool word_take(struct words *w, const char *text)
{
	if (!word_is(w, text))
		return false;
	w->at++;
	return true;
}

char *word_next(struct words *w)
{
	if (!*w->at)
		fail(w->run, "the statement ends too early");
	return *w->at++;
}

char **words_rest(struct words *w)
{
	char **rest = w->at;
	while (*w->at)
		w->at++;
	return rest;
}

uint32_t word_number(struct words *w)
{
	char *end, *text = word_next(w);
	unsigned long v = strtoul(text, &end, 10);
	if (*end || end == text)
		fail(w->run, "a number is expected, not \"%s\"", text);
	return (uint32_t)v;
}

struct addr word_addr(struct words *w)
{
	struct addr a;
	char *text = word_next(w);
	if (!addr_parse(text, 0, &a))
		fail(w->run, "an address is expected, not \"%s\"", text);
	return a;
}

bool words_number(const char *text)
{
	return *text && strspn(text, "0123456789") == strlen(text);
}

size_t words_octets(const char *text, uint8_t *out, size_t cap)
{
	size_t n = strlen(text) / 2;
	if (strlen(text) % 2 || n > cap || strspn(text, "0123456789abcdefABCDEF") != strlen(text))
		return 0;
	for (size_t i = 0; i < n; i++) {
		unsigned octet;
		if (sscanf(text + 2 * i, "%2x", &octet) != 1)
			return 0;
		out[i] = (uint8_t)octet;
	}
	return n;
}

const char *words_joined(char **word)
{
	static char text[400];
	size_t n = 0;
	text[0] = '\0';
	for (; *word && n < sizeof(text) - 1; word++)
		n += (size_t)snprintf(text + n, sizeof(text) - n, "%s%s", n ? " " : "", *word);
	return text;
}
