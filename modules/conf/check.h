/*
 * Checks beyond the value of one key: within a section once it was read, and across sections at the
 * end. Fills in what follows from several keys: targets, sockets.
 */
#ifndef CONF_CHECK_H
#define CONF_CHECK_H

#include "conf/reader.h"

void check_section(struct reader *r);
void check_all(struct reader *r);

#endif
