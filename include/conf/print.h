/*
 * The settings in effect, as a file would have them.
 */
#ifndef CONF_PRINT_H
#define CONF_PRINT_H

#include "conf/settings.h"

/* Writes one "key = value" line after the other, section by section, with secrets as "(hidden)". */
typedef void conf_print_line(void *context, const char *line);
void conf_print(const struct conf *conf, conf_print_line *print, void *context);

#endif
