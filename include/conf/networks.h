/*
 * Lists of IP networks that may connect: `127.0.0.1, 192.168.0.0/16, 2001:db8::/32`. A single
 * address is a network of its own; IPv4 and its mapped form in IPv6 are the same.
 */
#ifndef CONF_NETWORKS_H
#define CONF_NETWORKS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/addr.h"
#include "base/text.h"
#include "base/util.h"

#define NETWORKS_MAX 16u

struct network {
	struct addr addr; /* port 0; no bits after the prefix */
	uint8_t bits;     /* of 128 bits; IPv4 prefixes start after 96 */
};

struct networks {
	uint8_t count;
	struct network at[NETWORKS_MAX];
};

bool networks_hold(const struct networks *list, const struct addr *a);
bool networks_same(const struct networks *a, const struct networks *b);

/* Reads the text form; empty text is an empty list. False: *out is unspecified. */
MUST_CHECK bool networks_parse(const char *text, struct networks *out);

void networks_write(const struct networks *list, struct text *t);

#endif
