/*
 * An IP address and port, free of socket headers. IPv4 is kept as ::ffff:a.b.c.d,
 * so two spellings of one address are equal. Text forms: "192.0.2.1:62031",
 * "[2001:db8::1]:62031", "[fe80::1%3]:62031" (scope as a number).
 */
#ifndef BASE_ADDR_H
#define BASE_ADDR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/util.h"

struct addr {
	uint8_t ip[16];
	uint32_t scope; /* IPv6 zone, 0 = none */
	uint16_t port;  /* host order */
};

#define ADDR_TEXT_MAX 64

bool addr_equal(const struct addr *a, const struct addr *b);
bool addr_same_ip(const struct addr *a, const struct addr *b);
bool addr_is_v4(const struct addr *a);
bool addr_is_any(const struct addr *a);      /* :: or 0.0.0.0 */
bool addr_is_loopback(const struct addr *a); /* ::1 or 127.0.0.0/8 */

/* Makes ::ffff:a.b.c.d from four octets in network order. */
struct addr addr_v4(const uint8_t ip[static 4], uint16_t port);

/*
 * Reads a numeric address with port. `default_port` serves when the text has none; 0 makes the
 * port a must. False on anything else, *out untouched.
 */
MUST_CHECK bool addr_parse(const char *text, uint16_t default_port, struct addr *out);

/* Writes the text form, always terminated. Returns `text`. */
const char *addr_format(const struct addr *a, char text[static ADDR_TEXT_MAX]);

#endif
