/*
 * A configuration file as text for people to edit: every key of the table with its help as a
 * comment. Keys that are given a value stand as such, the others behind a semicolon with their
 * default, or an example where there is none.
 */
#ifndef CONF_SAMPLE_H
#define CONF_SAMPLE_H

#include <stddef.h>

#include "conf/conf.h"
#include "conf/keys.h"
#include "conf/print.h"

struct sample_value {
	enum section_kind section;
	const char *key;
	const char *value;
};

/* What the shipped sample sets: no passphrase, so it is refused until it has one. */
extern const struct sample_value sample_values[];
extern const size_t sample_value_count;

void sample_write(const struct sample_value *values, size_t count, conf_print_line *print,
                  void *context);

#endif
