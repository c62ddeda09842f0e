/*
 * The types of a field of a record or command: numbers of several sizes, names, times, texts. One
 * row per type in the table of modules/wire/field.c defines how it is read, written and shown.
 * `row` is the struct that contains the field. The value of a record's field is read by
 * record_number, record_text, record_addr and record_legs (wire/record.h).
 */
#ifndef WIRE_FIELD_H
#define WIRE_FIELD_H

#include <stddef.h>

#include "base/cursor.h"
#include "base/text.h"
#include "wire/record.h"

/* How values are shown: to programs (JSON), to people (report/view.h). */
struct field_style {
	const char *yes, *no;
	const char *quote; /* around hex digits */
	void (*text)(struct text *t, const char *s);
	void (*time)(struct text *t, tick_t at, const void *context);
	void (*legs)(struct text *t, const struct leg_list *list, const void *context);
};

void field_write(struct wr *w, const void *row, const struct record_field *f);

/* A value that does not fit makes the reader bad. The field must be zero before. */
void field_read(struct rd *rd, void *row, const struct record_field *f);

/* `context` is for the times of the style. */
void field_show(struct text *t, const void *row, const struct record_field *f,
                const struct field_style *style, const void *context);

/* The value of a number, bool, enum or tick; 0 for other types. */
uint64_t field_number(const void *row, const struct record_field *f);

/* A number below `limit`; a larger one makes the reader bad, like a missing octet. */
uint8_t field_below(struct rd *rd, unsigned limit);

/* Octets of a text. */
size_t field_text_length(const void *row, const struct record_field *f);

#endif
