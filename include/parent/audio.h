/*
 * Reads the directory of voice files, before the children are started. Both forms that FreeDMR has
 * are read, mixed as one likes:
 *
 *   en_GB.indx, en_GB.ambe     lines "name first-frame frame-count", and the frames they mean
 *   en_GB/alpha.ambe           one file for a word
 *   en_GB/ondemand/9991.ambe   a recording
 *
 * A file is nothing but frames of 9 octets. Of a word that comes twice the lower of these lines
 * counts, and within an index the later line. What cannot be used is reported and left out, the
 * rest counts.
 */
#ifndef PARENT_AUDIO_H
#define PARENT_AUDIO_H

#include <stdbool.h>

#include "base/util.h"
#include "conf/audio.h"

#define AUDIO_MAX (64u * 1024u * 1024u) /* octets of a set */
#define AUDIO_INDEX_MAX (1024u * 1024u) /* octets of an index */

/*
 * False when the directory cannot be read or holds more than AUDIO_MAX: it is logged and *out is
 * empty. Give *out back with audio_release.
 */
MUST_CHECK bool audio_load(const char *path, struct audio *out);

#endif
