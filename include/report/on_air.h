/*
 * The inside of report/systems: the calls that are on air at each system, and the events dashboards
 * are told of them: START when one goes on air, END when it goes off.
 */
#ifndef REPORT_ON_AIR_H
#define REPORT_ON_AIR_H

#include "base/cursor.h"
#include "report/seats.h"

void on_air_take_call(struct systems *s, const struct record *r);
void on_air_take_legs(struct systems *s, const struct record *r);

/* Ends everything at a seat that is left. */
void on_air_leave(struct systems *s, struct seat *seat, tick_t at);

/* After a snapshot: ends what the model no longer shows, at a seat, at the neighbours. */
void on_air_check_seat(struct systems *s, struct seat *seat, tick_t now);
void on_air_check_mesh(struct systems *s, tick_t now);

/* What systems_on_air is made of. */
bool on_air_write(const struct systems *s, uint32_t nth, struct wr *w);

#endif
