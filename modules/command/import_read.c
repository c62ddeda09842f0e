#include "command/import_read.h"

#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "io/print.h"

enum grammar { CONFIGPARSER, YAML, JSON, RULES };

/* Decided by the first line that is not a comment; rules.py may have its BRIDGES anywhere. */
static enum grammar grammar_of(const char *text)
{
	if (strncmp(text, "\xef\xbb\xbf", 3) == 0)
		text += 3;
	if (strncmp(text, "BRIDGES", 7) == 0 || strstr(text, "\nBRIDGES"))
		return RULES;
	for (const char *at = text; *at; at += strcspn(at, "\n"), at += *at == '\n') {
		const char *first = at + strspn(at, " \t\r");
		size_t key = strcspn(first, ":\n[");
		if (strchr("#;\r\n", *first) || strncmp(first, "---", 3) == 0)
			continue;
		if (*first == '{')
			return JSON;
		const char *behind = first + key + 1;
		return first[key] == ':' && strchr("\r\n#", behind[strspn(behind, " ")])
		               ? YAML
		               : CONFIGPARSER;
	}
	return CONFIGPARSER;
}

static bool read_hblink4(struct import *m, const char *file)
{
	struct stanzas json = {.count = 0};
	bool good = stanzas_read_json(&json, file), known = false;

	for (size_t i = 0; i < json.count; i++)
		known |= strcmp(json.stanza[i].name, "global") == 0 ||
		         strcmp(json.stanza[i].name, "repeater_configurations.default") == 0;
	if (good && known)
		import_hblink4(m, &json);
	else if (good)
		print(stderr, "freedmr: %s: JSON, but not a configuration of HBlink4\n", file);
	stanzas_release(&json);
	return good && known;
}

bool import_read(struct import *m, const char *file)
{
	char *text = stanzas_text(file);

	if (!text)
		return false;
	enum grammar grammar = grammar_of(text);
	free(text);
	switch (grammar) {
	case JSON:
		return read_hblink4(m, file);
	case YAML:
		return stanzas_read_yaml(&m->all, file);
	case RULES:
		text_format(&m->ask,
		            "%s: bridges need no rules: hotspots subscribe to talkgroups by keying "
		            "up or with static-1 and static-2; map = gives a talkgroup another "
		            "number\n",
		            file);
		return true;
	case CONFIGPARSER:
		break;
	}
	return stanzas_read(&m->all, file);
}
