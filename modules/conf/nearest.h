/*
 * Suggestions for unknown names.
 */
#ifndef CONF_NEAREST_H
#define CONF_NEAREST_H

#include "conf/keys.h"

/*
 * The name nearest to what was written; NULL if none is near. Near means a few letters added,
 * missing, changed or swapped, or a key contained as whole words: peers in max-peers. Ignores case,
 * and treats _ as -.
 */
const char *section_nearest(const char *name);
const char *key_nearest(const struct conf_section *section, const char *name);

/* Likewise among the keys of all other sections; *where is the section found. */
const char *key_nearest_elsewhere(const struct conf_section *section, const char *name,
                                  const struct conf_section **where);

#endif
