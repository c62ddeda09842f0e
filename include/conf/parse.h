/*
 * From the text of a configuration to its values: lines by base/ini.h, keys by conf/keys.h, values
 * by conf/value.h, and checks across keys and sections by conf/check.h.
 */
#ifndef CONF_PARSE_H
#define CONF_PARSE_H

#include "base/util.h"
#include "conf/conf.h"

/*
 * Reads a whole configuration text. Every fault of the text is reported, not only the first; the
 * return value is their number and *out is usable only at 0. `name` precedes the line numbers in
 * messages. Allocates memory for clients and peers; free it with conf_release.
 */
MUST_CHECK size_t conf_parse(const char *text, size_t len, const char *name, struct conf *out,
                             conf_complain *complain, void *context);

#endif
