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

/* The same IPv4 address, or the same /64 of IPv6, which one site has as a whole. */
bool addr_same_site(const struct addr *a, const struct addr *b);

/* Octets of the address that name its site. */
size_t addr_site_octets(const struct addr *a);

bool addr_is_any(const struct addr *a);      /* :: or 0.0.0.0 */
bool addr_is_loopback(const struct addr *a); /* ::1 or 127.0.0.0/8 */

/* Is it of no use in other networks? Loopback, link-local, private (RFC 1918, ULA), of a carrier's
 * NAT (RFC 6598). */
bool addr_is_private(const struct addr *a);

/* Makes ::ffff:a.b.c.d from four octets in network order. */
struct addr addr_v4(const uint8_t ip[static 4], uint16_t port);

/*
 * Reads a numeric address with port. `default_port` is used when the text has none; 0 makes the
 * port mandatory. False on anything else, *out untouched.
 */
MUST_CHECK bool addr_parse(const char *text, uint16_t default_port, struct addr *out);

/* Writes the text form, NUL-terminated. Returns `text`. */
const char *addr_format(const struct addr *a, char text[static ADDR_TEXT_MAX]);

/* Likewise without the port, and without brackets: as it is entered where the port has a field of
 * its own. */
const char *addr_format_host(const struct addr *a, char text[static ADDR_TEXT_MAX]);

#endif
