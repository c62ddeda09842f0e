/*
 * Where the rows of a running configuration are. After reloads there are gaps, and sockets keep
 * their numbers, which the text of the configuration (conf/print.h) does not tell.
 */
#ifndef CONF_PLACES_H
#define CONF_PLACES_H

#include "base/cursor.h"
#include "base/util.h"
#include "conf/settings.h"

void conf_places_write(struct wr *w, const struct conf *conf);

/*
 * Moves the rows of a configuration that was read from that text to their places; neighbours go to
 * `peers`, of which there are CONF_PEERS_MAX. False if they do not fit each other.
 */
MUST_CHECK bool conf_places_read(struct rd *rd, struct conf *conf, struct conf_peer *peers);

#endif
