/*
 * Opens what is needed once, at startup: descriptors of the previous binary (parent/kept.h),
 * memory, pipes, sockets. A step that fails logs why.
 *
 * The order: configuration, log, users, sockets, and only then capabilities are dropped, because
 * ports below 1024 and the control socket's owner need them. Forks follow, so a restarted child
 * finds exactly what the first one had. An address in use is waited for: children of a killed
 * parent log out their clients before they close their sockets.
 */
#ifndef PARENT_OPEN_H
#define PARENT_OPEN_H

#include "parent/parent_private.h"

#define OPEN_NAME_MAX 256u /* name of a descriptor for the next binary */

tick_t open_clock(void);

/* Logs errno; `what` could not be done with `which`. */
enum status open_failed(const char *what, const char *which);

/* Takes over what the previous binary left, if any. */
void open_before(struct parent *p);

/* Memory for the configuration, for what a reload may add, and for what outlives voice. */
MUST_CHECK bool open_memory(struct parent *p);

/* Logs as configured from here on; the children inherit it. */
void open_log(struct parent *p);

/* Everything else: users, poller, pipes, sockets. Privileges are gone afterwards. */
MUST_CHECK enum status open_all(struct parent *p);

/* The name of socket `i` or of a service for the next binary. */
void open_socket_name(const struct conf *conf, uint32_t i, char *out, size_t cap);
void open_service_name(const struct parent *p, enum service service, char *out, size_t cap);

#endif
