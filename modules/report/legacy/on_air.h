/*
 * Private to report/legacy: the calls on air at each system, and the events for dashboards: START
 * when one goes on air, END when it goes off.
 */
#ifndef REPORT_ON_AIR_H
#define REPORT_ON_AIR_H

#include "base/cursor.h"
#include "report/legacy/dashboard_slots.h"

void on_air_take_call(struct systems *s, const struct record *r);
void on_air_take_legs(struct systems *s, const struct record *r);

/* Ends everything at a slot that becomes free. */
void on_air_leave(struct systems *s, struct dashboard_slot *entry, tick_t at);

/* After a snapshot: ends what the model no longer shows, at a slot, and at the neighbours. */
void on_air_check_entry(struct systems *s, struct dashboard_slot *entry, tick_t now);
void on_air_check_mesh(struct systems *s, tick_t now);

/* The parts of systems_on_air. */
bool on_air_write(const struct systems *s, uint32_t nth, struct wr *w);

#endif
