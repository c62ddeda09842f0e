#include "conf/places.h"

#include <string.h>

#include "base/util.h"
#include "conf/rows.h"

static const enum section_kind placed[] = {SECTION_LISTENER, SECTION_UPLINK, SECTION_ANNOUNCEMENT,
                                           SECTION_PEER};

/* A row without a name is a gap. */
static void write_rows(struct wr *w, const void *first, uint32_t count, size_t size)
{
	const char *row = first;

	wr_u16(w, (uint16_t)count);
	for (uint32_t place = 0; place < count; place++, row += size)
		wr_u8(w, *row != 0);
}

void conf_places_write(struct wr *w, const struct conf *conf)
{
	write_rows(w, conf->listener, conf->listener_count, sizeof(conf->listener[0]));
	write_rows(w, conf->uplink, conf->uplink_count, sizeof(conf->uplink[0]));
	write_rows(w, conf->announcement, conf->announcement_count, sizeof(conf->announcement[0]));
	write_rows(w, conf->peer, conf->peer_count, sizeof(conf->peer[0]));
	for (uint32_t i = 0; i < conf->peer_count; i++)
		wr_u8(w, (uint8_t)conf->peer[i].socket);
}

/* The last row moves first, because none moves to the front. */
static bool read_rows(struct rd *rd, const struct rows *rows, uint32_t most)
{
	uint32_t count = rd_u16(rd), used = 0;
	struct rd places = rd_sub(rd, count);

	for (uint32_t place = 0; place < count && !rd->bad; place++)
		used += places.at[place];
	if (rd->bad || count > most || used != *rows->count)
		return false;
	*rows->count = count;
	for (uint32_t place = count; place-- > 0;) {
		void *row = row_at(rows, place);
		if (places.at[place] != 1)
			memset(row, 0, rows->size);
		else if (--used != place)
			memcpy(row, row_at(rows, used), rows->size);
	}
	return true;
}

/* The socket of an uplink goes by its place, that of a neighbour by its bind. */
static bool read_sockets(struct rd *rd, struct conf *conf)
{
	bool good = true;

	for (uint32_t i = 0; i < conf->uplink_count; i++)
		conf->uplink[i].socket = CONF_UPLINK_SOCKETS + i;
	for (uint32_t i = 0; i < conf->peer_count; i++) {
		struct conf_peer *p = &conf->peer[i];
		p->socket = rd_u8(rd);
		good &= p->socket < CONF_UPLINK_SOCKETS &&
		        p->socket >= (*p->name ? CONF_PEER_SOCKETS : 0);
	}
	return good && !rd->bad;
}

bool conf_places_read(struct rd *rd, struct conf *conf, struct conf_peer *peers)
{
	bool all = conf->peer_count <= CONF_PEERS_MAX;

	for (uint32_t i = 0; all && i < conf->peer_count; i++)
		peers[i] = conf->peer[i];
	conf->peer = peers;
	for (size_t i = 0; i < ARRAY_LEN(placed) && all; i++) {
		const struct rows rows = rows_of(conf, placed[i]);
		all = read_rows(rd, &rows,
		                placed[i] == SECTION_PEER ? conf->limits.peers : rows.most);
	}
	return all && read_sockets(rd, conf);
}
