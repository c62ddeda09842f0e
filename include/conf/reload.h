/*
 * Applies a new configuration to the running server, as far as no call or session has to end for
 * it. The key of a change tells when it takes effect: most at once, even for existing sessions
 * (core/settle), and so do listeners, neighbours, uplinks and announcements that are added, removed
 * or moved; requirements on clients at their next login; the server's ID, its users and the sizes
 * of tables at the next start.
 */
#ifndef CONF_RELOAD_H
#define CONF_RELOAD_H

#include "conf/conf.h"
#include "conf/keys.h"

#define CONF_CLIENTS_MORE 1024u /* how many clients a reload may add */

/* Receives each change, "[listener hotspots] static-2", and when it takes effect. */
typedef void conf_changed(void *context, const char *what, enum conf_when when);

/* The capacity of a configuration of the running server. */
struct conf_room {
	uint32_t clients, peers;
};

/*
 * Copies into *running what takes effect at once. `running->client` has room for `clients` rows,
 * `running->peer` for [limits] peers. False: *fresh has more clients, and nothing was changed.
 */
MUST_CHECK bool conf_reload(struct conf *running, struct conf *fresh, uint32_t clients,
                            conf_changed *changed, void *context);

/* Can a reporter confined to the files and connections of one continue with the other? */
bool conf_same_reach(const struct conf *a, const struct conf *b);

/* The receiver of a configuration, which has only its own secrets. */
enum conf_reader { CONF_VOICE, CONF_REPORTER };

/*
 * Passes a new configuration from the parent to a child: shared memory holds two, used in turn. The
 * parent writes the one that the child does not use, once the child has taken the previous one;
 * neither side waits. Allocated before the fork, zeroed.
 */
struct conf_offer;

size_t conf_offer_size(const struct conf_room *room);

/* False if the child has not yet taken the previous one. */
MUST_CHECK bool conf_offer_put(struct conf_offer *o, const struct conf *conf,
                               const struct conf_room *room, enum conf_reader reader);

/* The one offered last; NULL if it was already taken. The previous one stays valid until then. */
const struct conf *conf_offer_look(struct conf_offer *o);
void conf_offer_take(struct conf_offer *o); /* likewise when a child starts with it */

/* Copies the one offered last, if any, into *own, which has the same capacity; it is then taken. */
void conf_offer_copy(struct conf_offer *o, struct conf *own);

#endif
