/*
 * The state of reading a configuration, shared by conf/parse.c and conf/check.c, and their error
 * messages.
 */
#ifndef CONF_READER_H
#define CONF_READER_H

#include "base/ini.h"
#include "conf/conf.h"
#include "conf/keys.h"

#define SHOWN_MAX 64 /* octets of a piece of the file in an error line */

struct fault_line;

struct reader {
	struct conf *out;
	const char *name;
	conf_complain *complain;
	void *context;
	size_t faults;
	struct arena kept; /* faults not reported yet; allocated with the first */
	struct fault_line *fault;
	uint32_t faults_kept;
	struct fault_line *last_fault; /* by line; each refers to the previous one */
	uint32_t line;
	struct ini_line split;
	const struct conf_section *section; /* NULL: none yet, or a section that is skipped */
	bool any_section;
	void *row; /* the section's values */
	uint32_t section_line;
	uint32_t key_line[SECTION_KEYS_MAX]; /* 0 = not given */
	uint32_t first_line[SECTION_KINDS];  /* of the first section of a kind, 0 = none yet */
	uint32_t self_care_line;             /* checked when [server] is known, too */
};

/*
 * Records a fault in a line of the file. Faults are reported in the order of their lines; if there
 * are very many, those found first come first.
 */
void fault(struct reader *r, uint32_t line, const char *format, ...) PRINTF_LIKE(3, 4);

void faults_tell(struct reader *r);

/* A piece of the file for an error message. */
const char *shown(char out[static SHOWN_MAX], const char *piece);

/* The current section as in the file: [listener hotspots]. */
const char *header(const struct reader *r, char out[static SHOWN_MAX]);

/* The line of the key, or of the section if it is absent. */
uint32_t line_of(const struct reader *r, const char *key);

#endif
