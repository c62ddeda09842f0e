#include "report/http/web_command.h"

#include <stdlib.h>
#include <string.h>

#include "report/control/request.h"

/* The last word of the rest of the line; false: there is none. */
static bool last_word(const char *at, const char *end, const char **word, size_t *len)
{
	const char *next;
	size_t next_len;
	bool any = false;

	for (; request_word(&at, end, &next, &next_len); any = true) {
		*word = next;
		*len = next_len;
	}
	return any;
}

bool web_command_is_offered(struct http_text line)
{
	const char *at = line.at, *end = line.at ? line.at + line.len : NULL, *word;
	size_t len;
	uint32_t nth;
	const struct verb *v = request_word(&at, end, &word, &len) ? verb_find(word, len) : NULL;

	return v && v->page && last_word(at, end, &word, &len) &&
	       (!*v->page || request_choice(word, len, v->page, strlen(v->page), &nth));
}

struct web_command *web_command_begin(struct http_text line, const struct addr *viewer,
                                      const struct clock *clock)
{
	struct web_command *w = malloc(sizeof(*w));
	char text[ADDR_TEXT_MAX];

	if (!w)
		return NULL;
	struct text t = text_make(w->who, sizeof(w->who));
	text_format(&t, "the web page at %s", addr_format_host(viewer, text));
	(void)answer_begin(&w->answer, line.at, line.len, clock);
	w->answer.who = w->who;
	return w;
}
