#include "conf/reader.h"

#include <string.h>

#include "base/text.h"
#include "conf/rows.h"

#define LINE_MAX 640
#define FAULTS_MAX 256u

struct fault_line {
	struct fault_line *before;
	uint32_t line;
	char text[LINE_MAX];
};

static bool claim(struct reader *r)
{
	arena_measure(&r->kept);
	(void)arena_cut(&r->kept, "faults", FAULTS_MAX, sizeof(*r->fault));
	if (!arena_claim(&r->kept, r->kept.used)) /* never: out of memory */
		return false;
	r->fault = arena_cut(&r->kept, "faults", FAULTS_MAX, sizeof(*r->fault));
	return true;
}

/* Faults on one line stay in the order they were found. */
static void keep(struct reader *r, struct fault_line *f)
{
	struct fault_line **place = &r->last_fault;

	while (*place && (*place)->line > f->line)
		place = &(*place)->before;
	f->before = *place;
	*place = f;
}

static void tell_kept(struct reader *r)
{
	struct fault_line *first = NULL, *before;

	for (struct fault_line *f = r->last_fault; f; f = before) {
		before = f->before;
		f->before = first; /* from here on the next one */
		first = f;
	}
	for (; first; first = first->before)
		r->complain(r->context, first->text);
	r->last_fault = NULL;
	r->faults_kept = 0;
}

void fault(struct reader *r, uint32_t line, const char *format, ...)
{
	struct fault_line *f, now;
	va_list args;

	if (r->faults_kept == FAULTS_MAX)
		tell_kept(r);
	f = r->fault || claim(r) ? &r->fault[r->faults_kept++] : &now; /* never: out of memory */
	f->line = line;
	struct text t = text_make(f->text, sizeof(f->text));
	text_format(&t, "%s:%lu: ", r->name, (unsigned long)line);
	va_start(args, format);
	text_vformat(&t, format, args);
	va_end(args);
	r->faults++;
	if (f == &now) /* never: out of memory */
		r->complain(r->context, now.text);
	else
		keep(r, f);
}

void faults_tell(struct reader *r)
{
	tell_kept(r);
	if (r->fault)
		arena_release(&r->kept);
	r->fault = NULL;
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
