/* The inside of report/systems: the CONFIG message, every system with who sits there. */
#ifndef REPORT_SYSTEMS_CONFIG_H
#define REPORT_SYSTEMS_CONFIG_H

#include "base/cursor.h"
#include "report/clock.h"
#include "report/seats.h"

void systems_config_write(struct systems *s, struct wr *w, const struct clock *clock);

#endif
