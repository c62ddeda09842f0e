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
 * Reads `text` into the row's field. False: `*expected` says what was expected (never repeating a
 * secret), and the field is unspecified.
 */
MUST_CHECK bool value_read(const struct conf_key *key, const char *text, void *row,
                           struct text *expected);

/* Writes the field as in a file; a secret as "(hidden)", an empty one as nothing. */
void value_write(const struct conf_key *key, const void *row, struct text *out);

/* Are the values of two rows equal? */
bool value_same(const struct conf_key *key, const void *a, const void *b);

void value_copy(const struct conf_key *key, void *to, const void *from);

#define KEY_RANGE_MAX 64

/* The range of a key as a sentence for people, "" if its type implies it. Always terminated. */
void key_range(const struct conf_key *key, char out[static KEY_RANGE_MAX]);

#endif
