/*
 * What a field of a record can be: numbers of several sizes, names, times, texts. One row for each
 * type in the table of modules/wire/field.c says how it is read, written and shown, and nothing
 * else knows. What stands in a field is read by record_number, record_text, record_addr and
 * record_legs (wire/record.h).
 */
#ifndef WIRE_FIELD_H
#define WIRE_FIELD_H

#include <stddef.h>

#include "base/cursor.h"
#include "base/text.h"
#include "wire/record.h"

/* How values look: to programs (JSON), to people (report/view.h). */
struct field_style {
	const char *yes, *no;
	const char *quote; /* around hex digits */
	void (*text)(struct text *t, const char *s);
	void (*time)(struct text *t, tick_t at, const void *context);
	void (*legs)(struct text *t, const struct leg_list *list);
};

void field_write(struct wr *w, const struct record *r, const struct record_field *f);

/* What does not fit the field makes the reader bad. The field was zero before. */
void field_read(struct rd *rd, struct record *r, const struct record_field *f);

/* `context` is for the times of the style. */
void field_show(struct text *t, const struct record *r, const struct record_field *f,
                const struct field_style *style, const void *context);

/* A number below `limit`; what is not makes the reader bad, as a missing octet would. */
uint8_t field_below(struct rd *rd, unsigned limit);

/* Octets of a text. */
size_t field_text_length(const struct record *r, const struct record_field *f);

#endif
