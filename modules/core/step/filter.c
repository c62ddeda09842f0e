#include "core/step/filter.h"

#include "base/util.h"
#include "conf/access.h"

enum reach {
	NOWHERE, /* local to a repeater or a server */
	COUNTRY, /* servers with our first three digits; v1: accepted, never sent */
	HOME,    /* servers with our first four digits; not on v1 */
	EVERYWHERE,
};

/* Talkgroups without a row cross every link. */
static const struct {
	uint32_t first, last;
	enum reach reach;
} table[] = {
	{0, 79, NOWHERE},      {80, 89, COUNTRY},         {92, 199, HOME},
	{800, 899, COUNTRY},   {4000, 4000, NOWHERE},     {5000, 5000, NOWHERE},
	{9990, 9999, NOWHERE}, {900999, 900999, NOWHERE}, {16777215, UINT32_MAX, NOWHERE},
};

static enum reach reach_of(uint32_t tg)
{
	for (size_t i = 0; i < ARRAY_LEN(table); i++)
		if (tg >= table[i].first && tg <= table[i].last)
			return table[i].reach;
	return EVERYWHERE;
}

/* The first digits as a number: 23451 -> 2345 (four), 234 (three). */
static uint32_t leading(uint32_t id, uint32_t limit)
{
	while (id >= limit)
		id /= 10;
	return id;
}

bool filter_sends(enum peer_protocol protocol, uint32_t tg)
{
	switch (reach_of(tg)) {
	case NOWHERE:
		break;
	case COUNTRY:
	case HOME:
		return protocol == PEER_FBP; /* the receiver decides */
	case EVERYWHERE:
		return true;
	}
	return false;
}

bool filter_takes(enum peer_protocol protocol, uint32_t tg, uint32_t theirs, uint32_t ours,
                  uint32_t home_first)
{
	switch (reach_of(tg)) {
	case NOWHERE:
		break;
	case COUNTRY:
		return protocol == PEER_OBP || leading(theirs, 1000) == leading(ours, 1000);
	case HOME:
		return tg < home_first ||
		       (protocol == PEER_FBP && leading(theirs, 10000) == leading(ours, 10000));
	case EVERYWHERE:
		return true;
	}
	return false;
}

bool filter_is_server(uint32_t id, const struct access *listed)
{
	bool part = id >= 10000 && id <= 99999;

	return id >= 1000 && id <= 9999999 && access_permits(listed, part ? id / 10 : id);
}
