/* The inside of command/top: the connection to the server, what is asked and what comes. */
#ifndef COMMAND_TOP_SERVER_H
#define COMMAND_TOP_SERVER_H

#include "command/top_state.h"

bool top_server_call(struct top *top);
void top_server_hang_up(struct top *top);

/* Asks for all that is shown. */
void top_server_ask(struct top *top);

/* Takes what came. */
void top_server_receive(struct top *top);

#endif
