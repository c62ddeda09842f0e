/*
 * What somebody meant who wrote a name that is none.
 */
#ifndef CONF_NEAREST_H
#define CONF_NEAREST_H

#include "conf/keys.h"

/* The name nearest to what was written; NULL when nothing comes near. */
const char *section_nearest(const char *name);
const char *key_nearest(const struct conf_section *section, const char *name);

#endif
