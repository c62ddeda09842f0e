/*
 * Reads the directory of voice files before the children start. It accepts both layouts of FreeDMR,
 * in any mixture:
 *
 *   en_GB.indx, en_GB.ambe     lines "name first-frame frame-count", and the frames
 *   en_GB/alpha.ambe           one file for a word
 *   en_GB/ondemand/9991.ambe   a recording
 *
 * A file contains only frames of 9 octets. If a word occurs twice, the layout lower in this list
 * wins, and within an index the later line. Unusable entries are reported and skipped.
 */
#ifndef PARENT_AUDIO_H
#define PARENT_AUDIO_H

#include <stdbool.h>

#include "base/util.h"
#include "conf/audio.h"

#define AUDIO_MAX (64u * 1024u * 1024u) /* octets of a set */
#define AUDIO_INDEX_MAX (1024u * 1024u) /* octets of an index */

/* Memory for sets that voice sees, too; filled from the front. On a cache line. */
struct audio_room {
	unsigned char *at;
	size_t size, used;
};

/*
 * Into `room`, or with NULL into memory of its own. False, with a log line and *out empty, if the
 * directory cannot be read, exceeds AUDIO_MAX, or the room has no place for it. Release *out with
 * audio_release.
 */
MUST_CHECK bool audio_load(const char *path, struct audio_room *room, struct audio *out);

/* The same words with the same frames? */
bool audio_same(const struct audio *a, const struct audio *b);

#endif
