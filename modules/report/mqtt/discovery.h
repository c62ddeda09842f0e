/*
 * Discovery messages for Home Assistant, so that it shows the server without being configured: one
 * retained message per sensor, below `homeassistant`. States come from the usual topics (mqtt.h).
 *
 *   binary_sensor  server      status
 *   binary_sensor  on_air      is there a call: state
 *   sensor         last_heard  call/last
 *   binary_sensor  link-NAME   for each peer and uplink: state
 */
#ifndef REPORT_DISCOVERY_H
#define REPORT_DISCOVERY_H

#include <stdbool.h>
#include <stdint.h>

#include "base/text.h"
#include "conf/conf.h"

#define DISCOVERY_TOPIC_MAX 192u
#define DISCOVERY_MAX 2048u /* octets of a message */

/* The nth message; false: there are no more. Topics of states begin with `prefix`. */
bool discovery_message(const struct conf *conf, uint32_t nth, const char *prefix,
                       struct text *topic, struct text *payload);

#endif
