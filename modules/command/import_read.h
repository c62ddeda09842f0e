/*
 * Detects which program a file belongs to, and reads its sections under FreeDMR's names.
 */
#ifndef COMMAND_IMPORT_READ_H
#define COMMAND_IMPORT_READ_H

#include "command/import_keys.h"

/* Adds the contents of one file to m->all, and notes what it cannot convert. False if it cannot be
 * read, which is reported. */
bool import_read(struct import *m, const char *file);

/* HBlink4's JSON, read as stanzas, under those names. */
void import_hblink4(struct import *m, const struct stanzas *json);

#endif
