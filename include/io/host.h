/*
 * Facts about the machine, for `freedmr doctor`. Not POSIX, so each system has its own body
 * (host_linux.c).
 */
#ifndef IO_HOST_H
#define IO_HOST_H

#include <stdbool.h>
#include <stddef.h>

#include "base/addr.h"
#include "io/user.h"

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

/*
 * The command of the active firewall (ufw, firewall-cmd, nft, iptables); "" = none found. With nft,
 * `chain` is where a rule has to be, as "inet filter input".
 */
const char *host_firewall(char *chain, size_t cap);

/* May the user do that (R_OK, W_OK, X_OK) with what is at the path? */
bool host_user_may(const struct user *u, const char *path, int mode);

enum host_room { ROOM_UNKNOWN, ROOM_LEFT, ROOM_NONE, ROOM_READ_ONLY };

/* Can a file be written in that directory, as the process sees it? 0 = this process. */
enum host_room host_room(long pid, const char *directory);

#endif
