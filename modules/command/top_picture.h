/* Private to command/top: the picture on the screen. */
#ifndef COMMAND_TOP_PICTURE_H
#define COMMAND_TOP_PICTURE_H

#include "command/top_state.h"

void top_picture_draw(struct top *top);

#endif
