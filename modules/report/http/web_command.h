/*
 * A line of the control socket over HTTP: `why` for everybody who may see the page, and for an
 * operator the orders that the table of verbs gives to the page. The answer is that of the control
 * socket, one JSON object per line.
 *
 * On the heap while it is answered.
 */
#ifndef REPORT_WEB_COMMAND_H
#define REPORT_WEB_COMMAND_H

#include <stdbool.h>

#include "base/addr.h"
#include "report/control/answer.h"
#include "wire/http.h"

struct web_command {
	struct answer answer;
	char who[32 + ADDR_TEXT_MAX]; /* asked, for the log */
};

/* Is this line an order of the page, as the table of verbs says? */
bool web_command_is_offered(struct http_text line);

/* NULL: out of memory. */
struct web_command *web_command_begin(struct http_text line, const struct addr *viewer,
                                      const struct clock *clock);

#endif
