/*
 * Reads a configuration file and the voice files it names, for the parent and for `freedmr check`.
 */
#ifndef PARENT_LOAD_H
#define PARENT_LOAD_H

#include "base/util.h"
#include "conf/conf.h"
#include "conf/parse.h"
#include "parent/status.h"

#define LOAD_MAX (1024u * 1024u) /* octets of a configuration file */

/*
 * Reads the file at `path` into *out. Every fault is logged, and told to `fault` unless that is
 * NULL. The text, which holds secrets, is wiped. Give *out back with conf_release when the answer
 * is STATUS_OK.
 */
MUST_CHECK enum status load_conf(const char *path, struct conf *out, conf_complain *fault,
                                 void *context);

/*
 * Reads the voice files of every listener that names a directory; two that name one share them.
 * What cannot be read is logged, and answered in Morse then. They go with the process.
 */
void load_audio(struct conf *conf);
void release_audio(struct conf *conf);

#endif
