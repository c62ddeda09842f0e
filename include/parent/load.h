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
 * Reads the file at `path` into *out. Every fault is logged, and passed to `fault` unless that is
 * NULL. The text, which holds secrets, is wiped. On STATUS_OK release *out with conf_release.
 */
MUST_CHECK enum status load_conf(const char *path, struct conf *out, conf_complain *fault,
                                 void *context);

/*
 * The text of the file at `path` goes from one binary to the next, so that the other reads what was
 * tried. A file without a name that holds it; -1 with errno, logged.
 */
MUST_CHECK int load_hold(const char *path, size_t *len);

#define LOAD_HELD "conf " /* its name among the descriptors that are kept, before its length */

struct kept;

/* Reads that text if it is among those kept, else the file. As load_conf. */
MUST_CHECK enum status load_handed(struct kept *kept, const char *path, struct conf *out);

/* The same for a binary that is tried. */
MUST_CHECK enum status load_tried(const char *path, struct conf *out);

/*
 * Reads the voice files of every listener with a directory; listeners with the same directory share
 * them. Failures are logged; replies are then in Morse. Never released.
 */
void load_audio(struct conf *conf);
void release_audio(struct conf *conf);

struct audio_room;

enum audio_again {
	AUDIO_KEPT, /* they are as they were, or cannot be read any more */
	AUDIO_NEW,
	AUDIO_REFUSED, /* those of listener *where, if any, cannot be had */
};

/*
 * The same for the configuration of a reload, in `room`; NULL: there is none now. *next has what
 * *now has unless a directory is another one or its files have changed.
 */
MUST_CHECK enum audio_again load_audio_again(struct conf *next, const struct conf *now,
                                             struct audio_room *room, const char **where);

#endif
