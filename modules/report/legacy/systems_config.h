/* Private to report/legacy: the CONFIG message, every system with its session. */
#ifndef REPORT_SYSTEMS_CONFIG_H
#define REPORT_SYSTEMS_CONFIG_H

#include "base/cursor.h"
#include "report/model/clock.h"
#include "report/legacy/dashboard_slots.h"

void systems_config_write(struct systems *s, struct wr *w, const struct clock *clock);

#endif
