/*
 * How the keys of FreeDMR and HBlink become ours, one rule each (import_keys.txt): copied,
 * converted, handled with their section, or left out for a reason that is reported.
 */
#ifndef COMMAND_IMPORT_KEYS_H
#define COMMAND_IMPORT_KEYS_H

#include "base/text.h"
#include "command/stanza.h"

/* The kinds of their sections; import_keys.txt has the keys of the first ones in this order. */
enum stanza_kind {
	GLOBAL,
	MASTER,
	OPENBRIDGE,
	UPLINK,
	CLIENT, /* one repeater of HBlink4's patterns */
	REPORTS,
	PROXY,
	ECHO, /* in any form: it is built in */
	OTHER,
	STANZA_KINDS
};

struct import {
	struct stanzas all;
	struct stanzas rules;     /* of import_keys, by kind */
	struct text out;
	struct text ask;          /* what needs the operator's attention, a line each */
	struct text tell;         /* what was left out or changed */
	const struct stanza *now; /* what is being written */
	bool commented;           /* ... as a comment */
	bool keep_open;           /* keep an empty passphrase */
	bool freedmr;             /* not HBlink: NETWORK_ID is the other side's ID */
};

/* "key = value", quoted where it must be. */
void import_put(struct import *m, const char *key, const char *value);
void import_put_format(struct import *m, const char *key, const char *format, ...)
	PRINTF_LIKE(3, 4);

/* Notes about an entry of the current section; the second for what needs attention. */
void import_tell(struct import *m, const struct entry *e, const char *why);
void import_ask(struct import *m, const struct entry *e, const char *why);

/* Reads the rules; false when out of memory. */
bool import_open(struct import *m);

/* Converts the keys of the current section in the order of the rules; then reports the others. */
void import_keys(struct import *m, enum stanza_kind kind);

/* "PERMIT:ALL", "DENY:1,1000-2000" */
void import_access(struct import *m, const struct entry *e, const char *to);

bool import_is_yes(const char *value);

#endif
