/*
 * Access lists: `permit all`, `permit 2340000-2349999, 2300101`, `deny 1, 1000-1999`, `none`.
 * An id inside any range gets the list's word, every other id the opposite.
 */
#ifndef CONF_ACCESS_H
#define CONF_ACCESS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/util.h"

#define ACCESS_RANGES_MAX 64u

struct access_range {
	uint32_t first, last; /* both included */
};

struct access {
	bool deny;     /* the word before the list */
	uint8_t count; /* 0 with deny = false: nobody; the default is permit 0-4294967295 */
	struct access_range range[ACCESS_RANGES_MAX];
};

bool access_permits(const struct access *list, uint32_t id);

/*
 * The DMR IDs that a client ID may be made of by a suffix: a personal one of 7 digits with one or
 * two digits behind it, a repeater's of 6 with two. Returns their number.
 */
#define CLIENT_BASES 2u
size_t client_bases(uint32_t id, uint32_t base[static CLIENT_BASES]);

/* The same for a client ID: denying a DMR ID denies its suffixed IDs too (2345678, 23456781,
 * 234567801; 234501 and 23450101). */
bool access_permits_client(const struct access *list, uint32_t id);

/* Reads the text form; the word is optional and means permit. False with constant *reason; *out
 * untouched. */
MUST_CHECK bool access_parse(const char *text, struct access *out, const char **reason);

/* Writes the text form, for `freedmr check`; cut when it does not fit. */
void access_format(const struct access *list, char *out, size_t cap);

#endif
