/*
 * A new configuration takes the place of the running one as far as that ends no call and no
 * session. What a change needs is told by its key or section (restart): most count at once, which
 * for what sessions begin with means at their next login or options; sizes, sockets, files and
 * neighbours count at the next start, and so do listeners that come or go.
 */
#ifndef CONF_RELOAD_H
#define CONF_RELOAD_H

#include "conf/conf.h"

#define CONF_CLIENTS_MORE 1024u /* how many clients a reload may add */

/* Gets each change: "[listener hotspots] static-2"; `restart`: it counts at the next start. */
typedef void conf_changed(void *context, const char *what, bool restart);

/*
 * Takes into *running what counts at once. `running->client` has room for `clients` rows. False:
 * *fresh has more, and nothing was changed.
 */
MUST_CHECK bool conf_reload(struct conf *running, const struct conf *fresh, uint32_t clients,
                            conf_changed *changed, void *context);

/*
 * How the new configuration gets from the parent to the voice process: two of them in memory that
 * both share, in turns. The parent writes the one that voice does not use, once voice has taken the
 * one before; nothing is ever waited for. Claimed before the fork, zeroed.
 */
struct conf_offer;

size_t conf_offer_size(uint32_t clients);

/* False: voice has not taken the one before yet. */
MUST_CHECK bool conf_offer_put(struct conf_offer *o, const struct conf *conf, uint32_t clients);

/* The one offered last, good until the next is taken; NULL when it was taken already. */
const struct conf *conf_offer_take(struct conf_offer *o);

#endif
