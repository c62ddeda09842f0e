/*
 * Configuration lines of any octets: the answer and its texts agree, and a value that has no quotes
 * can be written back in quotes and read again.
 *
 * Decoder: base/ini.c
 */
#include "base/ini.h"

#include <assert.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "fuzz/fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void read_back(const struct ini_line *line)
{
	struct ini_line again;
	char quoted[INI_WORD_MAX + INI_VALUE_MAX + 8];
	struct text t = text_make(quoted, sizeof(quoted));

	text_format(&t, "%s = \"%s\" ; quoted", line->key, line->value);
	assert(ini_split(quoted, t.len, &again) == INI_PAIR);
	assert(strcmp(again.key, line->key) == 0 && strcmp(again.value, line->value) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct ini_line line;
	char *text = fuzz_text(data, size);

	enum ini_kind kind = ini_split(text, size, &line);
	free(text);
	assert(*ini_kind_name(kind) != '?');
	assert(kind == line.kind && (kind == INI_BAD) == (line.reason != NULL));
	assert(memchr(line.section, 0, sizeof(line.section)) &&
	       memchr(line.name, 0, sizeof(line.name)));
	assert(memchr(line.key, 0, sizeof(line.key)) && memchr(line.value, 0, sizeof(line.value)));
	assert((kind == INI_SECTION) == (line.section[0] != 0) || kind == INI_BAD);
	assert((kind == INI_PAIR) == (line.key[0] != 0) || kind == INI_BAD);
	if (kind == INI_PAIR && !strchr(line.value, '"'))
		read_back(&line);
	return 0;
}
