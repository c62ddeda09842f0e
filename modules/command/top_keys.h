/* Private to command/top: what the keys do. */
#ifndef COMMAND_TOP_KEYS_H
#define COMMAND_TOP_KEYS_H

#include "command/top_state.h"

/* Handles the keys that were pressed. */
void top_keys_take(struct top *top);

void top_keys_show_table(struct top *top, int table);

#endif
