/* The tables that `freedmr top` shows: the request for each, and its columns. */
#ifndef COMMAND_TOP_TABLES_H
#define COMMAND_TOP_TABLES_H

#include "command/top_list.h"

#define TOP_TABLES 5

extern const struct top_table top_calls;
extern const struct top_table top_tables[TOP_TABLES];

#endif
