/*
 * Where the reading of a configuration stands, for its two halves, conf/parse.c and conf/check.c,
 * and how they complain.
 */
#ifndef CONF_READER_H
#define CONF_READER_H

#include "base/ini.h"
#include "conf/conf.h"
#include "conf/keys.h"

#define SHOWN_MAX 64 /* octets of a piece of the file in an error line */

struct reader {
	struct conf *out;
	const char *name;
	conf_complain *complain;
	void *context;
	size_t faults;
	uint32_t line;
	struct ini_line split;
	const struct conf_section *section; /* NULL: none yet, or one that is skipped */
	bool any_section;
	void *row; /* the section's values */
	uint32_t section_line;
	uint32_t key_line[SECTION_KEYS_MAX]; /* 0 = not given */
	uint32_t first_line[SECTION_KINDS];  /* of the first section of a kind, 0 = none yet */
};

void fault(struct reader *r, uint32_t line, const char *format, ...) PRINTF_LIKE(3, 4);

/* A piece of the file as it may stand in an error line. */
const char *shown(char out[static SHOWN_MAX], const char *piece);

/* The section at hand as in the file: [listener hotspots]. */
const char *header(const struct reader *r, char out[static SHOWN_MAX]);

/* Where the key stands, or the section's line when it does not. */
uint32_t line_of(const struct reader *r, const char *key);

#endif
