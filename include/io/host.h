/*
 * Facts about the machine, for `freedmr doctor`. Not POSIX, so each system has its own body
 * (host_linux.c).
 */
#ifndef IO_HOST_H
#define IO_HOST_H

#include <stdbool.h>
#include <stddef.h>

#include "base/addr.h"

/* Addresses of this machine that others can reach (no loopback, no link-local), port 0. Returns how
 * many of them are in `out`. */
size_t host_addresses(struct addr *out, size_t cap);

enum host_clock { CLOCK_UNKNOWN, CLOCK_FREE, CLOCK_SYNCHRONISED };

/* Is the clock synchronised by a time service? */
enum host_clock host_clock(void);

/* Does a datagram sent to that address get an answer within so many milliseconds? */
bool host_answers(const struct addr *to, const void *bytes, size_t len, int wait_ms);

/* The model of a Raspberry Pi or similar board; "" on others. */
void host_model(char *out, size_t cap);

/* The maximum receive buffer a program may request, in octets; 0 = unknown. */
unsigned long host_receive_buffer_max(void);

/* The command of the active firewall (ufw, firewall-cmd, nft); "" = none found. */
const char *host_firewall(void);

/* May the user read, or write, the file at the path? For writing a missing file, its directory
 * counts. */
bool host_user_may_read(const char *user, const char *path);
bool host_user_may_write(const char *user, const char *path);

#endif
