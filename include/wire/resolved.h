/*
 * The address a name was found to have, as the parent tells the voice process: fixed-size records
 * on the socket pair between them.
 *
 *   0 link(4)  4 ip(16)  20 scope(4)  24 port(2)
 */
#ifndef WIRE_RESOLVED_H
#define WIRE_RESOLVED_H

#include <stdint.h>

#include "base/addr.h"
#include "base/cursor.h"

#define RESOLVED_LEN 26u

struct resolved {
	uint32_t link; /* its place in the configuration: peers, then uplinks */
	struct addr to;
};

void resolved_write(struct wr *w, const struct resolved *r);
struct resolved resolved_read(struct rd *r);

#endif
