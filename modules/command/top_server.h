/* Private to command/top: the connection to the server, requests and answers. */
#ifndef COMMAND_TOP_SERVER_H
#define COMMAND_TOP_SERVER_H

#include "command/top_state.h"

bool top_server_call(struct top *top);
void top_server_hang_up(struct top *top);

/* Requests everything that is shown. */
void top_server_ask(struct top *top);

/* Reads the input. */
void top_server_receive(struct top *top);

#endif
