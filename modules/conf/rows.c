#include "conf/rows.h"

#include <string.h>

struct rows rows_of(struct conf *conf, enum section_kind kind)
{
	switch (kind) {
	case SECTION_LISTENER:
		return (struct rows){(char *)conf->listener, &conf->listener_count,
		                     CONF_LISTENERS_MAX, sizeof(conf->listener[0]),
		                     offsetof(struct conf_listener, line)};
	case SECTION_PEER: /* allocated as the file needs them */
		return (struct rows){(char *)conf->peer, &conf->peer_count, UINT32_MAX,
		                     sizeof(conf->peer[0]), offsetof(struct conf_peer, line)};
	case SECTION_ANNOUNCEMENT:
		return (struct rows){(char *)conf->announcement, &conf->announcement_count,
		                     CONF_ANNOUNCEMENTS_MAX, sizeof(conf->announcement[0]),
		                     offsetof(struct conf_announcement, line)};
	case SECTION_UPLINK:
		return (struct rows){(char *)conf->uplink, &conf->uplink_count, CONF_UPLINKS_MAX,
		                     sizeof(conf->uplink[0]), offsetof(struct conf_uplink, line)};
	case SECTION_SERVER:
	case SECTION_CLIENT:
	case SECTION_LIMITS:
	case SECTION_REPORT:
	case SECTION_KINDS:
		break;
	}
	return (struct rows){.first = NULL};
}

void *row_at(const struct rows *rows, uint32_t i)
{
	return rows->first + i * rows->size;
}

uint32_t row_line(const struct rows *rows, const void *row)
{
	uint32_t line;

	memcpy(&line, (const char *)row + rows->line, sizeof(line));
	return line;
}

void *row_named(const struct rows *rows, const char *name)
{
	for (uint32_t i = 0; i < *rows->count; i++)
		if (strcmp(row_at(rows, i), name) == 0)
			return row_at(rows, i);
	return NULL;
}
