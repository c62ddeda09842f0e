/*
 * Splits one line of a configuration file (grammar: freedmr.conf(5)). It knows only lines; the
 * meaning of keys is in the key table (conf/keys.h).
 *
 *   [section] / [section name]   key = value   ; comment   # comment
 *
 * A comment starts at the beginning of a line or after white space, so a value may contain ';'. A
 * value in double quotes is literal up to the closing quote.
 */
#ifndef BASE_INI_H
#define BASE_INI_H

#include <stddef.h>

#include "base/util.h"

#define INI_WORD_MAX 64
#define INI_VALUE_MAX 1024

enum ini_kind {
	INI_EMPTY,
	INI_SECTION, /* section, name */
	INI_PAIR,    /* key, value */
	INI_BAD,     /* reason */
};

struct ini_line {
	enum ini_kind kind;
	char section[INI_WORD_MAX];
	char name[INI_WORD_MAX]; /* "" when the section has none */
	char key[INI_WORD_MAX];
	char value[INI_VALUE_MAX];
	const char *reason; /* constant text, for INI_BAD */
};

const char *ini_kind_name(enum ini_kind kind);

/* Splits the `len` octets of one line, without its newline (a CR at the end is allowed). */
MUST_CHECK enum ini_kind ini_split(const char *line, size_t len, struct ini_line *out);

#endif
