/*
 * The kinds of rows in a core. Everything done to all rows uses this one table: running timers,
 * allocating and rebuilding the heap, walking a snapshot. A new kind is a line here.
 */
#ifndef CORE_KIND_H
#define CORE_KIND_H

#include "core/step/step.h"

/* Rows that two lines of the table speak of. */
#define SESSION_ROWS (limits->sessions + CONF_UPLINKS_MAX)
#define SUBSCRIPTION_ROWS (limits->subscriptions + CONF_UPLINKS_MAX * CONF_MAPS_MAX)

/*
 * Name; pool in the core; row type; rows, of which [limits] gives those with a key; timer field of
 * a row (`row` = none); function to call when it is due; function that fills the snapshot record.
 * A line with the pool of the line above is another timer of the same rows. It is a macro so that
 * the number, the offsets and the types have one source.
 */
#define KINDS_OF_ROWS(X)                                                                           \
	X(SERVER, itself, core, 1, settling, settle_expire, rows_server)                           \
	X(SESSION, sessions.pool, session, SESSION_ROWS, expiry, session_expire, rows_session)     \
	X(IDENT, sessions.pool, session, SESSION_ROWS, ident_due, player_ident_expire, NULL)       \
	X(SUBSCRIPTION, subscriptions.pool, subscription, SUBSCRIPTION_ROWS, expiry, dial_expire,  \
	  rows_subscription)                                                                       \
	X(CONFERENCE, subscriptions.conferences, conference, SUBSCRIPTION_ROWS + limits->streams,  \
	  row, NULL, NULL)                                                                         \
	X(STREAM, streams.pool, stream, limits->streams, expiry, stream_expire, rows_call)         \
	X(PLAYER, players.pool, player, PLAYERS, expiry, player_expire, NULL)                      \
	X(RECORDING, players.recordings, recording, RECORDINGS, row, NULL, NULL)                   \
	X(PEER, peers.pool, peer, limits->peers, timer, mesh_expire, rows_peer)                    \
	X(UPLINK, uplinks.pool, uplink, CONF_UPLINKS_MAX, timer, uplink_expire, rows_uplink)       \
	X(BLOCK, blocks.pool, block, BLOCKS, expiry, blocklist_expire, rows_block)                 \
	X(ANNOUNCEMENT, announcements.pool, announcement, CONF_ANNOUNCEMENTS_MAX, expiry,          \
	  announce_expire, NULL)

#define KIND_NUMBER(name, ...) KIND_##name,
enum kind { KINDS_OF_ROWS(KIND_NUMBER) KINDS };

struct kind_of_row {
	size_t pool;  /* in struct core */
	size_t timer; /* in the row; 0 = none */
	void (*due)(struct step *step, void *row);
	/* Fills a record; false if the row is not published. NULL: no row is. */
	bool (*show)(const struct core *core, tick_t now, const void *row, struct record *r);
};

extern const struct kind_of_row kinds[KINDS]; /* in core/kinds.c, which sees all of the core */

const struct pool *kind_pool(const struct core *core, enum kind kind);
struct pool *kind_pool_of(struct core *core, enum kind kind);
uint32_t kind_capacity(enum kind kind, const struct conf_limits *limits);

#endif
