/*
 * The outlets of the reporter: what serves callers from outside, each on one listening socket,
 * which the parent opens. A new one is a name here, its bind in parent.c, and its module in
 * report.c.
 */
#ifndef REPORT_OUTLET_H
#define REPORT_OUTLET_H

#include <stdint.h>

enum outlet {
	OUTLET_CONTROL,
	OUTLET_HTTP,
	OUTLET_LEGACY,
	OUTLET_OUTLETS,
};

const char *outlet_name(enum outlet outlet);

/*
 * The tag of an outlet's descriptor in the poller: its caller `index`, who comes and goes and so
 * carries a generation above 0; generation 0 is the socket it listens on.
 */
uint64_t outlet_tag(enum outlet outlet, uint32_t generation, uint16_t index);

/* What a tag holds. The outlet is OUTLET_OUTLETS when the tag is the loop's own. */
enum outlet outlet_of(uint64_t tag);
uint32_t outlet_generation(uint64_t tag);
uint16_t outlet_index(uint64_t tag);

#endif
