/*
 * A configuration file as text for people to edit: every key of the table with its help as a
 * comment. Keys with a given value are set; the others follow a semicolon with their default, or an
 * example if there is none.
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

/* The settings of the shipped sample: without a passphrase, so that it is refused until it has one.
 */
extern const struct sample_value sample_values[];
extern const size_t sample_value_count;

void sample_write(const struct sample_value *values, size_t count, conf_print_line *print,
                  void *context);

#endif
