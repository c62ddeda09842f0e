#include "core/access/blocklist.h"
#include "core/access/session.h"
#include "core/access/uplink.h"
#include "core/conference/announce.h"
#include "core/conference/dial.h"
#include "core/conference/player.h"
#include "core/conference/settle.h"
#include "core/mesh.h"
#include "core/routing/stream.h"
#include "core/step/kind.h"
#include "core/telling/rows.h"

#define KIND_ROW(name, table, type, rows, field, runs, shows)                                      \
	[KIND_##name] = {.pool = offsetof(struct core, table),                                     \
	                 .timer = offsetof(struct type, field),                                    \
	                 .due = (runs),                                                            \
	                 .show = (shows)},

const struct kind_of_row kinds[KINDS] = {KINDS_OF_ROWS(KIND_ROW)};
