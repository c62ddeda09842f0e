/*
 * What a burst is to the core: carried at all, data, the last of its call.
 */
#ifndef CORE_KIND_H
#define CORE_KIND_H

#include <stdbool.h>

#include "wire/hbp.h"

bool burst_is_carried(const struct hbp_burst *b);
bool burst_is_data(const struct hbp_burst *b);
bool burst_is_header(const struct hbp_burst *b);
bool burst_is_terminator(const struct hbp_burst *b);

#endif
