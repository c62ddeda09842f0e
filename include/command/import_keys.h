/*
 * How the keys of FreeDMR and HBlink become ours, one rule each: carried over as they are,
 * converted, left to the section they stand in, or left out with a reason that is told.
 */
#ifndef COMMAND_IMPORT_KEYS_H
#define COMMAND_IMPORT_KEYS_H

#include "base/text.h"
#include "command/stanza.h"

/* What a section of theirs is. */
enum stanza_kind { GLOBAL, MASTER, OPENBRIDGE, UPLINK, PROXY, OTHER, STANZA_KINDS };

struct import {
	struct stanzas all;
	struct text out;
	const struct stanza *now; /* what is being written */
	bool commented;           /* ... as a comment */
};

/* "key = value", quoted where it must be. */
void import_put(struct import *m, const char *key, const char *value);
void import_put_format(struct import *m, const char *key, const char *format, ...)
	PRINTF_LIKE(3, 4);

/* Tells on standard error what became of an entry of the section at hand. */
void import_tell(const struct import *m, const struct entry *e, const char *why);

/* What the rules carry over of the section at hand, in their order; then what is left, and why. */
void import_keys(struct import *m, enum stanza_kind kind);

/* "PERMIT:ALL", "DENY:1,1000-2000" */
void import_access(struct import *m, const struct entry *e, const char *to);

bool import_is_yes(const char *value);

#endif
