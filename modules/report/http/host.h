/*
 * The host names that a request may use for this server. Another page can point a name of its own
 * at our address, then read us through the browser of somebody who has access, or show our token
 * form under its name (DNS rebinding). So the name has to be one that only this network can assign:
 * an address, a name without a dot or in a domain that is never public, the name of this machine,
 * or one in http-names. A request without the field does not come from a browser.
 */
#ifndef REPORT_HOST_H
#define REPORT_HOST_H

#include <stdbool.h>

#include "wire/http.h"

#define HOST_NAME_MAX_OCTETS 254u /* with the terminator */

/* The name of this machine in lower case; "" if unknown. */
void host_read_own(char own[static HOST_NAME_MAX_OCTETS]);

/* `allowed`: names separated by commas or blanks. */
bool host_is_ours(struct http_text host, const char *own, const char *allowed);

#endif
