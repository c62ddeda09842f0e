/*
 * Text of a value <-> the field of a row, by the type of its key.
 */
#ifndef CONF_VALUE_H
#define CONF_VALUE_H

#include <stdbool.h>

#include "base/text.h"
#include "base/util.h"
#include "conf/keys.h"

#define VALUE_TEXT_MAX 1536 /* octets with the terminator: the longest value is an access list */

/*
 * Reads `text` into the row's field. False: `*expected` tells what was expected (it never repeats a
 * secret), and the field is unspecified.
 */
MUST_CHECK bool value_read(const struct conf_key *key, const char *text, void *row,
                           struct text *expected);

/* Writes the field as it would stand in a file; a secret as "(hidden)", an empty one as nothing. */
void value_write(const struct conf_key *key, const void *row, struct text *out);

#define KEY_RANGE_MAX 64

/* The range of a key as a sentence for people, "" when its type tells it. Always terminated. */
void key_range(const struct conf_key *key, char out[static KEY_RANGE_MAX]);

#endif
