#include "conf/reader.h"

#include <string.h>

#include "base/text.h"
#include "conf/rows.h"

#define LINE_MAX 640

void fault(struct reader *r, uint32_t line, const char *format, ...)
{
	char buf[LINE_MAX];
	struct text t = text_make(buf, sizeof(buf));
	va_list args;

	text_format(&t, "%s:%lu: ", r->name, (unsigned long)line);
	va_start(args, format);
	text_vformat(&t, format, args);
	va_end(args);
	r->faults++;
	r->complain(r->context, buf);
}

const char *shown(char out[static SHOWN_MAX], const char *piece)
{
	text_clean(out, SHOWN_MAX, piece, strlen(piece));
	return out;
}

const char *header(const struct reader *r, char out[static SHOWN_MAX])
{
	struct text t = text_make(out, SHOWN_MAX);
	enum section_kind kind = r->section->kind;
	const char *name = rows_of(r->out, kind).first ? r->row : "";

	text_format(&t, "[%s%s%s", section_name(kind), *name ? " " : "", name);
	if (kind == SECTION_CLIENT)
		text_format(&t, " %lu", (unsigned long)((const struct conf_client *)r->row)->id);
	text_char(&t, ']');
	return out;
}

uint32_t line_of(const struct reader *r, const char *key)
{
	uint32_t line = r->key_line[key_find(r->section, key) - r->section->keys];

	return line ? line : r->section_line;
}
